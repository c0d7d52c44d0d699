"""The quality of a source's records, made after each harvest and kept with the source: what is missing, what fails, what is broken.

Everything is read in a few passes over the source's own records, a part at a time: memory stays flat, whatever the source's size.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
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
AT_ONCE = 500
EXAMPLES = 5
PROBLEMS = 20  # kinds of failure that a report tells apart
UNKNOWN = 10  # values that we could not read, of each sort
TASKS = ("harvest", "retry", "replay")  # after which a report is made anew
ENDED = ("succeeded", "partial", "waiting", "failed", "cancelled")
WORDS_MOST = 10_000  # different ones that are counted
PLACES = {name: place for place, name in enumerate(completing.WEIGHTS)}
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
    counts, found = states(session, source.id), gaps(session, source.id)
    return {
        "records": {state: counts.get(state, 0) for state in ("active", "failed", "withdrawn")},
        "newest": newest(session, source.id),
        **completeness(session, found),
        "problems": problems(session, source.id),
        "unknown": unknown(session, found),
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


@dataclass(slots=True)
class Gaps:
    """What one pass over a source's records finds: how many lack which fields, the first of each, and rights in unknown words."""

    masks: Counter[int] = dataclass_field(default_factory=Counter)  # a bit for each missing field -> how many records
    first: dict[str, list[int]] = dataclass_field(default_factory=lambda: {name: [] for name in completing.WEIGHTS})
    rights: Counter[str] = dataclass_field(default_factory=Counter)

    def see(self, record_id: int, values: Mapping[str, Any]) -> None:
        """One more record."""
        missing = completing.missing(values)
        self.masks[sum(1 << PLACES[name] for name in missing)] += 1
        for name in missing:
            if len(self.first[name]) < deciphering.SAMPLE:
                self.first[name].append(record_id)
        if "licence" in missing and (said := values.get("rights") or values.get("licence_url")):
            self.rights[str(said)[:LONGEST]] += 1
            if len(self.rights) > WORDS_MOST:  # every record has its own: the rare ones are told no more
                self.rights = Counter(dict(self.rights.most_common(WORDS_MOST // 2)))


def gaps(session: Session, source_id: int) -> Gaps:
    """One pass over the records that feed the catalogue."""
    found = Gaps()
    wanted = select(SourceRecord.id, SourceRecord.values).where(*living(source_id)).order_by(SourceRecord.identifier)
    for id, values in session.execute(wanted.execution_options(yield_per=AT_ONCE)):
        found.see(id, values or {})
    return found


def completeness(session: Session, found: Gaps) -> dict[str, Any]:
    """Average completeness, records by tenths of it, and each missing field with its first examples."""
    total = sum(found.masks.values())
    histogram, points = [0] * 10, 0
    for mask, count in found.masks.items():
        score = 100 - sum(weight for name, weight in completing.WEIGHTS.items() if mask >> PLACES[name] & 1)
        histogram[min(score // 10, 9)] += count
        points += score * count
    lacking = {name: sum(count for mask, count in found.masks.items() if mask >> PLACES[name] & 1) for name in completing.WEIGHTS}
    shown = examples(session, [id for ids in found.first.values() for id in ids[:EXAMPLES]])
    return {
        "completeness": {"average": round(points / total, 1) if total else None, "histogram": histogram},
        "missing": [
            {
                "field": name,
                "count": count,
                "share": round(count / total, 4),
                "examples": [shown[id] for id in found.first[name][:EXAMPLES]],
            }
            for name, count in lacking.items()
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


def unknown(session: Session, found: Gaps) -> list[dict[str, Any]]:
    """Values that the source gives and that no rule of ours can read: {field, value, count}, the most common first."""
    told = [{"field": "licence", "value": public_words(value), "count": count} for value, count in ranked(found.rights)]
    for name in deciphering.NAMES:
        raws = select(SourceRecord.raw).where(SourceRecord.id.in_(found.first[name])).execution_options(yield_per=100)
        values = Counter(value[:LONGEST] for raw in session.scalars(raws) for value in deciphering.values(name, raw))
        told += [{"field": name, "value": public_words(value), "count": count} for value, count in ranked(values)]
    return told


def ranked(words: Counter[str]) -> list[tuple[str, int]]:
    """The most common, by name where they are as common."""
    return sorted(words.items(), key=lambda pair: (-pair[1], pair[0]))[:UNKNOWN]


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
