"""Looking into a record: what came, what was read, what changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from harvesters.record import Failure, Raw, Record, Withdrawn
from hub.models import SourceRecord
from hub.services import inspecting


@pytest.fixture
def source(make_source):
    return make_source()


@pytest.fixture
def look(session):
    def at(identifier):
        return inspecting.get(session, inspecting.number(session, "one", identifier))

    return at


def test_a_record_as_it_came_and_as_it_was_read(look, source, receive, make_record):
    receive(source, [make_record("a", "Trade", languages=("en",), body=b'{"name":"Trade","x":[1]}')])
    found = look("a")
    assert (found.raw, found.raw_type, found.state, found.cut) == ('{"name":"Trade","x":[1]}', "text/plain", "active", False)
    assert found.pretty.splitlines()[1] == '  "name": "Trade",'
    assert dict(found.values) == {"title": "Trade", "languages": "en"}
    assert "licence" in found.missing and found.resource and found.differences == ()


def test_what_changed_is_kept_field_by_field(look, source, receive, make_record):
    receive(source, [make_record("a", "Basics of export", keywords=("trade",))])
    before = look("a").changed_at
    receive(source, [make_record("a", "Basics of import", languages=("en",))])
    found = look("a")
    assert {one.field: (one.before, one.after) for one in found.differences} == {
        "title": ("Basics of export", "Basics of import"), "languages": (None, "en"), "keywords": ("trade", None),
    }  # fmt: skip
    assert found.previous_at == before < found.changed_at


def test_a_payload_that_changes_nothing_keeps_the_last_change(session, look, source, receive, make_record):
    for title, body in (("Old", b"1"), ("New", b"2"), ("New", b"3")):
        receive(source, [make_record("a", title, body=body)])
    assert [(one.before, one.after) for one in look("a").differences] == [("Old", "New")]
    assert look("a").raw == "3"


def test_a_record_that_comes_back_as_it_was_has_not_changed(look, source, receive, make_record):
    receive(source, [make_record("a", "Trade")])
    receive(source, [Withdrawn(identifier="a")])
    receive(source, [make_record("a", "Trade")])
    assert look("a").differences == ()


def test_records_are_found_by_identifier_title_and_state(session, source, receive, make_record):
    broken = Failure(identifier="b_1", reason="no", raw=Raw(b"<r>", "text/xml", ""))
    receive(source, [make_record("a", "100% Trade"), make_record("c", "Law"), broken])

    def found(**how):
        page = inspecting.records(session, "one", **how)
        assert page.total == len(page.records)
        return [one.identifier for one in page.records]

    assert found() == ["a", "b_1", "c"]
    assert (found(words="TRADE"), found(words="%"), found(words="b_1"), found(state="failed")) == (["a"], ["a"], ["b_1"], ["b_1"])
    assert inspecting.records(session, "one", limit=2).pages == 2
    assert inspecting.records(session, "nobody").total == 0


def test_there_is_no_such_record(session):
    assert inspecting.get(session, 1) is None and inspecting.number(session, "one", "a") is None


def test_a_very_large_payload_is_cut(session, look, source, receive):
    body = b"<r>" + b"x" * 1_500_000 + b"</r>"
    receive(source, [Record(identifier="a", title="A", raw=Raw(body, "text/xml", "https://u:p@s.academy/x?key=1"))])
    found = look("a")
    assert found.cut and found.pretty is None and len(found.raw) == 1_000_000
    assert "u:p" not in found.raw_url and "key=1" not in found.raw_url


@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda text: f"<r><a>{text}</a></r>".encode("utf-8", "replace")))
def test_any_bytes_can_be_shown(body):
    inspecting.pretty(body, "text/xml")
    assert "\0" not in inspecting.as_text(body, "text/xml")


def test_xml_with_declarations_is_not_laid_out():
    bomb = b'<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><r>&b;</r>'
    assert "aaaaaaaa" not in (inspecting.pretty(bomb, "text/xml") or "")
    assert inspecting.pretty(b"<r><a>1</a></r>", "text/xml") == "<r>\n  <a>1</a>\n</r>"


def test_previous_values_stand_in_the_row(session, source, receive, make_record):
    receive(source, [make_record("a", "Old")])
    receive(source, [make_record("a", "New")])
    assert session.scalars(select(SourceRecord.previous)).one() == {"title": "Old"}
