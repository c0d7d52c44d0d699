"""What the hub writes, its own kinds of source read back: every field that the format can carry is the same."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any

from hypothesis import given, settings
from markupsafe import Markup

from harvesters.clean import html, identifier, licence, text
from harvesters.kinds import csv as csv_kind
from harvesters.kinds import jsonld as jsonld_kind
from harvesters.kinds import moochub as moochub_kind
from harvesters.protocol import Request, Response
from harvesters.record import Agent, Identifier, Offering, Raw, Record
from hub.exports import jsonld, moochub, phrases, spreadsheet
from hub.services.describing import Description, Run

from .descriptions import SITE, THEN, descriptions, full

RAW = Raw(b"", "text/plain", "https://hub.example/")
ROLES = ("creator", "instructor", "contributor", "publisher")


def read(kind: Any, body: bytes, media_type: str, url: str = "https://hub.example/list") -> list[Record]:
    """What our own kind makes of it."""
    answer = Response(url=url, status=200, body=body, media_type=media_type, charset="utf-8", headers={})
    page = kind.parse(Request(url=url, step="page"), answer, {})
    assert all(isinstance(item, Record) for item in page.items), page.items
    return list(page.items)


def compared(record: Record) -> dict[str, Any]:
    """Field by field; who comes first among people of different roles a format may not say."""
    found = {field.name: getattr(record, field.name) for field in fields(record) if field.name != "raw"}
    return {**found, "agents": sorted(record.agents, key=repr)}


def differing(records: list[Record], wanted: Record) -> dict[str, Any]:
    """Field -> what was read, what should have been; empty when all are equal."""
    assert len(records) == 1
    found, right = compared(records[0]), compared(wanted)
    return {name: (found[name], right[name]) for name in right if found[name] != right[name]}


def given_by(one: Description, **other: Any) -> Record:
    """The record that a source would have given of it."""
    described = html.rich(one.description) or html.rich(one.summary)
    return Record(
        **{
            "raw": RAW, "identifier": SITE.resource(one), "title": one.title, "datestamp": one.modified, "url": one.url or SITE.page(one),
            "resource_type": one.resource_type,
            "alternative_titles": tuple(title for title in one.alternative_titles if title != one.title),
            "summary": one.summary, "description": described, "languages": one.languages, "subtitle_languages": one.subtitle_languages,
            "agents": tuple(agent(who) for who in one.agents), "provider": one.provider, "institution": one.institution, "code": one.code,
            "identifiers": tuple(Identifier(scheme=scheme, value=value) for scheme, value in one.identifiers), "same_as": one.same_as,
            "licence": one.licence, "licence_url": one.licence_url, "rights": one.rights, "free": one.free,
            "certificate": one.certificate or None, "credits": one.credits, "offerings": tuple(offering(run) for run in one.offerings),
            "duration": one.duration, "workload_min": one.workload_min, "workload_max": one.workload_max, "levels": one.levels,
            "subjects": one.subjects, "keywords": one.keywords, "teaches": one.teaches, "prerequisites": one.prerequisites,
            "audience": one.audience, "image": one.image, "created": one.created, "published": one.published, "modified": one.modified,
            **other,
        }
    )  # fmt: skip


def agent(who: Any) -> Agent:
    return Agent(name=who.name, role=who.role, url=who.url, organisation=who.organisation)


def offering(run: Run) -> Offering:
    return Offering(**{field.name: getattr(run, field.name) for field in fields(run)})


def once(agents: list[Agent]) -> tuple[Agent, ...]:
    """The first of each name and role."""
    return tuple({(who.name, who.role): who for who in reversed(agents)}.values())


def subjects(one: Description) -> tuple[str, ...]:
    """Our topics by their English names, then the source's own."""
    return text.lines([topic.labels["en"] for topic in (*one.topics, *one.platforms)] + list(one.subjects))


# schema.org


def expected_of_schema_org(one: Description) -> Record:
    """What JSON-LD says less or more than a source: types, the institution as one who contributed, a price for runs without one."""
    agents = [agent(who) for who in one.agents]
    if one.institution and not any(who.name == one.institution and who.role == "contributor" for who in agents):
        agents.append(Agent(name=one.institution, role="contributor", organisation=True))
    houses = [who.name for who in agents if who.role == "contributor" and who.organisation]
    publishers = [who.name for who in agents if who.role == "publisher"]
    where = one.licence_url or licence.url(one.licence)
    return given_by(
        one,
        resource_type=one.resource_type or "material",
        agents=tuple(agents),
        provider=one.provider or next(iter(publishers), None),
        institution=one.institution or next(iter(houses), None),
        licence_url=where,
        rights=one.rights or one.licence_url or one.licence,
        subjects=subjects(one),
        offerings=tuple(
            Offering(**{**{field.name: getattr(run, field.name) for field in fields(run)},
            "currency": run.currency if run.price is not None else None}) for run in one.offerings
        ),
        identifiers=identifier.identifiers(
            [*(v for s, v in one.identifiers if s == "isbn"), *(f"hdl:{v}" if s == "handle" else v for s, v in one.identifiers)]
        ),
    )  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(descriptions())
def test_a_page_with_json_ld_is_harvested_equal(one: Description) -> None:
    page = Markup('<!doctype html><title>x</title><link rel="canonical" href="{}"><script type="application/ld+json">{}</script>')
    body = page.format(SITE.page(one), Markup(jsonld.script(one, SITE)))
    records = read(jsonld_kind, body.encode(), "text/html", SITE.page(one))
    assert differing(records, expected_of_schema_org(one)) == {}


@settings(max_examples=50, deadline=None)
@given(descriptions())
def test_the_document_says_what_the_page_says(one: Description) -> None:
    assert json.loads(jsonld.write(one, SITE)) == json.loads(jsonld.script(one, SITE))
    records = read(jsonld_kind, jsonld.write(one, SITE), jsonld.MEDIA_TYPE, SITE.page(one))
    assert differing(records, expected_of_schema_org(one)) == {}


# MOOChub


def expected_of_moochub(one: Description, version: str) -> Record:
    """The format has one price, mode and window of enrolment for all runs, whole hours of workload, and eight words for the audience."""
    said = [agent(who) for who in one.agents]
    house = one.institution and next((who for who in said if (who.name, who.role) == (one.institution, "contributor")), None)
    others = [who for who in said if who.role == "contributor" and who.name != one.institution]
    makers = (
        [Agent(name=one.institution, role="contributor", url=house.url if house else None, organisation=True)] if one.institution else []
    )
    makers += others
    named = one.provider or next((who.name for who in said if who.role == "publisher"), None) or one.institution or SITE.name
    instructors = [who for who in said if who.role == "instructor"]
    price = next((run for run in one.offerings if run.price is not None and run.currency and version == "3"), None)
    amount, currency = (price.price, price.currency) if price else (0, None) if one.free else (None, None)
    mode = next((run.mode for run in one.offerings if run.mode), None) if version == "3" else "online"
    window = next((run for run in one.offerings if run.enrolment_start or run.enrolment_end), None)
    dated = dated_runs(one)[: None if version == "3" else 1]
    if not dated and (mode or amount is not None):
        dated = [(None, None)]
    load = one.workload_max or one.workload_min
    hours = float(-(-load // 1)) if load else None
    where = one.licence_url or licence.url(one.licence)
    shared: dict[str, Any] = {
        "identifier": moochub.identifier(one, SITE), "resource_type": "course", "alternative_titles": (), "subtitle_languages": (),
        "provider": named, "identifiers": (), "same_as": (), "licence_url": where, "published": None,
        "offerings": tuple(
            Offering(
                start=start, end=end, mode=mode, price=amount, currency=currency,
                enrolment_start=window.enrolment_start if window else None, enrolment_end=window.enrolment_end if window else None,
            )
            for start, end in dated
        ),
    }  # fmt: skip
    if version == "2.3":
        known = one.licence or licence.licence(one.rights)  # which stands there as the licence's name
        houses = [replace(who, organisation=True) for who in makers if who.organisation]
        return given_by(
            one,
            **{**shared, "licence": known, "licence_url": one.licence_url or licence.url(known),
               "agents": tuple([replace(who, organisation=False) for who in instructors] + houses),
               "institution": next((who.name for who in houses), None), "rights": one.licence_url or one.licence or one.rights,
               "certificate": None, "credits": None, "workload_min": hours, "workload_max": hours, "levels": (), "subjects": (),
               "keywords": (), "prerequisites": (), "audience": (), "created": None, "modified": None, "datestamp": None},
        )  # fmt: skip
    creators = [who for who in said if who.role == "creator"]
    publisher = Agent(name=named, role="publisher", organisation=True)
    if one.provider is None:
        publisher = next((who for who in said if who.role == "publisher"), publisher)
    return given_by(
        one,
        **{**shared,
           "summary": None,
           "agents": tuple(replace(who, organisation=bool(who.organisation)) for who in creators + instructors + makers + [publisher]),
           "institution": next((who.name for who in makers if who.organisation), None),
           "rights": "proprietary" if one.licence == "all-rights-reserved" else one.licence or one.licence_url,
           "workload_min": hours, "workload_max": hours, "subjects": subjects(one),
           "audience": tuple(role for role in moochub.ROLES if role in one.audience)},
    )  # fmt: skip


def dated_runs(one: Description) -> list[tuple[Any, Any]]:
    """Whole runs, then those whose end is unknown; no moment twice. Ends without a start come alone or not at all."""
    kept: list[tuple[Any, Any]] = []
    for run in sorted((run for run in one.offerings if run.start), key=lambda run: run.end is None):
        if all(run.start != start and (run.end is None or run.end != end) for start, end in kept):
            kept.append((run.start, run.end))
    return kept or [(None, end) for end in dict.fromkeys(run.end for run in one.offerings if run.end)]


@settings(max_examples=150, deadline=None)
@given(descriptions())
def test_moochub_3_is_harvested_equal(one: Description) -> None:
    body = moochub.write([one], {}, SITE, "3")
    assert differing(read(moochub_kind, body, "application/vnd.api+json"), expected_of_moochub(one, "3")) == {}


@settings(max_examples=150, deadline=None)
@given(descriptions())
def test_moochub_2_is_harvested_equal(one: Description) -> None:
    body = moochub.write([one], {}, SITE, "2.3")
    records = read(moochub_kind, body, "application/vnd.api+json")
    assert differing(records, expected_of_moochub(one, "2.3")) == {}


# CSV


def cell(value: str, signs: str) -> str:
    """Without the signs that separate the values of a cell, which no cell can carry."""
    kept = text.line(value.translate({ord(sign): "." for sign in signs + "/"})) or "x"
    return kept if text.line(kept) == kept else "x"


def for_a_table(one: Description) -> Description:
    """The same without what a cell would be taken apart at."""
    signs = ";；|、,，<"  # also what a reader of HTML takes for the beginning of a tag
    return replace(
        one,
        agents=tuple(replace(who, name=cell(who.name, signs)) for who in one.agents),
        **{name: tuple(dict.fromkeys(cell(word, signs) for word in getattr(one, name)))
           for name in ("subjects", "keywords", "teaches", "audience", "prerequisites")},
    )  # fmt: skip


def expected_of_csv(one: Description) -> Record:
    """A cell holds one run, one other title, names without more; people and houses have columns of their own."""
    run = phrases.next_run(one.offerings, THEN)
    names = dict(reversed(one.identifiers))
    made = Offering()
    if run is not None:
        made = replace(offering(run), identifier=None, url=None, provider=None, currency=run.currency if run.price is not None else None)
    written = one.licence_url if one.licence_url and licence.licence(one.licence_url) == one.licence else one.licence or one.rights
    known = licence.licence(written)
    agents = [Agent(name=name, role=role) for role in ("instructor", "creator") for name in names_of(one, role)]
    return given_by(
        one,
        resource_type=one.resource_type or "course",
        alternative_titles=tuple(title for title in one.alternative_titles[:1] if title != one.title),
        agents=tuple(agents),
        identifiers=tuple(Identifier(scheme=scheme, value=names[scheme]) for scheme in ("doi", "isbn") if scheme in names),
        same_as=(),
        licence=known,
        licence_url=written if (written or "").startswith("https://") else licence.url(known),
        rights=written,
        certificate=one.certificate,
        offerings=(made,) if made != Offering() else (),
        prerequisites=text.lines(["; ".join(one.prerequisites)]),
    )


def names_of(one: Description, role: str) -> list[str]:
    return list(dict.fromkeys(who.name for who in one.agents if who.role == role))


@settings(max_examples=150, deadline=None)
@given(descriptions().map(for_a_table))
def test_a_table_is_harvested_equal(one: Description) -> None:
    body = (spreadsheet.header() + spreadsheet.write(one, SITE, THEN)).encode()
    assert differing(read(csv_kind, body, "text/csv"), expected_of_csv(one)) == {}


def test_a_full_course_loses_nothing_that_is_not_said_above() -> None:
    one = full()
    page = f'<script type="application/ld+json">{jsonld.script(one, SITE)}</script>'
    found = read(jsonld_kind, page.encode(), "text/html", SITE.page(one))[0]
    assert differing([found], expected_of_schema_org(one)) == {}
    run = jsonld.resource(one, SITE)["hasCourseInstance"][0]  # what Google demands of a run: a mode, and a workload or a schedule
    assert run["courseMode"] and run["courseSchedule"] == {
        "@type": "Schedule", "repeatFrequency": "Weekly", "duration": "PT5H", "repeatCount": 6,
    }  # fmt: skip
    assert found.offerings[0].identifier == "run-1" and found.keywords == ("trade", "ports, harbours")
    assert [name for name, value in compared(found).items() if value in (None, ())] == ["group"]


def test_the_same_resource_has_the_same_name_for_ever() -> None:
    assert moochub.identifier(full(), SITE) == moochub.identifier(replace(full(), title="Other", slug="other"), SITE)
