from datetime import UTC, datetime
from decimal import Decimal

import pytest

from harvesters.errors import SourceError
from harvesters.kinds import mit_ocw
from harvesters.protocol import Request, Response
from harvesters.record import Failure

SITE = "https://ocw.mit.edu"
ENTERPRISES = f"{SITE}/courses/15-390-new-enterprises-spring-2013/"


@pytest.mark.parametrize(
    ("given", "asked", "step"),
    [
        (SITE, f"{SITE}/sitemap.xml", "sitemap"),
        (f"{SITE}/search/?d=Management", f"{SITE}/sitemap.xml", "sitemap"),
        (f"{ENTERPRISES}sitemap.xml", f"{ENTERPRISES}sitemap.xml", "sitemap"),
        (ENTERPRISES.rstrip("/"), f"{ENTERPRISES}data.json", "data"),
        (f"{ENTERPRISES}data.json", f"{ENTERPRISES}data.json", "data"),
    ],
)
def test_what_an_address_means(given, asked, step):
    (first,) = mit_ocw.start(given, {}, None)
    assert (first.url, first.step) == (asked, step)


def test_courses_named_by_the_option():
    found = mit_ocw.start(SITE, {"courses": f"15-390\n\n /courses/15-840/ \n{SITE}/courses/15-390/"}, None)
    assert [request.url for request in found] == [f"{SITE}/courses/15-390/data.json", f"{SITE}/courses/15-840/data.json"]
    assert all(request.crawl for request in found)


def test_the_sitemap_leads_to_the_data_of_each_course(ask, own_samples):
    page = ask("mit-ocw", (own_samples / "mit_ocw" / "sitemap.xml").read_bytes(), url=f"{SITE}/sitemap.xml", step="sitemap")
    assert [(request.url.removeprefix(SITE), request.step, request.version) for request in page.follow] == [
        ("/ocw-www/sitemap.xml", "sitemap", ""),
        ("/courses/15-390-new-enterprises-spring-2013/data.json", "data", "2025-01-02T03:04:05+00:00"),
        ("/courses/15-840-special-seminar-in-marketing-spring-2005/data.json", "data", ""),
    ]


def test_a_damaged_sitemap_is_refused_whole(ask, own_samples):
    body = (own_samples / "mit_ocw" / "sitemap.xml").read_bytes().replace(b"</loc>", b"</lok>", 1)
    with pytest.raises(SourceError, match=r"cannot be read|not well-formed"):
        ask("mit-ocw", body, url=f"{SITE}/sitemap.xml", step="sitemap")


def test_resources_only_when_asked_for(ask, own_samples):
    body = (own_samples / "mit_ocw" / "course_sitemap.xml").read_bytes()
    few, all_of_them = (
        ask("mit-ocw", body, url=f"{ENTERPRISES}sitemap.xml", step="sitemap", options={"resources": answer}) for answer in ("no", "yes")
    )
    assert [request.url for request in few.follow] == [f"{ENTERPRISES}data.json"]
    assert [request.url for request in all_of_them.follow] == [f"{ENTERPRISES}data.json", f"{ENTERPRISES}resources/lecture-1/data.json"]
    index = (own_samples / "mit_ocw" / "sitemap.xml").read_bytes()
    deep = ask("mit-ocw", index, url=f"{SITE}/sitemap.xml", step="sitemap", options={"resources": "yes"})
    assert {request.step for request in deep.follow} == {"sitemap"}


def test_a_film_with_its_own_licence(ask, own_samples):
    (film,) = ask(
        "mit-ocw", (own_samples / "mit_ocw" / "video.json").read_bytes(), url=f"{ENTERPRISES}resources/lecture-1/data.json", step="data"
    ).items
    assert (film.identifier, film.resource_type, film.licence) == ("u-1", "video", "CC-BY-4.0")
    assert film.same_as == ("https://www.youtube.com/watch?v=aB3-_dEfGh1",)


def test_the_licence_of_the_terms_is_an_option(ask):
    body = '{"course_title": "T", "site_uid": "1"}'
    assert ask("mit-ocw", body, step="data").items[0].licence == "CC-BY-NC-SA-4.0"
    assert ask("mit-ocw", body, step="data", options={"licence": "CC BY 4.0"}).items[0].licence == "CC-BY-4.0"


def test_what_is_neither(ask):
    (failure,) = ask("mit-ocw", '{"title": "A page"}', url=f"{ENTERPRISES}pages/a/data.json", step="data").items
    assert isinstance(failure, Failure)
    assert failure.identifier == f"{ENTERPRISES}pages/a/"
    with pytest.raises(SourceError, match=r"no data\.json"):
        ask("mit-ocw", "[]", step="data")


def test_it_is_recognised(own_samples):
    assert [request.url for request in mit_ocw.probe(ENTERPRISES)] == [f"{ENTERPRISES}data.json"]
    assert mit_ocw.probe("https://example.org/courses/x/") == ()
    body = (own_samples / "mit_ocw" / "sitemap.xml").read_bytes()
    seen = mit_ocw.recognise(Request(url=SITE), Response(url=f"{SITE}/sitemap.xml", body=body))
    assert seen is not None
    assert seen.address == f"{SITE}/sitemap.xml"
    assert mit_ocw.recognise(Request(url=SITE), Response(url="https://e.org/sitemap.xml", body=body)) is None


def test_the_real_course_in_todays_form(ask, samples):
    page = f"{SITE}/courses/16-01-unified-engineering-i-ii-iii-iv-fall-2005-spring-2006/"
    (course,) = ask("mit-ocw", (samples / "ocw" / "course_data.json").read_bytes(), url=f"{page}data.json", step="data").items
    assert (course.identifier, course.title) == ("97db384e-f340-09a6-4df7-cb86cf701979", "Unified Engineering I, II, III, & IV")
    assert (course.url, course.code, course.licence) == (page, "16.01", "CC-BY-NC-SA-4.0")
    assert [agent.name for agent in course.agents][:2] == ["Mark Drela", "Steven Hall"]
    assert course.subjects == ("Social Sciences", "Anthropology", "Political Science")
    assert course.levels == ("school", "undergraduate")
    assert course.image.startswith(f"{page}8f56bbb35d0e456dc8b70911bec7cd0d")
    assert course.published == datetime(2005, 1, 1, tzinfo=UTC)
    assert (course.offerings[0].price, course.offerings[0].pace) == (Decimal(0), "self")


def test_the_real_course_of_the_site_before(ask, samples):
    (course,) = ask("mit-ocw", (samples / "ocw" / "plone_page_legacy.json").read_bytes(), step="data").items
    assert course.title == "Biochemistry and Pharmacology of Synaptic Transmission"
    assert course.url == (
        "https://ocw.mit.edu/courses/brain-and-cognitive-sciences/9-15-biochemistry-and-pharmacology-of-synaptic-transmission-fall-2007"
    )
    assert (course.code, course.languages, course.levels) == ("9.15", ("en",), ("undergraduate",))
    assert course.licence.startswith("CC-BY-NC-SA-3.0")
    assert course.modified == datetime(2017, 8, 29, 9, 40, 59, 67000, tzinfo=UTC)
    assert [agent.name for agent in course.agents] == ["Richard Wurtman"]
    assert "Neurotransmitter" in course.keywords
    assert "Biology" in course.subjects


def test_the_real_resource(ask, samples):
    (found,) = ask("mit-ocw", (samples / "ocw" / "resource_data.json").read_bytes(), url=f"{SITE}/courses/x/resources/r/data.json").items
    assert (found.title, found.url) == ("Resource Title", f"{SITE}/courses/x/resources/r/")
    assert (found.licence, found.audience) == ("CC-BY-NC-SA-4.0", ("Learners",))
