"""Runs for admins: numbers, failures with their raw records, a table to take away, a harvest on demand."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select, update

from hub.db import db, now
from hub.models import Run, Source, SourceRecord

Csrf = Callable[[FlaskClient], str]


def text(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def test_the_history_shows_every_run_and_narrows(admin: FlaskClient) -> None:
    page = html.document_fromstring(text(admin, "/admin/runs"))
    history = "//section[@aria-labelledby='h-history']//tbody/tr"
    assert len(page.xpath(history)) == 4
    assert "Done with errors" in page.text_content()
    narrowed = html.document_fromstring(text(admin, "/admin/runs?state=failed"))
    assert [row.xpath("string(td[1])") for row in narrowed.xpath(history)] == ["Silent site"]
    assert "No run is like that." in text(admin, "/admin/runs?state=cancelled&source=mooc")


def test_a_run_shows_its_failures_with_reason_and_advice(admin: FlaskClient) -> None:
    page = html.document_fromstring(text(admin, "/admin/runs/1"))
    rows = page.xpath("//tbody/tr")
    assert len(rows) == 3
    assert "The record has no title" in rows[0].text_content()
    assert "Ask the source's owner" in rows[0].text_content()
    assert not page.xpath("//script[not(@src)]")
    silent = text(admin, "/admin/runs/3")
    assert "The host does not answer." in silent
    assert "Check the address with your browser." in silent


def test_a_raw_record_is_shown_as_text(admin: FlaskClient) -> None:
    link = html.document_fromstring(text(admin, "/admin/runs/1")).xpath("//tbody//a/@href")[0]
    page = html.document_fromstring(text(admin, link))
    assert page.xpath("string(//pre)").startswith("<html><script>")
    assert not page.xpath("//pre/*")
    assert admin.get(link.replace("/1/", "/2/")).status_code == 404


def test_the_table_calculates_nothing(admin: FlaskClient) -> None:
    answer = admin.get("/admin/runs/1/failures.csv")
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    body = answer.get_data(as_text=True)
    assert body.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(body.removeprefix("\ufeff"))))
    assert rows[0] == ["identifier", "step", "reason", "advice", "address", "at"]
    assert [row[0] for row in rows[1:]] == ["'=1+1", "record-1", "record-2"]


def test_polling_goes_on_while_the_run_lives_and_then_ends(own_site: Flask, admin: FlaskClient) -> None:
    live = admin.get("/admin/runs/4/progress")
    assert live.status_code == 200
    assert "every 2s" in live.get_data(as_text=True)
    with own_site.app_context():
        db.session.execute(update(Run).where(Run.id == 4).values(state="succeeded", finished_at=now()))
        db.session.commit()
    ended = admin.get("/admin/runs/4/progress")
    assert ended.status_code == 286
    assert "hx-get" not in ended.get_data(as_text=True)
    assert ended.headers["Cache-Control"] == "no-store"


def test_a_dead_worker_is_told(own_site: Flask, admin: FlaskClient) -> None:
    assert "The worker has gone" not in text(admin, "/admin/runs/4")
    with own_site.app_context():
        db.session.execute(update(Source).values(lease_at=now() - timedelta(minutes=5)))
        db.session.commit()
    page = text(admin, "/admin/runs/4")
    assert "The worker has gone" in page
    assert "Interrupted" in page
    assert "Interrupted" in text(admin, "/admin/runs")


def test_an_admin_queues_a_harvest(own_site: Flask, admin: FlaskClient, csrf: Csrf) -> None:
    answer = admin.post("/admin/runs", data={"csrf_token": csrf(admin), "source": "silent", "full": "1"})
    assert answer.status_code == 303
    page = text(admin, answer.headers["Location"])
    assert "The harvest of Silent site is queued." in page
    assert "Queued" in page
    with own_site.app_context():
        run = db.session.scalar(select(Run).order_by(Run.id.desc()))
        assert run is not None
        assert (run.state, run.full) == ("queued", True)
        assert own_site.extensions["hub"].huey.pending_count() == 1
    assert admin.post("/admin/runs", data={"csrf_token": csrf(admin), "source": "nobody"}).status_code == 404


def test_an_admin_stops_a_run(own_site: Flask, admin: FlaskClient, csrf: Csrf) -> None:
    assert admin.post("/admin/runs/4/stop", data={"csrf_token": csrf(admin)}).status_code == 303
    with own_site.app_context():
        assert db.session.scalar(select(Run.stop_asked).where(Run.id == 4))


def test_nobody_else_sees_or_starts_runs(own_site: Flask, csrf: Csrf) -> None:
    visitor = own_site.test_client()
    paths = ("/admin/runs", "/admin/runs/1", "/admin/runs/1/failures.csv", "/admin/runs/1/failures/1")
    assert [visitor.get(path).status_code for path in paths] == [303] * 4
    assert visitor.post("/admin/runs", data={"csrf_token": csrf(visitor), "source": "silent"}).status_code == 303
    with own_site.app_context():
        assert db.session.scalars(select(Run.id).order_by(Run.id)).all() == [1, 2, 3, 4]


def test_what_has_vanished_is_shown_and_withdrawn_when_an_admin_says_so(admin: FlaskClient, own_site: Flask, csrf: Csrf) -> None:
    with own_site.app_context():
        run = Run(source_id=db.session.scalars(select(SourceRecord.source_id)).first(), state="waiting", created_at=now())
        db.session.add(run)
        db.session.flush()
        run_id = run.id
        live = SourceRecord.source_id == run.source_id, SourceRecord.state != "withdrawn"
        gone = set(db.session.scalars(select(SourceRecord.id).where(*live)))
        db.session.commit()
    page = html.document_fromstring(text(admin, f"/admin/runs/{run_id}"))
    assert len(page.xpath("//section[@aria-labelledby='h-vanished']//li")) == len(gone) > 0
    answer = admin.post(f"/admin/runs/{run_id}/approve", data={"csrf_token": csrf(admin)}, follow_redirects=True)
    assert "withdrawn" in answer.get_data(as_text=True)
    with own_site.app_context():
        assert not list(db.session.scalars(select(SourceRecord.id).where(*live)))
        assert db.session.get_one(Run, run_id).state in ("succeeded", "partial")
    again = admin.post(f"/admin/runs/{run_id}/approve", data={"csrf_token": csrf(admin)}, follow_redirects=True)
    assert "does not wait for approval any more" in again.get_data(as_text=True)


def test_a_file_to_save_has_a_plain_name(admin: FlaskClient) -> None:
    answer = admin.get("/admin/charts/sizes.csv", query_string={"source": '中文"\r\nX-Evil: 1'})
    assert answer.status_code == 200 and "X-Evil" not in answer.headers
    assert answer.headers["Content-Disposition"] == 'attachment; filename="-X-Evil-1-sizes.csv"'
