"""The register of adoptions: who writes, who reads, what is counted."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import delete, event, select, update

from hub.db import db, now
from hub.models import Adoption, AuditEvent, Institution, Membership, Outbox, Partnership, Resource
from hub.services import joining

Csrf = Callable[[FlaskClient], str]
Enter = Callable[[str], FlaskClient]
SCRIPT = '<script>alert("x")</script>"><img src=x onerror=alert(1)>'
GOOD = {
    "course": "EC 301",
    "term": "Autumn 2026",
    "students": "240",
    "changes": "Left out week 9",
    "outcome": "Well",
    "visibility": "public",
}
PEOPLE = (("stu", "school", "student"), ("tom", "school", "teacher"), ("tea", "school", "teacher"), ("cur", "school", "curator"))
PEOPLE += (("pia", "partner", "curator"), ("far", "other", "admin"))


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements that the database gets meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("PRAGMA"):
            seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def people(own_site: Flask, courses: ModuleType) -> dict[str, int]:
    """Three institutions, two of them partners; people of each role, and one of none."""
    with own_site.app_context():
        session, moment = db.session(), now()
        houses = {
            slug: Institution(slug=slug, name=f"{slug.title()} {SCRIPT}", kind="university", created_at=moment, updated_at=moment)
            for slug in ("school", "partner", "other")
        }
        session.add_all(houses.values())
        found = {name: joining.add(session, f"{name}@school.example", courses.PASSWORD, name=name) for name, *_ in (*PEOPLE, ("eve",))}
        session.flush()
        ids = {slug: house.id for slug, house in houses.items()}
        left, right = sorted((ids["school"], ids["partner"]))
        session.add(Partnership(left_id=left, right_id=right, requested_by_id=left, state="active", requested_at=moment))
        for name, slug, role in PEOPLE:
            session.add(Membership(person_id=found[name].id, institution_id=ids[slug], role=role, created_at=moment))
        session.commit()
        return {name: person.id for name, person in found.items()} | ids


@pytest.fixture
def enter(own_site: Flask, courses: ModuleType, csrf: Csrf, people: dict[str, int]) -> Enter:
    """Somebody, signed in."""

    def of(name: str) -> FlaskClient:
        client = own_site.test_client()
        data = {"csrf_token": csrf(client), "email": f"{name}@school.example", "password": courses.PASSWORD}
        assert client.post("/login", data=data).status_code == 303
        return client

    return of


@pytest.fixture
def name(own_site: Flask) -> str:
    """The public id of a resource."""
    with own_site.app_context():
        alive = Resource.withdrawn_at.is_(None) & Resource.merged_into_id.is_(None) & Resource.hidden_at.is_(None)
        return db.session.scalars(select(Resource.public_id).where(alive).order_by(Resource.id)).first() or ""


def post(client: FlaskClient, csrf: Csrf, path: str, **values: str) -> tuple[int, str]:
    answer = client.post(path, data={"csrf_token": csrf(client), **values})
    return answer.status_code, answer.headers.get("Location", "") if answer.status_code == 303 else answer.get_data(as_text=True)


def add(client: FlaskClient, csrf: Csrf, name: str, **more: str) -> int:
    """A new entry; answers its number."""
    status, place = post(client, csrf, f"/resources/{name}/adoptions/new", **{**GOOD, **more})
    assert status == 303 and place.endswith("#adoptions"), place
    with client.application.app_context():
        return db.session.scalars(select(Adoption.id).order_by(Adoption.id.desc())).first() or 0


def test_an_entry_is_shown_counted_and_logged(own_site: Flask, enter: Enter, csrf: Csrf, name: str) -> None:
    tom = enter("tom")
    assert f"/resources/{name}/adoptions/new" in tom.get(f"/resources/{name}", follow_redirects=True).get_data(as_text=True)
    with own_site.app_context():
        db.session.execute(delete(Outbox))
        db.session.commit()
    add(tom, csrf, name)
    text = own_site.test_client().get(f"/resources/{name}", follow_redirects=True).get_data(as_text=True)
    assert "Used in 1 course" in text and "EC 301" in text and "240" in text and "Left out week 9" in text
    assert "adoptions/new" not in text, "who is not signed in is not asked to write"
    assert "EC 301" in own_site.test_client().get("/adoptions").get_data(as_text=True)
    with own_site.app_context():
        resource = db.session.scalars(select(Resource).where(Resource.public_id == name)).one()
        assert resource.adoption_count == 1
        assert db.session.scalars(select(Outbox.resource_id)).all() == [resource.id], "the index hears of it"
        assert db.session.scalars(select(AuditEvent.action).where(AuditEvent.subject == "adoption")).all() == ["adoption.created"]


@pytest.mark.parametrize(("who", "status"), [("stu", 403), ("eve", 403), ("tom", 200), ("cur", 200), ("pia", 200), (None, 303)])
def test_who_writes(own_site: Flask, enter: Enter, csrf: Csrf, name: str, who: str | None, status: int) -> None:
    client = enter(who) if who else own_site.test_client()
    assert client.get(f"/resources/{name}/adoptions/new").status_code == status
    answer = post(client, csrf, f"/resources/{name}/adoptions/new", **GOOD)[0]
    assert answer == (303 if status == 200 else status)
    with own_site.app_context():
        assert len(db.session.scalars(select(Adoption)).all()) == (status == 200)


@pytest.mark.parametrize(
    ("visibility", "readers"),
    [("public", "stu tom cur pia far eve"), ("partners", "stu tom cur pia"), ("institution", "stu tom cur"), ("private", "tom")],
)
def test_who_reads_and_who_changes(own_site: Flask, enter: Enter, csrf: Csrf, name: str, visibility: str, readers: str) -> None:
    number = add(enter("tom"), csrf, name, visibility=visibility)
    for who in ("stu", "tom", "tea", "cur", "pia", "far", "eve"):
        client = enter(who)
        seen = who in readers.split() or (who == "tea" and "stu" in readers)
        changes = who == "tom" or (who == "cur" and seen)
        for path in ("/adoptions", "/adoptions.csv", f"/adoptions?resource={name}"):
            assert ("EC 301" in client.get(path).get_data(as_text=True)) == seen, (who, path)
        assert ("EC 301" in client.get(f"/resources/{name}", follow_redirects=True).get_data(as_text=True)) == seen
        expected = 200 if changes else 403 if seen else 404
        assert client.get(f"/adoptions/{number}/edit").status_code == expected, who
        assert client.get(f"/adoptions/{number}/delete").status_code == expected, who
        if not changes:
            assert post(client, csrf, f"/adoptions/{number}/edit", **GOOD, version="1")[0] == expected
            assert post(client, csrf, f"/adoptions/{number}/delete")[0] == expected
    with own_site.app_context():
        assert db.session.get_one(Adoption, number).version == 1
        resource = db.session.scalars(select(Resource).where(Resource.public_id == name)).one()
        assert resource.adoption_count == (visibility == "public")
    assert own_site.test_client().get(f"/adoptions/{number}/edit").status_code == (303 if visibility == "public" else 404)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"course": ""}, "Enter the course."),
        ({"course": "   "}, "Enter the course."),
        ({"term": ""}, "Enter the term."),
        ({"course": "x" * 201}, None),
        ({"term": "x" * 61}, None),
        ({"students": "many"}, "Enter a whole number, or nothing."),
        ({"students": "-3"}, "Enter a whole number, or nothing."),
        ({"students": "1.5"}, "Enter a whole number, or nothing."),
        ({"students": "2000000"}, "That is more than one course can have."),
        ({"students": "9" * 30}, "Enter a whole number, or nothing."),
        ({"students": "\u0663"}, "Enter a whole number, or nothing."),
        ({"changes": "x" * 5_001}, "Please write at most 5000 characters."),
        ({"outcome": "x" * 5_001}, "Please write at most 5000 characters."),
        ({"visibility": "everyone"}, None),
        ({"visibility": ""}, None),
    ],
)
def test_a_bad_form_says_what_and_keeps_the_rest(
    own_site: Flask, enter: Enter, csrf: Csrf, name: str, wrong: dict[str, str], said: str | None
) -> None:
    status, text = post(enter("tom"), csrf, f"/resources/{name}/adoptions/new", **{**GOOD, "outcome": "typed here", **wrong})
    assert status == 422 and "<title>Error:" in text and (said or "Please check the form") in text
    assert "typed here" in text or "outcome" in wrong
    with own_site.app_context():
        assert db.session.scalars(select(Adoption)).all() == []


def test_nothing_is_a_number_of_students_too(enter: Enter, csrf: Csrf, name: str, own_site: Flask) -> None:
    add(enter("tom"), csrf, name, students="")
    add(enter("tom"), csrf, name, students="0", term="Spring")
    with own_site.app_context():
        assert db.session.scalars(select(Adoption.students).order_by(Adoption.id)).all() == [None, 0]


def test_the_same_twice_is_told(enter: Enter, csrf: Csrf, name: str) -> None:
    number = add(enter("tom"), csrf, name)
    status, text = post(enter("tea"), csrf, f"/resources/{name}/adoptions/new", **{**GOOD, "course": "  ec  301 ", "term": "AUTUMN 2026"})
    assert status == 422 and f"/adoptions/{number}/edit" in text and "already" in text
    add(enter("pia"), csrf, name)  # another institution may
    other = add(enter("tom"), csrf, name, term="Spring 2027")
    status, text = post(enter("tom"), csrf, f"/adoptions/{other}/edit", **GOOD, version="1")
    assert status == 422 and f"/adoptions/{number}/edit" in text


def test_two_people_lose_nothing(own_site: Flask, enter: Enter, csrf: Csrf, name: str) -> None:
    tom, cur = enter("tom"), enter("cur")
    number = add(tom, csrf, name)
    assert post(cur, csrf, f"/adoptions/{number}/edit", **{**GOOD, "outcome": "from the curator"}, version="1")[0] == 303
    for version in ("1", "", "x", "9" * 12):
        status, text = post(tom, csrf, f"/adoptions/{number}/edit", **{**GOOD, "outcome": "from the teacher"}, version=version)
        assert status == 422 and "from the curator" in text and "from the teacher" in text
    again = html.document_fromstring(text).xpath("//input[@name='version']/@value")[0]
    assert post(tom, csrf, f"/adoptions/{number}/edit", **{**GOOD, "outcome": "from the teacher"}, version=again)[0] == 303
    with own_site.app_context():
        assert db.session.get_one(Adoption, number).outcome == "from the teacher"


def test_an_entry_is_deleted_after_a_question(own_site: Flask, enter: Enter, csrf: Csrf, name: str) -> None:
    tom = enter("tom")
    number = add(tom, csrf, name)
    assert "Delete this entry?" in tom.get(f"/adoptions/{number}/delete").get_data(as_text=True)
    assert post(tom, csrf, f"/adoptions/{number}/delete") == (303, "/adoptions")
    assert tom.get(f"/adoptions/{number}/edit").status_code == 404
    with own_site.app_context():
        assert db.session.scalars(select(Resource.adoption_count).where(Resource.public_id == name)).one() == 0
        assert db.session.scalars(select(AuditEvent.before).where(AuditEvent.action == "adoption.deleted")).one()["course"] == "EC 301"


def test_who_left_the_institution_changes_nothing_there(
    own_site: Flask, enter: Enter, csrf: Csrf, name: str, people: dict[str, int]
) -> None:
    tom = enter("tom")
    number = add(tom, csrf, name)
    with own_site.app_context():
        db.session.execute(update(Membership).where(Membership.person_id == people["tom"]).values(role="student"))
        db.session.commit()
    assert post(tom, csrf, f"/adoptions/{number}/edit", **GOOD, version="1")[0] == 403


def test_what_a_moderator_hid_is_not_there(own_site: Flask, enter: Enter, csrf: Csrf, name: str) -> None:
    number = add(enter("tom"), csrf, name)
    with own_site.app_context():
        db.session.execute(update(Adoption).values(hidden_at=now()))
        db.session.commit()
    for who in ("tom", "cur", "eve"):
        client = enter(who)
        assert "EC 301" not in client.get("/adoptions").get_data(as_text=True)
        assert "EC 301" not in client.get(f"/resources/{name}", follow_redirects=True).get_data(as_text=True)
        assert client.get(f"/adoptions/{number}/edit").status_code == 404


def test_a_hidden_or_unknown_resource_is_not_there(own_site: Flask, enter: Enter, csrf: Csrf, name: str) -> None:
    tom = enter("tom")
    add(tom, csrf, name)
    with own_site.app_context():
        db.session.execute(update(Resource).where(Resource.public_id == name).values(hidden_at=now()))
        db.session.commit()
    assert tom.get(f"/resources/{name}/adoptions/new").status_code == tom.get("/resources/none/adoptions/new").status_code == 404
    assert "EC 301" not in tom.get("/adoptions").get_data(as_text=True), "its title is not told either"


def test_the_register_finds(enter: Enter, csrf: Csrf, name: str) -> None:
    add(enter("tom"), csrf, name, course="Selling abroad 100%")
    pia = enter("pia")
    add(pia, csrf, name, course="Onboarding_1")
    both = ("Selling abroad", "Onboarding_1")
    for query, found in (
        ("q=abroad", (True, False)),
        ("q=ONBOARDING_", (False, True)),
        ("q=onboarding%25", (False, False)),
        ("q=100%25+selling", (True, False)),
        ("institution=partner", (False, True)),
        ("institution=nobody", (False, False)),
        (f"resource={name}&after=x", (True, True)),
        ("resource=none", (False, False)),
    ):
        for path in ("/adoptions", "/adoptions.csv"):
            text = pia.get(f"{path}?{query}").get_data(as_text=True)
            assert tuple(word in text for word in both) == found, (path, query)


def test_scripts_stay_text_and_formulas_too(enter: Enter, csrf: Csrf, name: str) -> None:
    tom = enter("tom")
    bad = {"course": f"=1+1{SCRIPT}", "term": "@x", "changes": f"{SCRIPT}\u202e", "outcome": "=cmd"}
    number = add(tom, csrf, name, **bad)
    for path in ("/adoptions", f"/adoptions/{number}/edit", f"/adoptions/{number}/delete", f"/resources/{name}"):
        text = tom.get(path, follow_redirects=True).get_data(as_text=True)
        assert "<script>alert" not in text and "<img src=x" not in text and "\u202e" not in text
    rows = list(csv.reader(io.StringIO(tom.get("/adoptions.csv").get_data(as_text=True).lstrip("\ufeff"))))
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_pages_are_cut_and_cost_no_more_queries(own_site: Flask, enter: Enter, name: str, people: dict[str, int]) -> None:
    cur = enter("cur")

    def cost(number: int) -> list[int]:
        with own_site.app_context():
            db.session.execute(delete(Adoption))
            resource = db.session.scalars(select(Resource.id).where(Resource.public_id == name)).one()
            for place in range(number):
                values = {"course": f"C{place}", "term": "T", "created_at": now(), "updated_at": now(), "visibility": "institution"}
                db.session.add(
                    Adoption(resource_id=resource, first_id=resource, institution_id=people["school"], person_id=people["tom"], **values)
                )
            db.session.commit()
        found = []
        for path in ("/adoptions", "/adoptions.csv"):
            with counted(own_site) as queries:
                assert cur.get(path, buffered=True).status_code == 200
            found.append(len(queries))
        return found

    few, many = cost(3), cost(30)
    assert few == many
    seen, place = set(), "/adoptions"
    while place:
        page = html.document_fromstring(cur.get(place).get_data(as_text=True))
        found = page.xpath("//tr/@id")
        assert found and not seen & set(found)
        seen |= set(found)
        place = next(iter(page.xpath("//nav[@class='pager']//a[@rel='next']/@href")), "")
    assert len(seen) == 30
    text = cur.get(f"/resources/{name}", follow_redirects=True).get_data(as_text=True)
    assert "Used in 30 courses" in text and "All 30 entries in the register" in text
    assert len(html.document_fromstring(text).xpath("//section[@id='adoptions']//tbody/tr")) == 10
