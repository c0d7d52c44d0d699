"""What goes wrong at a source: a message says what and where, in the command line and in the run's page, and the rest is kept."""

from __future__ import annotations

import gzip
import json

import pytest

from hub.db import db
from hub.services import joining, leasing, running, sourcing

JSON = {"Content-Type": "application/json"}
XML = {"Content-Type": "text/xml"}
HTML = {"Content-Type": "text/html; charset=utf-8"}


def course(identifier, **attributes):
    return {
        "id": identifier,
        "type": "courses",
        "attributes": {"name": f"Course {identifier}", "url": f"http://l.example/{identifier}"} | attributes,
    }


def courses(*items, follow=None):
    return json.dumps({"links": {"next": follow} if follow else {}, "data": list(items)}).encode()


def course_page(title):
    block = json.dumps({"@context": "https://schema.org", "@type": "Course", "name": title})
    return f'<!doctype html><html><head><script type="application/ld+json">{block}</script></head></html>'.encode()


def sitemap(*addresses, kind="url"):
    entries = "".join(f"<{kind}><loc>{address}</loc></{kind}>" for address in addresses)
    root = "urlset" if kind == "url" else "sitemapindex"
    return f'<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</{root}>'.encode()


def feed(*titles, end="</channel></rss>"):
    items = "".join(
        f"<item><title>{title}</title><link>http://f.example/{n}</link><guid>g{n}</guid></item>" for n, title in enumerate(titles)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>F</title><link>http://f.example/</link>{items}{end}'.encode()


@pytest.fixture
def harvest(quick, quick_app):
    """Add a source and harvest it: the output of the command, its JSON summary, and the titles that are kept."""

    def work(kind, url, *, status, options=()):
        quick("source", "add", "s", kind, url, *(f"--option={option}" for option in options))
        done = quick("harvest", "s", status=status)
        with quick_app.app_context():
            source = sourcing.get(db.session(), "s")
            run = running.latest(db.session(), source.id)
            kept = [title for _, title, state in sourcing.records(db.session(), source) if state == "live"]
            assert run.seen == run.created + run.updated + run.unchanged + run.withdrawn + run.failed
            failures = [(f.identifier or f.url, f.reason, f.advice) for f in running.failures(db.session(), run.id)]
            if run.state == "failed":
                assert run.reason and run.advice, "a failed run says why, and what to do"
            for text in (run.reason or "", *(reason for _, reason, _ in failures)):
                assert " ".join(text.split()) in done.stdout, "the command line says all of it"
        return done.stdout, kept, failures

    return work


def run_page(app, run_id=1):
    """The run's page as an admin sees it."""
    with app.app_context():
        joining.add(db.session(), "ada@example.org", "correct horse battery", admin=True)
        db.session.commit()
    app.extensions["hub"].add_site()
    client = app.test_client()
    token = client.get("/about").get_data(as_text=True).split('name="csrf_token" value="')[1].split('"')[0]
    client.post("/login", data={"csrf_token": token, "email": "ada@example.org", "password": "correct horse battery"})
    answer = client.get(f"/admin/runs/{run_id}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "url",
    [
        "repository", "http//a.example/", "ftp://a.example/", "http://", "http:///oai", "https://a b.example/", "http://a.example:99999/",
        "javascript:alert(1)",        "//a.example/oai", "http://[::1", "", "http://a.example/\n", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_a_url_that_is_none(quick, url):
    assert "is not a web address" in quick("source", "add", "--", "s", "oai-pmh", url, status=2).stderr
    assert "No sources yet" in quick("source", "list").stdout


@pytest.mark.parametrize("place", ["10.1.2.3", "192.168.0.1:8080", "169.254.169.254", "[::1]:1", "100.64.0.1", "0.0.0.0:1"])
def test_an_address_that_is_private(harvest, place):
    said, _, _ = harvest("rss", f"http://{place}/feed", status=2)
    assert "only public addresses are asked" in said and place in said, said


def test_a_host_that_does_not_answer(harvest, hostile, quick_app):
    with_nothing = hostile.url("/list").replace(str(hostile.port), "1")
    said, _, _ = harvest("moochub", with_nothing, status=2)
    assert "127.0.0.1 was not reached" in said and "refuses the connection" in said and with_nothing in said
    assert "refuses the connection" in run_page(quick_app)


@pytest.mark.parametrize("kind", ["oai-pmh", "rss", "moochub", "openedx", "csv"])
def test_a_page_for_people_where_a_list_was_expected(harvest, hostile, kind):
    body = b"<!doctype html><html><head><title>Sign in</title></head><body><p>Please sign in & go on<br></body></html>"
    for path in ("/list", "/list?verb=Identify", "/list?verb=ListRecords&metadataPrefix=oai_dc", "/api/courses/v1/courses/?page_size=100"):
        hostile.page(path, hostile.answer(body=body, headers=HTML))
    said, kept, _ = harvest(kind, hostile.url("" if kind == "openedx" else "/list"), status=2)
    assert hostile.place in said and not kept, said


def test_a_feed_that_is_cut_in_the_middle(harvest, hostile, quick_app):
    whole = feed("One", "Two", "Three")
    hostile.page("/feed", hostile.answer(body=whole[: whole.index(b"Three") + 2], headers=XML))
    said, kept, _ = harvest("rss", hostile.url("/feed"), status=2)
    assert hostile.url("/feed") in said and "cut in the middle" in said and not kept
    assert "cut in the middle" in run_page(quick_app)


def test_an_answer_that_is_cut_on_the_wire(harvest, hostile):
    hostile.page("/more", hostile.cut(courses(course("b")), announced=9999))
    hostile.page("/list", hostile.answer(body=courses(course("a"), follow=hostile.url("/more")), headers=JSON))
    said, kept, _ = harvest("moochub", hostile.url("/list"), status=2)
    assert hostile.url("/more") in said and "incomplete" in said and kept == ["Course a"]


def test_a_record_without_a_title(harvest, hostile, quick_app):
    hostile.page(
        "/list", hostile.answer(body=courses(course("a"), course("b", name=" "), course("c", name=None), course("d")), headers=JSON)
    )
    said, kept, failures = harvest("moochub", hostile.url("/list"), status=1)
    assert kept == ["Course a", "Course d"] and [name for name, _, _ in failures] == ["b", "c"]
    assert all("title" in reason for _, reason, _ in failures) and "failed 2" in said
    shown = run_page(quick_app)
    assert "title" in shown and ">b<" in shown.replace(" ", "").replace("\n", "")


def test_a_date_of_32_may_and_a_licence_that_nobody_knows_cost_themselves_alone(harvest, hostile):
    odd = course("a", startDate=["2026-05-32"], courseLicenses=[{"name": "Our own terms, see § 7", "url": "http://l.example/terms"}])
    hostile.page("/list", hostile.answer(body=courses(odd), headers=JSON))
    said, kept, _ = harvest("moochub", hostile.url("/list"), status=0)
    assert kept == ["Course a"] and "created 1" in said


@pytest.mark.parametrize("kind", ["announced", "endless", "bomb"])
def test_a_body_that_is_far_too_large(harvest, hostile, kind):
    turns = {
        "announced": hostile.answer(body=b"{", headers={"Content-Length": str(200 * 2**20)}),
        "endless": hostile.endless(),
        "bomb": hostile.bomb(200 * 2**20),
    }
    hostile.page("/list", turns[kind])
    said, _, _ = harvest("moochub", hostile.url("/list"), status=2)
    assert ("decompression bomb" if kind == "bomb" else "64 MB") in said and hostile.url("/list") in said, said


def test_a_resumption_token_that_expired(quick, repository):
    quick("source", "add", "s", "oai-pmh", repository.url)
    repository.change(expire=1)
    assert "seen 250, created 250" in quick("harvest", "s").stdout
    repository.change(expire=100)
    said = quick("harvest", "s", "--full", status=2).stdout
    assert "does not know the resumption token any more" in said and "this token has expired" in said


def test_a_sitemap_that_contains_itself(harvest, hostile, quick_app):
    inner = hostile.page(
        "/inner.xml", hostile.answer(body=sitemap(hostile.url("/map.xml"), hostile.url("/list.xml"), kind="sitemap"), headers=XML)
    )
    hostile.page("/list.xml", hostile.answer(body=sitemap(hostile.url("/c/1")), headers=XML))
    hostile.page("/c/1", hostile.answer(body=course_page("Selling"), headers=HTML))
    hostile.page("/map.xml", hostile.answer(body=sitemap(hostile.url("/map.xml"), inner, kind="sitemap"), headers=XML))
    said, kept, failures = harvest("jsonld", hostile.url("/map.xml"), status=1)
    assert kept == ["Selling"] and failures and "contains itself" in said and hostile.url("/map.xml") in said
    assert "contains itself" in run_page(quick_app)
    assert hostile.paths().count("/map.xml") == 1


def test_a_csv_with_a_wrong_column(harvest, hostile):
    hostile.page("/list.csv", hostile.answer(body=b"name,link\nA,http://a.example/\n", headers={"Content-Type": "text/csv"}))
    said, _, _ = harvest("csv", hostile.url("/list.csv"), status=2, options=["title=Kursname"])
    assert "Kursname" in said and "name" in said and "link" in said and hostile.url("/list.csv") in said


def test_a_csv_row_that_is_short_costs_itself(harvest, hostile):
    body = "title,url\nA,http://a.example/\n,http://b.example/\n跨境电商,http://c.example/\n".encode("gb18030")
    hostile.page("/list.csv", hostile.answer(body=body, headers={"Content-Type": "text/csv"}))
    _, kept, failures = harvest("csv", hostile.url("/list.csv"), status=1)
    assert sorted(kept) == ["A", "跨境电商"] and len(failures) == 1 and "title" in failures[0][1]


@pytest.mark.parametrize(
    ("kind", "body", "headers"),
    [
        ("moochub", b'{"data": [', JSON),
        ("moochub", b"[" * 100_000, JSON),
        ("moochub", b"", JSON),
        ("rss", b"", XML),
        ("rss", b"\x00\x01\x02\x03", {"Content-Type": "application/octet-stream"}),
        ("rss", b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><rss><channel><title>&d;</title></channel></rss>', XML),
        ("jsonld", b"just words", {"Content-Type": "text/plain"}),
        ("csv", b"", {"Content-Type": "text/csv"}),
        ("csv", gzip.compress(b"title\n", mtime=0), {"Content-Type": "text/csv"}),
        ("openedx", b'{"results": 7}', JSON),
    ],
)
def test_a_list_that_is_none(harvest, hostile, kind, body, headers):
    for path in ("/list", "/api/courses/v1/courses/?page_size=100"):
        hostile.page(path, hostile.answer(body=body, headers=headers))
    said, kept, _ = harvest(kind, hostile.url("/list") if kind != "openedx" else hostile.url(""), status=2)
    assert hostile.place in said and not kept, said


def test_one_dead_source_of_all_does_not_keep_the_others_waiting(quick, hostile, quick_app):
    hostile.page("/good", hostile.answer(body=courses(course("a")), headers=JSON))
    for name, path in (("a-dead", "/gone"), ("b-good", "/good"), ("c-busy", "/good")):
        quick("source", "add", name, "moochub", hostile.url(path))
    with quick_app.app_context():
        busy = sourcing.get(db.session(), "c-busy")
        leasing.acquire(db.session(), busy.id)
    done = quick("harvest", "--all", "--json", status=2)
    found = {summary["source"]: summary for summary in json.loads(done.stdout)}
    assert {name: summary["state"] for name, summary in found.items()} == {"a-dead": "failed", "b-good": "succeeded", "c-busy": "refused"}
    assert "404" in found["a-dead"]["reason"] and "already" in found["c-busy"]["reason"]
    assert "1 resources" in quick("search", "course").stdout
