"""How well the search answers the test queries, by the tuning in force and by another one that somebody thinks of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from hub.services import finding, judging, summarising
from hub.services.asking import Ask
from hub.services.judging import Judged
from hub.services.summarising import Summary
from search import metrics
from search.index import Index
from search.tuning import Tuning

FIRST = 10  # what is looked at
DEEP = 50  # for recall


@dataclass(frozen=True, slots=True)
class Measure:
    """0 .. 1 each; None where nothing relevant is known."""

    ndcg: float | None
    mrr: float | None
    recall: float | None


@dataclass(frozen=True, slots=True)
class Measured:
    """One test query and how well it is answered."""

    query: Judged
    measure: Measure


@dataclass(frozen=True, slots=True)
class Move:
    """A resource among the first ten, before or after; None when it was, or is, not among the first fifty."""

    resource: Summary
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One test query by two tunings."""

    query: Judged
    before: Measure
    after: Measure
    entered: tuple[Move, ...]  # into the first ten
    left: tuple[Move, ...]
    moved: tuple[Move, ...]  # within them


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All test queries by two tunings, with the means."""

    rows: tuple[Compared, ...]
    before: Measure
    after: Measure


def measured(session: Session, index: Index) -> tuple[tuple[Measured, ...], Measure]:
    """Every test query by the tuning in force, and the mean. Raises finding.SearchUnavailable."""
    rows = tuple(Measured(query, measure(ranking(session, index, query), query)) for query in judging.queries(session))
    return rows, mean(row.measure for row in rows)


def compare(session: Session, index: Index, before: Tuning, after: Tuning) -> Comparison:
    """Every test query by both tunings; nothing changes for visitors. Raises finding.SearchUnavailable."""
    queries = judging.queries(session)
    orders = [(ranking(session, index, query, before), ranking(session, index, query, after)) for query in queries]
    named = summarising.summaries(session, list({id for old, new in orders if old != new for id in (*old[:FIRST], *new[:FIRST])}))
    rows = tuple(compared(query, old, new, named) for query, (old, new) in zip(queries, orders, strict=True))
    return Comparison(rows=rows, before=mean(row.before for row in rows), after=mean(row.after for row in rows))


def ranking(session: Session, index: Index, query: Judged, tuning: Tuning | None = None) -> tuple[int, ...]:
    """The first DEEP results."""
    return finding.order(session, index, Ask(words=query.words), limit=DEEP, tuning=tuning)


def measure(order: Sequence[int], query: Judged) -> Measure:
    """One order's worth for one query."""
    return Measure(
        ndcg=metrics.ndcg(order, query.grades, at=FIRST),
        mrr=metrics.reciprocal_rank(order, query.grades),
        recall=metrics.recall(order, query.grades, at=DEEP),
    )


def mean(measures: Iterable[Measure]) -> Measure:
    """The mean of each number over the queries that have one."""
    kept = list(measures)
    return Measure(metrics.mean(one.ndcg for one in kept), metrics.mean(one.mrr for one in kept), metrics.mean(one.recall for one in kept))


def compared(query: Judged, old: Sequence[int], new: Sequence[int], named: dict[int, Summary]) -> Compared:
    """What changes for one query."""
    was, is_now = ({id: place for place, id in enumerate(order, start=1)} for order in (old, new))
    moves = {id: Move(named[id], was.get(id), is_now.get(id)) for id in dict.fromkeys((*new[:FIRST], *old[:FIRST])) if id in named}
    return Compared(
        query=query,
        before=measure(old, query),
        after=measure(new, query),
        entered=tuple(moves[id] for id in new[:FIRST] if id in moves and id not in old[:FIRST]),
        left=tuple(moves[id] for id in old[:FIRST] if id in moves and id not in new[:FIRST]),
        moved=tuple(moves[id] for id in new[:FIRST] if id in moves and id in old[:FIRST] and was[id] != is_now[id]),
    )
