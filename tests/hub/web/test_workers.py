"""The queue, the failures of all runs, and what an admin may ask of a run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select

from hub.db import db, now
from hub.models import AuditEvent, Failure, Run, Source
from hub.models.mail import Mail
from hub.services import running, scheduling, working

Csrf = Callable[[FlaskClient], str]


def page(client: FlaskClient, path: str) -> html.HtmlElement:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return html.document_fromstring(answer.get_data(as_text=True))


def test_the_queue_shows_workers_runs_schedules_and_mail(own_site: Flask, admin: FlaskClient) -> None:
    empty = page(admin, "/admin/queue").text_content()
    assert "No worker is running" in empty and "No source has a schedule." in empty and "No mail yet" in empty
    with own_site.app_context():
        session = db.session()
        working.beat(session, 8)
        source = session.scalars(select(Source).where(Source.name == "silent")).one()
        scheduling.set_schedule(session, source, "0 3 * * *", "Asia/Shanghai")
        running.prepare(session, source, cause="schedule")
        text = "<b>Text</b>"
        session.add(Mail(recipient="o@example.org", subject="Harvest failed", body=text, state="kept", attempts=0, created_at=now()))
        session.commit()
    shown = page(admin, "/admin/queue")
    words = " ".join(shown.text_content().split())
    assert "every day at 03:00" in words and "Asia/Shanghai" in words and "Kept, not sent" in words and "<b>Text</b>" in words
    assert "by schedule" in words and len(shown.xpath("//section[@aria-labelledby='h-workers']//tbody/tr")) == 1


def test_a_chinese_page_names_the_schedule(own_site: Flask, admin: FlaskClient) -> None:
    with own_site.app_context():
        source = db.session.scalars(select(Source)).first()
        assert source is not None
        scheduling.set_schedule(db.session(), source, "30 4 * * 1", "Asia/Shanghai")
        db.session.commit()
    assert "每星期一 04:30" in admin.get("/admin/queue?lang=zh-Hans", follow_redirects=True).get_data(as_text=True)


def test_failures_of_all_runs_are_narrowed(admin: FlaskClient) -> None:
    assert len(page(admin, "/admin/failures").xpath("//tbody/tr")) == 3
    assert len(page(admin, "/admin/failures?words=record-1").xpath("//tbody/tr")) == 1
    assert not page(admin, "/admin/failures?state=mended").xpath("//tbody/tr")
    assert not page(admin, "/admin/failures?source=silent").xpath("//tbody/tr")
    assert not page(admin, "/admin/failures?words=%25").xpath("//tbody/tr"), "no wildcards"
    assert len(page(admin, "/admin/runs/1?state=open&stage=read").xpath("//tbody/tr")) == 3
    assert not page(admin, "/admin/runs/1?stage=fetch").xpath("//tbody/tr")


def test_what_failed_is_retried_from_the_page(own_site: Flask, admin: FlaskClient, csrf: Csrf) -> None:
    with own_site.app_context():
        db.session.execute(Failure.__table__.update().values(source_id=db.session.get_one(Run, 1).source_id))
        db.session.execute(Source.__table__.update().values(lease_owner=None))
        db.session.commit()
        first = db.session.scalars(select(Failure.id).order_by(Failure.id)).first()
    answer = admin.post("/admin/runs/1/retry", data={"csrf_token": csrf(admin), "failure": str(first)})
    assert answer.status_code == 303
    assert "Retry of what failed" in page(admin, answer.headers["Location"]).text_content()
    with own_site.app_context():
        run = db.session.scalars(select(Run).order_by(Run.id.desc())).first()
        assert run is not None and run.checkpoint is not None
        assert (run.task, run.urgent, run.checkpoint[0]["only"]) == ("retry", True, [first])
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "run.retry")).one()
        assert event.subject_id == run.id
    source = page(admin, "/admin/failures").xpath("//option[contains(., 'MOOC')]/@value") or ["mooc"]
    assert admin.post("/admin/failures/retry", data={"csrf_token": csrf(admin), "source": source[0]}).status_code == 303
    assert admin.post("/admin/failures/retry", data={"csrf_token": csrf(admin), "source": "nobody"}).status_code == 404


def test_a_run_is_resumed_from_the_page(own_site: Flask, admin: FlaskClient, csrf: Csrf) -> None:
    with own_site.app_context():
        run = db.session.get_one(Run, 3)
        run.state, run.checkpoint, run.heartbeat_at = "failed", [{"url": "http://x.example"}], now() - timedelta(days=1)
        db.session.execute(Source.__table__.update().values(lease_owner=None))
        db.session.commit()
    assert page(admin, "/admin/runs/3").xpath("//form[@action='/admin/runs/3/resume']")
    answer = admin.post("/admin/runs/3/resume", data={"csrf_token": csrf(admin)}, follow_redirects=True)
    assert "goes on where it stopped" in answer.get_data(as_text=True)
    with own_site.app_context():
        assert db.session.get_one(Run, 3).state == "queued"
    assert not page(admin, "/admin/runs/1").xpath("//form[@action='/admin/runs/1/resume']")
    again = admin.post("/admin/runs/1/resume", data={"csrf_token": csrf(admin)}, follow_redirects=True)
    assert "This run cannot go on" in again.get_data(as_text=True)


def test_a_replay_is_queued_from_the_page(own_site: Flask, admin: FlaskClient, csrf: Csrf) -> None:
    answer = admin.post("/admin/runs", data={"csrf_token": csrf(admin), "source": "silent", "task": "replay"}, follow_redirects=True)
    assert "The replay of Silent site is queued." in answer.get_data(as_text=True)
    assert len(page(admin, "/admin/runs?task=replay").xpath("//section[@aria-labelledby='h-history']//tbody/tr")) == 1


def test_vanished_records_are_kept_when_an_admin_says_so(own_site: Flask, admin: FlaskClient, csrf: Csrf) -> None:
    with own_site.app_context():
        run = db.session.get_one(Run, 1)
        run.state, run.checkpoint = "waiting", []
        db.session.commit()
    answer = admin.post("/admin/runs/1/stop", data={"csrf_token": csrf(admin)}, follow_redirects=True)
    assert "Nothing was withdrawn." in answer.get_data(as_text=True)
    with own_site.app_context():
        run = db.session.get_one(Run, 1)
        assert (run.state, run.checkpoint) == ("cancelled", None), "the next harvest looks again, and does not go on"
        assert db.session.scalars(select(AuditEvent.action)).all() == ["run.reject"]


def test_nobody_else_sees_the_queue(own_site: Flask, csrf: Csrf) -> None:
    visitor = own_site.test_client()
    assert [visitor.get(path).status_code for path in ("/admin/queue", "/admin/failures")] == [303, 303]
    for path in ("/admin/runs/1/retry", "/admin/runs/1/resume", "/admin/failures/retry"):
        assert visitor.post(path, data={"csrf_token": csrf(visitor), "source": "silent"}).status_code == 303
    with own_site.app_context():
        assert db.session.scalars(select(Run.id).order_by(Run.id)).all() == [1, 2, 3, 4]
