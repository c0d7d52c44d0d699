"""schema.org as sites really write it: the shapes are theirs, the words are invented."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from harvesters.kinds import jsonld
from harvesters.record import Record

HERE = "https://site.example.org/place/list"


def markup(*blocks: object, body: str = "") -> str:
    scripts = "".join(f'<script type="application/ld+json">{json.dumps(block)}</script>' for block in blocks)
    return f"<!DOCTYPE html><html><head><title>T</title>{scripts}</head><body>{body}</body></html>"


@pytest.fixture
def course(ask):
    """The one record of a page with a Course of these properties."""

    def build(**properties: object) -> Record:
        node = {"@context": "https://schema.org", "@type": "Course", "name": "Selling online", **properties}
        (item,) = ask("jsonld", markup({key: value for key, value in node.items() if value is not None})).items
        assert isinstance(item, Record)
        return item

    return build


def test_the_page_of_a_graph_gives_its_address_not_its_name(ask):
    graph = [
        {"@type": "WebPage", "@id": "https://site.example.org/c/#webpage", "url": "https://site.example.org/c/", "name": "Selling - Site"},
        {"@type": "Organization", "@id": "#org", "name": "Shop School"},
        {
            "@type": "Course",
            "name": "Selling",
            "mainEntityOfPage": {"@id": "https://site.example.org/c/#webpage"},
            "publisher": {"@id": "#org"},
        },
    ]
    (item,) = ask("jsonld", markup({"@context": "https://schema.org", "@graph": graph})).items
    assert (item.title, item.url, item.provider) == ("Selling", "https://site.example.org/c/", "Shop School")


@pytest.mark.parametrize("page", [True, "True", {"@type": "WebPage"}, ["", None]])
def test_a_page_without_an_address_names_nothing(course, page):
    assert course(mainEntityOfPage=page).url == HERE


def test_a_schedule_tells_length_and_workload(course):
    schedule = {"@type": "Schedule", "repeatFrequency": "Weekly", "repeatCount": 6, "duration": "PT3H", "startDate": "2026-09-01"}
    record = course(hasCourseInstance=[{"@type": "CourseInstance", "courseMode": "Onsite", "courseSchedule": schedule}])
    assert (record.duration, record.workload_min, record.workload_max) == ("P6W", 3.0, 3.0)
    assert (record.offerings[0].mode, record.offerings[0].start) == ("onsite", datetime(2026, 9, 1, tzinfo=UTC))
    daily = course(
        hasCourseInstance={"courseSchedule": {"repeatFrequency": "https://schema.org/Daily", "repeatCount": "10", "duration": "PT2H"}}
    )
    assert (daily.duration, daily.workload_min) == ("P10D", 14.0)


@pytest.mark.parametrize(
    ("written", "duration", "weekly"),
    [
        ("PT22H", "PT22H", None),
        ("2 hours of lectures, 1 hour of lab work and 3 hours of homework per week", None, 6.0),
        ("3 hours per week", None, 3.0),
        ("a lot", None, None),
    ],
)
def test_a_workload_is_the_work_in_all_or_in_a_week(course, written, duration, weekly):
    record = course(hasCourseInstance={"@type": "CourseInstance", "courseWorkload": written})
    assert (record.duration, record.workload_min) == (duration, weekly)


@pytest.mark.parametrize(
    ("mode", "form", "pace"),
    [
        ("Online, en vivo", "online", None),
        (["full-time", "online"], "online", None),
        ("https://schema.org/MixedEventAttendanceMode", "blended", None),
        ("In person", "onsite", None),
        ("Self-paced e-learning", "online", "self"),
        ("asynchronous", "online", "self"),
        ("evenings", None, None),
    ],
)
def test_forms_of_a_run(course, mode, form, pace):
    (run,) = course(hasCourseInstance={"@type": "CourseInstance", "courseMode": mode, "startDate": "2026-01-01"}).offerings
    assert (run.mode, run.pace) == (form, pace)


@pytest.mark.parametrize(
    ("offers", "price"),
    [
        ([{"price": "49", "priceCurrency": "EUR"}, {"price": 0, "priceCurrency": "EUR"}], (Decimal(0), "EUR")),
        ({"@type": "AggregateOffer", "offers": [{"price": "20.00", "priceCurrency": "USD"}]}, (Decimal(20), "USD")),
        ({"priceSpecification": [{"price": 1000, "priceCurrency": "CNY"}]}, (Decimal(1000), "CNY")),
        ({"category": "Free"}, (Decimal(0), None)),
    ],
)
def test_the_least_price_is_what_it_costs_to_take_part(course, offers, price):
    (offering,) = course(offers=offers).offerings
    assert (offering.price, offering.currency) == price
    assert course(offers={"category": "Paid"}).offerings == ()


def test_a_programme_is_its_own_run(ask):
    node = {
        "@type": "EducationalOccupationalProgram", "name": "Trade", "url": "/p",
        "educationalProgramMode": "blended", "programType": "Master",
        "startDate": "2026-09-01", "applicationDeadline": "2026-06-01", "timeToComplete": "P2Y",
        "provider": {"@type": "CollegeOrUniversity", "name": "North University"},
    }  # fmt: skip
    (record,) = ask("jsonld", markup(node)).items
    assert (record.resource_type, record.duration, record.levels) == ("programme", "P2Y", ("postgraduate",))
    assert (record.provider, record.institution) == ("North University", "North University")
    (run,) = record.offerings
    assert (run.mode, run.start, run.enrolment_end) == ("blended", datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC))


def test_languages_of_texts_and_maps(course):
    record = course(
        name={"en": "Selling online", "zh": "网上销售"},
        description=[{"@language": "de", "@value": "Beschreibung"}, {"@language": "en", "@value": "Description"}],
        author={"@list": [{"@type": "Person", "givenName": "Ada", "familyName": "Okoro"}]},
        about=[{"@type": "DefinedTerm", "prefLabel": {"de": "Handel"}}, "https://example.org/n1"],
        educationalAlignment={"alignmentType": "educationalSubject", "targetName": "Trade"},
        coursePrerequisites=["Counting", "https://site.example.org/other"],
        provider=[{"name": "First"}, {"name": "Second"}],
    )
    assert (record.title, record.alternative_titles, record.description) == ("Selling online", ("网上销售",), "Beschreibung")
    assert (record.subjects, record.prerequisites, record.provider) == (("Handel", "Trade"), ("Counting",), "First")
    assert {(agent.name, agent.role) for agent in record.agents} == {("Ada Okoro", "creator"), ("Second", "provider")}


def test_names_that_a_context_gives(ask):
    """https://w3id.org/kim/amb/ calls @id and @type id and type; expanded JSON-LD spells everything out."""
    node = {
        "id": "https://oer.example.org/1", "type": ["Course", "LearningResource"], "name": "Handel", "inLanguage": ["de"],
        "license": {"id": "https://creativecommons.org/licenses/by/4.0/"},
        "mainEntityOfPage": [{"id": "https://portal.example.org/x", "provider": {"id": "https://portal.example.org", "name": "Portal"}}],
        "audience": [{"id": "http://example.org/student", "prefLabel": {"en": "student"}}],
    }  # fmt: skip
    (record,) = ask("jsonld", json.dumps(node)).items
    assert (record.identifier, record.url, record.provider) == ("https://oer.example.org/1", "https://oer.example.org/1", "Portal")
    assert (record.licence, record.audience, record.resource_type) == ("CC-BY-4.0", ("student",), "course")
    s = "http://schema.org/"
    spelt = [
        {
            "@id": "https://s.example.org/f",
            "@type": [s + "Course"],
            s + "name": [{"@value": "N"}],
            s + "provider": [{s + "name": [{"@value": "P"}]}],
        }
    ]
    (record,) = ask("jsonld", json.dumps(spelt)).items
    assert (record.title, record.provider) == ("N", "P")


def test_a_course_told_twice_is_one(ask):
    body = '<div itemscope itemtype="https://schema.org/Course"><b itemprop="name">Selling</b><i itemprop="courseCode">S1</i></div>'
    (record,) = ask("jsonld", markup({"@type": "Course", "name": "Selling", "url": HERE}, body=body)).items
    assert (record.url, record.code) == (HERE, "S1")
    runs = [{"@type": "CourseInstance", "name": "Selling", "startDate": f"2026-0{month}-01"} for month in (1, 2)]
    assert len(ask("jsonld", markup(*runs)).items) == 2
    others = [{"@type": "Course", "name": "Course", "description": words} for words in ("Of shops", "Of ships")]
    assert len(ask("jsonld", markup(*others)).items) == 2


def test_microdata_as_templates_have_it(ask):
    card = (
        '<div itemprop="event" itemscope itemtype="http://schema.org/Course"><div itemprop="image"><img src="/i.jpg"></div>'
        '<a href="/c/1" itemprop="name">Selling &amp; more</a><div itemprop="description"><p>First</p><p>Second</p></div></div>'
    )
    (record,) = ask("jsonld", markup(body=card)).items
    assert (record.title, record.url, record.image) == ("Selling & more", "https://site.example.org/c/1", "https://site.example.org/i.jpg")
    assert record.description == "<p>First</p><p>Second</p>"
    inside = f'<div itemscope itemtype="http://schema.org/WebPage"><div itemprop="mainEntity" {card[22:]}</div>'
    assert [item.title for item in ask("jsonld", markup(body=inside)).items] == ["Selling & more"]


def test_a_list_that_only_names_its_pages_leads_to_them(ask):
    entries = [
        {"@type": "ListItem", "position": 1, "url": "https://site.example.org/c/1"},
        {"@type": "ListItem", "position": 2, "item": "/c/2"},
        {"@type": "ListItem", "position": 3, "url": "https://elsewhere.example.com/c/3"},
        {"@type": "ListItem", "position": 4, "item": {"@type": "Course", "name": "Told here", "url": "/c/4"}},
    ]
    body = markup({"@type": "ItemList", "itemListElement": entries}, {"@type": "BreadcrumbList", "itemListElement": [{"item": "/home"}]})
    page = ask("jsonld", body)
    assert [item.title for item in page.items] == ["Told here"]
    assert [request.url for request in page.follow] == ["https://site.example.org/c/1", "https://site.example.org/c/2"]
    assert all(request.crawl and request.optional for request in page.follow)
    assert ask("jsonld", body, options={"include": "/c/2"}).follow == page.follow[1:]
    assert ask("jsonld", body, step="page").follow == ()


def test_sitemaps_ask_robots_txt_too(ask):
    (first,) = jsonld.start("https://site.example.org/", {}, None)
    (usual,) = first.otherwise
    assert not first.robots and usual.robots and not usual.crawl and usual.otherwise[0].crawl
    (given,) = jsonld.start("https://site.example.org/map.xml", {}, None)
    assert given.robots and not given.crawl
    index = "<sitemapindex><sitemap><loc>https://site.example.org/2.xml</loc></sitemap></sitemapindex>"
    (inner,) = ask("jsonld", index).follow
    assert inner.robots and not inner.crawl
