"""The judged pairs are whole, and the rule keeps what it claims on the half that it was not tuned on."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from benchmarks.matching.__main__ import PRECISION, RECALL, claimed
from benchmarks.matching.judging import counted, verdicts
from benchmarks.matching.pairs import BARE, HALVES, known, pairs
from benchmarks.real_courses import corpus_folder


def test_every_pair_is_there_once_with_ids_of_the_corpus_or_of_the_demo():
    judged = pairs()
    assert len({one.number for one in judged}) == len({frozenset((one.left, one.right)) for one in judged}) == len(judged) >= 300
    for one in judged:
        assert one.left != one.right
        for id in (one.left, one.right):
            assert re.fullmatch(r"(en|zh|other)-[0-9a-f]{10}(~bare)?|demo:[a-z]+:\S+", id), id
        assert not one.right.endswith(BARE) or one.right == one.left + BARE


def test_both_halves_have_enough_of_each_verdict():
    numbers = Counter((one.half, one.same) for one in pairs())
    for same, least in ((True, 60), (False, 200)):
        counts = [numbers[half, same] for half in HALVES]
        assert min(counts) >= least and abs(counts[0] - counts[1]) <= 6


def test_the_pairs_of_the_demo_are_told_apart_without_any_corpus(monkeypatch, tmp_path):
    monkeypatch.setenv("HUB_CORPUS", str(tmp_path))
    found = verdicts(pairs(), known())
    assert {tuple(sorted((one.pair.same, one.joined))) for one in found} == {(False, False), (True, True)}
    assert counted(found)["same", "demo"] == {"joined": 12, "suggested": 0, "apart": 0}


def test_precision_and_recall_on_the_held_out_half():
    if not corpus_folder().is_dir():
        pytest.skip(f"no corpus at {corpus_folder()} (HUB_CORPUS names another folder)")
    found = [one for one in verdicts(pairs(), known()) if one.pair.half == "test"]
    assert len(found) > 300, "the corpus has other ids than the pairs"
    precision, recall = claimed("test", found)
    assert precision.measured >= PRECISION and recall.measured >= RECALL
