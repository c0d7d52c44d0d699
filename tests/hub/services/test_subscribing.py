"""Searches that people keep: one of a kind, named, bounded; what is new of them comes in the order of the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.db import now
from hub.models import Resource, SavedSearch
from hub.services import indexing, joining, noticing, subscribing
from hub.services.asking import Ask
from search.index import Index


@pytest.fixture
def index(
    app: Flask, session: Session, make_source: Callable[..., object], make_record: Callable[..., object], receive: Callable[..., object]
) -> Index:
    """Twelve pages that the index has heard of."""
    receive(make_source("one"), [make_record(f"r{n:02}", f"Customs and trade {n:02}") for n in range(12)])
    found: Index = app.extensions["hub"].index
    indexing.drain(session, found)
    return found


@pytest.fixture
def ann(session: Session) -> int:
    found = joining.add(session, "ann@school.example", "correct horse battery")
    session.commit()
    return found.id


def test_the_latest_of_the_catalogue_come_first_whatever_changed_last(session: Session, index: Index) -> None:
    ids = sorted(session.scalars(select(Resource.id)), reverse=True)
    session.get_one(Resource, ids[-1]).updated_at = now()
    session.commit()
    indexing.rebuild(session, index)
    assert noticing.latest(session, index, Ask(words="customs"), limit=5) == tuple(ids[:5])
    assert noticing.latest(session, index, Ask(words="customs", page=3), limit=12) == tuple(ids)


@pytest.mark.parametrize(("question", "reason"), [("", "everything"), ("sort=title", "everything"), ("q=" + "x%20y" * 400, "long")])
def test_what_cannot_be_kept_says_why(session: Session, ann: int, question: str, reason: str) -> None:
    with pytest.raises(subscribing.CannotKeep) as told:
        for filter_ in range(30):  # long words are cut, many filters are not
            question = f"{question}&provider={filter_:0>190}" if reason == "long" else question
        subscribing.keep(session, ann, question)
    assert told.value.reason == reason
    assert session.scalars(select(SavedSearch)).all() == []


def test_nobody_keeps_more_than_enough(session: Session, ann: int) -> None:
    for number in range(subscribing.MOST):
        subscribing.keep(session, ann, f"q=word{number}")
    with pytest.raises(subscribing.CannotKeep) as told:
        subscribing.keep(session, ann, "q=one+more")
    assert told.value.reason == "many"
    assert subscribing.keep(session, ann, "q=word7")[1] is False, "what is kept already stays"


def test_a_name_is_one_line_and_the_words_where_there_is_none(session: Session, ann: int) -> None:
    assert subscribing.keep(session, ann, "q=trade", name="  My\n search\x07 ")[0].name == "My search"
    assert subscribing.keep(session, ann, "q=customs")[0].name == "customs"
    assert subscribing.keep(session, ann, "type=course&language=en")[0].name
    assert len(subscribing.keep(session, ann, "q=long", name="x" * 900)[0].name) == subscribing.NAME_MOST


def test_an_alert_that_begins_counts_from_now_and_one_that_goes_on_does_not(session: Session, ann: int) -> None:
    search, _new = subscribing.keep(session, ann, "q=trade")
    search.checked_at = long_ago = now() - timedelta(days=30)
    moment = now()
    subscribing.change(search, name="", alert="daily", at=moment)
    assert search.checked_at == moment and search.name == "trade"
    search.checked_at = long_ago
    subscribing.change(search, name="", alert="weekly", at=moment)
    assert search.checked_at == long_ago
    with pytest.raises(ValueError, match="hourly"):
        subscribing.change(search, name="", alert="hourly", at=moment)


def test_a_feed_has_an_address_that_ends_with_a_new_one(session: Session, ann: int) -> None:
    search, _new = subscribing.keep(session, ann, "q=trade")
    old = search.token
    assert subscribing.by_token(session, old) is search and len(old) >= 43
    subscribing.renew(search)
    session.flush()
    assert subscribing.by_token(session, old) is None


def test_what_came_since_is_counted_until_one_looks(session: Session, index: Index, ann: int) -> None:
    search, _new = subscribing.keep(session, ann, "q=customs")
    assert [line.new for line in subscribing.page(session, index, ann).lines] == [0], "what is there already is no news"
    search.newest_id = 0
    session.commit()
    assert [(line.new, line.more) for line in subscribing.page(session, index, ann).lines] == [(12, False)]
    subscribing.look(session, index, search)
    assert [line.new for line in subscribing.page(session, index, ann).lines] == [0]
    assert subscribing.drop(session, ann + 1, search.id) is None and subscribing.drop(session, ann, search.id) is search
