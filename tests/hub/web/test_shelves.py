"""The pages of shelves, as a teacher uses them."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select, update

from hub.db import db, now
from hub.models import Resource, Shelf, ShelfItem

from .cast import PASSWORD, set_stage
from .test_permissions import token


@pytest.fixture
def teacher(own_site: Flask) -> FlaskClient:
    """Signed in; `set_stage` has made what there is."""
    with own_site.app_context():
        stage = set_stage(db.session())
    client = own_site.test_client()
    form = {"csrf_token": token(client), "email": stage.emails["teacher"], "password": PASSWORD}
    assert client.post("/login", data=form).status_code == 303
    return client


def fill(app: Flask, most: int) -> list[tuple[int, str]]:
    """The public shelf with as many pages as that; answers id and public id of each."""
    with app.app_context():
        shelf = db.session.scalars(select(Shelf).where(Shelf.public_id == "shelfpublic")).one()
        there = set(db.session.scalars(select(ShelfItem.resource_id).where(ShelfItem.shelf_id == shelf.id)))
        seen = (Resource.merged_into_id.is_(None), Resource.withdrawn_at.is_(None), Resource.hidden_at.is_(None))
        pages = db.session.scalars(select(Resource).where(*seen).order_by(Resource.id)).all()
        for place, page in enumerate([one for one in pages if one.id not in there][: most - len(there)], 2):
            row = {"resource_id": page.id, "first_id": page.id, "position": place, "created_at": now()}
            db.session.add(ShelfItem(shelf_id=shelf.id, person_id=shelf.person_id, **row))
        db.session.commit()
        order = select(ShelfItem.id, Resource.public_id).join(Resource, Resource.id == ShelfItem.resource_id)
        return [tuple(row) for row in db.session.execute(order.where(ShelfItem.shelf_id == shelf.id).order_by(ShelfItem.position))]


def send(client: FlaskClient, path: str, **form: str) -> str:
    """Press a button; the page that follows."""
    answer = client.post(path, data={"csrf_token": token(client), **form}, follow_redirects=True)
    assert answer.status_code in (200, 422), answer.status_code
    return answer.get_data(as_text=True)


def test_a_line_goes_down_and_the_page_says_where_it_stands(own_site: Flask, teacher: FlaskClient) -> None:
    (first, _), *_rest = fill(own_site, 4)
    page = send(teacher, f"/shelves/shelfpublic/items/{first}/move", to="down")
    assert "Moved to 2 of 4" in page
    assert [item for item, _ in fill(own_site, 4)][1] == first


def test_what_was_taken_off_comes_back_with_its_note(own_site: Flask, teacher: FlaskClient) -> None:
    items = fill(own_site, 3)
    with own_site.app_context():
        db.session.execute(update(ShelfItem).where(ShelfItem.id == items[1][0]).values(note="Read chapter three"))
        db.session.commit()
    page = send(teacher, f"/shelves/shelfpublic/items/{items[1][0]}/remove")
    assert "Put it back" in page and "Read chapter three" not in page
    page = send(teacher, "/shelves/shelfpublic/items/undo")
    assert "Read chapter three" in page
    assert [name for _, name in fill(own_site, 3)] == [name for _, name in items]


def test_a_long_note_is_not_lost_by_one_press(own_site: Flask, teacher: FlaskClient) -> None:
    items, note = fill(own_site, 2), "字" * 3_000
    with own_site.app_context():
        db.session.execute(update(ShelfItem).where(ShelfItem.id == items[0][0]).values(note=note))
        db.session.commit()
    way = f"/shelves/shelfpublic/items/{items[0][0]}/remove"
    assert note in send(teacher, way) and fill(own_site, 2) == items
    send(teacher, way, sure="yes")
    assert items[0] not in fill(own_site, 1)


def test_the_overview_names_what_stands_against(own_site: Flask, teacher: FlaskClient) -> None:
    items = fill(own_site, 3)
    licences = (("CC-BY-4.0", "cc-by"), ("CC-BY-ND-4.0", "cc-by-nd"), (None, None))
    with own_site.app_context():
        for (_, name), (licence, family) in zip(items, licences, strict=True):
            values = {"licence": licence, "licence_family": family, "title": f"Under {family}"}
            db.session.execute(update(Resource).where(Resource.public_id == name).values(**values))
        db.session.commit()
    overview = teacher.get("/shelves/shelfpublic").get_data(as_text=True).partition('id="h-together"')[2].partition("</section>")[0]
    assert overview.count("Under cc-by-nd") == 1 and overview.count("Under None") == 3 and "Under cc-by<" not in overview
    assert "It cannot become one adapted work." in overview


def test_files_to_take_along_are_saved_and_calculate_nothing(own_site: Flask, teacher: FlaskClient) -> None:
    ((_, name),) = fill(own_site, 1)
    with own_site.app_context():
        values = {"title": "=cmd|'/C calc'!A0 <b>*x*</b>", "agents": [], "institution": None, "provider": None}
        db.session.execute(update(Resource).where(Resource.public_id == name).values(**values))
        db.session.commit()
    files = {end: teacher.get(f"/shelves/shelfpublic/{end}") for end in (
        "items.csv", "shelf.json", "attribution.txt", "attribution.md", "attribution.html")}  # fmt: skip
    assert {one.status_code for one in files.values()} == {200}
    assert all(one.headers["Content-Disposition"].startswith("attachment") for one in files.values())
    texts = {end: one.get_data(as_text=True) for end, one in files.items()}
    assert "'=cmd" in texts["items.csv"]
    assert json.loads(texts["shelf.json"])["items"][0]["title"].startswith("=cmd")
    assert "<b>" not in texts["attribution.html"] and '<meta charset="utf-8">' in texts["attribution.html"]
    assert r"\*x\*" in texts["attribution.md"] and "<b>" not in texts["attribution.md"].replace(r"\<b\>", "")
    assert all("author not named" in texts[end] for end in texts if end.startswith("attribution"))


def test_from_a_resource_to_a_shelf_and_off_it(own_site: Flask, teacher: FlaskClient) -> None:
    with own_site.app_context():
        there = select(ShelfItem.resource_id)
        seen = (Resource.merged_into_id.is_(None), Resource.withdrawn_at.is_(None), Resource.hidden_at.is_(None))
        name = db.session.scalars(select(Resource.public_id).where(Resource.id.not_in(there), *seen)).first()
    page = teacher.get(f"/resources/{name}", follow_redirects=True).get_data(as_text=True)
    assert 'name="put" value="shelfprivate"' in page
    page = send(teacher, f"/resources/{name}/shelve", put="shelfprivate", next=f"/resources/{name}")
    assert 'name="take" value="shelfprivate"' in page and 'name="put" value="shelfpublic"' in page
    page = send(teacher, f"/resources/{name}/shelve", take="shelfprivate", next="https://evil.example/")
    assert 'value="shelfprivate" aria-pressed="false"' in page


def test_a_stale_form_shows_both_and_changes_nothing(own_site: Flask, teacher: FlaskClient) -> None:
    form = {"title": "Mine", "about": "", "kind": "shelf", "house": "own", "visibility": "public", "version": "1"}
    send(teacher, "/shelves/shelfpublic/edit", **form)
    page = send(teacher, "/shelves/shelfpublic/edit", **{**form, "title": "Too late"})
    assert "Somebody has changed the same" in page and "Mine" in page and "Too late" in page
    with own_site.app_context():
        assert db.session.scalars(select(Shelf.title).where(Shelf.public_id == "shelfpublic")).one() == "Mine"


@pytest.mark.parametrize("wrong", [{"title": ""}, {"title": "x" * 201}, {"kind": "nothing"}, {"visibility": "all"}, {"house": "foreign"}])
def test_what_is_wrong_makes_no_shelf(own_site: Flask, teacher: FlaskClient, wrong: dict[str, str]) -> None:
    form = {"title": "New", "about": "", "kind": "shelf", "house": "own", "visibility": "public", **wrong}
    answer = teacher.post("/shelves/new", data={"csrf_token": token(teacher), **form})
    assert answer.status_code == 422
    with own_site.app_context():
        assert db.session.scalars(select(Shelf).where(Shelf.title.in_(("New", "x" * 201, "")))).all() == []


def test_a_longer_shelf_asks_no_more_of_the_database(own_site: Flask, teacher: FlaskClient) -> None:
    asked = []
    with own_site.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    counts = []
    for most in (2, 12):
        assert len(fill(own_site, most)) == most
        teacher.get("/shelves/shelfpublic")
        asked.clear()
        assert teacher.get("/shelves/shelfpublic").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] > 0
