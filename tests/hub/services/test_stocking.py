"""What stands on a shelf: whatever two people do to it at once, nothing is lost and nothing stands there twice."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.db import db, now
from hub.models import Resource, Shelf, ShelfItem
from hub.services import commenting, copying, rehoming, shelving, stocking
from hub.services.acting import ANYBODY
from hub.services.shelving import NotAllowed, Stale, TooMany

from .shelf_stage import Stage, order, resources, set_stage, shelf_of


@pytest.fixture
def stage(
    session: Session, make_source: Callable[..., object], make_record: Callable[..., object], receive: Callable[..., object]
) -> Stage:
    receive(make_source("one"), [make_record(f"r{n}", f"A course that is called {n}") for n in range(6)])
    return set_stage(session, resources(session))


@pytest.fixture
def shelf(session: Session, stage: Stage) -> Shelf:
    """Of the school, with five of six pages."""
    return shelf_of(session, stage.ann, stage.pages[:5], visibility="public", house_id=stage.school.id)


def line(session: Session, shelf: Shelf, page: int) -> ShelfItem:
    return session.scalars(select(ShelfItem).where(ShelfItem.shelf_id == shelf.id, ShelfItem.resource_id == page)).one()


def test_what_comes_stands_at_the_end_and_once(session: Session, stage: Stage, shelf: Shelf) -> None:
    assert stocking.add(session, stage.tom, shelf, [stage.pages[5], stage.pages[0], stage.pages[5]]) == 1
    assert order(session, shelf) == stage.pages
    assert line(session, shelf, stage.pages[5]).first_id == stage.pages[5]


def test_whoever_may_not_changes_nothing(session: Session, stage: Stage, shelf: Shelf) -> None:
    item = line(session, shelf, stage.pages[0]).id
    for who in (stage.sam, stage.pat, stage.max, stage.lone, ANYBODY):
        for deed in (
            lambda who=who: stocking.add(session, who, shelf, [stage.pages[5]]),
            lambda who=who: stocking.take(session, who, shelf, stage.pages[0]),
            lambda who=who: stocking.move(session, who, shelf, item, to=3),
            lambda who=who: stocking.note(session, who, shelf, item, "x", version=1),
            lambda who=who: stocking.put_back(session, who, shelf, stage.pages[5], note="", position=1),
        ):
            with pytest.raises(NotAllowed):
                deed()
    assert order(session, shelf) == stage.pages[:5]


STEPS = st.lists(
    st.tuples(st.sampled_from(("ann", "tom")), st.sampled_from(("move", "take", "undo", "add")), st.integers(0, 5), st.integers(-1, 9)),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_whatever_two_editors_do_each_page_stands_there_once(
    session: Session, stage: Stage, shelf: Shelf, steps: list[tuple[str, str, int, int]]
) -> None:
    """Beside the shelf goes a plain list with the same steps."""
    expected, taken = order(session, shelf), None
    for name, do, which, to in steps:
        who, page = getattr(stage, name), stage.pages[which]
        if do == "move" and page in expected:
            place = stocking.move(session, who, shelf, line(session, shelf, page).id, to=to)
            expected.remove(page)
            expected.insert(min(max(to, 1), len(expected) + 1) - 1, page)
            assert place == expected.index(page) + 1
        elif do == "take" and page in expected:
            place = expected.index(page)
            taken = (page, place, stocking.take(session, who, shelf, page))
            expected.remove(page)
        elif do == "undo" and taken and taken[2] and taken[0] not in expected:
            stocking.put_back(session, who, shelf, taken[0], note=taken[2][0], position=taken[2][1])
            assert sorted(order(session, shelf)) == sorted([*expected, taken[0]])
            expected = order(session, shelf)
        elif do == "add":
            stocking.add(session, who, shelf, [page])
            expected += [page] if page not in expected else []
        assert order(session, shelf) == expected


def test_undone_at_once_it_stands_where_it_stood(session: Session, stage: Stage, shelf: Shelf) -> None:
    for page in stage.pages[:5]:
        kept = stocking.take(session, stage.ann, shelf, page)
        assert kept is not None and stocking.take(session, stage.tom, shelf, page) is None, "somebody else was quicker"
        stocking.put_back(session, stage.ann, shelf, page, note=kept[0], position=kept[1])
        assert order(session, shelf) == stage.pages[:5]


def test_two_who_write_the_same_note_lose_nothing(session: Session, stage: Stage, shelf: Shelf) -> None:
    item = line(session, shelf, stage.pages[1])
    seen = item.version
    assert stocking.note(session, stage.ann, shelf, item.id, "For week one", version=seen)
    with pytest.raises(Stale):
        stocking.note(session, stage.tom, shelf, item.id, "For week two", version=seen)
    assert stocking.note(session, stage.tom, shelf, item.id, "For week one", version=seen), "both wrote the same"
    assert line(session, shelf, stage.pages[1]).note == "For week one"


def test_two_who_add_at_the_same_time_both_do(app: Flask, session: Session, stage: Stage) -> None:
    shelf = shelf_of(session, stage.ann, [], visibility="public", house_id=stage.school.id)
    number, barrier, failed = shelf.id, threading.Barrier(2), []

    def put(name: str, pages: list[int]) -> None:
        with app.app_context():
            mine = db.session()
            try:
                barrier.wait()
                stocking.add(mine, getattr(stage, name), mine.get_one(Shelf, number), pages)
                mine.commit()
            except Exception as error:  # told to the test
                failed.append(error)

    session.commit()
    both = [threading.Thread(target=put, args=one) for one in (("ann", stage.pages[:3]), ("tom", stage.pages[2:]))]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert failed == []
    assert sorted(order(session, shelf)) == stage.pages
    places = session.scalars(select(ShelfItem.position).where(ShelfItem.shelf_id == number)).all()
    assert sorted(places) == [1, 2, 3, 4, 5, 6]


def test_a_full_shelf_says_so(session: Session, stage: Stage, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelving, "ITEMS_MOST", 5)
    assert stocking.add(session, stage.ann, shelf, [stage.pages[0]]) == 0
    with pytest.raises(TooMany):
        stocking.add(session, stage.ann, shelf, [stage.pages[5]])


def test_a_line_whose_page_was_merged_away_takes_no_place(session: Session, stage: Stage, shelf: Shelf) -> None:
    kept, gone = stage.pages[0], stage.pages[2]
    session.execute(update(Resource).where(Resource.id == gone).values(merged_into_id=kept))
    rehoming.follow(session, gone, kept)
    session.commit()
    shown = [stage.pages[n] for n in (0, 1, 3, 4)]
    assert order(session, shelf) == shown and stocking.size(session, shelf.id) == 4
    third = line(session, shelf, stage.pages[3]).id
    assert stocking.place_of(session, shelf, third) == 3
    assert stocking.move(session, stage.ann, shelf, third, to=2) == 2
    assert order(session, shelf) == [stage.pages[n] for n in (0, 3, 1, 4)]
    assert stocking.add(session, stage.ann, shelf, [gone]) == 0, "it stands there as the page that it is now"


def test_a_copy_says_whose_it_was_and_outlives_it(session: Session, stage: Stage, shelf: Shelf) -> None:
    stocking.note(session, stage.ann, shelf, line(session, shelf, stage.pages[1]).id, "Read this first", version=1)
    withdrawn, hidden = stage.pages[2], stage.pages[3]
    session.execute(update(Resource).where(Resource.id == withdrawn).values(withdrawn_at=now()))
    session.execute(update(Resource).where(Resource.id == hidden).values(hidden_at=now()))
    made = copying.copy(session, stage.max, shelf, institution_id=stage.other.id)
    session.commit()
    assert order(session, made) == [stage.pages[n] for n in (0, 1, 2, 4)], "what is hidden is copied by nobody"
    assert [item.gone for item in stocking.items(session, made.id)] == [None, None, "withdrawn", None]
    assert line(session, made, stage.pages[1]).note == "Read this first"
    assert (made.visibility, made.institution_id, made.copied_from_id) == ("institution", stage.other.id, shelf.id)
    shelving.remove(session, stage.ann, shelf)
    session.commit()
    session.refresh(made)
    assert made.copied_from_id is None and "Trade" in made.credit and stage.school.name in made.credit


def test_nobody_copies_for_an_institution_where_they_do_not_teach(session: Session, stage: Stage, shelf: Shelf) -> None:
    for who in (stage.sam, stage.max, stage.lone):
        with pytest.raises(NotAllowed):
            copying.copy(session, who, shelf, institution_id=stage.school.id)
    mine = copying.copy(session, stage.sam, shelf, institution_id=None)
    assert (mine.visibility, mine.person_id) == ("private", stage.sam.person_id)


def test_members_comment_and_curators_hide(session: Session, stage: Stage, shelf: Shelf) -> None:
    with pytest.raises(NotAllowed):
        commenting.say(session, stage.lone, shelf, "Spam")
    said = commenting.say(session, stage.pat, shelf, "We use this too")
    with pytest.raises(NotAllowed):
        commenting.take_back(session, stage.ann, shelf, said)
    with pytest.raises(NotAllowed):
        commenting.hide(session, stage.tom, shelf, said, hidden=True)
    commenting.hide(session, stage.cleo, shelf, said, hidden=True)
    session.flush()
    assert [commenting.count(session, who, shelf) for who in (stage.cleo, stage.pat, ANYBODY)] == [1, 0, 0]
    commenting.hide(session, stage.cleo, shelf, said, hidden=False)
    session.flush()
    assert [one.text for one in commenting.comments(session, ANYBODY, shelf)] == ["We use this too"]
    commenting.take_back(session, stage.pat, shelf, said)
    session.flush()
    assert commenting.comments(session, stage.cleo, shelf) == []


def test_a_comment_on_a_line_stays_when_the_line_goes(session: Session, stage: Stage, shelf: Shelf) -> None:
    item, other = line(session, shelf, stage.pages[0]).id, shelf_of(session, stage.ann, stage.pages[:1])
    foreign = line(session, other, stage.pages[0]).id
    assert commenting.say(session, stage.ann, shelf, "Of another shelf", item_id=foreign).item_id is None
    said = commenting.say(session, stage.ann, shelf, "Of this one", item_id=item)
    session.commit()
    stocking.take(session, stage.ann, shelf, stage.pages[0])
    session.commit()
    session.refresh(said)
    assert (said.item_id, said.text) == (None, "Of this one")
