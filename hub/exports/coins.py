"""COinS: an OpenURL (ANSI/NISO Z39.88-2004, key/encoded-value) in the title of a span, by which Zotero and library tools know a page.

Books and articles are written with the formats for them, everything else with the one for Dublin Core.
"""

from __future__ import annotations

from urllib.parse import urlencode

from hub.exports.phrases import makers, publisher, web
from hub.exports.site import Site
from hub.services.describing import Description

BOOK = "info:ofi/fmt:kev:mtx:book"
JOURNAL = "info:ofi/fmt:kev:mtx:journal"
DUBLIN_CORE = "info:ofi/fmt:kev:mtx:dc"
TYPES = {"video": "videoRecording", "podcast": "podcast", "tool": "computerProgram", "dataset": "dataset"}  # as Zotero calls them
MOST = 20  # people, and keywords
ABSTRACT = 500  # characters


def write(one: Description, site: Site) -> str:
    """The text of the title attribute, not yet escaped for HTML."""
    names = dict(reversed(one.identifiers))
    pairs = [("ctx_ver", "Z39.88-2004"), ("rfr_id", f"info:sid/{site.name}")]
    if one.resource_type == "textbook":
        pairs += book(one, names)
    elif one.resource_type == "article":
        pairs += article(one, names)
    else:
        pairs += dublin_core(one, site)
    if doi := names.get("doi"):
        pairs.append(("rft_id", f"info:doi/{doi}"))
    pairs.append(("rft_id", web(one.url) or site.page(one)))
    return urlencode([(name, value) for name, value in pairs if value])


def book(one: Description, names: dict[str, str]) -> list[tuple[str, str]]:
    """A book by its own keys."""
    return [
        ("rft_val_fmt", BOOK),
        ("rft.genre", "book"),
        ("rft.btitle", one.title),
        *(("rft.au", agent.name) for agent in makers(one)[:MOST]),
        ("rft.pub", publisher(one) or ""),
        ("rft.date", date(one)),
        ("rft.isbn", names.get("isbn", "")),
        ("rft.language", next(iter(one.languages), "")),
    ]


def article(one: Description, names: dict[str, str]) -> list[tuple[str, str]]:
    """An article: its own title is another key than the journal's."""
    return [
        ("rft_val_fmt", JOURNAL),
        ("rft.genre", "article"),
        ("rft.atitle", one.title),
        *(("rft.au", agent.name) for agent in makers(one)[:MOST]),
        ("rft.jtitle", publisher(one) or ""),
        ("rft.date", date(one)),
        ("rft.issn", names.get("issn", "")),
        ("rft.language", next(iter(one.languages), "")),
        ("rft.description", one.text[:ABSTRACT]),
    ]


def dublin_core(one: Description, site: Site) -> list[tuple[str, str]]:
    """Anything else."""
    return [
        ("rft_val_fmt", DUBLIN_CORE),
        ("rft.type", TYPES.get(one.resource_type or "", "webpage")),
        ("rft.title", one.title),
        *(("rft.creator", agent.name) for agent in makers(one)[:MOST]),
        ("rft.publisher", publisher(one) or ""),
        ("rft.date", date(one)),
        ("rft.language", next(iter(one.languages), "")),
        ("rft.rights", one.licence or ""),
        ("rft.source", publisher(one) or site.name),
        ("rft.description", one.text[:ABSTRACT]),
        *(("rft.subject", word) for word in (*one.keywords, *one.subjects)[:MOST]),
        ("rft.identifier", web(one.url) or site.page(one)),
    ]


def date(one: Description) -> str:
    """The day of the content; empty when nobody says."""
    when = one.published or one.created or one.modified
    return when.date().isoformat() if when else ""
