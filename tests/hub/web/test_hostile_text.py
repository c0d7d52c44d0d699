"""What sources write never becomes a part of our pages: every page that answers GET is fetched, parsed and searched for what must not be.

A new page is covered by itself, through a link to it or through its address in the URL map; what an address needs stands in VALUES.
"""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from urllib.parse import quote, urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree, html
from sqlalchemy import select
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

from config import from_env
from hub.app import create_app
from hub.db import db
from hub.models import AuditEvent, Failure, PreviewItem, Resource, Run, Source
from hub.services import sprinkling, sweeping

from .conftest import close, token

ROOT = Path(__file__).parents[3]
VALUES = {  # argument of an address -> what a test puts there; the rest is found through links
    "run_id": ["1", "2", "3", "4", "5"],
    "filename": ["app.css"],
    "notation": ["logistics"],
    "scheme": ["topic"],
    "kind": ["csv"],
    "match_id": ["1"],
    "person_id": ["2"],
    "deed": ["disable"],
    "slug": ["0-commerce-script-xssmark-script", "evil-reviews"],
    "token": ["nothing"],
    "link": ["nothing"],
    "adoption_id": ["1", "2", "3", "4", "5"],
    "review_id": ["1"],
    "tag_id": ["1"],
    "number": ["1"],
    **{name: ["1"] for name in ("webhook_id", "platform_id", "run", "review", "adoption")},
}
UNSEEN = {"static", "judgements.show", "judgements.remove", "dumps.member"}  # nothing that a source writes; no query, no dump is kept here
MOST = {"resources.show": 130, "search.show": 40, "search.suggest": 30}  # addresses of one view that are asked
OTHERS = 12
SCHEMES = {"", "http", "https", "mailto"}
LINKS = ("href", "src", "action", "formaction", "poster", "data", "cite", "background", "ping", "hx-get", "hx-post")
FORBIDDEN = ("iframe", "object", "embed", "base", "applet", "frame", "frameset", "foreignobject", "animate", "set", "x-evil", "mglyph")
BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def harm() -> ModuleType:
    """tests/catalogue/hostile.py, which is no package."""
    spec = importlib.util.spec_from_file_location("tests_catalogue_hostile", ROOT / "tests" / "catalogue" / "hostile.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def harmed(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, harm: ModuleType) -> Iterator[Flask]:
    """A hub that has harvested all of it."""
    folder = tmp_path_factory.mktemp("harmed")
    shutil.copy(sqlite_template, folder / "hub.db")
    environment = {
        "HUB_DATA": str(folder),
        "SECRET_KEY": "only-for-tests-0123456789",
        "HUB_HARVEST_PAUSE": "0",
        "HUB_HARVEST_ALLOW": "127.0.0.1",
    }
    app = create_app({**from_env(environment), "TESTING": True, "PROPAGATE_EXCEPTIONS": False})
    kept = harm.fill(app)
    assert all(count >= len(harm.ADDRESSES) // 2 for count in kept.values()), kept
    yield app
    close(app)


@pytest.fixture(scope="module")
def insider(harmed: Flask, harm: ModuleType) -> FlaskClient:
    """Ada, who sees all there is to see."""
    client = harmed.test_client()
    answer = client.post("/login", data={"csrf_token": token(client), "email": harm.ADMIN, "password": harm.PASSWORD})
    assert answer.status_code == 303
    return client


def seeds(app: Flask, harm: ModuleType) -> list[str]:
    """Addresses to begin with: each rule whose arguments are known, with and without hostile questions."""
    with app.app_context():
        names = db.session.scalars(select(Resource.public_id).where(Resource.merged_into_id.is_(None))).all()
        failures = db.session.execute(select(Failure.run_id, Failure.id)).all()
        looks = db.session.execute(select(Source.name, Run.id).join(Run, Run.source_id == Source.id).where(Run.task == "preview")).all()
        invalid = db.session.scalars(select(PreviewItem.id).where(PreviewItem.verdict == "invalid")).all()
        edits = db.session.scalars(select(AuditEvent.id).where(AuditEvent.action == sweeping.EDITED)).all()
        tagged = db.session.scalars(
            select(AuditEvent.id).where(AuditEvent.action == sprinkling.TAGGED, AuditEvent.group_id.is_(None))
        ).all()
        db.session.remove()
    previews = [f"/admin/sources/{name}/preview/{run}" for name, run in looks]
    found = [f"{place}{rest}" for place in previews for rest in ("", "/progress", "?show=new", "?show=invalid")]
    found += [f"{place}/raw/{item}" for place in previews for item in invalid]
    found += [f"/admin/resources/bulk/{edit}" for edit in edits] + [f"/search/tag/{edit}" for edit in tagged]
    found += [f"/tags/suggest?tags={words}" for words in ("s", "x,%20i")] + ["/tags/1/merge?into=2", "/tags/1/merge?q=s"]
    found += [f"/resources/{name}" for name in names] + [f"/search/why/{name}?q=commerce" for name in names[:5]]
    found += [f"/resources/{name}/bookmark" for name in names[:5]]
    found += [f"/api/v1/resources/{name}{rest}" for name in names[:9] for rest in ("", "/reviews", "/adoptions", "/tags")]
    found += [f"/embed/resources/{name}" for name in names[:9]] + ["/embed/shelves/nothing", "/api/v1/shelves/nothing"]
    found += [f"/api/v1/bookmarks/{names[0]}", *(f"/api/v1/sources/{name}" for name, _ in looks), "/api/v1/sources/nothing"]
    found += [f"/admin/runs/{run}/failures/{failure}" for run, failure in failures]
    asked = [
        f"{place}{quote(payload)}" for place in ("/search?q=", "/suggest?q=", "/resources?q=", "/sources?q=") for payload in harm.PAYLOADS
    ]
    found += ["/search?q=commerce", "/search?q=commerce&lang=zh-Hans", "/suggest?q=commerce", *asked]
    for rule in app.url_map.iter_rules():
        if rule.methods and "GET" in rule.methods and rule.arguments <= VALUES.keys():
            place = rule.rule
            for argument in rule.arguments:
                place = re.sub(rf"<(\w+:)?{argument}>", VALUES[argument][0], place)
            found += [place, f"{place}?source={quote(harm.PAYLOADS[5])}&state={quote(harm.PAYLOADS[3])}&q={quote(harm.PAYLOADS[1])}"]
    found += [place for number in range(12) for place in (f"/alerts/evil{number}", f"/feeds/searches/evil{number}.atom")]
    found += [f"/feeds/institutions/{slug}.atom" for slug in VALUES["slug"]]
    found += [
        f"/shelves/hostilepath{rest}" for rest in ("", "/shelf.json", "/items.csv", "/attribution.txt", "/feed.atom", "/copy", "/edit")
    ]
    found += [f"/reviews/{review}{rest}" for review in (1, 2) for rest in ("", "/edit", "/delete", "/reply")]
    found += [f"/complaints/new?subject={subject}&id=1" for subject in ("review", "reply", "institution")]
    found += [f"/admin/runs/{run}{rest}" for run in VALUES["run_id"] for rest in ("", "/progress", "/failures.csv")]
    return found


def links(page: html.HtmlElement, place: str) -> Iterator[str]:
    """Our own addresses that a page names."""
    for element in page.iter(etree.Element):
        for name in ("href", "src", "hx-get"):
            address = element.get(name)
            if address and element.get("method", "get").lower() == "get":
                parts = urlsplit(urljoin(f"http://localhost{place}", address.split("#")[0]))
                if parts.netloc == "localhost" and not parts.path.startswith("/static"):
                    yield parts.path + (f"?{parts.query}" if parts.query else "")


def faults_of_page(page: html.HtmlElement, harm: ModuleType) -> Iterator[str]:
    """What harm could do in HTML."""
    for element in page.iter(etree.Element):
        tag = str(element.tag).lower()
        if tag in FORBIDDEN or (
            tag == "meta" and element.get("http-equiv", "").lower() == "refresh" and "evil" in element.get("content", "")
        ):
            yield f"<{tag}>"
        if tag == "script":
            yield from faults_of_script(element)
        if tag == "style":
            yield "<style>"
        for name, value in element.attrib.items():
            if name.lower().startswith("on") or name.lower() in ("srcdoc", "style") or harm.MARK in name:
                yield f"<{tag} {name}={value[:60]}>"
            if name.lower() in LINKS and scheme(value) not in SCHEMES:
                yield f"<{tag} {name}={value[:60]}>"
            if name.lower() in ("action", "formaction", "src") and urlsplit(value.strip()).netloc not in ("", "localhost"):
                yield f"<{tag} {name}={value[:60]}> goes to another host"


def scheme(address: str) -> str:
    """As a browser finds it: white space and control characters do not count."""
    bare = re.sub(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\ufeff]", "", address)
    found = re.match(r"([a-zA-Z][a-zA-Z0-9+.-]*):", bare)
    return found[1].lower() if found else ""


def faults_of_script(element: html.HtmlElement) -> Iterator[str]:
    if element.get("src"):
        if not element.get("src", "").startswith("/static/"):
            yield f"a script from {element.get('src')}"
    elif element.get("type") != "application/ld+json":
        yield f"a script: {(element.text or '')[:60]}"
    else:
        for value in strings(json.loads(element.text or "")):
            if scheme(value) in ("javascript", "data", "vbscript", "file") and not value.startswith("commerce"):
                yield f"JSON-LD: {value[:60]}"


def strings(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, found in value.items():
            if key in ("url", "@id", "sameAs", "image", "license", "contentUrl"):
                yield from (found if isinstance(found, list) else [found] if isinstance(found, str) else [])
            yield from strings(found)
    elif isinstance(value, list):
        for found in value:
            yield from strings(found)


def faults(client: FlaskClient, place: str, harm: ModuleType) -> tuple[list[str], list[str]]:
    """What is wrong with an answer, and where it leads to."""
    answer = client.get(place, buffered=True)
    try:
        kind, text = answer.mimetype, answer.get_data(as_text=True)
    except UnicodeDecodeError:  # a picture or an archive, which no browser shows as a page
        assert answer.mimetype.startswith(("image/", "application/zip", "application/gzip", "application/vnd.ims.")), (
            place,
            answer.mimetype,
        )
        return [], []
    found = [f"status {answer.status_code}"] if answer.status_code >= 500 and place not in ("/readyz",) else []
    if answer.headers.get("X-Content-Type-Options") != "nosniff" or "script-src 'self'" not in answer.headers.get(
        "Content-Security-Policy", ""
    ):
        found.append("no headers of safety")
    if harm.PRODUCT in text:
        found.append("a template was calculated")
    if "\0" in text:
        found.append("NUL")
    if kind == "text/html" and text.strip():
        page = html.document_fromstring(text)
        if not any(part in place for part in ("/failures/", "/raw/", "/admin/records/")) and BIDI.search("".join(page.itertext())):
            found.append("bidi controls")
        return found + list(faults_of_page(page, harm)), list(links(page, place))
    if kind.endswith("xml"):
        etree.fromstring(text.encode())
    elif kind == "text/csv":
        found += [
            f"a formula: {cell}"
            for row in csv.reader(io.StringIO(text))
            for cell in row
            if cell.startswith(("=", "+", "-", "@", "\t", "\r"))
        ]
    elif kind == "application/json":
        json.loads(text)
    return found, []


@pytest.mark.slow
def test_no_page_shows_what_sources_wrote_as_anything_but_text(harmed: Flask, insider: FlaskClient, harm: ModuleType) -> None:
    waiting, seen, wrong, reached = seeds(harmed, harm), set[str](), list[str](), Counter[str]()
    adapter = harmed.url_map.bind("localhost")
    while waiting:
        place = waiting.pop(0)
        endpoint = endpoint_of(adapter, place)
        if place in seen or reached[endpoint] >= MOST.get(endpoint, OTHERS):
            continue
        seen.add(place)
        reached[endpoint] += 1
        found, more = faults(insider, place, harm)
        wrong += [f"{place[:120]}: {fault}" for fault in found]
        waiting += more
    assert not wrong, "\n".join(sorted(set(wrong))[:40])
    all_of_them = {rule.endpoint for rule in harmed.url_map.iter_rules() if rule.methods and "GET" in rule.methods}
    assert all_of_them - set(reached) <= UNSEEN, f"say in VALUES what these need: {all_of_them - set(reached) - UNSEEN}"


def endpoint_of(adapter: MapAdapter, place: str) -> str:
    """Which view answers here; empty when none does."""
    try:
        return str(adapter.match(urlsplit(place).path, method="GET")[0])
    except HTTPException:
        return ""


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        "<p onclick=x>",
        "<a href='java\tscript:x'>",
        "<iframe></iframe>",
        "<a style='x'>",
        "<img src='//evil.example/'>",
    ],
)
def test_the_search_for_harm_finds_harm(harm: ModuleType, evil: str) -> None:
    page = html.document_fromstring(f"<html><body>{evil}</body></html>")
    assert list(faults_of_page(page, harm))


def test_a_very_long_title_is_cut(harmed: Flask) -> None:
    with harmed.app_context():
        longest = max(len(title) for title in db.session.scalars(select(Resource.title)))
        db.session.remove()
    assert longest <= 2_000
