# ruff: noqa: E501  (an example a line)
"""The right kind wins for every answer that we have, with options that work; any bytes are only bytes."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters import recognising, registry
from harvesters.protocol import Request, Response
from harvesters.record import Record

OWN = Path(__file__).parents[1] / "samples"


def seen(body: bytes | str, address: str = "https://site.example.org/place", media_type: str = "") -> tuple[recognising.Recognised, ...]:
    body = body.encode() if isinstance(body, str) else body
    request = recognising.first(address)
    return recognising.recognised([(request, Response(url=address, body=body, media_type=media_type))])


def harvested(found: recognising.Recognised, body: bytes) -> list[Record]:
    """What the first page holds with exactly the proposed options."""
    harvester, options = registry.kind(found.kind), dict(found.sighting.options)
    if harvester.check:
        harvester.check(options)
    (request,) = harvester.start(found.sighting.address, options, None)
    page = harvester.parse(request, Response(url=request.url, body=body), options)
    assert page.items
    return [item for item in page.items if isinstance(item, Record)] if len(page.items) else []


# What reads each real answer. A kind of its own may read what `json` reads else.
OTHERS = {"json", "coursera", "futurelearn", "openstax", "mit-ocw", "ocw", "open-textbook-library", "opentextbooks"}
SAMPLES = [
    ("chinese_mooc/icourse163_category_page1.json", {"json"}),
    ("chinese_mooc/icourse163_category_page2.json", {"json"}),
    ("chinese_mooc/icourse163_list.csv", {"csv"}),
    ("chinese_mooc/study163_data_analysis_page1.json", {"json"}),
    ("chinese_mooc/study163_python_page1.json", {"json"}),
    ("coursera/courses_v1_page.json", OTHERS),
    ("csv/coursera_list.csv", {"csv"}),
    ("csv/oll_metadata.csv", {"csv"}),
    ("futurelearn/courses_feed.json", OTHERS),
    ("jsonld_html/carpentries_python_testing.html", {"html"}),
    ("jsonld_html/gtn_galaxy_intro_101.html", {"jsonld"}),
    ("jsonld_html/hoou-ifm-erzaehlung-wie.html", {"jsonld"}),
    ("jsonld_html/hoou-online-punkteabfrage.html", {"jsonld"}),
    ("jsonld_html/nbis_course_instances.jsonld", {"jsonld"}),
    ("jsonld_html/sib_course.jsonld", {"jsonld"}),
    ("mit_learn/bootcamps.json", {"json"}),
    ("mit_learn/prolearn_mitpe_courses.json", {"json"}),
    ("mit_learn/sloan_courses.json", {"json"}),
    ("moochub/moochub_v3_example.json", {"moochub"}),
    ("moochub/mooin_oncampus_v1.json", {"moochub"}),
    ("oai_dc/erasmus_listrecords_2004.xml", {"oai-pmh"}),
    ("oai_dc/sickle_GetRecord_utf8test.xml", {"oai-pmh"}),
    ("oai_dc/sickle_Identify.xml", {"oai-pmh"}),
    ("oai_dc/sickle_ListMetadataFormats.xml", {"oai-pmh"}),
    ("oai_dc/sickle_ListRecords.xml", {"oai-pmh"}),
    ("oai_dc/sickle_ListRecords2.xml", {"oai-pmh"}),
    ("oai_dc/sickle_ListRecords4.xml", {"oai-pmh"}),
    ("oai_dc/sickle_ListSets.xml", {"oai-pmh"}),
    ("oai_dc/sickle_badResumptionToken.xml", {"oai-pmh"}),
    ("oai_dc/sickle_noRecordsMatch.xml", {"oai-pmh"}),
    ("oai_lom/constructed_lom_erasmus.xml", {"oai-pmh"}),
    ("oai_lom/mit_ocw_imsmanifest_lom.xml", {"lom"}),
    ("ocw/course_data.json", OTHERS | {None}),
    ("ocw/plone_page_legacy.json", OTHERS | {None}),
    ("ocw/resource_data.json", OTHERS | {None}),
    ("open_edx/courses_api_v1_page.json", {"openedx"}),
    ("open_edx/discovery_catalog_courses_page.json", {"openedx"}),
    ("open_edx/mitxonline_courses_v2.json", {"openedx"}),
    ("open_edx/xpro_courses.json", {"openedx"}),
    ("open_textbook_library/textbook_stub.json", OTHERS | {None}),
    ("openstax/books_fields_all.json", OTHERS),
    ("openstax/books_page_offset0.json", OTHERS),
    ("other_json/udacity_catalog.json", {"json"}),
    ("rss/dtls_courses_feed.xml", {"rss"}),
    ("rss/edx_course_feed.xml", {"rss"}),
    ("rss/medium_mit_open_learning.rss", {"rss"}),
    ("sitemap/gtn_sitemap.xml", {"jsonld"}),
    ("sitemap/hoou-sitemap.xml", {"jsonld"}),
    ("sitemap/hsf_sitemap.txt", {"jsonld"}),
    ("sitemap/oncampus-sitemap.xml", {"jsonld"}),
    ("zenodo/zenodo_records_ardc.json", {"json"}),
]
ADDRESSES = {
    "chinese_mooc/icourse163_category_page1.json": "https://www.icourse163.org/web/j/courseBean.getCoursePanelListByFrontCategory.rpc",
    "chinese_mooc/icourse163_category_page2.json": "https://www.icourse163.org/web/j/courseBean.getCoursePanelListByFrontCategory.rpc",
    "chinese_mooc/study163_data_analysis_page1.json": "https://study.163.com/p/search/studycourse.json",
    "chinese_mooc/study163_python_page1.json": "https://study.163.com/p/search/studycourse.json",
}


def test_the_table_names_every_sample(samples):
    there = {str(path.relative_to(samples)) for path in samples.rglob("*.*") if path.is_file() and path.name != "README.md"}
    assert there == {name for name, _ in SAMPLES}


@pytest.mark.parametrize(("name", "kinds"), SAMPLES, ids=[name for name, _ in SAMPLES])
def test_the_right_kind_wins(samples, name, kinds):
    body = (samples / name).read_bytes()
    found = seen(body, ADDRESSES.get(name, "https://site.example.org/place"))
    assert (found[0].kind if found else None) in kinds
    if found and found[0].kind == "json" and "url" in found[0].sighting.options:
        records = harvested(found[0], body)
        entries = len(
            registry.kind("json")
            .parse(Request(url="https://e.org/", step="list"), Response(url="https://e.org/", body=body), found[0].sighting.options)
            .items
        )
        assert sum(bool(record.title and record.url) for record in records) >= 0.9 * entries


@pytest.mark.parametrize("name", [name for name, kinds in SAMPLES if kinds == {"json"}])
def test_options_of_json_give_titles_and_addresses(samples, name):
    body = (samples / name).read_bytes()
    best = seen(body, ADDRESSES.get(name, "https://site.example.org/place"))[0]
    records = harvested(best, body)
    assert "url" in best.sighting.options and all(record.title and record.url for record in records)


def test_the_portal_gets_selectors_that_work():
    items = "".join(f'<li class="course-item"><h3 class=tit><a href="/course/{n}.html">电子商务课程第{n}讲</a></h3></li>' for n in range(8))
    nav = "<div class=nav><ul>" + "".join(f'<li class=m><a href="/m{n}">Menu entry {n}</a></li>' for n in range(20)) + "</ul></div>"
    body = f"<!doctype html><title>课程中心</title>{nav}<ul class=list>{items}</ul>".encode()
    (best,) = seen(body)
    assert (best.kind, best.sighting.options["item"], best.sighting.title) == ("html", "li.course-item", "课程中心")
    assert best.sighting.confidence < 0.5
    assert [record.url for record in harvested(best, body)][:2] == [
        "https://site.example.org/course/0.html",
        "https://site.example.org/course/1.html",
    ]


def test_a_repository_is_known_by_its_identify_and_a_pasted_list_keeps_its_set():
    name = "<repositoryName>Open &amp; Shared</repositoryName>"
    identify = f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><Identify>{name}</Identify></OAI-PMH>'
    (best, *_) = seen(identify, "https://e.org/oai?verb=Identify&key=1")
    assert (best.kind, best.sighting.address, best.sighting.title, best.sighting.confidence) == (
        "oai-pmh",
        "https://e.org/oai?key=1",
        "Open & Shared",
        1.0,
    )
    pasted = "https://e.org/oai?verb=ListRecords&metadataPrefix=oai_lom&set=oer"
    (best, *_) = seen((OWN / "oai_pmh" / "damaged.xml").read_bytes(), pasted)
    assert best.sighting.address == "https://e.org/oai" and best.sighting.options == {"set": "oer", "prefix": "oai_lom"}


def test_a_page_leads_to_its_feed():
    page = '<!doctype html><link rel="alternate" type="application/rss+xml" title="News" href="/feed"><p>Hello</p>'
    (best,) = seen(page)
    assert (best.kind, best.sighting.address, best.sighting.title) == ("rss", "https://site.example.org/feed", "News")


def test_pages_by_number_are_proposed():
    entries = ",".join(f'{{"id": {n}, "name": "Course {n}", "link": "https://e.org/{n}"}}' for n in range(6))
    (best,) = seen(f'{{"count": 30, "list": [{entries}]}}', "https://e.org/api?q=x&page=1")
    assert best.sighting.address == "https://e.org/api?q=x&page={page}"
    assert best.sighting.options == {"identifier": "id", "title": "name", "url": "link", "items": "list", "total": "count"}


def test_the_next_page_is_found_beside_the_items():
    entries = ",".join(f'{{"id": {n}, "name": "Course {n}", "desc": "About {n}.", "url": "https://e.org/{n}"}}' for n in range(6))
    (best,) = seen(f'{{"result": {{"list": [{entries}], "next": "https://e.org/api?page=2"}}}}', "https://e.org/api")
    assert best.sighting.options["items"] == "result.list" and best.sighting.options["next"] == "result.next"
    assert best.sighting.options["description"] == "desc"


def test_a_probe_is_answered_for_its_own_kind():
    answers = [
        (request, Response(url=request.url, body=b"User-agent: *\nSitemap: /map.xml"))
        for request in recognising.probes("https://e.org/courses/")
    ]
    (best,) = recognising.recognised(answers)
    assert (best.kind, best.sighting.address) == ("jsonld", "https://e.org/")
    assert not recognising.settled((best,)) and not recognising.settled(())


def test_probes_are_few_and_stay_at_the_host():
    asked = recognising.probes("https://e.org/a/b?verb=ListRecords&x=1")
    assert 5 < len(asked) <= recognising.MOST_PROBES and len({request.url for request in asked}) == len(asked)
    assert all(request.url.startswith("https://e.org/") and request.step and request.optional for request in asked)
    assert asked[0].url == "https://e.org/a/b?x=1&verb=Identify"


PIECES = [b"<OAI-PMH", b"<rss>", b"<channel>", b"<html>", b"<li class=a><a href=/x>Title</a>", b"{", b"[", b'"title":"x"', b'{"name":"a","url":"/b"},', b"]", b"}", b"PK\x03\x04", b"title,url\n", b"a,b\n", b"\xff", b"\x1f\x8b", b"<urlset>", b"<lom>", b"<manifest>", b'<script type="application/ld+json">', b"Sitemap: x\n", b"course-v1:a+b+c", b'"data":']  # fmt: skip
STEPS = st.sampled_from(["", "probe"])
URLS = st.sampled_from(
    ["https://e.org/", "https://e.org/robots.txt", "https://e.org/api/courses/v1/courses/", "https://www.icourse163.org/x", "https://[bad/"]
)


@given(body=st.binary(max_size=300) | st.lists(st.sampled_from(PIECES), max_size=10).map(b"".join), step=STEPS, url=URLS)
@settings(max_examples=200, deadline=None)
def test_any_bytes(body, step, url):
    found = recognising.recognised([(Request(url=url, step=step), Response(url=url, body=body))])
    for one in found:
        assert 0 < one.sighting.confidence <= 1 and one.sighting.reason
        registry.kind(one.kind).check and registry.kind(one.kind).check(one.sighting.options)


@given(address=st.text(max_size=60))
@settings(max_examples=100)
def test_any_address(address):
    for written in (address, f"https://{address}", f"https://e.org/{address}"):
        assert len(recognising.probes(written)) <= recognising.MOST_PROBES


@pytest.mark.parametrize(
    "body", [b"<" * 200_000, b"[" * 100_000, b'{"a":' * 50_000, b"<li>" * 50_000, b"<div class=x><a href=/y>" * 20_000, b"," * 300_000]
)
def test_hostile_sizes(body):
    assert all(one.sighting.reason for one in seen(body))
    assert all(one.sighting.reason for one in seen(b"<!doctype html>" + body))
