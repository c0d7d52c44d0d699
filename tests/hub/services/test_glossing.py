"""Labels as words: all spellings of one are one, what only looks alike is not."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models import Concept, ConceptLabel
from hub.services import glossing


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cross-border e-commerce", "cross border ecommerce"),
        ("payment gateways", "Payment Gateway"),
        ("categories", "category"),
        ("coaches", "coach"),
        ("跨境電商", "跨境电商"),
        ("ＳＥＯ", "seo"),
    ],
)
def test_spellings_of_one_label(one: str, other: str) -> None:
    assert "".join(glossing.words(one)) == "".join(glossing.words(other)) != ""


@pytest.mark.parametrize(("one", "other"), [("logistics", "logistic"), ("marketing", "market"), ("analysis", "analysi"), ("AWS", "aw")])
def test_words_that_only_look_alike(one: str, other: str) -> None:
    assert glossing.words(one) != glossing.words(other)


def test_labels_are_kept_until_one_changes(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    before = glossing.read(session)
    assert glossing.read(session) is before
    assert {gloss.notation for gloss in before.by_key["跨境电商"]} == {"cross-border"}
    assert before.by_concept["topic", "cross-border"][0].preferred
    monkeypatch.setattr(glossing, "FRESH", -1.0)
    assert glossing.read(session) is before, "nothing has changed"
    concept = session.scalars(select(Concept).filter_by(notation="cross-border")).one()
    session.add(ConceptLabel(concept_id=concept.id, language="en", preferred=False, text="parcels over the border"))
    session.flush()
    assert [gloss.notation for gloss in glossing.read(session).by_key["parcelovertheborder"]] == ["cross-border"]
    session.rollback()
    assert "parcelovertheborder" not in glossing.read(session).by_key
