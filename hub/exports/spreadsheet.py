"""CSV that calculates nothing in a spreadsheet, and the table of resources in it, by names of columns that our own kind `csv` knows."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from harvesters.clean import licence
from hub.exports.phrases import by_role, moment, next_run, terms, web, workload
from hub.exports.site import Site
from hub.services.describing import Description

MEDIA_TYPE = "text/csv"
BYTE_ORDER_MARK = "\ufeff"  # without it spreadsheets misread Chinese
FORMULA = re.compile("'*[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]")  # `harvesters.clean.cells.unquoted` takes the sign away again
COLUMNS = (
    *("id", "title", "alternative title", "url", "type", "language", "subtitle language", "summary", "description"),
    *("creator", "instructor", "publisher", "provider", "institution", "code", "licence", "free", "price", "currency", "certificate"),
    *("ects", "duration", "workload", "start", "end", "enrolment start", "enrolment end", "pace", "mode"),
    *(
        "level",
        "subject",
        "keyword",
        "skills",
        "prerequisites",
        "audience",
        "image",
        "isbn",
        "doi",
        "created",
        "published date",
        "modified",
    ),
    *("catalogue topics", "catalogue platforms", "rating", "reviews", "page", "harvested from"),
)


def lines(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """CSV with a header and a byte order mark."""
    yield BYTE_ORDER_MARK + row(header)
    for cells in rows:
        yield row(cells)


def row(cells: Iterable[str]) -> str:
    """One line. A cell that a spreadsheet would take for a formula begins with an apostrophe."""
    out = io.StringIO()
    csv.writer(out).writerow([f"'{cell}" if FORMULA.match(cell) else cell for cell in cells])
    return out.getvalue()


def header() -> str:
    """The first line of a table of resources."""
    return BYTE_ORDER_MARK + row(COLUMNS)


def write(one: Description, site: Site, today: datetime) -> str:
    """One resource as a line under `header`."""
    found = {**texts(one, site), **offer(one, today), **learning(one), **ours(one, site)}
    return row(found[column] or "" for column in COLUMNS)


def texts(one: Description, site: Site) -> dict[str, str | None]:
    """What it is called, and what is said of it."""
    names = dict(reversed(one.identifiers))
    return {
        "id": site.resource(one),
        "title": one.title,
        "alternative title": next(iter(one.alternative_titles), None),
        "url": web(one.url) or site.page(one),
        "type": one.resource_type,
        "language": listed(one.languages),
        "subtitle language": listed(one.subtitle_languages),
        "summary": one.summary,
        "description": one.description,
        **{role: listed(agent.name for agent in by_role(one, role)) for role in ("creator", "instructor", "publisher")},
        "provider": one.provider,
        "institution": one.institution,
        "code": one.code,
        "image": web(one.image),
        "isbn": names.get("isbn"),
        "doi": names.get("doi"),
        "created": moment(one.created),
        "published date": moment(one.published),
        "modified": moment(one.modified),
    }


def offer(one: Description, today: datetime) -> dict[str, str | None]:
    """What one may do with it, what it costs, and the run that begins next."""
    name, where = terms(one)
    run = next_run(one.offerings, today)
    return {
        "licence": where if where and licence.licence(where) == name else name or one.rights,
        "free": truth(one.free),
        "certificate": truth(one.certificate),
        "price": None if run is None or run.price is None else str(run.price),
        "currency": None if run is None or run.price is None else run.currency,
        "start": moment(run.start) if run else None,
        "end": moment(run.end) if run else None,
        "enrolment start": moment(run.enrolment_start) if run else None,
        "enrolment end": moment(run.enrolment_end) if run else None,
        "pace": run.pace if run else None,
        "mode": run.mode if run else None,
    }


def learning(one: Description) -> dict[str, str | None]:
    """What is learned, for whom, with how much work."""
    return {
        "ects": None if one.credits is None else str(one.credits),
        "duration": one.duration,
        "workload": workload(one),
        "level": listed(one.levels),
        "subject": listed(one.subjects),
        "keyword": listed(one.keywords),
        "skills": listed(one.teaches),
        "prerequisites": listed(one.prerequisites),
        "audience": listed(one.audience),
    }


def ours(one: Description, site: Site) -> dict[str, str | None]:
    """What the hub adds."""
    return {
        "catalogue topics": listed(topic.notation for topic in one.topics),
        "catalogue platforms": listed(topic.notation for topic in one.platforms),
        "rating": None if one.score is None or not one.reviews else f"{one.score:.2f}",
        "reviews": str(one.reviews) if one.reviews else None,
        "page": site.page(one),
        "harvested from": listed(dict.fromkeys(origin.source_title for origin in one.origins if origin.state == "active")),
    }


def listed(values: Iterable[str]) -> str:
    return "; ".join(values)


def truth(value: bool | None) -> str | None:
    return None if value is None else "yes" if value else "no"
