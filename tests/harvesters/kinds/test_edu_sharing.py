import json
from datetime import UTC, datetime

import pytest

from harvesters.errors import ProtocolError, SourceError
from harvesters.kinds import edu_sharing
from harvesters.protocol import Request, Response
from harvesters.record import Agent, Failure

REPOSITORY = "https://oer.example.org/edu-sharing"
SEARCH = f"{REPOSITORY}/rest/search/v1/queries/-home-/-default-/ngsearch?contentType=FILES&maxItems=3&skipCount=0&propertyFilter=-all-"


@pytest.mark.parametrize(
    "address", ["https://oer.example.org", REPOSITORY, f"{REPOSITORY}/components/search?query=x", f"{REPOSITORY}/rest/"]
)
def test_the_search_is_asked_by_post(address):
    (first,) = edu_sharing.start(address, {"page_size": "3"}, None)
    assert (first.url, first.method, first.headers["Content-Type"]) == (SEARCH, "POST", "application/json")
    assert json.loads(first.body) == {"resolveCollections": False, "criteria": [], "facets": []}
    (before,) = first.otherwise
    assert "/queriesV2/" in before.url
    assert json.loads(before.body) == {"criterias": [], "facettes": []}


def test_a_page(ask, own_samples):
    page = ask("edu-sharing", (own_samples / "edu_sharing" / "ngsearch.json").read_bytes(), url=SEARCH)
    assert [request.url for request in page.follow] == [SEARCH.replace("skipCount=0", "skipCount=3")]
    assert page.total == 5
    course, slides, nameless = page.items
    assert (course.identifier, course.title, course.url) == (
        "0a1b2c3d-0000-4000-8000-000000000001", "Handel im Netz", "https://kurse.example.org/handel",
    )  # fmt: skip
    assert course.same_as == (f"{REPOSITORY}/components/render/0a1b2c3d-0000-4000-8000-000000000001",)
    assert course.licence.startswith("CC-BY-SA-3.0")
    assert (course.rights, course.resource_type, course.languages) == ("CC_BY_SA 3.0", "course", ("de",))
    assert course.agents == (
        Agent(name="Eva Muster", url="https://example.org/eva", organisation=False),
        Agent(name="Universität Beispiel, Wien", organisation=True),
    )
    assert (course.institution, course.subjects) == ("Universität Beispiel", ("Betriebswirtschaftslehre",))
    assert course.levels == ("undergraduate", "postgraduate")
    assert (course.keywords, course.modified) == (("E-Commerce", "Handel"), datetime(2025, 6, 7, 8, 9, 10, tzinfo=UTC))
    assert (slides.title, slides.licence, slides.languages, slides.resource_type) == ("folien.pptx", "CC0-1.0", (), None)
    assert (slides.url, slides.agents) == (
        f"{REPOSITORY}/components/render/0a1b2c3d-0000-4000-8000-000000000002", (Agent(name="Team Beispiel"),),
    )  # fmt: skip
    assert slides.modified == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert isinstance(nameless, Failure)
    assert nameless.identifier == "0a1b2c3d-0000-4000-8000-000000000003"


@pytest.mark.parametrize(
    ("key", "version", "known"),
    [("CC_BY", "4.0", "CC-BY-4.0"), ("CC_BY_NC_ND", "", "CC-BY-NC-ND"), ("PDM", "", "CC-PDM-1.0"), ("CUSTOM", "", None)],
)
def test_keys_of_licences(ask, key, version, known):
    properties = {"ccm:commonlicense_key": [key], "ccm:commonlicense_cc_version": [version]}
    body = json.dumps({"nodes": [{"ref": {"id": "1"}, "title": "T", "properties": properties}]})
    assert ask("edu-sharing", body, url=SEARCH).items[0].licence == known


def test_the_end_and_refusals(ask):
    assert ask("edu-sharing", '{"nodes": [], "pagination": {"total": 9}}', url=SEARCH).follow == ()
    last = '{"nodes": [{"ref": {"id": "1"}, "title": "T", "properties": {}}], "pagination": {"total": 4}}'
    assert ask("edu-sharing", last, url=SEARCH.replace("skipCount=0", "skipCount=3")).follow == ()
    with pytest.raises(ProtocolError, match="guest access is off"):
        ask("edu-sharing", '{"error": "DAOSecurityException", "message": "guest access is off"}')
    with pytest.raises(SourceError, match="no `nodes`"):
        ask("edu-sharing", "[]")


def test_it_is_recognised(own_samples):
    now, before = edu_sharing.probe(f"{REPOSITORY}/components/search")
    assert (now.method, before.method) == ("POST", "POST")
    body = (own_samples / "edu_sharing" / "ngsearch.json").read_bytes()
    seen = edu_sharing.recognise(now, Response(url=now.url, body=body))
    assert seen is not None
    assert seen.address == REPOSITORY
    assert edu_sharing.recognise(now, Response(url=now.url, body=b'{"nodes": [{}], "pagination": 1}')) is None
    assert edu_sharing.recognise(Request(url=REPOSITORY), Response(url=REPOSITORY, body=b"<html>")) is None
