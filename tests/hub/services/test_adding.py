"""Resources added by hand are records like others: read again, corrected, taken back."""

from __future__ import annotations

import zlib

import pytest
from sqlalchemy import select

from harvesters import registry
from harvesters.record import Failure, Raw, Record
from hub.models import AuditEvent, Resource, Source, SourceRecord
from hub.services import adding, sourcing, watching
from hub.services.auditing import Actor

ADA = Actor(None, "Ada")
TYPED = {
    "title": "Customs for beginners",
    "url": "https://x.example/customs",
    "agents": "Li Wenjing | instructor",
    "languages": "English",
    "levels": "introductory",
    "credits": "2",
    "content_published": "2026-01-02",
    "description": "<p>Kept</p><script>x</script>",
}


def test_a_resource_added_by_hand(session):
    id, own = adding.add(session, ADA, TYPED)
    session.commit()
    resource = session.get(Resource, id)
    assert own and (resource.title, resource.languages, resource.description) == ("Customs for beginners", ["en"], "<p>Kept</p>")
    assert (resource.agents, float(resource.credits)) == ([{"name": "Li Wenjing", "role": "instructor"}], 2.0)
    assert [e.action for e in session.scalars(select(AuditEvent))] == ["resource.added"]
    record = session.scalars(select(SourceRecord)).one()
    again = registry.kind("by-hand").read(Raw(zlib.decompress(record.raw), record.raw_type, ""), {})
    assert isinstance(again, Record) and again.title == "Customs for beginners", "so a replay reads it"


def test_everything_that_is_wrong_is_said_at_once(session):
    with pytest.raises(adding.BadFields) as refused:
        adding.add(session, ADA, {"title": "", "url": "x", "free": "maybe"})
    assert {field: error.why for field, error in refused.value.wrong.items()} == {"title": "empty", "url": "address", "free": "truth"}
    assert session.scalars(select(Source)).all() == []


def test_doubles_are_warned_of(session, make_source, make_record, receive):
    receive(make_source(), [make_record("a", "CUSTOMS for Beginners"), make_record("b", "Other", url="http://www.x.example/customs/")])
    assert [one.title for one in adding.like(session, TYPED)] == ["CUSTOMS for Beginners", "Other"]
    assert adding.like(session, {"title": "Nothing like it", "url": ""}) == ()


def test_what_is_the_same_course_joins_its_page(session, make_source, make_record, receive):
    receive(make_source(), [make_record("a", "Customs for beginners", url="https://x.example/customs")])
    id, own = adding.add(session, ADA, TYPED)
    session.commit()
    assert not own and session.scalars(select(Resource.id)).all() == [id]
    assert session.get(Resource, id).levels == ["introductory"]


def test_taken_back_and_brought_back(session):
    id, _ = adding.add(session, ADA, TYPED)
    session.commit()
    assert adding.take_back(session, ADA, id) == 1 and adding.take_back(session, ADA, id) == 0
    session.commit()
    session.expire_all()
    assert session.get(Resource, id).withdrawn_at is not None
    assert adding.bring_back(session, ADA, id) == 1
    session.commit()
    session.expire_all()
    assert (session.get(Resource, id).withdrawn_at, session.get(Resource, id).title) == (None, "Customs for beginners")


def test_a_file_has_lists_numbers_and_people(session):
    texts = adding.texts_of(
        {"title": "T", "keywords": ["a", "b"], "free": True, "credits": 3, "agents": [{"name": "Ada", "role": "instructor"}, "Ben"]}
    )
    assert texts == {"title": "T", "keywords": "a\nb", "free": "yes", "credits": "3", "agents": "Ada | instructor\nBen"}
    with pytest.raises(adding.BadFields):
        adding.texts_of({"title": "T", "colour": "red"})


def test_the_own_source_is_never_harvested_nor_chosen(session):
    adding.add(session, ADA, TYPED)
    session.commit()
    source = session.scalars(select(Source)).one()
    assert sourcing.is_internal(source) and "by-hand" not in sourcing.kinds()
    assert watching.source_names(session) == () and watching.source(session, "by-hand") is None
    with pytest.raises(sourcing.BadSource):
        sourcing.add(session, "mine", "by-hand", "https://x.example/")


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"identifier":"1"}', b'{"identifier":"1","title":"T","url":"x"}'])
def test_a_payload_that_is_none_is_a_failure(body):
    assert isinstance(registry.kind("by-hand").read(Raw(body, "application/json", ""), {}), Failure)
