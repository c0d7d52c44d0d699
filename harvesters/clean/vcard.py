"""People as learning metadata name them: a vCard (RFC 2426, or the older 2.1) inside an element, often folded, escaped or run together."""

from __future__ import annotations

import quopri
import re
from dataclasses import dataclass

from harvesters.clean import text, url

LONGEST = 20_000  # characters of one card
_PROPERTY = re.compile(r"\s*(?:[\w-]{1,40}\.)?([A-Za-z][A-Za-z-]{0,30})((?:;[^:\"]{0,200})?):(.*)", re.DOTALL)
_KNOWN = r"(?:BEGIN|END|VERSION|FN|N|ORG|URL|EMAIL|TEL|ADR|NOTE|TITLE|ROLE|UID|PHOTO|LABEL|BDAY|REV|X-[A-Z0-9-]{1,40})"
_START = re.compile(rf"(?:\\[rn]|\s)+(?={_KNOWN}(?:;[^:\s]{{0,100}})?:)")
_ESCAPED = re.compile(r"\\([\\,;:nN])")


@dataclass(frozen=True, slots=True)
class Card:
    """Who it is. `organisation`: True or False where the card tells, else None."""

    name: str
    company: str | None = None
    url: str | None = None
    organisation: bool | None = None


def card(written: str) -> Card | None:
    """The card, or a plain name; None when nobody is named."""
    written = written[:LONGEST].strip()
    if "BEGIN:VCARD" not in written.upper():
        name = text.line(written)
        return Card(name) if name else None
    said = _properties(written)
    shown, company = text.line(said.get("FN")), text.line(_component(said.get("ORG", ""), 0))
    family, given = (text.line(_component(said.get("N", ""), place)) for place in (0, 1))
    name = shown or (f"{given} {family}" if given and family else given or family) or company
    if name is None:
        return None
    organisation = True if name == company or not (shown or family or given) else False if given else None
    return Card(name, company, url.absolute(_unescaped(said.get("URL", ""))), organisation)


def _properties(written: str) -> dict[str, str]:
    """The first of each name, decoded; N and ORG keep their parts apart."""
    found: dict[str, str] = {}
    for line in _lines(written):
        match = _PROPERTY.fullmatch(line)
        if match is None:
            continue
        name, parameters, value = match[1].upper(), match[2].upper(), match[3].strip()
        if "QUOTED-PRINTABLE" in parameters:
            charset = re.search(r"CHARSET=([\w-]{1,30})", parameters)
            value = _decoded(value, charset[1] if charset else "utf-8")
        if name not in ("N", "ORG"):
            value = _unescaped(value)
        if value.strip(" ;"):
            found.setdefault(name, value)
    return found


def _lines(written: str) -> list[str]:
    """Unfolded (RFC 2425, section 5.8.1). An indented line that begins like a property is one: XML is printed so."""
    written = _START.sub("\n", re.sub(r"=\r?\n", "", written))
    found: list[str] = []
    for line in re.split(r"\r\n|\r|\n", written):
        if found and line[:1] in (" ", "\t"):
            found[-1] += line[1:]
        elif line.strip():
            found.append(line)
    return found


def _decoded(value: str, charset: str) -> str:
    plain = quopri.decodestring(value.encode("utf-8", "replace"))
    try:
        return plain.decode(charset, "replace")
    except LookupError:
        return plain.decode("utf-8", "replace")


def _component(value: str, place: int) -> str:
    parts = re.split(r"(?<!\\);", value)
    return _unescaped(parts[place]) if place < len(parts) else ""


def _unescaped(value: str) -> str:
    return _ESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], value)
