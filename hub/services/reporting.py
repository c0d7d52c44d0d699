"""The quality of a source's records, made after each harvest and kept with the source: what is missing, what fails, what is broken.

Everything is read in a few passes over the source's own records, a part at a time: memory stays flat, whatever the source's size.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from harvesters.addresses import show
from hub.db import now
from hub.models.link import Link
from hub.models.record import SourceRecord
from hub.models.resource import Resource
from hub.models.run import Failure, Run
from hub.models.source import Source
from hub.services import completing, deciphering

log = logging.getLogger(__name__)
AT_ONCE = 5_000
EXAMPLES = 5
PROBLEMS = 20  # kinds of failure that a report tells apart
UNKNOWN = 10  # values that we could not read, of each sort
TASKS = ("harvest", "retry", "replay")  # after which a report is made anew
ENDED = ("succeeded", "partial", "waiting", "failed", "cancelled")
LONGEST = 300  # characters of a value
PARTICULARS = re.compile(r"[\"“'‘][^\"”'’]{1,300}[\"”'’]|https?://\S+|\b\d[\d.,:]*\b")


def renew(session: Session, run_id: int) -> None:
    """Make the report of a run's source again, now that the run has ended; commits. A report that cannot be made costs no run."""
    try:
        run = session.get_one(Run, run_id)
        if run.task not in TASKS or run.state not in ENDED:
            return
        if run.live is None:
            run.live = session.scalar(select(func.count()).select_from(SourceRecord).where(*living(run.source_id)))
        keep(session, session.get_one(Source, run.source_id))
        session.commit()
    except SQLAlchemyError as error:
        session.rollback()
        log.error("run %s: no report: %s", run_id, type(error).__name__)


def keep(session: Session, source: Source) -> None:
    """The report, with the source. The caller commits."""
    session.execute(update(Source).where(Source.id == source.id).values(report=report(session, source), reported_at=now()))


def report(session: Session, source: Source) -> dict[str, Any]:
    """As JSON: records, completeness, missing, problems, unknown, links, doubles. Addresses in it hold no secrets."""
    counts = states(session, source.id)
    return {
        "records": {state: counts.get(state, 0) for state in ("active", "failed", "withdrawn")},
        "newest": newest(session, source.id),
        **gaps(session, source.id),
        "problems": problems(session, source.id),
        "unknown": unknown(session, source),
        "links": broken(session, source.id),
        "doubles": doubles(session, source.id),
    }


def states(session: Session, source_id: int) -> dict[str, int]:
    """State -> how many records. One that failed and was never read feeds nothing, but is counted: it is there, and to be mended."""
    rows = session.execute(select(SourceRecord.state, func.count()).where(SourceRecord.source_id == source_id).group_by(SourceRecord.state))
    return {state: count for state, count in rows}


def newest(session: Session, source_id: int) -> str | None:
    """The latest change of a record, by the source's own dates."""
    at = session.scalar(select(func.max(SourceRecord.datestamp)).where(SourceRecord.source_id == source_id))
    return at.isoformat() if at else None


# What is missing


def lacks(field: str) -> ColumnElement[bool]:
    """The condition of a record whose values lack a field (`completing.has`, in SQL)."""
    values = SourceRecord.values
    filled = [values[name].as_string().is_not(None) for name in completing.CARRIERS.get(field, (field,))]
    if field == "free":
        filled.append(func.coalesce(values["offerings"].as_string(), "").contains('"price"'))
    return ~or_(*filled)


def gaps(session: Session, source_id: int) -> dict[str, Any]:
    """Average completeness, records by tenths of it, and each missing field with its first examples. One pass."""
    fields = tuple(completing.WEIGHTS)
    mask = sum((case((lacks(field), 2**place), else_=0) for place, field in enumerate(fields)), literal(0))
    rows = session.execute(
        select(SourceRecord.id, mask).where(*living(source_id)).order_by(SourceRecord.id).execution_options(yield_per=AT_ONCE)
    )
    masks: Counter[int] = Counter()
    first: dict[str, list[int]] = {field: [] for field in fields}
    for id, bits in rows:
        masks[bits] += 1
        for place, field in enumerate(fields):
            if bits >> place & 1 and len(first[field]) < EXAMPLES:
                first[field].append(id)
    return summed(session, fields, masks, first)


def summed(session: Session, fields: Sequence[str], masks: Mapping[int, int], first: Mapping[str, Sequence[int]]) -> dict[str, Any]:
    """What a pass over the records found, as the report has it."""
    total = sum(masks.values())
    histogram, points = [0] * 10, 0
    for bits, count in masks.items():
        score = 100 - sum(completing.WEIGHTS[field] for place, field in enumerate(fields) if bits >> place & 1)
        histogram[min(score // 10, 9)] += count
        points += score * count
    shown = examples(session, [id for ids in first.values() for id in ids])
    lacking = [(field, sum(count for bits, count in masks.items() if bits >> place & 1)) for place, field in enumerate(fields)]
    return {
        "completeness": {"average": round(points / total, 1) if total else None, "histogram": histogram},
        "missing": [
            {"field": field, "count": count, "share": round(count / total, 4), "examples": [shown[id] for id in first[field]]}
            for field, count in lacking
            if count
        ],
    }


def living(source_id: int) -> tuple[ColumnElement[bool], ...]:
    """The conditions of a record that feeds the catalogue."""
    return SourceRecord.source_id == source_id, SourceRecord.state != "withdrawn", SourceRecord.title.is_not(None)


def examples(session: Session, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """record id -> how a provider recognises it, and its page here."""
    rows = session.execute(
        select(SourceRecord.id, SourceRecord.identifier, SourceRecord.title, SourceRecord.url, Resource.public_id)
        .outerjoin(Resource, Resource.id == SourceRecord.resource_id)
        .where(SourceRecord.id.in_(set(ids)))
    )
    return {row.id: example(row.identifier, row.title, row.url, record=row.id, resource=row.public_id) for row in rows}


def example(identifier: str | None, title: str | None, url: str | None, **more: Any) -> dict[str, Any]:
    """One record as everybody may see it."""
    return {"identifier": public(identifier), "title": (title or "")[:LONGEST], "url": public(url), **more}


def public(text: str | None) -> str | None:
    """An address or identifier without user, password and keys."""
    return None if text is None else show(text) if "://" in text else text[:LONGEST]


# What fails


def problems(session: Session, source_id: int) -> list[dict[str, Any]]:
    """Reasons for which records cannot be read now, the most common first, with examples and what to do."""
    groups: dict[str, dict[str, Any]] = {}
    for identifier, title, url, reason in failing(session, source_id):
        group = groups.setdefault(sort_of(reason), {"reason": public_words(reason), "count": 0, "examples": []})
        group["count"] += 1
        if len(group["examples"]) < EXAMPLES:
            group["examples"].append(example(identifier, title, url, reason=public_words(reason)))
        if len(groups) > 20 * PROBLEMS:  # reasons that are all different: the rare ones are told together
            groups = dict(sorted(groups.items(), key=lambda pair: -pair[1]["count"])[: 10 * PROBLEMS])
    found = sorted(groups.items(), key=lambda pair: -pair[1]["count"])[:PROBLEMS]
    return [{**group, "advice": advice(session, source_id, group["reason"])} for _, group in found]


def failing(session: Session, source_id: int) -> Iterator[tuple[str | None, str | None, str | None, str]]:
    """(identifier, title, address, reason) of every record that fails now; and what failed in the last run without a name."""
    named = select(SourceRecord.identifier, SourceRecord.title, SourceRecord.url, SourceRecord.error).where(
        SourceRecord.source_id == source_id, SourceRecord.state == "failed"
    )
    for row in session.execute(named.order_by(SourceRecord.id).execution_options(yield_per=AT_ONCE)):
        yield row.identifier, row.title, row.url, row.error or ""
    last = select(func.max(Run.id)).where(Run.source_id == source_id, Run.task == "harvest", Run.state.in_(ENDED)).scalar_subquery()
    nameless = select(Failure.url, Failure.reason).where(Failure.run_id == last, Failure.identifier.is_(None), Failure.mended_at.is_(None))
    for url, reason in session.execute(nameless.order_by(Failure.id).execution_options(yield_per=AT_ONCE)):
        yield None, None, url, reason


def sort_of(reason: str) -> str:
    """A reason without its particulars: what stands in quotation marks, numbers and addresses."""
    return PARTICULARS.sub("…", reason)[:LONGEST]


def public_words(reason: str) -> str:
    """A reason as everybody may read it: addresses in it without secrets."""
    return re.sub(r"https?://\S+", lambda found: show(found[0]), reason)[:LONGEST]


def advice(session: Session, source_id: int, reason: str) -> str:
    """What the hub advised when it met this."""
    found = session.scalar(
        select(Failure.advice).where(Failure.source_id == source_id, Failure.reason == reason).order_by(Failure.id.desc()).limit(1)
    )
    return found or ""


# What could not be understood


def unknown(session: Session, source: Source) -> list[dict[str, Any]]:
    """Values that the source gives and that no rule of ours can read: {field, value, count}, the most common first."""
    rights = func.coalesce(SourceRecord.values["rights"].as_string(), SourceRecord.values["licence_url"].as_string())
    words = (
        select(func.substr(rights, 1, LONGEST).label("words")).where(*living(source.id), lacks("licence"), rights.is_not(None)).subquery()
    )
    counted = select(words.c.words, func.count()).group_by(words.c.words).order_by(func.count().desc(), words.c.words).limit(UNKNOWN)
    found = [{"field": "licence", "value": public_words(value), "count": count} for value, count in session.execute(counted)]
    for field in deciphering.NAMES:
        raws = select(SourceRecord.raw).where(*living(source.id), lacks(field)).order_by(SourceRecord.identifier).limit(deciphering.SAMPLE)
        said = session.scalars(raws.execution_options(yield_per=100))
        values = Counter(value[:LONGEST] for raw in said for value in deciphering.values(field, raw))
        found += [{"field": field, "value": public_words(value), "count": count} for value, count in values.most_common(UNKNOWN)]
    return found


# Links and doubles


def broken(session: Session, source_id: int) -> dict[str, Any]:
    """How many addresses of this source lead nowhere, with examples."""
    wanted = (
        select(SourceRecord.id, Link.reason)
        .join(Link, (Link.resource_id == SourceRecord.resource_id) & (Link.url == SourceRecord.url))
        .where(SourceRecord.source_id == source_id, SourceRecord.state != "withdrawn", Link.state == "broken")
    )
    count = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    rows = session.execute(wanted.order_by(SourceRecord.id).limit(EXAMPLES)).all()
    shown = examples(session, [row.id for row in rows])
    return {"broken": count, "examples": [{**shown[row.id], "reason": public_words(row.reason or "")} for row in rows]}


def doubles(session: Session, source_id: int) -> dict[str, Any]:
    """Addresses that several records of this source have, without being runs of one course: {count, examples}."""
    names = func.count(func.distinct(func.coalesce(SourceRecord.group, SourceRecord.identifier)))
    shared = (
        select(SourceRecord.url, names.label("records"))
        .where(*living(source_id), SourceRecord.url.is_not(None))
        .group_by(SourceRecord.url)
        .having(names > 1)
    )
    count = session.scalar(select(func.count()).select_from(shared.subquery())) or 0
    rows = session.execute(shared.order_by(names.desc(), SourceRecord.url).limit(EXAMPLES)).all()
    return {"count": count, "examples": [{"url": public(url), "records": records} for url, records in rows]}
