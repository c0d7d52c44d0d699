"""Bookmarks as their owner sees them: pressed in any list, with and without script, written on, taken away and back."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import event, select, update

from hub.db import db, now
from hub.models import Bookmark, Person, Resource
from hub.services import joining

Csrf = Callable[[FlaskClient], str]
SCRIPT = '<script>alert("x")</script>"><img src=x onerror=alert(1)>'


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


def join(app: Flask, courses: ModuleType, csrf: Csrf, name: str) -> FlaskClient:
    """Somebody with an account, signed in."""
    with app.app_context():
        joining.add(db.session(), f"{name}@school.example", courses.PASSWORD, name=name.title())
        db.session.commit()
    client = app.test_client()
    data = {"csrf_token": csrf(client), "email": f"{name}@school.example", "password": courses.PASSWORD}
    assert client.post("/login", data=data).status_code == 303
    return client


@pytest.fixture
def ann(own_site: Flask, courses: ModuleType, csrf: Csrf) -> FlaskClient:
    return join(own_site, courses, csrf, "ann")


@pytest.fixture
def names(own_site: Flask) -> list[str]:
    """Public ids of resources that can be found."""
    with own_site.app_context():
        alive = Resource.withdrawn_at.is_(None) & Resource.merged_into_id.is_(None) & Resource.hidden_at.is_(None)
        return list(db.session.scalars(select(Resource.public_id).where(alive).order_by(Resource.id)))


def press(client: FlaskClient, csrf: Csrf, name: str, verb: str = "bookmark", **more: str) -> object:
    return client.post(f"/resources/{name}/{verb}", data={"csrf_token": csrf(client), **more})


def post(client: FlaskClient, csrf: Csrf, path: str, **values: str) -> tuple[int, str]:
    answer = client.post(path, data={"csrf_token": csrf(client), **values})
    return answer.status_code, answer.headers.get("Location", "") if answer.status_code == 303 else answer.get_data(as_text=True)


def tree(client: FlaskClient, path: str) -> html.HtmlElement:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return html.document_fromstring(answer.get_data(as_text=True))


@pytest.mark.parametrize("path", ["/", "/search", "/search?q=logistics", "/topics/logistics", "/providers/open-course-platform"])
def test_every_list_has_a_button_that_leads_back_to_it(own_site: Flask, ann: FlaskClient, csrf: Csrf, path: str) -> None:
    page = tree(ann, path)
    buttons = page.xpath("//button[@form='keep']")
    assert buttons and page.xpath("//form[@id='keep' and @method='post']//input[@name='csrf_token']")
    button = buttons[0]
    assert button.get("aria-pressed") == "false"
    back = page.xpath("//form[@id='keep']//input[@name='next']/@value")[0]
    status, place = post(ann, csrf, button.get("formaction"), next=back, look=button.get("value"))
    assert (status, place) == (303, f"{path}#{button.get('id')}")
    after = tree(ann, path).xpath(f"//button[@id='{button.get('id')}']")[0]
    assert after.get("aria-pressed") == "true"
    assert after.get("formaction").endswith("/unbookmark"), "it says what is wanted"


def test_script_gets_the_button_in_its_new_state(ann: FlaskClient, csrf: Csrf, names: list[str]) -> None:
    token, heard = csrf(ann), {"HX-Request": "true"}
    for verb, pressed in (("bookmark", "true"), ("bookmark", "true"), ("unbookmark", "false"), ("unbookmark", "false")):
        answer = ann.post(f"/resources/{names[0]}/{verb}", data={"csrf_token": token, "look": "card"}, headers=heard)
        assert answer.status_code == 200 and '"toast"' in answer.headers["HX-Trigger"]
        assert "HX-Request" in answer.headers["Vary"]
        page = html.document_fromstring(answer.get_data(as_text=True))
        assert page.xpath(f"//button[@id='k-card-{names[0]}']/@aria-pressed") == [pressed]


def test_who_is_signed_out_finishes_after_signing_in(
    own_site: Flask, courses: ModuleType, csrf: Csrf, names: list[str], ann: object
) -> None:
    visitor = own_site.test_client()
    page = tree(visitor, "/search?q=logistics")
    button = page.xpath("//button[@form='keep']")[0]
    assert button.get("aria-pressed") is None and page.xpath("//form[@id='keep']/@method") == ["get"]
    name = button.get("formaction").split("/")[2]
    asked = visitor.get(button.get("formaction"), query_string={"next": "/search?q=logistics"})
    assert asked.status_code == 303 and asked.headers["Location"].startswith("/login?next=")
    form = html.document_fromstring(visitor.get(asked.headers["Location"]).get_data(as_text=True))
    aim = form.xpath("//form[@action='/login']//input[@name='next']/@value")[0]
    status, place = post(visitor, csrf, "/login", email="ann@school.example", password=courses.PASSWORD, next=aim)
    assert status == 303 and place.startswith(f"/resources/{name}/bookmark?")
    ready = tree(visitor, place)
    assert ready.xpath("//main//button[@autofocus]")
    back = ready.xpath(f"//form[@action='/resources/{name}/bookmark']//input[@name='next']/@value")[0]
    status, place = post(visitor, csrf, f"/resources/{name}/bookmark", next=back)
    assert (status, place) == (303, "/search?q=logistics")
    assert f"/bookmarks/{name}" in visitor.get("/bookmarks").get_data(as_text=True)


def test_a_session_that_ended_comes_back_to_the_button(own_site: Flask, csrf: Csrf, names: list[str]) -> None:
    visitor = own_site.test_client()
    status, place = post(visitor, csrf, f"/resources/{names[0]}/bookmark", next="/search?q=x")
    assert status == 303 and place.startswith(f"/login?next=/resources/{names[0]}/bookmark")
    with own_site.app_context():
        assert db.session.scalars(select(Bookmark)).all() == []


@pytest.mark.parametrize("next_", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_the_way_back_stays_on_the_site(ann: FlaskClient, csrf: Csrf, names: list[str], next_: str) -> None:
    assert post(ann, csrf, f"/resources/{names[0]}/bookmark", next=next_) == (303, "/")
    assert post(ann, csrf, f"/resources/{names[0]}/unbookmark", next=next_, look="<b>") == (303, "/")


def test_note_status_and_dates(ann: FlaskClient, csrf: Csrf, names: list[str]) -> None:
    press(ann, csrf, names[0])
    edited = post(ann, csrf, f"/bookmarks/{names[0]}", status="studying", note=f"Read\n{SCRIPT}", version="1", next="/bookmarks?sort=title")
    assert edited == (303, f"/bookmarks?sort=title#b-{names[0]}")
    text = ann.get("/bookmarks").get_data(as_text=True)
    assert "Begun on" in text and "&lt;script&gt;alert(" in text and "<script>alert" not in text
    assert post(ann, csrf, f"/bookmarks/{names[0]}/status", status="completed") == (303, "/bookmarks")
    text = ann.get("/bookmarks").get_data(as_text=True)
    assert "Completed on" in text and "&lt;script&gt;" in text, "the note stays"
    assert post(ann, csrf, f"/bookmarks/{names[0]}/status", status="loved")[0] == 400


@pytest.mark.parametrize(
    "wrong", [{"status": ""}, {"status": "loved"}, {"note": "x" * 5_001}, {"version": ""}, {"version": "one"}, {"version": "9" * 40}]
)
def test_a_bad_form_keeps_what_was_typed(ann: FlaskClient, csrf: Csrf, names: list[str], wrong: dict[str, str]) -> None:
    press(ann, csrf, names[0])
    status, text = post(ann, csrf, f"/bookmarks/{names[0]}", **{"status": "studying", "note": "typed here", "version": "1", **wrong})
    assert status == 422
    assert wrong.get("note", "typed here") in text
    assert "<title>Error:" in text or "version" in wrong


def test_two_windows_lose_nothing(ann: FlaskClient, csrf: Csrf, names: list[str]) -> None:
    press(ann, csrf, names[0])
    assert post(ann, csrf, f"/bookmarks/{names[0]}", status="studying", note="from the first", version="1")[0] == 303
    status, text = post(ann, csrf, f"/bookmarks/{names[0]}", status="stopped", note="from the second", version="1")
    assert status == 422 and "from the first" in text and "from the second" in text and "<title>Error:" in text
    again = html.document_fromstring(text).xpath(f"//form[@action='/bookmarks/{names[0]}']//input[@name='version']/@value")[0]
    assert post(ann, csrf, f"/bookmarks/{names[0]}", status="stopped", note="from the second", version=again)[0] == 303


def test_days_are_corrected_and_wrong_ones_told_beside_their_field(ann: FlaskClient, csrf: Csrf, names: list[str]) -> None:
    press(ann, csrf, names[0])
    place = f"/bookmarks/{names[0]}"
    fits = {"status": "completed", "note": "", "version": "1", "started": "2025-03-01", "ended": "2025-07-01"}
    for wrong in (
        {"ended": "2025-02-01"},
        {"ended": "9999-12-31"},
        {"started": "soon"},
        {"status": "interested"},
        {"started": "0001-01-01"},
    ):
        status, text = post(ann, csrf, place, **{**fits, **wrong})
        assert status == 422 and 'aria-invalid="true"' in text and "<title>Error:" in text, wrong
    assert post(ann, csrf, place, **fits)[0] == 303
    text = ann.get(place).get_data(as_text=True)
    assert 'value="2025-03-01"' in text and 'value="2025-07-01"' in text
    status, text = post(ann, csrf, place, **{**fits, "started": "2025-04-01"})
    assert status == 422 and "1 Mar 2025" in text and 'value="2025-04-01"' in text, "an old version: both are shown"


def test_removed_and_back(ann: FlaskClient, csrf: Csrf, names: list[str]) -> None:
    press(ann, csrf, names[0])
    post(ann, csrf, f"/bookmarks/{names[0]}", status="studying", note="keep me", version="1")
    status, place = post(ann, csrf, f"/bookmarks/{names[0]}/remove")
    assert (status, place) == (303, f"/bookmarks?removed={names[0]}")
    page = tree(ann, place)
    undo = page.xpath("//main//*[@role='status']//form/@action")
    assert undo == [f"/resources/{names[0]}/bookmark"]
    assert post(ann, csrf, undo[0], next="/bookmarks")[0] == 303
    assert "keep me" in ann.get("/bookmarks").get_data(as_text=True)
    assert "Undo" not in ann.get(place).get_data(as_text=True), "there is nothing to undo any more"


def test_nobody_sees_or_touches_those_of_others(
    own_site: Flask, ann: FlaskClient, courses: ModuleType, csrf: Csrf, names: list[str]
) -> None:
    bob = join(own_site, courses, csrf, "bob")
    press(ann, csrf, names[0])
    post(ann, csrf, f"/bookmarks/{names[0]}", status="studying", note="private words", version="1")
    assert "private words" not in bob.get("/bookmarks").get_data(as_text=True)
    assert bob.get(f"/bookmarks/{names[0]}").status_code == 404
    for path in ("", "/status", "/remove"):
        assert post(bob, csrf, f"/bookmarks/{names[0]}{path}", status="stopped", note="", version="2")[0] == 404
    press(bob, csrf, names[0], "unbookmark")
    assert "private words" in ann.get("/bookmarks").get_data(as_text=True)
    assert "private words" not in bob.get("/bookmarks.csv").get_data(as_text=True)


def test_what_is_hidden_cannot_be_kept_anew_but_what_was_kept_stays(
    own_site: Flask, ann: FlaskClient, csrf: Csrf, names: list[str]
) -> None:
    press(ann, csrf, names[0])
    with own_site.app_context():
        db.session.execute(update(Resource).where(Resource.public_id.in_(names[:2])).values(hidden_at=now()))
        db.session.execute(update(Resource).where(Resource.public_id == names[2]).values(withdrawn_at=now()))
        db.session.commit()
    press(ann, csrf, names[2])
    assert press(ann, csrf, names[1]).status_code == 404  # type: ignore[attr-defined]
    assert press(ann, csrf, "nothing").status_code == 404  # type: ignore[attr-defined]
    page = tree(ann, "/bookmarks")
    assert len(page.xpath("//li[@class='result']")) == 2
    assert not page.xpath(f"//li[@id='b-{names[0]}']//h3//a") and page.xpath(f"//li[@id='b-{names[2]}']//h3//a")
    assert post(ann, csrf, f"/bookmarks/{names[0]}/remove")[0] == 303


def test_the_table_calculates_nothing(ann: FlaskClient, csrf: Csrf, names: list[str]) -> None:
    press(ann, csrf, names[0])
    post(ann, csrf, f"/bookmarks/{names[0]}", status="studying", note='=HYPERLINK("https://evil.example")', version="1")
    answer = ann.get("/bookmarks.csv")
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))
    assert rows[1][3].startswith("'=") and rows[1][1].startswith("https://hub.example/resources/")
    assert "attachment" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    "query", ["after=1.x", "after=.", "after=9999999999999.2026-01-01", "after=1.2026-01-01", "sort=no&status=no", "q=%25%5F"]
)
def test_odd_addresses_are_read_as_well_as_can_be(ann: FlaskClient, csrf: Csrf, names: list[str], query: str) -> None:
    press(ann, csrf, names[0])
    assert ann.get(f"/bookmarks?{query}").status_code == 200


def test_many_bookmarks_are_paged_and_cost_no_more_queries(own_site: Flask, ann: FlaskClient, names: list[str]) -> None:
    def fill(some: list[str]) -> int:
        with own_site.app_context():
            db.session.execute(Bookmark.__table__.delete())
            person = db.session.scalars(select(Person.id).where(Person.email == "ann@school.example")).one()
            for id in db.session.scalars(select(Resource.id).where(Resource.public_id.in_(some))):
                db.session.add(Bookmark(person_id=person, resource_id=id, first_id=id, created_at=now(), updated_at=now()))
            db.session.commit()
        with counted(own_site) as queries:
            ann.get("/bookmarks")
        return len(queries)

    few, many = fill(names[:3]), fill(names[:30])
    assert few == many <= 9
    seen, place = set(), "/bookmarks?sort=title"
    while place:
        page = tree(ann, place)
        found = page.xpath("//li[@class='result']/@id")
        assert not seen & set(found)
        seen |= set(found)
        place = next(iter(page.xpath("//nav[@class='pager']//a[@rel='next']/@href")), "")
    assert len(seen) == 30


def test_lists_ask_once_for_all_their_marks(own_site: Flask, ann: FlaskClient, csrf: Csrf, names: list[str]) -> None:
    for name in names[:4]:
        press(ann, csrf, name)
    for path in ("/", "/search", f"/resources/{names[0]}"):
        with counted(own_site) as queries:
            ann.get(path, follow_redirects=True)
        about = [query for query in queries if re.search(r"FROM bookmark\b", query) and "bookmark.resource_id IN" in query]
        assert 1 <= len(about) <= 2, path  # news leave out what one keeps


def test_an_empty_list_offers_a_beginning(ann: FlaskClient) -> None:
    page = tree(ann, "/bookmarks")
    assert len(page.xpath("//main//li[@class='rcard']")) == 3 and page.xpath("//main//a[@href='/search']")


def test_the_resource_page_says_how_far_one_is(ann: FlaskClient, csrf: Csrf, names: list[str]) -> None:
    press(ann, csrf, names[0])
    post(ann, csrf, f"/bookmarks/{names[0]}/status", status="studying")
    text = ann.get(f"/resources/{names[0]}", follow_redirects=True).get_data(as_text=True)
    assert f'href="/bookmarks/{names[0]}"' in text and "Studying" in text
