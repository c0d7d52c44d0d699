"""Programs send records; admins see and start runs."""

from __future__ import annotations

import json
import zlib

import pytest
from flask import Flask
from sqlalchemy import select

from hub.db import db
from hub.models import Failure, Person, Run, SourceRecord
from hub.services import indexing, tokening

from ..cast import Stage
from .conftest import Program, Programs

RECORD = {
    "identifier": "https://lms.example.org/1",
    "title": "Selling abroad with small shops",
    "description": "<p>Well <script>alert(1)</script>said</p>",
    "languages": ["English"],
    "agents": [{"name": "Li Wenjing", "role": "instructor"}],
    "licence": "https://creativecommons.org/licenses/by/4.0/",
    "offerings": [{"identifier": "r1", "start": "2026-09-01", "price": 49.9, "currency": "eur"}],
    "identifiers": [{"scheme": "doi", "value": "https://doi.org/10.1234/ABC"}],
    "credits": "5",
}


@pytest.fixture
def sender(program: Programs) -> Program:
    made = program("hub admin", "records", "admin")
    assert made.ask("POST", "/sources", json={"name": "our-lms", "title": "Our LMS"}).status_code == 201
    return made


def index(app: Flask) -> None:
    with app.app_context():
        indexing.drain(db.session(), app.extensions["hub"].index)
        db.session.remove()


def test_what_is_sent_is_found(sender: Program, own_site: Flask) -> None:
    done = sender.ask("POST", "/sources/our-lms/records", json=[RECORD])
    assert done.status_code == 200, done.text
    assert (done.json["seen"], done.json["created"], done.json["state"]) == (1, 1, "succeeded")
    index(own_site)
    (found,) = [one for one in sender.get("/search?q=selling+abroad+small+shops").json["items"] if one["title"] == RECORD["title"]]
    one = sender.get(f"/resources/{found['id']}").json
    assert one["languages"] == ["en"] and one["licence"] == "CC-BY-4.0" and one["credits"] in ("5", "5.00")
    assert "script" not in one["description"] and "Well" in one["description"]
    assert one["offerings"][0]["price"] in ("49.9", "49.90") and one["offerings"][0]["currency"] == "EUR"
    assert one["identifiers"] == [{"scheme": "doi", "value": "10.1234/abc"}]
    assert one["origins"][0]["source"] == "our-lms"
    assert sender.get("/sources/our-lms").json["resources"] == 1


def test_sending_twice_changes_nothing(sender: Program) -> None:
    other = {**RECORD, "identifier": "2", "title": "Another one"}
    sender.ask("POST", "/sources/our-lms/records", json=[RECORD, other])
    again = sender.ask("POST", "/sources/our-lms/records", json=[other, dict(reversed(RECORD.items()))]).json
    assert (again["seen"], again["unchanged"]) == (2, 2)
    changed = sender.ask("POST", "/sources/our-lms/records", json=[{**other, "title": "Another title"}]).json
    assert (changed["seen"], changed["updated"]) == (1, 1)


def test_what_is_wrong_is_kept_with_its_bytes(sender: Program, own_site: Flask) -> None:
    wrong = {"identifier": "bad", "title": "T", "colour": "red", "languages": ["Klingonese-x"]}
    done = sender.ask("POST", "/sources/our-lms/records", json=[RECORD, wrong, 7, {"title": "no name"}]).json
    assert (done["seen"], done["created"], done["failed"], done["state"]) == (4, 1, 3, "partial")
    assert [one["pointer"] for one in done["failures"]] == ["/1", "/2", "/3"]
    assert done["failures"][0]["identifier"] == "bad" and "colour" in done["failures"][0]["reason"]
    listed = sender.get(f"/runs/{done['run']}/failures").json
    assert listed["total"] == 3 and all(one["open"] for one in listed["items"])
    with own_site.app_context():
        kept = db.session.scalars(select(Failure).where(Failure.identifier == "bad")).one()
        assert json.loads(zlib.decompress(kept.raw)) == wrong
        for run in db.session.scalars(select(Run)):
            assert run.seen == run.created + run.updated + run.unchanged + run.withdrawn + run.failed
    mended = {name: value for name, value in wrong.items() if name not in ("colour", "languages")}
    assert sender.ask("POST", "/sources/our-lms/records", json=[mended]).json["created"] == 1
    assert [one["open"] for one in sender.get(f"/runs/{done['run']}/failures").json["items"]] == [False, True, True]


def test_a_record_is_withdrawn_and_comes_back(sender: Program, own_site: Flask) -> None:
    sender.ask("POST", "/sources/our-lms/records", json=[RECORD])
    with own_site.app_context():
        kept = db.session.scalars(select(SourceRecord).where(SourceRecord.identifier == RECORD["identifier"])).one()
        id = kept.resource_id
    path = f"/sources/our-lms/records/{RECORD['identifier']}"
    gone = sender.ask("DELETE", path)
    assert gone.status_code == 200 and gone.json["withdrawn"] == 1
    assert sender.ask("DELETE", path).status_code == 404
    assert sender.ask("POST", "/sources/our-lms/records", json=[RECORD]).json["updated"] == 1
    with own_site.app_context():
        assert db.session.scalars(select(SourceRecord.resource_id).where(SourceRecord.identifier == RECORD["identifier"])).one() == id


def test_only_admins_send_and_only_into_sources_for_it(sender: Program, program: Programs, stage: Stage) -> None:
    assert program("hub admin", "admin").ask("POST", "/sources/our-lms/records", json=[RECORD]).status_code == 403
    for who in ("teacher", "hub curator"):
        with pytest.raises(tokening.BadToken):
            program(who, "records")
    assert sender.ask("POST", "/sources/english/records", json=[RECORD]).status_code in (404, 409)
    assert sender.ask("POST", "/sources/nothing/records", json=[RECORD]).status_code == 404
    assert sender.ask("POST", "/sources", json={"name": "our-lms"}).status_code == 422
    assert sender.ask("POST", "/sources", json={"name": "Not A Name"}).status_code == 422
    assert sender.ask("POST", "/sources", json={"name": "x", "kind": "oai-pmh"}).status_code == 422
    assert sender.ask("POST", "/sources/our-lms/records", json=[]).status_code == 422
    assert sender.ask("POST", "/sources/our-lms/records", json=[RECORD] * 501).status_code == 422


def test_who_is_no_admin_any_more_loses_what_the_token_could(sender: Program, own_site: Flask, stage: Stage) -> None:
    with own_site.app_context():
        db.session.scalars(select(Person).where(Person.email == stage.emails["hub admin"])).one().is_admin = False
        db.session.commit()
    refused = sender.ask("POST", "/sources/our-lms/records", json=[RECORD])
    assert refused.status_code == 403 and refused.json["code"] == "not_allowed"
    assert sender.get("/runs").status_code == 403


def test_without_the_second_factor_nothing_is_written_where_it_is_asked(sender: Program, own_site: Flask) -> None:
    own_site.config["HUB_TWO_FACTOR"] = "curators"
    refused = sender.ask("POST", "/sources/our-lms/records", json=[RECORD])
    assert refused.status_code == 403 and refused.json["code"] == "second_factor"
    assert sender.get("/runs").status_code == 200


def test_runs_are_started_seen_and_stopped(sender: Program) -> None:
    name = "mooc"
    started = sender.ask("POST", f"/sources/{name}/runs", json={"full": True})
    assert started.status_code == 202, started.text
    path = f"/runs/{started.json['id']}"
    assert started.headers["Location"].endswith(path)
    assert sender.get(path).json["state"] == "queued"
    assert started.json["id"] in [one["id"] for one in sender.get(f"/runs?source={name}").json["items"]]
    stopped = sender.ask("POST", f"{path}/cancel")
    assert stopped.status_code == 202 and stopped.json["state"] == "cancelled"
    assert sender.ask("POST", f"{path}/cancel").status_code == 409
    assert sender.ask("POST", "/sources/our-lms/runs", json={}).status_code == 409


def test_a_sending_may_be_larger_than_a_form_and_has_a_limit(sender: Program) -> None:
    many = [{**RECORD, "identifier": str(number), "description": "x" * 20_000} for number in range(60)]  # 1.2 MB
    assert sender.ask("POST", "/sources/our-lms/records", json=many).json["created"] == 60
    refused = sender.ask("POST", "/sources/our-lms/records", data=b" " * 5_000_001, content_type="application/json")
    assert (refused.status_code, refused.mimetype) == (413, "application/problem+json")
