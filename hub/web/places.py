"""Where a page of a list ended, as addresses say it: the last row's number and what it was sorted by."""

from __future__ import annotations

from datetime import datetime

from flask import request

from hub.services.paging import Place

MOST = 600  # letters


def read(*, words: bool = False) -> Place | None:
    """The place in `after`; None for anything that is no such place. `words`: the list is sorted by a text, not by a moment."""
    number, _dot, value = request.args.get("after", "")[:MOST].partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 10) or not value:
        return None
    if words:
        return value, int(number)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (moment, int(number)) if moment.tzinfo is not None else None


def written(place: Place | None) -> str:
    """A place in an address; empty for the beginning."""
    if place is None:
        return ""
    value, number = place
    return f"{number}.{value.isoformat() if isinstance(value, datetime) else value[: MOST - 20]}"
