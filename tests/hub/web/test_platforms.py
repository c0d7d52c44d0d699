"""Learning platforms, registered, changed and removed by admins."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from hub.db import db
from hub.models import Institution, Platform
from hub.models.audit import AuditEvent

from .conftest import token

GOOD = {
    "title": "Course <b>place</b>", "issuer": "https://lms.example", "client_id": "abc", "deployment_ids": "1\n\n 2 \n1",
    "login_url": "https://lms.example/mod/lti/auth.php", "jwks_url": "https://lms.example/mod/lti/certs.php", "institution": "",
}  # fmt: skip


def send(client: FlaskClient, path: str = "/admin/platforms/new", **change: str) -> tuple[int, str]:
    answer = client.post(path, data={**GOOD, **change, "csrf_token": token(client)})
    return answer.status_code, answer.get_data(as_text=True)


def kept(app: Flask) -> list[Platform]:
    with app.app_context():
        return list(db.session.scalars(select(Platform).order_by(Platform.id)))


def test_one_is_registered_changed_and_removed(own_site: Flask, admin: FlaskClient) -> None:
    with own_site.app_context():
        house = db.session.scalars(select(Institution).order_by(Institution.id)).first()
        assert house is not None
        slug, number = house.slug, house.id
    assert send(admin, institution=slug)[0] == 303
    (one,) = kept(own_site)
    assert (one.title, one.deployment_ids, one.institution_id) == (GOOD["title"], ["1", "2"], number)
    listed = admin.get("/admin/platforms").get_data(as_text=True)
    assert "Course &lt;b&gt;place&lt;/b&gt;" in listed and "https://hub.example/lti/login" in listed
    assert admin.get("/lti/jwks.json").get_json()["keys"], "with the first one the hub has its key"
    path = f"/admin/platforms/{one.id}"
    shown = admin.get(path).get_data(as_text=True)
    assert "https://lms.example/mod/lti/certs.php" in shown and f'selected value="{slug}"' in shown
    assert send(admin, path, title="Other", deployment_ids="")[0] == 303
    (one,) = kept(own_site)
    assert (one.title, one.deployment_ids, one.institution_id) == ("Other", [], None)
    assert send(admin, path, title="Other", deployment_ids="")[0] == 303
    assert "Remove Other?" in admin.get(f"{path}/remove").get_data(as_text=True) and kept(own_site)
    assert admin.post(f"{path}/remove", data={"csrf_token": token(admin)}).status_code == 303 and kept(own_site) == []
    with own_site.app_context():
        wanted = select(AuditEvent.action).where(AuditEvent.subject == "platform").order_by(AuditEvent.id)
        assert list(db.session.scalars(wanted)) == ["platform.added", "platform.changed", "platform.removed"]
    assert admin.get(path).status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"title": ""}, {"title": "x" * 201}, {"title": " "}, {"issuer": ""}, {"issuer": "lms.example"}, {"issuer": "http://lms.example"},
        {"issuer": "https://user:pass@lms.example"}, {"issuer": "https://lms.example/?q=1"}, {"issuer": "https://" + "x" * 400},
        {"client_id": ""}, {"client_id": "x" * 256}, {"login_url": "javascript:alert(1)"}, {"login_url": "https://lms.example/#x"},
        {"login_url": "https://0x7f.1/"}, {"login_url": "https://"}, {"jwks_url": "ftp://lms.example"}, {"jwks_url": "https://a b/"},
        {"deployment_ids": "x" * 256}, {"deployment_ids": "\n".join(map(str, range(101)))}, {"deployment_ids": "x" * 40_000},
        {"institution": "nobody"}, {"title": "a\x07b"}, {"client_id": "\u202e"},
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_said_at_its_field(own_site: Flask, admin: FlaskClient, change: dict[str, str]) -> None:
    status, page = send(admin, **change)
    assert status == 422 and f'id="{next(iter(change))}-error"' in page and kept(own_site) == []


def test_http_is_for_this_machine_alone_and_nobody_is_registered_twice(own_site: Flask, admin: FlaskClient) -> None:
    near = {"issuer": "http://127.0.0.1:8080", "login_url": "http://localhost/auth", "jwks_url": "http://[::1]/jwks"}
    assert send(admin, **near)[0] == 303
    assert send(admin)[0] == 303
    status, page = send(admin)
    assert status == 422 and "registered already" in page and len(kept(own_site)) == 2
    status, page = send(admin, f"/admin/platforms/{kept(own_site)[1].id}", **near)
    assert status == 422 and "registered already" in page


def test_a_new_key_is_made_on_the_page_and_at_the_command_line(own_site: Flask, admin: FlaskClient) -> None:
    def told(*words: str) -> list[str]:
        done = own_site.test_cli_runner().invoke(args=["key", "list", *words])
        assert done.exit_code == 0, done.output
        return [one["state"] for one in json.loads(done.stdout)] if words else done.stdout.splitlines()

    assert send(admin)[0] == 303 and told("--json") == ["signs"]
    (first,) = told()
    assert "Some platforms may refuse" in admin.get("/admin/platforms/key").text and told() == [first], "to look makes none"
    assert admin.post("/admin/platforms/key", data={"csrf_token": token(admin)}).status_code == 303
    assert told("--json") == ["next", "signs"] and first.partition("\t")[0] in (page := admin.get("/admin/platforms").text)
    assert "Published, signs from" in page and "Signs since" in page
    assert admin.post("/admin/platforms/key", data={"csrf_token": token(admin), "at_once": "yes"}).status_code == 303
    assert told("--json") == ["signs"] and told() != [first]
    done = own_site.test_cli_runner().invoke(args=["key", "renew"])
    assert done.exit_code == 0 and "UTC on." in done.stdout and told("--json") == ["next", "signs"]
    own_site.config["SECRET_KEY"] = "another-secret-0123456789"
    assert told("--json") == ["lost", "lost"]
    with own_site.app_context():
        wanted = select(AuditEvent.person, AuditEvent.after).where(AuditEvent.subject == "key").order_by(AuditEvent.id)
        rows = [(one.person, one.after["at_once"]) for one in db.session.execute(wanted)]
        assert rows == [("Ada", False), ("Ada", True), ("command line", False)]
