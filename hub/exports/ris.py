"""A resource as a reference in RIS, the tagged format that Zotero, EndNote, Mendeley and library systems read.

What a tag means depends on the type: A2 is the editor of a series of books, LA the programming language of a program. What a type has no
right tag for stands in a note, where every reader keeps it.
"""

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
}
WEB = "ELEC"  # courses, programmes, anything else: readers take GEN for a journal's article
WITHOUT_OTHERS = ("EBOOK", "EJOUR")  # where A2 is no contributor
KEYWORDS_MOST = 50


def write(one: Description, site: Site) -> str:
    """One reference, with its end. Every value stands on one line."""
    return "".join(f"{tag}  - {value}\r\n" for tag, value in lines(one, site)) + "ER  - \r\n\r\n"


def lines(one: Description, site: Site) -> Iterator[tuple[str, str]]:
    """Tags with their values; the type first, as the format demands."""
    yield "TY", kind(one)
    yield from ((tag, value) for tag, said in values(one, site) if said and (value := one_line(said)))


def kind(one: Description) -> str:
    """The type of reference."""
    return TYPES.get(one.resource_type or "", WEB)


def values(one: Description, site: Site) -> Iterator[tuple[str, str | None]]:
    """All that is known."""
    made, type = makers(one), kind(one)
    others = [agent for agent in by_role(one, "creator", "instructor", "contributor") if agent not in made]
    yield "TI", one.title
    yield from (("AU", agent.name) for agent in made)
    if type not in WITHOUT_OTHERS:
        yield from (("A2", agent.name) for agent in others)
    if type in (WEB, "EJOUR"):  # the website or the journal: neither has a publisher for Zotero
        yield "T2", publisher(one)
    if type == WEB:
        yield "M3", (one.resource_type or "").capitalize()
    yield "PB", publisher(one)
    if when := one.published or one.created or one.modified:
        yield "PY", f"{when.year:04}"
        yield "DA", f"{when:%Y/%m/%d}/"
    yield "AB", one.text
    yield from (("KW", word) for word in (*one.keywords, *one.subjects)[:KEYWORDS_MOST])
    if type != "COMP":
        yield "LA", next(iter(one.languages), None)
    known = dict(reversed(one.identifiers))
    yield "DO", known.get("doi")
    yield "SN", known.get("issn" if type == "EJOUR" else "isbn")
    yield "UR", web(one.url) or site.page(one)
    yield "DP", site.name
    yield "AN", one.public_id
    yield "N1", " ".join(part for part in terms(one) if part)
    yield "N1", "; ".join(f"{agent.role.capitalize()}: {agent.name}" for agent in others)


def one_line(value: str) -> str:
    """Without line ends and other controls: a line of RIS is a value."""
    return " ".join("".join(" " if unprintable(letter) else letter for letter in value).split())


def unprintable(letter: str) -> bool:
    """What would end a line for one reader or another."""
    return letter < " " or letter in "\x7f\x85\u2028\u2029" or "\x80" <= letter <= "\x9f"
