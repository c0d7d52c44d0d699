"""The fields that matter: each counts what it weighs, in records as in resources."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from harvesters.record import Agent, Offering, Raw, Record
from hub.models import Resource
from hub.services import completing, merging
from hub.services.completing import WEIGHTS

FULL = {
    "description": "<p>Text</p>", "url": "https://x.example/a", "licence": "CC-BY-4.0", "languages": ("en",), "resource_type": "course",
    "agents": (Agent(name="Li"),), "levels": ("school",), "subjects": ("trade",), "duration": "P4W", "free": True,
}  # fmt: skip
OF = {"text": "description", "keywords": "subjects"}


def values(**fields):
    return merging.values_of(Record(identifier="a", title="A", raw=Raw(b"", "", ""), **fields))


def test_the_weights_are_a_whole():
    assert sum(WEIGHTS.values()) == 100


@given(st.sets(st.sampled_from(sorted(WEIGHTS))))
def test_what_is_left_out_is_missing_and_nothing_else(left_out):
    kept = {name: value for name, value in FULL.items() if name not in {OF.get(field, field) for field in left_out}}
    found = values(**kept)
    assert set(completing.missing(found)) == left_out
    assert completing.score(found) == 100 - sum(WEIGHTS[field] for field in left_out)


def test_a_price_says_whether_it_is_free():
    priced = values(**{**FULL, "free": None, "offerings": (Offering(price=Decimal(0)),)})
    assert completing.missing(priced) == ()
    assert completing.missing(values(**{**FULL, "free": None, "offerings": (Offering(pace="self"),)})) == ("free",)
    assert completing.missing(values(**{**FULL, "free": False})) == ()


def test_a_resource_counts_as_its_records_do(session, make_source, make_record, receive):
    receive(make_source(), [make_record("a", **FULL), make_record("b", "A title only", languages=("en",))])
    full, bare = session.scalars(select(Resource).order_by(Resource.id))
    assert full.completeness == 100
    assert bare.completeness == 10
