"""Members: roles, leaving, the last admin, joining by the domain of an address."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.db import db
from hub.models import AuditEvent, Institution, Membership, Person
from hub.services import enrolling, governing, permitting
from hub.services.acting import Viewer
from hub.services.auditing import COMMAND_LINE

from .houses import house, person, who


def test_roles_change_and_are_told(session: Session) -> None:
    school = house(session)
    ann, tom = person(session, "ann", school), person(session, "tom", school, "teacher")
    assert enrolling.change_role(session, ann, school, tom.person_id or 0, "curator")
    assert not enrolling.change_role(session, ann, school, tom.person_id or 0, "curator")
    assert who(session, tom.person_id).may(school.id, "curator")
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "member.role")).one()
    assert (event.label, event.before, event.after) == ("Example School: Tom", "teacher", "curator")
    with pytest.raises(permitting.NotAllowed):
        enrolling.change_role(session, who(session, tom.person_id), school, ann.person_id or 0, "student")
    with pytest.raises(enrolling.NotThere):
        enrolling.change_role(session, ann, school, 999, "student")


def test_the_last_admin_stays(session: Session) -> None:
    school = house(session)
    ann, ada = person(session, "ann", school), person(session, "ada", admin=True)
    for attempt in (
        lambda: enrolling.change_role(session, ann, school, ann.person_id or 0, "teacher"),
        lambda: enrolling.remove(session, ann, school, ann.person_id or 0),
        lambda: enrolling.remove(session, ada, school, ann.person_id or 0),
    ):
        with pytest.raises(enrolling.LastAdmin):
            attempt()
    bea = person(session, "bea", school)
    enrolling.remove(session, ann, school, ann.person_id or 0)
    session.commit()
    assert who(session, ann.person_id).seats == ()
    with pytest.raises(enrolling.LastAdmin):
        enrolling.remove(session, bea, school, bea.person_id or 0)


def test_two_admins_who_leave_at_the_same_moment_leave_one(app: Flask, session: Session) -> None:
    school = house(session)
    number, admins = school.id, [person(session, name, school) for name in ("ann", "bea")]
    barrier, said = threading.Barrier(2), list[str]()

    def leave(viewer: Viewer) -> None:
        with app.app_context():
            own = db.session()
            there = own.get_one(Institution, number)
            own.rollback()
            barrier.wait(10)
            try:
                enrolling.remove(own, viewer, there, viewer.person_id or 0)
                own.commit()
                said.append("left")
            except enrolling.LastAdmin:
                said.append("stays")
            db.session.remove()

    session.commit()
    threads = [threading.Thread(target=leave, args=(viewer,)) for viewer in admins]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(said) == ["left", "stays"]
    session.expire_all()
    assert len(session.scalars(select(Membership)).all()) == 1


def test_who_leaves_acts_for_it_no_longer(session: Session) -> None:
    school = house(session)
    ann, tom = person(session, "ann", school), person(session, "tom", school, "teacher")
    session.get_one(Person, tom.person_id).acting_for_id = school.id
    with pytest.raises(permitting.NotAllowed):
        enrolling.remove(session, tom, school, ann.person_id or 0)
    enrolling.remove(session, tom, school, tom.person_id or 0)
    session.commit()
    session.expire_all()
    assert session.get_one(Person, tom.person_id).acting_for_id is None
    with pytest.raises(enrolling.NotThere):
        enrolling.remove(session, tom, school, tom.person_id or 0)


def test_coming_in_again_never_lowers_a_role(session: Session) -> None:
    school = house(session)
    tom = person(session, "tom", school, "teacher")
    assert not enrolling.enrol(session, COMMAND_LINE, school, tom.person_id or 0, "student")
    assert enrolling.enrol(session, COMMAND_LINE, school, tom.person_id or 0, "curator")
    assert who(session, tom.person_id).may(school.id, "curator")


def test_a_domain_lets_in_whose_address_is_confirmed_and_only_then(session: Session) -> None:
    school = house(session)
    ada, nora = person(session, "ada", admin=True), person(session, "nora")
    governing.add_domain(session, ada, school, "school.example")
    session.commit()
    assert enrolling.open_to(session, nora.person_id or 0) == (), "by invitation alone"
    school.joining, school.domain_role = "domain", "teacher"
    session.commit()
    account = session.get_one(Person, nora.person_id)
    confirmed, account.confirmed_at = account.confirmed_at, None
    session.commit()
    assert enrolling.open_to(session, nora.person_id or 0) == (), "not confirmed"
    with pytest.raises(permitting.NotAllowed):
        enrolling.join(session, nora, school)
    account.confirmed_at = confirmed
    account.email = "nora@evil-school.example"
    session.commit()
    assert enrolling.open_to(session, nora.person_id or 0) == (), "another domain"
    account.email = "nora@school.example"
    session.commit()
    assert [opening.slug for opening in enrolling.open_to(session, nora.person_id or 0)] == ["example-school"]
    assert enrolling.join(session, nora, school)
    session.commit()
    seat = who(session, nora.person_id).seat
    assert seat is not None and seat.role == "teacher"
    assert enrolling.open_to(session, nora.person_id or 0) == ()


def test_the_list_is_filtered_and_paged(session: Session) -> None:
    school = house(session)
    person(session, "ann", school)
    for number in range(35):
        person(session, f"tom{number:02}", school, "teacher")
    found = enrolling.members(session, school.id)
    assert (found.total, found.pages, len(found.members), found.roles) == (36, 2, 30, {"admin": 1, "teacher": 35})
    assert len(enrolling.members(session, school.id, page=2).members) == 6
    assert enrolling.members(session, school.id, role="admin").members[0].name == "Ann"
    assert enrolling.members(session, school.id, words="TOM0 1").total == 1
    assert enrolling.members(session, school.id, words="school.example").total == 0, "addresses are for admins"
    assert enrolling.members(session, school.id, words="ann@school.example", emails=True).total == 1
    assert enrolling.members(session, school.id, words="%").total == 0
