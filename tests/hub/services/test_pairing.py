"""A pass over the catalogue: joins what is sure, suggests what is likely, does nothing twice."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from hub.models import Match, Resource, SourceRecord
from hub.services import pairing, uniting
from hub.services.auditing import Actor

MEI = Actor(None, "Mei")
SURE = {"institution": "MIT", "resource_type": "course"}


@pytest.fixture
def at(make_source, make_record, receive):
    """Harvest one record of this title at a source of this name."""

    def bring(name, title, **values):
        receive(
            made.setdefault(name, make_source(name)) if name not in made else made[name], [make_record(f"{title}{values}", title, **values)]
        )

    made = {}
    return bring


def states(session):
    return sorted(tuple(row) for row in session.execute(select(Match.state, Match.decided_by)))


def live(session):
    return session.scalar(select(func.count()).where(Resource.merged_into_id.is_(None)))


def test_sure_doubles_become_one_page_and_a_second_pass_does_nothing(session, at):
    at("one", "Human Neuroanatomy in depth", **SURE)
    at("two", "Human Neuroanatomy in depth | 人体神经解剖学详解", **SURE)
    outcome = pairing.run(session)
    assert (outcome.looked, outcome.merged, outcome.suggested) == (3, 1, 0), "the page that took the other in is looked at again"
    assert states(session) == [("merged", "rule")]
    first, second = session.scalars(select(Resource).order_by(Resource.id))
    assert (first.merged_into_id, second.merged_into_id) == (None, first.id), "the older page stays"
    assert pairing.run(session).looked == 0 and pairing.waiting(session) == 0


def test_likely_doubles_are_suggested_once_and_follow_the_harvest(session, at, make_source, make_record, receive):
    at("one", "Human Neuroanatomy in depth", **SURE)
    source = make_source("two")
    receive(source, [make_record("b", "Human Neuroanatomy", **SURE)])
    for _ in range(2):
        pairing.run(session)
        assert states(session) == [("suggested", None)]
    receive(source, [make_record("b", "Warehouse robots", **SURE)])
    pairing.run(session)
    assert states(session) == [], "what is alike no more is suggested no more"


def test_what_a_person_called_different_is_left_alone(session, at):
    at("one", "Human Neuroanatomy in depth", **SURE)
    at("two", "Human Neuroanatomy in depth | 人体神经解剖学详解", **SURE)
    one, two = session.scalars(select(Resource.id).order_by(Resource.id))
    uniting.differ(session, one, two, actor=MEI)
    session.commit()
    pairing.run(session)
    assert states(session) == [("different", "Mei")] and live(session) == 2


def test_two_pages_of_one_source_are_never_joined_by_rule(session, at):
    at("one", "Human Neuroanatomy in depth", url="https://x.example/1", **SURE)
    at("one", "Human Neuroanatomy in depth ", url="https://x.example/2", **SURE)
    pairing.run(session)
    assert live(session) == 2 and states(session) == [("suggested", None)]


def test_hidden_and_withdrawn_pages_take_no_part(session, at):
    for name, title in (("one", "Human Neuroanatomy in depth"), ("two", "Human Neuroanatomy in depth | 人体神经解剖学详解")):
        at(name, title, **SURE)
    resource = session.scalars(select(Resource).order_by(Resource.id)).first()
    resource.hidden_at = resource.created_at
    session.commit()
    assert pairing.run(session).merged == 0


def test_a_pass_that_is_broken_off_is_gone_on_with(session, at, monkeypatch):
    monkeypatch.setattr(pairing, "AT_ONCE", 1)
    for n in range(3):
        at(f"a{n}", f"Course number {n} of Zoology", **SURE)
        at(f"b{n}", f"Course number {n} of Zoology | 动物学课程第{n}号讲座", **SURE)
    left = iter([False, True])
    pairing.run(session, leaving=lambda: next(left))
    assert 0 < pairing.waiting(session) < 6
    pairing.run(session)
    assert live(session) == 3 and pairing.waiting(session) == 0
    assert session.scalar(select(func.count()).select_from(SourceRecord)) == 6


def test_three_doubles_become_one_page(session, at):
    at("one", "Human Neuroanatomy in depth", **SURE)
    at("two", "Human Neuroanatomy in depth | 人体神经解剖学详解", **SURE)
    at("three", "Human Neuroanatomy in depth / 人体神经解剖学详解", **SURE)
    pairing.run(session)
    assert live(session) == 1
    assert len(set(session.scalars(select(SourceRecord.resource_id)))) == 1
