"""Institutions in the site: who may what, every form with what people type, and the whole way of an invitation."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from hub.db import db, now
from hub.models import Exemplar, Institution, InstitutionName, Invitation, Logo, Mail, Membership, Partnership, Person, Resource
from hub.services import founding, joining
from hub.services.auditing import COMMAND_LINE
from hub.services.founding import Facts

from .conftest import token

SCHOOL, FIRM = "example-university-of-commerce", "parcel-works"
SCRIPT = '<script>alert("x")</script>"><img src=x onerror=alert(1)>'
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x02\0\0\0\x02\x08\0\0\0\0" + b"\0" * 20 + b"\0\0\0\0IEND\xaeB`\x82"
People = dict[str, FlaskClient]
READING: list[Session] = []  # the test's own session, which sees what a request has written once it begins anew


@pytest.fixture
def people(own_site: Flask, courses: ModuleType) -> People:
    """A school with somebody of each role, a firm with its admin, an admin of the hub, somebody without a place, nobody."""
    with own_site.app_context():
        session = db.session()
        school = founding.found(
            session, COMMAND_LINE, Facts(name="Example University of Commerce", kind="university", place="Hangzhou"), verified=True
        )
        firm = founding.found(session, COMMAND_LINE, Facts(name="Parcel Works", kind="enterprise"))
        places = [(role, school, role) for role in ("student", "teacher", "curator", "admin")] + [("boss", firm, "admin")]
        for name, institution, role in places:
            person = joining.add(session, f"{name}@people.example", courses.PASSWORD, name=name.title())
            session.add(Membership(person_id=person.id, institution_id=institution.id, role=role, created_at=now()))
        session.commit()
    emails = {name: f"{name}@people.example" for name, _institution, _role in places} | {
        "hub": courses.ADMIN,
        "reader": "reader@example.org",
    }
    found = {"nobody": own_site.test_client()}
    for name, email in emails.items():
        found[name] = own_site.test_client()
        answer = found[name].post("/login", data={"csrf_token": token(found[name]), "email": email, "password": courses.PASSWORD})
        assert answer.status_code == 303
    return found


@pytest.fixture
def session(own_site: Flask, people: People) -> Iterator[Session]:
    """The same database, in no context of the application: requests would share it."""
    with own_site.app_context():
        engine = db.engine
    with Session(engine) as made:
        READING.append(made)
        yield made
        READING.clear()


def post(client: FlaskClient, path: str, **data: Any) -> TestResponse:
    """A form with its token."""
    answer = client.post(path, data={"csrf_token": token(client), **data})
    for session in READING:
        session.rollback()
    return answer


def text(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def facts(**more: Any) -> dict[str, Any]:
    return {"name": "New School", "kind": "university", "place": "", "url": "", "about": "", **more}


# Who may what

MANAGED = ("/settings", "/members/1/remove")
WRITES = (  # path, data, who alone may
    ("/settings", {}, {"admin", "hub"}),
    ("/settings/names", {"catalogue_name": "x"}, {"admin", "hub"}),
    ("/settings/logo", {}, {"admin", "hub"}),
    ("/members/2/role", {"role": "student"}, {"admin", "hub"}),
    ("/members/9999/remove", {}, {"admin", "hub"}),
    ("/members/invite", {}, {"admin", "hub"}),
    ("/members/upload", {}, {"admin", "hub"}),
    ("/members/invitations/9999", {"do": "withdraw"}, {"admin", "hub"}),
    ("/partners", {}, {"admin"}),
    ("/partners/parcel-works", {"do": "accept"}, {"admin"}),
    ("/exemplars/new", {"resource": "nothing"}, {"curator", "admin"}),
    ("/exemplars/9999", {"do": "remove"}, {"curator", "admin"}),
)


@pytest.mark.parametrize(("path", "data", "allowed"), WRITES)
def test_who_may_write(people: People, session: Session, path: str, data: dict[str, str], allowed: set[str]) -> None:
    for name, client in people.items():
        status = post(client, f"/institutions/{SCHOOL}{path}", **data).status_code
        wanted = (303,) if name == "nobody" else (200, 303, 404, 422) if name in allowed else (403,)
        assert status in wanted, (name, status)
    assert post(people["admin"], f"/institutions/nowhere{path}", **data).status_code == 404


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/institutions/{}", "all"),
        ("/institutions/{}/partners", "all"),
        ("/institutions/{}/exemplars", "all"),
        ("/institutions/{}/settings", {"admin", "hub"}),
        ("/institutions/{}/members", {"student", "teacher", "curator", "admin", "hub"}),
        ("/institutions/{}/waiting", {"teacher", "curator", "admin"}),
        ("/admin/institutions", {"hub"}),
        ("/admin/institutions/{}", {"hub"}),
        ("/me/institutions", {"student", "teacher", "curator", "admin", "boss", "hub", "reader"}),
        ("/institutions/new", {"student", "teacher", "curator", "admin", "boss", "hub", "reader"}),
    ],
)
def test_who_sees(people: People, path: str, allowed: Any) -> None:
    for name, client in people.items():
        answer = client.get(path.format(SCHOOL))
        wanted = 200 if allowed == "all" or name in allowed else 303 if name == "nobody" else 403
        assert answer.status_code == wanted, (name, answer.status_code)


def test_addresses_of_members_are_for_who_looks_after_them(people: People) -> None:
    place = f"/institutions/{SCHOOL}/members"
    assert "student@people.example" in text(people["admin"].get(place))
    for name in ("student", "teacher", "curator"):
        page = text(people[name].get(place))
        assert "Student" in page and "@people.example" not in page.replace(f"{name}@people.example", ""), name


# Founding


def test_anybody_with_an_account_founds_one(people: People, session: Session) -> None:
    answer = post(people["reader"], "/institutions/new", **facts(name=SCRIPT, about=SCRIPT, place=SCRIPT, url="https://a.example/"))
    assert answer.status_code == 303
    page = text(people["reader"].get(answer.location))
    assert "First steps" in page and "Not verified" in page and "<img src=x" not in page
    assert "First steps" not in text(people["nobody"].get(answer.location))
    seat = session.scalars(select(Membership).join(Person).where(Person.email == "reader@example.org")).one()
    assert seat.role == "admin"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "Enter a name."),
        ({"name": "!!!"}, "A name needs letters or digits."),
        ({"name": "x" * 201}, "This is too long."),
        ({"about": "x" * 5001}, "This is too long."),
        ({"kind": "cult"}, "Choose one of the list."),
        ({"kind": ""}, "Choose one of the list."),
        ({"url": "javascript:alert(1)"}, "Write the whole address"),
        ({"url": "ftp://a.example"}, "Write the whole address"),
        ({"name": "Example  university of commerce"}, "There is an institution of this name."),
    ],
)
def test_what_was_typed_wrong_comes_back(people: People, session: Session, typed: dict[str, str], said: str) -> None:
    before = session.scalar(select(func.count()).select_from(Institution))
    answer = post(people["reader"], "/institutions/new", **facts(**{"place": "Kept here", **typed}))
    page = text(answer)
    assert answer.status_code == 422 and said in page and "Kept here" in page and "<title>Error:" in page
    assert ('href="/institutions/example-university-of-commerce"' in page) == ("of this name" in said)
    assert session.scalar(select(func.count()).select_from(Institution)) == before


def test_founding_is_throttled(people: People) -> None:
    statuses = [post(people["reader"], "/institutions/new", **facts(name=f"School {number}")).status_code for number in range(4)]
    assert statuses == [303, 303, 303, 429]


# Settings


def settings(**more: Any) -> dict[str, Any]:
    return facts(
        **{
            "name": "Example University of Commerce",
            "joining": "invited",
            "domain_role": "student",
            "visibility": "public",
            "version": "1",
            **more,
        }
    )


def test_settings_are_saved_and_a_stale_form_shows_both(people: People, session: Session) -> None:
    place = f"/institutions/{SCHOOL}/settings"
    assert post(people["admin"], place, **settings(place="Wuhan", version="1")).status_code == 303
    answer = post(people["admin"], place, **settings(place="Chengdu"))
    page = text(answer)
    assert answer.status_code == 422 and "Somebody has changed the same" in page and "Wuhan" in page and 'value="Chengdu"' in page
    version = re.search(r'name="version"[^>]*value="(\d+)"', page)
    assert version is not None and version[1] == "2"
    assert post(people["admin"], place, **settings(place="Chengdu") | {"version": "2"}).status_code == 303
    assert session.scalars(select(Institution.place).where(Institution.slug == SCHOOL)).one() == "Chengdu"


@pytest.mark.parametrize(
    "typed",
    [
        {"joining": "all"},
        {"domain_role": "admin"},
        {"visibility": ""},
        {"url": "//a"},
        {"name": ""},
        {"name": "Peking University"},
        {"version": "x"},
    ],
)
def test_settings_that_cannot_be(people: People, session: Session, typed: dict[str, str]) -> None:
    answer = post(people["admin"], f"/institutions/{SCHOOL}/settings", **{**settings(place="Wuhan"), **typed})
    assert answer.status_code == 422 and "Wuhan" in text(answer)
    assert session.scalars(select(Institution.place).where(Institution.slug == SCHOOL)).one() == "Hangzhou"


def test_names_in_the_catalogue(people: People, session: Session) -> None:
    place = f"/institutions/{SCHOOL}/settings/names"
    assert "This is us" in text(people["admin"].get(f"/institutions/{SCHOOL}/settings"))
    assert "not like your own" in text(post(people["admin"], place, catalogue_name="Open Course Platform"))
    assert post(people["admin"], place, catalogue_name="Example University of Commerce").status_code == 303
    page = text(people["nobody"].get(f"/institutions/{SCHOOL}"))
    assert "What it opens" in page and "In the catalogue as Example University of Commerce" in page
    assert "Only a verified institution" in text(
        post(people["boss"], f"/institutions/{FIRM}/settings/names", catalogue_name="Parcel Works")
    )
    assert "belongs to" in text(
        post(people["hub"], f"/institutions/{FIRM}/settings/names", catalogue_name="Example University of Commerce")
    )
    name = session.scalars(select(InstitutionName).where(InstitutionName.name == "Example University of Commerce")).one()
    there = session.scalar(select(func.count()).select_from(InstitutionName))
    assert post(people["boss"], f"/institutions/{FIRM}/settings/names", drop=str(name.id)).status_code == 303
    assert session.scalar(select(func.count()).select_from(InstitutionName)) == there, "not theirs"
    post(people["admin"], place, drop=str(name.id))
    assert session.scalar(select(func.count()).select_from(InstitutionName)) == there - 1


def test_a_picture_is_served_as_what_it_is(people: People, session: Session) -> None:
    place = f"/institutions/{SCHOOL}/settings/logo"
    for body, said in ((b"<svg onload=alert(1)>", "no PNG, JPEG or WebP"), (b"", "Choose a file"), (PNG + b"\0" * 300_000, "too large")):
        answer = post(people["admin"], place, logo=(io.BytesIO(body), "logo.png"))
        assert answer.status_code == 422 and said in text(answer)
    assert people["nobody"].get(f"/institutions/{SCHOOL}/logo").status_code == 404
    assert post(people["admin"], place, logo=(io.BytesIO(PNG), "evil.html")).status_code == 303
    digest = session.scalars(select(Logo.digest)).one()
    answer = people["nobody"].get(f"/institutions/{SCHOOL}/logo?v={digest[:10]}")
    assert answer.get_data() == PNG and answer.mimetype == "image/png"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Content-Disposition"] == "inline; filename=logo.png" and answer.headers["X-Content-Type-Options"] == "nosniff"
    assert (
        "immutable" in answer.headers["Cache-Control"]
        and "immutable" not in people["nobody"].get(f"/institutions/{SCHOOL}/logo").headers["Cache-Control"]
    )
    assert f"logo?v={digest[:10]}" in text(people["nobody"].get(f"/institutions/{SCHOOL}"))
    post(people["admin"], place, do="remove")
    assert people["nobody"].get(f"/institutions/{SCHOOL}/logo").status_code == 404


# Members and invitations


def invited(client: FlaskClient, email: str = "nora@new.example", role: str = "teacher") -> str:
    """The path of a new invitation's link."""
    answer = post(client, f"/institutions/{SCHOOL}/members/invite", email=email, role=role)
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    found = re.search(r"https://hub\.example(/invitations/[\w-]+)", text(answer))
    assert found is not None
    return found[1]


def test_an_invitation_makes_an_account_and_a_member(people: People, session: Session, own_site: Flask) -> None:
    path, nora = invited(people["admin"]), own_site.test_client()
    assert path not in text(people["admin"].get(f"/institutions/{SCHOOL}/members")), "shown once"
    page = nora.get(path)
    assert page.status_code == 200 and "Admin invites you as: Teacher" in text(page) and page.headers["Referrer-Policy"] == "no-referrer"
    assert session.scalar(select(func.count()).select_from(Invitation)) == 1, "looking is not accepting"
    assert post(nora, f"{path}/register", name="", password="short").status_code == 422
    answer = post(nora, f"{path}/register", name="Nora", password="correct horse battery")
    assert answer.status_code == 303 and answer.location.startswith("/login?next=/invitations/")
    answer = nora.post(answer.location, data={"csrf_token": token(nora), "email": "nora@new.example", "password": "correct horse battery"})
    assert answer.status_code == 303
    assert post(nora, f"{path}/accept").location == f"/institutions/{SCHOOL}"
    assert text(nora.get("/me/institutions")).count("You act for it") >= 1
    assert nora.get(path).status_code == 404 and post(people["reader"], f"{path}/accept").status_code == 404


def test_another_address_is_told_and_a_curator_s_place_is_not_for_it(people: People, session: Session) -> None:
    path = invited(people["admin"])
    assert "this account joins" in text(people["reader"].get(path))
    assert post(people["reader"], f"{path}/accept").status_code == 303
    path = invited(people["admin"], "cora@new.example", "curator")
    assert "is for cora@new.example alone" in text(people["boss"].get(path))
    assert post(people["boss"], f"{path}/accept").status_code == 403
    assert session.scalar(select(func.count()).select_from(Invitation)) == 1


def test_a_link_is_made_anew_or_withdrawn(people: People, session: Session) -> None:
    first = invited(people["admin"])
    number = session.scalars(select(Invitation.id)).one()
    place = f"/institutions/{SCHOOL}/members/invitations/{number}"
    answer = post(people["admin"], place, do="resend")
    assert answer.status_code == 200 and people["nobody"].get(first).status_code == 404
    assert post(people["boss"], f"/institutions/{FIRM}/members/invitations/{number}", do="withdraw").status_code == 404, "another's"
    assert post(people["admin"], place, do="nothing").status_code == 400
    assert post(people["admin"], place, do="withdraw").status_code == 303
    assert session.scalar(select(func.count()).select_from(Invitation)) == 0


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"email": ""}, "Enter an e-mail"),
        ({"email": SCRIPT}, "no e-mail"),
        ({"role": "king"}, "Choose one"),
        ({"email": "admin@people.example"}, "belongs to"),
    ],
)
def test_invitations_that_cannot_be(people: People, typed: dict[str, str], said: str) -> None:
    answer = post(people["admin"], f"/institutions/{SCHOOL}/members/invite", **{"email": "a@b.cn", "role": "teacher", **typed})
    assert answer.status_code == 422 and said in text(answer) and "<img src=x" not in text(answer)


def test_a_table_of_people_is_all_or_nothing(people: People, session: Session) -> None:
    place = f"/institutions/{SCHOOL}/members/upload"
    bad = b"name,email,role\nNora,nora@new.example,teacher\nX,<script>,teacher\nY,y@new.example,king\n"
    answer = post(people["admin"], place, table=(io.BytesIO(bad), "people.csv"))
    page = text(answer)
    assert answer.status_code == 422 and "Line 3" in page and "Line 4" in page and "<script>," not in page
    assert session.scalar(select(func.count()).select_from(Invitation)) == 0
    for body in (b"", b"PK\x03\x04", b"a,b\n1,2\n"):
        assert post(people["admin"], place, table=(io.BytesIO(body), "people.csv")).status_code == 422
    assert post(people["admin"], place).status_code == 422, "no file"
    good = "姓名,邮箱,角色\n诺拉,nora@new.example,教师\n瑞,rea@new.example,学生\n".encode("gb18030")
    answer = post(people["admin"], place, table=(io.BytesIO(good), "people.csv"))
    assert answer.status_code == 200 and len(re.findall(r"https://hub\.example/invitations/", text(answer))) == 2
    assert session.scalars(select(Mail)).all() == [], "no mail server: no mail"


def test_invitations_are_mailed_where_there_is_mail(people: People, session: Session, own_site: Flask) -> None:
    own_site.config["HUB_SMTP_URL"] = "smtp://127.0.0.1:1"
    path = invited(people["admin"])
    mail = session.scalars(select(Mail)).one()
    assert mail.recipient == "nora@new.example" and f"https://hub.example{path}" in mail.body


def test_the_last_admin_stays(people: People, session: Session) -> None:
    own = session.scalars(select(Person.id).where(Person.email == "admin@people.example")).one()
    place = f"/institutions/{SCHOOL}/members/{own}"
    for path, data in ((f"{place}/role", {"role": "teacher"}), (f"{place}/remove", {}), (f"/me/institutions/{SCHOOL}/leave", {})):
        answer = post(people["admin"], path, **data)
        assert "last administrator" in text(people["admin"].get(answer.location)), path
    assert post(people["admin"], f"{place}/role", role="king").status_code == 400
    assert post(people["teacher"], f"/me/institutions/{SCHOOL}/leave").status_code == 303
    assert people["teacher"].get(f"/institutions/{SCHOOL}/members").status_code == 403


def test_acting_for_another_institution(people: People, session: Session) -> None:
    boss = session.scalars(select(Person).where(Person.email == "boss@people.example")).one()
    school = session.scalars(select(Institution).where(Institution.slug == SCHOOL)).one()
    assert post(people["boss"], "/me/institutions/act", institution=SCHOOL).status_code == 403
    session.add(Membership(person_id=boss.id, institution_id=school.id, role="teacher", created_at=now()))
    session.commit()
    answer = post(people["boss"], "/me/institutions/act", institution=SCHOOL, next="//evil.example/")
    assert (answer.status_code, answer.location) == (303, "/")
    session.refresh(boss)
    assert boss.acting_for_id == school.id
    assert post(people["boss"], "/me/institutions/act", institution="nowhere").status_code == 404


def test_joining_by_domain(people: People, session: Session) -> None:
    assert post(people["reader"], "/me/institutions/join", institution=SCHOOL).status_code == 403
    place = f"/admin/institutions/{SCHOOL}/domains"
    for typed in ("gmail.com", SCRIPT, ""):
        answer = post(people["hub"], place, domain=typed)
        assert answer.status_code == 422 and "<img src=x" not in text(answer)
    assert post(people["hub"], place, domain="Example.org").status_code == 303
    school = session.scalars(select(Institution).where(Institution.slug == SCHOOL)).one()
    school.joining = "domain"
    reader = session.scalars(select(Person).where(Person.email == "reader@example.org")).one()
    reader.confirmed_at = now()
    session.commit()
    assert "Open to your address" in text(people["reader"].get("/me/institutions"))
    assert post(people["reader"], "/me/institutions/join", institution=SCHOOL).location == f"/institutions/{SCHOOL}"
    assert people["reader"].get(f"/institutions/{SCHOOL}/members").status_code == 200


# Partners, recommendations, what admins of the hub decide


def test_partners_ask_and_answer(people: People, session: Session) -> None:
    ours, theirs = f"/institutions/{SCHOOL}/partners", f"/institutions/{FIRM}/partners"
    for data in ({"with": "nowhere"}, {"with": SCHOOL}, {"with": FIRM, "message": "x" * 2001}, {}):
        assert post(people["admin"], ours, **data).status_code == 422
    assert post(people["admin"], ours, **{"with": FIRM, "message": SCRIPT}).status_code == 303
    page = text(people["boss"].get(theirs))
    assert "They ask you" in page and "<img src=x" not in page
    assert "They ask you" not in text(people["nobody"].get(theirs)) and "alert" not in text(people["nobody"].get(theirs))
    assert post(people["admin"], ours, **{"with": FIRM}).status_code == 422, "asked already"
    assert post(people["boss"], f"{theirs}/{SCHOOL}", do="sing").status_code == 400
    assert post(people["boss"], f"{theirs}/{SCHOOL}", do="accept").status_code == 303
    assert session.scalars(select(Partnership.state)).one() == "active"
    assert "Parcel Works" in text(people["nobody"].get(ours)) and "Partnership accepted" in text(people["admin"].get(ours))
    assert post(people["boss"], f"{theirs}/{SCHOOL}", do="decline").status_code == 303, "settled meanwhile"
    assert post(people["admin"], f"{ours}/{FIRM}", do="end").status_code == 303
    assert session.scalars(select(Partnership.state)).one() == "ended"


def test_a_curator_recommends_a_resource(people: People, session: Session) -> None:
    public_id = session.scalars(select(Resource.public_id).where(Resource.title.startswith("Cross-border e-commerce"))).one()
    page = people["curator"].get(f"/resources/{public_id}", follow_redirects=True)
    address = f"/institutions/{SCHOOL}/exemplars/new?resource={public_id}"
    assert address in text(page) and "Recommend" in text(people["curator"].get(address))
    assert "/exemplars/new" not in text(people["teacher"].get(f"/resources/{public_id}", follow_redirects=True))
    place = f"/institutions/{SCHOOL}/exemplars"
    assert post(people["curator"], f"{place}/new", resource=public_id, note="x" * 501).status_code == 422
    assert post(people["curator"], f"{place}/new", resource=public_id, note=SCRIPT).status_code == 303
    assert "<img src=x" not in text(people["nobody"].get(place))
    number = session.scalars(select(Exemplar.id)).one()
    assert post(people["curator"], f"{place}/{number}", do="note", note="Clear cases.").status_code == 303
    assert "Clear cases." in text(people["nobody"].get(place))
    assert post(people["boss"], f"/institutions/{FIRM}/exemplars/{number}", do="remove").status_code == 404, "another's"
    assert post(people["curator"], f"{place}/{number}", do="sing").status_code == 400
    assert post(people["curator"], f"{place}/{number}", do="remove").status_code == 303
    assert people["curator"].get(f"{place}/new?resource=nothing").status_code == 404


def test_an_admin_of_the_hub_verifies_and_closes(people: People, session: Session) -> None:
    place = f"/admin/institutions/{FIRM}"
    assert "curators of the catalogue" in text(people["hub"].get(place))
    assert post(people["hub"], place, do="sing").status_code == 400
    assert post(people["boss"], place, do="verify").status_code == 403
    assert post(people["hub"], place, do="verify", note="I know them").status_code == 303
    assert people["boss"].get("/admin/duplicates").status_code == 200, "a curator of the catalogue now"
    assert post(people["hub"], place, do="close").status_code == 303
    assert "has left the hub" in text(people["nobody"].get(f"/institutions/{FIRM}"))
    assert people["boss"].get(f"/institutions/{FIRM}/settings").status_code == 403
    assert FIRM not in text(people["nobody"].get("/institutions"))
    assert "I know them" in text(people["hub"].get("/admin/audit?subject=institution"))


def test_the_list_is_filtered_by_links_and_words(people: People) -> None:
    page = text(people["nobody"].get("/institutions?kind=enterprise"))
    assert "Parcel Works" in page and "Example University" not in page
    assert "No institution fits" in text(people["nobody"].get("/institutions?q=zzz&verified=1"))
    for query in ("?kind=x&page=0", "?page=999999", "?q=%25", f"?q={SCRIPT}"):
        answer = people["nobody"].get(f"/institutions{query}")
        assert answer.status_code == 200 and "<img src=x" not in text(answer)
