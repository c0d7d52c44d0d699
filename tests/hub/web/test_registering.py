"""Accounts as people make, change, take along and delete them; with a hub that sends mail, and with one that does not."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import ModuleType

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from hub.db import db, now
from hub.models import (
    AuditEvent,
    Bookmark,
    Institution,
    InstitutionDomain,
    Mail,
    Membership,
    Person,
    Resource,
    Review,
    Shelf,
    ShelfEditor,
    SignIn,
    Tag,
    Tagging,
    Ticket,
)
from hub.services import expiring, joining, lodging, surrendering

Csrf = Callable[[FlaskClient], str]
GOOD = "seven-blue-lanterns"
ANN = "ann@school.example"


@pytest.fixture
def mailing_site(own_site: Flask) -> Iterator[Flask]:
    """A hub that is set up to send mail (which here stays in the table, as no worker runs)."""
    own_site.config["HUB_SMTP_URL"] = "smtp://127.0.0.1:9"
    yield own_site


def post(client: FlaskClient, csrf: Csrf, path: str, **fields: str) -> object:
    return client.post(path, data={"csrf_token": csrf(client), **fields})


def register(client: FlaskClient, csrf: Csrf, email: str = ANN, password: str = GOOD, name: str = "Ann") -> object:
    return post(client, csrf, "/register", name=name, email=email, password=password, language="en")


def last_link(app: Flask, to: str) -> str:
    """The path in the last mail to this address."""
    with app.app_context():
        body = db.session.scalars(select(Mail.body).where(Mail.recipient == to).order_by(Mail.id.desc())).first()
    assert body is not None
    found = re.search(r"https://hub\.example(/\S+)", body)
    assert found is not None, body
    return found[1]


def sign_in(client: FlaskClient, csrf: Csrf, email: str = ANN, password: str = GOOD, **fields: str) -> object:
    return post(client, csrf, "/login", email=email, password=password, **fields)


@pytest.fixture
def ann(own_site: Flask, csrf: Csrf) -> FlaskClient:
    """Somebody who has registered at a hub without mail."""
    mail = own_site.config["HUB_SMTP_URL"]
    own_site.config["HUB_SMTP_URL"] = ""
    client = own_site.test_client()
    assert register(client, csrf).status_code == 303  # type: ignore[attr-defined]
    own_site.config["HUB_SMTP_URL"] = mail
    return client


def test_the_link_of_the_mail_makes_the_account_and_only_once(mailing_site: Flask, csrf: Csrf) -> None:
    client = mailing_site.test_client()
    answer = register(client, csrf)
    assert answer.status_code == 200 and "Look into your mail" in answer.get_data(as_text=True)  # type: ignore[attr-defined]
    assert client.get("/me").status_code == 303, "not yet"
    link = last_link(mailing_site, ANN)
    assert client.get(link).status_code == 200 and client.get(link).status_code == 200
    with mailing_site.app_context():
        assert joining.by_email(db.session(), ANN) is None, "a machine that looks into mails makes no account"
    assert ANN in client.get(link).get_data(as_text=True)
    assert post(client, csrf, link, password=GOOD).status_code == 303  # type: ignore[attr-defined]
    assert "ann@school.example" in client.get("/me").get_data(as_text=True)
    assert post(mailing_site.test_client(), csrf, link, password=GOOD).status_code == 410  # type: ignore[attr-defined]
    assert client.get(link).status_code == 410


def test_who_registers_a_stranger_s_address_has_no_way_into_the_account(mailing_site: Flask, csrf: Csrf) -> None:
    """The password is chosen by whoever has the mail; one sent along when asking counts for nothing."""
    mallory, ann = mailing_site.test_client(), mailing_site.test_client()
    assert 'type="password"' not in mallory.get("/register").get_data(as_text=True)
    register(mallory, csrf, password="known-to-mallory-alone")
    link = last_link(mailing_site, ANN)
    assert post(ann, csrf, link).status_code == 422, "a press alone makes nothing"  # type: ignore[attr-defined]
    for refused, told in (("short", "10 characters"), ("password123", "among the first"), ("x" * 501, "")):
        answer = post(ann, csrf, link, password=refused)
        assert answer.status_code == 422 and told in answer.get_data(as_text=True)  # type: ignore[attr-defined]
    with mailing_site.app_context():
        assert joining.by_email(db.session(), ANN) is None
    assert post(ann, csrf, link, password=GOOD).status_code == 303  # type: ignore[attr-defined]
    assert sign_in(mallory, csrf, password="known-to-mallory-alone").status_code == 422  # type: ignore[attr-defined]
    assert sign_in(mailing_site.test_client(), csrf).status_code == 303  # type: ignore[attr-defined]


def test_a_known_address_gets_the_same_page_and_another_mail(mailing_site: Flask, csrf: Csrf, courses: ModuleType) -> None:
    texts = []
    for email in (courses.ADMIN, "new@school.example"):
        answer = register(mailing_site.test_client(), csrf, email)
        texts.append(answer.get_data(as_text=True).replace(email, "…"))  # type: ignore[attr-defined]
    strip = [re.sub(r'value="[^"]*"', "", text) for text in texts]
    assert strip[0] == strip[1]
    with mailing_site.app_context():
        subjects = {email: subject for email, subject in db.session.execute(select(Mail.recipient, Mail.subject))}
    assert "already" in subjects[courses.ADMIN] and "Confirm" in subjects["new@school.example"]


def test_an_address_of_an_institution_s_domain_lets_in_once_it_is_proven(mailing_site: Flask, csrf: Csrf) -> None:
    with mailing_site.app_context():
        house = Institution(
            slug="s", name="School", kind="university", joining="domain", domain_role="teacher", created_at=now(), updated_at=now()
        )
        db.session.add(house)
        db.session.flush()
        db.session.add(InstitutionDomain(institution_id=house.id, domain="school.example"))
        db.session.commit()
    client = mailing_site.test_client()
    register(client, csrf)
    post(client, csrf, last_link(mailing_site, ANN), password=GOOD)
    with mailing_site.app_context():
        assert db.session.scalars(select(Membership.role)).all()[-1] == "teacher"


def test_without_mail_the_account_is_there_at_once_but_proves_nothing(ann: FlaskClient, own_site: Flask, csrf: Csrf) -> None:
    assert "Not confirmed" in ann.get("/me").get_data(as_text=True)
    again = register(own_site.test_client(), csrf)
    assert again.status_code == 422  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"email": "nobody"}, "no e-mail address"),
        ({"password": "short"}, "10 characters"),
        ({"password": "password123"}, "among the first"),
        ({"password": "1234567890"}, "among the first"),
        ({"password": "ann@school.example"}, "among the first"),
        ({"name": ""}, "Enter your name"),
    ],
)
def test_what_is_wrong_is_told_beside_the_field(own_site: Flask, csrf: Csrf, fields: dict[str, str], told: str) -> None:
    answer = register(own_site.test_client(), csrf, **fields)
    assert answer.status_code == 422 and told in answer.get_data(as_text=True)  # type: ignore[attr-defined]
    assert GOOD not in answer.get_data(as_text=True)  # type: ignore[attr-defined]


def test_where_accounts_come_by_invitation_nobody_registers(own_site: Flask, csrf: Csrf) -> None:
    own_site.config["HUB_REGISTRATION"] = "invited"
    client = own_site.test_client()
    assert "by invitation" in client.get("/register").get_data(as_text=True)
    assert register(client, csrf).status_code == 403  # type: ignore[attr-defined]


def test_many_registrations_from_one_place_wait(own_site: Flask, csrf: Csrf) -> None:
    codes = [register(own_site.test_client(), csrf, f"p{n}@school.example").status_code for n in range(22)]  # type: ignore[attr-defined]
    assert codes[:20] == [303] * 20 and codes[20:] == [429, 429]


def test_a_forgotten_password_is_changed_once_and_everything_else_ends(mailing_site: Flask, csrf: Csrf, courses: ModuleType) -> None:
    inside = mailing_site.test_client()
    sign_in(inside, csrf, courses.ADMIN, courses.PASSWORD)
    client = mailing_site.test_client()
    same = [
        post(client, csrf, "/password/forgot", email=email).get_data(as_text=True).replace(email, "…")  # type: ignore[attr-defined]
        for email in (courses.ADMIN, "nobody@school.example")
    ]
    assert re.sub(r'value="[^"]*"', "", same[0]) == re.sub(r'value="[^"]*"', "", same[1])
    link = last_link(mailing_site, courses.ADMIN)
    assert post(client, csrf, link, password="short").status_code == 422  # type: ignore[attr-defined]
    assert post(client, csrf, link, password=GOOD).status_code == 303  # type: ignore[attr-defined]
    assert post(client, csrf, link, password=GOOD).status_code == 410  # type: ignore[attr-defined]
    assert inside.get("/me").status_code == 303, "signed out"
    assert sign_in(client, csrf, courses.ADMIN, courses.PASSWORD).status_code == 422  # type: ignore[attr-defined]
    assert sign_in(client, csrf, courses.ADMIN, GOOD).status_code == 303  # type: ignore[attr-defined]
    with mailing_site.app_context():
        assert "was changed" in db.session.scalars(select(Mail.subject).order_by(Mail.id.desc())).first()


def test_an_old_link_is_no_longer_good(mailing_site: Flask, csrf: Csrf, courses: ModuleType) -> None:
    client = mailing_site.test_client()
    post(client, csrf, "/password/forgot", email=courses.ADMIN)
    first = last_link(mailing_site, courses.ADMIN)
    post(client, csrf, "/password/forgot", email=courses.ADMIN)
    assert post(client, csrf, first, password=GOOD).status_code == 410  # type: ignore[attr-defined]
    with mailing_site.app_context():
        db.session.execute(update(Ticket).values(expires_at=now() - timedelta(seconds=1)))
        db.session.commit()
    assert post(client, csrf, last_link(mailing_site, courses.ADMIN), password=GOOD).status_code == 410  # type: ignore[attr-defined]


def test_sessions_are_listed_and_end_one_by_one(ann: FlaskClient, own_site: Flask, csrf: Csrf) -> None:
    others = [own_site.test_client() for _ in range(2)]
    for other in others:
        assert sign_in(other, csrf, remember="y").status_code == 303  # type: ignore[attr-defined]
    page = ann.get("/me/devices").get_data(as_text=True)
    assert page.count('/end"') == 3 and "This one" in page and "127.0.0.0/24" in page
    number = re.findall(r"/me/devices/(\d+)/end", page)[0]
    assert post(ann, csrf, f"/me/devices/{number}/end").status_code == 303  # type: ignore[attr-defined]
    assert sorted(other.get("/me").status_code for other in others) == [200, 303]
    assert post(ann, csrf, "/me/devices/others/end").status_code == 303  # type: ignore[attr-defined]
    assert [other.get("/me").status_code for other in others] == [303, 303]
    assert ann.get("/me").status_code == 200


def test_nobody_ends_another_s_session(ann: FlaskClient, admin: FlaskClient, own_site: Flask, csrf: Csrf) -> None:
    with own_site.app_context():
        number = db.session.scalars(select(SignIn.id).order_by(SignIn.id)).all()
        mine = {row.id for row in lodging.all_of(db.session(), joining.by_email(db.session(), ANN).id)}
    foreign = next(id for id in number if id not in mine)
    assert post(ann, csrf, f"/me/devices/{foreign}/end").status_code == 404  # type: ignore[attr-defined]
    assert admin.get("/me").status_code == 200


def test_remembered_or_not_a_session_ends_by_itself(own_site: Flask, ann: FlaskClient, csrf: Csrf) -> None:
    remembered = own_site.test_client()
    cookie = sign_in(remembered, csrf, remember="y").headers["Set-Cookie"]  # type: ignore[attr-defined]
    once = sign_in(own_site.test_client(), csrf).headers["Set-Cookie"]  # type: ignore[attr-defined]
    assert "Expires=" in cookie and "Expires=" not in once
    with own_site.app_context():
        db.session.execute(update(SignIn).values(expires_at=now() - timedelta(seconds=1)))
        db.session.commit()
        assert expiring.expire(db.session()) > 0
        assert db.session.scalars(select(SignIn.id)).all() == []
    assert remembered.get("/me").status_code == 303


def test_a_stolen_cookie_of_a_session_that_ended_is_nobody(ann: FlaskClient, own_site: Flask, csrf: Csrf) -> None:
    stolen = ann.get_cookie("session")
    assert stolen is not None
    post(ann, csrf, "/logout")
    thief = own_site.test_client()
    thief.set_cookie("session", stolen.value)
    assert thief.get("/me").status_code == 303


def test_a_new_password_needs_the_present_one_and_ends_the_others(ann: FlaskClient, own_site: Flask, csrf: Csrf) -> None:
    other = own_site.test_client()
    sign_in(other, csrf)
    assert post(ann, csrf, "/me/password", password="wrong-password", new="nine-green-teapots").status_code == 422  # type: ignore[attr-defined]
    assert post(ann, csrf, "/me/password", password=GOOD, new="nine-green-teapots").status_code == 303  # type: ignore[attr-defined]
    assert ann.get("/me").status_code == 200 and other.get("/me").status_code == 303


def test_a_new_password_keeps_the_wish_to_stay_signed_in(ann: FlaskClient, own_site: Flask, csrf: Csrf) -> None:
    for remember, new, old in (({"remember": "y"}, "nine-green-teapots", GOOD), ({}, "six-yellow-bottles", "nine-green-teapots")):
        client = own_site.test_client()
        sign_in(client, csrf, password=old, **remember)
        answer = post(client, csrf, "/me/password", password=old, new=new)
        assert ("Expires=" in answer.headers["Set-Cookie"]) == bool(remember)  # type: ignore[attr-defined]
        with own_site.app_context():
            assert [row.remembered for row in db.session.scalars(select(SignIn))] == [bool(remember)], "all others have ended"


def test_an_admin_sends_a_link_for_a_new_password(mailing_site: Flask, ann: FlaskClient, csrf: Csrf, courses: ModuleType) -> None:
    ada, client = mailing_site.test_client(), mailing_site.test_client()
    sign_in(ada, csrf, courses.ADMIN, courses.PASSWORD)
    with mailing_site.app_context():
        number = joining.by_email(db.session(), ANN).id
    assert f"/admin/people/{number}/send-reset" in ada.get(f"/admin/people/{number}").get_data(as_text=True)
    assert post(ann, csrf, f"/admin/people/{number}/send-reset").status_code == 403  # type: ignore[attr-defined]
    assert post(ada, csrf, f"/admin/people/{number}/send-reset").status_code == 303  # type: ignore[attr-defined]
    link = last_link(mailing_site, ANN)
    assert link not in ada.get(f"/admin/people/{number}").get_data(as_text=True)
    assert ann.get("/me").status_code == 200, "nothing has changed yet"
    assert post(client, csrf, link, password="nine-green-teapots").status_code == 303  # type: ignore[attr-defined]
    with mailing_site.app_context():
        assert "person.reset-sent" in db.session.scalars(select(AuditEvent.action)).all()
    mailing_site.config["HUB_SMTP_URL"] = ""
    assert "send-reset" not in ada.get(f"/admin/people/{number}").get_data(as_text=True)
    post(ada, csrf, f"/admin/people/{number}/send-reset")
    with mailing_site.app_context():
        assert db.session.scalars(select(Ticket)).all() == []


def test_another_address_counts_when_its_owner_says_so(mailing_site: Flask, ann: FlaskClient, csrf: Csrf) -> None:
    assert post(ann, csrf, "/me/email", email="ann@home.example", password="wrong-password").status_code == 422  # type: ignore[attr-defined]
    assert post(ann, csrf, "/me/email", email="ann@home.example", password=GOOD).status_code == 303  # type: ignore[attr-defined]
    assert ANN in ann.get("/me").get_data(as_text=True), "not yet"
    link = last_link(mailing_site, "ann@home.example")
    assert ann.get(link).status_code == 200
    assert post(ann, csrf, link).status_code == 303  # type: ignore[attr-defined]
    page = ann.get("/me").get_data(as_text=True)
    assert "ann@home.example" in page and ANN not in page
    with mailing_site.app_context():
        assert "was changed" in db.session.scalars(select(Mail.subject).where(Mail.recipient == ANN).order_by(Mail.id.desc())).first()


def test_nobody_proves_their_address_for_a_stranger_s_account(mailing_site: Flask, ann: FlaskClient, csrf: Csrf) -> None:
    """Else the stranger's account would be let in where the address lets in."""
    post(ann, csrf, "/me/email", email="dean@school.example", password=GOOD)
    link = last_link(mailing_site, "dean@school.example")
    dean = mailing_site.test_client()
    assert dean.get(link).headers["Location"].startswith("/login")
    assert post(dean, csrf, link).headers["Location"].startswith("/login")  # type: ignore[attr-defined]
    register(dean, csrf, "bea@school.example")
    post(dean, csrf, last_link(mailing_site, "bea@school.example"), password=GOOD)
    assert post(dean, csrf, link).status_code == 410, "the link of another's account"  # type: ignore[attr-defined]
    assert post(ann, csrf, link).status_code == 303  # type: ignore[attr-defined]
    assert "dean@school.example" in ann.get("/me").get_data(as_text=True)


def test_an_address_that_somebody_has_is_not_told(mailing_site: Flask, ann: FlaskClient, csrf: Csrf, courses: ModuleType) -> None:
    assert post(ann, csrf, "/me/email", email=courses.ADMIN, password=GOOD).status_code == 303  # type: ignore[attr-defined]
    with mailing_site.app_context():
        assert "already" in db.session.scalars(select(Mail.subject).where(Mail.recipient == courses.ADMIN)).first()


def furnished(session: object) -> tuple[Person, Resource]:
    """Ann has something of everything."""
    person = joining.by_email(session, ANN)  # type: ignore[arg-type]
    assert person is not None
    resource = session.scalars(select(Resource).where(Resource.merged_into_id.is_(None))).first()  # type: ignore[attr-defined]
    house = Institution(slug="house", name="House", kind="university", created_at=now(), updated_at=now())
    session.add(house)  # type: ignore[attr-defined]
    session.flush()  # type: ignore[attr-defined]
    when = {"created_at": now(), "updated_at": now()}
    of = {"resource_id": resource.id, "first_id": resource.id, "person_id": person.id}
    tag = Tag(institution_id=house.id, name="customs", key="customs", created_at=now())
    session.add_all(  # type: ignore[attr-defined]
        [
            Membership(person_id=person.id, institution_id=house.id, role="teacher", created_at=now()),
            Bookmark(**of, note="my secret note", status="studying", **when),
            Shelf(public_id="alone", title="Alone", person_id=person.id, visibility="private", **when),
            Shelf(public_id="ours", title="Ours", person_id=person.id, institution_id=house.id, visibility="public", **when),
            tag,
        ]
    )
    session.flush()  # type: ignore[attr-defined]
    session.add(Tagging(tag_id=tag.id, resource_id=resource.id, first_id=resource.id, person_id=person.id, created_at=now()))  # type: ignore[attr-defined]
    session.commit()  # type: ignore[attr-defined]
    return person, resource


def test_everything_of_one_s_own_is_taken_along_without_secrets(ann: FlaskClient, own_site: Flask, csrf: Csrf) -> None:
    with own_site.app_context():
        person, resource = furnished(db.session)
        secrets = (person.password_hash, person.session_key)
        public_id = resource.public_id
    answer = post(ann, csrf, "/me/export")
    text = answer.get_data(as_text=True)  # type: ignore[attr-defined]
    assert "attachment" in answer.headers["Content-Disposition"]  # type: ignore[attr-defined]
    found = json.loads(text)
    assert found["person"][0]["email"] == ANN and found["bookmark"][0]["note"] == "my secret note"
    assert found["bookmark"][0]["resource"] == public_id and {row["title"] for row in found["shelf"]} == {"Alone", "Ours"}
    assert all(secret not in text for secret in secrets) and "token_hash" not in text


def test_no_table_with_something_of_a_person_is_forgotten() -> None:
    named = {
        key.parent.table.name for table in db.metadata.sorted_tables for key in table.foreign_keys if key.column.table.name == "person"
    }
    assert {table.name for table in surrendering.tables()} == named and len(named) > 20


def test_the_private_goes_and_what_was_said_for_others_stays(ann: FlaskClient, own_site: Flask, csrf: Csrf) -> None:
    with own_site.app_context():
        furnished(db.session)
    assert post(ann, csrf, "/me/delete", password="wrong-password").status_code == 422  # type: ignore[attr-defined]
    assert post(ann, csrf, "/me/delete", password=GOOD).status_code == 303  # type: ignore[attr-defined]
    assert ann.get("/me").status_code == 303
    with own_site.app_context():
        assert joining.by_email(db.session(), ANN) is None
        assert db.session.scalars(select(Bookmark.id).where(Bookmark.note == "my secret note")).all() == []
        assert set(db.session.scalars(select(Shelf.public_id))) == {"ours"}
        assert db.session.scalars(select(Tagging.person_id)).all() == [None]
        assert set(db.session.scalars(select(AuditEvent.person).where(AuditEvent.person.contains("Ann")))) == set()
        assert db.session.scalars(select(Review.id)).all() == []


def test_the_last_admin_stays(admin: FlaskClient, own_site: Flask, csrf: Csrf, courses: ModuleType) -> None:
    assert "the last admin of this hub" in admin.get("/me/delete").get_data(as_text=True)
    assert post(admin, csrf, "/me/delete", password=courses.PASSWORD).status_code == 422  # type: ignore[attr-defined]
    with own_site.app_context():
        assert db.session.scalars(select(Person.id).where(Person.is_admin)).all() != []


@pytest.mark.parametrize("path", ["/me", "/me/password", "/me/email", "/me/devices", "/me/delete", "/register", "/password/forgot"])
def test_no_cache_keeps_a_page_of_an_account(ann: FlaskClient, own_site: Flask, path: str) -> None:
    client = own_site.test_client() if path in ("/register", "/password/forgot") else ann
    answer = client.get(path)
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"


def test_a_weak_password_is_no_try(own_site: Flask, csrf: Csrf) -> None:
    client = own_site.test_client()
    assert [register(client, csrf, password="password123").status_code for _ in range(4)] == [422] * 4  # type: ignore[attr-defined]
    assert register(client, csrf).status_code == 303  # type: ignore[attr-defined]


def test_an_address_with_a_slip_is_no_try(mailing_site: Flask, csrf: Csrf) -> None:
    client = mailing_site.test_client()
    assert [register(client, csrf, "ann").status_code for _ in range(4)] == [422] * 4  # type: ignore[attr-defined]
    assert register(client, csrf).status_code == 200  # type: ignore[attr-defined]
    assert last_link(mailing_site, ANN).startswith("/register/confirm/"), "the page says that a mail is there"


def test_a_new_password_voids_the_links_that_somebody_asked_for_before(mailing_site: Flask, ann: FlaskClient, csrf: Csrf) -> None:
    post(ann, csrf, "/me/email", email="thief@elsewhere.example", password=GOOD)
    post(mailing_site.test_client(), csrf, "/password/forgot", email=ANN)
    links = {to: last_link(mailing_site, to) for to in ("thief@elsewhere.example", ANN)}
    assert post(ann, csrf, "/me/password", password=GOOD, new="nine-green-teapots").status_code == 303  # type: ignore[attr-defined]
    thief = mailing_site.test_client()
    assert post(ann, csrf, links["thief@elsewhere.example"]).status_code == 410  # type: ignore[attr-defined]
    assert post(thief, csrf, links[ANN], password="six-yellow-bottles").status_code == 410  # type: ignore[attr-defined]
    assert ANN in ann.get("/me").get_data(as_text=True)


def test_a_host_that_the_visitor_names_is_in_no_mail(mailing_site: Flask, courses: ModuleType) -> None:
    mailing_site.config["HUB_BASE_URL"] = ""
    client, evil = mailing_site.test_client(), "http://evil.example"
    held = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/login", base_url=evil).get_data(as_text=True))
    assert held is not None
    answer = client.post("/password/forgot", data={"csrf_token": held[1], "email": courses.ADMIN}, base_url=evil)
    assert answer.status_code == 200
    with mailing_site.app_context():
        assert db.session.scalars(select(Mail.id)).all() == [] and db.session.scalars(select(Ticket.id)).all() == []


def test_a_shelf_that_colleagues_work_on_outlives_its_maker(ann: FlaskClient, own_site: Flask, csrf: Csrf) -> None:
    with own_site.app_context():
        person, _ = furnished(db.session)
        house, other = db.session.scalars(select(Institution.id)).first(), db.session.scalars(select(Person.id)).first()
        for name in ("worked-on", "quiet"):
            db.session.add(Shelf(public_id=name, title=name, person_id=person.id, institution_id=house, created_at=now(), updated_at=now()))
        db.session.flush()
        shelf = db.session.scalars(select(Shelf.id).filter_by(public_id="worked-on")).one()
        db.session.add(ShelfEditor(shelf_id=shelf, person_id=other, created_at=now()))
        db.session.commit()
    assert post(ann, csrf, "/me/delete", password=GOOD).status_code == 303  # type: ignore[attr-defined]
    with own_site.app_context():
        assert set(db.session.scalars(select(Shelf.public_id))) == {"ours", "worked-on"}
