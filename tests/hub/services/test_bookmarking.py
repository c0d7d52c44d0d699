"""What a person keeps: once, with a note, a status and its dates, and back again after it was taken away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from hub.db import now
from hub.models import Bookmark, Person, RemovedBookmark, Resource
from hub.services import bookmarking, joining, revisiting
from hub.services.acting import ANYBODY, Viewer
from hub.services.bookmarking import Days
from hub.services.revisiting import Ask


@pytest.fixture
def pages(
    session: Session, make_source: Callable[..., object], make_record: Callable[..., object], receive: Callable[..., object]
) -> list[int]:
    """Thirty pages."""
    receive(make_source("one"), [make_record(f"r{n:02}", f"A course that is called {n:02}") for n in range(30)])
    return list(session.scalars(select(Resource.id).order_by(Resource.id)))


@pytest.fixture
def ann(session: Session) -> int:
    found = joining.add(session, "ann@school.example", "correct horse battery")
    session.commit()
    return found.id


def keep(session: Session, person_id: int, resource_id: int) -> Bookmark:
    made = bookmarking.keep(session, person_id, resource_id)
    session.commit()
    return made


def test_keeping_twice_is_keeping_once(session: Session, pages: list[int], ann: int) -> None:
    first, second = keep(session, ann, pages[0]), keep(session, ann, pages[0])
    assert first.id == second.id
    assert (first.status, first.note, first.first_id, first.version) == ("interested", "", pages[0], 1)
    assert session.scalar(select(func.count()).select_from(Bookmark)) == 1


def test_what_was_written_comes_back_within_a_day(session: Session, pages: list[int], ann: int) -> None:
    bookmarking.revise(session, keep(session, ann, pages[0]), note="Week 3 is good", status="studying")
    session.commit()
    assert bookmarking.drop(session, ann, pages[0])
    session.commit()
    assert bookmarking.of(session, ann, pages[0]) is None
    assert not bookmarking.drop(session, ann, pages[0]), "it is away already"
    back = keep(session, ann, pages[0])
    assert (back.note, back.status, back.started_at is not None) == ("Week 3 is good", "studying", True)
    assert session.scalar(select(RemovedBookmark)) is None


def test_after_a_day_it_is_forgotten(session: Session, pages: list[int], ann: int) -> None:
    for page in pages[:2]:
        bookmarking.revise(session, keep(session, ann, page), note="secret", status="studying")
        bookmarking.drop(session, ann, page)
    session.execute(update(RemovedBookmark).values(removed_at=now() - timedelta(days=1, minutes=1)))
    session.commit()
    assert keep(session, ann, pages[0]).note == ""
    bookmarking.drop(session, ann, pages[5])
    session.commit()
    assert session.scalars(select(RemovedBookmark.resource_id)).all() == [], "and is kept by nobody"


@pytest.mark.parametrize(
    ("steps", "started", "ended"),
    [
        (["studying"], True, False),
        (["completed"], False, True),
        (["studying", "completed"], True, True),
        (["studying", "stopped"], True, True),
        (["studying", "completed", "studying"], True, False),
        (["studying", "completed", "interested"], False, False),
    ],
)
def test_dates_follow_the_status(session: Session, pages: list[int], ann: int, steps: list[str], started: bool, ended: bool) -> None:
    bookmark = keep(session, ann, pages[0])
    for status in steps:
        bookmarking.revise(session, bookmark, note="", status=status)
        session.commit()
    assert (bookmark.started_at is not None, bookmark.ended_at is not None) == (started, ended)


def test_studying_begins_once_and_the_end_is_the_last_one(session: Session, pages: list[int], ann: int) -> None:
    bookmark = keep(session, ann, pages[0])
    bookmarking.revise(session, bookmark, note="", status="studying")
    begun = bookmark.started_at
    bookmarking.revise(session, bookmark, note="", status="stopped")
    ended = bookmark.ended_at
    bookmarking.revise(session, bookmark, note="more", status="stopped")
    assert bookmark.ended_at == ended, "a note changes no date"
    bookmarking.revise(session, bookmark, note="more", status="studying")
    bookmarking.revise(session, bookmark, note="more", status="completed")
    assert bookmark.started_at == begun
    assert ended is not None and bookmark.ended_at is not None and bookmark.ended_at > ended


def test_days_are_corrected_by_hand(session: Session, pages: list[int], ann: int) -> None:
    bookmark, spring, summer = keep(session, ann, pages[0]), date(2025, 3, 1), date(2025, 7, 1)
    bookmarking.revise(session, bookmark, note="", status="completed", days=Days(spring, summer))
    assert bookmarking.days_of(bookmark) == Days(spring, summer)
    version = bookmark.version
    bookmarking.revise(session, bookmark, note="", status="completed", days=Days(spring, summer))
    assert bookmark.version == version, "nothing has changed"
    bookmarking.revise(session, bookmark, note="", status="completed", days=Days(None, summer))
    assert bookmarking.days_of(bookmark) == Days(None, summer), "unknown"
    bookmarking.revise(session, bookmark, note="", status="stopped", days=Days(None, summer))
    assert bookmarking.days_of(bookmark).ended == now().date(), "a day that nobody touched follows the status"
    bookmarking.revise(session, bookmark, note="", status="interested", days=bookmarking.days_of(bookmark))
    assert bookmarking.days_of(bookmark) == Days(None, None)


@pytest.mark.parametrize(
    ("status", "started", "ended", "which", "why"),
    [
        ("studying", timedelta(days=2), None, "started", "future"),
        ("completed", timedelta(0), timedelta(days=2), "ended", "future"),
        ("completed", timedelta(-3), timedelta(-4), "ended", "order"),
        ("studying", timedelta(-3), timedelta(-2), "ended", "status"),
        ("interested", timedelta(-3), None, "started", "status"),
        ("studying", timedelta(days=-40_000), None, "started", "old"),
    ],
)
def test_days_that_cannot_be_are_refused(
    session: Session, pages: list[int], ann: int, status: str, started: timedelta, ended: timedelta | None, which: str, why: str
) -> None:
    bookmark, today = keep(session, ann, pages[0]), now().date()
    with pytest.raises(bookmarking.WrongDay) as told:
        bookmarking.revise(session, bookmark, note="", status=status, days=Days(today + started, today + ended if ended else None))
    assert (told.value.which, told.value.why) == (which, why)


def test_an_old_version_writes_nothing(session: Session, pages: list[int], ann: int) -> None:
    bookmark = keep(session, ann, pages[0])
    bookmarking.revise(session, bookmark, note="first", status="interested", version=1)
    session.commit()
    with pytest.raises(bookmarking.Stale):
        bookmarking.revise(session, bookmark, note="second", status="studying", version=1)
    session.rollback()
    assert (bookmark.note, bookmark.status, bookmark.version) == ("first", "interested", 2)


def test_a_note_holds_no_control_characters(session: Session, pages: list[int], ann: int) -> None:
    bookmark = keep(session, ann, pages[0])
    bookmarking.revise(session, bookmark, note=" one\r\ntwo\u202e\x07 " + "x" * 9_000, status="interested")
    assert bookmark.note.startswith("one\ntwo x")
    assert len(bookmark.note) == bookmarking.NOTE_MOST


def test_marks_are_those_of_the_person_alone(session: Session, pages: list[int], ann: int) -> None:
    bob = joining.add(session, "bob@school.example", "correct horse battery").id
    keep(session, ann, pages[0])
    keep(session, bob, pages[1])
    assert bookmarking.marks(session, Viewer(ann), pages) == {pages[0]}
    assert bookmarking.marks(session, ANYBODY, pages) == frozenset()


@pytest.mark.parametrize("sort", revisiting.SORTS)
def test_pages_hold_every_bookmark_once_in_order(session: Session, pages: list[int], ann: int, sort: str) -> None:
    moment = now()
    for place, page in enumerate(pages):  # many at the same moment
        when = moment - timedelta(seconds=place // 7)
        session.add(Bookmark(person_id=ann, resource_id=page, first_id=page, created_at=when, updated_at=when))
    session.commit()
    found, after = [], None
    while True:
        page = revisiting.page(session, Ask(ann, sort=sort, after=after))
        found += page.rows
        assert page.counts == {"interested": 30, "studying": 0, "completed": 0, "stopped": 0}
        if page.following is None:
            break
        after = page.following
    assert len({one.id for one in found}) == len(found) == 30
    if sort == "title":
        assert [one.title for one in found] == sorted(one.title for one in found)
    else:
        assert [one.updated_at for one in found] == sorted((one.updated_at for one in found), reverse=True)


def test_words_are_found_in_titles_and_notes(session: Session, pages: list[int], ann: int) -> None:
    for page in pages[:3]:
        keep(session, ann, page)
    bookmarking.revise(session, keep(session, ann, pages[4]), note="100% for the Exam_2", status="completed")
    session.commit()
    assert [one.title for one in revisiting.page(session, Ask(ann, words="CALLED 01")).rows] == ["A course that is called 01"]
    assert [one.note for one in revisiting.page(session, Ask(ann, words="exam_2 100%")).rows] == ["100% for the Exam_2"]
    assert revisiting.page(session, Ask(ann, words="exam%2")).rows == ()
    assert revisiting.page(session, Ask(ann, words="exam")).counts["completed"] == 1


def test_what_is_gone_is_shown_as_gone(session: Session, pages: list[int], ann: int) -> None:
    for page in pages[:3]:
        keep(session, ann, page)
    session.execute(update(Resource).where(Resource.id == pages[0]).values(withdrawn_at=now()))
    session.execute(update(Resource).where(Resource.id == pages[1]).values(hidden_at=now()))
    session.commit()
    rows = {one.title[-2:]: one for one in revisiting.page(session, Ask(ann)).rows}
    assert rows["00"].resource is None and rows["00"].withdrawn_at is not None
    assert rows["01"].resource is None and rows["01"].hidden
    assert rows["02"].resource is not None


def test_the_export_has_all(session: Session, pages: list[int], ann: int) -> None:
    for page in pages:
        keep(session, ann, page)
    assert [one.title[-2:] for one in revisiting.every(session, ann)] == [f"{n:02}" for n in range(30)]


def test_an_account_takes_its_bookmarks_along(session: Session, pages: list[int], ann: int) -> None:
    keep(session, ann, pages[0])
    keep(session, ann, pages[1])
    bookmarking.drop(session, ann, pages[1])
    session.commit()
    session.delete(session.get_one(Person, ann))
    session.commit()
    assert session.scalars(select(Bookmark)).all() == [] == session.scalars(select(RemovedBookmark)).all()
