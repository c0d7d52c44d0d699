"""Shelves: topics in the reader's language, providers, sources with their freshness; all of them without the index too."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.db import now
from hub.models import Run
from hub.services import browsing, indexing, labelling, mapping


def test_labels_are_in_the_reader_s_language_or_in_english(session: Session) -> None:
    chinese, unknown = (labelling.vocabulary(session, language).topics for language in ("zh-Hans", "sw"))
    assert chinese.label("logistics") == "物流与供应链"
    assert unknown.label("logistics") == "Logistics and supply chain"
    assert unknown.label("nobody-knows") == "nobody-knows"
    below = chinese.below("logistics")
    assert below
    assert chinese.top(below[0].notation) == "logistics"
    assert [term.notation for term in chinese.above(below[0].notation)] == ["logistics"]
    assert labelling.definition(session, "topic", "logistics", "sw") == labelling.definition(session, "topic", "logistics", "en")


def test_counts_come_from_the_index(app: Flask, session: Session, make_source: Any, make_record: Any, receive: Any) -> None:
    receive(
        make_source(),
        [make_record("a", "Cold chain logistics", provider="One"), make_record("b", "Last-mile delivery", provider="Two, Inc.")],
    )
    index = app.extensions["hub"].index
    indexing.sync(session, index)
    home = browsing.home(session, index, language="en")
    assert home.resources == 2
    assert next(topic.count for topic in home.topics if topic.notation == "logistics") == 2
    assert {(p.name, p.slug, p.count) for p in browsing.providers(index)} == {("One", "one", 1), ("Two, Inc.", "two-inc", 1)}
    assert browsing.provider_name(session, "two-inc") == "Two, Inc."
    assert browsing.provider_name(session, "three") is None
    assert {slug for _, slug, _ in mapping.resources(session, 1)} == {"cold-chain-logistics", "last-mile-delivery"}


def test_a_source_says_how_fresh_it_is(app: Flask, session: Session, make_source: Any) -> None:
    source = make_source("one")
    for state, hours in (("succeeded", 3), ("partial", 2), ("failed", 1), ("running", 0)):
        at = now() - timedelta(hours=hours)
        session.add(Run(source_id=source.id, state=state, created_at=at, started_at=at, finished_at=None if state == "running" else at))
        session.commit()
    (state,) = browsing.sources(session, app.extensions["hub"].index)
    fresh = session.scalar(select(Run.finished_at).where(Run.state == "partial"))
    assert state.refreshed_at == fresh
    assert state.last_state == "failed"
    assert browsing.source(session, app.extensions["hub"].index, "two") is None
