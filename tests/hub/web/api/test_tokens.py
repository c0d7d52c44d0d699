"""Who a token is, and what it may."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from hub.db import db, now
from hub.models import AccessToken, Person

from ..cast import PASSWORD, Stage
from ..conftest import token as csrf_token
from .conftest import Program, Programs


def signed_in(app: Flask, stage: Stage, who: str) -> FlaskClient:
    client = app.test_client()
    sent = {"csrf_token": csrf_token(client), "email": stage.emails[who], "password": PASSWORD}
    assert client.post("/login", data=sent).status_code == 303
    return client


def test_a_bookmark_is_kept_changed_and_dropped(program: Programs, stage: Stage) -> None:
    mine, id = program("student", "bookmarks"), stage.fixed["resource"]
    made = mine.ask("PUT", f"/bookmarks/{id}", json={"note": "For week 3."})
    assert made.status_code == 201, made.text
    old = made.headers["ETag"]
    changed = mine.ask("PUT", f"/bookmarks/{id}", json={"status": "studying"}, headers={"If-Match": old})
    assert changed.status_code == 200, changed.text
    assert (changed.json["note"], changed.json["status"]) == ("For week 3.", "studying")
    stale = mine.ask("PUT", f"/bookmarks/{id}", json={"note": "lost"}, headers={"If-Match": old})
    assert stale.status_code == 412
    assert mine.get(f"/bookmarks/{id}").json["note"] == "For week 3."
    assert [one["resource"] for one in mine.get("/bookmarks").json["items"]] == [id]
    assert mine.ask("DELETE", f"/bookmarks/{id}").status_code == 204
    assert mine.ask("DELETE", f"/bookmarks/{id}").status_code == 404


def test_a_token_is_told_what_it_lacks(program: Programs, own_site: Flask) -> None:
    nobody = program()
    assert nobody.get("/bookmarks").headers["WWW-Authenticate"] == 'Bearer realm="api", scope="bookmarks"'
    other = program("student", "tags").get("/bookmarks")
    assert other.status_code == 403
    assert other.headers["WWW-Authenticate"] == 'Bearer realm="api", error="insufficient_scope", scope="bookmarks"'
    for bad in ("och_" + "a" * 46, "x", "och_"):
        answer = Program(own_site.test_client(), bad).get("/search")
        assert answer.status_code == 401
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    basic = own_site.test_client().get("/api/v1/search", headers={"Authorization": "Basic eDp5"})
    assert basic.status_code == 401
    assert 'error="invalid_request"' in basic.headers["WWW-Authenticate"]


def test_a_token_ends_with_its_time_and_with_the_account(program: Programs, own_site: Flask, stage: Stage) -> None:
    mine = program("student", "bookmarks")
    assert mine.get("/bookmarks").status_code == 200
    with own_site.app_context():
        kept = db.session.scalars(select(AccessToken).where(AccessToken.name != "script")).one()
        assert kept.used_at is not None
        assert mine.token not in kept.token_hash and kept.hint == mine.token[-4:]
        kept.expires_at = now()
        db.session.commit()
    assert mine.get("/bookmarks").status_code == 401
    other = program("student", "bookmarks", days=None)
    assert other.get("/bookmarks").status_code == 200
    with own_site.app_context():
        db.session.scalars(select(Person).where(Person.email == stage.emails["student"])).one().disabled_at = now()
        db.session.commit()
    assert other.get("/bookmarks").status_code == 401


def test_a_session_is_no_authority(own_site: Flask, stage: Stage) -> None:
    client = signed_in(own_site, stage, "teacher")
    assert client.get("/api/v1/bookmarks").status_code == 401
    assert client.put(f"/api/v1/bookmarks/{stage.fixed['resource']}", json={"note": "x"}).status_code == 401


def test_a_token_is_shown_once_and_taken_back(own_site: Flask, stage: Stage) -> None:
    client = signed_in(own_site, stage, "student")
    page = client.get("/account/tokens")
    assert page.status_code == 200 and "no-store" in page.headers["Cache-Control"]
    sent = {"csrf_token": csrf_token(client), "name": "my script", "scopes": ["bookmarks", "read"], "days": "90"}
    made = client.post("/account/tokens", data=sent)
    assert made.status_code == 200, made.text
    text = made.text.partition("och_")[2]
    mine = Program(own_site.test_client(), "och_" + text[:46])
    assert mine.get("/bookmarks").status_code == 200
    again = client.get("/account/tokens").text
    assert mine.token not in again and "my script" in again and f"…{mine.token[-4:]}" in again
    with own_site.app_context():
        number = db.session.scalars(select(AccessToken.id).where(AccessToken.name != "script")).one()
    foreign = signed_in(own_site, stage, "teacher")
    assert foreign.post(f"/account/tokens/{number}/revoke", data={"csrf_token": csrf_token(foreign)}).status_code == 404
    assert client.post(f"/account/tokens/{number}/revoke", data={"csrf_token": csrf_token(client)}).status_code == 303
    assert mine.get("/bookmarks").status_code == 401


def test_bad_forms_make_no_token(own_site: Flask, stage: Stage) -> None:
    client = signed_in(own_site, stage, "student")
    good = {"csrf_token": csrf_token(client), "name": "x", "scopes": ["read"], "days": "30"}
    for bad in ({"name": ""}, {"name": "x" * 81}, {"scopes": []}, {"scopes": ["admin"]}, {"scopes": ["fly"]}, {"days": "9999"}):
        assert client.post("/account/tokens", data={**good, **bad}).status_code == 422, bad
    with own_site.app_context():
        assert db.session.scalars(select(AccessToken).where(AccessToken.name != "script")).all() == []
