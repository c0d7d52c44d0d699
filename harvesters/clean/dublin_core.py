"""The fifteen elements of Dublin Core, and the terms that repositories add to them -> a record."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

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
_ROLES = (("creator", "creator"), ("contributor", "contributor"), ("publisher", "publisher"))
Values = Mapping[str, Sequence[str]]


def values(metadata: etree._Element) -> Values:
    """Local name of an element -> its texts in order, whatever wraps and qualifies them."""
    found: dict[str, list[str]] = {}
    for node in metadata.iter(etree.Element):
        if len(node) == 0 and node.text:
            written = node.text.strip()
            if written:
                found.setdefault(xml.local(node), []).append(written)
    return found


def record(values: Values, name: str, datestamp: datetime | None, raw: Raw) -> Record | Failure:
    """A record, or why there is none: a title is all that it must have."""
    titles = text.lines(values.get("title", ()))
    if not titles:
        return Failure(
            reason="The record has no title.", raw=raw, identifier=name, datestamp=datestamp, advice="Give the record a dc:title."
        )
    rights = (*values.get("license", ()), *values.get("licence", ()), *values.get("rights", ()), *values.get("accessRights", ()))
    known, address = _licence(rights)
    agents = _agents(values)
    return Record(
        identifier=name,
        title=titles[0],
        raw=raw,
        datestamp=datestamp,
        url=_url(values),
        resource_type=resource_type((*values.get("type", ()), *values.get("learningResourceType", ()))),
        alternative_titles=(*titles[1:], *(one for one in text.lines(values.get("alternative", ())) if one not in titles)),
        summary=None,
        description=_description(values),
        languages=language.tags(values.get("language", ())),
        agents=agents,
        provider=next((agent.name for agent in agents if agent.role == "publisher"), None),
        identifiers=identifier.identifiers((*values.get("identifier", ()), *values.get("isbn", ()), *values.get("issn", ()))),
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


def _licence(rights: Sequence[str]) -> tuple[str | None, str | None]:
    for words in rights:
        known = licence.licence(words)
        if known:
            return known, url.absolute(words) or licence.url(known)
    return None, None


def _url(values: Values) -> str | None:
    """Where people read about the resource: a page before a file, and a name that resolves where there is no address."""
    addresses = [address for address in map(url.absolute, values.get("identifier", ())) if address]
    pages = [address for address in addresses if not _FILE.search(address)]
    if pages or addresses:
        return (pages or addresses)[0]
    for name in identifier.identifiers(values.get("identifier", ())):
        if name.scheme in ("doi", "handle"):
            return url.absolute(("https://doi.org/" if name.scheme == "doi" else "https://hdl.handle.net/") + name.value)
    return None


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
        for name in text.lines(values.get(field, ())):
            if role == "contributor" and Agent(name=name) in found:
                continue
            found.setdefault(Agent(name=name, role=role, organisation=True if role == "publisher" else None))
    return tuple(found)[: text.LIST]


def _subjects(values: Values) -> tuple[str, ...]:
    return text.lines(part for written in values.get("subject", ()) for part in text.split(written))


def _first(values: Values, *fields: str) -> datetime | None:
    """The earliest date of the first of `fields` that has one: oai_dc does not say which of its dates is which."""
    for field in fields:
        found = [moment for moment in map(dates.moment, values.get(field, ())) if moment]
        if found:
            return min(found)
    return None
