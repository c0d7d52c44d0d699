"""Concepts added, moved, retired and brought back; loading the vocabulary anew changes nothing of it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from hub.db import now
from hub.models import Assignment, AuditEvent, Concept, Resource
from hub.services import arranging, classifying, documenting, labelling, relabelling, seeding
from hub.services.auditing import COMMAND_LINE

NAMES = {"en": "Quantum parcels", "zh-Hans": "量子包裹"}


@pytest.fixture
def own(session):
    """A vocabulary that this test may change: the template's is kept between tests on PostgreSQL."""
    yield session
    session.rollback()


def broader(session, notation):
    found = session.scalars(select(Concept).filter_by(scheme="topic", notation=notation)).one()
    return session.scalar(select(Concept.notation).where(Concept.id == found.broader_id))


def test_a_new_concept_is_found_in_resources(own):
    arranging.create(own, COMMAND_LINE, "topic", "logistics.drones", broader="logistics", names=NAMES)
    (finding, *_) = classifying.load(own).classify("Quantum parcels for shops", [], "")
    assert own.get(Concept, finding.concept_id).notation == "logistics.drones"
    assert labelling.read(own, "zh-Hans").topics.label("logistics.drones") == "量子包裹"
    seeding.load_vocabulary(own)
    assert broader(own, "logistics.drones") == "logistics"
    assert relabelling.concept(own, "topic", "logistics.drones").name("en") == "Quantum parcels"


@pytest.mark.parametrize(
    ("notation", "under", "names", "why"),
    [
        ("No Spaces", "", NAMES, "notation"),
        ("x" * 81, "", NAMES, "notation"),
        ("logistics", "", NAMES, "taken"),
        ("new", "", {"en": " ", "zh-Hans": ""}, "name"),
        ("new", "nothing", NAMES, "gone"),
    ],
)
def test_what_cannot_be_a_concept(own, notation, under, names, why):
    with pytest.raises(arranging.Refused) as refused:
        arranging.create(own, COMMAND_LINE, "topic", notation, broader=under, names=names)
    assert refused.value.why == why


def test_a_name_that_another_concept_has_is_refused(own):
    with pytest.raises(relabelling.Refused):
        arranging.create(own, COMMAND_LINE, "topic", "new", broader="", names={"en": "Cross-border e-commerce"})


def test_moved_concepts_stay_where_they_are(own):
    assert arranging.move(own, COMMAND_LINE, "topic", "logistics.last-mile", "service")
    assert not arranging.move(own, COMMAND_LINE, "topic", "logistics.last-mile", "service")
    seeding.load_vocabulary(own)
    assert broader(own, "logistics.last-mile") == "service"
    with pytest.raises(arranging.Refused, match="under-itself"):
        arranging.move(own, COMMAND_LINE, "topic", "service", "logistics.last-mile")
    event = own.scalars(select(AuditEvent)).one()
    assert (event.action, event.before, event.after) == ("topic.moved", {"under": "logistics"}, {"under": "service"})


def test_a_retired_concept_is_seen_nowhere_and_comes_back(own):
    concept = own.scalars(select(Concept).filter_by(notation="logistics.last-mile")).one()
    resource = Resource(public_id="x", title="T", created_at=now(), updated_at=now())
    own.add(resource)
    own.flush()
    own.add(Assignment(resource_id=resource.id, concept_id=concept.id, origin="person", confidence=1, state="accepted"))
    with pytest.raises(arranging.Refused, match="narrower"):
        arranging.retire(own, COMMAND_LINE, "topic", "logistics")
    assert arranging.retire(own, COMMAND_LINE, "topic", "logistics.last-mile")
    assert not arranging.retire(own, COMMAND_LINE, "topic", "logistics.last-mile")
    seeding.load_vocabulary(own)
    (document,) = documenting.documents(own, [resource.id])
    assert "topic" not in document.facets and "logistics.last-mile" not in labelling.read(own, "en").topics.by_notation
    assert classifying.load(own).classify("Last-mile delivery", [], "") == ()
    assert relabelling.concept(own, "topic", "logistics.last-mile").retired
    assert arranging.bring_back(own, COMMAND_LINE, "topic", "logistics.last-mile")
    (document,) = documenting.documents(own, [resource.id])
    assert "logistics.last-mile" in document.facets["topic"]
