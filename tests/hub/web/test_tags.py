"""Tags on the resource's page, the pages of tags, and tags on many results."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select, update

from hub.db import db, now
from hub.models import Assignment, AuditEvent, Concept, Institution, Membership, Resource, Tag, Tagging
from hub.services import indexing, joining, summarising

Csrf = Callable[[FlaskClient], str]
Enter = Callable[[str], FlaskClient]
SCRIPT = "<script>alert(1)</script>"
PEOPLE = (("stu", "school", "student"), ("tom", "school", "teacher"), ("cur", "school", "curator"), ("far", "other", "admin"))


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements that the database gets meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def houses(own_site: Flask, courses: ModuleType) -> dict[str, int]:
    """Two institutions with people of each role, and Eve, who belongs nowhere."""
    with own_site.app_context():
        session, moment = db.session(), now()
        made = {
            slug: Institution(slug=slug, name=f"{slug.title()} {SCRIPT}", kind="university", created_at=moment, updated_at=moment)
            for slug in ("school", "other")
        }
        session.add_all(made.values())
        people = {name: joining.add(session, f"{name}@school.example", courses.PASSWORD, name=name) for name, *_ in (*PEOPLE, ("eve",))}
        session.flush()
        for name, slug, role in PEOPLE:
            session.add(Membership(person_id=people[name].id, institution_id=made[slug].id, role=role, created_at=moment))
        session.commit()
        return {slug: house.id for slug, house in made.items()}


@pytest.fixture
def enter(own_site: Flask, courses: ModuleType, csrf: Csrf, houses: dict[str, int]) -> Enter:
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


def page(client: FlaskClient, path: str) -> str:
    answer = client.get(path, follow_redirects=True)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.get_data(as_text=True)


def put(client: FlaskClient, csrf: Csrf, name: str, tags: str) -> dict[str, int]:
    """Tag a resource: word -> number of the tag, of all that there are."""
    status, place = post(client, csrf, f"/resources/{name}/tags", tags=tags)
    assert status == 303 and place.endswith("#tags") and "typed=" not in place, place
    with client.application.app_context():
        return {tag.name: tag.id for tag in db.session.scalars(select(Tag))}


def test_a_teacher_tags_and_everybody_sees_it(own_site: Flask, enter: Enter, csrf: Csrf, name: str) -> None:
    tom = enter("tom")
    assert 'name="tags"' in page(tom, f"/resources/{name}")
    tags = put(tom, csrf, name, f"Customs、 week 3; {SCRIPT}")
    assert set(tags) == {"Customs", "week 3", SCRIPT}
    text = page(own_site.test_client(), f"/resources/{name}")
    assert f"/tags/{tags['Customs']}" in text and 'href="#tags"' in text
    assert SCRIPT not in text and "&lt;script&gt;alert(1)" in text
    assert 'name="tags"' not in text and 'name="remove"' not in text, "who is not signed in changes nothing"
    with own_site.app_context():
        assert db.session.scalars(select(AuditEvent.action).where(AuditEvent.action == "resource.tagged")).all() == ["resource.tagged"]


@pytest.mark.parametrize(("typed", "said"), [("", "Enter a tag"), (" , ;", "Enter a tag"), ("x" * 81, "too long"), (None, "at most 30")])
def test_what_is_no_tag_is_refused_and_comes_back(enter: Enter, csrf: Csrf, name: str, typed: str | None, said: str) -> None:
    tom = enter("tom")
    words = ",".join(f"w{number}" for number in range(31)) if typed is None else typed
    status, place = post(tom, csrf, f"/resources/{name}/tags", tags=words)
    assert status == 303
    text = page(tom, place)
    assert said in text and (not words.strip(" ,;") or words[:40] in text)
    with tom.application.app_context():
        assert db.session.scalar(select(func.count()).select_from(Tag)) == 0


@pytest.mark.parametrize(("who", "status"), [("stu", 403), ("eve", 403), ("far", 403), ("tom", 303), ("cur", 303), (None, 303)])
def test_who_takes_a_tag_off(own_site: Flask, enter: Enter, csrf: Csrf, name: str, who: str | None, status: int) -> None:
    put(enter("tom"), csrf, name, "customs")
    with own_site.app_context():
        number = db.session.scalars(select(Tagging.id)).one()
    client = enter(who) if who else own_site.test_client()
    assert post(client, csrf, f"/resources/{name}/tags", remove=str(number))[0] == status
    with own_site.app_context():
        left = db.session.scalar(select(func.count()).select_from(Tagging))
        assert left == (0 if who in ("tom", "cur") else 1)
        assert db.session.scalars(select(Tag.uses)).one() == left


def test_a_hidden_or_unknown_resource_is_not_tagged(own_site: Flask, enter: Enter, csrf: Csrf, name: str) -> None:
    tom = enter("tom")
    assert post(tom, csrf, "/resources/nobody/tags", tags="x")[0] == 404
    with own_site.app_context():
        db.session.execute(update(Resource).where(Resource.public_id == name).values(hidden_at=now()))
        db.session.commit()
    assert post(tom, csrf, f"/resources/{name}/tags", tags="x")[0] == 404
    assert post(tom, csrf, f"/resources/{name}/tags", remove="99999999999999999999")[0] == 404


def test_typing_is_offered_the_institutions_own_words(own_site: Flask, enter: Enter, csrf: Csrf, name: str) -> None:
    tom = enter("tom")
    put(tom, csrf, name, f"Customs, {SCRIPT}")
    assert 'value="week 3, Customs"' in page(tom, "/tags/suggest?tags=week+3,+cust")
    assert SCRIPT not in page(tom, "/tags/suggest?tags=scr")
    assert "Customs" not in page(enter("far"), "/tags/suggest?tags=cust")
    assert own_site.test_client().get("/tags/suggest?tags=c").status_code == 303
    assert enter("stu").get("/tags/suggest?tags=c").status_code == 403


def test_a_tag_has_a_page_with_a_search_inside(own_site: Flask, enter: Enter, csrf: Csrf, name: str) -> None:
    tags = put(enter("tom"), csrf, name, "Customs")
    put(enter("far"), csrf, name, "CUSTOMS")
    with own_site.app_context():
        indexing.rebuild(db.session(), own_site.extensions["hub"].index)
        title = db.session.scalars(select(Resource.title).where(Resource.public_id == name)).one()
    visitor, place = own_site.test_client(), f"/tags/{tags['Customs']}"
    text = page(visitor, place)
    assert "1</strong> resource" in text and name in text and "Other institutions use the same word" in text
    assert SCRIPT not in text and f"{place}/edit" not in text
    assert name in page(visitor, f"{place}?q={title.split()[0]}") and name not in page(visitor, f"{place}?q=zzzzqqqq")
    assert "Customs" in page(visitor, "/institutions/school/tags") and "Customs" not in page(visitor, "/institutions/school/tags?q=zzz")
    assert visitor.get("/institutions/nobody/tags").status_code == visitor.get("/tags/99999").status_code == 404


@pytest.mark.parametrize(("who", "status"), [("stu", 403), ("eve", 403), ("tom", 403), ("far", 403), ("cur", 200), (None, 303)])
def test_who_keeps_the_words_in_order(own_site: Flask, enter: Enter, csrf: Csrf, name: str, who: str | None, status: int) -> None:
    tag = put(enter("tom"), csrf, name, "customs")["customs"]
    client = enter(who) if who else own_site.test_client()
    assert client.get(f"/tags/{tag}/edit").status_code == client.get(f"/tags/{tag}/merge").status_code == status
    assert (f"/tags/{tag}/edit" in page(client, f"/tags/{tag}")) == (who == "cur")
    if who != "cur":
        for verb in ("edit", "merge", "delete"):
            assert post(client, csrf, f"/tags/{tag}/{verb}", name="taken over", version="1", into="1")[0] == status
        with own_site.app_context():
            assert db.session.scalars(select(Tag.name)).one() == "customs"


def test_a_tag_is_renamed_explained_and_told_to_be_a_topic(own_site: Flask, enter: Enter, csrf: Csrf, name: str) -> None:
    cur = enter("cur")
    tag = put(cur, csrf, name, "shipping")["shipping"]
    change = {"name": f"Shipping {SCRIPT}"[:40], "about": SCRIPT, "topic": "logistics", "version": "1"}
    assert post(cur, csrf, f"/tags/{tag}/edit", **change) == (303, f"/tags/{tag}")
    text = page(cur, f"/tags/{tag}")
    assert "/topics/logistics" in text and SCRIPT not in text and "&lt;script&gt;alert(1)" in text
    assert SCRIPT not in page(cur, f"/tags/{tag}/edit")
    with own_site.app_context():
        assert "tag.changed" in db.session.scalars(select(AuditEvent.action)).all()


def test_a_topic_by_tags_stands_on_page_and_cards_with_how_many_say_so(own_site: Flask, enter: Enter, csrf: Csrf, name: str) -> None:
    for who in ("cur", "far"):
        put(enter(who), csrf, name, "shipping")
        with own_site.app_context():
            tag = db.session.scalars(select(Tag.id).order_by(Tag.id.desc())).first()
        assert post(enter(who), csrf, f"/tags/{tag}/edit", name="shipping", about="", topic="rural-sme", version="1")[0] == 303
    visitor = own_site.test_client()
    text = page(visitor, f"/resources/{name}")
    assert text.count('href="/topics/rural-sme"') == 1 and "by 2 institutions’ tags" in text
    with own_site.app_context():
        indexing.drain(db.session(), own_site.extensions["hub"].index)
    assert "by 2 institutions’ tags" in page(visitor, "/topics/rural-sme"), "it is found there, and its line says why"
    with own_site.app_context():
        session = db.session()
        concept = session.scalars(select(Concept.id).where(Concept.notation == "rural-sme", Concept.scheme == "topic")).one()
        resource = session.scalars(select(Resource.id).where(Resource.public_id == name)).one()
        session.add(Assignment(resource_id=resource, concept_id=concept, origin="source", confidence=1.0, state="accepted"))
        session.commit()
    text = page(visitor, f"/resources/{name}")
    assert 'href="/topics/rural-sme"' in text and "institutions’ tags" not in text, "said once"
    with own_site.app_context():
        (one,) = summarising.in_order(db.session(), [resource])
        assert "rural-sme" in one.topics and one.tagged == ()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "Enter a tag"),
        ({"name": "a, b"}, "one tag"),
        ({"name": "x" * 81}, "too long"),
        ({"about": "x" * 1001}, "at most 1000"),
        ({"topic": "nobody"}, "Choose a topic"),
        ({"version": "7"}, "Somebody has changed the same"),
        ({"version": "nonsense"}, "Somebody has changed the same"),
    ],
)
def test_a_wrong_change_keeps_what_was_typed(enter: Enter, csrf: Csrf, name: str, wrong: dict[str, str], said: str) -> None:
    cur = enter("cur")
    tag = put(cur, csrf, name, "shipping")["shipping"]
    form = {"name": "Freight", "about": "By sea", "topic": "", "version": "1", **wrong}
    status, text = post(cur, csrf, f"/tags/{tag}/edit", **form)
    assert status == 422 and said in text
    assert f'value="{form["name"]}"' in text and form["about"] in text
    assert "shipping" in text, "what stands there"
    with cur.application.app_context():
        assert db.session.scalars(select(Tag.name)).one() == "shipping"


def test_two_names_for_the_same_become_one(own_site: Flask, enter: Enter, csrf: Csrf, name: str) -> None:
    cur = enter("cur")
    tags = put(cur, csrf, name, "shipping, freight")
    put(enter("far"), csrf, name, "foreign")
    one, other = tags["shipping"], tags["freight"]
    status, text = post(cur, csrf, f"/tags/{one}/edit", name="FREIGHT", about="", topic="", version="1")
    assert status == 422 and f"/tags/{one}/merge?into={other}" in text
    assert "freight" in page(cur, f"/tags/{one}/merge?q=frei")
    assert "cannot be taken back" in page(cur, f"/tags/{one}/merge?into={other}")
    with own_site.app_context():
        foreign = db.session.scalars(select(Tag.id).where(Tag.name == "foreign")).one()
    for bad in (foreign, one, "nonsense", 9999):
        assert post(cur, csrf, f"/tags/{one}/merge", into=str(bad)) == (303, f"/tags/{one}/merge")
    assert post(cur, csrf, f"/tags/{one}/merge", into=str(other)) == (303, f"/tags/{other}")
    moved = own_site.test_client().get(f"/tags/{one}")
    assert (moved.status_code, moved.headers["Location"]) == (301, f"/tags/{other}")
    assert cur.get(f"/tags/{one}/edit").status_code == 404
    with own_site.app_context():
        assert db.session.scalars(select(Tag.uses).where(Tag.id == other)).one() == 1


def test_only_a_word_that_stands_nowhere_is_deleted(own_site: Flask, enter: Enter, csrf: Csrf, name: str) -> None:
    cur = enter("cur")
    tag = put(cur, csrf, name, "shipping")["shipping"]
    assert post(cur, csrf, f"/tags/{tag}/delete") == (303, f"/tags/{tag}/edit")
    with own_site.app_context():
        number = db.session.scalars(select(Tagging.id)).one()
    post(cur, csrf, f"/resources/{name}/tags", remove=str(number))
    assert post(cur, csrf, f"/tags/{tag}/delete") == (303, "/institutions/school/tags")
    assert cur.get(f"/tags/{tag}").status_code == 404


def test_all_results_are_tagged_and_it_is_taken_back(own_site: Flask, enter: Enter, csrf: Csrf, name: str) -> None:
    tom = enter("tom")
    put(tom, csrf, name, "mine")
    assert "/search/tag" in page(tom, "/search") and "/search/tag" not in page(own_site.test_client(), "/search")
    assert 'name="tags"' in page(tom, "/search/tag?type=course")
    status, text = post(tom, csrf, "/search/tag?type=course", tags=f"spring, mine, {SCRIPT}")
    assert status == 200 and SCRIPT not in text
    ids = re.search(r'name="ids" value="([\d ]+)"', text)
    assert ids is not None
    status, place = post(tom, csrf, "/search/tag/do", tags="spring, mine", ids=f"{ids[1]} 999999")
    assert status == 303 and re.fullmatch(r"/search/tag/\d+", place)
    assert "Take it all back" in page(tom, place) and SCRIPT not in page(tom, place)
    assert enter("far").get(place).status_code == 404 and enter("eve").get(place).status_code == 403
    with own_site.app_context():
        assert db.session.scalars(select(Tag.uses).where(Tag.name == "spring")).one() == len(ids[1].split())
    assert post(tom, csrf, f"{place}/undo") == (303, place)
    assert "taken back" in page(tom, place)
    with own_site.app_context():
        assert {tag.name: tag.uses for tag in db.session.scalars(select(Tag))} == {"spring": 0, "mine": 1}, "what was there stays"


@pytest.mark.parametrize(
    ("query", "tags", "said"), [("", "", "Enter a tag"), ("?q=zzzzqqqq", "a", "nothing to tag"), ("", "x" * 99, "long")]
)
def test_a_wrong_edit_of_many_says_why(enter: Enter, csrf: Csrf, query: str, tags: str, said: str) -> None:
    status, text = post(enter("tom"), csrf, f"/search/tag{query}", tags=tags)
    assert status == 422 and said in text


@pytest.mark.parametrize(("who", "status"), [("stu", 403), ("eve", 403), (None, 303)])
def test_who_tags_many(own_site: Flask, enter: Enter, csrf: Csrf, who: str | None, status: int) -> None:
    client = enter(who) if who else own_site.test_client()
    assert client.get("/search/tag").status_code == status
    for path in ("/search/tag", "/search/tag/do", "/search/tag/1/undo"):
        assert post(client, csrf, path, tags="x", ids="1")[0] == status
    with own_site.app_context():
        assert db.session.scalar(select(func.count()).select_from(Tag)) == 0


def test_more_tags_are_no_more_questions_to_the_database(own_site: Flask, enter: Enter, csrf: Csrf, name: str) -> None:
    tom = enter("tom")
    asked = []
    for tags in ("a, b, c", ",".join(f"w{number}" for number in range(27))):
        tag = put(tom, csrf, name, tags)["a"]
        page(tom, "/institutions/school/tags")  # flashes are gone
        for path in (f"/resources/{name}", "/institutions/school/tags", f"/tags/{tag}"):
            page(tom, path)
            with counted(own_site) as seen:
                page(tom, path)
            asked.append(len(seen))
    assert asked[:3] == asked[3:]
