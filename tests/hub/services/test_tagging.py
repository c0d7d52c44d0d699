"""Tags: how words are compared and parted, who puts and takes them, what is counted, what the index hears."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from hub.db import db
from hub.models import AuditEvent, Concept, Outbox, Resource, Tag, Tagging
from hub.services import documenting, retagging, sprinkling, tagging
from hub.services.acting import ANYBODY, Viewer
from hub.services.tagging import BadTag, NotAllowed

from .shelf_stage import Stage, resources, set_stage


@pytest.fixture
def stage(
    session: Session, make_source: Callable[..., object], make_record: Callable[..., object], receive: Callable[..., object]
) -> Stage:
    receive(make_source("one"), [make_record(f"r{n}", f"A course that is called {n}") for n in range(4)])
    found = set_stage(session, resources(session))
    session.execute(delete(Outbox))
    session.commit()
    return found


def put(session: Session, who: Viewer, pages: Sequence[int], *names: str) -> list[int]:
    made = tagging.put(session, who, pages, names)
    session.commit()
    return made


def uses(session: Session) -> dict[str, int]:
    """Word -> how often it is said to be used; it must be true."""
    session.expire_all()
    for tag in session.scalars(select(Tag)):
        assert tag.uses == session.scalar(select(func.count()).where(Tagging.tag_id == tag.id))
    return {tag.name: tag.uses for tag in session.scalars(select(Tag))}


def tag(session: Session, name: str) -> Tag:
    session.expire_all()
    return session.scalars(select(Tag).where(Tag.name == name)).one()


@given(st.text(max_size=100))
def test_a_key_is_its_own_key(name: str) -> None:
    assert tagging.key(tagging.key(name)) == tagging.key(name)


@given(st.text(max_size=200))
def test_what_is_typed_becomes_short_different_words(typed: str) -> None:
    try:
        names = tagging.split(typed)
    except BadTag as error:
        assert error.why in ("empty", "long")
        return
    assert 1 <= len(names) == len({tagging.key(name) for name in names})
    assert all(0 < len(name) <= tagging.NAME_MOST and not tagging.SEPARATORS.search(name) for name in names)
    assert tagging.split(",".join(names)) == names


@pytest.mark.parametrize(
    "typed", ["Customs,week 3", "customs，Week 3", " Customs 、 week  3", "Customs;week 3；CUSTOMS", "Customs\nweek 3"]
)
def test_commas_of_any_kind_part_tags(typed: str) -> None:
    assert [tagging.key(name) for name in tagging.split(typed)] == ["customs", "week 3"]


@pytest.mark.parametrize("name", ["ＡＢＣ", "abc", " Abc "])
def test_width_and_case_do_not_matter(name: str) -> None:
    assert tagging.key(name) == "abc"


def test_a_word_is_made_once_and_stands_once(session: Session, stage: Stage) -> None:
    assert len(put(session, stage.ann, stage.pages[:2], "Customs", "ＣＵＳＴＯＭＳ", "trade")) == 4
    assert put(session, stage.tom, stage.pages[:2], "customs") == []
    assert len(put(session, stage.max, stage.pages[:1], "customs")) == 1
    assert uses(session) == {"Customs": 2, "trade": 2, "customs": 1}, "each institution has its own words"
    assert set(session.scalars(select(Outbox.resource_id))) == set(stage.pages[:2])


@pytest.mark.parametrize("who", ["sam", "lone", None])
def test_only_teachers_tag(session: Session, stage: Stage, who: str | None) -> None:
    with pytest.raises(NotAllowed):
        tagging.put(session, getattr(stage, who) if who else ANYBODY, stage.pages[:1], ["customs"])


@pytest.mark.parametrize(
    ("who", "may"), [("ann", True), ("cleo", True), ("tom", False), ("sam", False), ("pat", False), ("max", False), ("lone", False)]
)
def test_who_put_it_there_and_curators_take_it_off(session: Session, stage: Stage, who: str, may: bool) -> None:
    (number,) = put(session, stage.ann, stage.pages[:1], "customs")
    (group,) = tagging.on_resource(session, getattr(stage, who), stage.pages[0]).groups
    assert [one.mine for one in group.tags] == [may], "the page offers what the service allows"
    if may:
        assert tagging.take(session, getattr(stage, who), number, stage.pages[0])
    else:
        with pytest.raises(NotAllowed):
            tagging.take(session, getattr(stage, who), number, stage.pages[0])
    assert uses(session) == {"customs": 0 if may else 1}
    assert not tagging.take(session, stage.ann, number + 99, stage.pages[0])
    assert not tagging.take(session, stage.ann, number, stage.pages[1]), "of another resource"


def test_a_resource_has_room_for_so_many(session: Session, stage: Stage) -> None:
    put(session, stage.ann, stage.pages[:1], *(f"w{n}" for n in range(tagging.EACH_MOST)))
    with pytest.raises(BadTag, match="many"):
        tagging.put(session, stage.ann, stage.pages[:1], ["one more"])
    session.rollback()
    assert len(put(session, stage.max, stage.pages[:1], "one more")) == 1, "another institution has room of its own"


def test_two_colleagues_at_once_make_one_word(app: Flask, session: Session, stage: Stage) -> None:
    engine, start, faults = db.engine, threading.Barrier(4), list[Exception]()
    pages, people = stage.pages[:3], (stage.ann, stage.tom, stage.cleo, stage.ann)
    session.close()

    def work(who: Viewer) -> None:
        with Session(engine) as own:
            start.wait(10)
            try:
                put(own, who, pages, "customs", "trade")
            except Exception as error:
                faults.append(error)

    threads = [threading.Thread(target=work, args=(who,)) for who in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == [] and uses(session) == {"customs": 3, "trade": 3}


def test_suggestions_are_ones_own_the_most_used_first(session: Session, stage: Stage) -> None:
    put(session, stage.ann, stage.pages[:1], "customs duty", "100%")
    put(session, stage.ann, stage.pages[:3], "Customs")
    put(session, stage.max, stage.pages[:1], "customs elsewhere")
    assert tagging.suggestions(session, stage.tom, "trade, CUST") == ["Customs", "customs duty"]
    assert tagging.suggestions(session, stage.tom, "0%") == ["100%"]
    assert tagging.suggestions(session, stage.lone, "cust") == []


def test_merged_words_are_one_and_lead_there(session: Session, stage: Stage) -> None:
    put(session, stage.ann, stage.pages[:3], "freight")
    put(session, stage.ann, stage.pages[2:], "shipping")
    retagging.merge(session, stage.cleo, tag(session, "freight"), tag(session, "shipping"))
    session.commit()
    assert uses(session) == {"freight": 0, "shipping": 4}
    put(session, stage.ann, stage.pages[:1], "FREIGHT")
    assert uses(session) == {"freight": 0, "shipping": 4}, "the old word puts the new one"
    put(session, stage.max, stage.pages[:1], "foreign")
    for other in ("foreign", "freight", "shipping"):
        with pytest.raises(ValueError, match="cannot be merged"):
            retagging.merge(session, stage.cleo, tag(session, "shipping"), tag(session, other))


@pytest.mark.parametrize("who", ["ann", "sam", "max", "lone"])
def test_only_curators_keep_the_words_in_order(session: Session, stage: Stage, who: str) -> None:
    put(session, stage.ann, stage.pages[:1], "freight", "shipping")
    one, other, viewer = tag(session, "freight"), tag(session, "shipping"), getattr(stage, who)
    with pytest.raises(NotAllowed):
        retagging.change(session, viewer, one, name="x", about="", topic="", version=1)
    with pytest.raises(NotAllowed):
        retagging.merge(session, viewer, one, other)
    with pytest.raises(NotAllowed):
        retagging.remove(session, viewer, one)


def test_a_topic_of_a_tag_reaches_the_index(session: Session, stage: Stage) -> None:
    concept = session.scalar(select(Concept.id).where(Concept.notation == "logistics")) or make_topic(session)
    put(session, stage.ann, stage.pages[:1], "shipping")
    before = documents(session, stage.pages[0])
    retagging.change(session, stage.cleo, tag(session, "shipping"), name="Shipping", about="", topic="logistics", version=1)
    session.commit()
    after = documents(session, stage.pages[0])
    assert "logistics" not in " ".join(before.facets.get("topic", ())) and "logistics" in " ".join(after.facets.get("topic", ()))
    assert after.facets["tag"] == before.facets["tag"] == (str(tag(session, "Shipping").id),)
    assert tag(session, "Shipping").concept_id == concept
    with pytest.raises(retagging.Stale):
        retagging.change(session, stage.cleo, tag(session, "Shipping"), name="other", about="", topic="", version=1)
    with pytest.raises(LookupError):
        retagging.change(session, stage.cleo, tag(session, "Shipping"), name="other", about="", topic="nobody", version=2)


def make_topic(session: Session) -> int:
    made = Concept(scheme="topic", notation="logistics", position=1)
    session.add(made)
    session.commit()
    return made.id


def documents(session: Session, page: int) -> documenting.Document:
    (found,) = documenting.documents(session, [page])
    return found


def test_many_are_tagged_and_exactly_these_tags_taken_off(session: Session, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sprinkling, "BATCH", 2)
    put(session, stage.tom, stage.pages[:1], "spring")
    session.get_one(Resource, stage.pages[3]).hidden_at = session.get_one(Resource, stage.pages[3]).created_at
    session.commit()
    steps = list(sprinkling.sprinkle(session, stage.ann, [*stage.pages, 999_999], ["Spring", "new"]))
    session.commit()
    (number,) = {number for number, _count in steps}
    assert sum(count for _number, count in steps) == 5 and uses(session) == {"spring": 3, "new": 3}, "one was there, one is hidden"
    put(session, stage.tom, stage.pages[3:], "new")
    done = sprinkling.get(session, number)
    assert done is not None and (done.put, done.undone) == (5, False)
    for who in (stage.tom, stage.sam, stage.max, ANYBODY):
        with pytest.raises(NotAllowed):
            list(sprinkling.undo(session, who, done))
    assert sum(sprinkling.undo(session, stage.cleo, done)) == 5
    session.commit()
    assert uses(session) == {"spring": 1, "new": 1}, "what others put stays"
    assert sprinkling.get(session, number).undone  # type: ignore[union-attr]


def test_a_wrong_edit_of_many_changes_nothing(session: Session, stage: Stage) -> None:
    with pytest.raises(NotAllowed):
        list(sprinkling.sprinkle(session, stage.sam, stage.pages, ["x"]))
    with pytest.raises(BadTag, match="many"):
        list(sprinkling.sprinkle(session, stage.ann, stage.pages, [f"w{n}" for n in range(31)]))
    with pytest.raises(sprinkling.TooMany):
        list(sprinkling.sprinkle(session, stage.ann, range(10_001), ["x"]))
    session.rollback()
    assert uses(session) == {} and session.scalar(select(AuditEvent.id).where(AuditEvent.action == sprinkling.TAGGED)) is None
