"""The score of two resources: what joins, what is left to a person, what keeps them apart."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.services.comparing import HIGH, LOW, Facts, compare, facts

ONE = facts("Anatomy: Human Neuroanatomy", institution="University of Michigan", resource_type="course", languages=("en",))


def score(one: Facts, other: Facts) -> float:
    return compare(one, other).score


def test_one_course_of_one_university_on_two_platforms_is_joined():
    other = replace(ONE, institution="The University of Michigan", provider="edX", languages=frozenset())
    assert score(ONE, other) >= HIGH


def test_the_same_title_at_two_universities_is_not():
    assert score(ONE, replace(ONE, institution="Stanford University")) < LOW
    assert score(facts("电子商务概论", institution="浙江大学"), facts("电子商务概论", institution="南京大学")) < LOW


def test_a_title_alone_is_left_to_a_person():
    assert LOW <= score(replace(ONE, institution=None), ONE) < HIGH


@pytest.mark.parametrize(
    "change",
    [
        {"languages": frozenset({"zh"})},
        {"resource_type": "textbook"},
        {"sources": frozenset({"one"})},
        {"titles": facts("Anatomy: Human Neuroanatomy, part 2").titles},
        {"titles": facts("Advanced Anatomy: Human Neuroanatomy").titles},
        {"titles": facts("Anatomy: Human Neuroanatomy (2024)").titles},
    ],
)
def test_one_decisive_difference_is_enough(change):
    assert score(replace(ONE, sources=frozenset({"one"})), replace(ONE, **change)) < HIGH


def test_new_editions_with_isbns_of_their_own_are_left_to_a_person():
    one, other = (replace(ONE, keys=frozenset({f"isbn:978{n}"})) for n in range(2))
    assert LOW <= score(one, other) < HIGH
    assert "other isbn" in {reason.name for reason in compare(one, other).reasons}


@pytest.mark.parametrize("key", ["doi:10.1/x", "isbn:9781234567897", "handle:1/2", "url:x.example/live"])
def test_a_name_of_the_whole_world_joins_titles_that_agree(key):
    one, other = facts("Live commerce in practice", keys=(key,)), facts("Live commerce in practice (online)", keys=(key,))
    assert score(one, other) >= HIGH
    assert score(one, facts("Warehouse robots", keys=(key,))) < LOW
    assert score(one, facts("Live commerce in practice, part 2", keys=(key,))) < HIGH


def test_a_title_in_two_languages_is_known_by_its_half():
    both = facts("算法设计与分析 Design and Analysis of Algorithms", institution="Peking University")
    assert score(both, facts("算法设计与分析", institution="北京大学")) >= HIGH


def test_people_and_descriptions_help():
    text = "Students plan a live show, write its script, choose goods, speak before the camera and read the numbers afterwards."
    bare = facts("Live commerce in practice")
    known = facts("Live commerce in practice", people=("Lin, Meihua",), text=text)
    assert score(known, facts("Live commerce: in practice", people=("Dr. Meihua Lin",), text=text)) > score(bare, bare) + 0.2
    assert score(known, replace(known, people=frozenset({"someone else"}))) < score(known, known)


TITLES = st.text(alphabet="ab 12一上（）IiV+:C#电子", max_size=20)
SOME = st.builds(
    facts,
    TITLES,
    institution=st.sampled_from([None, "MIT", "复旦大学", "X University"]),
    provider=st.sampled_from([None, "edX"]),
    resource_type=st.sampled_from([None, "course", "textbook"]),
    languages=st.lists(st.sampled_from(["en", "zh-Hans"]), max_size=2),
    people=st.lists(st.text(max_size=5), max_size=2),
    keys=st.lists(st.sampled_from(["url:a", "isbn:1", "isbn:2", "code:a/b"]), max_size=2),
    text=st.text(max_size=200),
)


@given(SOME, SOME)
def test_the_order_does_not_matter_and_the_score_is_a_share(one, other):
    there, back = compare(one, other), compare(other, one)
    assert there.score == back.score and 0 <= there.score <= 1
    assert {(r.name, r.detail, r.weight) for r in there.reasons} == {(r.name, r.detail, r.weight) for r in back.reasons}
