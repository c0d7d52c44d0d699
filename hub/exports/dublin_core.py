"""A resource in unqualified Dublin Core, as every OAI-PMH repository has to offer it: http://www.openarchives.org/OAI/2.0/oai_dc.xsd

The description is plain text: Dublin Core is for finding. What it says by each element stands in docs/oai-pmh.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Protocol

from harvesters.clean import licence
from hub.exports.markup import element, text
from hub.exports.oai_pmh import XSI, Format
from hub.exports.phrases import moment

FORMAT = Format("oai_dc", "http://www.openarchives.org/OAI/2.0/oai_dc.xsd", "http://www.openarchives.org/OAI/2.0/oai_dc/")
HEAD = (
    '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    f"{XSI} "
    'xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/oai_dc/ http://www.openarchives.org/OAI/2.0/oai_dc.xsd">'
)


class Named(Protocol):
    """Somebody with a part in a resource."""

    @property
    def name(self) -> str: ...
    @property
    def role(self) -> str: ...


class Labelled(Protocol):
    """A concept with its names by language."""

    @property
    def labels(self) -> Mapping[str, str]: ...


class Brief(Protocol):
    """What Dublin Core can carry of a resource: a `describing.Description` has it, and so have the few columns of a long list."""

    @property
    def title(self) -> str: ...
    @property
    def alternative_titles(self) -> Sequence[str]: ...
    @property
    def text(self) -> str: ...
    @property
    def url(self) -> str | None: ...
    @property
    def resource_type(self) -> str | None: ...
    @property
    def languages(self) -> Sequence[str]: ...
    @property
    def agents(self) -> Sequence[Named]: ...
    @property
    def provider(self) -> str | None: ...
    @property
    def licence(self) -> str | None: ...
    @property
    def licence_url(self) -> str | None: ...
    @property
    def rights(self) -> str | None: ...
    @property
    def topics(self) -> Sequence[Labelled]: ...
    @property
    def platforms(self) -> Sequence[Labelled]: ...
    @property
    def subjects(self) -> Sequence[str]: ...
    @property
    def keywords(self) -> Sequence[str]: ...
    @property
    def identifiers(self) -> Sequence[tuple[str, str]]: ...
    @property
    def created(self) -> datetime | None: ...
    @property
    def published(self) -> datetime | None: ...
    @property
    def modified(self) -> datetime | None: ...


def write(one: Brief, page: str) -> str:
    """The element oai_dc:dc; `page` is the resource's page at the hub."""
    tongue = one.languages[0] if len(one.languages) == 1 else None
    parts = [HEAD, element("dc:title", one.title, tongue)]
    parts += [f"<dc:title>{text(title)}</dc:title>" for title in one.alternative_titles if title]
    parts += [f"<dc:creator>{text(agent.name)}</dc:creator>" for agent in one.agents if agent.role == "creator"]
    parts += subjects(one)
    parts.append(element("dc:description", one.text, tongue))
    parts += [f"<dc:publisher>{text(name)}</dc:publisher>" for name in publishers(one)]
    parts += [f"<dc:contributor>{text(agent.name)}</dc:contributor>" for agent in one.agents if agent.role in ("instructor", "contributor")]
    parts.append(element("dc:date", day(one.published or one.created or one.modified)))
    parts.append(element("dc:type", one.resource_type))
    parts += [f"<dc:identifier>{text(name)}</dc:identifier>" for name in identifiers(one, page)]
    parts += [f"<dc:language>{text(language)}</dc:language>" for language in one.languages]
    if one.url:
        parts.append(f"<dc:relation>{text(page)}</dc:relation>")
    parts += [f"<dc:rights>{text(words)}</dc:rights>" for words in rights(one.licence, one.licence_url, one.rights)]
    parts.append("</oai_dc:dc>")
    return "".join(parts)


def subjects(one: Brief) -> Iterator[str]:
    """Concepts in each of their languages, then the source's own words, none twice."""
    seen: set[str] = set()
    for concept in (*one.topics, *one.platforms):
        for language, label in concept.labels.items():
            if label not in seen:
                seen.add(label)
                yield subject(label, language)
    for word in (*one.subjects, *one.keywords):
        if word and word not in seen:
            seen.add(word)
            yield f"<dc:subject>{text(word)}</dc:subject>"


@lru_cache(maxsize=4096)
def subject(label: str, language: str) -> str:
    """One name of a concept."""
    return element("dc:subject", label, language)


def publishers(one: Brief) -> list[str]:
    """Who offers it, then who published it."""
    named = [agent.name for agent in one.agents if agent.role in ("publisher", "provider")]
    return list(dict.fromkeys([one.provider, *named] if one.provider else named))


def identifiers(one: Brief, page: str) -> list[str]:
    """Where it is, then its names in the world."""
    return [one.url or page, *(name(scheme, value) for scheme, value in one.identifiers)]


def name(scheme: str, value: str) -> str:
    """A name with the scheme that it belongs to: "doi:10.1000/182"."""
    return f"{'hdl' if scheme == 'handle' else scheme}:{value}"


@lru_cache(maxsize=4096)
def rights(spdx: str | None, address: str | None, words: str | None) -> tuple[str, ...]:
    """The licence by its address, by its name where the address does not tell it, and the source's own words."""
    told = spdx is None or licence.licence(address) == spdx
    return tuple(dict.fromkeys(one for one in (address, None if told else spdx, words) if one))


def day(value: datetime | None) -> str | None:
    """A date; with its time where it has one."""
    written = moment(value)
    return written.removesuffix("T00:00:00Z") if written else None
