"""A resource as a BibTeX entry, for LaTeX and reference managers. Text stays Unicode, as biber and every manager read it."""

from __future__ import annotations

import re

from hub.exports.phrases import makers, publisher, terms, web
from hub.exports.ris import one_line
from hub.exports.site import Site
from hub.services.describing import Agent, Description

MEDIA_TYPE = "application/x-bibtex"
TYPES = {"textbook": "book", "article": "article"}
MARKS = {
    "\\": "\\textbackslash{}",
    "{": "\\{",
    "}": "\\}",
    "$": "\\$",
    "&": "\\&",
    "%": "\\%",
    "#": "\\#",
    "_": "\\_",
    "~": "\\textasciitilde{}",
    "^": "\\textasciicircum{}",
}
SPECIAL = re.compile(r"[\\{}$&%#_~^]")
IN_ADDRESS = {"\\": "%5C", "{": "%7B", "}": "%7D"}  # an address stands in braces as it is: it goes into \url


def write(one: Description, site: Site) -> str:
    """One entry. Its key is made of our public id: two resources never share one."""
    fields = {
        "title": f"{{{latex(one.title)}}}",  # braces keep capitals
        "author": " and ".join(person(agent) for agent in makers(one)),
        "publisher": latex(publisher(one)),
        "year": next((f"{when.year:04}" for when in (one.published, one.created, one.modified) if when), ""),
        "abstract": latex(one.summary or one.text),
        "keywords": ", ".join(latex(word.replace(",", " ")) for word in (*one.keywords, *one.subjects)[:50]),
        "language": next(iter(one.languages), ""),
        "doi": latex(next((value for scheme, value in one.identifiers if scheme == "doi"), None)),
        "isbn": next((value for scheme, value in one.identifiers if scheme == "isbn"), ""),
        "url": address(web(one.url) or site.page(one)),
        "note": latex(" ".join(part for part in (one.rights, *terms(one)) if part)),
    }
    body = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value and value != "{}")
    return f"@{TYPES.get(one.resource_type or '', 'misc')}{{hub-{key(one.public_id)},\n{body}}}\n\n"


def latex(value: str | None) -> str:
    """Text on one line, in which no character means anything to TeX."""
    return SPECIAL.sub(lambda found: MARKS[found[0]], one_line(value or ""))


def person(agent: Agent) -> str:
    """A name that BibTeX does not take apart when it is one of an organisation, or has an "and" or a comma in it."""
    name = latex(agent.name)
    whole = agent.organisation or "," in name or " and " in f" {name} ".casefold() or not name.isascii()
    return f"{{{name}}}" if whole else name


def address(value: str) -> str:
    return "".join(IN_ADDRESS.get(letter, letter) for letter in one_line(value))


def key(public_id: str) -> str:
    """Only letters that every BibTeX takes in a key."""
    return re.sub(r"[^A-Za-z0-9]", "", public_id)
