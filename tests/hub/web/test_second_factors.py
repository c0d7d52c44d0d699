"""The second factor in the site: set up, asked for at sign-in, taken away; each code once, and slowly when it is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html

from config import from_env
from hub.app import create_app
from hub.db import db, now
from hub.models import Institution, Membership, Person
from hub.services import joining, verifying
from hub.web import entrances

from .conftest import close, token

PASSWORD = "correct-horse-battery"
HERE = "/me/two-factor"


@pytest.fixture
def app(environment: dict[str, str]) -> Iterator[Flask]:
    """A hub, outside of its context: each request has its own."""
    made = create_app({**from_env(environment), "TESTING": True, "PROPAGATE_EXCEPTIONS": False})
    yield made
    close(made)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor."""
    return app.test_client()


@pytest.fixture
def ada(app: Flask) -> int:
    with app.app_context():
        person = joining.add(db.session(), "ada@example.org", PASSWORD, name="Ada")
        db.session.commit()
        return person.id


def change(app: Flask, number: int, work: Any) -> Any:
    """Do something to the account."""
    with app.app_context():
        done = work(db.session.get_one(Person, number))
        db.session.commit()
        return done


@pytest.fixture
def secret(app: Flask, ada: int) -> str:
    """Ada has a second factor with this secret; the code of the present step is used."""
    made = verifying.new_secret()
    assert change(app, ada, lambda person: verifying.turn_on(db.session(), person, made, pyotp.TOTP(made).now()))
    return made


@pytest.fixture
def signed_in(client: FlaskClient, ada: int) -> FlaskClient:
    assert password(client).location == "/"
    return client


def password(client: FlaskClient, *, next_: str = "", email: str = "ada@example.org") -> Any:
    return client.post("/login", data={"csrf_token": token(client), "email": email, "password": PASSWORD, "next": next_})


def code(client: FlaskClient, text: str) -> Any:
    return client.post("/login/two-factor", data={"csrf_token": token(client), "code": text})


def who(client: FlaskClient) -> int | None:
    with client.session_transaction() as kept:
        return int(kept["_user_id"].partition(":")[0]) if "_user_id" in kept else None


def later(secret: str) -> str:
    return pyotp.TOTP(secret).at(now() + timedelta(seconds=30))


def person(app: Flask, number: int) -> Person:
    with app.app_context():
        return db.session.get_one(Person, number)


def shown(answer: Any) -> html.HtmlElement:
    return html.document_fromstring(answer.get_data(as_text=True))


def test_set_up_with_the_secret_that_is_shown(signed_in: FlaskClient, app: Flask, ada: int) -> None:
    answer = signed_in.get(HERE)
    page = shown(answer)
    secret = page.xpath("string(//main//code)").replace(" ", "")
    assert answer.headers["Cache-Control"] == "no-store" and verifying.SECRET.fullmatch(secret)
    assert page.xpath("//*[local-name()='svg'][@class='qr']") and not page.xpath("//@style"), "the policy lets no style through"
    assert secret in signed_in.get(HERE).get_data(as_text=True).replace(" ", ""), "a reload shows the same one"
    data = {"csrf_token": token(signed_in), "code": pyotp.TOTP(secret).now(), "password": "wrong-password"}
    assert signed_in.post(HERE, data=data).status_code == 422 and person(app, ada).totp_secret is None
    assert signed_in.post(HERE, data={**data, "password": PASSWORD, "code": "000000x"}).status_code == 422
    answer = signed_in.post(HERE, data={**data, "password": PASSWORD})
    codes = shown(answer).xpath("//ol//code/text()")
    assert answer.status_code == 200 and len(codes) == 10 and answer.headers["Cache-Control"] == "no-store"
    assert person(app, ada).totp_secret == secret and person(app, ada).recovery_hashes == [verifying.hashed(one) for one in codes]
    assert not any(one in signed_in.get(HERE).get_data(as_text=True) for one in (*codes, secret))


def test_a_secret_of_somebody_else_s_choice_is_not_taken(signed_in: FlaskClient, app: Flask, ada: int) -> None:
    data = {"csrf_token": token(signed_in), "code": pyotp.TOTP("A" * 32).now(), "password": PASSWORD, "secret": "A" * 32}
    assert signed_in.post(HERE, data=data).status_code == 422 and person(app, ada).totp_secret is None


def test_after_the_password_the_code(client: FlaskClient, secret: str, ada: int) -> None:
    answer = password(client, next_="/topics")
    assert answer.location == "/login/two-factor" and who(client) is None
    assert client.get("/me/two-factor").location.startswith("/login?"), "half signed in is not signed in"
    assert client.get("/login/two-factor").status_code == 200
    assert code(client, "000000").status_code == 422 and who(client) is None
    assert code(client, "").status_code == 422 and code(client, "x" * 101).status_code == 422
    answer = code(client, later(secret))
    assert answer.location == "/topics" and who(client) == ada


def test_a_code_lets_in_once(client: FlaskClient, app: Flask, secret: str) -> None:
    used = later(secret)
    password(client)
    assert code(client, used).status_code == 303
    other = app.test_client()
    password(other)
    assert code(other, used).status_code == 422 and who(other) is None


def test_a_recovery_code_lets_in_once(client: FlaskClient, app: Flask, secret: str, ada: int) -> None:
    codes = change(app, ada, verifying.new_codes)
    password(client)
    assert code(client, codes[0]).status_code == 303 and who(client) == ada
    other = app.test_client()
    password(other)
    assert code(other, codes[0]).status_code == 422 and code(other, codes[1]).status_code == 303


def test_wrong_codes_make_it_slow(client: FlaskClient, secret: str) -> None:
    password(client)
    answers = [code(client, "abc") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert code(client, later(secret)).status_code == 429, "the right one waits, too"
    password(client)
    assert code(client, later(secret)).status_code == 429, "and the password again does not help"


def change_password(person: Person) -> None:
    joining.set_password(person, "another-long-password")


def disable(person: Person) -> None:
    person.disabled_at = now()


def another_factor(person: Person) -> None:
    person.totp_secret = verifying.new_secret()


@pytest.mark.parametrize("what", [change_password, disable, another_factor])
def test_the_second_step_ends_when_the_account_changes(client: FlaskClient, app: Flask, secret: str, ada: int, what: Any) -> None:
    password(client)
    change(app, ada, what)
    answer = code(client, later(secret))
    assert answer.location == "/login" and who(client) is None


def test_the_second_step_has_five_minutes(client: FlaskClient, secret: str) -> None:
    password(client)
    with client.session_transaction() as kept:
        kept[entrances.HALF] = {**kept[entrances.HALF], "at": kept[entrances.HALF]["at"] - entrances.LONGEST - 1}
    assert code(client, later(secret)).location == "/login" and who(client) is None


def test_without_the_first_step_there_is_no_second(client: FlaskClient) -> None:
    assert client.get("/login/two-factor").location == "/login"
    assert code(client, "123456").location == "/login"


@pytest.fixture
def inside(client: FlaskClient, secret: str, ada: int) -> Iterator[FlaskClient]:
    """Ada, signed in by both steps."""
    password(client)
    assert code(client, later(secret)).status_code == 303
    yield client


def test_taken_away_and_renewed_with_password_and_code(inside: FlaskClient, app: Flask, ada: int) -> None:
    codes = change(app, ada, verifying.new_codes)
    csrf = {"csrf_token": token(inside)}
    for place in (f"{HERE}/off", f"{HERE}/codes"):
        for wrong in ({"password": "wrong-password", "code": codes[0]}, {"password": PASSWORD, "code": "abc"}, {"password": PASSWORD}, {}):
            assert inside.post(place, data={**csrf, **wrong}).status_code == 422
    assert person(app, ada).totp_secret is not None and len(person(app, ada).recovery_hashes) == 10, "a wrong password costs no code"


def test_new_recovery_codes(inside: FlaskClient, app: Flask, ada: int) -> None:
    codes = change(app, ada, verifying.new_codes)
    answer = inside.post(f"{HERE}/codes", data={"csrf_token": token(inside), "password": PASSWORD, "code": codes[0]})
    fresh = shown(answer).xpath("//ol//code/text()")
    assert len(set(fresh)) == 10 and not set(fresh) & set(codes)
    answer = inside.post(f"{HERE}/off", data={"csrf_token": token(inside), "password": PASSWORD, "code": codes[1]})
    assert answer.status_code == 422, "an old one is void"
    answer = inside.post(f"{HERE}/off", data={"csrf_token": token(inside), "password": PASSWORD, "code": fresh[0]})
    assert answer.status_code == 303 and person(app, ada).totp_secret is None


def test_set_up_twice_or_taken_away_from_nobody(signed_in: FlaskClient, app: Flask, ada: int) -> None:
    csrf = {"csrf_token": token(signed_in), "password": PASSWORD, "code": "123456"}
    assert signed_in.post(f"{HERE}/off", data=csrf).status_code == 409
    assert signed_in.post(f"{HERE}/codes", data=csrf).status_code == 409
    change(app, ada, another_factor)
    assert signed_in.post(HERE, data=csrf).status_code == 409


def house(person: Person) -> None:
    made = Institution(slug="uni", name="Uni", kind="university", created_at=now(), updated_at=now())
    db.session.add(made)
    db.session.flush()
    db.session.add(Membership(person_id=person.id, institution_id=made.id, role="curator", created_at=now()))


def test_a_hub_that_asks_curators_for_a_second_factor(environment: dict[str, str], ada: int, app: Flask) -> None:
    strict = create_app({**from_env({**environment, "HUB_TWO_FACTOR": "curators"}), "TESTING": True, "PROPAGATE_EXCEPTIONS": False})
    client = strict.test_client()
    password(client)
    assert client.get("/admin/corrections").status_code == 403, "who is no curator hears nothing of it"
    change(app, ada, lambda person: setattr(person, "is_admin", True))
    for place in ("/admin/corrections", "/admin/audit"):
        answer = client.get(place)
        assert (answer.status_code, answer.location) == (303, HERE)
    assert client.get("/about").status_code == 200
    change(app, ada, lambda person: setattr(person, "is_admin", False))
    csrf = {"csrf_token": token(client)}
    assert client.post("/preferences/theme", data={**csrf, "theme": "dark"}).location != HERE, "others are not asked"
    change(app, ada, house)
    answer = client.post("/preferences/theme", data={**csrf, "theme": "dark"})
    assert (answer.status_code, answer.location) == (303, HERE), "a curator of an institution writes nothing before"
    change(app, ada, lambda person: setattr(person, "is_admin", True))
    change(app, ada, another_factor)
    assert client.get("/admin/audit").status_code == 200
    change(app, ada, lambda person: (setattr(person, "totp_secret", None), setattr(person, "password_hash", "")))
    assert client.get("/admin/audit").status_code == 200, "who has no password here has their provider's"
    close(strict)
