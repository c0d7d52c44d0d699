"""A resource as a reference in RIS, the tagged format that Zotero, EndNote, Mendeley and library systems read."""

from __future__ import annotations

from collections.abc import Iterator

from hub.exports.phrases import by_role, makers, publisher, terms, web
from hub.exports.site import Site
from hub.services.describing import Description

MEDIA_TYPE = "application/x-research-info-systems"
TYPES = {
    "textbook": "EBOOK",
    "video": "VIDEO",
    "article": "EJOUR",
    "dataset": "DATA",
    "tool": "COMP",
    "podcast": "SOUND",
    "course": "ELEC",
    "programme": "ELEC",
}
KEYWORDS_MOST = 50


def write(one: Description, site: Site) -> str:
    """One reference, with its end. Every value stands on one line."""
    return "".join(f"{tag}  - {value}\r\n" for tag, value in lines(one, site)) + "ER  - \r\n\r\n"


def lines(one: Description, site: Site) -> Iterator[tuple[str, str]]:
    """Tags with their values; the type first, as the format demands."""
    yield "TY", TYPES.get(one.resource_type or "", "GEN")
    yield from ((tag, value) for tag, said in values(one, site) if said and (value := one_line(said)))


def values(one: Description, site: Site) -> Iterator[tuple[str, str | None]]:
    """All that is known."""
    made = makers(one)
    yield "TI", one.title
    yield from (("AU", agent.name) for agent in made)
    yield from (("A2", agent.name) for agent in by_role(one, "creator", "instructor", "contributor") if agent not in made)
    yield "PB", publisher(one)
    if when := one.published or one.created or one.modified:
        yield "PY", f"{when.year:04}"
        yield "DA", f"{when:%Y/%m/%d}/"
    yield "AB", one.text
    yield from (("KW", word) for word in (*one.keywords, *one.subjects)[:KEYWORDS_MOST])
    yield "LA", next(iter(one.languages), None)
    known = dict(reversed(one.identifiers))
    yield "DO", known.get("doi")
    yield "SN", known.get("isbn") or known.get("issn")
    yield "UR", web(one.url) or site.page(one)
    yield "DP", site.name
    yield "AN", one.public_id
    yield "N1", " ".join(part for part in terms(one) if part)


def one_line(value: str) -> str:
    """Without line ends and other controls: a line of RIS is a value."""
    return " ".join("".join(" " if unprintable(letter) else letter for letter in value).split())


def unprintable(letter: str) -> bool:
    """What would end a line for one reader or another."""
    return letter < " " or letter in "\x7f\x85\u2028\u2029" or "\x80" <= letter <= "\x9f"
