"""The fifteen elements of Dublin Core, and the terms that repositories add to them -> a record."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from html import escape, unescape
from urllib.parse import urlsplit

from lxml import etree

from harvesters.clean import dates, html, identifier, language, level, licence, text, url, xml
from harvesters.clean.resource_type import resource_type
from harvesters.record import Agent, Failure, Raw, Record

NAMESPACES = (
    ("oai_dc", "http://www.openarchives.org/OAI/2.0/oai_dc/"),
    ("dc", "http://purl.org/dc/elements/1.1/"),
    ("dcterms", "http://purl.org/dc/terms/"),
    ("xsi", "http://www.w3.org/2001/XMLSchema-instance"),
)
_FILE = re.compile(r"\.(?:pdf|docx?|pptx?|xlsx?|zip|epub|mp[34]|jpe?g|png|gif|xml)(?:$|[?#])", re.IGNORECASE)
_TECHNICAL = re.compile(r"No\. of bitstreams|^Made available in DSpace|^Submitted by .{1,200} on \d{4}-")
_ROLES = (("creator", "creator"), ("author", "creator"), ("contributor", "contributor"), ("publisher", "publisher"))
_LABELLED = re.compile(r"(?:[\w ]{1,30}:\s{0,3})?(https?://\S.{0,2000})", re.IGNORECASE)  # "URI: https://…"
_QUALIFIED = {"contributor.author": "author"}  # DSpace's own names: what the name after the dot does not say by itself
_OLD_RESOLVER = re.compile(r"^https?://dx\.doi\.org/")
_UNTOLD = {"date.accessioned", "description.provenance", "identifier.citation"}  # about the copy in the repository, not the resource
_OWN = {"author", "alternative", "abstract", "issued", "created", "available", "modified", "license", "isbn", "issn", "doi", "uri"}
_INLINE = set("a b br em i li ol p small span strong sub sup tt u ul".split())  # noqa: SIM905
_INSTITUTION = re.compile(
    r"universi|institut|college|school|facult|departm|ministr|academ|laborator|hochschule|escuela|foundation|大学|大學|学院|學院",
    re.IGNORECASE,
)
Values = Mapping[str, Sequence[str]]


def values(metadata: etree._Element) -> Values:
    """Local name of an element -> its texts in order, whatever wraps and qualifies them. Markup inside an element is its text."""
    found: dict[str, list[str]] = {}
    inside: set[etree._Element] = set()
    for node in metadata.iter(etree.Element):
        if node in inside or (len(node) and not _mixed(node)):
            continue
        inside.update(node.iterdescendants())
        written = (xml.content(node) or "").strip() if len(node) == 0 else _inner(node)
        if written and (name := _name(xml.local(node))):
            found.setdefault(name, []).append(written)
    return found


def _mixed(node: etree._Element) -> bool:
    """It holds HTML's elements: markup that was not escaped, not a wrapper."""
    return all(xml.local(child).lower() in _INLINE for child in node)


def _inner(node: etree._Element) -> str:
    """The content as HTML: its elements by their names alone."""
    parts = [escape(node.text or "", quote=False)]
    for child in node:
        name, words = xml.local(child), escape(xml.content(child) or "", quote=False)
        parts += [
            f"<{name}>{words}</{name}>" if name and words else "<br>" if name == "br" else words,
            escape(child.tail or "", quote=False),
        ]
    return "".join(parts).strip()


def _name(local: str) -> str | None:
    """ "date.issued" is "issued", "subject.lcsh" is "subject", "title" is "title"."""
    if "." not in local:
        return local
    if local in _UNTOLD:
        return None
    element, _, qualifier = local.partition(".")
    return _QUALIFIED.get(local) or (qualifier if qualifier in _OWN else element)


def record(values: Values, name: str, datestamp: datetime | None, raw: Raw) -> Record | Failure:
    """A record, or why there is none: a title is all that it must have."""
    titles = text.lines(values.get("title", ()))
    if not titles:
        return Failure(
            reason="The record has no title.", raw=raw, identifier=name, datestamp=datestamp, advice="Give the record a dc:title."
        )
    rights = [words for field in ("license", "licence", "licenseCondition", "rights", "accessRights") for words in values.get(field, ())]
    known, address = _licence(rights)
    agents = _agents(values)
    return Record(
        identifier=name,
        title=titles[0],
        raw=raw,
        datestamp=datestamp,
        url=_url(values, name, raw.url),
        resource_type=resource_type(
            part
            for field in ("type", "learningResourceType")
            for written in values.get(field, ())
            for part in (written, *text.split(written))
        ),
        alternative_titles=(*titles[1:], *(one for one in text.lines(values.get("alternative", ())) if one not in titles)),
        summary=None,
        description=_description(values),
        languages=language.tags(values.get("language", ())),
        agents=agents,
        provider=next((agent.name for agent in agents if agent.role == "publisher"), None),
        identifiers=identifier.identifiers(_names(values)),
        licence=known,
        licence_url=address,
        rights=text.line(" ".join(dict.fromkeys(rights)), text.SUMMARY) if rights else None,
        levels=level.levels((*values.get("educationLevel", ()), *values.get("audience", ()))),
        subjects=_subjects(values),
        audience=text.lines(values.get("audience", ())),
        created=_first(values, "created"),
        published=_first(values, "issued", "available", "date"),
        modified=_first(values, "modified"),
    )


def _types(values: Values) -> Iterator[str]:
    for written in (*values.get("type", ()), *values.get("learningResourceType", ())):
        yield from (written, *text.split(written))


def _names(values: Values) -> Iterator[str]:
    """What may name the resource in the world; OpenAIRE's guidelines (3.0, 4.4) put its other names into relation."""
    for field in ("identifier", "doi", "isbn", "issn"):
        yield from values.get(field, ())
    for words in values.get("relation", ()):
        scheme, _, value = words.partition("semantics/altIdentifier/")[2].partition("/")
        if scheme in ("doi", "hdl"):
            yield f"{scheme}:{value}"


def _licence(rights: Sequence[str]) -> tuple[str | None, str | None]:
    """The most exact of those that are told: a version where one statement has it, an open licence before "in copyright"."""
    best, where = None, None
    for words in rights:
        known = licence.licence(words)
        if known and (best is None or best == "all-rights-reserved" or (known.startswith(best + "-") and known[len(best) + 1].isdigit())):
            best, where = known, url.absolute(words)
    return best, where or licence.url(best)


def _url(values: Values, name: str, source: str) -> str | None:
    """Where people read about the resource: a page before a file, and a name that resolves where there is no address.

    EPrints has the file as identifier, if any, and the page about it as relation: such a relation is at the repository itself.
    """
    addresses = list(_addresses((*values.get("identifier", ()), *values.get("uri", ()))))
    pages = [address for address in addresses if not _FILE.search(address)]
    if pages:
        return pages[0]
    homes = {url.host(source), url.host("https://" + name.split(":")[1]) if name.startswith("oai:") else None}
    beside = [page for page in _addresses(values.get("relation", ())) if url.host(page) in homes and not _FILE.search(page)]
    around = [address for address in beside if any(file.startswith(address.rstrip("/") + "/") for file in addresses)]
    if around or addresses:
        return (around or addresses)[0]
    for known in identifier.identifiers(_names(values)):
        if known.scheme in ("doi", "handle"):
            return url.absolute(("https://doi.org/" if known.scheme == "doi" else "https://hdl.handle.net/") + known.value)
    return next((address for address in beside if urlsplit(address).path.strip("/")), None)


def _addresses(written: Iterable[str]) -> Iterator[str]:
    for words in written:
        found = _LABELLED.fullmatch(words)
        address = url.absolute(found[1]) if found else None
        if address:
            yield _OLD_RESOLVER.sub("https://doi.org/", address)


def _description(values: Values) -> str | None:
    written = [
        words
        for words in dict.fromkeys((*values.get("abstract", ()), *values.get("description", ())))
        if not _TECHNICAL.search(words[:500])
    ]
    if len(written) < 2:
        return html.rich(written[0]) if written else None
    parts = [part for part in map(html.rich, written[:20]) if part]
    whole = "".join(part if part.startswith("<") else f"<p>{part}</p>" for part in parts)
    return html.rich(whole)


def _agents(values: Values) -> tuple[Agent, ...]:
    found: dict[Agent, None] = {}
    for field, role in _ROLES:
        written = values.get(field, ())
        for name in text.lines(written if role == "publisher" else (part for names in written for part in _people(names))):
            if role == "contributor" and Agent(name=name) in found:
                continue
            found.setdefault(Agent(name=name, role=role, organisation=True if role == "publisher" else None))
    return tuple(found)[: text.LIST]


def _people(written: str) -> Iterable[str]:
    """The names in one element: journals add the affiliation behind a semicolon, libraries list several people so."""
    if ";" not in written:
        return [written]
    parts = [part for part in text.split(unescape(written), ";") if part]
    return [part for part in parts if not _INSTITUTION.search(part)] or parts


def _subjects(values: Values) -> tuple[str, ...]:
    return text.lines(part for written in values.get("subject", ()) for part in text.split(written))


def _first(values: Values, *fields: str) -> datetime | None:
    """The earliest date of the first of `fields` that has one: oai_dc does not say which of its dates is which."""
    for field in fields:
        found = [moment for moment in map(dates.moment, values.get(field, ())) if moment]
        if found:
            return min(found)
    return None
