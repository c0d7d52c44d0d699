"""The rankings that are measured, by name: ours, ours without one of its parts, and peers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from benchmarks.relevance.built import Built
from benchmarks.relevance.fusing import fused
from benchmarks.relevance.sentences import available
from benchmarks.relevance.widening import widened
from search.query import Both, Either, Query, parse
from search.tuning import SIGNALS, Tuning

OURS = "ours"
DEPTH = 50
BEFORE_FUSING = 200
System = Callable[[str, int], Sequence[int]]  # what was typed, how many -> ids of documents, best first


def systems(built: Built, tuning: Tuning) -> dict[str, System]:
    """All that can be measured here, in the order of the report."""
    found: dict[str, System] = {
        OURS: ours(built, tuning),
        "ours, no meaning": ours(built, replace(tuning, meaning=0.0)),
        "ours, no widening": ours(built, tuning, widening=False),
        "ours, words alone": ours(built, replace(tuning, meaning=0.0), widening=False),
        "ours, words OR-ed": ours(built, replace(tuning, meaning=0.0), widening=False, every=False),
    }
    for name in SIGNALS:
        if any(name in document.signals for document in built.documents):
            found[f"ours, no {name}"] = ours(built, replace(tuning, **{name: 0.0}))
    for every, said in ((True, "all"), (False, "any")):
        found[f"FTS5 ({said})"] = fts5(built, every=every)
        found[f"Whoosh ({said})"] = whoosh(built, every=every)
    if available():
        found["vectors"] = vectors(built)
        found["OR-ed + vectors"] = both(found["ours, words OR-ed"], found["vectors"])
    return found


def ours(built: Built, tuning: Tuning, *, widening: bool = True, every: bool = True) -> System:
    """Our engine; `every`: all words must be there, as the site asks it."""

    def find(typed: str, limit: int) -> list[int]:
        query = parse(typed, limit=limit, facets=(), tuning=tuning)
        query = widened(query) if widening else query
        return [hit.id for hit in built.index.find(query if every else any_word(query)).hits][:limit]

    return find


def any_word(query: Query) -> Query:
    """The same query, for documents with any of its words."""
    return replace(query, root=Either(query.root.parts)) if isinstance(query.root, Both) else query


def fts5(built: Built, *, every: bool) -> System:
    """SQLite's, made when it is first asked."""
    return lambda typed, limit: built.fts5.find(typed, every=every, limit=limit)


def whoosh(built: Built, *, every: bool) -> System:
    """Whoosh's own, made when it is first asked."""
    return lambda typed, limit: built.whoosh.find(typed, every=every, limit=limit)


def vectors(built: Built) -> System:
    """Meaning alone."""
    return lambda typed, limit: built.sentences.find(typed, limit=limit)


def both(one: System, other: System) -> System:
    """Two rankings fused."""
    return lambda typed, limit: fused([one(typed, BEFORE_FUSING), other(typed, BEFORE_FUSING)], limit=limit)
