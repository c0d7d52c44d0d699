"""A resource as Learning Object Metadata (IEEE 1484.12.1) in the XML binding of IEEE 1484.12.3: namespace http://ltsc.ieee.org/xsd/LOM

Vocabularies of the standard are used where its words say what we know; others have a source of our own. Numbers are those of the standard's
table. What stands where is told in docs/oai-pmh.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from hub.exports import dublin_core, vcard
from hub.exports.markup import attribute, element, text
from hub.exports.oai_pmh import XSI, Format
from hub.exports.phrases import web, weeks, workload
from hub.services.describing import Agent, Description, Topic

NAMESPACE = "http://ltsc.ieee.org/xsd/LOM"
FORMAT = Format("lom", "http://ltsc.ieee.org/xsd/lomv1.0/lomLoose.xsd", NAMESPACE)  # lom.xsd takes no word but the standard's
HEAD = f'<lom xmlns="{NAMESPACE}" {XSI} xsi:schemaLocation="{NAMESPACE} {FORMAT.schema}">'
STANDARD = "LOMv1.0"
OURS = "https://open-commerce-hub.example/ns/terms"  # words that the standard does not have
SAME = "same as"  # 7.1
VOCABULARY = "https://open-commerce-hub.example/vocabulary"
ROLES = {"creator": "author", "publisher": "publisher", "provider": "content provider"}  # 2.3.1; others are ours
SIZES = {"course": "3", "programme": "4"}  # 1.8
END_USERS = ("teacher", "author", "learner", "manager")  # 5.5
CONTEXTS = ((("school",), "school"), (("undergraduate", "postgraduate"), "higher education"), (("professional",), "training"))  # 5.6
DIFFICULTIES = {"introductory": "easy", "intermediate": "medium", "advanced": "difficult"}  # 5.8
FREE = {True: "no", False: "yes"}  # 6.1: does it cost anything?
_DURATION = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(T.+)?")


def write(one: Description, page: str) -> str:
    """The element lom; `page` is the resource's page at the hub."""
    about = general(one) + life_cycle(one) + meta(page) + technical(one, page)
    return f"{HEAD}{about}{educational(one)}{rights(one)}{relations(one)}{classified(one)}</lom>"


def strings(name: str, *words: tuple[str | None, str | None]) -> str:
    """A LangString: each text with its language; nothing without any."""
    inner = "".join(
        f'<string language="{attribute(language)}">{text(said)}</string>' if language else f"<string>{text(said)}</string>"
        for said, language in words
        if said
    )
    return f"<{name}>{inner}</{name}>" if inner else ""


def term(name: str, value: str | None, *, source: str = STANDARD) -> str:
    """A word of a vocabulary."""
    return f"<{name}><source>{text(source)}</source><value>{text(value)}</value></{name}>" if value else ""


def category(name: str, parts: Iterable[str]) -> str:
    """One of the nine categories; nothing when it has nothing to say."""
    inner = "".join(parts)
    return f"<{name}>{inner}</{name}>" if inner else ""


def identifier(catalog: str, entry: str) -> str:
    """A name and who gives such names (1.1)."""
    return f"<identifier>{element('catalog', catalog)}{element('entry', entry)}</identifier>"


def tongue(one: Description) -> str | None:
    """The language of the texts, where only one can be meant."""
    return one.languages[0] if len(one.languages) == 1 else None


def general(one: Description) -> str:
    """1: what it is called, and what is said of it."""
    names = [identifier(scheme, dublin_core.name(scheme, value)) for scheme, value in one.identifiers]
    parts = [
        *names,
        identifier("course number", one.code) if one.code else "",
        strings("title", (one.title, tongue(one)), *((other, None) for other in one.alternative_titles)),
        *(element("language", language) for language in one.languages),
        strings("description", (one.text, tongue(one))),
        *(strings("keyword", (word, None)) for word in one.keywords),
        term("aggregationLevel", SIZES.get(one.resource_type or "")),
    ]
    return category("general", parts)


def life_cycle(one: Description) -> str:
    """2: who has a part in it, and since when it is there."""
    agents = list(one.agents)
    if one.provider and one.provider != next((agent.name for agent in agents if agent.role in ("provider", "publisher")), None):
        agents.insert(0, Agent(one.provider, "provider", None, True))
    maker = next((agent for agent in agents if agent.role in ("creator", "instructor")), None)
    employed = maker is not None and not maker.organisation and maker.name != one.institution
    dates = {"creator": moment(one.created), "publisher": moment(one.published), "modification": moment(one.modified)}
    parts = []
    for agent in agents:
        employer = one.institution if employed and agent is maker else None
        card = vcard.write(agent.name, organisation=agent.organisation, company=employer, url=web(agent.url))
        parts.append(contribution(agent.role, card, dates.pop(agent.role, None)))
    if one.institution and not employed:
        parts.append(contribution("institution", vcard.write(one.institution, organisation=True), None))
    parts += [contribution(role, None, day) for role, day in dates.items() if day]
    return category("lifeCycle", parts)


def moment(value: datetime | None) -> str | None:
    """A date; a time with parts of a second, without which LOM has no time zone: YYYY[-MM[-DD[Thh[:mm[:ss[.s[TZD]]]]]]] (DateTime)."""
    written = dublin_core.day(value)
    return written.replace("Z", ".0Z") if written and "T" in written and "." not in written else written


def contribution(role: str, card: str | None, day: str | None) -> str:
    """2.3: a part that somebody had."""
    date = f"<date><dateTime>{day}</dateTime></date>" if day else ""
    said = term("role", ROLES[role]) if role in ROLES else term("role", role, source=OURS)
    return f"<contribute>{said}{element('entity', card)}{date}</contribute>"


def meta(page: str) -> str:
    """3: this record itself."""
    return category("metaMetadata", [identifier("URI", page), "<metadataSchema>LOMv1.0</metadataSchema>"])


def technical(one: Description, page: str) -> str:
    """4: where it is."""
    return category("technical", [element("location", one.url or page)])


def educational(one: Description) -> str:
    """5: for whom, at what level, with how much work."""
    difficulties = [DIFFICULTIES[level] for level in one.levels if level in DIFFICULTIES]
    parts = [
        term("learningResourceType", one.resource_type, source=OURS),
        *(term("intendedEndUserRole", role, source=STANDARD if role in END_USERS else OURS) for role in one.audience),
        *(term("context", word) for levels, word in CONTEXTS if set(levels) <= set(one.levels)),
        term("difficulty", difficulties[0]) if len(difficulties) == 1 else "",
        learning_time(one),
    ]
    return category("educational", parts)


def learning_time(one: Description) -> str:
    """5.9: how long it takes, in all and a week. Words say it too where the duration cannot say it as it was said."""
    words = ", ".join(filter(None, (weeks(one.duration), workload(one))))
    length = f"<duration>{duration(one.duration)}</duration>" if one.duration else ""
    return category("typicalLearningTime", [length, strings("description", (words or None, "en"))])


def duration(written: str) -> str:
    """LOM's durations have no weeks: they become days."""
    found = _DURATION.fullmatch(written)
    if found is None or not found[3]:
        return written
    years, months, weeks, days, rest = found.groups()
    return f"P{years + 'Y' if years else ''}{months + 'M' if months else ''}{int(weeks) * 7 + int(days or 0)}D{rest or ''}"


def rights(one: Description) -> str:
    """6: what it costs, and what one may do with it."""
    limited = None if one.licence_family is None else "no" if one.licence_family == "public-domain" else "yes"
    words = dublin_core.rights(one.licence, one.licence_url, one.rights)
    parts = [
        term("cost", None if one.free is None else FREE[one.free]),
        term("copyrightAndOtherRestrictions", limited),
        strings("description", *((said, None) for said in words)),
    ]
    return category("rights", parts)


def relations(one: Description) -> str:
    """7: the same work elsewhere, which is more than any word of the standard says."""
    return "".join(
        f"<relation>{term('kind', SAME, source=OURS)}<resource>{identifier('URI', address)}</resource></relation>"
        for address in one.same_as
        if web(address)
    )


def classified(one: Description) -> str:
    """9: what it is about, what one learns, what one has to know before, and for which level it is."""
    topics = [path(VOCABULARY, topic.uri, labels(topic)) for topic in (*one.topics, *one.platforms)]
    levels = [path(OURS, None, [(level, "en")]) for level in one.levels]
    return (
        classification("discipline", topics, one.subjects)
        + classification("educational objective", (), one.teaches)
        + classification("prerequisite", (), one.prerequisites)
        + classification("educational level", levels, ())
    )


def labels(topic: Topic) -> Sequence[tuple[str, str | None]]:
    """Its names with their languages; its notation when it has none."""
    return [(label, language) for language, label in sorted(topic.labels.items())] or [(topic.notation, None)]


def path(source: str, uri: str | None, names: Iterable[tuple[str, str | None]]) -> str:
    """9.2: one concept of a system."""
    taxon = f"<taxon>{element('id', uri)}{strings('entry', *names)}</taxon>"
    return f"<taxonPath>{strings('source', (source, 'en'))}{taxon}</taxonPath>"


def classification(purpose: str, paths: Sequence[str], words: Sequence[str]) -> str:
    """9: concepts and words that serve one purpose; nothing without any."""
    return category("classification", inside(purpose, paths, words)) if paths or any(words) else ""


def inside(purpose: str, paths: Sequence[str], words: Sequence[str]) -> Iterator[str]:
    """Its elements in their order."""
    yield term("purpose", purpose)
    yield from paths
    for word in words:
        yield strings("keyword", (word, None))
