"""The tuning in force: defaults, applied, outdated, restored; and a history that loses nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from hub.db import now
from hub.models import Adjustment
from hub.services import adjusting
from hub.services.adjusting import DEFAULTS


def test_at_first_the_defaults_are_in_force(session: Session) -> None:
    assert adjusting.in_force(session) == DEFAULTS
    assert adjusting.current(session) == (0, DEFAULTS)
    assert adjusting.history(session) == ()


def test_what_is_applied_is_in_force_at_once_here(session: Session) -> None:
    assert adjusting.in_force(session) == DEFAULTS
    wanted = replace(DEFAULTS, title=8.0, freshness=0.0)
    assert adjusting.apply(session, wanted, person="Ada", note=" titles first ")
    session.commit()
    assert adjusting.in_force(session) == wanted
    row = adjusting.history(session)[0]
    assert (row.person, row.note, row.changed) == ("Ada", "titles first", {"title": (5.0, 8.0), "freshness": (0.05, 0.0)})


def test_applying_the_same_again_adds_nothing(session: Session) -> None:
    assert not adjusting.apply(session, DEFAULTS)
    assert adjusting.apply(session, replace(DEFAULTS, b=0.0))
    assert not adjusting.apply(session, replace(DEFAULTS, b=0.0))
    assert len(adjusting.history(session)) == 1


def test_a_form_that_is_too_old_is_refused(session: Session) -> None:
    adjusting.apply(session, replace(DEFAULTS, title=6.0), seen=0)
    with pytest.raises(adjusting.Outdated):
        adjusting.apply(session, replace(DEFAULTS, title=7.0), seen=0)
    assert adjusting.current(session)[1].title == 6.0


def test_any_older_one_can_be_restored_and_the_way_stays_visible(session: Session) -> None:
    adjusting.apply(session, replace(DEFAULTS, title=6.0))
    adjusting.apply(session, replace(DEFAULTS, title=7.0, k1=2.0))
    first = adjusting.history(session)[-1]
    assert adjusting.restore(session, first.id)
    assert adjusting.current(session)[1] == first.tuning
    assert adjusting.restore(session, 0)
    assert adjusting.current(session)[1] == DEFAULTS
    assert [row.changed for row in adjusting.history(session)] == [
        {"title": (6.0, 5.0)},
        {"title": (7.0, 6.0), "k1": (2.0, 4.0)},
        {"title": (6.0, 7.0), "k1": (4.0, 2.0)},
        {"title": (5.0, 6.0)},
    ]
    with pytest.raises(adjusting.NothingToRestore):
        adjusting.restore(session, 99)


def test_stored_numbers_that_cannot_be_meant_any_more_do_not_break_the_search(session: Session) -> None:
    session.add(Adjustment(numbers={"title": 5000, "gone": 1}, person="", note="", applied_at=now()))
    session.commit()
    assert adjusting.in_force(session) == DEFAULTS


def test_numbers_that_a_newer_version_adds_have_their_default(session: Session) -> None:
    session.add(Adjustment(numbers={"title": 9}, person="", note="", applied_at=now()))
    session.commit()
    assert adjusting.in_force(session) == replace(DEFAULTS, title=9.0)
