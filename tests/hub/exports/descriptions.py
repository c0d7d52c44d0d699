"""Resources as the catalogue may hold them, for the tests of every format."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from harvesters.clean import html, text
from harvesters.record import LEVELS, RESOURCE_TYPES
from hub.exports.site import Site
from hub.services import naming
from hub.services.describing import Agent, Description, Origin, Run, Topic

SITE = Site("https://hub.example", "Hub & Co")
THEN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LICENCES = (
    ("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/"),
    ("CC-BY-SA-4.0", "https://creativecommons.org/licenses/by-sa/4.0/"),
    ("CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    ("all-rights-reserved", "https://courses.example/terms"),
    ("all-rights-reserved", None),
    (None, "https://courses.example/terms"),
    (None, None),
)
LANGUAGES = ("en", "zh-Hans", "zh-Hant", "de", "pt-BR", "fr")
DURATIONS = (None, "P6W", "PT40H", "P3M", "P14D", "PT1H30M")
ANYTHING: dict[str, Any] = {
    "id": 1, "public_id": "abcd2345", "slug": "a", "version": 1, "gone": False, "title": "A title", "alternative_titles": (),
    "summary": None, "description": None,
    "text": "", "url": None, "resource_type": None, "languages": (), "subtitle_languages": (), "agents": (),
    "provider": None, "provider_slug": None, "institution": None, "code": None, "licence": None, "licence_family": None,
    "licence_url": None, "rights": None,
    "free": None, "certificate": None, "credits": None, "duration": None, "workload_min": None, "workload_max": None,
    "levels": (), "subjects": (), "keywords": (), "teaches": (), "prerequisites": (), "audience": (), "image": None, "created": None,
    "published": None, "modified": None, "completeness": 0, "score": None, "reviews": 0, "adoptions": 0, "links": None,
    "catalogued_at": THEN, "updated_at": THEN, "provenance": {}, "topics": (), "platforms": (), "identifiers": (), "same_as": (),
    "offerings": (), "origins": (),
}  # fmt: skip


def make(**values: Any) -> Description:
    """A resource of which nothing is known but what is said here."""
    found = {**ANYTHING, **values}
    return Description(**{**found, "slug": naming.slug(found["title"])})


def is_kept(value: str) -> bool:
    """Would the catalogue keep the text just so? An address alone is no name to it."""
    return text.line(value) == value and "\\n" not in value and not value.startswith(("http://", "https://"))


def full() -> Description:
    """A course of which everything is known."""
    return make(
        title="Logistics, customs & <returns>",
        alternative_titles=("物流管理",),
        summary="In short.",
        description="<p>At <b>length</b>.</p>",
        text="In short. At length.",
        url="https://courses.example/logistics?a=1&b=2",
        resource_type="course",
        languages=("en", "zh-Hans"),
        subtitle_languages=("de",),
        agents=(
            Agent("Ada Lovelace", "creator", "https://ada.example/", False),
            Agent("Chen, Hao", "instructor", None, False),
            Agent("Example College", "contributor", None, True),
            Agent("Example Press", "publisher", None, True),
        ),
        provider="Example Academy",
        provider_slug="example-academy",
        institution="Example University",
        code="EC301",
        licence="CC-BY-SA-4.0",
        licence_family="cc-by-sa",
        licence_url="https://creativecommons.org/licenses/by-sa/4.0/",
        rights="Share alike.",
        free=False,
        certificate=True,
        credits=Decimal("2.50"),
        duration="P6W",
        workload_min=3.0,
        workload_max=5.0,
        levels=("undergraduate", "introductory"),
        subjects=("Business",),
        keywords=("trade", "ports, harbours"),
        teaches=("Calculate landed cost",),
        prerequisites=("Basics of trade",),
        audience=("student",),
        image="https://courses.example/i.png",
        created=THEN,
        published=THEN,
        modified=THEN,
        score=4.25,
        reviews=4,
        topics=(Topic("logistics", "https://v.example/topics/logistics", {"en": "Logistics", "zh-Hans": "物流"}, "rule", 0.9),),
        platforms=(Topic("taobao", "https://v.example/platforms/taobao", {"en": "Taobao"}, "source", 1.0),),
        identifiers=(("doi", "10.1000/abc"), ("isbn", "9780306406157")),
        same_as=("https://elsewhere.example/a",),
        offerings=(
            Run("run-1", "https://courses.example/r/1", "Academy", THEN, None, THEN, None, "self", "online", Decimal("9.90"), "EUR", None),
        ),
        origins=(Origin("one", "Source One", "oai:1", "https://one.example/1", "active", THEN, THEN),),
    )  # fmt: skip


lines = st.text(min_size=1, max_size=30).map(lambda value: text.line(value) or "x").filter(is_kept)
words = st.lists(lines, max_size=3, unique=True).map(tuple)
prose = st.text(min_size=1, max_size=60).map(lambda value: html.plain(value) or "x").filter(lambda v: html.plain(v) == v and is_kept(v))
markup = st.text(min_size=1, max_size=60).map(lambda value: html.rich(value) or "x").filter(lambda v: html.rich(v) == v and "\\n" not in v)
moments = st.datetimes(datetime(1950, 1, 1), datetime(2150, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone comes beside it
addresses = st.integers(0, 10**6).map(lambda number: f"https://courses.example/c/{number}?a=1&b=%20")
agents = st.builds(
    Agent,
    lines,
    st.sampled_from(("creator", "instructor", "contributor", "publisher")),
    st.none() | addresses,
    st.sampled_from((None, True, False)),
)
prices = st.none() | st.integers(0, 10**7).map(lambda cents: Decimal(cents) / 100)
runs = st.builds(
    Run,
    identifier=st.none() | lines,
    url=st.none() | addresses,
    provider=st.none() | lines,
    start=st.none() | moments,
    end=st.none() | moments,
    enrolment_start=st.none() | moments,
    enrolment_end=st.none() | moments,
    pace=st.sampled_from((None, "self", "instructor")),
    mode=st.sampled_from((None, "online", "onsite", "blended")),
    price=prices,
    currency=st.sampled_from((None, "EUR", "CNY", "USD")),
    certificate=st.none(),
)
topics = st.builds(
    Topic,
    st.sampled_from(("logistics", "payments")),
    st.just("https://v.example/topics/t"),
    st.fixed_dictionaries({"en": lines, "zh-Hans": lines}),
    st.just("rule"),
    st.just(0.5),
)
identifiers = st.lists(
    st.sampled_from((("doi", "10.1000/abc"), ("isbn", "9780306406157"), ("issn", "2049-3630"), ("handle", "2027/mdp.1"))),
    max_size=4,
    unique=True,
).map(tuple)
chosen = st.tuples


@st.composite
def descriptions(draw: st.DrawFn, **fixed: Any) -> Description:
    """Resources with anything in any field that their sources may fill."""
    named, where = draw(st.sampled_from(LICENCES))
    load = sorted(draw(st.lists(st.integers(1, 160), min_size=2, max_size=2)))
    values: dict[str, Any] = {
        "title": draw(lines),
        "alternative_titles": draw(words),
        "summary": draw(st.none() | prose),
        "description": draw(st.none() | markup),
        "url": draw(st.none() | addresses),
        "resource_type": draw(st.none() | st.sampled_from(RESOURCE_TYPES)),
        "languages": draw(st.lists(st.sampled_from(LANGUAGES), max_size=3, unique=True).map(tuple)),
        "subtitle_languages": draw(st.lists(st.sampled_from(LANGUAGES), max_size=3, unique=True).map(tuple)),
        "agents": tuple({(a.name, a.role): a for a in draw(st.lists(agents, max_size=4))}.values()),
        "provider": draw(st.none() | lines),
        "institution": draw(st.none() | lines),
        "code": draw(st.none() | lines),
        "licence": named,
        "licence_url": where,
        "rights": draw(st.none() | lines),
        "free": draw(st.sampled_from((None, True, False))),
        "certificate": draw(st.sampled_from((None, True, False))),
        "credits": draw(st.none() | st.integers(1, 36_000).map(lambda hundredth: Decimal(hundredth) / 100)),
        "duration": draw(st.sampled_from(DURATIONS)),
        "workload_min": draw(st.none() | st.just(float(load[0]) / 2)),
        "workload_max": draw(st.none() | st.just(float(load[1]) / 2)),
        "levels": tuple(level for level in LEVELS if draw(st.booleans())),
        **{name: draw(words) for name in ("subjects", "keywords", "teaches", "prerequisites", "audience")},
        "image": draw(st.none() | addresses),
        **{name: draw(st.none() | moments) for name in ("created", "published", "modified")},
        "topics": tuple(draw(st.lists(topics, max_size=2))),
        "identifiers": draw(identifiers),
        "same_as": tuple(draw(st.lists(addresses, max_size=2, unique=True))),
        "offerings": tuple(draw(st.lists(runs, max_size=3))),
    }
    return make(**{**values, **fixed})
