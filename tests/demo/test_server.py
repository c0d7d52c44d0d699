"""The demo sources over HTTP: each is there, valid in its format, and behaves as its protocol says."""

import csv
import io
import json
import re
import signal
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).parents[2]
OAI = "{http://www.openarchives.org/OAI/2.0/}"
LOC = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
SOURCES = {source["name"]: source for source in tomllib.loads((ROOT / "demo" / "sources.toml").read_text("utf-8"))["source"]}


def get(address: str, **headers: str) -> requests.Response:
    return requests.get(address, headers=headers, timeout=10)


def oai(origin: str, **arguments: str) -> ET.Element:
    answer = requests.get(f"{origin}/repository/oai", params=arguments, timeout=10)
    assert answer.headers["Content-Type"].startswith("text/xml")
    return ET.fromstring(answer.content)


def oai_pages(origin: str, **arguments: str) -> Iterator[ET.Element]:
    while True:
        page = oai(origin, **arguments)
        yield page
        token = page.findtext(f".//{OAI}resumptionToken")
        if not token:
            return
        arguments = {"verb": arguments["verb"], "resumptionToken": token}


def error(root: ET.Element) -> str | None:
    found = root.find(f"{OAI}error")
    return None if found is None else found.get("code")


def identifiers(pages: Iterator[ET.Element]) -> list[str]:
    return [str(found.text) for page in pages for found in page.iter(f"{OAI}identifier")]


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_every_source_answers(origin: str, name: str) -> None:
    answer = get(origin + SOURCES[name]["path"])
    assert answer.status_code == 200
    assert len(answer.content) > 100


def test_the_repository_lists_everything_once_in_pages(origin: str) -> None:
    pages = list(oai_pages(origin, verb="ListRecords", metadataPrefix="oai_dc"))
    found = identifiers(iter(pages))
    assert len(pages) == 3
    assert len(found) == len(set(found)) == 45
    assert sum(header.get("status") == "deleted" for page in pages for header in page.iter(f"{OAI}header")) == 3
    assert found == identifiers(oai_pages(origin, verb="ListIdentifiers", metadataPrefix="oai_dc"))


@pytest.mark.parametrize("since", ["2026-09-20", "2026-09-20T00:00:00Z"])
def test_the_repository_lists_what_changed_since(origin: str, since: str) -> None:
    stamps = [
        str(stamp.text)
        for page in oai_pages(origin, verb="ListRecords", metadataPrefix="oai_dc", **{"from": since})
        for stamp in page.iter(f"{OAI}datestamp")
    ]
    assert 5 < len(stamps) < 45
    assert min(stamps) >= "2026-09-20"


def test_until_includes_its_day(origin: str) -> None:
    found = identifiers(oai_pages(origin, verb="ListIdentifiers", metadataPrefix="oai_dc", **{"from": "2026-06-02", "until": "2026-06-02"}))
    assert [name.rsplit(":")[-1] for name in found] == ["ec101", "ec102"]


def test_a_set_keeps_to_itself_over_pages(origin: str) -> None:
    pages = list(oai_pages(origin, verb="ListRecords", metadataPrefix="oai_dc", set="courses"))
    assert len(pages) == 2
    assert {spec.text for page in pages for spec in page.iter(f"{OAI}setSpec")} == {"courses"}


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        ("badVerb", {}),
        ("badVerb", {"verb": "Nothing"}),
        ("badArgument", {"verb": "ListRecords"}),
        ("badArgument", {"verb": "Identify", "set": "courses"}),
        ("badArgument", {"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2026-02-31"}),
        ("badArgument", {"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2026-02-01", "until": "2026-01-01"}),
        ("badArgument", {"verb": "ListRecords", "metadataPrefix": "oai_dc", "resumptionToken": "oai_dc!15!!!"}),
        ("badArgument", {"verb": "GetRecord", "metadataPrefix": "oai_dc"}),
        ("cannotDisseminateFormat", {"verb": "ListRecords", "metadataPrefix": "marc"}),
        ("idDoesNotExist", {"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": "oai:x"}),
        ("noRecordsMatch", {"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2035-01-01"}),
        ("badResumptionToken", {"verb": "ListRecords", "resumptionToken": "yesterday"}),
        ("badResumptionToken", {"verb": "ListRecords", "resumptionToken": "oai_dc!9999!!!"}),
    ],
)
def test_the_repository_names_what_is_wrong(origin: str, code: str, arguments: dict[str, str]) -> None:
    assert error(oai(origin, **arguments)) == code


def test_the_repository_says_what_it_is_and_gives_one_record(origin: str) -> None:
    identify = oai(origin, verb="Identify")
    assert identify.findtext(f".//{OAI}baseURL") == f"{origin}/repository/oai"
    assert identify.findtext(f".//{OAI}deletedRecord") == "persistent"
    assert len(list(oai(origin, verb="ListSets").iter(f"{OAI}set"))) == 4
    assert oai(origin, verb="ListMetadataFormats").findtext(f".//{OAI}metadataPrefix") == "oai_dc"
    one = oai(origin, verb="GetRecord", metadataPrefix="oai_dc", identifier="oai:repository.qiantang.example:book01")
    assert one.findtext(".//{http://purl.org/dc/elements/1.1/}title") == "Introduction to Digital Commerce: An Open Textbook"


def test_the_repository_takes_a_form_too(origin: str) -> None:
    answer = requests.post(f"{origin}/repository/oai", data={"verb": "Identify"}, timeout=10)
    assert ET.fromstring(answer.content).find(f"{OAI}Identify") is not None


def test_open_edx_pages_lead_to_each_other(origin: str) -> None:
    address: str | None = f"{origin}/openedx/api/courses/v1/courses/?page_size=15"
    courses, pages = [], 0
    while address:
        page = get(address).json()
        assert page["pagination"]["num_pages"] == 3
        courses += page["results"]
        pages, address = pages + 1, page["pagination"]["next"]
        assert address is None or address.startswith(origin)
    assert pages == 3
    runs = [course["id"] for course in courses]
    assert len(runs) == len(set(runs)) == page["pagination"]["count"] == 38
    assert len({(course["org"], course["number"]) for course in courses}) == 35


@pytest.mark.parametrize("query", ["page=99", "page=0", "page=x", "page_size=0", "org=Nobody&page=2"])
def test_open_edx_has_no_such_page(origin: str, query: str) -> None:
    assert get(f"{origin}/openedx/api/courses/v1/courses/?{query}").status_code == 404


def test_moochub_follows_its_links(origin: str) -> None:
    address, names = f"{origin}/moochub/bridges/moochub/courses", []
    while address:
        answer = get(address)
        assert answer.headers["Content-Type"] == "application/vnd.api+json; moochub-version=3"
        names += [course["attributes"]["name"] for course in answer.json()["data"]]
        address = answer.json()["links"].get("next")
    assert len(names) == len(set(names)) == 25


def test_the_feed_is_xml_with_its_content(origin: str) -> None:
    items = list(ET.fromstring(get(f"{origin}/feed/courses.xml").content).iter("item"))
    assert len(items) == 25
    assert all(item.findtext("{http://purl.org/rss/1.0/modules/content/}encoded", "").startswith("<p>") for item in items)


def test_the_sitemap_leads_to_every_page(origin: str) -> None:
    assert f"Sitemap: {origin}/site/sitemap.xml" in get(f"{origin}/robots.txt").text
    maps = [loc.text for loc in ET.fromstring(get(f"{origin}/site/sitemap.xml").content).iter(LOC)]
    pages = [str(loc.text) for part in maps for loc in ET.fromstring(get(str(part)).content).iter(LOC)]
    assert len(pages) == len(set(pages)) == 30
    markup = {"microdata": 0, "script": 0}
    for page in pages:
        assert page.startswith(origin)
        answer = get(page)
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', answer.text, re.DOTALL)
        for block in blocks:
            assert json.loads(block)
        markup["script" if blocks else "microdata"] += 1
        assert blocks or 'itemtype="https://schema.org/Course"' in answer.text
    assert markup["microdata"] >= 3


def test_the_list_is_gb18030(origin: str) -> None:
    answer = get(f"{origin}/list/courses.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=gb18030"
    with pytest.raises(UnicodeDecodeError):
        answer.content.decode("utf-8")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("gb18030"), newline="")))
    assert len(rows) == 42
    assert set(SOURCES["demo-list"]["options"].values()) <= set(rows[0])


def test_an_unchanged_file_is_not_sent_again(origin: str) -> None:
    address = f"{origin}/feed/courses.xml"
    first = get(address)
    assert get(address, **{"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert get(address, **{"If-Modified-Since": first.headers["Last-Modified"]}).status_code == 304
    assert get(address, **{"If-None-Match": '"other"', "If-Modified-Since": first.headers["Last-Modified"]}).status_code == 200
    assert get(address, **{"Accept-Encoding": "identity"}).content == first.content


def test_nothing_else_is_there(origin: str) -> None:
    for path in ("/", "/site/../../pyproject.toml", "/site/catalogue/none.html", "/etc/passwd"):
        assert get(origin + path).status_code == 404
    assert requests.post(f"{origin}/feed/courses.xml", data="x", timeout=10).status_code == 404


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_says_its_address_and_stops_at_once(number: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-m", "demo.server", "--port", "0"], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", address)
        assert get(f"{address}/robots.txt").status_code == 200
        process.send_signal(number)
        assert process.wait(timeout=10) == 0
