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
STEPS = {
    "oai-pmh": ("identify", "formats", "list"),
    "jsonld": ("start", "sitemap", "robots", "page"),
    "mit-ocw": ("sitemap", "data"),
    "openstax": ("list", "book"),
    "mediawiki": ("site", "pages"),
    "youtube": ("page", "feed"),
    "youtube-api": ("channel", "list", "videos"),
    "moodle": ("page", "list"),
}
PIECES = [b"<", b">", b"</record>", b"<record><header><identifier>x</identifier></header></record>", b"<item><title>t</title></item>", b"<entry>", b"<![CDATA[", b"]]>", b"&nbsp;", b"&", b"\x00", b"\xff", b"\x08", b"{", b"}",
          b"[1]", b'{"@value":{}}', b"1e999", b'"\\ud800"', b"null", b",", b"\n", b"\xed\xa0\x80", b"999999999999999999999", b'"name":', b'"title":"x"', b"<script type='application/ld+json'>"]  # fmt: skip
WHOLE = {
    "oai-pmh": b'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-01-01</responseDate><ListRecords><record><header><identifier>a</identifier></header><metadata><title>T</title></metadata></record></ListRecords></OAI-PMH>',
    "rss": b"<rss><channel><title>C</title><item><title>T</title><guid>1</guid></item></channel></rss>",
    "openedx": b'{"results":[{"id":"course-v1:O+N+R","name":"T","media":{"image":{"raw":"/x"}},"start":null}],"pagination":{"next":null}}',
    "moochub": b'{"data":[{"id":"1","attributes":{"name":"T","offer":[{"price":"1"}],"startDate":["2026-01-01"]}}],"links":{}}',
    "by-hand": b'{"identifier":"1","title":"T","agents":"A | instructor","levels":"advanced","credits":"3"}',
    "pushed": b'{"identifier":"1","title":"T","agents":[{"name":"A"}],"languages":["en"],"offerings":[{"price":1,"start":"2026-01-01"}],"identifiers":[{"scheme":"doi","value":"10.1/x"}]}',
    "csv": b'title,url,price\n"a",https://e.org/,3\n',
    "mit-ocw": b'{"course_title":"T","site_uid":"1","topics":[["A","B"]],"instructors":[{"first_name":"N"}],"year":"2020","level":["Undergraduate"]}',
    "mit-learn": b'{"count":1,"next":"https://e.org/?offset=1","results":[{"id":1,"title":"T","resource_type":"course","readable_id":"r","platform":{"name":"P"},"runs":[{"run_id":"R","resource_prices":[{"amount":"1","currency":"USD"}]}]}]}',
    "coursera": b'{"elements":[{"id":"1","name":"T","slug":"s","partnerIds":["2"],"startDate":1447095621493}],"paging":{"next":"1","total":2},"linked":{"partners.v1":[{"id":"2","name":"U"}]}}',
    "futurelearn": b'[{"uuid":"1","name":"T","url":"https://e.org/?utm_a=b","organisation":{"name":"U"},"runs":[{"start_date":null,"duration_in_weeks":2}]}]',
    "openstax": b'{"meta":{"total_count":2},"items":[{"id":1,"title":"T","meta":{"type":"books.Book","detail_url":"https://e.org/x/1/"},"license_url":"https://creativecommons.org/licenses/by/4.0/","authors":[{"value":{"name":"N"}}]}]}',
    "open-textbook-library": b'{"data":[{"id":1,"title":"T","license":"Attribution","copyright_year":2020,"language":"chi-simp","contributors":[{"first_name":"N"}]}]}',
    "libretexts": b'{"titles":[{"publication_title":"T","title_url":"https://biz.libretexts.org/x","license":"ccby","authors":["N"],"date_last_updated":"Fri Aug 13 2021 00:00:00"}]}',
    "thoth": b'{"data":{"works":[{"workId":"1","workType":"TEXTBOOK","titles":[{"fullTitle":"T","canonical":true}],"doi":"https://doi.org/10.1234/x"}]}}',
    "mediawiki": b'{"continue":{"gcmcontinue":"x","continue":"gcmcontinue||"},"batchcomplete":true,"query":{"general":{"generator":"MediaWiki 1","sitename":"W"},"pages":[{"pageid":1,"ns":0,"title":"T","extract":"E"},{"ns":14,"title":"Category:C"}]}}',
    "youtube": b'<feed xmlns="http://www.w3.org/2005/Atom" xmlns:yt="http://www.youtube.com/xml/schemas/2015"><title>C</title><entry><yt:videoId>abcdefghijk</yt:videoId><title>T</title></entry></feed>',
    "youtube-api": b'{"items":[{"id":"abcdefghijk","snippet":{"title":"T","thumbnails":{"high":{"url":"https://e.org/"}}},"contentDetails":{"duration":"PT4M","videoId":"abcdefghijk"}}],"nextPageToken":"N"}',
    "edu-sharing": b'{"pagination":{"total":2},"nodes":[{"ref":{"id":"1"},"title":"T","properties":{"ccm:commonlicense_key":["CC_BY"],"ccm:lifecyclecontributer_author":["BEGIN:VCARD\\r\\nFN:N\\r\\nEND:VCARD"]}}]}',
    "moodle": b'{"total":1,"courses":[{"id":2,"fullname":"T","summary":"S","contacts":[{"fullname":"N"}],"customfields":[{"shortname":"licence","value":"CC BY"}]}]}',
    "kolibri": b'[{"id":"1","name":"T","language":"en","included_languages":["en"],"last_published":null}]',
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
        request, response = Request(url="https://e.org/x", step=step), Response(url="https://e.org/x", body=body)
        if harvester.recognise is not None:
            harvester.recognise(request, response)
        try:
            page = harvester.parse(request, response, options)
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
    "mit-ocw": "course_title site_uid instructors topics year level license image_src language title uid resourcetype content_type video_metadata from_semester _classname category_features subject modification_date learning_resource_types",
    "mit-learn": "id title runs course platform offered_by topics departments image prices resource_prices free certification languages pace delivery url description video last_modified published min_weekly_hours",
    "coursera": "id name slug partnerIds instructorIds primaryLanguages workload startDate domainTypes certificates photoUrl description linked",
    "futurelearn": "uuid name url runs organisation categories educator hours_per_week has_certificates description language image_url courses total_cost",
    "openstax": "id title meta book_state license_url authors book_subjects book_categories k12book_subjects cover_url publish_date digital_isbn_13 description",
    "open-textbook-library": "id title url license language contributors publishers subjects copyright_year ISBN13 description",
    "libretexts": "publication_title title_url title_id license authors language date_last_updated publisher_name thumbnail_url description",
    "thoth": "workId titles abstracts languages subjects contributions publications imprint doi license landingPage workStatus",
    "mediawiki": "pageid title ns extract revisions thumbnail fullurl touched pagelanguage description redirect harvested",
    "youtube-api": "id contentDetails status publishedAt channelId channelTitle tags thumbnails defaultLanguage description",
    "edu-sharing": "ref title name preview license modifiedAt createdAt mediatype ccm:wwwurl ccm:commonlicense_key cclom:general_language ccm:lifecyclecontributer_author cclom:general_description ccm:taxonid",
    "moodle": "id fullname summary contacts customfields overviewfiles startdate enddate visible lang categoryname tags format",
    "kolibri": "id name description language included_languages last_published icon_encoding public",
}
NAMED = {
    "id": "1", "name": "T", "title": "T", "fullname": "T", "uuid": "1", "publication_title": "T", "title_id": "1", "workId": "1", "pageid": 1, "ref": {"id": "1"},
}  # fmt: skip


def enveloped(kind, fields):
    entry = NAMED | fields
    return {
        "openedx": {"results": [entry]}, "moochub": {"data": [{"id": "1", "attributes": entry}]}, "jsonld": {"@type": "Course", **entry},
        "mit-ocw": {"course_title": "T", **entry}, "mit-learn": {"results": [entry]}, "coursera": {"elements": [entry], "paging": fields, "linked": fields},
        "openstax": {"items": [entry], "meta": fields}, "open-textbook-library": {"data": [entry]}, "libretexts": {"titles": [entry]},
        "thoth": {"data": {"works": [{"titles": [{"fullTitle": "T"}], **entry}]}}, "mediawiki": {"continue": fields, "query": {"pages": [entry], "general": fields}},
        "youtube-api": {"items": [entry | {"snippet": {"title": "T", **fields}}]}, "edu-sharing": {"nodes": [entry | {"properties": fields}], "pagination": fields},
        "moodle": {"courses": [entry], "total": 3},
    }.get(kind, [entry])  # fmt: skip


@pytest.mark.parametrize("kind", sorted(NAMES))
@given(data=st.data())
@settings(max_examples=100, deadline=None)
def test_fields_of_any_shape(kind, data):
    fields = data.draw(st.dictionaries(st.sampled_from(NAMES[kind].split()), VALUES, max_size=8))
    check(kind, json.dumps(enveloped(kind, fields)).encode())


@pytest.mark.parametrize("kind", [kind for kind in KINDS if registry.kind(kind).probe])
@given(
    place=st.sampled_from(["", "https://", "https://e.org/wiki/", "https://youtube.com/", "http://[", "https://moodle.e.org/edu-sharing/"]),
    rest=st.text(max_size=40),
)
@settings(max_examples=60, deadline=None)
def test_whatever_somebody_pastes_may_be_probed(kind, place, rest):
    harvester = registry.kind(kind)
    for request in harvester.probe(place + rest):
        for charset in (None, "idna", "no-such-charset"):
            harvester.recognise(request, Response(url=request.url, body=WHOLE[kind], charset=charset))


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
