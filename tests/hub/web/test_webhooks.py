"""Webhooks as an admin keeps them."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from hub.db import db, now
from hub.models import Delivery, Webhook
from hub.services import heeding, hooking

Csrf = Callable[[FlaskClient], str]


def test_the_secret_is_shown_once_and_a_test_message_is_queued(admin: FlaskClient, own_site: Flask, csrf: Csrf) -> None:
    form = {"csrf_token": csrf(admin), "url": "https://receiver.example/hook?key=abc", "events": ["run.finished"]}
    made = admin.post("/admin/webhooks", data=form).get_data(as_text=True)
    found = re.search(r"whsec_[A-Za-z0-9+/=]{40,}", made)
    assert found
    listed = admin.get("/admin/webhooks").get_data(as_text=True)
    assert "receiver.example" in listed and found[0] not in listed and "abc" not in listed
    answer = admin.post("/admin/webhooks/1/ping", data={"csrf_token": csrf(admin)}, follow_redirects=True).get_data(as_text=True)
    assert "on its way" in answer and found[0] not in answer
    with own_site.app_context():
        assert [one.event for one in db.session.scalars(select(Delivery))] == ["ping"]


def test_what_is_wrong_stands_beside_its_field(admin: FlaskClient, csrf: Csrf) -> None:
    answer = admin.post("/admin/webhooks", data={"csrf_token": csrf(admin), "url": "javascript:alert(1)"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "begins with https" in text


def test_pausing_going_on_and_removing(admin: FlaskClient, own_site: Flask, csrf: Csrf) -> None:
    form = {"csrf_token": csrf(admin), "url": "https://receiver.example/", "events": ["resource.gone"]}
    assert admin.post("/admin/webhooks", data=form).status_code == 200
    renewed = admin.post("/admin/webhooks/1/renew", data={"csrf_token": csrf(admin)}).get_data(as_text=True)
    assert re.search(r"whsec_[A-Za-z0-9+/=]{40,}", renewed) and "for a day" in renewed
    with own_site.app_context():
        db.session.add_all(heeding.ping(1, now()) for _ in range(hooking.SHOWN + 1))
        db.session.commit()
    page = admin.get("/admin/webhooks/1").get_data(as_text=True)
    assert page.count("/again") == hooking.SHOWN
    (earlier,) = re.findall(r'href="(/admin/webhooks/1\?before=\d+)"', page)
    page = admin.get(earlier).get_data(as_text=True)
    assert page.count("/again") == 1 and 'rel="next"' not in page and "Latest" in page
    assert admin.get("/admin/webhooks/1?before=x").status_code == 200
    for deed, word in (("pause", "paused since"), ("resume", "Pause"), ("remove", "removed")):
        answer = admin.post(f"/admin/webhooks/1/{deed}", data={"csrf_token": csrf(admin)}, follow_redirects=True)
        assert answer.status_code == 200 and word in answer.get_data(as_text=True)
    with own_site.app_context():
        assert db.session.scalars(select(Webhook)).all() == []
    assert admin.get("/admin/webhooks/1").status_code == 404
    assert admin.post("/admin/webhooks/1/deliveries/7/again", data={"csrf_token": csrf(admin)}).status_code == 404
