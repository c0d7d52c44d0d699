"""The edit page's facts, and a form of which nobody's work is lost."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from hub.models import Curation, Resource
from hub.services import curating, editing
from hub.services.auditing import Actor

ADA, BEN = Actor(None, "Ada"), Actor(None, "Ben")


@pytest.fixture
def page(session, make_source, make_record, receive):
    receive(make_source("one", rank=1), [make_record("a", "Trade law", url="https://x.example/t", keywords=("law", "trade"))])
    receive(make_source("two"), [make_record("b", "Trade law (online)", url="https://x.example/t", levels=("advanced",))])
    public_id = session.scalars(select(Resource.public_id)).one()
    return lambda: editing.page(session, public_id)


def save(session, actor, page, texts, seen=None, released=()):
    seen = seen or {field.name: field.seen for field in page.fields}
    try:
        done = editing.save(session, actor, page, texts, seen, released=released, note="why")
    except editing.Conflict:
        session.rollback()
        raise
    session.commit()
    session.expire_all()
    return done


def test_each_field_says_what_each_source_says(page):
    title = page().field("title")
    assert (title.text, title.locked, title.source_text) == ("Trade law", False, "Trade law")
    assert [(said.source, said.text) for said in title.said] == [("one", "Trade law"), ("two", "Trade law (online)")]
    assert page().field("keywords").text == "law\ntrade"
    assert {field.name for field in page().fields} == set(curating.FIELDS)


def test_a_form_that_comes_back_as_it_was_changes_nothing(session, page):
    shown = page()
    texts = {field.name: field.text.replace("\n", "\r\n") + "\r\n" for field in shown.fields}
    assert save(session, ADA, shown, texts) == 0
    assert session.scalars(select(Curation)).all() == []


def test_only_what_was_typed_is_locked(session, page):
    shown = page()
    assert save(session, ADA, shown, {field.name: field.text for field in shown.fields} | {"title": "Trade law!", "keywords": ""}) == 2
    after = page()
    assert {field.name for field in after.fields if field.locked} == {"title", "keywords"}
    title = after.field("title")
    assert (title.text, title.source_text, title.person, title.note) == ("Trade law!", "Trade law", "Ada", "why")


def test_two_curators_lose_nothing(session, page):
    ada, ben = page(), page()
    save(session, ADA, ada, {"title": "Ada's title", "code": ada.field("code").text})
    assert save(session, BEN, ben, {"title": ben.field("title").text, "code": "B1"}) == 1, "another field: both are kept"
    with pytest.raises(editing.Conflict) as met:
        save(session, BEN, ben, {"title": "Ben's title", "summary": "Ben's summary"})
    assert met.value.fields == ("title",)
    assert (page().field("title").text, page().field("summary").text) == ("Ada's title", ""), "nothing was saved"
    assert save(session, BEN, ben, {"title": "Ada's title"}) == 0, "the same value is no quarrel"
    assert save(session, BEN, page(), {"title": "Ben's title"}) == 1, "having seen hers he may"


def test_a_release_of_what_somebody_changed_meanwhile_is_a_conflict(session, page):
    save(session, ADA, page(), {"title": "Ada's title"})
    shown = page()
    save(session, BEN, page(), {"title": "Ben's title"})
    with pytest.raises(editing.Conflict):
        save(session, ADA, shown, {"title": "Ada's title"}, released=["title"])
    assert save(session, ADA, page(), {"title": "Ben's title"}, released=["title"]) == 1
    assert page().field("title").text == "Trade law"


def test_bad_values_are_refused_whole(session, page):
    with pytest.raises(curating.BadValue):
        save(session, ADA, page(), {"title": "Fine", "url": "javascript:alert(1)"})
    session.rollback()
    assert page().field("title").text == "Trade law"
