"""Names of institutions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.services.affiliating import NAMES, agree


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("MIT", "Massachusetts Institute of Technology"),
        ("复旦大学", "Fudan University"),
        ("University of Illinois at Urbana-Champaign", "University of Illinois Urbana-Champaign"),
        ("The University of Michigan", "University of Michigan"),
        ("Universidad de los Andes", "University of Los Andes"),
        ("École Polytechnique Fédérale de Lausanne", "EPFL"),
    ],
)
def test_one_institution(one, other):
    assert agree(one, other) is True


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("University of Michigan", "Michigan State University"),
        ("北京大学", "北京师范大学"),
        ("Columbia University", "Stanford University"),
        ("台湾新竹“清华大学”", "清华大学"),
    ],
)
def test_two_institutions(one, other):
    assert agree(one, other) is not True


@pytest.mark.parametrize(("one", "other"), [(None, "MIT"), ("", ""), ("Imperial College London", "Imperial College Business School")])
def test_nobody_can_say(one, other):
    assert agree(one, other) is None


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_two_names(one, other):
    assert agree(one, other) is agree(other, one)


def test_no_name_stands_for_two_institutions():
    lines = [line.split("\t") for line in NAMES.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    names = [name.strip().casefold() for line in lines for name in line]
    assert len(names) == len(set(names))
