"""What admins do to accounts, and that nobody else does it; the list of people."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import event, select

from hub.db import Session, db, now
from hub.models import Institution, Membership, Person, SignIn
from hub.models.audit import AuditEvent
from hub.services import acting, administering, joining, rostering, verifying

PASSWORD = "a long password"


@pytest.fixture
def add(session):
    def made(name, **values):
        person = joining.add(session, f"{name.lower().split()[0]}@example.org", PASSWORD, name=name, **values)
        session.commit()
        return person

    return made


@pytest.fixture
def ada(add):
    return add("Ada", admin=True)


def viewer(session, person):
    return acting.viewer(session, person)


def deeds():
    yield lambda session, who, person: administering.set_admin(session, who, person, on=True)
    yield lambda session, who, person: administering.set_curator(session, who, person, on=True)
    yield lambda session, who, person: administering.set_disabled(session, who, person, on=True)
    yield administering.end_sessions
    yield administering.two_factor_off


@pytest.mark.parametrize("deed", list(deeds()))
def test_only_admins_of_the_hub(session, add, deed):
    curator, bob = add("Cora", curator=True), add("Bob")
    for who in (acting.ANYBODY, viewer(session, curator), viewer(session, bob)):
        with pytest.raises(administering.NotAllowed):
            deed(session, who, bob)


@pytest.mark.parametrize("deed", list(deeds()))
def test_each_step_ends_the_sessions_and_is_kept(session, ada, add, deed):
    bob = add("Bob")
    bob.totp_secret = verifying.new_secret()
    session.add(SignIn(person_id=bob.id, token_hash="h", created_at=now(), seen_at=now(), expires_at=now()))
    session.commit()
    key = bob.session_key
    deed(session, viewer(session, ada), bob)
    session.commit()
    assert bob.session_key != key and session.scalar(select(SignIn)) is None
    event = session.scalars(select(AuditEvent)).one()
    assert (event.person, event.subject, event.subject_id, event.label) == ("Ada", "person", bob.id, "Bob")
    assert bob.password_hash not in repr((event.before, event.after))


def test_doing_it_twice_changes_nothing(session, ada, add):
    bob, who = add("Bob"), viewer(session, ada)
    assert administering.set_admin(session, who, bob, on=True) and not administering.set_admin(session, who, bob, on=True)
    assert administering.set_disabled(session, who, bob, on=True) and not administering.set_disabled(session, who, bob, on=True)
    assert not administering.two_factor_off(session, who, bob)


def test_the_last_admin_stays(session, ada, add):
    who = viewer(session, ada)
    with pytest.raises(administering.LastAdmin):
        administering.set_admin(session, who, ada, on=False)
    with pytest.raises(administering.OwnAccount):
        administering.set_disabled(session, who, ada, on=True)
    with pytest.raises(administering.LastAdmin):
        administering.set_disabled(session, administering.COMMAND_LINE, ada, on=True)
    closed = add("Bea", admin=True)
    administering.set_disabled(session, who, closed, on=True)
    with pytest.raises(administering.LastAdmin):
        administering.set_admin(session, who, ada, on=False)
    session.rollback()


def test_two_admins_cannot_unmake_each_other_at_the_same_moment(app, session, ada, add):
    numbers = [ada.id, add("Bea", admin=True).id]
    session.commit()
    ready, refused = threading.Barrier(2), []

    def unmake(number):
        with app.app_context(), Session(db.engine) as own:
            person = own.get_one(Person, number)
            ready.wait()
            try:
                administering.set_admin(own, administering.COMMAND_LINE, person, on=False)
                own.commit()
            except administering.LastAdmin:
                refused.append(number)

    threads = [threading.Thread(target=unmake, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert session.scalars(select(Person.id).where(Person.is_admin)).all() == refused


@pytest.fixture
def house(session):
    made = Institution(slug="uni", name="Uni", kind="university", created_at=now(), updated_at=now())
    session.add(made)
    session.commit()
    return made


def names(session, **sought):
    return [entry.name for entry in rostering.people(session, rostering.Sought(**sought)).entries]


def test_people_are_found_by_words_role_place_and_state(session, ada, add, house):
    bob, cora = add("Bob 100%"), add("Cora", curator=True)
    session.add(Membership(person_id=bob.id, institution_id=house.id, role="teacher", created_at=now()))
    bob.disabled_at, ada.confirmed_at, ada.totp_secret = now(), now(), verifying.new_secret()
    session.commit()
    assert names(session) == ["Cora", "Bob 100%", "Ada"]
    assert names(session, words="ADA example") == ["Ada"] and names(session, words="100%") == ["Bob 100%"]
    assert names(session, words="%") == ["Bob 100%"] and names(session, words="_") == []
    assert names(session, role="hub-admin") == ["Ada"] and names(session, role="hub-curator") == ["Cora"]
    assert names(session, role="teacher") == ["Bob 100%"] == names(session, institution_id=house.id)
    assert names(session, role="admin", institution_id=house.id) == []
    assert names(session, state="disabled") == ["Bob 100%"] and names(session, state="two-factor") == ["Ada"]
    assert names(session, state="unconfirmed") == ["Cora", "Bob 100%"] and names(session, state="elsewhere") == []
    assert names(session, state="what") == ["Cora", "Bob 100%", "Ada"]
    assert cora.name == "Cora"


def test_pages_hold_everybody_once_and_cost_the_same(session, house):
    counts = []
    for number in range(120):
        person = Person(email=f"p{number}@example.org", name=f"P{number}", password_hash="", session_key="k", created_at=now())
        session.add(person)
        session.flush()
        session.add(Membership(person_id=person.id, institution_id=house.id, role="student", created_at=now()))
        if number in (2, 119):
            session.commit()
            counts.append(queries(session, lambda: rostering.people(session, rostering.Sought())))
    assert counts[0] == counts[1] == 3
    seen, before = [], None
    while True:
        roster = rostering.people(session, rostering.Sought(), before=before)
        seen += [entry.name for entry in roster.entries]
        assert roster.total == 120
        if roster.next is None:
            break
        before = roster.next
    assert seen == [f"P{number}" for number in reversed(range(120))]


def queries(session, work):
    """How many statements this takes."""
    session.expire_all()
    told = []
    engine = session.get_bind()

    def heard(*arguments):
        told.append(arguments[2])

    event.listen(engine, "before_cursor_execute", heard)
    work()
    event.remove(engine, "before_cursor_execute", heard)
    return len(told)


def test_an_account_is_told_without_its_secrets(session, ada):
    ada.totp_secret = verifying.new_secret()
    verifying.new_codes(ada)
    session.commit()
    told = repr(rostering.account(session, ada.id))
    assert not any(secret in told for secret in (ada.totp_secret, ada.password_hash, ada.session_key, ada.recovery_hashes[0]))
    assert rostering.account(session, 999) is None
