"""One change to many resources, in batches, and all of it taken back but for what somebody changed since; single steps taken back too."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from hub.models import Assignment, AuditEvent, Concept, Curation, Resource
from hub.services import assigning, curating, hiding, reverting, sweeping
from hub.services.auditing import Actor
from hub.services.sweeping import Change

ADA, BEN = Actor(None, "Ada"), Actor(None, "Ben")


@pytest.fixture
def ids(session, make_source, make_record, receive, monkeypatch):
    monkeypatch.setattr(sweeping, "BATCH", 3)
    receive(make_source(), [make_record(str(n), f"Course {n}", levels=("school",) if n == 0 else ()) for n in range(7)])
    return session.scalars(select(Resource.id).order_by(Resource.id)).all()


def sweep(session, ids, verb, value=""):
    numbers, changed = set(), 0
    for number, count in sweeping.sweep(session, ADA, ids, Change(verb, value)):
        session.commit()
        numbers.add(number)
        changed += count
    (number,) = numbers
    session.expire_all()
    return number, changed


def undo(session, number):
    done = left = 0
    for undone in sweeping.undo(session, BEN, number):
        session.commit()
        done, left = done + undone.done, left + undone.left
    session.expire_all()
    return done, left


def state(session):
    session.expire_all()
    topics = session.execute(select(Assignment.resource_id, Concept.notation, Assignment.state, Assignment.origin).join(Concept)).all()
    rows = session.execute(select(Resource.id, Resource.levels, Resource.languages, Resource.resource_type, Resource.hidden_at)).all()
    locked = session.execute(select(Curation.resource_id, Curation.field)).all()
    return sorted(map(tuple, topics)), sorted(tuple(map(str, row)) for row in rows), sorted(map(tuple, locked))


@pytest.mark.parametrize(
    ("verb", "value"),
    [
        ("level", "advanced"),
        ("language", "Chinese (Simplified)"),
        ("type", "case"),
        ("add-topic", "law"),
        ("remove-topic", "law"),
        ("hide", "Not for us"),
    ],
)
def test_a_change_to_many_and_all_of_it_taken_back(session, ids, verb, value):
    before = state(session)
    number, changed = sweep(session, ids, verb, value)
    assert changed == 7 and state(session) != before
    assert (sweeping.get(session, number).changed, sweeping.get(session, number).undone) == (7, False)
    members = session.scalars(select(AuditEvent.subject_id).where(AuditEvent.group_id == number)).all()
    assert sorted(members) == sorted(ids), "each resource's history has it"
    assert undo(session, number) == (7, 0)
    assert state(session) == before and sweeping.get(session, number).undone


def test_restored_and_hidden_again(session, ids):
    sweep(session, ids[:2], "hide", "Not for us")
    number, changed = sweep(session, ids, "restore")
    assert changed == 2
    assert undo(session, number) == (2, 0)
    assert len(hiding.hidden(session)) == 2


def test_what_somebody_changed_since_stays(session, ids):
    number, _ = sweep(session, ids, "level", "advanced")
    curating.change(session, BEN, {ids[3]: {"levels": ["school"]}})
    session.commit()
    assert undo(session, number) == (6, 1)
    assert session.get(Resource, ids[3]).levels == ["school"]


def test_a_bad_change_changes_nothing(session, ids):
    for verb, value in [
        ("topic", "x"),
        ("add-topic", "nothing"),
        ("level", "clever"),
        ("level", ""),
        ("language", "en\nfr"),
        ("hide", " "),
    ]:
        with pytest.raises(sweeping.BadChange):
            sweep(session, ids, verb, value)
    assert session.scalars(select(AuditEvent)).all() == []
    with pytest.raises(sweeping.TooMany):
        sweep(session, range(1, sweeping.MOST + 2), "level", "advanced")


def test_single_steps_are_taken_back(session, ids):
    id = ids[0]
    curating.change(session, ADA, {id: {"title": "Mine"}})
    curating.change(session, ADA, {id: {"title": "Mine again"}})
    assigning.decide(session, ADA, [(id, assigning.concept_id(session, "law"))], "accepted")
    hiding.hide(session, ADA, [id], "why")
    session.commit()
    hidden, topic, second, first = reverting.history(session, id)
    for event in (second, topic, hidden):
        assert reverting.revert(session, BEN, [reverting.event(session, event.id)]).done == 1
        session.commit()
    resource = session.get(Resource, id)
    session.refresh(resource)
    assert (resource.title, resource.hidden_at) == ("Mine", None)
    reverting.revert(session, BEN, [first])
    session.commit()
    session.refresh(resource)
    assert resource.title == "Course 0" and session.scalars(select(Curation)).all() == []
    assert "law" not in [row[1] for row in assigning.of_resource(session, id)]
    again = reverting.history(session, id)
    assert len(again) == 8 and again[0].note == f"#{first.id}"
    reverting.revert(session, BEN, [again[0]])
    session.commit()
    session.refresh(resource)
    assert resource.title == "Mine", "what was taken back can be taken back too"


def test_what_is_no_step_cannot_be_taken_back(session, ids):
    number, _ = sweep(session, ids[:1], "level", "advanced")
    assert reverting.event(session, number) is None and reverting.event(session, 999) is None
    assert sweeping.get(session, 999) is None and sweeping.get(session, number + 1) is None
