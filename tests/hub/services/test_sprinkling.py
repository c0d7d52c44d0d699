"""Tags on many resources at once and taken off again, and words that were merged: what a hostile reader found."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.models import Resource
from hub.models.tag import Tag, Tagging
from hub.services import retagging, sprinkling, tagging
from hub.services.acting import Viewer

from .shelf_stage import Stage, resources, set_stage

Make = Callable[..., object]


@pytest.fixture
def stage(session: Session, make_source: Make, make_record: Make, receive: Make) -> Stage:
    receive(make_source("one"), [make_record(f"r{n}", f"A course that is called {n}") for n in range(4)])
    return set_stage(session, resources(session))


def all_of(session: Session, who: Viewer, ids: Sequence[int], names: Sequence[str]) -> int:
    numbers = []
    for number, _made in sprinkling.sprinkle(session, who, ids, names):
        session.commit()
        numbers.append(number)
    return numbers[0]


def one(session: Session, name: str) -> Tag:
    return session.scalars(select(Tag).where(Tag.key == tagging.key(name))).one()


def test_undo_takes_only_its_own(session: Session, stage: Stage) -> None:
    number = all_of(session, stage.ann, stage.pages, ["logistics"])
    assert list(sprinkling.undo(session, stage.ann, sprinkling.get(session, number))) == [len(stage.pages)]
    session.commit()
    tagging.put(session, stage.max, stage.pages, ["parcels"])  # another institution's own words
    session.commit()
    list(sprinkling.undo(session, stage.ann, sprinkling.get(session, number)))
    session.commit()
    assert session.scalar(select(func.count(Tagging.id))) == len(stage.pages)


def test_undo_after_taking_by_hand(session: Session, stage: Stage) -> None:
    number = all_of(session, stage.ann, stage.pages, ["logistics"])
    for row in session.scalars(select(Tagging)).all():
        tagging.take(session, stage.ann, row.id, row.resource_id)
    session.commit()
    tagging.put(session, stage.max, stage.pages, ["parcels"])
    session.commit()
    list(sprinkling.undo(session, stage.ann, sprinkling.get(session, number)))
    session.commit()
    assert session.scalar(select(func.count(Tagging.id))) == len(stage.pages)


def test_rename_to_a_merged_name(session: Session, stage: Stage) -> None:
    tagging.put(session, stage.ann, stage.pages[:1], ["a", "b"])
    session.commit()
    retagging.merge(session, stage.cleo, one(session, "a"), one(session, "b"))
    session.commit()
    b = one(session, "b")
    retagging.change(session, stage.cleo, b, name="a", about="", topic="", version=b.version)
    session.commit()
    merged = one(session, "b")
    assert (b.name, b.key, merged.merged_into_id) == ("a", "a", b.id)


def test_too_many_words_make_no_tags(session: Session, stage: Stage) -> None:
    with pytest.raises(tagging.BadTag):
        all_of(session, stage.ann, stage.pages, [f"w{n}" for n in range(40)])
    assert session.scalar(select(func.count(Tag.id))) == 0


def test_partial_room(session: Session, stage: Stage) -> None:
    tagging.put(session, stage.ann, stage.pages[:1], [f"w{n}" for n in range(29)])
    session.commit()
    all_of(session, stage.ann, stage.pages[:1], ["w0", "new"])
    assert one(session, "new").uses == 1


def test_merged_page(session: Session, stage: Stage) -> None:
    session.get(Resource, stage.pages[0]).merged_into_id = stage.pages[1]
    session.commit()
    all_of(session, stage.ann, stage.pages, ["x"])
    assert not session.scalar(select(func.count(Tagging.id)).where(Tagging.resource_id == stage.pages[0]))


def test_a_word_that_is_long_when_it_is_compared_is_refused() -> None:
    with pytest.raises(tagging.BadTag):
        tagging.split("\ufdfa" * 80)


def test_key_is_stable() -> None:
    letters = (chr(n) for n in range(sys.maxunicode + 1) if not 0xD800 <= n < 0xE000)
    assert [hex(ord(letter)) for letter in letters if tagging.key(f"a{letter}") != tagging.key(tagging.key(f"a{letter}"))] == []
