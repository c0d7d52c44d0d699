"""One resource's page: values with their origins, and where a merged one stands now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from harvesters.record import Agent, Offering
from hub.models import Resource
from hub.services import indexing, reading


def test_a_page_names_the_source_of_each_field(session: Session, make_source: Any, make_record: Any, receive: Any) -> None:
    address = "https://courses.example/one"
    receive(make_source("first", rank=1), [make_record("a", url=address, summary="Short.", licence="CC-BY-4.0", languages=("en",))])
    receive(make_source("second", rank=2), [make_record("b", url=address, agents=(Agent(name="Ada"),), code="X1")])
    resource = session.scalars(select(Resource)).one()
    page = reading.page(session, resource.public_id, language="en")
    assert isinstance(page, reading.ResourcePage)
    assert page.fields["licence"] == "First"
    assert page.fields["agents"] == "Second"
    assert [origin.source for origin in page.origins] == ["first", "second"]
    assert "provider" in page.inferred
    assert page.agents == (reading.Agent("Ada", "creator", None),)


def test_offerings_come_undated_first_then_latest(session: Session, make_source: Any, make_record: Any, receive: Any) -> None:
    runs = (
        Offering(identifier="1", start=datetime(2026, 1, 1, tzinfo=UTC)),
        Offering(identifier="2", pace="self", price=Decimal("9.90"), currency="EUR"),
        Offering(identifier="3", start=datetime(2027, 1, 1, tzinfo=UTC)),
    )
    receive(make_source(), [make_record("a", offerings=runs)])
    page = reading.page(session, session.scalars(select(Resource.public_id)).one(), language="en")
    assert isinstance(page, reading.ResourcePage)
    assert [run.start and run.start.year for run in page.offerings] == [None, 2027, 2026]
    assert (page.offerings[0].price, page.offerings[0].currency) == (Decimal("9.90"), "EUR")


def test_a_merged_resource_leads_on_and_circles_end(session: Session, make_source: Any, make_record: Any, receive: Any) -> None:
    receive(make_source(), [make_record("a", "One"), make_record("b", "Two"), make_record("c", "Three")])
    one, two, three = session.scalars(select(Resource).order_by(Resource.id))
    one.merged_into_id, two.merged_into_id = two.id, three.id
    session.commit()
    assert reading.page(session, one.public_id, language="en") == reading.Moved(three.public_id, "three")
    three.merged_into_id = one.id
    session.commit()
    assert isinstance(reading.page(session, one.public_id, language="en"), reading.Moved)
    assert reading.page(session, "nobody", language="en") is None


def test_alternatives_share_words_and_never_fail(
    app: Flask, session: Session, make_source: Any, make_record: Any, receive: Callable[..., Any]
) -> None:
    receive(
        make_source(), [make_record("a", "Mobile payment in practice"), make_record("b", "Growing roses"), make_record("c", "移动支付实务")]
    )
    index = app.extensions["hub"].index
    indexing.sync(session, index)
    for title, expected in (("An introduction to mobile payment", "Mobile payment in practice"), ("移动电商入门", "移动支付实务")):
        assert reading.alternatives(session, index, title)[0].title == expected
    for title in ("", "???", 'OR "(-', "x" * 5000):
        assert reading.alternatives(session, index, title) == ()
