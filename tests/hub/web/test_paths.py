"""Learning paths: found, started, done step by step, finished, and left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import ModuleType

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import delete, event, select, update

from hub.db import db, now
from hub.models import (
    Bookmark,
    Enrolment,
    Exemplar,
    Institution,
    Membership,
    Partnership,
    Person,
    Resource,
    Shelf,
    ShelfEditor,
    ShelfItem,
    StepDone,
)
from hub.services import joining

Csrf = Callable[[FlaskClient], str]
SCRIPT = '<script>alert("x")</script>'


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
    """Ann and Tom at the school, Pia at its partner, Eve nowhere."""
    with own_site.app_context():
        session, moment = db.session(), now()
        houses = [
            Institution(slug=slug, name=slug.title(), name_zh=None, kind="university", created_at=moment, updated_at=moment)
            for slug in ("school", "partner")
        ]
        session.add_all(houses)
        found = {
            name: joining.add(session, f"{name}@school.example", courses.PASSWORD, name=name.title())
            for name in ("ann", "tom", "pia", "eve")
        }
        session.flush()
        left, right = sorted(house.id for house in houses)
        session.add(Partnership(left_id=left, right_id=right, requested_by_id=left, state="active", requested_at=moment))
        for name, house, role in (("ann", 0, "student"), ("tom", 0, "teacher"), ("pia", 1, "teacher")):
            session.add(Membership(person_id=found[name].id, institution_id=houses[house].id, role=role, created_at=moment))
        session.commit()
        return {name: person.id for name, person in found.items()} | {"school": houses[0].id, "partner": houses[1].id}


@pytest.fixture
def enter(own_site: Flask, courses: ModuleType, csrf: Csrf, people: dict[str, int]) -> Callable[[str], FlaskClient]:
    """Somebody, signed in."""

    def of(name: str) -> FlaskClient:
        client = own_site.test_client()
        data = {"csrf_token": csrf(client), "email": f"{name}@school.example", "password": courses.PASSWORD}
        assert client.post("/login", data=data).status_code == 303
        return client

    return of


def make(app: Flask, people: dict[str, int], public_id: str, steps: int = 3, visibility: str = "public", **more: object) -> list[int]:
    """A path of Tom's; answers the numbers of its items."""
    with app.app_context():
        session, moment = db.session(), now() - timedelta(hours=1)
        values = {"kind": "path", "title": f"Path {public_id} {SCRIPT}", "about": SCRIPT, "institution_id": people["school"], **more}
        shelf = Shelf(public_id=public_id, person_id=people["tom"], visibility=visibility, created_at=moment, updated_at=moment, **values)
        session.add(shelf)
        session.flush()
        alive = Resource.withdrawn_at.is_(None) & Resource.merged_into_id.is_(None) & Resource.hidden_at.is_(None)
        ids = session.scalars(select(Resource.id).where(alive).order_by(Resource.id).limit(steps)).all()
        items = [
            ShelfItem(shelf_id=shelf.id, resource_id=id, first_id=id, position=place, note=f"why {place} {SCRIPT}", created_at=moment)
            for place, id in enumerate(ids)
        ]
        session.add_all(items)
        session.commit()
        return [item.id for item in items]


def post(client: FlaskClient, csrf: Csrf, path: str, **values: str) -> tuple[int, str]:
    answer = client.post(path, data={"csrf_token": csrf(client), **values})
    return answer.status_code, answer.headers.get("Location", "")


def test_a_path_from_its_start_to_its_end(own_site: Flask, people: dict[str, int], enter: Callable[[str], FlaskClient], csrf: Csrf) -> None:
    items, ann = make(own_site, people, "path1"), enter("ann")
    assert "Start this path" in ann.get("/paths/path1").get_data(as_text=True)
    assert post(ann, csrf, "/paths/path1/start") == (303, "/paths/path1#steps")
    assert post(ann, csrf, "/paths/path1/start")[0] == 303, "twice is once"
    for place, item in enumerate(items):
        page = html.document_fromstring(ann.get("/paths/path1").get_data(as_text=True))
        bar = page.xpath("//progress")[0]
        assert (bar.get("value"), bar.get("max")) == (str(place), "3")
        assert len(page.xpath("//main//a[contains(@class, 'primary')]")) == 1, "one next step"
        assert page.xpath("//li[@aria-current='step']/@id") == [f"step-{item}"]
        assert post(ann, csrf, f"/paths/path1/steps/{item}", done="yes") == (303, f"/paths/path1#step-{item}")
    text = ann.get("/paths/path1").get_data(as_text=True)
    assert "Congratulations" in text and "Finished on" in text and "Next step<" not in text
    assert "Congratulations" not in ann.get("/paths/path1").get_data(as_text=True)
    assert "Finished on" in ann.get("/paths/mine").get_data(as_text=True)


def test_a_step_added_later_opens_nothing_again(
    own_site: Flask, people: dict[str, int], enter: Callable[[str], FlaskClient], csrf: Csrf
) -> None:
    items, ann = make(own_site, people, "path1"), enter("ann")
    for item in items:
        post(ann, csrf, f"/paths/path1/steps/{item}", done="yes")
    with own_site.app_context():
        last = db.session.get_one(ShelfItem, items[-1])
        other = db.session.scalars(select(Resource.id).where(Resource.id > last.resource_id, Resource.merged_into_id.is_(None))).first()
        db.session.add(ShelfItem(shelf_id=last.shelf_id, resource_id=other, first_id=other, position=9, created_at=now()))
        db.session.commit()
    text = ann.get("/paths/path1").get_data(as_text=True)
    assert "1 new step" in text and "Finished on" in text and "3 of 4" in text
    post(ann, csrf, f"/paths/path1/steps/{items[0]}", done="no")
    text = ann.get("/paths/path1").get_data(as_text=True)
    assert "Finished on" not in text and "2 of 4" in text, "taking back one's own step does"


def test_what_is_withdrawn_may_be_left_out(
    own_site: Flask, people: dict[str, int], enter: Callable[[str], FlaskClient], csrf: Csrf
) -> None:
    items, ann = make(own_site, people, "path1"), enter("ann")
    with own_site.app_context():
        gone = db.session.get_one(ShelfItem, items[1]).resource_id
        db.session.execute(update(Resource).where(Resource.id == gone).values(withdrawn_at=now()))
        db.session.commit()
    for item in (items[0], items[2]):
        post(ann, csrf, f"/paths/path1/steps/{item}", done="yes")
    text = ann.get("/paths/path1").get_data(as_text=True)
    assert "Finished on" in text and "2 of 2" in text and "You may leave this step out" in text


def test_the_bookmark_is_offered_not_changed(
    own_site: Flask, people: dict[str, int], enter: Callable[[str], FlaskClient], csrf: Csrf
) -> None:
    items, ann = make(own_site, people, "path1"), enter("ann")
    with own_site.app_context():
        resource = db.session.get_one(ShelfItem, items[0]).resource_id
        name = db.session.get_one(Resource, resource).public_id
    post(ann, csrf, f"/resources/{name}/bookmark")
    post(ann, csrf, f"/paths/path1/steps/{items[0]}", done="yes")
    page = html.document_fromstring(ann.get("/paths/path1").get_data(as_text=True))
    form = page.xpath(f"//form[@action='/bookmarks/{name}/status']")[0]
    back = form.xpath(".//input[@name='next']/@value")[0]
    with own_site.app_context():
        assert db.session.scalars(select(Bookmark.status)).all() == ["interested"]
    assert post(ann, csrf, f"/bookmarks/{name}/status", status="completed", next=back) == (303, f"/paths/path1?page=1#step-{items[0]}")
    assert f"/bookmarks/{name}/status" not in ann.get("/paths/path1").get_data(as_text=True)


@pytest.mark.parametrize(
    ("visibility", "readers"),
    [("public", "ann tom pia eve"), ("partners", "ann tom pia"), ("institution", "ann tom"), ("private", "tom")],
)
def test_who_may_read_and_follow(
    own_site: Flask, people: dict[str, int], enter: Callable[[str], FlaskClient], csrf: Csrf, visibility: str, readers: str
) -> None:
    items = make(own_site, people, "path1", visibility=visibility)
    for name in ("ann", "tom", "pia", "eve"):
        client, right = enter(name), name in readers.split()
        assert client.get("/paths/path1").status_code == (200 if right else 404), name
        assert ("Path path1" in client.get("/paths").get_data(as_text=True)) == right
        assert post(client, csrf, "/paths/path1/start")[0] == (303 if right else 404)
        assert post(client, csrf, f"/paths/path1/steps/{items[0]}", done="yes")[0] == (303 if right else 404)
        assert post(client, csrf, "/paths/path1/stop")[0] == (303 if right else 404)


def test_those_who_may_change_it_may_read_it(own_site: Flask, people: dict[str, int], enter: Callable[[str], FlaskClient]) -> None:
    make(own_site, people, "path1", visibility="private")
    with own_site.app_context():
        shelf = db.session.scalars(select(Shelf.id)).one()
        db.session.add(ShelfEditor(shelf_id=shelf, person_id=people["eve"], created_at=now()))
        db.session.add(ShelfEditor(shelf_id=shelf, institution_id=people["school"], created_at=now()))
        db.session.add(ShelfEditor(shelf_id=shelf, institution_id=people["partner"], created_at=now()))
        db.session.commit()
    assert [enter(name).get("/paths/path1").status_code for name in ("eve", "pia", "ann")] == [200, 200, 404], "students may not change it"


def test_strangers_sign_in_first(own_site: Flask, people: dict[str, int], csrf: Csrf) -> None:
    items, visitor = make(own_site, people, "path1"), own_site.test_client()
    assert visitor.get("/paths/path1").status_code == 200
    for path in ("/paths/path1/start", f"/paths/path1/steps/{items[0]}", "/paths/path1/stop"):
        assert post(visitor, csrf, path, done="yes") == (303, "/login?next=/paths/path1")
    assert visitor.get("/paths/mine").status_code == 303


def test_a_step_of_another_path_is_not_there(
    own_site: Flask, people: dict[str, int], enter: Callable[[str], FlaskClient], csrf: Csrf
) -> None:
    make(own_site, people, "path1")
    secret = make(own_site, people, "path2", visibility="private")
    ann = enter("ann")
    assert post(ann, csrf, f"/paths/path1/steps/{secret[0]}", done="yes")[0] == 404
    assert post(ann, csrf, "/paths/path1/steps/999999999", done="yes")[0] == 404
    assert post(ann, csrf, "/paths/nothing/start")[0] == 404
    with own_site.app_context():
        assert db.session.scalars(select(StepDone)).all() == []
    items = make(own_site, people, "path3")
    for bad in ({}, {"done": ""}, {"done": "maybe"}):
        assert post(ann, csrf, f"/paths/path3/steps/{items[0]}", **bad)[0] == 400


def test_who_stops_and_starts_again_has_what_was_done(
    own_site: Flask, people: dict[str, int], enter: Callable[[str], FlaskClient], csrf: Csrf
) -> None:
    items, ann = make(own_site, people, "path1"), enter("ann")
    post(ann, csrf, f"/paths/path1/steps/{items[0]}", done="yes")
    post(ann, csrf, "/paths/path1/stop")
    assert "Path path1" not in ann.get("/paths/mine").get_data(as_text=True)
    post(ann, csrf, "/paths/path1/start")
    assert "1 of 3" in ann.get("/paths/path1").get_data(as_text=True)


def test_a_path_taken_out_of_sight_is_not_told_of(
    own_site: Flask, people: dict[str, int], enter: Callable[[str], FlaskClient], csrf: Csrf
) -> None:
    make(own_site, people, "path1")
    ann = enter("ann")
    post(ann, csrf, "/paths/path1/start")
    assert "Path path1" in ann.get("/").get_data(as_text=True)
    with own_site.app_context():
        db.session.execute(update(Shelf).values(visibility="private"))
        db.session.commit()
    for path in ("/", "/paths/mine", "/paths"):
        assert "Path path1" not in ann.get(path).get_data(as_text=True)


def test_the_home_page_goes_on_where_one_was(
    own_site: Flask, people: dict[str, int], enter: Callable[[str], FlaskClient], csrf: Csrf
) -> None:
    ann = enter("ann")
    assert "Continue where you were" not in ann.get("/").get_data(as_text=True)
    items = make(own_site, people, "path1")
    with own_site.app_context():
        rows = db.session.scalars(
            select(Resource)
            .where(Resource.merged_into_id.is_(None), Resource.withdrawn_at.is_(None), Resource.hidden_at.is_(None))
            .order_by(Resource.id)
            .limit(10)
        ).all()
        names = [(row.public_id, row.title) for row in rows]
    post(ann, csrf, f"/paths/path1/steps/{items[0]}", done="yes")
    for name, _title in names[5:10]:
        post(ann, csrf, f"/resources/{name}/bookmark")
        post(ann, csrf, f"/bookmarks/{name}/status", status="studying")
    post(ann, csrf, f"/paths/path1/steps/{items[1]}", done="yes")
    section = html.document_fromstring(ann.get("/").get_data(as_text=True)).xpath("//section[@aria-labelledby='h-continue']")[0]
    links = section.xpath(".//li/a/@href")
    assert len(links) == 4 and links[0].startswith(f"/resources/{names[2][0]}"), "the third step is next, and was touched last"
    assert section.xpath(".//progress/@value") == ["2"]


def test_recommended_paths_stand_first(own_site: Flask, people: dict[str, int], enter: Callable[[str], FlaskClient]) -> None:
    make(own_site, people, "path1")
    make(own_site, people, "path2", visibility="private")
    with own_site.app_context():
        for shelf in db.session.scalars(select(Shelf)):
            db.session.add(Exemplar(institution_id=people["school"], shelf_id=shelf.id, position=1, created_at=now()))
        db.session.commit()
    text = enter("eve").get("/paths").get_data(as_text=True)
    assert "Recommended by an institution" in text and "Path path2" not in text


def test_pages_are_cut_and_cost_no_more_queries(own_site: Flask, people: dict[str, int], enter: Callable[[str], FlaskClient]) -> None:
    ann = enter("ann")

    def cost(number: int, steps: int) -> list[int]:
        with own_site.app_context():
            for model in (StepDone, Enrolment, ShelfItem, Shelf):
                db.session.execute(delete(model))
            db.session.commit()
        for place in range(number):
            make(own_site, people, f"path{place}", steps)
        with own_site.app_context():
            for shelf in db.session.scalars(select(Shelf.id)):
                db.session.add(Enrolment(person_id=people["ann"], shelf_id=shelf, created_at=now(), updated_at=now()))
            db.session.commit()
        found = []
        for path in ("/paths", "/paths/mine", "/paths/path0", "/"):
            with counted(own_site) as queries:
                assert ann.get(path).status_code == 200
            found.append(len(queries))
        return found

    ann.get("/")  # what is read once a process
    few, many = cost(3, 3), cost(30, 30)
    assert few == many
    for path in ("/paths", "/paths/mine"):
        seen, place = set(), path
        while place:
            page = html.document_fromstring(ann.get(place).get_data(as_text=True))
            found = page.xpath("//main//li[contains(@class, 'card')]//h3/a/@href")
            assert found and not seen & set(found)
            seen |= set(found)
            place = next(iter(page.xpath("//nav[@class='pager']//a[@rel='next']/@href")), "")
        assert len(seen) == 30


def test_scripts_in_every_text_stay_text(own_site: Flask, people: dict[str, int], enter: Callable[[str], FlaskClient], csrf: Csrf) -> None:
    make(own_site, people, "path1")
    ann = enter("ann")
    post(ann, csrf, "/paths/path1/start")
    for path in ("/paths", "/paths/mine", "/paths/path1", "/", "/paths?after=1.2026-01-01", "/paths?after=x.y", "/paths/path1?page=99"):
        text = ann.get(path).get_data(as_text=True)
        assert "<script>alert" not in text


def test_an_account_takes_its_progress_along(
    own_site: Flask, people: dict[str, int], enter: Callable[[str], FlaskClient], csrf: Csrf
) -> None:
    items = make(own_site, people, "path1")
    post(enter("ann"), csrf, f"/paths/path1/steps/{items[0]}", done="yes")
    with own_site.app_context():
        db.session.execute(delete(Person).where(Person.id == people["ann"]))
        db.session.commit()
        assert db.session.scalars(select(Enrolment)).all() == [] == db.session.scalars(select(StepDone)).all()
