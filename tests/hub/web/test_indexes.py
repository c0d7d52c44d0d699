"""Care of the index for admins: its condition, a check that runs in the worker, one task at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select, update

from hub.db import db, now
from hub.models import IndexKeeper, IndexTask

Csrf = Callable[[FlaskClient], str]


def text(client: FlaskClient, path: str = "/admin/index") -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def ask(client: FlaskClient, csrf: Csrf, kind: str) -> str:
    answer = client.post("/admin/index", data={"csrf_token": csrf(client), "kind": kind}, follow_redirects=True)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def one_task(app: Flask) -> None:
    """What the worker does."""
    queue = app.extensions["hub"].huey
    task = queue.dequeue()
    assert task is not None
    queue.execute(task)


def segment(app: Flask) -> Path:
    return next(Path(app.config["HUB_DATA"]).glob("**/index-*/*.arrays"))


@pytest.mark.parametrize("kind", ["check", "repair", "rebuild"])
def test_a_task_is_queued_worked_on_and_told(own_site: Flask, admin: FlaskClient, csrf: Csrf, kind: str) -> None:
    assert "Nothing yet." in text(admin)
    page = ask(admin, csrf, kind)
    assert "is queued" in page and "every 2s" in page and "Refresh" in page
    polled = admin.get("/admin/index/progress")
    assert polled.status_code == 200 and "Queued" in polled.get_data(as_text=True)
    one_task(own_site)
    ended = admin.get("/admin/index/progress")
    assert ended.status_code == 286 and "hx-get" not in ended.get_data(as_text=True)
    told = html.document_fromstring(text(admin)).xpath("string(//tbody/tr[1])")
    assert "Done" in told
    assert ("documents in the new index" if kind == "rebuild" else "The index and the database agree.") in told


def test_the_condition_is_shown(own_site: Flask, admin: FlaskClient) -> None:
    page = html.document_fromstring(text(admin))
    terms = [term.text_content() for term in page.xpath("//dt")]
    assert terms[:4] == ["Documents", "Resources in the catalogue", "Changes on their way", "On disk"]
    with own_site.app_context():
        documents = own_site.extensions["hub"].index.count()
    assert [value.text_content() for value in page.xpath("//dd")][:3] == [str(documents), str(documents), "0"]
    assert not page.xpath("//script[not(@src)]") and not page.xpath("//*[@style]")


def test_two_at_once_are_refused_with_a_sentence(own_site: Flask, admin: FlaskClient, csrf: Csrf) -> None:
    ask(admin, csrf, "check")
    assert "already. Please wait" in ask(admin, csrf, "rebuild")
    with own_site.app_context():
        assert db.session.scalars(select(IndexTask.kind)).all() == ["check"]


def test_a_task_whose_worker_died_is_interrupted_and_may_be_started_again(own_site: Flask, admin: FlaskClient, csrf: Csrf) -> None:
    ask(admin, csrf, "check")
    with own_site.app_context():
        db.session.execute(update(IndexTask).values(state="running", started_at=now(), heartbeat_at=now() - timedelta(seconds=61)))
        db.session.commit()
    page = text(admin)
    assert "Interrupted" in page and "has ended" in page and "every 2s" not in page
    assert "is queued" in ask(admin, csrf, "check")
    one_task(own_site)  # the one that is lost: nothing to do
    one_task(own_site)
    with own_site.app_context():
        assert db.session.scalars(select(IndexTask.state).order_by(IndexTask.id)).all() == ["failed", "done"]


def test_damage_is_found_by_a_check_and_mended_by_a_repair(own_site: Flask, admin: FlaskClient, csrf: Csrf) -> None:
    own_site.extensions["hub"].index.close()
    rotten = bytearray(segment(own_site).read_bytes())
    rotten[100] ^= 4
    segment(own_site).write_bytes(rotten)
    ask(admin, csrf, "check")
    one_task(own_site)
    assert "is not what was written" in text(admin)
    ask(admin, csrf, "repair")
    one_task(own_site)
    assert "The index and the database agree." in text(admin)


def test_an_index_that_cannot_be_read_says_so_here_and_503_to_visitors(own_site: Flask, admin: FlaskClient, csrf: Csrf) -> None:
    own_site.extensions["hub"].index.close()
    segment(own_site).write_bytes(b"")
    page = text(admin)
    assert "The index cannot be read" in page and "cut short" in page
    answer = admin.get("/search?q=x")
    assert answer.status_code == 503 and "Search is being prepared" in answer.get_data(as_text=True)
    ask(admin, csrf, "rebuild")
    one_task(own_site)
    assert admin.get("/search?q=x").status_code == 200


def test_what_stands_in_the_keepers_way_is_shown(own_site: Flask, admin: FlaskClient) -> None:
    assert "No process keeps the index" in text(admin)
    with own_site.app_context():
        db.session.add(IndexKeeper(id=1, heartbeat_at=now(), reason="the disk is full", since=now()))
        db.session.commit()
    page = text(admin)
    assert "the disk is full" in page and "it is tried again" in page and "No process keeps the index" not in page


def test_a_rebuild_asks_first(admin: FlaskClient) -> None:
    page = html.document_fromstring(text(admin, "/admin/index/rebuild"))
    assert page.xpath("//form[@action='/admin/index']//button/@value") == ["rebuild"]
    assert not html.document_fromstring(text(admin)).xpath("//button[@value='rebuild']")


def test_nobody_else_may(own_site: Flask, admin: FlaskClient, csrf: Csrf) -> None:
    visitor = own_site.test_client()
    assert [visitor.get(path).status_code for path in ("/admin/index", "/admin/index/progress", "/admin/index/rebuild")] == [303] * 3
    assert visitor.post("/admin/index", data={"csrf_token": csrf(visitor), "kind": "rebuild"}).status_code == 303
    assert admin.post("/admin/index", data={"csrf_token": csrf(admin), "kind": "drop"}).status_code == 400
    assert admin.post("/admin/index", data={"kind": "check"}).status_code == 400
    with own_site.app_context():
        assert not db.session.scalars(select(IndexTask.id)).all()
