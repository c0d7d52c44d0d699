"""Which page a new record joins on arrival."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from harvesters.record import Identifier
from hub.models import Resource, SourceRecord
from hub.services.matching import keys_of

SURE = {"institution": "Massachusetts Institute of Technology", "resource_type": "course"}


def pages(session):
    return len(set(session.scalars(select(SourceRecord.resource_id))))


def test_the_keys_of_a_record(make_record):
    record = make_record(
        "a",
        "Live commerce",
        url="https://www.X.example/a/?utm_source=y",
        institution="MIT",
        code="EC 1",
        identifiers=(Identifier(scheme="isbn", value="9781234567897"), Identifier(scheme="issn", value="1234-5678")),
    )
    *strong, title = keys_of(record)
    assert strong == ["url:x.example/a", "isbn:9781234567897", "code:mit/ec1"] and title.startswith("title:")


def test_the_same_title_of_the_same_institution_joins(session, make_source, make_record, receive):
    receive(make_source("one"), [make_record("1", "The Age of Live Commerce", url="https://one.example/1", **SURE)])
    receive(make_source("two"), [make_record("9", "Age of live commerce", url="https://two.example/9", institution="MIT")])
    assert pages(session) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"institution": "Fudan University"},
        {"institution": None},
        {"resource_type": "textbook"},
        {"languages": ("zh-Hans",)},
        {"title": "The Age of Live Commerce, part 2"},
        {"title": "The Age of Live Commerce: capstone"},
    ],
)
def test_what_differs_where_it_matters_does_not(session, make_source, make_record, receive, change):
    values = {"title": "The Age of Live Commerce", "languages": ("en",), **SURE}
    receive(make_source("one"), [make_record("1", **values)])
    receive(make_source("two"), [make_record("9", **values | change)])
    assert pages(session) == 2


def test_a_page_that_has_a_record_of_this_source_is_not_joined(session, make_source, make_record, receive):
    one, two = make_source("one"), make_source("two")
    receive(one, [make_record("1", "The Age of Live Commerce", **SURE)])
    for identifier in ("1", "2"):
        receive(two, [make_record(identifier, "The Age of Live Commerce", **SURE)])
    assert pages(session) == 2
    owners = session.scalars(select(SourceRecord.resource_id).order_by(SourceRecord.id)).all()
    assert owners[0] == owners[1] != owners[2]


def test_two_pages_that_are_both_sure_leave_it_to_a_person(session, make_source, make_record, receive):
    one = make_source("one")
    for identifier in ("1", "2"):
        receive(one, [make_record(identifier, "The Age of Live Commerce", **SURE)])
    receive(make_source("two"), [make_record("9", "The Age of Live Commerce", **SURE)])
    assert pages(session) == 3


def test_a_merged_page_takes_in_no_more_records_and_a_hidden_one_does(session, make_source, make_record, receive):
    receive(make_source("one"), [make_record("1", "The Age of Live Commerce", **SURE)])
    page = session.scalars(select(Resource)).one()
    page.hidden_at = page.created_at
    session.commit()
    receive(make_source("two"), [make_record("9", "The Age of Live Commerce", **SURE)])
    assert pages(session) == 1, "else what a curator hid would come back under another address"
