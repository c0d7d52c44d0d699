"""What people follow, its news, and advice with reasons: never more than they may see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from hub.db import now
from hub.models import Adoption, Bookmark, Follow, Institution, Resource, Shelf
from hub.services import acting, announcing, dismissing, following, indexing, recommending
from hub.services.acting import Viewer
from search.index import Index

from .houses import who
from .shelf_stage import Stage, resources, set_stage, shelf_of


@pytest.fixture
def stage(
    session: Session, make_source: Callable[..., object], make_record: Callable[..., object], receive: Callable[..., object]
) -> Stage:
    receive(make_source("one"), [make_record(f"r{n:02}", f"A lesson on pottery {n:02}", provider="Clay School") for n in range(8)])
    return set_stage(session, resources(session))


@pytest.fixture
def index(app: Flask, session: Session, stage: Stage) -> Index:
    found: Index = app.extensions["hub"].index
    indexing.drain(session, found)
    return found


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """The statements that the database gets meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(session.get_bind(), "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(session.get_bind(), "before_cursor_execute", note)


def adopted(session: Session, stage: Stage, page: int, visibility: str) -> None:
    about = {"resource_id": page, "first_id": page, "person_id": stage.ann.person_id, "institution_id": stage.school.id}
    session.add(Adoption(**about, course="Trade", term="2026", visibility=visibility, created_at=now(), updated_at=now()))
    session.commit()


def subject(session: Session, viewer: Viewer, kind: str, key: str) -> list[following.Subject]:
    found = following.subject(session, viewer, kind, key)
    return [found] if found is not None else []


def test_following_twice_is_once_and_nobody_follows_more_than_enough(session: Session, stage: Stage) -> None:
    ann = stage.ann.person_id or 0
    first = following.follow(session, ann, "institution", stage.school.slug)
    assert following.follow(session, ann, "institution", stage.school.slug, alert="daily") is first and first.alert == "none"
    session.add_all(
        Follow(person_id=ann, subject="topic", key=f"t{n}", checked_at=now(), created_at=now()) for n in range(following.MOST - 1)
    )
    session.flush()
    with pytest.raises(following.TooMany):
        following.follow(session, ann, "topic", "one-more")
    assert following.one(session, stage.tom.person_id or 0, first.id) is None, "nobody else's"
    assert following.of(session, None, "institution", stage.school.slug) is None


def test_what_can_be_followed_is_what_one_sees(session: Session, stage: Stage) -> None:
    shelf = shelf_of(session, stage.ann, stage.pages[:1], visibility="partners", house_id=stage.school.id)
    seen = {name: bool(subject(session, viewer, "shelf", shelf.public_id)) for name, viewer in (
        ("tom", stage.tom), ("pat", stage.pat), ("max", stage.max), ("nobody", acting.ANYBODY),
    )}  # fmt: skip
    assert seen == {"tom": True, "pat": True, "max": False, "nobody": False}
    assert following.subject(session, stage.ann, "provider", "clay-school") is not None
    for kind, key in (("topic", "nothing"), ("person", "1"), ("provider", "x" * 101), ("shelf", "a\0b"), ("institution", "")):
        assert following.subject(session, stage.ann, kind, key) is None
    session.execute(update(Institution).where(Institution.id == stage.school.id).values(closed_at=now()))
    assert following.subject(session, stage.ann, "institution", stage.school.slug) is None


def test_news_of_an_institution_are_those_that_a_visitor_may_see(session: Session, stage: Stage, index: Index) -> None:
    adopted(session, stage, stage.pages[0], "public")
    adopted(session, stage, stage.pages[1], "institution")
    shelf_of(session, stage.ann, stage.pages[2:4], visibility="partners", house_id=stage.school.id)
    for viewer, kinds in (
        (stage.tom, ["adoption", "adoption", "shelf"]),
        (stage.pat, ["adoption", "shelf"]),
        (stage.max, ["adoption"]),
        (acting.ANYBODY, ["adoption"]),
    ):
        news = announcing.news(session, index, viewer, subject(session, viewer, "institution", stage.school.slug))
        assert sorted(one.kind for one in news) == kinds
    since = now() + timedelta(seconds=1)
    assert announcing.news(session, index, stage.tom, subject(session, stage.tom, "institution", stage.school.slug), since=since) == ()


def test_news_of_a_shelf_and_of_what_was_hidden(session: Session, stage: Stage, index: Index) -> None:
    shelf = shelf_of(session, stage.ann, stage.pages[:3], visibility="public", house_id=stage.school.id)
    about = subject(session, acting.ANYBODY, "shelf", shelf.public_id)
    assert len(announcing.news(session, index, acting.ANYBODY, about)) == 3
    session.get_one(Resource, stage.pages[0]).hidden_at = now()
    session.commit()
    assert len(announcing.news(session, index, acting.ANYBODY, about)) == 2
    session.execute(update(Shelf).values(visibility="private"))
    session.commit()
    assert announcing.news(session, index, acting.ANYBODY, about) == (), "also by a subject that was seen before"


def test_news_of_much_ask_as_often_as_news_of_little(session: Session, stage: Stage, index: Index) -> None:
    shelves = [shelf_of(session, stage.ann, stage.pages[:2], visibility="public", house_id=stage.school.id) for _ in range(6)]
    asked = []
    for many in (1, 6):
        about = [one for shelf in shelves[:many] for one in subject(session, stage.tom, "shelf", shelf.public_id)]
        with counted(session) as seen:
            announcing.news(session, index, stage.tom, about)
        asked.append(len(seen))
    assert asked[0] == asked[1]


def test_providers_and_topics_have_news_when_resources_come(session: Session, stage: Stage, index: Index) -> None:
    news = announcing.news(session, index, stage.tom, subject(session, stage.tom, "provider", "clay-school"), limit=5)
    assert [one.number for one in news] == sorted(stage.pages, reverse=True)[:5] and {one.about for one in news} == {"provider"}


def test_advice_says_why_and_leaves_out_what_is_settled(session: Session, stage: Stage, index: Index) -> None:
    adopted(session, stage, stage.pages[0], "institution")
    shelf_of(session, stage.ann, stage.pages[1:3], visibility="institution", house_id=stage.school.id)
    shelf_of(session, stage.ann, stage.pages[3:4])
    sam = stage.sam.person_id or 0

    def advice() -> dict[int, str]:
        found = recommending.advise(session, index, who(session, sam), language="en", most=24)
        return {one.resource.id: one.reason.kind for one in found}

    assert advice() == {stage.pages[0]: "adopted", stage.pages[1]: "shelved", stage.pages[2]: "shelved"}, "not what is private"
    assert recommending.advise(session, index, stage.max, language="en", most=24) == (), "a stranger sees none of it"
    when = {"created_at": now(), "updated_at": now()}
    session.add(Bookmark(person_id=sam, resource_id=stage.pages[0], first_id=stage.pages[0], status="stopped", note="", **when))
    dismissing.dismiss(session, sam, stage.pages[1])
    dismissing.dismiss(session, sam, stage.pages[1])
    session.commit()
    assert advice() == {stage.pages[2]: "shelved"}
    with counted(session) as seen:
        assert dismissing.settled(session, sam, stage.pages) == {stage.pages[0], stage.pages[1]}
    assert len([one for one in seen if one.startswith("SELECT")]) == 1
    dismissing.restore(session, sam, stage.pages[1])
    assert advice() == {stage.pages[1]: "shelved", stage.pages[2]: "shelved"}
