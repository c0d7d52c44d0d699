"""Peers, fusing, climbing and the command's parts, on a handful of documents."""

import pytest

from benchmarks.relevance.__main__ import pairs
from benchmarks.relevance.climbing import climb
from benchmarks.relevance.fusing import fused
from benchmarks.relevance.judged import Asked
from benchmarks.relevance.measuring import Judge
from benchmarks.relevance.peers import PlainFts5, PlainWhoosh, spelt
from benchmarks.relevance.reporting import claims, table
from benchmarks.relevance.systems import any_word
from search.document import Document
from search.query import Either, parse
from search.tuning import Tuning

COURSES = [
    Document(id=1, version=1, title="Digital marketing", language="en"),
    Document(id=2, version=1, title="Digital signals", description="no word of the other", language="en"),
    Document(id=3, version=1, title="电子商务概论", language="zh"),
    Document(id=4, version=1, title="电子电路", language="zh"),
]


@pytest.fixture(params=[PlainFts5, PlainWhoosh])
def peer(request, tmp_path):
    return request.param(tmp_path, COURSES)


def test_a_peer_finds_all_words_or_any(peer):
    assert peer.find("digital marketing", every=True, limit=9) == [1]
    assert peer.find("digital marketing", every=False, limit=9) == [1, 2]


def test_a_peer_finds_chinese(peer):
    assert peer.find("电子商务", every=True, limit=9) == [3]


def test_a_peer_takes_what_is_no_word(peer):
    assert peer.find("“”", every=True, limit=9) == []


def test_a_peer_that_was_made_is_opened_again(tmp_path):
    for kind in (PlainFts5, PlainWhoosh):
        kind(tmp_path, COURSES)
        assert kind(tmp_path, []).find("signals", every=True, limit=9) == [2]


def test_chinese_is_spelt_in_pairs():
    assert spelt("SEO优化课 b") == "SEO 优化 化课  b"
    assert spelt("史") == " 史 "


def test_fusing_adds_up_reciprocal_ranks():
    assert fused([[1, 2, 3], [3, 4]], limit=9) == [3, 1, 2, 4]
    assert fused([[1, 2], [2, 1]], limit=1) == [1]


def test_any_word_is_a_choice_of_the_same_words():
    assert any_word(parse("digital marketing")).root == Either(parse("digital marketing").root.parts)
    assert any_word(parse("digital")).root == parse("digital").root


def test_climbing_keeps_what_is_better_and_stops(capsys):
    end = climb(Tuning(), {"title": [3.0, 7.0], "b": [0.1]}, lambda tuning: -abs(tuning.title - 6.5) + tuning.b * 0.1)
    assert (end.title, end.b) == (7.0, Tuning().b)
    assert "title=7" in capsys.readouterr().out


def test_numbers_are_read_by_name():
    assert pairs(["title=5", "b=0.5"], several=False) == {"title": [5.0], "b": [0.5]}
    assert pairs(["title=1,2"], several=True) == {"title": [1.0, 2.0]}
    for wrong in ("titel=5", "title", "title=much"):
        with pytest.raises(ValueError):
            pairs([wrong], several=False)


def test_systems_are_measured_compared_and_claimed_of():
    asked = [Asked(id="en01", language="en", kind="plain", query="digital marketing", across="数字营销", intent="")]
    judge = Judge(asked, {"en01": {"a": 3, "b": 0}}, {1: "a", 2: "b"})
    measured = {
        "ours": judge.measure("ours", lambda typed, limit: [1, 2]),
        "ours, no meaning": judge.measure("ours, no meaning", lambda typed, limit: [2, 1]),
        "FTS5 (any)": judge.measure("FTS5 (any)", lambda typed, limit: []),
    }
    assert [claim.holds for claim in claims(measured)] == [True, True]
    assert "better 1, worse 0" in table(measured)
    assert not claims({"FTS5 (any)": measured["FTS5 (any)"]})


def test_other_languages_can_be_left_out():
    asked = [Asked(id="zh01", language="zh", kind="plain", query="电子商务", across="e-commerce", intent="")]
    graded, names = {"zh01": {"en-1": 3, "zh-2": 2, "zh-3": 0}}, {1: "en-1", 2: "zh-2", 3: "zh-3"}
    with_all = Judge(asked, graded, names).measure("ours", lambda typed, limit: [1, 2])
    assert with_all.each[0].recall == 1.0
    own = Judge(asked, graded, names, own=True).measure("ours", lambda typed, limit: [1, 2])
    assert (own.each[0].ndcg, own.each[0].recall) == (1.0, 1.0)
    assert Judge(asked, graded, names).measure("ours", lambda typed, limit: [2]).each[0].ndcg < 1.0
