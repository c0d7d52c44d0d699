# ruff: noqa: E501  (an example a line)
import gzip
import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from harvesters.errors import SourceError
from harvesters.kinds import jsonld
from harvesters.record import Failure, Record

PAGE = "https://site.example.org/courses/1"


def page_with(*blocks: str, head: str = "", body: str = "") -> str:
    scripts = "".join(f'<script type="application/ld+json">{block}</script>' for block in blocks)
    return f"<!DOCTYPE html><html><head><title>T</title>{head}{scripts}</head><body>{body}</body></html>"


def sitemap(*locations: str, index: bool = False, lastmod: str = "") -> str:
    outer, inner = ("sitemapindex", "sitemap") if index else ("urlset", "url")
    stamp = f"<lastmod>{lastmod}</lastmod>" if lastmod else ""
    entries = "".join(f"<{inner}><loc>\n {location} \n</loc>{stamp}</{inner}>" for location in locations)
    return f'<?xml version="1.0"?><{outer} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</{outer}>'


def test_a_root_leads_to_robots_and_the_usual_sitemap(ask):
    (first,) = jsonld.start("https://site.example.org", {}, None)
    assert first.url == "https://site.example.org/robots.txt" and first.optional
    assert first.otherwise[0].url == "https://site.example.org/sitemap.xml" and first.otherwise[0].otherwise[0].crawl
    page = ask(
        "jsonld",
        "User-agent: *\nDisallow: /x\nSitemap: https://site.example.org/s1.xml\nsitemap: /s2.xml # two",
        step="robots",
        otherwise=first.otherwise,
    )
    assert [request.url for request in page.follow] == ["https://site.example.org/s1.xml", "https://site.example.org/s2.xml"]
    assert ask("jsonld", "User-agent: *", step="robots", otherwise=first.otherwise).follow == first.otherwise


def test_pages_of_a_sitemap(ask):
    body = sitemap(
        "https://site.example.org/courses/1",
        "/courses/2",
        "https://site.example.org/about",
        "https://site.example.org/courses/1",
        "not an address:",
    )
    for form in (body.encode(), gzip.compress(body.encode())):
        page = ask("jsonld", form, options={"include": "/courses/"}, headers={"date": "Sun, 01 Mar 2026 10:00:00 GMT"})
        assert [request.url for request in page.follow] == ["https://site.example.org/courses/1", "https://site.example.org/courses/2"]
        assert all(request.crawl and request.optional for request in page.follow) and page.stamp == "2026-03-01T10:00:00Z"
    assert len(ask("jsonld", body, options={"include": "*/courses/*"}).follow) == 2
    with pytest.raises(SourceError, match="no pattern"):
        ask("jsonld", body, options={"include": "(("})


def test_unchanged_pages_are_not_asked_again(ask):
    since = {"since": "2026-03-01T10:00:00Z"}
    assert ask("jsonld", sitemap(PAGE, lastmod="2026-02-01"), context=since).follow == ()
    for changed in ("2026-03-01", "2026-02-28T12:00:00Z", "", "nonsense"):
        assert len(ask("jsonld", sitemap(PAGE, lastmod=changed), context=since).follow) == 1


def test_sitemaps_inside_sitemaps_end(ask):
    index = sitemap("https://site.example.org/place/list", "https://site.example.org/a.xml", "https://site.example.org/b.xml", index=True)
    first = ask("jsonld", index, context={"depth": "0"})
    assert [request.url for request in first.follow] == ["https://site.example.org/a.xml", "https://site.example.org/b.xml"]
    inner = ask("jsonld", index, url="https://site.example.org/a.xml", step="sitemap", context=first.follow[0].context)
    assert inner.follow == ()
    context, depth = {"depth": "0"}, 0
    while True:
        page = ask("jsonld", sitemap(f"https://site.example.org/deep{depth}.xml", index=True), context=context)
        if not page.follow:
            break
        context, depth = page.follow[0].context, depth + 1
    assert depth == jsonld.DEPTH


def test_a_list_of_addresses_and_what_is_nothing(ask):
    assert len(ask("jsonld", "https://e.org/1\n\nhttps://e.org/2\n").follow) == 2
    for nothing in ("some words", "", "<a/>", "{"):
        with pytest.raises(SourceError):
            ask("jsonld", nothing)
    with pytest.raises(SourceError, match="cut in the middle"):
        ask("jsonld", gzip.compress(sitemap(PAGE).encode())[:-20])


COURSE = {"@context": "https://schema.org", "@type": "Course", "name": "Live commerce", "url": "/courses/1", "provider": {"@id": "#org"}, "inLanguage": "zh-CN", "license": "https://creativecommons.org/licenses/by/4.0/",
          "hasCourseInstance": [{"@type": "CourseInstance", "startDate": "2026-03-01", "endDate": "2026-02-30", "courseMode": "Online", "courseWorkload": "3 hours per week", "offers": {"price": "0", "priceCurrency": "CNY"}}]}  # fmt: skip
ORG = {"@type": "Organization", "@id": "#org", "name": "Example University"}


@pytest.mark.parametrize(
    "block",
    [json.dumps({"@graph": [COURSE, ORG, {"@type": "WebPage", "name": "T"}]}), json.dumps([ORG, COURSE]), json.dumps({"@type": "DataFeed", "dataFeedElement": [{"@type": "DataFeedItem", "item": COURSE}, ORG]}),
     json.dumps({"@type": "WebPage", "mainEntity": COURSE, "about": [ORG]}), "<!--\n" + json.dumps([COURSE, ORG]) + "\n-->", "//<![CDATA[\n" + json.dumps([COURSE, ORG]) + "\n//]]>",
     json.dumps({"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "position": 1, "item": COURSE}, ORG]})],
)  # fmt: skip
def test_every_form_of_json_ld(ask, block):
    (item,) = ask("jsonld", page_with(block, '{"@type": "BreadcrumbList"}'), url=PAGE, step="page").items
    assert (item.identifier, item.url, item.title, item.provider) == (PAGE, PAGE, "Live commerce", "Example University")
    assert (item.languages, item.licence, item.workload_min) == (("zh-Hans",), "CC-BY-4.0", 3)
    assert item.offerings[0].start == datetime(2026, 3, 1, tzinfo=UTC) and item.offerings[0].end is None
    assert item.offerings[0].price == Decimal(0) and item.offerings[0].currency == "CNY" and item.offerings[0].mode == "online"


def test_broken_blocks_cost_only_themselves(ask):
    items = ask("jsonld", page_with('{"@type": "Course", "name": "x",}', json.dumps(COURSE)), url=PAGE, step="page").items
    assert [type(item) for item in items] == [Record, Failure]
    assert "not JSON" in items[1].reason and "line 1" in items[1].reason and items[1].identifier == f"{PAGE}#json-ld-1"


def test_pages_without_resources_are_no_failures(ask):
    for markup in (page_with(), page_with('{"@type": "Organization", "name": "O"}'), page_with("null"), page_with(""), "<html></html>"):
        assert ask("jsonld", markup, url=PAGE, step="page").items == ()


def test_the_canonical_address_names_a_page_without_names(ask):
    canonical = '<link rel="canonical" href="/courses/one">'
    (item,) = ask(
        "jsonld", page_with('{"@type": "schema:Course", "schema:name": "X"}', head=canonical), url=PAGE + "?utm_source=x", step="page"
    ).items
    assert item.identifier == item.url == "https://site.example.org/courses/one" and item.title == "X"
    two = ask(
        "jsonld",
        page_with('[{"@type": "Course", "name": "A"}, {"@type": "Course", "name": "B"}, {"@type": "Course"}]'),
        url=PAGE,
        step="page",
    ).items
    assert len({item.identifier for item in two}) == 3 and isinstance(two[2], Failure)


def test_microdata(ask):
    body = """<div itemscope itemtype="https://schema.org/Course"><h1 itemprop="name">跨境电商 <b>入门</b></h1><a itemprop="url" href="/c/9">link</a>
    <div itemprop="provider" itemscope itemtype="https://schema.org/Organization"><span itemprop="name">Uni</span></div><meta itemprop="inLanguage" content="zh">
    <div itemprop="hasCourseInstance" itemscope itemtype="https://schema.org/CourseInstance"><time itemprop="startDate" datetime="2026-04-01">April</time></div></div>"""
    (item,) = ask("jsonld", page_with(body=body), url=PAGE, step="page").items
    assert (item.title, item.url, item.provider, item.languages) == ("跨境电商 入门", "https://site.example.org/c/9", "Uni", ("zh",))
    assert item.offerings[0].start == datetime(2026, 4, 1, tzinfo=UTC)


def test_references_cannot_explode(ask):
    graph = [{"@id": f"#{number}", "@type": "Thing", "about": [{"@id": f"#{other}"} for other in range(40)]} for number in range(40)]
    page = ask(
        "jsonld",
        page_with(json.dumps({"@graph": [{**COURSE, "about": [{"@id": f"#{number}"} for number in range(40)]}, *graph]})),
        url=PAGE,
        step="page",
    )
    assert len(page.items) == 1 and len(page.items[0].raw.body) < 1_500_000


def test_real_pages(ask, samples):
    folder = samples / "jsonld_html"
    (galaxy,) = ask("jsonld", (folder / "gtn_galaxy_intro_101.html").read_bytes(), step="page").items
    assert (galaxy.title, galaxy.licence, galaxy.duration, galaxy.languages) == (
        "Hands-on for 'Galaxy 101' tutorial",
        "CC-BY-4.0",
        "PT1H",
        ("en",),
    )
    assert (
        galaxy.modified == datetime(2022, 10, 18, 14, 23, 35, tzinfo=UTC)
        and galaxy.provider == "Galaxy Training Network"
        and galaxy.free is True
    )
    (hoou,) = ask("jsonld", (folder / "hoou-online-punkteabfrage.html").read_bytes(), url=PAGE, step="page").items
    assert (hoou.title, hoou.licence, hoou.identifier) == ("Online Punkteabfrage", "CC-BY-SA-4.0", PAGE)
    assert ask("jsonld", (folder / "hoou-ifm-erzaehlung-wie.html").read_bytes(), step="page").items[0].licence == "CC-BY-NC-SA-4.0"
    assert ask("jsonld", (folder / "carpentries_python_testing.html").read_bytes(), step="page").items == ()


def test_real_documents_and_sitemaps(ask, samples):
    folder = samples / "jsonld_html"
    (course,) = ask("jsonld", (folder / "sib_course.jsonld").read_bytes()).items
    assert course.title == "First steps with R in Life Sciences" and course.levels == ("introductory",)
    assert course.offerings[0].start == datetime(2022, 6, 8, tzinfo=UTC) and course.offerings[0].mode == "onsite"
    runs = ask("jsonld", (folder / "nbis_course_instances.jsonld").read_bytes()).items
    assert len(runs) == 29  # of 32: three say neither what they are nor more than a name
    assert runs[0].offerings[0].end == datetime(2023, 3, 24, tzinfo=UTC) and len({run.identifier for run in runs}) == 29
    counts = {"gtn_sitemap.xml": 6, "hoou-sitemap.xml": 10, "oncampus-sitemap.xml": 11, "hsf_sitemap.txt": 3}
    for name, count in counts.items():
        assert len(ask("jsonld", (samples / "sitemap" / name).read_bytes()).follow) == count
