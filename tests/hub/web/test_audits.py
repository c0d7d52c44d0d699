"""The audit log: for admins, filtered, with differences, as a table that no spreadsheet calculates."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select

from hub.db import db
from hub.models import Resource
from hub.services import auditing, curating

Csrf = Callable[[FlaskClient], str]
HERE = "/admin/audit"


def write(site: Flask) -> None:
    with site.app_context():
        session = db.session()
        id = session.scalars(select(Resource.id).where(Resource.title.startswith("Cross-border"))).first()
        assert id is not None
        curating.change(session, auditing.Actor(None, "=Ada"), {id: {"code": "<b>Z9</b>"}}, note="@why")
        auditing.record(
            session, auditing.COMMAND_LINE, "source.changed", auditing.Subject("source", 1, "One"), before={"rank": 1}, after={"rank": 2}
        )
        session.commit()


def test_only_admins(visitor: FlaskClient) -> None:
    assert visitor.get(HERE).status_code == 303 and visitor.get(f"{HERE}/events.csv").status_code == 303


def test_events_with_what_changed(admin: FlaskClient, own_site: Flask) -> None:
    assert "Nothing of the kind has been done." in admin.get(HERE).get_data(as_text=True)
    write(own_site)
    page = html.document_fromstring(admin.get(HERE).get_data(as_text=True))
    rows = [" ".join(row.xpath("string(.)").split()) for row in page.xpath("//tbody/tr")]
    assert len(rows) == 2 and "rank: 1 → 2" in rows[0] and "EC301 → <b>Z9</b>" in rows[1]
    asked = {"person=%3DAda": 1, "action=resource.": 1, "subject=source&subject_id=1": 1, "person=Nobody": 0, "subject_id=x": 2}
    for question, count in asked.items():
        page = html.document_fromstring(admin.get(f"{HERE}?{question}").get_data(as_text=True))
        assert len(page.xpath("//tbody/tr")) == count, question


def test_the_table_is_safe_and_whole(admin: FlaskClient, own_site: Flask) -> None:
    write(own_site)
    answer = admin.get(f"{HERE}/events.csv?action=resource.")
    assert answer.mimetype == "text/csv"
    header, row = csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff")))
    assert dict(zip(header, row, strict=True))["who"] == "'=Ada" and row[-1] == "'@why"
