"""Where a list goes on: after the last row that was seen, so that nothing is told twice or left out when rows come and go meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_
from sqlalchemy.orm import Session

Place = tuple[Any, ...]  # a row's values of the keys, in their order


@dataclass(frozen=True, slots=True)
class Key:
    """What sorts; the last key of a list tells every row from every other."""

    column: Any
    down: bool = False  # from the greatest to the least


def ordered(wanted: Any, keys: Sequence[Key]) -> Any:
    """In this order."""
    return wanted.order_by(*(key.column.desc() if key.down else key.column for key in keys))


def beyond(keys: Sequence[Key], place: Place) -> ColumnElement[bool]:
    """The rows that come after this place. Written out, because a row's comparison knows one direction alone."""
    found: ColumnElement[bool] = false()
    for number, key in enumerate(keys):
        same = [earlier.column == value for earlier, value in zip(keys[:number], place, strict=False)]
        found = or_(found, and_(*same, key.column < place[number] if key.down else key.column > place[number]))
    return found


def part(
    session: Session, wanted: Any, keys: Sequence[Key], *, after: Place | None, limit: int, skip: int = 0
) -> tuple[list[Any], Place | None]:
    """At most `limit` rows of a select, each followed by its values of the keys, and the place of the last one when more follow. One query.

    People turn pages by number (`skip` rows), programs go on after a place.
    """
    if after is not None:
        wanted = wanted.where(beyond(keys, after))
    rows = session.execute(ordered(wanted, keys).add_columns(*(key.column for key in keys)).limit(limit + 1).offset(skip)).all()
    shown = list(rows[:limit])
    return shown, tuple(shown[-1])[-len(keys) :] if len(rows) > limit else None
