"""What leaves by OAI-PMH: valid by the schemas' rules, and read back by our own kind with equal values, field by field."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from harvesters.clean import duration, html, licence, text
from harvesters.kinds import jsonld as jsonld_kind
from harvesters.kinds import oai_pmh as kind
from harvesters.protocol import Request, Response
from harvesters.record import Agent, Identifier, Record
from hub.exports import dublin_core, jsonld, lom, lrmi, oai_pmh, vcard
from hub.services.describing import Description

from .descriptions import SITE, THEN, descriptions, full

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parents[2] / "samples" / "oai_schemas" / "oai_pmh.xsd"))
SCHEMAS = "https://hub.example/static/schemas/"
PAGE = "https://hub.example/resources/abcd2345"
NAME = "oai:hub.example:abcd2345"
WORDS = {  # IEEE 1484.12.1, value spaces of the elements that we use
    "role": {"author", "publisher", "content provider"},
    "aggregationLevel": {"1", "2", "3", "4"},
    "intendedEndUserRole": {"teacher", "author", "learner", "manager"},
    "context": {"school", "higher education", "training", "other"},
    "difficulty": {"very easy", "easy", "medium", "difficult", "very difficult"},
    "cost": {"yes", "no"},
    "copyrightAndOtherRestrictions": {"yes", "no"},
    "purpose": {"discipline", "educational objective", "prerequisite", "educational level"},
}
lines = (
    st.text("abcXYé王小<>&\"' -.1", min_size=1, max_size=20).map(lambda value: text.line(value) or "x").filter(lambda v: text.line(v) == v)
)
words = st.lists(lines, max_size=3, unique=True).map(tuple)
names = lines.filter(lambda name: not name.isspace())
people = st.builds(
    Agent,
    name=names,
    role=st.sampled_from(("creator", "instructor", "contributor", "publisher")),
    url=st.none(),
    organisation=st.sampled_from((None, True, False)),
)
tame = st.fixed_dictionaries(
    {
        "title": lines, "alternative_titles": words, "text": lines.filter(lambda v: html.plain(v) == v),
        "subjects": words, "keywords": words, "teaches": words, "prerequisites": words, "audience": words, "code": st.none() | lines,
        "rights": st.none() | lines,
        "provider": st.none() | names, "institution": st.none() | names, "topics": st.just(full().topics),
        "agents": st.lists(people, max_size=4, unique_by=lambda agent: agent.name).map(tuple),
    }
)  # fmt: skip


def answer(metadata: str) -> str:
    """The record in a whole answer of ListRecords."""
    header = oai_pmh.header(NAME, THEN, ["topic:logistics", "institution:~E7~8E~8B"], deleted=False)
    body = oai_pmh.listing("ListRecords", [oai_pmh.record(header, metadata)], oai_pmh.Token("", 500, 501))
    said = {"verb": "ListRecords", "resumptionToken": "abc"}
    return oai_pmh.answer("https://hub.example/oai", THEN, said, body)


def written(one: Description, prefix: str) -> str:
    """The metadata in this format."""
    if prefix == "oai_lrmi":
        return lrmi.write(one, SITE, SCHEMAS)
    return dublin_core.write(one, PAGE) if prefix == "oai_dc" else lom.write(one, PAGE)


def read(document: str) -> Record:
    """What our own kind makes of the answer."""
    url = "https://hub.example/oai?verb=ListRecords&resumptionToken=abc"
    response = Response(url=url, status=200, body=document.encode(), media_type="text/xml", charset="utf-8", headers={})
    page = kind.parse(Request(url=url, step="list"), response, {})
    assert len(page.items) == 1 and isinstance(page.items[0], Record), page.items
    return page.items[0]


def valid(document: str) -> etree._Element:
    """The tree of a document that the schemas allow."""
    tree = etree.fromstring(document.encode())
    SCHEMA.assertValid(tree)
    for term in tree.iter("{*}source"):
        if term.text == lom.STANDARD:
            holder = term.getparent()
            assert holder is not None
            assert holder.findtext("{*}value") in WORDS[etree.QName(holder).localname]
    return tree


@pytest.mark.parametrize("prefix", ["oai_dc", "lom", "oai_lrmi"])
@settings(max_examples=60)
@given(st.data())
def test_whatever_a_resource_says_the_answer_is_valid(prefix: str, data: st.DataObject) -> None:
    metadata = written(data.draw(descriptions()), prefix)
    assert etree.fromstring(metadata).get("{http://www.w3.org/2001/XMLSchema-instance}schemaLocation")  # also without the answer around it
    valid(answer(metadata))


@pytest.mark.parametrize("prefix", ["oai_dc", "lom", "oai_lrmi"])
def test_a_text_that_xml_cannot_hold_loses_only_what_it_cannot(prefix: str) -> None:
    one = full()
    odd = Description(**{**{f.name: getattr(one, f.name) for f in fields(one)}, "title": 'A\x00\x0b]]><b>&"\ud800\uffff', "text": "\r\n"})
    tree = valid(answer(written(odd, prefix)))
    assert ']]><b>&"' in "".join(tree.itertext()).replace('\\"', '"')


@settings(max_examples=60)
@given(descriptions())
def test_json_ld_arrives_as_the_resources_own_document(one: Description) -> None:
    found = read(answer(lrmi.write(one, SITE, SCHEMAS)))
    response = Response(
        url="https://hub.example/x", status=200, body=jsonld.write(one, SITE), media_type="application/ld+json", charset="utf-8", headers={}
    )
    wanted = jsonld_kind.parse(Request(url="https://hub.example/x", step="page"), response, {}).items[0]
    assert isinstance(wanted, Record)
    assert (found.identifier, found.datestamp) == (NAME, THEN.replace(microsecond=0))
    for field in fields(Record):
        if field.name not in ("raw", "identifier", "datestamp"):
            assert getattr(found, field.name) == getattr(wanted, field.name), field.name


@settings(max_examples=150)
@given(descriptions(), tame)
def test_dublin_core_is_read_back_equal(one: Description, other: dict[str, Any]) -> None:
    one = changed(one, other)
    found = read(answer(dublin_core.write(one, PAGE)))
    makers = [Agent(name=a.name) for a in one.agents if a.role == "creator"]
    helpers = [Agent(name=a.name, role="contributor") for a in one.agents if a.role in ("instructor", "contributor")]
    houses = [Agent(name=name, role="publisher", organisation=True) for name in dublin_core.publishers(one)]
    labels = [label for topic in one.topics for label in topic.labels.values()]
    assert {
        "title": found.title, "alternative_titles": found.alternative_titles, "url": found.url, "type": found.resource_type,
        "description": html.plain(found.description), "languages": found.languages, "agents": found.agents, "provider": found.provider,
        "identifiers": set(found.identifiers), "licence": found.licence, "licence_url": found.licence_url, "rights": found.rights,
        "subjects": found.subjects, "published": found.published,
    } == {
        "title": one.title, "alternative_titles": others(one), "url": one.url or PAGE, "type": one.resource_type,
        "description": one.text, "languages": one.languages, "agents": tuple(dict.fromkeys([*makers, *helpers, *houses])),
        "provider": next((house.name for house in houses), None),
        "identifiers": {Identifier(scheme=scheme, value=value) for scheme, value in one.identifiers},
        "licence": one.licence, "licence_url": where(one), "rights": said(one),
        "subjects": text.lines([*labels, *one.subjects, *one.keywords]), "published": one.published or one.created or one.modified,
    }  # fmt: skip


@settings(max_examples=150)
@given(descriptions(), tame)
def test_lom_is_read_back_equal(one: Description, other: dict[str, Any]) -> None:
    one = changed(one, other)
    found = read(answer(lom.write(one, PAGE)))
    agents = [Agent(name=a.name, role=a.role, organisation=a.organisation) for a in one.agents]
    house = next((a.name for a in one.agents if a.role == "publisher"), None)
    if one.provider and one.provider != house:
        agents.insert(0, Agent(name=one.provider, role="provider", organisation=True))
    labels = [topic.labels["en"] for topic in one.topics]
    makers = [a for a in one.agents if a.role in ("creator", "instructor")]
    employer = one.institution or next((a.name for a in makers if a.organisation), None)  # an organisation that makes it is one
    assert {
        "title": found.title, "alternative_titles": found.alternative_titles, "url": found.url, "type": found.resource_type,
        "description": html.plain(found.description), "languages": found.languages, "agents": found.agents, "provider": found.provider,
        "institution": found.institution, "same_as": found.same_as, "load": (found.workload_min, found.workload_max),
        "code": found.code, "licence": found.licence, "licence_url": found.licence_url, "rights": found.rights, "free": found.free,
        "identifiers": {i for i in found.identifiers if i.value != found.code}, "duration": found.duration,
        "levels": found.levels, "subjects": found.subjects, "keywords": found.keywords, "teaches": found.teaches,
        "prerequisites": found.prerequisites, "audience": found.audience, "created": found.created, "published": found.published,
        "modified": found.modified,
    } == {
        "title": one.title, "alternative_titles": others(one), "url": one.url or PAGE, "type": one.resource_type,
        "description": one.text, "languages": one.languages, "agents": tuple(agents), "provider": one.provider or house,
        "institution": employer, "same_as": one.same_as, "load": (one.workload_min, one.workload_max), "modified": one.modified,
        "code": one.code, "licence": one.licence, "licence_url": where(one), "rights": said(one), "free": one.free,
        "identifiers": {Identifier(scheme=scheme, value=value) for scheme, value in one.identifiers},
        "duration": one.duration, "levels": one.levels, "subjects": text.lines([*labels, *one.subjects]),
        "keywords": one.keywords, "teaches": one.teaches, "prerequisites": one.prerequisites, "audience": one.audience,
        "created": one.created, "published": one.published,
    }  # fmt: skip


def changed(one: Description, other: dict[str, Any]) -> Description:
    return Description(**{**{field.name: getattr(one, field.name) for field in fields(one)}, **other})


def others(one: Description) -> tuple[str, ...]:
    return tuple(title for title in one.alternative_titles if title != one.title)


def where(one: Description) -> str | None:
    """The address of the licence, where it is one: any other one is among the rights."""
    return one.licence_url if licence.licence(one.licence_url) == one.licence and one.licence else licence.url(one.licence)


def said(one: Description) -> str | None:
    return text.line(" ".join(dublin_core.rights(one.licence, one.licence_url, one.rights)))


def test_lom_says_all_that_it_can() -> None:
    tree = valid(answer(lom.write(full(), PAGE)))
    ns = {"l": lom.NAMESPACE}

    def all_of(path: str) -> list[str | None]:
        return [node.text for node in tree.findall(f".//l:{path}", ns)]

    assert all_of("classification/l:taxonPath/l:taxon/l:id") == ["https://v.example/topics/logistics", "https://v.example/platforms/taobao"]
    assert [node.get("language") for node in tree.findall(".//l:taxonPath/l:taxon/l:entry/l:string", ns)][:2] == ["en", "zh-Hans"]
    assert all_of("typicalLearningTime/l:duration") == ["P42D"]
    assert all_of("typicalLearningTime/l:description/l:string") == ["6 weeks, 3 to 5 hours per week"]
    assert all_of("rights/l:cost/l:value") == ["yes"]
    assert all_of("relation/l:resource/l:identifier/l:entry") == ["https://elsewhere.example/a"]
    assert "ORG:Example University" in str(all_of("lifeCycle/l:contribute/l:entity")[1])
    assert all_of("lifeCycle/l:contribute/l:date/l:dateTime") == ["2026-03-02T09:00:00.0Z"] * 3
    assert all_of("relation/l:kind/l:value") == ["same as"]


@given(st.text(max_size=40), st.sampled_from((True, False, None)))
def test_a_card_has_each_property_on_one_line(name: str, organisation: bool | None) -> None:
    card = vcard.write(name, organisation=organisation, company="A;B")
    assert [line.split(":")[0] for line in card.split("\n")][:4] == ["BEGIN", "VERSION", "FN", "N"]


@given(st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001 - the zone comes beside it
def test_datestamps_have_four_digits_of_a_year(moment: datetime) -> None:
    assert len(oai_pmh.stamp(moment)) == 20


@pytest.mark.parametrize(("written", "told"), [("P6W", "P42D"), ("P1Y2W3DT4H", "P1Y17DT4H"), ("PT40H", "PT40H"), ("P2M", "P2M")])
def test_weeks_become_days(written: str, told: str) -> None:
    assert lom.duration(written) == told
    assert duration.hours(written) == duration.hours(told)


def test_a_repository_without_a_domain_describes_no_identifiers() -> None:
    identity = oai_pmh.Identity("Hub", "http://127.0.0.1:8000/oai", ["a@b.example"], THEN, "127.0.0.1")
    tree = valid(oai_pmh.answer("http://127.0.0.1:8000/oai", THEN, {"verb": "Identify"}, oai_pmh.identify(identity)))
    assert tree.find(".//{*}description") is None
    assert Decimal(tree.findtext(".//{*}protocolVersion") or 0) == 2
