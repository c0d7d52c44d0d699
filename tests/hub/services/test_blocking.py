"""Candidates: who is worth comparing with whom."""

from __future__ import annotations

from hub.services.blocking import BLOCK_MOST, PARTNERS_MOST, Named, build, title_key

COURSES = (
    Named(1, ("Anatomy: Human Neuroanatomy",), "MIT"),
    Named(2, ("Human Neuroanatomy (Anatomy)",), None),
    Named(3, ("Warehouse robots",), "MIT"),
    Named(7, ("离散数学概论",), "北京大学"),
    Named(9, ("离散数学概论 Discrete Mathematics Generality",), "Peking University"),
    Named(12, ("Something else",), None),
    Named(13, ("Nothing like it",), None),
)


def partners(id, keys=()):
    return build(COURSES, iter(COURSES), keys).partners(id)


def test_titles_of_the_same_words_meet_in_any_order_and_language():
    assert partners(1)[0] == 2 and partners(2) == [1]
    assert partners(7) == [9]
    assert partners(12) == []


def test_a_shared_key_brings_together_what_has_nothing_else_in_common():
    assert partners(12, ((3, "url:x"), (12, "url:x"), (13, "url:y"))) == [3]


def test_an_unknown_resource_has_no_partners():
    assert partners(5) == [] and partners(99) == []
    assert build((), iter(()), ()).partners(1) == []


def test_a_block_that_is_too_large_is_no_trace():
    many = [Named(id, ("Marketing",), None) for id in range(1, BLOCK_MOST + 2)]
    assert build(many, iter(many), ()).partners(1) == []
    assert build(many[:-1], iter(many[:-1]), ()).partners(1) == list(range(2, PARTNERS_MOST + 2))


def test_institutions_that_differ_need_more_in_common():
    two = [Named(1, ("Marketing",), "MIT"), Named(2, ("Marketing",), "Fudan University")]
    assert build(two, iter(two), ()).partners(1) == []
    title = "Marketing of consumer electronics"
    three = [Named(1, (title,), "MIT"), Named(2, (title,), "Fudan University"), Named(3, (title + " made simple",), "MIT")]
    assert build(three, iter(three), ()).partners(1) == [3, 2], "its own institution comes first"


def test_the_key_of_a_title_needs_an_institution_and_ignores_spelling():
    assert title_key("Live commerce", None) is None and title_key("???", "MIT") is None
    key = title_key("The Age of Live Commerce", "MIT")
    assert key == title_key("Age of live-commerce!", "Massachusetts Institute of Technology")
    assert key != title_key("Age of live commerce 2", "MIT")
