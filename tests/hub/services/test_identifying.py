"""Identities at a provider and accounts: one each, also for two requests at the same moment."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select

from hub.db import Session, db, now
from hub.models import Identity, Mail, Person
from hub.models.audit import AuditEvent
from hub.services import identifying, joining
from hub.services.vouching import Known

ISSUER = "https://id.example"


def known(subject="s-1", email="ada@example.org", **values):
    return Known(ISSUER, subject, email, **{"verified": True, "name": "Ada", **values})


def together(app, *works):
    """Do these at the same moment, each in a session of its own: what each answered, or the error's name."""
    ready, answers = threading.Barrier(len(works)), []

    def run(work):
        with app.app_context(), Session(db.engine) as own:
            ready.wait()
            try:
                answers.append(work(own))
                own.commit()
            except (identifying.NotEntered, identifying.LastWay) as error:
                answers.append(type(error).__name__)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_two_windows_make_one_account(app, session):
    session.commit()
    answers = together(app, *[lambda own: identifying.enter(own, known())[0].id] * 4)
    assert len(session.scalars(select(Person)).all()) == len(session.scalars(select(Identity)).all()) == 1
    assert set(answers) == {session.scalars(select(Person.id)).one()}


def test_two_subjects_with_one_address_are_not_one_person(session):
    first, new = identifying.enter(session, known())
    session.commit()
    assert new
    first.totp_secret = "A" * 32
    with pytest.raises(identifying.ProveFirst):
        identifying.enter(session, known("s-2"))


def test_another_address_is_the_same_person(session):
    first, _ = identifying.enter(session, known())
    session.commit()
    again, new = identifying.enter(session, known(email="countess@example.org"))
    assert (again.id, again.email, new) == (first.id, "ada@example.org", False)


def test_an_identity_belongs_to_one_account(app, session):
    people = [joining.add(session, f"{name}@example.org", "a long password").id for name in ("ada", "bob")]
    session.commit()

    def link(number):
        return lambda own: identifying.link(own, own.get_one(Person, number), known())

    assert sorted(map(str, together(app, *map(link, people)))) == ["None", "Taken"]
    assert len(session.scalars(select(Identity)).all()) == 1


def test_two_windows_do_not_take_both_ways_away(app, session):
    person, _ = identifying.enter(session, known())
    session.add(Identity(person_id=person.id, issuer=ISSUER, subject="s-2", created_at=now()))
    session.commit()
    number, ids = person.id, session.scalars(select(Identity.id)).all()
    session.commit()

    def unlink(identity):
        return lambda own: identifying.unlink(own, own.get_one(Person, number), identity, issuer=ISSUER)

    assert sorted(map(str, together(app, *map(unlink, ids)))) == ["LastWay", "True"]
    assert len(session.scalars(select(Identity)).all()) == 1


def test_linking_is_kept_and_told(session):
    person = joining.add(session, "ada@example.org", "a long password", name="Ada")
    identifying.link(session, person, known())
    identifying.link(session, person, known())
    session.commit()
    assert [event.action for event in session.scalars(select(AuditEvent))] == ["person.linked"]
    assert [mail.recipient for mail in session.scalars(select(Mail))] == ["ada@example.org"]


@pytest.mark.parametrize(
    ("verified", "email", "confirmed"), [(True, "ada@example.org", True), (True, "x@example.org", False), (False, "ada@example.org", False)]
)
def test_an_address_that_is_verified_there_is_confirmed_here(session, verified, email, confirmed):
    person = joining.add(session, "ada@example.org", "a long password")
    identifying.link(session, person, known(email=email, verified=verified))
    assert (person.confirmed_at is not None) == confirmed
