"""Sources into which programs send, as an admin makes and sees them."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from hub.db import db
from hub.services import pushing

Csrf = Callable[[FlaskClient], str]


def test_a_source_is_made_and_shows_what_was_sent(admin: FlaskClient, own_site: Flask, csrf: Csrf) -> None:
    assert 'href="/admin/pushed"' in admin.get("/admin/sources").get_data(as_text=True)
    assert 'href="/admin/pushed"' in admin.get("/admin/sources/new").get_data(as_text=True)
    form = {"csrf_token": csrf(admin), "name": "our-lms", "title": " Our <LMS> "}
    assert "Our &lt;LMS&gt;" in admin.post("/admin/pushed", data=form, follow_redirects=True).get_data(as_text=True)
    for wrong in ({"name": "our-lms"}, {"name": "Our LMS"}, {"name": ""}, {"title": ""}):
        answer = admin.post("/admin/pushed", data={**form, **wrong})
        assert answer.status_code == 422 and re.search(r'class="err', answer.get_data(as_text=True)), wrong
    with own_site.app_context():
        source = pushing.source_of(db.session(), "our-lms")
        assert source is not None
        records = [{"identifier": "1", "title": "One", "languages": ["en"]}, {"identifier": "2"}]
        run = pushing.push(db.session(), source, records, cause="test").run.id
        db.session.commit()
    page = admin.get("/admin/pushed").get_data(as_text=True)
    row = page[page.index("<code>our-lms</code>") :].partition("</tr>")[0]
    assert '<td class="n">1</td>' in row and f"/admin/runs/{run}" in row
    assert "https://hub.example/api/v1/sources/our-lms/records" in page
    assert admin.get("/admin/runs?source=our-lms").status_code == 200
