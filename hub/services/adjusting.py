"""The tuning in force: stored, so that every process finds it within seconds; changed by adding a row, so that nothing is lost."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, select
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.adjustment import Adjustment
from search.tuning import BOUNDS, NAMES, SIGNALS, BadTuning, Tuning, tuning

__all__ = ["BOUNDS", "DEFAULTS", "NAMES", "SIGNALS", "BadTuning", "Tuning", "tuning"]

log = logging.getLogger(__name__)
FRESH = 5.0  # seconds
DEFAULTS = Tuning()
NOTE_MOST = 500


class Outdated(Exception):
    """Somebody else has applied another tuning since this one was begun."""


class NothingToRestore(Exception):
    """There is no such tuning in the history."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """One row of the history."""

    id: int
    tuning: Tuning
    changed: Mapping[str, tuple[float, float]]  # name -> before, after
    person: str
    note: str
    applied_at: datetime


_kept: WeakKeyDictionary[Engine | Connection, tuple[float, Tuning]] = WeakKeyDictionary()  # by database


def in_force(session: Session) -> Tuning:
    """The numbers by which visitors' results are ordered, as they stood FRESH seconds ago or later."""
    read_at, kept = _kept.get(session.get_bind(), (-FRESH, None))
    if kept is None or monotonic() - read_at > FRESH:
        kept = current(session)[1]
        _kept[session.get_bind()] = (monotonic(), kept)
    return kept


def current(session: Session) -> tuple[int, Tuning]:
    """The tuning in force with its place in the history, as the database has them now; 0 and the defaults before the first change."""
    newest = session.scalars(select(Adjustment).order_by(Adjustment.id.desc()).limit(1)).first()
    return (newest.id, stored(newest)) if newest else (0, DEFAULTS)


def stored(row: Adjustment) -> Tuning:
    """The numbers of a row. Those that this version takes no more give way to the defaults: the search goes on."""
    try:
        return tuning(row.numbers)
    except BadTuning as error:
        log.warning("tuning %s is left out: %s", row.id, error)
        return DEFAULTS


def apply(session: Session, wanted: Tuning, *, person: str = "", note: str = "", seen: int | None = None) -> bool:
    """Put a tuning in force; False when it is already. `seen` is the place in the history that it was made from. The caller commits.

    Raises Outdated.
    """
    id, present = current(session)
    if seen is not None and seen != id:
        raise Outdated
    if wanted == present:
        return False
    session.add(Adjustment(numbers=wanted.numbers, person=person[:200], note=note.strip()[:NOTE_MOST], applied_at=now()))
    session.flush()
    _kept.pop(session.get_bind(), None)
    return True


def restore(session: Session, id: int, *, person: str = "", note: str = "") -> bool:
    """Put an older tuning in force again (0: the numbers that the hub comes with); False when it is. The caller commits.

    Raises NothingToRestore.
    """
    row = session.get(Adjustment, id) if id else None
    if id and row is None:
        raise NothingToRestore
    return apply(session, stored(row) if row else DEFAULTS, person=person, note=note)


def history(session: Session, *, limit: int = 50) -> tuple[Applied, ...]:
    """What was applied, newest first, each with what it changed."""
    rows = session.scalars(select(Adjustment).order_by(Adjustment.id.desc()).limit(limit + 1)).all()
    tunings = [stored(row) for row in rows]
    before = [*tunings[1:], DEFAULTS]
    return tuple(
        Applied(id=row.id, tuning=new, changed=changed(old, new), person=row.person, note=row.note, applied_at=row.applied_at)
        for row, new, old in list(zip(rows, tunings, before, strict=False))[:limit]
    )


def changed(old: Tuning, new: Tuning) -> dict[str, tuple[float, float]]:
    """The numbers that differ: name -> before, after."""
    return {name: (old.numbers[name], number) for name, number in new.numbers.items() if number != old.numbers[name]}
