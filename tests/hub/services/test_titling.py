"""Titles taken apart: what may differ between two titles of one work, and what may not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.services.titling import in_both_languages, likeness, take_apart

SAME = [
    ("Introduction to Marketing", "INTRODUCTION  TO MARKETING"),
    ("Women&#39;s Health &amp; Human Rights", "Women’s health and human rights"),
    ("The Age of Sustainable Development", "Age of sustainable development"),
    ("抗菌药与超级细菌 －－天使与魔鬼的博弈", "抗菌药与超级细菌——天使与魔鬼的博弈"),
    ("Ｃ语言程序设计", "C语言程序设计"),
    ("Systems engineering", "System engineering"),
    ("Économie numérique", "Economie numerique"),
]
OTHERS = [
    ("Cryptography I", "Cryptography II", "numbers"),
    ("Algorithms, Part 1", "Algorithms, Part 2", "numbers"),
    ("Epidemics", "Epidemics I", "numbers"),
    ("College Physics", "College Physics 2e", "numbers"),
    ("College Physics, first edition", "College Physics, second edition", "numbers"),
    ("大学化学（上）", "大学化学(下)", "numbers"),
    ("数学（基础模块）上册", "数学（基础模块）下册", "numbers"),
    ("高等数学（一）", "高等数学二", "numbers"),
    ("电子商务概论（第2版）", "电子商务概论", "numbers"),
    ("电子商务概论（2024版）", "电子商务概论（2026版）", "years"),
    ("CompTIA Security+ (SY0-601)", "CompTIA Security+ (SY0-701)", "numbers"),
    ("C++程序设计", "C#程序设计", "telling"),
    ("C语言程序设计", "C语言程序设计进阶", "telling"),
    ("International Business", "International Business Capstone", "telling"),
    ("How Google does Machine Learning", "How Google does Machine Learning en Español", "telling"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spelling_is_no_difference(one, other):
    left, right = take_apart(one), take_apart(other)
    assert likeness(left, right) > 0.94
    assert (left.numbers, left.years, left.telling) == (right.numbers, right.years, right.telling)


@pytest.mark.parametrize(("one", "other", "part"), OTHERS)
def test_numbers_and_telling_words_are_differences(one, other, part):
    left, right = take_apart(one), take_apart(other)
    assert getattr(left, part) != getattr(right, part)


def test_a_number_is_the_same_in_every_script():
    forms = ("Calculus 2", "Calculus II", "Calculus, part two", "Calculus: Part 2", "Calculus (2nd part)")
    assert {take_apart(form).numbers for form in forms} == {frozenset({"2"})}
    assert take_apart("微积分（二）").numbers == take_apart("微积分2").numbers == take_apart("微积分 第二部分").numbers | {"2"}


def test_micro_is_not_macro():
    assert likeness(take_apart("Principles of Microeconomics"), take_apart("Principles of Macroeconomics")) < 0.6


def test_a_title_in_two_languages_has_two_halves():
    assert in_both_languages("离散数学概论 Discrete Mathematics Generality") == ("离散数学概论", "Discrete Mathematics Generality")
    assert in_both_languages("General Academic English|生活英语进阶") == ("General Academic English", "生活英语进阶")
    assert in_both_languages("用Python玩转数据") == ()
    assert in_both_languages("Discrete Mathematics") == ()


@given(st.text(max_size=400), st.text(max_size=400))
def test_any_two_texts_have_a_likeness(one, other):
    left, right = take_apart(one), take_apart(other)
    assert 0 <= likeness(left, right) <= 1
    assert likeness(left, right) == pytest.approx(likeness(right, left))
    assert likeness(left, left) == 1
