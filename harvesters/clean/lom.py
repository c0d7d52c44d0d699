"""Learning Object Metadata (IEEE 1484.12.1) in its bindings -> a record.

IEEE writes `<string language="en">`, IMS `<langstring xml:lang="en">`, others plain text; vocabularies are `source` and `value`, with or
without such strings in them. Namespaces differ from site to site, so that elements are known by their own names alone, in any case.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from lxml import etree

from harvesters.clean import dates, dublin_core, duration, level, text, url, vcard, workload, xml
from harvesters.clean.resource_type import resource_type
from harvesters.record import Agent, Failure, Raw, Record

_STRINGS = {"string", "langstring"}
_CATEGORIES = {"general", "lifecycle", "technical", "educational", "rights", "classification"}
_ROLES = {
    "author": "creator", "creator": "creator", "writer": "creator", "publisher": "publisher", "instructor": "instructor",
    "teacher": "instructor", "lecturer": "instructor", "provider": "provider", "content provider": "provider",
    "institution": "institution", "modification": "modification",
}  # fmt: skip
_SIZES = {"3": "course", "4": "programme"}  # aggregation levels (5.7 of the standard's table)
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
Node = etree._Element


def holder(node: Node) -> Node | None:
    """The element that holds LOM's categories, at or under `node`; None when it holds none."""
    for found in node.iter(etree.Element):
        if sum(_name(child) in _CATEGORIES for child in found) and (_name(found) in ("lom", "record", "metadata") or found is node):
            return found
    return None


def record(lom: Node, name: str | None, datestamp: datetime | None, raw: Raw, kind: str | None = None) -> Record | Failure:
    """A record. `name` is the repository's identifier, without one the first of the object's own; `kind` is what a package says it is."""
    general, technical, educational = (_all(lom, category) for category in ("general", "technical", "educational"))
    codes = dict(_catalogued(general))
    tongue = next(iter(_texts(general, "language")), "")
    locations = _texts(technical, "location")
    identifier = name or next(iter(codes.values()), None) or next(iter(locations), None)
    if identifier is None:
        return Failure(reason="The object has no identifier.", raw=raw, datestamp=datestamp, advice="Give general an identifier.")
    made = dublin_core.record(_values(lom, general, technical, educational, tongue), identifier, datestamp, raw)
    if isinstance(made, Failure):
        return replace(made, advice="Give general a title.")
    people = list(_people(_all(lom, "lifecycle")))
    houses = [card[0].name for role, card in people if role == "institution"]
    people = [(role, card) for role, card in people if role != "institution"]
    purposes = list(_classified(lom))
    dated = dict(reversed([(role, moment) for role, moment, _ in _contributions(_all(lom, "lifecycle")) if moment]))
    load = next((found for words in _times(educational) if (found := workload.workload(words)) != workload.NONE), workload.NONE)
    size = next(iter(_values_of(general, "aggregationlevel")), "")
    return replace(
        made,
        resource_type=made.resource_type or resource_type([kind]) or _SIZES.get(size),
        agents=tuple(dict.fromkeys(card[0] for _, card in people))[: text.LIST],
        provider=next((card[0].name for role, card in people if role in ("provider", "publisher")), None),
        institution=next(iter((*houses, *(card[1] for role, card in people if role in ("creator", "instructor") and card[1]))), None),
        code=next((text.line(code) for catalogue, code in codes.items() if "course number" in catalogue.lower()), None),
        free={"no": True, "yes": False}.get(next(iter(_values_of(_all(lom, "rights"), "cost")), "")),
        duration=_lasts(educational, "typicallearningtime") or _lasts(technical, "duration"),
        workload_min=load.min,
        workload_max=load.max,
        levels=level.levels(
            (*_values_of(educational, "context", "difficulty"), *(word for purpose, word in purposes if purpose == "educational level"))
        ),
        subjects=text.lines(word for purpose, word in purposes if purpose in ("discipline", "idea", "")),
        keywords=text.lines(_texts(general, "keyword")),
        teaches=text.lines(word for purpose, word in purposes if purpose in ("educational objective", "competency", "skill level")),
        prerequisites=text.lines(word for purpose, word in purposes if purpose == "prerequisite"),
        audience=text.lines((*_values_of(educational, "intendedenduserrole"), *_texts(educational, "typicalagerange"))),
        created=dated.get("creator"),
        published=dated.get("publisher"),
        modified=dated.get("modification"),
        same_as=tuple(dict.fromkeys(_same(lom))),
    )


def _values(lom: Node, general: list[Node], technical: list[Node], educational: list[Node], tongue: str) -> dublin_core.Values:
    """What LOM shares with Dublin Core, under its names. An address of the object's place goes before those among its identifiers."""
    titles = [node for holder_ in general for node in holder_ if _name(node) == "title"]
    described = [node for holder_ in general for node in holder_ if _name(node) == "description"]
    rights = _all(lom, "rights")
    return {
        "title": [words for node in titles for words in _preferred(node, tongue)],
        "description": [words for node in described for words in _preferred(node, tongue)[:1]],
        "language": _texts(general, "language") or [language for node in titles for language, _ in _strings(node)][:1],
        "identifier": [*_texts(technical, "location"), *(entry for _, entry in _catalogued(general))],
        "type": _values_of(educational, "learningresourcetype"),
        "rights": [*_texts(rights, "description"), *_addresses(rights)],
    }


def _name(node: Node) -> str:
    return xml.local(node).lower()


def _all(lom: Node, category: str) -> list[Node]:
    return [child for child in lom if _name(child) == category]


def _strings(node: Node) -> list[tuple[str, str]]:
    """(language, text) of each string in the element; its own text when it has none."""
    inner = [child for child in node if _name(child) in _STRINGS]
    found = [
        ((child.get("language") or child.get(_XML_LANG) or "").strip(), (xml.content(child) or "").strip()) for child in inner or [node]
    ]
    return [(language, words) for language, words in found if words]


def _preferred(node: Node, tongue: str) -> list[str]:
    """The texts, those in the object's own language first."""
    found = _strings(node)
    short = tongue.lower()[:2]
    return [words for _, words in sorted(found, key=lambda pair: not (short and pair[0].lower().startswith(short)))]


def _texts(holders: list[Node], *names: str) -> list[str]:
    return [words for holder_ in holders for node in holder_ if _name(node) in names for _, words in _strings(node)]


def _values_of(holders: list[Node], *names: str) -> list[str]:
    """The values of vocabularies; of words in several languages each."""
    found = []
    for node in (node for holder_ in holders for node in holder_ if _name(node) in names):
        values = [child for child in node if _name(child) == "value"]
        found += [words for value in values or ([node] if len(node) == 0 else []) for _, words in _strings(value)]
    return found


def _catalogued(general: list[Node]) -> Iterator[tuple[str, str]]:
    """(catalogue, entry) of each identifier; those of IMS are called catalogentry."""
    for number, node in enumerate(node for holder_ in general for node in holder_ if _name(node) in ("identifier", "catalogentry")):
        parts = {_name(child): " ".join(words for _, words in _strings(child)) for child in node}
        entry = parts.get("entry") or (parts == {} and (xml.content(node) or "").strip()) or ""
        if entry:
            yield parts.get("catalog", parts.get("catalogue", "")) or str(number), entry


def _contributions(cycles: list[Node]) -> Iterator[tuple[str, datetime | None, list[Node]]]:
    """(role, date, who) of each contribution; of some nobody says whose it was."""
    for node in (node for cycle in cycles for node in cycle if _name(node) == "contribute"):
        said = next(iter(_values_of([node], "role")), "").lower()
        role = _ROLES.get(said.rpartition("/")[2].rpartition("#")[2] or said, "contributor")
        when = next((child for child in node if _name(child) == "date"), None)
        written = () if when is None else (*when, when)
        moment = next((m for m in (dates.moment((xml.content(part) or "").strip()) for part in written) if m), None)
        yield role, moment, [child for child in node if _name(child) in ("entity", "centity")]


def _people(cycles: list[Node]) -> Iterator[tuple[str, tuple[Agent, str | None]]]:
    """(role, (agent, company)) of everybody with a part in it."""
    for role, _, entities in _contributions(cycles):
        for entity in entities:
            card = vcard.card(xml.content(entity) or "")
            if card:
                yield role, (Agent(name=card.name, role=role, url=card.url, organisation=card.organisation), card.company)


def _classified(lom: Node) -> Iterator[tuple[str, str]]:
    """(purpose, words) of each path's end and each keyword; some write paths without a classification around them."""
    for node in lom:
        if _name(node) == "taxonpath":
            yield from (("", words) for words in _taxons(node))
        if _name(node) == "classification":
            purpose = next(iter(_values_of([node], "purpose")), "").lower()
            for child in node:
                if _name(child) == "taxonpath":
                    yield from ((purpose, words) for words in _taxons(child))
                elif _name(child) == "keyword":
                    yield from ((purpose, words) for _, words in _strings(child))


def _taxons(path: Node) -> Iterator[str]:
    """The path's steps, each a subject; without words, its identifier."""
    for taxon in path.iter(etree.Element):
        if _name(taxon) == "taxon":
            yield from _texts([taxon], "entry")[:1] or _texts([taxon], "id")[:1]


def _lasts(holders: list[Node], name: str) -> str | None:
    """The first duration. LOM has no weeks: where words beside it say the same length, theirs is the source's own."""
    for node in (node for holder_ in holders for node in holder_ if _name(node) == name):
        found = [length for part in (*node, node) if (length := duration.duration((xml.content(part) or "").strip()))]
        if found:
            return next((other for other in found[1:] if "W" in other and duration.hours(other) == duration.hours(found[0])), found[0])
    return None


def _times(educational: list[Node]) -> list[str]:
    """What is said in words of the time that it takes."""
    times = [node for holder_ in educational for node in holder_ if _name(node) == "typicallearningtime"]
    return _texts(times, "description")


def _same(lom: Node) -> Iterator[str]:
    """Addresses of the same work elsewhere. The standard's own kinds of relation say less than that: a version may be another edition."""
    for relation in _all(lom, "relation"):
        if "same as" in (words.lower() for words in _values_of([relation], "kind")):
            entries = (entry for _, entry in _catalogued(_all(relation, "resource")))
            yield from (found for entry in entries if (found := url.absolute(entry)))


def _addresses(rights: list[Node]) -> Iterator[str]:
    """Licences that stand as addresses in any other element of the rights."""
    for holder_ in rights:
        for node in holder_.iter(etree.Element):
            words = (node.text or "").strip()
            if words.startswith(("http://", "https://")) and _name(node) not in ("description", "source"):
                yield words
