"""Partnerships between two institutions, whatever becomes of them."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.db import db, now
from hub.models import Institution, Partnership
from hub.services import acting, allying, permitting
from hub.services.acting import Viewer

from .houses import house, person, who


@pytest.fixture
def two(session: Session) -> tuple[Institution, Viewer, Institution, Viewer]:
    """A school and a company with their admins."""
    school, firm = house(session), house(session, "Parcel Works", kind="enterprise")
    return school, person(session, "ann", school), firm, person(session, "lee", firm)


Two = tuple[Institution, Viewer, Institution, Viewer]


def states(session: Session) -> list[str]:
    session.expire_all()
    return [row.state for row in session.scalars(select(Partnership))]


def test_asked_and_accepted(session: Session, two: Two) -> None:
    school, ann, firm, lee = two
    assert allying.request(session, ann, school, firm, "Let us\n\n\n\nshare.") == "requested"
    session.commit()
    with pytest.raises(allying.Already):
        allying.request(session, ann, school, firm, "")
    with pytest.raises(allying.Changed):
        allying.answer(session, ann, school, firm, "accept")
    assert allying.answer(session, lee, firm, school, "accept") == "active"
    session.commit()
    assert set(session.scalars(acting.partners((school.id,)))) == {firm.id}
    assert set(session.scalars(acting.partners((firm.id,)))) == {school.id}
    for mine, other in ((school, firm), (firm, school)):
        (ally,), total = allying.allies(session, mine.id, ("active",))
        assert (ally.slug, ally.ours, ally.message, total) == (other.slug, mine is school, "Let us\n\nshare.", 1)
    with pytest.raises(allying.Already):
        allying.request(session, lee, firm, school, "")


@pytest.mark.parametrize(("step", "state", "theirs"), [("decline", "declined", True), ("withdraw", "ended", False), ("end", "ended", True)])
def test_after_an_end_it_can_be_asked_again_by_either(session: Session, two: Two, step: str, state: str, *, theirs: bool) -> None:
    school, ann, firm, lee = two
    allying.request(session, ann, school, firm, "")
    if step == "end":
        allying.answer(session, lee, firm, school, "accept")
    mine, here, other = (lee, firm, school) if theirs else (ann, school, firm)
    assert allying.answer(session, mine, here, other, step) == state
    session.commit()
    with pytest.raises(allying.Changed):
        allying.answer(session, mine, here, other, step)
    assert allying.request(session, lee, firm, school, "once more") == "requested"
    assert allying.answer(session, ann, school, firm, "accept") == "active"
    session.commit()
    assert states(session) == ["active"]
    told = [event.action for event in allying.history(session, [session.scalars(select(Partnership.id)).one()])]
    assert told[:2] == ["partnership.accepted", "partnership.requested"] and len(told) >= 4


def test_who_asks_the_one_that_has_asked_is_a_partner(session: Session, two: Two) -> None:
    school, ann, firm, lee = two
    allying.request(session, ann, school, firm, "")
    assert allying.request(session, lee, firm, school, "") == "active"
    assert states(session) == ["active"]


def test_only_admins_of_the_two_speak(session: Session, two: Two) -> None:
    school, ann, firm, _lee = two
    allying.request(session, ann, school, firm, "")
    session.commit()
    for stranger in (ann, person(session, "cora", firm, "curator"), person(session, "ada", admin=True)):
        for step in allying.STEPS:
            with pytest.raises(permitting.NotAllowed):
                allying.answer(session, stranger, firm, school, step)
    with pytest.raises(allying.WithItself):
        allying.request(session, ann, school, school, "")
    closed = house(session, "Gone School")
    closed.closed_at = now()
    session.commit()
    with pytest.raises(permitting.Closed):
        allying.request(session, ann, school, closed, "")
    assert states(session) == ["requested"]


def test_two_requests_at_the_same_moment_make_partners(app: Flask, session: Session, two: Two) -> None:
    school, ann, firm, lee = two
    ids, barrier, said = (school.id, firm.id), threading.Barrier(2), list[str]()

    def ask(viewer: Viewer, mine: int, other: int) -> None:
        with app.app_context():
            own = db.session()
            ours, theirs = own.get_one(Institution, mine), own.get_one(Institution, other)
            own.rollback()
            barrier.wait(10)
            said.append(allying.request(own, viewer, ours, theirs, ""))
            own.commit()
            db.session.remove()

    session.commit()
    threads = [threading.Thread(target=ask, args=(ann, *ids)), threading.Thread(target=ask, args=(lee, *ids[::-1]))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(said) == ["active", "requested"]
    assert states(session) == ["active"]
    assert who(session, ann.person_id).seat is not None
