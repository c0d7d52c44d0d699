# ruff: noqa: E501  (an example a line)
"""Any bytes give a Page or a SourceError, for every kind, and every payload gives its item again."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters import registry
from harvesters.errors import SourceError
from harvesters.protocol import Request, Response
from harvesters.record import Failure, Raw

KINDS = sorted(registry.kinds())
STEPS = {"oai-pmh": ("identify", "formats", "list"), "jsonld": ("start", "sitemap", "robots", "page")}
PIECES = [b"<", b">", b"</record>", b"<record><header><identifier>x</identifier></header></record>", b"<item><title>t</title></item>", b"<entry>", b"<![CDATA[", b"]]>", b"&nbsp;", b"&", b"\x00", b"\xff", b"\x08", b"{", b"}",
          b"[1]", b'{"@value":{}}', b"1e999", b'"\\ud800"', b"null", b",", b"\n", b"\xed\xa0\x80", b"999999999999999999999", b'"name":', b'"title":"x"', b"<script type='application/ld+json'>"]  # fmt: skip
WHOLE = {
    "oai-pmh": b'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-01-01</responseDate><ListRecords><record><header><identifier>a</identifier></header><metadata><title>T</title></metadata></record></ListRecords></OAI-PMH>',
    "rss": b"<rss><channel><title>C</title><item><title>T</title><guid>1</guid></item></channel></rss>",
    "openedx": b'{"results":[{"id":"course-v1:O+N+R","name":"T","media":{"image":{"raw":"/x"}},"start":null}],"pagination":{"next":null}}',
    "moochub": b'{"data":[{"id":"1","attributes":{"name":"T","offer":[{"price":"1"}],"startDate":["2026-01-01"]}}],"links":{}}',
    "csv": b'title,url,price\n"a",https://e.org/,3\n',
    "json": b'{"list":[{"id":1,"name":"T","price":1.5,"start":1551405600000,"people":[{"n":"A"}]},3],"next":"/x?page=2","total":9}',
    "html": b"<ul><li class=c><a href='/1'>T</a><img src=x><li class=c><h3>U</h3></ul><a class=n href='?2'>",
    "merlot": b"<r><results><material><title>T</title><URL>/x</URL></material></results></r>",
    "oer-commons": b"<results total-items='2'><result id='1'><title>T</title><oersummary><item title='Languages' value='en'/></oersummary></result></results>",
    "lom": b"<manifest identifier='m'><metadata><lom><general><title><string>T</string></title></general><lifeCycle><contribute><entity>A</entity></contribute></lifeCycle></lom></metadata><x/></manifest>",
    "jsonld": b'<html><script type="application/ld+json">[{"@type":"Course","name":"T","offers":{"price":1},"hasCourseInstance":[{}]}]</script></html>',
}

OPTIONS = {
    "html": {"item": "li.c", "title": "a|h3", "next": "a.n", "image": "img@src", "description": "@class"},
    "json": {
        "items": "list",
        "title": "name",
        "identifier": "id",
        "start": "start",
        "instructor": "people[*].n",
        "next": "next",
        "total": "total",
    },
}


def check(kind: str, body: bytes) -> None:
    harvester, options = registry.kind(kind), OPTIONS.get(kind, {})
    for step in STEPS.get(kind, ("page",)):
        request = Request(url="https://e.org/x", step=step)
        try:
            page = harvester.parse(request, Response(url="https://e.org/x", body=body), options)
        except SourceError as error:
            assert str(error)
            continue
        for item in page.items:
            assert harvester.read(item.raw, options) == item
            json.dumps([item.identifier, getattr(item, "title", "")]).encode()


@pytest.mark.parametrize("kind", KINDS)
@given(body=st.binary(max_size=400) | st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join))
@settings(max_examples=60, deadline=None)
def test_any_bytes(kind, body):
    check(kind, body)


@pytest.mark.parametrize("kind", KINDS)
@given(place=st.floats(0, 1), length=st.integers(0, 20), piece=st.sampled_from(PIECES))
@settings(max_examples=100, deadline=None)
def test_answers_with_a_wound(kind, place, length, piece):
    body = WHOLE[kind]
    start = int(len(body) * place)
    check(kind, body[:start] + piece + body[start + length :])


@pytest.mark.parametrize("kind", KINDS)
@given(body=st.binary(max_size=200) | st.lists(st.sampled_from(PIECES), max_size=6).map(b"".join))
@settings(max_examples=50, deadline=None)
def test_any_payload_can_be_read(kind, body):
    item = registry.kind(kind).read(Raw(body, "application/octet-stream", "https://e.org/x"), OPTIONS.get(kind, {}))
    assert not isinstance(item, Failure) or item.reason


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.sampled_from(["", "x", "2026-02-30", "https://e.org/", "CC BY", "\ud800", "4 hours per week"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "url", "@value", "@id", "type", "price", "identifier", "value"]), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
NAMES = {
    "openedx": "id key name title org number start media effort course_runs courseruns seats staff owners topics page license subjects hidden instructors price duration modified image",
    "moochub": "name url description inLanguage license courseLicenses startDate endDate workload offer instructor creator publisher moocProvider educationalLevel teaches access image numberOfCredits keywords duration",
    "jsonld": "name url description inLanguage license provider author hasCourseInstance offers educationalLevel keywords about timeRequired identifier sameAs image numberOfCredits audience courseWorkload isAccessibleForFree",
}


@pytest.mark.parametrize("kind", sorted(NAMES))
@given(data=st.data())
@settings(max_examples=100, deadline=None)
def test_fields_of_any_shape(kind, data):
    fields = data.draw(st.dictionaries(st.sampled_from(NAMES[kind].split()), VALUES, max_size=8))
    entry = {"id": "1", "name": "T", **fields}
    body = {
        "openedx": {"results": [entry]},
        "moochub": {"data": [{"id": "1", "attributes": entry}]},
        "jsonld": {"@type": "Course", **entry},
    }[kind]
    check(kind, json.dumps(body).encode())


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_sizes(kind):
    for body in (
        b"<" * 200_000,
        b"[" * 200_000,
        b"<![CDATA[" * 50_000,
        b"<a>" * 50_000,
        b"&" * 200_000,
        b"<record>" * 30_000,
        b'"' * 200_000,
        b"<item>" * 30_000,
        b"\xff\xfe" * 50_000,
        b"<a " * 60_000,
    ):
        check(kind, body)
