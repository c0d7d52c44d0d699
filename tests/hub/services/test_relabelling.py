"""Labels as admins edit them: what is refused and why, and that loading the vocabulary anew keeps what people did."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from hub.models import RemovedLabel
from hub.services import auditing, relabelling, seeding
from hub.services.relabelling import ConceptState, LabelState, Refused


@pytest.fixture
def edited(session: Session) -> Iterator[Session]:
    """A session of which nothing is kept: the vocabulary is the one table that tests on one PostgreSQL database share."""
    yield session
    session.rollback()


def cross_border(session: Session) -> ConceptState:
    found = relabelling.concept(session, "topic", "cross-border")
    assert found is not None
    return found


def label(session: Session, text: str, language: str = "en") -> LabelState | None:
    return next((one for one in cross_border(session).labels if (one.text, one.language) == (text, language)), None)


def add(session: Session, text: str, language: str = "en", *, preferred: bool = False) -> str | None:
    return relabelling.add(session, "topic", "cross-border", language, text, preferred=preferred, actor=auditing.COMMAND_LINE)


def test_both_trees_in_their_order(session: Session) -> None:
    topics = relabelling.concepts(session, "topic")
    assert topics[0].notation == "foundations" and topics[1].broader == "foundations" and topics[1].depth == 1
    found = cross_border(session)
    assert (found.name("en"), found.name("zh-Hans"), found.name("sw")) == (
        "Cross-border e-commerce",
        "跨境电子商务",
        "Cross-border e-commerce",
    )
    assert found.count("en") + found.count("zh-Hans") == len(found.labels)
    assert found.has("BORDER com") and found.has("跨境电") and not found.has("logistics")
    assert relabelling.concept(session, "topic", "nothing") is None
    assert relabelling.concepts(session, "platform")


def test_a_label_is_added_once(edited: Session) -> None:
    assert add(edited, "  parcels   over the border ") == "parcels over the border"
    assert label(edited, "parcels over the border") == LabelState("en", "parcels over the border", False, False, True)
    with pytest.raises(Refused) as refused:
        add(edited, "Parcel over-the-border")
    assert refused.value.why == "here"
    assert relabelling.add(edited, "topic", "nothing", "en", "x", actor=auditing.COMMAND_LINE) is None


@pytest.mark.parametrize(("text", "why"), [("", "empty"), ("!?", "empty"), ("x" * 101, "long"), ("Payment Gateway", "elsewhere")])
def test_what_is_refused_and_why(session: Session, text: str, why: str) -> None:
    with pytest.raises(Refused) as refused:
        add(session, text)
    assert refused.value.why == why
    assert why != "elsewhere" or refused.value.other == (
        "payments.gateways",
        relabelling.concept(session, "topic", "payments.gateways").name("en"),
    )  # type: ignore[union-attr]


def test_the_name_changes_and_the_one_before_becomes_a_synonym(edited: Session) -> None:
    assert relabelling.prefer(edited, "topic", "cross-border", "en", "global e-commerce", actor=auditing.COMMAND_LINE)
    assert cross_border(edited).name("en") == "global e-commerce"
    before = label(edited, "Cross-border e-commerce")
    assert before is not None and not before.preferred
    add(edited, "trade over the border", preferred=True)
    assert [one.text for one in cross_border(edited).labels if one.preferred and one.language == "en"] == ["trade over the border"]
    with pytest.raises(Refused, match="named"):
        relabelling.remove(edited, "topic", "cross-border", "en", "trade over the border", actor=auditing.COMMAND_LINE)
    assert not relabelling.prefer(edited, "topic", "cross-border", "zh-Hans", "global e-commerce", actor=auditing.COMMAND_LINE)


def test_what_people_did_outlives_loading_the_vocabulary(edited: Session) -> None:
    add(edited, "parcels over the border")
    assert relabelling.remove(edited, "topic", "cross-border", "en", "digital trade", actor=auditing.COMMAND_LINE)
    assert not relabelling.remove(edited, "topic", "cross-border", "en", "digital trade", actor=auditing.COMMAND_LINE)
    relabelling.prefer(edited, "topic", "cross-border", "zh-Hans", "跨境电商", actor=auditing.COMMAND_LINE)
    before = cross_border(edited)
    seeding.load_vocabulary(edited)
    edited.expire_all()
    assert set(cross_border(edited).labels) == set(before.labels)
    assert cross_border(edited).name("zh-Hans") == "跨境电商"
    assert label(edited, "digital trade") is None


def test_what_was_removed_can_be_added_again(edited: Session) -> None:
    relabelling.remove(edited, "topic", "cross-border", "en", "digital trade", actor=auditing.COMMAND_LINE)
    add(edited, "digital trade")
    assert edited.query(RemovedLabel).count() == 0
    seeding.load_vocabulary(edited)
    assert [one.text for one in cross_border(edited).labels].count("digital trade") == 1
