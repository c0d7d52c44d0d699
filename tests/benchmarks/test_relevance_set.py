"""The judged set is whole: what a slip of the pen would break."""

import re
from collections import Counter

from benchmarks.relevance.judged import GRADES, HALVES, HERE, LANGUAGES, RELEVANT, judgements, queries


def test_every_query_is_complete_and_has_an_id_of_its_own():
    asked = queries()
    assert len({one.id for one in asked}) == len(asked)
    for one in asked:
        assert re.fullmatch(f"({'|'.join(LANGUAGES)})\\d\\d", one.id)
        assert one.id.startswith(one.language)
        assert all((one.kind, one.query, one.across, one.intent))


def test_both_languages_and_both_halves_have_enough_queries():
    assert all(count >= 36 for count in Counter(one.language for one in queries()).values())
    halves = [queries(half) for half in HALVES]
    assert sum(map(len, halves)) == len(queries())
    assert abs(len(halves[0]) - len(halves[1])) <= 2
    assert not {one.id for one in halves[0]} & {one.id for one in halves[1]}


def test_every_query_has_a_relevant_document_and_every_judgement_a_query():
    graded = judgements()
    assert set(graded) == {one.id for one in queries()}
    assert all(max(grades.values()) >= RELEVANT for grades in graded.values())


def test_judgements_have_grades_and_ids_of_the_corpus_each_once():
    lines = (HERE / "judgements.tsv").read_text(encoding="utf-8").splitlines()[1:]
    pairs = [tuple(line.split("\t")[:2]) for line in lines]
    assert len(set(pairs)) == len(pairs)
    for query, grades in judgements().items():
        assert set(grades.values()) <= set(GRADES), query
        assert all(re.fullmatch("(en|zh|other)-[0-9a-f]{10}", id) for id in grades), query
