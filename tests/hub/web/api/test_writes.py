"""What programs write, by the rules of the site."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from hub.db import db
from hub.models import AuditEvent, Shelf

from ..cast import Stage
from .conftest import Programs


def test_a_shelf_from_its_making_to_its_end(program: Programs, stage: Stage) -> None:
    mine, other = program("teacher", "shelves"), program("stranger", "shelves")
    ids = [one["id"] for one in mine.get("/search?limit=3").json["items"]]
    made = mine.ask("POST", "/shelves", json={"title": "Selling  abroad", "visibility": "private"})
    assert made.status_code == 201, made.text
    path = f"/shelves/{made.json['id']}"
    assert made.headers["Location"] == f"https://hub.example/api/v1{path}"
    assert made.json["title"] == "Selling abroad"
    for id in ids:
        put = mine.ask("POST", f"{path}/items", json={"resource": id})
        assert put.status_code == 201, put.text
    assert mine.ask("POST", f"{path}/items", json={"resource": ids[0]}).status_code == 200
    lines = mine.get(path).json["items"]
    assert [one["resource"] for one in lines] == ids
    moved = mine.ask("PATCH", f"{path}/items/{lines[2]['id']}", json={"place": 1, "note": "first"})
    assert [one["resource"] for one in moved.json["items"]] == [ids[2], ids[0], ids[1]]
    assert moved.json["items"][0]["note"] == "first"
    assert mine.ask("DELETE", f"{path}/items/{lines[0]['id']}").status_code == 204
    assert [one["resource"] for one in mine.get(path).json["items"]] == [ids[2], ids[1]]
    assert other.get(path).status_code == 404
    assert other.ask("PUT", path, json={"title": "Mine"}).status_code == 404
    old = mine.get(path).headers["ETag"]
    opened = mine.ask("PUT", path, json={"title": "Open", "visibility": "public"}, headers={"If-Match": old})
    assert opened.status_code == 200, opened.text
    assert mine.ask("PUT", path, json={"title": "Lost"}, headers={"If-Match": old}).status_code == 412
    assert mine.ask("DELETE", path, headers={"If-Match": old}).status_code == 412
    assert program().get(path).json["title"] == "Open"
    assert other.ask("PUT", path, json={"title": "Mine"}).status_code == 403
    assert mine.ask("DELETE", path).status_code == 204
    assert mine.get(path).status_code == 404


def test_scopes_decide_with_whose_eyes_is_looked(program: Programs, stage: Stage) -> None:
    hidden = f"/shelves/{stage.by_visibility['institution']['public_id']}"
    assert program("colleague", "read").get(hidden).status_code == 200
    assert program("colleague", "shelves").get(hidden).status_code == 200
    assert program("colleague", "tags").get(hidden).status_code == 404
    assert program("stranger", "read").get(hidden).status_code == 404
    assert program().get(hidden).status_code == 404
    shown = program("colleague", "read").get("/shelves")
    assert shown.headers["Cache-Control"] == "private, no-cache" and "Authorization" in shown.headers["Vary"]


def test_shelves_of_institutions_are_their_teachers(program: Programs, own_site: Flask) -> None:
    wanted = {"title": "Ours", "visibility": "institution", "institution": "own"}
    assert program("teacher", "shelves").ask("POST", "/shelves", json=wanted).status_code == 201
    assert program("student", "shelves").ask("POST", "/shelves", json=wanted).status_code == 403
    assert program("stranger", "shelves").ask("POST", "/shelves", json=wanted).status_code == 403
    mine = program("teacher", "shelves").ask("POST", "/shelves", json={"title": "Mine", "visibility": "partners"})
    assert mine.status_code == 422 and mine.json["errors"][0]["pointer"] == "/visibility"
    with own_site.app_context():
        assert db.session.scalars(select(Shelf).where(Shelf.title == "Ours")).one().institution_id is not None


def test_a_review_is_written_changed_and_taken_back(program: Programs, own_site: Flask, stage: Stage) -> None:
    mine = program("partner", "reviews")  # of another house than the one that has made most of what is there
    id = mine.get("/search?limit=40&sort=title").json["items"][-1]["id"]
    keys = [one["key"] for one in mine.get("/rubric").json["criteria"]]
    assert keys
    wrong = mine.ask("POST", f"/resources/{id}/reviews", json={"scores": {"nothing": 3}})
    assert wrong.status_code == 422 and wrong.json["errors"][0]["pointer"] == "/scores"
    said = {"scores": dict.fromkeys(keys, 4), "comment": "Clear."}
    made = mine.ask("POST", f"/resources/{id}/reviews", json=said)
    assert made.status_code == 201, made.text
    path = f"/reviews/{made.json['id']}"
    assert made.json["score"] == 4.0 and made.json["scores"] == said["scores"]
    twice = mine.ask("POST", f"/resources/{id}/reviews", json=said)
    assert twice.status_code == 409 and twice.json["review"].endswith(path)
    assert program().get(f"/resources/{id}").json["reviews"] == 1
    assert [one["comment"] for one in program().get(f"/resources/{id}/reviews").json["items"]] == ["Clear."]
    changed = mine.ask("PUT", path, json={**said, "comment": "Clearer."}, headers={"If-Match": made.headers["ETag"]})
    assert changed.status_code == 200, changed.text
    assert mine.ask("PUT", path, json=said, headers={"If-Match": made.headers["ETag"]}).status_code == 412
    assert program("colleague", "reviews").ask("DELETE", path).status_code == 403
    assert program("student", "reviews").ask("POST", f"/resources/{id}/reviews", json=said).status_code == 403
    assert mine.ask("DELETE", path).status_code == 204
    assert program().get(path).status_code == 404


def test_reviews_of_others_are_not_even_there(program: Programs, stage: Stage) -> None:
    private = f"/reviews/{stage.by_visibility['institution']['review_id']}"
    assert program("stranger", "reviews").ask("DELETE", private).status_code == 404
    assert program("stranger", "reviews").get(private).status_code == 404
    assert program("colleague", "reviews").get(private).status_code == 200


def test_an_adoption_is_recorded_changed_and_removed(program: Programs, stage: Stage) -> None:
    mine = program("teacher", "adoptions")
    id = mine.get("/search?limit=1").json["items"][0]["id"]
    said = {"course": "Trade", "term": "Autumn 2026", "students": 40}
    made = mine.ask("POST", f"/resources/{id}/adoptions", json=said)
    assert made.status_code == 201, made.text
    path = f"/adoptions/{made.json['id']}"
    assert made.json["institution"]["slug"] == "own"
    assert mine.ask("POST", f"/resources/{id}/adoptions", json=said).status_code == 409
    assert mine.ask("POST", f"/resources/{id}/adoptions", json={**said, "course": " \t"}).status_code == 422
    changed = mine.ask("PUT", path, json={**said, "students": 42}, headers={"If-Match": made.headers["ETag"]})
    assert changed.status_code == 200 and changed.json["students"] == 42
    assert mine.ask("PUT", path, json=said, headers={"If-Match": made.headers["ETag"]}).status_code == 412
    assert made.json["id"] in [one["id"] for one in program().get(f"/resources/{id}/adoptions").json["items"]]
    assert made.json["id"] in [one["id"] for one in program().get("/adoptions?q=autumn").json["items"]]
    assert program("student", "adoptions").ask("PUT", path, json=said).status_code == 403
    hidden = f"/adoptions/{stage.by_visibility['institution']['adoption_id']}"
    assert program("stranger", "adoptions").ask("DELETE", hidden).status_code == 404
    assert mine.ask("DELETE", path).status_code == 204
    assert mine.get(path).status_code == 404


def test_a_tag_is_put_once_and_taken_off(program: Programs, own_site: Flask) -> None:
    mine = program("teacher", "tags")
    id = mine.get("/search?limit=1").json["items"][0]["id"]
    assert mine.ask("PUT", f"/resources/{id}/tags/Week%203").status_code == 201
    again = mine.ask("PUT", f"/resources/{id}/tags/week%203")
    assert again.status_code == 200
    assert [(one["name"], one["institution"]["slug"], one["mine"]) for one in again.json["items"]] == [("Week 3", "own", True)]
    assert mine.ask("PUT", f"/resources/{id}/tags/a,b").status_code == 422
    assert mine.ask("PUT", f"/resources/{id}/tags/{'x' * 81}").status_code == 422
    assert program("student", "tags").ask("PUT", f"/resources/{id}/tags/x").status_code == 403
    assert program("colleague", "tags").ask("DELETE", f"/resources/{id}/tags/week%203").status_code == 403
    assert program("stranger", "tags").ask("DELETE", f"/resources/{id}/tags/week%203").status_code == 404
    assert program("curator", "tags").ask("DELETE", f"/resources/{id}/tags/week%203").status_code == 204
    assert program().get(f"/resources/{id}/tags").json["items"] == []
    with own_site.app_context():
        actions = set(db.session.scalars(select(AuditEvent.action)))
        assert {"resource.tagged", "resource.untagged"} <= actions
