"""The vocabulary comes from its file, again and again, and the catalogue follows."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from hub.models import Assignment, Concept, ConceptLabel, Outbox, Resource
from hub.services import cataloguing, seeding

TURTLE = """
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix : <https://x.example/topics/> .
:a a skos:Concept ; skos:notation "parcels" ; skos:prefLabel "Parcel lockers"@en, "快递柜"@zh-Hans ; skos:altLabel "parcel stations"@en .
"""


def notations(session):
    return set(session.scalars(select(Concept.notation).join(Assignment)))


def test_loading_twice_changes_no_id(session):
    before = dict(session.execute(select(Concept.notation, Concept.id).where(Concept.scheme == "topic")).all())
    labels = session.scalar(select(func.count()).select_from(ConceptLabel))
    assert seeding.load_vocabulary(session) >= 120
    session.commit()
    assert dict(session.execute(select(Concept.notation, Concept.id).where(Concept.scheme == "topic")).all()) == before
    assert session.scalar(select(func.count()).select_from(ConceptLabel)) == labels
    session.rollback()


def test_a_new_word_finds_the_resources_that_are_there_already(session, make_source, make_record, receive):
    receive(make_source(), [make_record("a", "Parcel lockers in cities"), make_record("b", "快递柜运营")])
    person = session.scalars(select(Resource)).first()
    kept = Assignment(
        resource_id=person.id, concept_id=session.scalars(select(Concept.id)).first(), origin="person", confidence=1, state="accepted"
    )
    session.add(kept)
    session.commit()
    assert "parcels" not in notations(session)
    try:
        assert seeding.load_vocabulary(session, TURTLE) == 1
        assert sum(cataloguing.classify_again(session, at_once=1)) == 2
        session.commit()
        assert "parcels" in notations(session)
        assert session.get(Assignment, kept.id) is not None, "what a person said stays"
        assert session.scalar(select(func.count()).select_from(Outbox)) == 4
    finally:  # the vocabulary is the one table that tests on one PostgreSQL database share
        session.rollback()
        session.query(Assignment).delete()
        session.delete(session.scalars(select(Concept).filter_by(notation="parcels")).one())
        session.commit()


@pytest.mark.parametrize(("text", "said"), [("not turtle at all {", "line"), ("@prefix a: <http://a.example/> .", "no skos:Concept")])
def test_a_file_that_is_no_vocabulary_is_refused(session, text, said):
    with pytest.raises(seeding.BadVocabulary, match=said):
        seeding.load_vocabulary(session, text)
    session.rollback()
