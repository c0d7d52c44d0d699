"""Source records as admins look into them."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select

from hub.db import db, now
from hub.models import SourceRecord


def page(client: FlaskClient, path: str) -> html.HtmlElement:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return html.document_fromstring(answer.get_data(as_text=True))


def test_the_records_of_a_source_are_found(admin: FlaskClient) -> None:
    assert len(page(admin, "/admin/sources/repository/records").xpath("//tbody/tr")) == 50
    found = page(admin, "/admin/sources/repository/records?q=leaving&state=withdrawn").xpath("//tbody/tr")
    assert [row.xpath("string(th)") for row in found] == ["leaving"]
    assert "No record is like that." in page(admin, "/admin/sources/repository/records?q=zzz").text_content()
    assert admin.get("/admin/sources/nobody/records").status_code == 404


def test_a_record_is_text_whatever_it_holds(own_site: Flask, admin: FlaskClient) -> None:
    with own_site.app_context():
        number = db.session.scalars(select(SourceRecord.id).filter_by(identifier="hostile")).one()
    shown = page(admin, f"/admin/records/{number}")
    assert not shown.xpath("//main//script | //main//img | //a[starts-with(@href, 'javascript')]")
    assert "<record><title>Hostile <script>" in shown.xpath("string(//pre)")
    assert "onerror=alert(1)" in shown.text_content()


def test_what_changed_is_marked_and_escaped(own_site: Flask, admin: FlaskClient) -> None:
    with own_site.app_context():
        record = db.session.scalars(select(SourceRecord).filter_by(identifier="bare")).one()
        record.previous, record.previous_at, number = {"title": "A <b>record</b> with a title only"}, now(), record.id
        db.session.commit()
    shown = page(admin, f"/admin/records/{number}")
    cell = shown.xpath("//table[@class='diff']//td")[0]
    assert not cell.xpath(".//b") and cell.xpath(".//del")
    assert "".join(cell.xpath(".//del/text()")) == "<b></b>"


def test_only_admins_look(visitor: FlaskClient, admin: FlaskClient) -> None:
    assert visitor.get("/admin/records/1").status_code == 303
    assert admin.get("/admin/records/99999").status_code == 404


def test_charts_and_their_tables(admin: FlaskClient) -> None:
    shown = page(admin, "/admin/runs?days=90")
    assert len(shown.xpath("//figure")) == 3
    labels = shown.xpath("//figure//*[@role='img']/@aria-label")
    assert any("Failures peaked on" in label for label in labels)
    assert not shown.xpath("//*[@style]")
    for link in shown.xpath("//figure//a/@href"):
        table = admin.get(link)
        assert table.mimetype == "text/csv" and len(table.get_data(as_text=True).splitlines()) == 91
    assert admin.get("/admin/charts/secrets.csv").status_code == 404
