"""What may be done with several works together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.services.licensing import Licence, overview

BY, SA, NC, NCSA, ND = (
    (f"CC-{name}-4.0", f"cc-{name.lower()}") for name in ("BY", "BY-SA", "BY-NC", "BY-NC-SA", "BY-ND")
)  # fmt: skip
ZERO, CLOSED, SILENT = ("CC0-1.0", "public-domain"), ("all-rights-reserved", "all-rights-reserved"), (None, None)
MIT, GPL, GFDL = ("MIT", "other-open"), ("GPL-3.0-or-later", "other-open"), ("GFDL-1.3-or-later", "other-open")
OLD_SA = ("CC-BY-SA-1.0", "cc-by-sa")
GPL2, LGPL, AGPL = (("GPL-2.0-or-later", "other-open"), ("LGPL-3.0-or-later", "other-open"), ("AGPL-3.0-or-later", "other-open"))
APACHE, OLD_GFDL = ("Apache-2.0", "other-open"), ("GFDL-1.2-or-later", "other-open")
SA3 = ("CC-BY-SA-3.0", "cc-by-sa")
EVERY = (BY, SA, NC, NCSA, ND, ZERO, CLOSED, SILENT, MIT, GPL, GFDL, OLD_SA, SA3, GPL2, LGPL, AGPL, APACHE, OLD_GFDL)


@pytest.mark.parametrize(
    ("licences", "whole"),
    [
        ([ZERO], ""),
        ([BY, ZERO, MIT], "CC-BY-4.0"),
        ([BY, SA], "CC-BY-SA-4.0"),
        ([SA3, SA], "CC-BY-SA-4.0"),
        ([BY, NC], "CC-BY-NC-4.0"),
        ([NC, NCSA, BY], "CC-BY-NC-SA-4.0"),
        ([SA, GPL], "GPL-3.0-or-later"),
        ([SA, NC], None),
        ([SA, NCSA], None),
        ([SA3, GPL], None),
        ([GFDL, SA], None),
        ([OLD_SA, SA], None),
        ([NC, GPL], None),
        ([ND, BY], None),
        ([SILENT], None),
        ([OLD_SA, BY], "CC-BY-SA-1.0"),
        ([GPL2], "GPL-2.0-or-later"),
        ([GPL2, GPL], "GPL-3.0-or-later"),
        ([GPL2, APACHE], "GPL-3.0-or-later"),
        ([GPL2, SA], "GPL-3.0-or-later"),
        ([LGPL, MIT], "LGPL-3.0-or-later"),
        ([LGPL, GPL], "GPL-3.0-or-later"),
        ([GPL, AGPL], "AGPL-3.0-or-later"),
        ([AGPL, SA], None),
        ([GFDL, OLD_GFDL], "GFDL-1.3-or-later"),
        ([GFDL, GPL], None),
    ],
)
def test_one_work_of_several(licences: list[Licence], whole: str | None) -> None:
    found = overview(licences)
    assert found.whole == whole and found.one_work == (whole is not None)


def test_it_says_who_stands_against_what() -> None:
    found = overview([BY, ND, NC, CLOSED, SILENT, SA])
    assert (found.copy.against, found.copy.unknown) == ((3,), (4,))
    assert found.adapt.against == (1, 3) and found.sell.against == (2, 3)
    assert found.clashes == (("CC-BY-NC-4.0", "CC-BY-SA-4.0"),)
    assert found.credit == (0, 1, 2, 5) and found.alike == (5,)


LICENCES = st.lists(st.sampled_from(EVERY), max_size=8)


@given(LICENCES, st.randoms())
def test_the_order_does_not_matter(licences: list[Licence], random: object) -> None:
    mixed = list(licences)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    one, other = overview(licences), overview(mixed)
    assert (one.clashes, one.whole) == (other.clashes, other.whole)
    for use in ("copy", "adapt", "sell"):
        assert getattr(one, use).allowed == getattr(other, use).allowed


@given(LICENCES, st.sampled_from(EVERY))
def test_one_more_work_never_allows_more(licences: list[Licence], more: Licence) -> None:
    before, after = overview(licences), overview([*licences, more])
    for use in ("copy", "adapt", "sell"):
        assert getattr(before, use).allowed or not getattr(after, use).allowed
    assert before.one_work or not after.one_work
    assert set(before.clashes) <= set(after.clashes)


@given(LICENCES, st.sampled_from(EVERY))
def test_twice_the_same_is_as_once(licences: list[Licence], more: Licence) -> None:
    once, twice = overview([*licences, more]), overview([*licences, more, more])
    assert (once.clashes, once.whole, once.one_work) == (twice.clashes, twice.whole, twice.one_work)
