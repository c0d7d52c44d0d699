"""Resources in full: everything that the formats need, and nothing of what is gone."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from harvesters.record import Agent, Identifier, Offering
from hub.db import db, now
from hub.models import Resource
from hub.services import describing


def test_everything_of_a_resource_is_there(session: Session, make_source: Any, make_record: Any, receive: Any) -> None:
    start = datetime(2026, 9, 1, tzinfo=UTC)
    record = make_record(
        "a",
        "Live-commerce basics",
        url="https://courses.example/a",
        agents=(Agent(name="Ada", url="https://ada.example", organisation=False),),
        identifiers=(Identifier(scheme="doi", value="10.1000/1"), Identifier(scheme="isbn", value="9780306406157")),
        same_as=("https://elsewhere.example/a",),
        offerings=(Offering(identifier="run-1", start=start, price=Decimal("9.90"), currency="EUR"),),
        keywords=("live commerce",),
        description="<p>About live commerce.</p>",
    )
    receive(make_source("first"), [record])
    one = describing.by_public_id(session, session.scalars(select(Resource.public_id)).one())
    assert one is not None and not one.gone
    assert one.agents == (describing.Agent("Ada", "creator", "https://ada.example", False),)
    assert set(one.identifiers) == {("doi", "10.1000/1"), ("isbn", "9780306406157")}
    assert one.same_as == ("https://elsewhere.example/a",)
    assert (one.offerings[0].start, one.offerings[0].price) == (start, Decimal("9.90"))
    assert [origin.source for origin in one.origins] == ["first"]
    assert {"en", "zh-Hans"} <= set(one.topics[0].labels) and one.topics[0].uri
    assert describing.by_public_id(session, "nobody") is None


def test_addresses_with_keys_are_told_without_them(session: Session, make_source: Any, make_record: Any, receive: Any) -> None:
    receive(make_source(), [make_record("https://user:secret@source.example/1?token=abc", url="https://courses.example/1")])
    one = next(describing.walk(session))
    assert "secret" not in one.origins[0].identifier and "abc" not in one.origins[0].identifier


def test_a_walk_meets_each_living_resource_once_however_long_its_steps(
    session: Session, make_source: Any, make_record: Any, receive: Any
) -> None:
    receive(make_source(), [make_record(str(n), f"Work {n}") for n in range(7)])
    resources = session.scalars(select(Resource).order_by(Resource.id)).all()
    resources[1].hidden_at = resources[2].withdrawn_at = now()
    resources[3].merged_into_id = resources[0].id
    session.commit()
    names, ids = [resources[n].public_id for n in (0, 4, 5, 6)], [one.id for one in resources]
    assert [one.public_id for one in describing.walk(session, at_once=2)] == names
    assert [one.public_id for one in describing.walk(session)] == names
    told = describing.describe(session, ids)
    assert [told[id].gone for id in ids] == [False, True, True, True, False, False, False]


def test_the_number_of_queries_does_not_grow(session: Session, make_source: Any, make_record: Any, receive: Any) -> None:
    receive(make_source(), [make_record(str(n), f"Payments {n}", offerings=(Offering(identifier=str(n)),)) for n in range(40)])
    ids = list(session.scalars(select(Resource.id)))
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    describing.describe(session, ids)
    assert len(asked) == 5
