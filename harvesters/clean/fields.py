"""What a list says of one course, by the names of our fields -> a record: tables, JSON, and pages that an administrator describes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import zip_longest

from harvesters.clean import attendance, columns, dates, duration, html, identifier, language, level, licence, money, text, url, workload
from harvesters.clean.resource_type import resource_type
from harvesters.record import Agent, Offering, Raw, Record

NAMES = (*columns.FIELDS, "publisher", "group")
MOST_RUNS = 100
_SEPARATORS = ";；|、/"
_YES = {"yes", "y", "true", "1", "是", "有", "x", "✓", "free", "免费"}
_NO = {"no", "n", "false", "0", "否", "无", "paid", "付费", "收费"}


@dataclass(frozen=True, slots=True)
class Fields:
    """Our field -> the texts that were found for it, in order."""

    values: Mapping[str, Sequence[str]]
    cells: bool = False  # of a table, where one cell holds a list in any way that people write one
    unit: str = ""  # what a bare number counts as a duration
    paid: bool = False  # `free` asks the question the other way round

    def many(self, field: str) -> list[str]:
        return [value for value in self.values.get(field, ()) if value.strip()]

    def one(self, field: str) -> str | None:
        return next(iter(self.many(field)), None)

    def split(self, field: str, separators: str = _SEPARATORS) -> tuple[str, ...]:
        """The values. Two spaces separate those of a cell as well, as some lists were made by taking line breaks out.

        What came as several values is a list already, and is left as it is.
        """
        found = self.many(field)
        if not self.cells:
            return (
                text.lines(found) if len(found) > 1 else text.lines(part for one in found for part in text.split(one, _plain(separators)))
            )
        cells = (re.sub(r"(?<=\S) {2,20}(?=\S)", separators[0], cell) for cell in found)
        return text.lines(part for cell in cells for part in text.split(cell, separators))


def _plain(separators: str) -> str:
    """A stroke is a part of many names (AI/Machine Learning); only tables are known to write lists with it."""
    return separators.replace("/", "") + "\n"


def name(fields: Fields, title: str | None, address: str | None) -> str | None:
    """The record's own identifier; else one that stays the same while the address does, or, without one, title and provider."""
    own = text.identifier(fields.one("identifier"))
    place = url.canonical(address) if address else None
    basis = place or "\n".join(filter(None, (title, fields.one("institution"), fields.one("provider"))))
    return own or (hashlib.sha256(basis.encode("utf-8", "replace")).hexdigest()[:20] if basis else None)


def record(fields: Fields, identifier_: str, title: str, address: str | None, raw: Raw) -> Record:
    """Every value cleaned; what cannot be read is left out."""
    known = licence.licence(fields.one("licence"))
    load = workload.workload(fields.one("workload"), weekly=True)
    return Record(
        identifier=identifier_,
        title=title,
        raw=raw,
        datestamp=dates.moment(fields.one("modified")),
        url=address,
        resource_type=resource_type(fields.split("type")) or "course",
        alternative_titles=tuple(other for other in text.lines(fields.many("alternative_title")) if other != title),
        summary=html.plain(fields.one("summary"), text.SUMMARY),
        description=html.rich(fields.one("description")) or html.rich(fields.one("summary")),
        languages=language.tags(fields.many("language")),
        subtitle_languages=language.tags(fields.many("subtitle_language")),
        agents=_agents(fields),
        provider=text.line(fields.one("provider")),
        institution=text.line(fields.one("institution")),
        code=text.line(fields.one("code")),
        group=text.identifier(fields.one("group")),
        identifiers=identifier.identifiers([*fields.many("doi"), *fields.many("isbn"), *_labelled(fields.many("identifier"))]),
        licence=known,
        licence_url=url.absolute(fields.one("licence")) or licence.url(known),
        rights=text.line(fields.one("licence")),
        free=_free(fields),
        certificate=_truth(fields.one("certificate")),
        credits=_credits(fields.one("credits")),
        offerings=_offerings(fields),
        duration=duration.duration(fields.one("duration"), fields.unit),
        workload_min=load.min,
        workload_max=load.max,
        levels=level.levels(fields.many("level")),
        subjects=fields.split("subject"),
        keywords=fields.split("keyword", ";；|、/,，"),
        teaches=text.lines(html.plain(part) for part in fields.split("teaches", ";；|\n")),
        prerequisites=text.lines(html.plain(said) for said in fields.many("prerequisite")),
        audience=fields.split("audience"),
        image=url.absolute(fields.one("image"), raw.url) if fields.one("image") else None,
        created=dates.moment(fields.one("created")),
        published=dates.moment(fields.one("published")),
        modified=dates.moment(fields.one("modified")),
    )


def _labelled(names: Sequence[str]) -> list[str]:
    """Without bare numbers: one of eleven of ten digits looks like an ISBN."""
    return [name for name in names if not re.fullmatch(r"\s*\d{9}[\dxX]\s*", name)]


def _agents(fields: Fields) -> tuple[Agent, ...]:
    return (
        *(Agent(name=person, role="instructor") for person in fields.split("instructor", ";；|、/,，" if fields.cells else ";；|、，")),
        *(Agent(name=person) for person in fields.split("creator", ";；|")),
        *(Agent(name=house, role="publisher", organisation=True) for house in fields.split("publisher", ";；|")),
    )


def _offerings(fields: Fields) -> tuple[Offering, ...]:
    """A start and an end belong together by their place; what else is told holds for each of them."""
    price = money.money(fields.one("price"), fields.one("currency"))
    starts, ends = (fields.many(field)[:MOST_RUNS] for field in ("start", "end"))
    found = dict.fromkeys(
        Offering(
            pace=attendance.pace(fields.one("pace") or ""),
            mode=attendance.mode(fields.one("mode") or ""),
            start=dates.moment(start),
            end=dates.moment(end),
            enrolment_start=dates.moment(fields.one("enrolment_start")),
            enrolment_end=dates.moment(fields.one("enrolment_end")),
            price=price.amount if price else None,
            currency=price.currency if price else None,
        )
        for start, end in (list(zip_longest(starts, ends)) or [(None, None)])
    )
    return tuple(offering for offering in found if offering != Offering())


def _free(fields: Fields) -> bool | None:
    said = _truth(fields.one("free"))
    return not said if said is not None and fields.paid else said


def _truth(value: str | None) -> bool | None:
    said = (value or "").strip().lower()
    return True if said in _YES else False if said in _NO else None


def _credits(value: str | None) -> Decimal | None:
    found = re.match(r"\s*(\d{1,3}(?:[.,]\d{1,2})?)(?!\d)", value or "")
    try:
        amount = Decimal(found[1].replace(",", ".")) if found else None
    except InvalidOperation:
        return None
    return amount if amount is not None and 0 < amount <= 360 else None
