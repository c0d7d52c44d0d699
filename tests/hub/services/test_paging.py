"""A list in parts, while others write to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, String, Table, delete, func, insert, select
from sqlalchemy.orm import Session

from hub.db import UtcDateTime
from hub.services import paging
from hub.services.paging import Key

ROWS = Table(
    "paged", MetaData(), Column("id", Integer, primary_key=True), Column("word", String), Column("at", UtcDateTime), Column("n", Integer)
)
BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
ORDERS = (
    [Key(ROWS.c.id)],
    [Key(ROWS.c.at, down=True), Key(ROWS.c.id, down=True)],
    [Key(ROWS.c.n, down=True), Key(ROWS.c.at, down=True), Key(ROWS.c.id, down=True)],
    [Key(func.lower(ROWS.c.word)), Key(ROWS.c.n, down=True), Key(ROWS.c.id)],
)
values = st.tuples(st.sampled_from(["a", "B", "b", "é", "电商", "z'%"]), st.integers(0, 2), st.integers(0, 2))


@pytest.fixture
def paged(session: Session) -> Iterator[Session]:
    ROWS.create(session.connection())
    session.commit()
    yield session
    session.rollback()
    ROWS.drop(session.connection())
    session.commit()


def row(number: int, word: str, minutes: int, n: int) -> dict[str, object]:
    return {"id": number, "word": word, "at": BEGIN + timedelta(minutes=minutes, microseconds=minutes), "n": n}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    begin=st.lists(values, max_size=12),
    later=st.lists(values, max_size=6),
    limit=st.integers(1, 4),
    order=st.sampled_from(range(len(ORDERS))),
)
def test_what_stays_is_seen_once_whatever_comes_and_goes(
    paged: Session, begin: list[tuple[str, int, int]], later: list[tuple[str, int, int]], limit: int, order: int
) -> None:
    keys, wanted = ORDERS[order], select(ROWS.c.id)
    paged.execute(delete(ROWS))
    for number, value in enumerate(begin):
        paged.execute(insert(ROWS), row(2 * number, *value))
    whole = [found.id for found in paged.execute(paging.ordered(wanted, keys))]
    seen: list[int] = []
    place, more = None, True
    while more:
        rows, place = paging.part(paged, wanted, keys, after=place, limit=limit)
        assert len(rows) == limit or place is None
        seen += [found.id for found in rows]
        more = place is not None
        if rows and more:
            paged.execute(delete(ROWS).where(ROWS.c.id == rows[-1].id))  # the very row that the next part comes after
        if later:
            paged.execute(insert(ROWS), row(2 * len(seen) + 101, *later.pop()))
    assert [one for one in seen if one < 100] == whole
    assert len(seen) == len(set(seen))
    paged.rollback()


def test_people_skip_rows(paged: Session) -> None:
    paged.execute(insert(ROWS), [row(number, "a", 0, 0) for number in range(5)])
    rows, place = paging.part(paged, select(ROWS.c.id), [Key(ROWS.c.id)], after=None, limit=2, skip=2)
    assert ([found.id for found in rows], place) == ([2, 3], (3,))
    assert paging.part(paged, select(ROWS.c.id), [Key(ROWS.c.id)], after=None, limit=2, skip=4)[1] is None
