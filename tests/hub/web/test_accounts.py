"""Signing in and out."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from hub.db import db
from hub.models import Person
from hub.services import joining
from hub.web import entrances
from hub.web.security import own_path

Csrf = Callable[[FlaskClient], str]


def sign_in(client: FlaskClient, csrf: Csrf, email: str, password: str, **fields: str) -> tuple[int, str]:
    answer = client.post("/login", data={"csrf_token": csrf(client), "email": email, "password": password, **fields})
    return answer.status_code, answer.headers.get("Location", "") or answer.get_data(as_text=True)


def test_the_right_password_leads_back_to_where_one_wanted_to_go(own_site: Flask, csrf: Csrf, courses: ModuleType) -> None:
    client = own_site.test_client()
    asked = client.get("/admin/runs?state=failed")
    assert asked.status_code == 303
    assert asked.headers["Location"].startswith("/login?next=")
    form = client.get(asked.headers["Location"]).get_data(as_text=True)
    assert 'value="/admin/runs?state=failed"' in form
    assert sign_in(client, csrf, courses.ADMIN, courses.PASSWORD, next="/admin/runs?state=failed") == (303, "/admin/runs?state=failed")
    assert client.get("/admin/runs").status_code == 200


def test_known_and_unknown_accounts_get_the_same_answer(own_site: Flask, csrf: Csrf, courses: ModuleType) -> None:
    texts = [sign_in(own_site.test_client(), csrf, email, "wrong-password") for email in (courses.ADMIN, "nobody@example.org")]
    assert [status for status, _ in texts] == [422, 422]
    for _, text in texts:
        assert "The e-mail address or the password is wrong." in text
        assert 'role="alert"' in text


def test_empty_fields_are_named(own_site: Flask, csrf: Csrf) -> None:
    status, text = sign_in(own_site.test_client(), csrf, "", "")
    assert status == 422
    assert "<title>Error:" in text
    assert 'href="#email"' in text
    assert 'aria-invalid="true"' in text
    assert 'aria-describedby="email-error"' in text


def test_guessing_gets_slow(own_site: Flask, csrf: Csrf, courses: ModuleType) -> None:
    client = own_site.test_client()
    for _ in range(joining.FREE_TRIES):
        assert sign_in(client, csrf, courses.ADMIN, "wrong-password")[0] == 422
    answer = client.post("/login", data={"csrf_token": csrf(client), "email": courses.ADMIN, "password": courses.PASSWORD})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 1


def test_a_session_is_new_at_sign_in_and_ends_at_sign_out(own_site: Flask, csrf: Csrf, courses: ModuleType) -> None:
    client = own_site.test_client()
    before = csrf(client)
    sign_in(client, csrf, courses.ADMIN, courses.PASSWORD)
    assert csrf(client).split(".")[0] != before.split(".")[0]
    assert client.post("/logout", data={"csrf_token": csrf(client)}).status_code == 303
    assert client.get("/admin/runs").status_code == 303


def test_a_new_password_ends_every_session(own_site: Flask, admin: FlaskClient, courses: ModuleType) -> None:
    assert admin.get("/admin/runs").status_code == 200
    with own_site.app_context():
        person = db.session.scalar(select(Person).filter_by(email=courses.ADMIN))
        assert person is not None
        joining.set_password(person, "another-long-password")
        db.session.commit()
    assert admin.get("/admin/runs").status_code == 303


def test_readers_are_no_admins(own_site: Flask, csrf: Csrf, courses: ModuleType) -> None:
    client = own_site.test_client()
    sign_in(client, csrf, "reader@example.org", courses.PASSWORD)
    answer = client.get("/admin/runs")
    assert answer.status_code == 403
    assert "more rights than you have" in answer.get_data(as_text=True)


def test_htmx_is_sent_to_the_sign_in_page(own_site: Flask) -> None:
    answer = own_site.test_client().get("/admin/runs/1/progress", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"].startswith("/login?next=")


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "\\\\evil.example",
        "evil.example",
        "",
        None,
    ],
)
def test_the_next_page_is_ours(address: str | None) -> None:
    assert own_path(address) == "/"


@given(st.text(alphabet="/\\:?#@.%\t\n\r aexvil", max_size=20))
@settings(max_examples=100, deadline=None)
def test_no_address_leads_away(address: str) -> None:
    path = own_path(address)
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))
    assert not set(path) & set("\\\t\r\n ")


@pytest.mark.parametrize("kept", ["", ":", "1", "x:y", "1:wrong", "99999999:a", "１:a"])
def test_a_forged_session_is_nobody(own_site: Flask, kept: str) -> None:
    with own_site.app_context():
        assert entrances.load(kept) is None
