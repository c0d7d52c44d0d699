"""A person's word on topics: it stays, whatever the rules find; and the queue of what they suggest."""

from __future__ import annotations

from sqlalchemy import select

from hub.models import Assignment, AuditEvent, Concept, Resource
from hub.services import assigning, cataloguing, suggesting
from hub.services.auditing import Actor

ADA = Actor(None, "Ada")
TEXT = "A course for sellers. One chapter is about payment gateways."


def states(session, id):
    session.expire_all()
    return {notation: (state, origin) for _scheme, notation, state, origin, _confidence in assigning.of_resource(session, id)}


def suggested(session):
    row = session.execute(
        select(Assignment.resource_id, Assignment.concept_id, Concept.notation).join(Concept).where(suggesting.WAITING)
    ).first()
    assert row is not None
    return row


def test_a_rejected_topic_never_comes_back_and_an_accepted_one_stays(session, make_source, make_record, receive):
    source = make_source()
    receive(source, [make_record("a", "Selling", summary=TEXT)])
    id, concept, notation = suggested(session)
    other = assigning.concept_id(session, "law")
    assert assigning.decide(session, ADA, [(id, concept)], "rejected") == 1
    assert assigning.decide(session, ADA, [(id, other)], "accepted") == 1
    assert assigning.decide(session, ADA, [(id, other)], "accepted") == 0
    session.commit()
    for title in ("Payment gateways and online payment gateways", "Selling again"):
        receive(source, [make_record("a", title, summary=TEXT)])
        assert states(session, id)[notation] == ("rejected", "person") and states(session, id)["law"] == ("accepted", "person")
    for _ in cataloguing.classify_again(session):
        session.commit()
    assert states(session, id)[notation] == ("rejected", "person") and states(session, id)["law"] == ("accepted", "person")
    assert [(e.action, e.before["state"], e.after["state"]) for e in session.scalars(select(AuditEvent).order_by(AuditEvent.id))] == [
        ("resource.topic", "suggested", "rejected"),
        ("resource.topic", None, "accepted"),
    ]


def test_a_decision_changes_the_version_that_the_index_compares(session, make_source, make_record, receive):
    receive(make_source(), [make_record("a", "Selling", summary=TEXT)])
    id, concept, _ = suggested(session)
    before = session.get(Resource, id).version
    assigning.decide(session, ADA, [(id, concept)], "accepted")
    session.commit()
    session.expire_all()
    assert session.get(Resource, id).version == before + 1


def test_the_queue_shows_the_words_that_speak_for_a_topic(session, make_source, make_record, receive):
    receive(make_source(), [make_record("a", "Selling", summary=TEXT), make_record("b", "Nothing of the kind")])
    page = suggesting.waiting(session)
    assert page.total >= 1 and all(one.evidence for one in page.suggestions)
    one = page.suggestions[0]
    assert ("Payment gateways", "text") in [(word.capitalize(), place) for word, place in one.evidence] or one.evidence[0][1] == "text"
    assert suggesting.waiting(session, topic=one.notation).total == 1 and suggesting.waiting(session, topic="law").total == 0
    assert suggesting.waiting(session, least=one.confidence + 0.01).total < page.total
    assert (one.scheme, one.notation, 1) in suggesting.counts(session)
    assigning.decide(session, ADA, [(s.resource_id, s.concept_id) for s in page.suggestions], "accepted")
    session.commit()
    assert suggesting.waiting(session).total == 0 and suggesting.counts(session) == []


def test_hidden_resources_wait_for_nobody(session, make_source, make_record, receive):
    receive(make_source(), [make_record("a", "Selling", summary=TEXT)])
    id, _, _ = suggested(session)
    session.get(Resource, id).hidden_at = session.get(Resource, id).created_at
    session.commit()
    assert suggesting.waiting(session).total == 0
