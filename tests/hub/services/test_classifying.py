"""Topics by rule."""

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from hub.models import Concept
from hub.services import classifying
from hub.services.classifying import Classifier, Label

LABELS = Classifier(
    [
        Label(1, "logistics"),
        Label(2, "cross-border logistics"),
        Label(3, "live commerce"),
        Label(3, "直播电商"),
        Label(4, "Amazon", doubtful=True),
        Label(5, "B2B e-commerce"),
    ]
)


def found(title="", keywords=(), text=""):
    return {finding.concept_id: finding.state for finding in LABELS.classify(title, keywords, text)}


def test_a_label_counts_more_in_the_title_than_in_the_text():
    assert found("Live Commerce for beginners") == {3: "accepted"}
    assert found("A course", text="One unit is about live commerce.") == {3: "suggested"}
    assert found("A course", text="live commerce, and more live commerce") == {3: "accepted"}
    assert found("直播电商运营") == {3: "accepted"} and found(keywords=["Live-Commerce"]) == {3: "accepted"}


def test_the_longest_label_wins_and_keywords_do_not_run_together():
    assert found("Cross-border logistics") == {2: "accepted"}
    assert found(keywords=["cross border", "logistics"]) == {1: "accepted"}
    assert found("Logistics, cross-border logistics") == {1: "accepted", 2: "accepted"}


def test_spelling_does_not_matter():
    assert found("LIVE‐COMMERCE") in ({3: "accepted"}, {}) and found("Ｌｉｖｅ　commerce") == {3: "accepted"}
    assert found("b2b ecommerce") == {5: "accepted"} == found("B2B e-Commerce")


def test_a_doubtful_label_needs_company():
    assert found("The Amazon: rivers and forests") == {}
    assert found("Selling on Amazon: logistics") == {1: "accepted", 4: "accepted"}
    assert 4 not in found("Logistics", text="from the Amazon to the sea")


@given(st.text(max_size=300), st.lists(st.text(max_size=30), max_size=5), st.text(max_size=300))
def test_any_text_is_classified_within_bounds(title, keywords, text):
    findings = LABELS.classify(title, keywords, text)
    assert len(findings) <= classifying.MOST and all(0 < f.confidence <= 1 for f in findings)
    assert list(findings) == sorted(findings, key=lambda f: -f.confidence)


def test_everyday_words_are_for_search_alone(session):
    assert not {f.concept_id for f in classifying.load(session).classify("A marketing course: 物流与支付", ("logistics",), "")} & set(
        session.scalars(select(Concept.id).where(Concept.notation.in_(("marketing", "logistics", "payments"))))
    )


def test_the_shipped_vocabulary_knows_its_own_words(session):
    names = dict(session.execute(select(Concept.id, Concept.notation)).all())
    classifier = classifying.load(session)
    for title, notation in (
        ("Introduction to cross-border e-commerce", "cross-border"),
        ("支付宝与移动支付", "payments"),
        ("Taobao shop operation", "taobao"),
    ):
        got = {names[f.concept_id].split(".")[0] for f in classifier.classify(title, (), "")}
        assert notation in got, (title, got)
