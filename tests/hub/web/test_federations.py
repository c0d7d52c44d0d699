"""Signing in elsewhere: at a real OpenID Connect provider (Authlib's, on loopback), and at one that lies."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select

from config import from_env
from hub.app import create_app
from hub.db import db, now
from hub.models import Identity, Institution, InstitutionDomain, Membership, Person
from hub.models.audit import AuditEvent
from hub.services import joining, verifying

from .conftest import token

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the provider is built with a part of Authlib that Authlib moves elsewhere
    import oidc_provider_mock

pytestmark = [
    pytest.mark.filterwarnings("ignore::authlib.deprecate.AuthlibDeprecationWarning"),
    pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning"),
]
PASSWORD = "correct-horse-battery"
Build = Callable[..., Flask]


@pytest.fixture
def build(environment: dict[str, str]) -> Iterator[Build]:
    """A hub whose provider is this one."""
    made: list[Flask] = []

    def hub(issuer: str, **settings: str) -> Flask:
        oidc = {
            "HUB_OIDC_ISSUER": issuer,
            "HUB_OIDC_CLIENT_ID": "hub",
            "HUB_OIDC_CLIENT_SECRET": "s",
            "HUB_OIDC_NAME": "Example University",
        }
        made.append(create_app({**from_env({**environment, **oidc, **settings}), "TESTING": True, "PROPAGATE_EXCEPTIONS": False}))
        return made[-1]

    yield hub
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        app.extensions["hub"].index.close()


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The issuer of a real provider with Ada, whose address is verified, and Eve, whose is not."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    ada = oidc_provider_mock.User(sub="ada-1", claims={"email": "Ada@Example.org", "email_verified": True, "name": "Ada L."})
    eve = oidc_provider_mock.User(sub="eve-1", claims={"email": "ada@example.org", "email_verified": False, "name": "Ada"})
    with oidc_provider_mock.run_server_in_thread(user_claims=(ada, eve), require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


def sign_in(client: FlaskClient, subject: str, *, begin: str = "/login/sso?next=/about", **choice: str) -> Any:
    """To the provider, signed in there as this one, and back: our answer."""
    away = client.get(begin)
    assert away.status_code == 303, away.get_data(as_text=True)
    there = requests.post(away.location, data={"sub": subject, **choice}, allow_redirects=False, timeout=10)
    assert there.status_code == 302, there.text
    parts = urlsplit(there.headers["Location"])
    return client.get(f"{parts.path}?{parts.query}")


def people(app: Flask) -> list[Person]:
    with app.app_context():
        return list(db.session.scalars(select(Person).order_by(Person.id)))


def add(app: Flask, email: str = "ada@example.org", *, confirmed: bool = True, secret: str | None = None, **values: Any) -> int:
    with app.app_context():
        person = joining.add(db.session(), email, PASSWORD, **values)
        person.confirmed_at = now() if confirmed else None
        person.totp_secret = secret
        db.session.commit()
        return person.id


def who(client: FlaskClient) -> int | None:
    """Whose session this is."""
    with client.session_transaction() as kept:
        return int(kept["_user_id"].partition(":")[0]) if "_user_id" in kept else None


def told(answer: Any) -> str:
    return " ".join(html.document_fromstring(answer.get_data(as_text=True)).xpath("string(//main)").split())


def test_somebody_new_gets_an_account_and_the_same_one_again(build: Build, real: str) -> None:
    app = build(real)
    for _again in range(2):
        client = app.test_client()
        answer = sign_in(client, "ada-1")
        assert (answer.status_code, answer.location) == (303, "/about")
        (person,) = people(app)
        assert who(client) == person.id
    assert (person.email, person.name, person.password_hash) == ("ada@example.org", "Ada L.", "") and person.confirmed_at is not None
    with app.app_context():
        identity = db.session.scalars(select(Identity)).one()
        assert (identity.issuer, identity.subject) == (real, "ada-1") and identity.used_at is not None


@pytest.mark.parametrize(
    ("joining_", "closed", "domain", "joins"),
    [
        ("domain", False, "example.org", True),
        ("invited", False, "example.org", False),
        ("domain", True, "example.org", False),
        ("domain", False, "other.example.org", False),
    ],
)
def test_somebody_new_joins_the_institution_of_the_domain(
    build: Build, real: str, joining_: str, closed: bool, domain: str, joins: bool
) -> None:
    app = build(real)
    with app.app_context():
        house = Institution(slug="uni", name="Uni", kind="university", joining=joining_, created_at=now(), updated_at=now())
        house.closed_at = now() if closed else None
        db.session.add(house)
        db.session.flush()
        db.session.add(InstitutionDomain(institution_id=house.id, domain=domain))
        db.session.commit()
    sign_in(app.test_client(), "ada-1")
    with app.app_context():
        assert list(db.session.scalars(select(Membership.role))) == (["student"] if joins else [])


def test_who_signs_in_elsewhere_alone_has_no_password_that_fits(build: Build, real: str) -> None:
    app = build(real)
    sign_in(app.test_client(), "ada-1")
    for password in ("", "x", PASSWORD):
        client = app.test_client()
        data = {"csrf_token": token(client), "email": "ada@example.org", "password": password}
        assert client.post("/login", data=data).status_code == 422


def test_an_address_that_both_sides_have_checked_joins_the_account(build: Build, real: str) -> None:
    app = build(real)
    number = add(app)
    client = app.test_client()
    assert sign_in(client, "ada-1").status_code == 303 and who(client) == number
    with app.app_context():
        event = db.session.scalars(select(AuditEvent)).one()
        assert (event.action, event.after) == ("person.linked", {"issuer": real})


def test_an_address_that_the_provider_has_not_checked_is_nobody(build: Build, real: str) -> None:
    app = build(real)
    for existing in (False, True):
        if existing:
            add(app)
        client = app.test_client()
        answer = sign_in(client, "eve-1")
        assert answer.status_code == 403 and "no address that it has checked" in told(answer)
        assert who(client) is None and len(people(app)) == existing, "the same answer whether there is an account or not"


def test_a_provider_that_the_operator_trusts_with_addresses(build: Build, real: str) -> None:
    app = build(real, HUB_OIDC_TRUST_EMAIL="yes")
    assert sign_in(app.test_client(), "eve-1").status_code == 303 and len(people(app)) == 1


def guarded(app: Flask, why: str) -> int:
    """An account that an address alone must not open."""
    if why == "unconfirmed":
        return add(app, confirmed=False)
    if why == "curator of an institution":
        number = add(app)
        with app.app_context():
            house = Institution(slug="uni", name="Uni", kind="university", created_at=now(), updated_at=now())
            db.session.add(house)
            db.session.flush()
            db.session.add(Membership(person_id=number, institution_id=house.id, role="curator", created_at=now()))
            db.session.commit()
        return number
    return add(app, admin=why == "admin", curator=why == "curator", secret=verifying.new_secret() if why == "second factor" else None)


@pytest.mark.parametrize("why", ["unconfirmed", "admin", "curator", "second factor", "curator of an institution"])
def test_an_account_with_more_to_lose_wants_its_password_once(build: Build, real: str, why: str) -> None:
    app = build(real)
    number = guarded(app, why)
    client = app.test_client()
    answer = sign_in(client, "ada-1")
    assert (answer.status_code, answer.location) == (303, "/login/sso/link") and who(client) is None
    page = client.get("/login/sso/link")
    assert page.status_code == 200 and "ada@example.org" in told(page)
    data = {"csrf_token": token(client), "password": "wrong-password"}
    assert client.post("/login/sso/link", data=data).status_code == 422 and who(client) is None
    if why == "second factor":
        assert client.post("/login/sso/link", data={**data, "password": PASSWORD}).status_code == 422
        assert client.post("/login/sso/link", data={**data, "password": PASSWORD, "code": "abc"}).status_code == 422 and who(client) is None
        with app.app_context():
            data["code"] = verifying.new_codes(db.session.get_one(Person, number))[0]
            db.session.commit()
    answer = client.post("/login/sso/link", data={**data, "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/about") and who(client) == number
    again = app.test_client()
    assert sign_in(again, "ada-1").status_code == 303 and who(again) == number, "from now on without"
    assert people(app)[0].confirmed_at is not None, "the provider has checked the same address"


def test_linking_is_slowed_down_like_signing_in(build: Build, real: str) -> None:
    app = build(real)
    guarded(app, "admin")
    client = app.test_client()
    sign_in(client, "ada-1")
    data = {"csrf_token": token(client), "password": "wrong-password"}
    codes = [client.post("/login/sso/link", data=data).status_code for _ in range(7)]
    assert codes[0] == 422 and codes[-1] == 429


def test_the_link_page_is_for_who_comes_from_the_provider(build: Build, real: str) -> None:
    app = build(real)
    client = app.test_client()
    assert client.get("/login/sso/link").status_code == 400
    assert client.post("/login/sso/link", data={"csrf_token": token(client), "password": PASSWORD}).status_code == 400


def test_a_closed_account_stays_closed(build: Build, real: str) -> None:
    app = build(real)
    client = app.test_client()
    sign_in(client, "ada-1")
    with app.app_context():
        db.session.scalars(select(Person)).one().disabled_at = now()
        db.session.commit()
    again = app.test_client()
    answer = sign_in(again, "ada-1")
    assert answer.status_code == 403 and "An admin of this hub has closed it" in told(answer) and who(again) is None


def test_the_provider_s_second_factor_counts(build: Build, real: str) -> None:
    app = build(real)
    client = app.test_client()
    sign_in(client, "ada-1")
    with app.app_context():
        person = db.session.scalars(select(Person)).one()
        person.totp_secret = verifying.new_secret()
        db.session.commit()
    again = app.test_client()
    assert sign_in(again, "ada-1").location == "/about" and who(again) is not None


def test_refusing_there_is_told_here(build: Build, real: str) -> None:
    app = build(real)
    client = app.test_client()
    answer = sign_in(client, "ada-1", action="deny")
    assert answer.status_code in (400, 403) and who(client) is None
    away = client.get("/login/sso")
    state = parse_qs(urlsplit(away.location).query)["state"][0]
    answer = client.get(f"/login/sso/return?error=access_denied&state={state}")
    assert answer.status_code == 403 and "You did not sign in" in told(answer)


def test_a_way_back_works_once_and_in_its_own_browser(build: Build, real: str) -> None:
    app = build(real)
    client, thief = app.test_client(), app.test_client()
    away = client.get("/login/sso")
    there = requests.post(away.location, data={"sub": "ada-1"}, allow_redirects=False, timeout=10)
    back = urlsplit(there.headers["Location"])
    thief.get("/login/sso")
    assert thief.get(f"{back.path}?{back.query}").status_code == 400 and who(thief) is None
    assert client.get(f"{back.path}?{back.query}").status_code == 303 and who(client) is not None
    fresh = app.test_client()
    assert fresh.get(f"{back.path}?{back.query}").status_code == 400 and who(fresh) is None
    assert client.get(f"{back.path}?{back.query}").status_code == 400


def test_where_it_goes_on_is_a_place_of_ours(build: Build, real: str) -> None:
    for place in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        answer = sign_in(build(real).test_client(), "ada-1", begin=f"/login/sso?next={place}")
        assert answer.location == "/"


def test_linking_and_unlinking_by_hand(build: Build, real: str) -> None:
    app = build(real)
    number = add(app, "other@example.org")
    client = app.test_client()
    client.post("/login", data={"csrf_token": token(client), "email": "other@example.org", "password": PASSWORD})
    assert "Link with Example University" in told(client.get("/me/sso"))
    answer = sign_in(client, "ada-1", begin="/login/sso?link=1")
    assert answer.location == "/me/sso" and who(client) == number
    assert "Link this one?" in told(client.get("/me/sso"))
    with app.app_context():
        assert db.session.scalar(select(Identity)) is None, "nothing is linked by a GET"
    csrf = {"csrf_token": token(client)}
    assert client.post("/me/sso", data=csrf).status_code == 303
    with app.app_context():
        identity = db.session.scalars(select(Identity)).one().id
    again = app.test_client()
    assert sign_in(again, "ada-1").status_code == 303 and who(again) == number
    stranger = app.test_client()
    add(app, "eve@example.org")
    stranger.post("/login", data={"csrf_token": token(stranger), "email": "eve@example.org", "password": PASSWORD})
    assert stranger.post(f"/me/sso/{identity}/unlink", data={"csrf_token": token(stranger)}).status_code == 404
    sign_in(stranger, "ada-1", begin="/login/sso?link=1")
    assert stranger.post("/me/sso", data={"csrf_token": token(stranger)}).status_code == 409, "it is another's"
    assert client.post(f"/me/sso/{identity}/unlink", data=csrf).status_code == 303
    with app.app_context():
        assert db.session.scalar(select(Identity)) is None


def test_the_last_way_in_stays(build: Build, real: str) -> None:
    app = build(real)
    client = app.test_client()
    sign_in(client, "ada-1")
    with app.app_context():
        identity = db.session.scalars(select(Identity)).one().id
    page = client.get("/me/sso")
    assert "This is the only way into your account" in told(page)
    assert f"{real}/oauth2/end_session" in html.document_fromstring(page.get_data(as_text=True)).xpath("//main//a/@href")
    with app.app_context():  # of a provider that there was before: it lets nobody in
        db.session.add(Identity(person_id=1, issuer="https://old.example", subject="ada", created_at=now()))
        db.session.commit()
    answer = client.post(f"/me/sso/{identity}/unlink", data={"csrf_token": token(client)}, follow_redirects=True)
    assert "set a password first" in told(answer)
    assert client.post(f"/me/sso/{identity + 1}/unlink", data={"csrf_token": token(client)}).status_code == 303
    with app.app_context():
        assert list(db.session.scalars(select(Identity.issuer))) == [real]


def test_the_button_says_where(build: Build, real: str) -> None:
    client = build(real).test_client()
    page = html.document_fromstring(client.get("/login?next=/bookmarks").get_data(as_text=True))
    assert page.xpath("//a[@id='sso']/@href") == ["/login/sso?next=%2Fbookmarks"]
    assert "Example University" in page.xpath("string(//a[@id='sso'])")


def test_without_a_provider_there_is_nothing(client: FlaskClient) -> None:
    assert client.get("/login/sso").status_code == 404 and client.get("/login/sso/return").status_code == 404
    assert 'id="sso"' not in client.get("/login").get_data(as_text=True)


def lie(app: Flask, oidc: Any) -> tuple[FlaskClient, Any]:
    """To the provider that lies, and back."""
    client = app.test_client()
    away = client.get("/login/sso")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(away.location).query).items()}
    oidc.nonce = oidc.nonce or asked["nonce"]
    return client, client.get(f"/login/sso/return?code=c&state={asked['state']}")


@pytest.mark.parametrize("how", ["nonce", "unsigned", "public key", "audience", "expired", "issuer", "down", "text"])
def test_a_provider_that_lies_or_fails_signs_nobody_in(build: Build, oidc: Any, how: str, caplog: pytest.LogCaptureFixture) -> None:
    app = build(oidc.issuer)
    wrong = {"audience": {"aud": "other"}, "expired": {"exp": 1}, "issuer": {"iss": "https://evil.example"}}
    oidc.claims = wrong.get(how, {})
    oidc.nonce = "another" if how == "nonce" else ""
    oidc.sign = {"unsigned": oidc.unsigned, "public key": oidc.with_the_public_key}.get(how, oidc.honestly)
    oidc.answers = {"down": {"/token": (500, b"")}, "text": {"/token": (200, b"<script>alert(1)</script>")}}.get(how, {})
    client, answer = lie(app, oidc)
    assert answer.status_code == (503 if how in ("down", "text") else 502)
    assert re.search("does not answer|cannot be used", told(answer)) and "Traceback" not in answer.get_data(as_text=True)
    assert who(client) is None and people(app) == []
    assert "single sign-on" in caplog.text and "ada@example.org" not in caplog.text


def test_whatever_a_provider_says_is_text_on_our_pages(build: Build, oidc: Any) -> None:
    app = build(oidc.issuer)
    oidc.claims = {"name": "<script>alert(1)</script>"}
    client, answer = lie(app, oidc)
    assert answer.status_code == 303
    assert "<script>alert" not in client.get("/about").get_data(as_text=True)


def test_no_parameters_of_any_kind_break_the_way_back(build: Build, oidc: Any) -> None:
    client = build(oidc.issuer).test_client()
    for question in ("", "code=c", "state=%ED%A0%80&code=c", "state=" + "x" * 9000, "error=" + "%3Cscript%3E" * 50, "state[]=a&code[]=b"):
        client.get("/login/sso")
        answer = client.get(f"/login/sso/return?{question}")
        assert answer.status_code == 400 and "<script>" not in answer.get_data(as_text=True)
