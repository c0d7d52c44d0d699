"""Reviews: one a person, resource and cycle; whose they are; what they make of the score."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.db import db, now
from hub.models import AuditEvent, Cycle, Institution, InstitutionName, Membership, Outbox, Person, Resource, Review, Rubric
from hub.services import acting, critiquing, cycling, evaluating, pointing, replying, scoring
from hub.services.acting import ANYBODY, Viewer
from hub.services.critiquing import Draft
from hub.services.pointing import Target

DAY = date(2026, 11, 25)
KEYS = tuple(one.key for one in scoring.shipped()[2])


@pytest.fixture
def of(session: Session) -> Target:
    """A course of Maker University."""
    row = Resource(
        public_id="r1", title="Selling across borders", institution="Maker University", languages=["en"], created_at=now(), updated_at=now()
    )
    session.add(row)
    session.commit()
    found = pointing.by_id(session, ANYBODY, row.id)
    assert found is not None
    return found


@pytest.fixture
def join(session: Session) -> Callable[..., Viewer]:
    """A person with a role in an institution, both made when they are new."""

    def make(name: str, house: str, role: str = "teacher", *, curator: bool = False) -> Viewer:
        email = f"{name.lower()}@example.org"
        person = session.scalars(select(Person).filter_by(email=email)).first()
        person = person or Person(email=email, name=name, password_hash="", session_key=name, is_curator=curator, created_at=now())
        slug = house.lower().replace(" ", "-")
        there = session.scalars(select(Institution).filter_by(slug=slug)).first()
        there = there or Institution(slug=slug, name=house, kind="university", created_at=now(), updated_at=now())
        session.add_all([person, there])
        session.flush()
        session.add(Membership(person_id=person.id, institution_id=there.id, role=role, created_at=now()))
        session.commit()
        return acting.viewer(session, person)

    return make


def draft(value: int = 4, **more: Any) -> Draft:
    return Draft(values=dict.fromkeys(KEYS, value), **more)


def test_a_review_makes_the_score_and_its_cycle_and_rubric_are_made_with_the_first(
    session: Session, of: Target, join: Callable[..., Viewer]
) -> None:
    critiquing.write(session, join("Wang", "Zhejiang Institute"), of, draft(5, comment="Good"), DAY)
    critiquing.write(session, join("Li", "Ningbo College"), of, draft(2), DAY)
    session.commit()
    resource = session.get_one(Resource, of.id)
    assert (resource.score, resource.review_count) == (3.5, 2)
    assert session.scalars(select(Cycle.name)).all() == ["2026"] and session.scalar(select(func.count()).select_from(Rubric)) == 1
    assert session.scalar(select(func.count()).select_from(Outbox).where(Outbox.resource_id == of.id))
    found = evaluating.on_resource(session, ANYBODY, of.id)
    assert (found.number, found.institutions, found.spread.counts, found.spread.word) == (2, 2, (0, 1, 0, 0, 1), "differ")
    assert [(bar.key, bar.mean) for bar in found.bars] == [(key, 3.5) for key in KEYS]
    assert [one.comment for one in found.opinions] == ["", "Good"]


def test_a_second_review_in_a_cycle_leads_to_the_first(session: Session, of: Target, join: Callable[..., Viewer]) -> None:
    who = join("Wang", "Zhejiang Institute")
    first = critiquing.write(session, who, of, draft(), DAY)
    session.commit()
    with pytest.raises(critiquing.AlreadyReviewed) as error:
        critiquing.write(session, who, of, draft(), DAY)
    assert error.value.review_id == first
    assert critiquing.write(session, who, of, draft(1), date(2027, 1, 1)) != first, "a new year is a new cycle"
    session.commit()
    assert session.get_one(Resource, of.id).score == 1, "each person's latest alone"


def test_two_windows_of_one_person_make_one_review(app: Flask, session: Session, of: Target, join: Callable[..., Viewer]) -> None:
    who, results, start = join("Wang", "Zhejiang Institute"), list[str](), threading.Barrier(2)
    session.close()

    def work() -> None:
        with Session(engine) as own:
            start.wait(10)
            try:
                critiquing.write(own, who, of, draft(), DAY)
                own.commit()
                results.append("written")
            except critiquing.AlreadyReviewed:
                results.append("there")

    engine = db.engine
    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(results) == ["there", "written"]
    assert session.scalar(select(func.count()).select_from(Review)) == 1
    assert session.scalar(select(func.count()).select_from(Cycle)) == session.scalar(select(func.count()).select_from(Rubric)) == 1


@pytest.mark.parametrize("role", ["student"])
def test_who_is_no_teacher_writes_none(session: Session, of: Target, join: Callable[..., Viewer], role: str) -> None:
    for who in (join("Sun", "Zhejiang Institute", role), ANYBODY):
        with pytest.raises(critiquing.NotAllowed):
            critiquing.write(session, who, of, draft(), DAY)


@pytest.mark.parametrize("values", [{}, {KEYS[0]: 3}, dict.fromkeys(KEYS, 6), dict.fromkeys(KEYS, 0), dict.fromkeys((*KEYS, "more"), 3)])
def test_every_criterion_is_answered_from_one_to_five(
    session: Session, of: Target, join: Callable[..., Viewer], values: dict[str, int]
) -> None:
    with pytest.raises(ValueError, match="answer"):
        critiquing.write(session, join("Wang", "Zhejiang Institute"), of, Draft(values=values), DAY)


@pytest.mark.parametrize("named", ["own name", "known name"])
def test_a_review_by_the_maker_is_shown_and_not_counted(session: Session, of: Target, join: Callable[..., Viewer], named: str) -> None:
    who = join("Mia", "Maker University" if named == "own name" else "Press of the Makers")
    if named == "known name":
        session.add(InstitutionName(institution_id=who.institution_ids[0], name="The Maker Universidad"))
        session.commit()
    critiquing.write(session, who, of, draft(5), DAY)
    session.commit()
    found = evaluating.on_resource(session, ANYBODY, of.id)
    assert (found.score, found.number, found.total, found.opinions[0].own) == (None, 0, 1, True)


def test_a_review_is_changed_while_its_cycle_lasts_by_its_author_alone(session: Session, of: Target, join: Callable[..., Viewer]) -> None:
    who = join("Wang", "Zhejiang Institute")
    number = critiquing.write(session, who, of, draft(5), DAY)
    session.commit()
    critiquing.change(session, who, number, draft(3, evidence="240 students"), 1, DAY)
    session.commit()
    kept = critiquing.mine(session, who, number, DAY)
    assert (kept.score, kept.draft.evidence, kept.version, session.get_one(Resource, of.id).score) == (3, "240 students", 2, 3)
    with pytest.raises(critiquing.Stale):
        critiquing.change(session, who, number, draft(1), 1, DAY)
    with pytest.raises(critiquing.CycleOver):
        critiquing.change(session, who, number, draft(1), 2, date(2027, 1, 1))
    other = join("Li", "Zhejiang Institute")
    for act in (
        lambda: critiquing.change(session, other, number, draft(1), 2, DAY),
        lambda: critiquing.remove(session, other, number, DAY),
    ):
        with pytest.raises(critiquing.NotAllowed) as error:
            act()
        assert error.value.seen
    critiquing.remove(session, who, number, DAY)
    session.commit()
    assert session.get_one(Resource, of.id).score is None
    assert session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all() == [
        "review.written",
        "review.changed",
        "review.removed",
    ]


def test_who_may_not_see_a_review_does_not_learn_that_it_is_there(session: Session, of: Target, join: Callable[..., Viewer]) -> None:
    number = critiquing.write(session, join("Wang", "Zhejiang Institute"), of, draft(visibility="institution"), DAY)
    session.commit()
    stranger, colleague = join("Li", "Ningbo College"), join("Zhao", "Zhejiang Institute", "student")
    assert evaluating.review(session, stranger, number) is None and evaluating.on_resource(session, stranger, of.id).total == 0
    assert evaluating.review(session, colleague, number) is not None
    for act in (
        lambda: critiquing.mine(session, stranger, number, DAY),
        lambda: replying.vote(session, stranger, number, helpful=True),
        lambda: replying.answer(session, stranger, number, "Text", 0),
    ):
        with pytest.raises(critiquing.NotAllowed) as error:
            act()
        assert not error.value.seen
    assert session.get_one(Resource, of.id).score is None, "not public: not counted"


def test_votes_count_once_and_go_away_again(session: Session, of: Target, join: Callable[..., Viewer]) -> None:
    author, reader = join("Wang", "Zhejiang Institute"), join("Sun", "Ningbo College", "student")
    number = critiquing.write(session, author, of, draft(), DAY)
    assert [replying.vote(session, reader, number, helpful=wanted) for wanted in (True, True, False, False, True)] == [1, 1, 0, 0, 1]
    with pytest.raises(critiquing.NotAllowed):
        replying.vote(session, author, number, helpful=True)
    assert evaluating.review(session, reader, number).voted  # type: ignore[union-attr]


def test_the_maker_answers_once_and_colleagues_change_it(session: Session, of: Target, join: Callable[..., Viewer]) -> None:
    number = critiquing.write(session, join("Wang", "Zhejiang Institute"), of, draft(), DAY)
    session.commit()
    maker, colleague, student = (
        join(name, "Maker University", role) for name, role in (("Mia", "teacher"), ("Max", "admin"), ("Stu", "student"))
    )
    replying.answer(session, maker, number, " Thank you ", 0)
    session.commit()
    with pytest.raises(critiquing.Stale):
        replying.answer(session, colleague, number, "Late", 0)
    replying.answer(session, colleague, number, "Thanks a lot", 1)
    for who in (student, join("Li", "Ningbo College")):
        with pytest.raises(critiquing.NotAllowed):
            replying.answer(session, who, number, "No", 2)
    for text in ("  ", "x" * (replying.TEXT_MOST + 1)):
        with pytest.raises(replying.BadReply):
            replying.answer(session, maker, number, text, 2)
    session.commit()
    found = evaluating.review(session, ANYBODY, number)
    assert found is not None and found.answer is not None
    assert (found.answer.text, found.answer.person, found.answer.changed) == ("Thanks a lot", "Max", True)
    replying.withdraw(session, maker, number)
    assert replying.kept(session, number) == ("", 0)


def test_a_former_members_review_stays(session: Session, of: Target, join: Callable[..., Viewer]) -> None:
    who = join("Wang", "Zhejiang Institute")
    number = critiquing.write(session, who, of, draft(), DAY)
    session.commit()
    session.delete(session.get_one(Person, who.person_id))
    session.commit()
    found = evaluating.review(session, ANYBODY, number)
    assert found is not None and found.person is None and found.house is not None


def test_an_institutions_own_cycle_goes_before_the_years(session: Session, of: Target, join: Callable[..., Viewer]) -> None:
    who = join("Cora", "Zhejiang Institute", "curator")
    house = who.institution_ids[0]
    number = cycling.add(session, who, house, "Autumn 2026", date(2026, 9, 1), date(2026, 12, 31))
    assert cycling.current(session, house, DAY).name == "Autumn 2026"
    assert cycling.current(session, house, date(2026, 8, 31)).name == "2026"
    assert cycling.current(session, None, DAY).name == "2026"
    for reason, name, first, last in (
        ("overlap", "Winter", date(2026, 12, 31), date(2027, 3, 1)),
        ("taken", "Autumn 2026", date(2027, 9, 1), date(2027, 12, 31)),
        ("order", "Back", date(2027, 9, 1), date(2027, 8, 31)),
        ("long", "Ever", date(2027, 9, 1), date(2047, 8, 31)),
        ("name", " ", date(2027, 9, 1), date(2027, 9, 30)),
        ("name", "x" * 101, date(2027, 9, 1), date(2027, 9, 30)),
    ):
        with pytest.raises(cycling.BadCycle) as error:
            cycling.add(session, who, house, name, first, last)
        assert error.value.reason == reason
    critiquing.write(session, who, of, draft(), DAY)
    with pytest.raises(cycling.BadCycle, match="used"):
        cycling.remove(session, who, house, number)
    other = join("Li", "Ningbo College", "curator")
    assert not cycling.remove(session, other, other.institution_ids[0], number), "another's is not there"
    with pytest.raises(cycling.NotAllowed):
        cycling.remove(session, other, house, number)
