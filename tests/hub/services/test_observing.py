"""Searches are counted without anything personal: what is kept of words, of time, for how long, of how many."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.models import Demand
from hub.services import observing, surveying
from hub.services.observing import Observer, kept_words

DAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Cross-Border   Logistics ", "cross-border logistics"),
        ("跨境電商\u3000物流", "跨境电商 物流"),
        ("B2B 2026", "b2b 2026"),
        ("", None),
        (" \0 ", None),
    ],
)
def test_words_are_folded(typed: str, kept: str | None) -> None:
    assert kept_words(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "anna.miller@example.org",
        "mail to anna＠example.org",
        "+86 138 0013 8000",
        "(030) 123-45 67",
        "１３８００１３８０００",
        "身份证 11010519491231002X",
        "https://example.org/reset?token=abc",
        "www.example.org/me",
        "x" * 201,
    ],
)
def test_what_may_say_who_somebody_is_is_never_kept(typed: str) -> None:
    assert kept_words(typed) is None


@given(st.text(max_size=300))
def test_any_text_is_kept_short_and_in_one_form_or_not_at_all(typed: str) -> None:
    words = kept_words(typed)
    if words is not None:
        assert 0 < len(words) <= observing.LONGEST and "@" not in words and "\0" not in words
        assert words == " ".join(words.split())


def note(observer: Observer, words: str, *, found: int = 3, milliseconds: int = 10, day: date = DAY, language: str = "en") -> None:
    observer.note(words, language, found=found, milliseconds=milliseconds, day=day)


def test_counts_wait_in_memory_and_go_once() -> None:
    given_away: list[observing.Counts] = []
    observer = Observer(given_away.append, pause=None)
    for words, found, milliseconds in (("SEO", 3, 10), ("seo ", 0, 250), ("a@b.example", 1, 1)):
        note(observer, words, found=found, milliseconds=milliseconds)
    assert given_away == []
    observer.hand_over()
    observer.hand_over()
    assert len(given_away) == 1
    assert given_away[0] == {("seo", "en", DAY): observing.Count(times=2, fruitless=1, total_ms=260, slowest_ms=250)}


def test_memory_is_bounded() -> None:
    given_away: list[observing.Counts] = []
    observer = Observer(given_away.append, pause=None)
    for number in range(observing.PENDING_MOST + 50):
        note(observer, f"word{number:04}")
    note(observer, "word0000")
    observer.hand_over()
    assert len(given_away[0]) == observing.PENDING_MOST
    assert given_away[0]["word0000", "en", DAY].times == 2


def test_a_thread_hands_over_by_itself() -> None:
    done = threading.Event()
    note(Observer(lambda counts: done.set(), pause=0.01), "logistics")
    assert done.wait(10)


def add(session: Session, *rows: tuple[str, date, int], today: date = DAY) -> None:
    """Searches: words, day, times."""
    observer = Observer(lambda counts: observing.keep(session, counts, today=today), pause=None)
    for words, day, times in rows:
        for _ in range(times):
            note(observer, words, day=day, found=0, milliseconds=20)
        observer.hand_over()
    session.commit()


def test_counts_of_a_month_add_up(session: Session) -> None:
    add(session, ("seo", date(2026, 11, 3), 2), ("seo", date(2026, 11, 3), 1), ("seo", DAY, 1), ("seo", date(2026, 11, 20), 1))
    row = session.scalars(select(Demand)).one()
    assert (row.month, row.last_day, row.days, row.times, row.fruitless, row.total_ms) == (date(2026, 11, 1), DAY, 2, 5, 5, 100)


def test_nothing_is_kept_but_words_language_counts_and_days(session: Session) -> None:
    columns = {column.name for column in Demand.__table__.columns}
    assert columns == {"id", "words", "language", "month", "last_day", "days", "times", "fruitless", "total_ms", "slowest_ms"}


def test_old_months_and_what_came_once_are_forgotten(session: Session) -> None:
    add(session, ("old", DAY - timedelta(days=120), 9), ("alone", DAY - timedelta(days=40), 1), today=DAY - timedelta(days=120))
    add(session, ("often", DAY - timedelta(days=41), 1), ("often", DAY - timedelta(days=40), 1), today=DAY - timedelta(days=40))
    add(session, ("new", DAY, 1))
    assert set(session.scalars(select(Demand.words))) == {"often", "new"}


def test_no_count_is_older_than_ninety_days(session: Session) -> None:
    for before in range(0, 130, 7):
        day = DAY - timedelta(days=before)
        add(session, ("often", day - timedelta(days=1), 1), ("often", day, 1), today=day)
    observing.forget(session, today=DAY)
    assert session.scalar(select(func.min(Demand.month))) > DAY - observing.KEPT


def test_the_rarest_go_first_when_there_are_too_many(session: Session) -> None:
    add(session, ("frequent", DAY, 4), ("some", DAY, 2), ("rare", DAY, 1))
    observing.forget(session, today=DAY, most=2)
    assert set(session.scalars(select(Demand.words))) == {"frequent", "some"}


def test_the_application_keeps_what_it_counted(app: Flask, session: Session) -> None:
    observer = app.extensions["hub"].observer
    note(observer, "物流", day=date.today(), language="zh-Hans")  # noqa: DTZ011
    observer.hand_over()
    assert session.scalars(select(Demand.words)).all() == ["物流"]


def test_a_database_that_does_not_take_them_costs_the_counts_and_nothing_else(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    from sqlalchemy.exc import OperationalError

    def refuse(counts: observing.Counts) -> None:
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    observer = Observer(refuse, pause=None)
    note(observer, "secret words")
    observer.hand_over()
    assert "1 searches are lost" in caplog.text and "secret" not in caplog.text


def test_what_one_person_typed_once_is_not_shown(session: Session) -> None:
    add(session, ("anna miller berlin", DAY, 1), ("twice a day", DAY, 2), ("three times", DAY, 3))
    add(session, ("two days", DAY - timedelta(days=1), 1), ("two days", DAY, 1))
    survey = surveying.survey(session)
    shown = {row.words for rows in (survey.nothing_found, survey.slowest, survey.frequent) for row in rows}
    assert shown == {"three times", "two days"}
    assert (survey.times, survey.fruitless, survey.unseen) == (8, 8, 2)


def test_lists_tell_what_finds_nothing_what_is_slow_what_is_frequent(session: Session) -> None:
    observer = Observer(lambda counts: observing.keep(session, counts, today=DAY), pause=None)
    for _ in range(4):
        note(observer, "zzz", found=0)
        note(observer, "course", milliseconds=400)
        note(observer, "logistics")
    note(observer, "logistics", day=date(2026, 10, 31))
    observer.hand_over()
    survey = surveying.survey(session)
    assert [row.words for row in survey.nothing_found] == ["zzz"]
    assert [(row.words, row.slowest_ms, row.mean_ms) for row in survey.slowest] == [("course", 400, 400)]
    assert [(row.words, row.times) for row in survey.frequent] == [("logistics", 5), ("course", 4), ("zzz", 4)]
    assert survey.slow == 1 and survey.frequent[0].last_day == DAY
