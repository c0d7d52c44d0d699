"""The MOOChub list: versions by Accept, pages that lose nothing, harvested by our own kind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from sqlalchemy import func, select

from harvesters.kinds import moochub as kind
from harvesters.protocol import Response
from harvesters.record import Record
from hub.db import db
from hub.models import Resource

SCHEMAS = Path(__file__).parents[1] / "exports" / "schemas"
HUB = "https://hub.example"
ALIVE = (
    Resource.resource_type == "course",
    Resource.withdrawn_at.is_(None),
    Resource.hidden_at.is_(None),
    Resource.merged_into_id.is_(None),
)


def pages(visitor: FlaskClient, path: str, accept: str, link: str = "next") -> list[Any]:
    """All pages from here on."""
    found = []
    while path:
        answer = visitor.get(path, headers={"Accept": accept})
        assert answer.status_code == 200
        found.append(answer.json)
        path = answer.json["links"].get(link, "").removeprefix(HUB)
    return found


@pytest.mark.parametrize(
    ("accept", "version"),
    [
        ("", "3"), ("*/*", "3"), ("application/json", "3"), ("application/vnd.api+json", "3"),
        ("application/vnd.api+json; moochub-version=3", "3"), ("application/vnd.api+json; moochub-version=2", "2.3"),
        ("application/vnd.api+json;moochub-version=2.3, application/json;q=0.1", "2.3"),
        ("application/vnd.api+json; moochub-version=9, application/vnd.api+json; moochub-version=2.3;q=0.5", "2.3"),
        (kind.ACCEPT, "3"),
    ],
)  # fmt: skip
def test_the_version_is_chosen_by_accept(visitor: FlaskClient, accept: str, version: str) -> None:
    answer = visitor.get("/moochub/courses", headers={"Accept": accept})
    assert answer.content_type == f"application/vnd.api+json; moochub-version={version}"
    assert "Accept" in answer.headers["Vary"]
    Draft202012Validator(json.loads((SCHEMAS / f"moochub-{version}.json").read_text())).validate(answer.json)


@pytest.mark.parametrize("accept", ["application/vnd.api+json; moochub-version=9", "text/html", "application/vnd.api+json;q=0"])
def test_what_we_do_not_write_is_refused(visitor: FlaskClient, accept: str) -> None:
    answer = visitor.get("/moochub/courses", headers={"Accept": accept})
    assert answer.status_code == 406 and answer.json["errors"][0]["status"] == "406"


@pytest.mark.parametrize(
    "query", ["page[size]=0", "page[size]=x", "page[after]=nobody", "page[before]=nobody", "page[after]=end&page[before]=end"]
)
def test_a_page_that_is_not_there_is_a_bad_request(visitor: FlaskClient, query: str) -> None:
    answer = visitor.get(f"/moochub/courses?{query}")
    assert answer.status_code == 400
    assert answer.content_type == "application/vnd.api+json" and "source" in answer.json["errors"][0]


def test_pages_forwards_and_backwards_have_each_course_once(site: Flask, visitor: FlaskClient) -> None:
    with site.app_context():
        courses = db.session.scalar(select(func.count()).where(*ALIVE))
    forwards = pages(visitor, "/moochub/courses?page[size]=3", "")
    ids = [entry["id"] for page in forwards for entry in page["data"]]
    assert len(ids) == len(set(ids)) == courses
    assert "prev" not in forwards[0]["links"] and "next" not in forwards[-1]["links"]
    backwards = pages(visitor, forwards[0]["links"]["last"].removeprefix(HUB), "", "prev")
    assert [entry["id"] for page in reversed(backwards) for entry in page["data"]] == ids
    assert "next" not in backwards[0]["links"]


@pytest.mark.parametrize("version", ["3", "2.3"])
def test_our_own_kind_harvests_all_courses(site: Flask, visitor: FlaskClient, version: str) -> None:
    with site.app_context():
        titles = set(db.session.scalars(select(Resource.title).where(*ALIVE)))
    waiting = list(kind.start(f"{HUB}/moochub/courses?page[size]=7", {}, None))
    records: list[Record] = []
    while waiting:
        request = waiting.pop()
        answer = visitor.get(request.url.removeprefix(HUB), headers={"Accept": f"application/vnd.api+json; moochub-version={version}"})
        page = kind.parse(request, Response(url=request.url, body=answer.data, media_type=answer.mimetype), {})
        waiting += page.follow
        records += [item for item in page.items if isinstance(item, Record)]
    assert {record.title for record in records} == titles
    assert len({record.identifier for record in records}) == len(records)


def test_who_has_the_page_is_not_sent_it_again(visitor: FlaskClient) -> None:
    first = visitor.get("/moochub/courses")
    assert visitor.get("/moochub/courses", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
