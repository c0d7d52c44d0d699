"""A field as a person types it into a form or a file <-> its value as the catalogue keeps it, in JSON's own types.

Unlike a source's words, which are taken as far as they can be, what a person types is refused when it cannot be understood: the person is
there and can mend it. Lists are one value a line, people "name | role | address".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from harvesters.clean import dates, duration, html, language, licence, text, url
from harvesters.record import LEVELS, RESOURCE_TYPES

ROLES = ("creator", "instructor", "contributor", "publisher", "provider")
MOST = 200_000  # characters of one field
MOST_HOURS = 168  # of a week
MOST_CREDITS = 1_000
YES, NO = "yes", "no"


class BadValue(ValueError):
    """What was typed cannot be the value of this field. `why`: a code (one of REASONS); `part`: the words that are meant."""

    def __init__(self, why: str, part: str = "") -> None:
        super().__init__(REASONS[why].format(part=part[:100]))
        self.why, self.part = why, part[:100]


REASONS = {
    "empty": "It must not be empty.",
    "long": "It is too long.",
    "address": "“{part}” is not a web address: write it whole, such as https://example.org/course.",
    "language": "“{part}” is no language that we know: write a tag such as en or zh-Hans, or its English name.",
    "licence": "“{part}” is no licence that we know: write its SPDX identifier, such as CC-BY-4.0, or its address.",
    "choice": "“{part}” is not one of the choices.",
    "role": "“{part}” is no role: use creator, instructor, contributor, publisher or provider.",
    "truth": "Write yes or no, or leave it empty.",
    "number": "“{part}” is not a number that fits here.",
    "duration": "“{part}” is no duration: write it such as 12 weeks, 90 minutes or P12W.",
    "date": "“{part}” is no date: write it such as 2026-11-23.",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """How a field is typed. `look`: line | text | lines | choice | choices | truth: what a form shows for it."""

    look: str
    read: Callable[[str], Any]
    choices: tuple[str, ...] = ()
    record: str = ""  # the field's name in Record, where it is another one


def parse(field: str, typed: str) -> Any:
    """The value of a field; None or [] when nothing is typed. Raises BadValue; KeyError when there is no such field."""
    shape = FIELDS[field]
    if len(typed) > MOST:
        raise BadValue("long")
    return shape.read(normal(typed))


def normal(typed: str) -> str:
    """What browsers and files do not agree on does not count: line ends, and white space around the whole."""
    return text.scrub(typed.replace("\r\n", "\n").replace("\r", "\n")).strip()


def show(field: str, value: Any) -> str:
    """A value as a person would type it: `parse` gives it again, but for what no form can hold."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return YES if value else NO
    if field == "agents":
        return "\n".join(person(agent) for agent in value)
    if field == "levels":
        return "\n".join(level for level in LEVELS if level in value)
    if isinstance(value, list):
        return "\n".join(str(part) for part in value)
    if field in MOMENTS:
        return str(value).removesuffix("T00:00:00+00:00")
    return normal(f"{value:g}" if isinstance(value, float) else str(value))


def person(agent: Mapping[str, Any]) -> str:
    """name | role | address; the role of most people is left out."""
    role, address = agent.get("role") or "creator", agent.get("url") or ""
    name = str(agent.get("name") or "").replace("|", "/")
    return " | ".join([name, *([role] if address or role != "creator" else []), *([address] if address else [])])


def line(typed: str) -> str | None:
    """One line of text."""
    return text.line(typed)


def title(typed: str) -> str:
    """One line of text, which must be there. Raises BadValue."""
    found = text.line(typed)
    if found is None:
        raise BadValue("empty")
    return found


def paragraph(typed: str) -> str | None:
    """Plain text."""
    return html.plain(typed, text.SUMMARY)


def rich(typed: str) -> str | None:
    """Safe HTML."""
    return html.rich(typed)


def lines(typed: str) -> list[str]:
    """One value a line."""
    return list(text.lines(typed.split("\n")))


def address(typed: str) -> str | None:
    """An http or https address. Raises BadValue."""
    found = url.absolute(typed) if typed else None
    if typed and found is None:
        raise BadValue("address", typed)
    return found


def one_of(choices: tuple[str, ...]) -> Callable[[str], str | None]:
    """A reader of one of these codes."""

    def read(typed: str) -> str | None:
        if typed and typed not in choices:
            raise BadValue("choice", typed)
        return typed or None

    return read


def levels(typed: str) -> list[str]:
    """Codes of LEVELS, in their order. Raises BadValue."""
    wanted = typed.split()
    for word in wanted:
        if word not in LEVELS:
            raise BadValue("choice", word)
    return [level for level in LEVELS if level in wanted]


def languages(typed: str) -> list[str]:
    """BCP 47 tags, one language a line. Raises BadValue."""
    found: dict[str, None] = {}
    for part in lines(typed):
        tag = language.tag(part)
        if tag is None:
            raise BadValue("language", part)
        found.setdefault(tag)
    return list(found)


def people(typed: str) -> list[dict[str, Any]]:
    """ "name | role | address", one a line. Raises BadValue."""
    found = []
    for part in typed.split("\n"):
        name, role, where = (*(piece.strip() for piece in part.split("|", 2)), "", "")[:3]
        known = text.line(name)
        if known is None:
            if part.strip():
                raise BadValue("empty")
            continue
        if role and role.lower() not in ROLES:
            raise BadValue("role", role)
        found.append({"name": known, "role": role.lower() or "creator", **({"url": address(where)} if where else {})})
    return found[: text.LIST]


def spdx(typed: str) -> str | None:
    """An SPDX identifier from an identifier, a name or an address. Raises BadValue."""
    found = licence.licence(typed) if typed else None
    if typed and (found is None or licence.family(found) is None):
        raise BadValue("licence", typed)
    return found


def truth(typed: str) -> bool | None:
    """yes, no, or nothing. Raises BadValue."""
    if typed.lower() not in ("", YES, NO):
        raise BadValue("truth", typed)
    return None if not typed else typed.lower() == YES


def number(typed: str, most: int) -> Decimal | None:
    """A number from 0 to `most` with at most two decimals. Raises BadValue."""
    if not typed:
        return None
    try:
        found = Decimal(typed.replace(",", "."))
    except InvalidOperation:
        raise BadValue("number", typed) from None
    if not found.is_finite() or not 0 <= found <= most or found != round(found, 2):
        raise BadValue("number", typed)
    return found


def credit(typed: str) -> str | None:
    """ECTS, as text. Raises BadValue."""
    found = number(typed, MOST_CREDITS)
    return None if found is None else format(found.normalize(), "f")


def hours(typed: str) -> float | None:
    """Hours a week. Raises BadValue."""
    found = number(typed, MOST_HOURS)
    return None if found is None else float(found)


def length(typed: str) -> str | None:
    """An ISO 8601 duration. Raises BadValue."""
    found = duration.duration(typed) if typed else None
    if typed and found is None:
        raise BadValue("duration", typed)
    return found


def day(typed: str) -> str | None:
    """A moment in UTC, ISO 8601. Raises BadValue."""
    found = dates.moment(typed) if typed else None
    if typed and found is None:
        raise BadValue("date", typed)
    return None if found is None else found.isoformat()


FIELDS: Mapping[str, Shape] = {  # in the order of a form; by the names of the catalogue's columns
    "title": Shape("line", title),
    "alternative_titles": Shape("lines", lines),
    "summary": Shape("text", paragraph),
    "description": Shape("text", rich),
    "url": Shape("line", address),
    "resource_type": Shape("choice", one_of(RESOURCE_TYPES), RESOURCE_TYPES),
    "languages": Shape("lines", languages),
    "subtitle_languages": Shape("lines", languages),
    "agents": Shape("lines", people),
    "provider": Shape("line", line),
    "institution": Shape("line", line),
    "code": Shape("line", line),
    "licence": Shape("line", spdx),
    "rights": Shape("text", paragraph),
    "free": Shape("truth", truth, (YES, NO)),
    "certificate": Shape("truth", truth, (YES, NO)),
    "credits": Shape("line", credit),
    "duration": Shape("line", length),
    "workload_min": Shape("line", hours),
    "workload_max": Shape("line", hours),
    "levels": Shape("choices", levels, LEVELS),
    "subjects": Shape("lines", lines),
    "keywords": Shape("lines", lines),
    "teaches": Shape("lines", lines),
    "prerequisites": Shape("lines", lines),
    "audience": Shape("lines", lines),
    "image": Shape("line", address),
    "content_created": Shape("line", day, record="created"),
    "content_published": Shape("line", day, record="published"),
    "content_modified": Shape("line", day, record="modified"),
}
MOMENTS = ("content_created", "content_published", "content_modified")
