"""Learning platforms that register themselves (LTI Dynamic Registration 1.0): one of our own asks what Moodle and Canvas ask."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select

from hub.db import db
from hub.models import LaunchNonce, Person, Platform
from hub.models.audit import AuditEvent

from .conftest import token

TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"
FAMILY = "https://purl.imsglobal.org/spec/lti-platform-configuration"


@pytest.fixture
def hub(own_site: Flask) -> Flask:
    own_site.config["HUB_HARVEST_ALLOW"] = ("127.0.0.1",)
    return own_site


def link(admin: FlaskClient) -> str:
    """An admin makes a registration link: its path."""
    answer = admin.post("/admin/platforms/link", data={"csrf_token": token(admin)})
    (shown,) = [one for one in html.document_fromstring(answer.text).xpath("//code/text()") if "/lti/register/" in one]
    assert answer.status_code == 200 and shown.startswith("https://hub.example/") and "no-store" in answer.headers["Cache-Control"]
    return str(urlsplit(shown).path)


def brought(lms: Any, **more: str) -> dict[str, str]:
    return {"openid_configuration": f"{lms.issuer}/openid-configuration", "registration_token": "reg-token", **more}


def told(answer: Any) -> str:
    return " ".join(html.document_fromstring(answer.text).xpath("string(//main)").split())


def kept(hub: Flask) -> list[Platform]:
    with hub.app_context():
        return list(db.session.scalars(select(Platform)))


def test_a_platform_registers_itself_and_launches_once_it_is_accepted(hub: Flask, admin: FlaskClient, lms: Any) -> None:
    path, browser = link(admin), hub.test_client(use_cookies=False)
    shown = browser.get(path, query_string=brought(lms))
    assert shown.status_code == 200 and urlsplit(lms.issuer).netloc in told(shown) and lms.asked == [], "to look asks nobody"
    assert shown.headers["Content-Security-Policy"].endswith("frame-ancestors *") and "Set-Cookie" not in shown.headers
    assert shown.headers["Cross-Origin-Opener-Policy"] == "unsafe-none" and shown.headers["Referrer-Policy"] == "no-referrer"
    form = html.document_fromstring(shown.text).forms[0]
    done = browser.post(path, data=dict(form.fields))
    assert done.status_code == 200 and "/closing." in done.text.replace("closing.js", "/closing.js"), "the platform hears that it may go on"
    (asked,) = lms.registered
    assert asked["redirect_uris"] == ["https://hub.example/lti/launch"] and asked["scope"] == "" and asked[TOOL]["domain"] == "hub.example"
    assert browser.get("/lti/jwks.json").get_json()["keys"], "the platform may look at our keys at once"
    (one,) = kept(hub)
    assert (one.issuer, one.client_id, one.deployment_ids, one.accepted_at) == (lms.issuer, "registered-1", ["7"], None)
    assert (one.login_url, one.jwks_url) == (f"{lms.issuer}/auth", f"{lms.issuer}/jwks")
    begun = {"iss": lms.issuer, "login_hint": "x", "target_link_uri": "https://hub.example/lti/launch", "client_id": "registered-1"}
    early = browser.post("/lti/login", data=begun)
    assert early.status_code == 401 and "still to accept it" in told(early)
    assert "Waits for your word" in admin.get("/admin/platforms").text
    assert "/accept" in admin.get(f"/admin/platforms/{one.id}").text
    for _again in range(2):
        assert admin.post(f"/admin/platforms/{one.id}/accept", data={"csrf_token": token(admin)}).status_code == 303
    assert browser.post("/lti/login", data=begun).status_code == 302 and kept(hub)[0].accepted_at is not None
    with hub.app_context():
        wanted = select(AuditEvent.action, AuditEvent.person).where(AuditEvent.subject == "platform").order_by(AuditEvent.id)
        assert [tuple(row) for row in db.session.execute(wanted)] == [("platform.added", "Ada"), ("platform.accepted", "Ada")]
    again = browser.get(path, query_string=brought(lms))
    assert again.status_code == 400 and "used already" in told(again) and browser.post(path, data=brought(lms)).status_code == 400
    lms.registration = {"client_id": "registered-1"}
    double = browser.post(link(admin), data=brought(lms))
    assert double.status_code == 400 and "registered already" in told(double) and len(kept(hub)) == 1


def test_canvas_is_asked_for_its_own_places_and_named_by_its_school(hub: Flask, admin: FlaskClient, lms: Any) -> None:
    lms.configuration = {
        FAMILY: {"product_family_code": "canvas", "https://canvas.instructure.com/lti/account_name": "Test\u202e  University"}
    }
    lms.registration = {TOOL: {}, "client_id": "10000000000001"}
    assert hub.test_client().post(link(admin), data=brought(lms)).status_code == 200
    placements = [set(one["placements"]) for one in lms.registered[0][TOOL]["messages"]]
    assert "assignment_selection" in placements[0] and placements[1] == {"course_navigation"}
    (one,) = kept(hub)
    assert (one.title, one.client_id, one.deployment_ids) == ("Test University", "10000000000001", [])


WRONG: dict[str, tuple[dict[str, Any], int, str]] = {
    "issuer elsewhere": ({"issuer": "https://evil.example"}, 400, "site of its issuer"),
    "issuer on another port": ({"issuer": "http://127.0.0.1:1"}, 400, "site of its issuer"),
    "no issuer": ({"issuer": None}, 400, "issuer"),
    "issuer no text": ({"issuer": ["x"]}, 400, "issuer"),
    "issuer no address": ({"issuer": "moodle"}, 400, "cannot be used"),
    "script as authorisation": ({"authorization_endpoint": "javascript:alert(1)"}, 400, "cannot be used"),
    "plain http": ({"jwks_uri": "http://lms.example/jwks"}, 400, "cannot be used"),
    "no registration": ({"registration_endpoint": None}, 400, "registration_endpoint"),
    "long": ({"jwks_uri": "https://lms.example/" + "x" * 3_000}, 400, "jwks_uri"),
    "registration in a private network": ({"registration_endpoint": "https://10.0.0.1/register"}, 503, "temporarily_unavailable"),
}
ANSWERS: list[tuple[Any, int]] = [
    ((401, b"{}"), 503), ((500, b""), 503), ((200, b"<html>"), 400), ((200, b"[]"), 400), ((200, b"[" * 100_000), 400),
    ((200, b"{}"), 400), ((200, b'{"client_id": 7}'), 400), ((200, b'{"client_id": ""}'), 400), ((200, b"x" * 600_000), 503),
    ({"client_id": "x" * 300}, 400), ({"client_id": "a\u202eb"}, 400), ({TOOL: {"deployment_id": "x" * 300}}, 400),
]  # fmt: skip


def test_what_a_platform_says_that_cannot_be_is_refused_and_the_link_stays_good(hub: Flask, admin: FlaskClient, lms: Any) -> None:
    path, client = link(admin), hub.test_client()
    for name, (change, status, word) in WRONG.items():
        lms.configuration = change
        answer = client.post(path, data=brought(lms))
        assert answer.status_code == status and word in told(answer), (name, told(answer))
    assert lms.registered == []
    lms.configuration = {}
    for lms.registration, status in ANSWERS:
        answer = client.post(path, data=brought(lms))
        assert answer.status_code == status and "Traceback" not in answer.text, (lms.registration, told(answer))
    assert kept(hub) == []
    lms.registration = {TOOL: "x"}
    assert client.post(path, data=brought(lms)).status_code == 200 and kept(hub)[0].deployment_ids == []


def test_what_is_no_visit_of_a_platform_is_refused(hub: Flask, admin: FlaskClient, lms: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    path, client = link(admin), hub.test_client()
    odd: list[dict[str, str]] = [
        {"openid_configuration": ""}, {"openid_configuration": "file:///etc/passwd"}, {"openid_configuration": "javascript:alert(1)"},
        {"openid_configuration": "https://[/"}, {"openid_configuration": "https://lms.example/" + "x" * 3_000},
        {"registration_token": "x" * 30_000}, {"registration_token": "a\r\nHost: evil.example"}, {"registration_token": "é"},
    ]  # fmt: skip
    for change in odd:
        for answer in (client.get(path, query_string=brought(lms, **change)), client.post(path, data=brought(lms, **change))):
            assert answer.status_code == 400 and "invalid_request" in told(answer), change
    hub.config["HUB_HARVEST_ALLOW"] = ()
    inside = client.post(path, data=brought(lms))
    assert inside.status_code == 503 and lms.asked == [], "nobody makes the hub ask in its own network"
    for bad in ("x", "a.b.c", path.rpartition("/")[2][:-3] + "AAA"):
        assert client.get(f"/lti/register/{bad}", query_string=brought(lms)).status_code == 400
    ahead = time.time() + 3 * 86_400
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: ahead)
        assert "two days" in told(client.get(path, query_string=brought(lms)))
    with hub.app_context():
        db.session.scalars(select(Person).where(Person.is_admin)).one().is_admin = False
        db.session.commit()
        assert not db.session.scalars(select(LaunchNonce)).all()
    gone = client.post(path, data=brought(lms))
    assert gone.status_code == 400 and "not good any more" in told(gone), "who has made it is no admin any more"
