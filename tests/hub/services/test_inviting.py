"""Invitations: one link, one use, a term; who may follow it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.db import now
from hub.models import AuditEvent, Invitation, Person
from hub.services import inviting, permitting

from .houses import house, person, who


def test_a_link_brings_in_once(session: Session) -> None:
    school = house(session)
    ann, nora, rea = person(session, "ann", school), person(session, "nora"), person(session, "rea")
    made = inviting.invite(session, ann, school, " Nora@School.Example ", "teacher")
    session.commit()
    row = session.scalars(select(Invitation)).one()
    assert made.token not in (row.token_hash, row.email) and row.email == "nora@school.example"
    offer = inviting.offer(session, made.token)
    assert offer is not None and (offer.institution.id, offer.role, offer.invited_by, offer.has_account) == (
        school.id,
        "teacher",
        "Ann",
        True,
    )
    assert inviting.accept(session, nora, made.token).id == school.id
    session.commit()
    assert who(session, nora.person_id).may(school.id, "teacher")
    for late in (nora, rea):
        with pytest.raises(inviting.Gone):
            inviting.accept(session, late, made.token)
    assert inviting.offer(session, "made-up") is None


def test_another_address_may_come_as_student_or_teacher_only(session: Session) -> None:
    school = house(session)
    ann, rea = person(session, "ann", school), person(session, "rea")
    made = inviting.invite(session, ann, school, "nora@school.example", "curator")
    with pytest.raises(inviting.AnotherAddress):
        inviting.accept(session, rea, made.token)
    made = inviting.invite(session, ann, school, "nora@school.example", "teacher")
    inviting.accept(session, rea, made.token)
    session.commit()
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "member.joined")).one()
    assert "nora@school.example" in event.note
    with pytest.raises(permitting.NotAllowed):
        inviting.accept(session, inviting_nobody(), made.token)


def inviting_nobody() -> object:
    from hub.services.acting import ANYBODY

    return ANYBODY


def test_a_new_link_makes_the_old_one_void_and_a_withdrawn_one_leads_nowhere(session: Session) -> None:
    school = house(session)
    ann = person(session, "ann", school)
    first = inviting.invite(session, ann, school, "nora@school.example", "teacher")
    second = inviting.again(session, ann, school, first.id)
    assert inviting.offer(session, first.token) is None and inviting.offer(session, second.token) is not None
    inviting.withdraw(session, ann, school, first.id)
    session.commit()
    assert inviting.offer(session, second.token) is None
    with pytest.raises(inviting.Gone):
        inviting.withdraw(session, ann, school, first.id)


def test_an_old_link_or_one_of_a_closed_institution_leads_nowhere(session: Session) -> None:
    school = house(session)
    ann = person(session, "ann", school)
    made = inviting.invite(session, ann, school, "nora@school.example", "teacher")
    row = session.scalars(select(Invitation)).one()
    assert timedelta(days=13) < row.expires_at - now() <= timedelta(days=14)
    school.closed_at = now()
    session.commit()
    assert inviting.offer(session, made.token) is None
    school.closed_at, row.expires_at = None, now() - timedelta(seconds=1)
    session.commit()
    assert inviting.offer(session, made.token) is None
    waiting, total = inviting.waiting(session, school.id)
    assert total == 1 and waiting[0].expired


@pytest.mark.parametrize("email", ["", "nora", "a@b c", "x" * 250 + "@a.cn", "a@b\r\nBcc: c@d", "<a@b>", "a,b@c"])
def test_what_is_no_address(session: Session, email: str) -> None:
    school = house(session)
    with pytest.raises(inviting.BadAddress):
        inviting.invite(session, person(session, "ann", school), school, email, "teacher")


def test_who_may_invite_and_whom(session: Session) -> None:
    school, other = house(session), house(session, "Another School")
    ann, cora = person(session, "ann", school), person(session, "cora", school, "curator")
    made = inviting.invite(session, ann, school, "nora@school.example", "student")
    for stranger in (cora, person(session, "oscar", other)):
        with pytest.raises(permitting.NotAllowed):
            inviting.invite(session, stranger, school, "rea@school.example", "student")
        with pytest.raises(permitting.NotAllowed):
            inviting.withdraw(session, stranger, school, made.id)
    with pytest.raises(inviting.Gone):
        inviting.again(session, person(session, "olga", other), other, made.id)
    with pytest.raises(inviting.IsMember):
        inviting.invite(session, ann, school, "cora@school.example", "teacher")
    inviting.invite(session, ann, school, "cora@school.example", "admin")


def test_the_letter_is_in_both_languages_and_one_line_in_its_subject(session: Session) -> None:
    school = house(session)
    ann = person(session, "ann", school)
    made = inviting.invite(session, ann, school, "nora@school.example", "teacher", name="Nora")
    subject, body = inviting.letter(school, made, "Ann", "https://hub.example/invitations/x")
    assert "\n" not in subject and body.count("https://hub.example/invitations/x") == 2 and "教师" in body and body.startswith("Nora:")
    assert session.scalar(select(Person.id).where(Person.email == "nora@school.example")) is None
