"""Test queries and grades: they follow a resource when it is merged, and rest while it is gone. What another tuning would change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.db import now
from hub.models import Judgement, Resource
from hub.services import adjusting, judging, measuring
from search.document import Hit, Hits
from search.query import Query


@dataclass(frozen=True)
class Shelf:
    """An index whose documents all match; in this order, or the other way round for a title that counts little."""

    ids: Sequence[int]

    def find(self, query: Query) -> Hits:
        ordered = list(self.ids) if query.tuning.title >= 1 else list(reversed(self.ids))
        return Hits(total=len(ordered), hits=tuple(Hit(id=id, score=1.0) for id in ordered[: query.limit]))


@pytest.fixture
def resources(
    session: Session, make_source: Callable[..., Any], make_record: Callable[..., Any], receive: Callable[..., Any]
) -> list[Resource]:
    receive(make_source(), [make_record(f"r{number}", f"Course {number}") for number in range(12)])
    return list(session.scalars(select(Resource).order_by(Resource.id)))


@pytest.fixture
def query_id(session: Session) -> int:
    return judging.add(session, "  courses   about trade ", "en", "anything")


def grades(session: Session, query_id: int) -> dict[int, int]:
    query = judging.query(session, query_id)
    assert query is not None
    return dict(query.grades)


def test_a_query_is_kept_once_a_language(session: Session, query_id: int) -> None:
    assert judging.query(session, query_id).words == "courses about trade"
    judging.add(session, "courses about trade", "zh-Hans")
    for words, reason in (("courses  about trade", "twice"), (" \0 ", "empty")):
        with pytest.raises(judging.BadQuery) as refused:
            judging.add(session, words, "en")
        assert refused.value.reason == reason


def test_there_are_never_more_queries_than_can_be_compared(session: Session) -> None:
    for number in range(judging.QUERIES_MOST):
        judging.add(session, f"query {number}", "en")
    with pytest.raises(judging.BadQuery, match="many"):
        judging.add(session, "one more", "en")


def test_grades_are_set_changed_and_taken_back(session: Session, query_id: int, resources: list[Resource]) -> None:
    a, b = resources[0], resources[1]
    assert judging.judge(session, query_id, {a.public_id: 3, b.public_id: 0, "nobody": 2}) == 2
    assert judging.judge(session, query_id, {a.public_id: 3, b.public_id: 1}) == 1
    assert grades(session, query_id) == {a.id: 3, b.id: 1}
    assert judging.judge(session, query_id, {a.public_id: None, b.public_id: 7}) == 1
    assert grades(session, query_id) == {b.id: 1}


def test_a_grade_follows_a_merge_and_the_better_one_counts(session: Session, query_id: int, resources: list[Resource]) -> None:
    a, b, c = resources[:3]
    judging.judge(session, query_id, {a.public_id: 3, b.public_id: 1})
    a.merged_into_id, b.merged_into_id = b.id, c.id
    session.flush()
    assert grades(session, query_id) == {c.id: 3}
    assert judging.judge(session, query_id, {c.public_id: 2}) == 1
    assert grades(session, query_id) == {c.id: 2}
    assert session.scalar(select(func.count()).select_from(Judgement)) == 1
    assert judging.judge(session, query_id, {a.public_id: 1, c.public_id: 1}) == 1  # a page from before the merge
    assert grades(session, query_id) == {c.id: 1}


def test_a_grade_rests_while_its_resource_is_withdrawn(session: Session, query_id: int, resources: list[Resource]) -> None:
    judging.judge(session, query_id, {resources[0].public_id: 3})
    resources[0].withdrawn_at = now()
    session.flush()
    assert grades(session, query_id) == {}
    resources[0].withdrawn_at = None
    session.flush()
    assert grades(session, query_id) == {resources[0].id: 3}


def test_removing_a_query_takes_its_grades(session: Session, query_id: int, resources: list[Resource]) -> None:
    judging.judge(session, query_id, {resources[0].public_id: 3})
    assert judging.remove(session, query_id)
    session.flush()
    assert session.scalar(select(func.count()).select_from(Judgement)) == 0
    assert not judging.remove(session, query_id)


def test_the_sheet_has_the_first_results_and_what_was_judged_beyond_them(
    session: Session, query_id: int, resources: list[Resource]
) -> None:
    judging.judge(session, query_id, {resources[1].public_id: 2, resources[11].public_id: 3})
    query = judging.query(session, query_id)
    sheet = judging.results(session, Shelf([one.id for one in resources[:10]]), query)  # type: ignore[arg-type]
    assert [(one.place, one.grade) for one in sheet[:3]] == [(1, None), (2, 2), (3, None)]
    assert [(one.place, one.resource.id, one.grade) for one in sheet[10:]] == [(None, resources[11].id, 3)]


def test_measures_of_the_tuning_in_force(session: Session, query_id: int, resources: list[Resource]) -> None:
    judging.judge(session, query_id, {resources[1].public_id: 3})
    judging.add(session, "nothing judged", "en")
    rows, mean = measuring.measured(session, Shelf([one.id for one in resources]))  # type: ignore[arg-type]
    assert [row.measure.mrr for row in rows] == [0.5, None]
    assert (mean.mrr, mean.recall) == (0.5, 1.0)


def test_a_comparison_says_what_would_change_and_changes_nothing(session: Session, query_id: int, resources: list[Resource]) -> None:
    judging.judge(session, query_id, {resources[11].public_id: 3})
    other = replace(adjusting.DEFAULTS, title=0.5)
    found = measuring.compare(session, Shelf([one.id for one in resources]), adjusting.DEFAULTS, other)  # type: ignore[arg-type]
    row = found.rows[0]
    assert (row.before.ndcg, row.after.ndcg, found.before.ndcg, found.after.ndcg) == (0.0, 1.0, 0.0, 1.0)
    assert row.before.mrr == pytest.approx(1 / 12) and row.after.mrr == 1
    assert [(move.before, move.after) for move in row.entered] == [(12, 1), (11, 2)]
    assert [(move.before, move.after) for move in row.left] == [(1, 12), (2, 11)]
    assert [(move.before, move.after) for move in row.moved] == [(10, 3), (9, 4), (8, 5), (7, 6), (6, 7), (5, 8), (4, 9), (3, 10)]
    assert adjusting.in_force(session) == adjusting.DEFAULTS


def test_the_same_tuning_changes_nothing(session: Session, query_id: int, resources: list[Resource]) -> None:
    found = measuring.compare(session, Shelf([one.id for one in resources]), adjusting.DEFAULTS, adjusting.DEFAULTS)  # type: ignore[arg-type]
    assert not (found.rows[0].entered or found.rows[0].left or found.rows[0].moved)
