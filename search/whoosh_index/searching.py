"""A query answered: its matches in order, and the facets over all of them."""

from __future__ import annotations

import numpy as np

from search.document import Hit, Hits
from search.explanation import Explanation
from search.query import Node, Query, is_strict, words_of
from search.whoosh_index import explaining, fusing
from search.whoosh_index.arrays import Array
from search.whoosh_index.fusing import Fused
from search.whoosh_index.matching import Match, match
from search.whoosh_index.narrowing import facets, masks, narrow
from search.whoosh_index.nearness import LEAST, Meanings
from search.whoosh_index.paging import page
from search.whoosh_index.planning import plan
from search.whoosh_index.snapshot import Snapshot
from search.whoosh_index.suggesting import FEW, suggest


def find(snapshot: Snapshot, query: Query, meanings: Meanings | None) -> Hits:
    """One page of matches; facets over all of them, each under all filters but its own."""
    asked = meanings.ask(words_of(query.root)) if meanings and _by_meaning(query) else None  # made while words are searched
    base = match(snapshot, plan(query.root), snapshot.formula(query.tuning))
    having = masks(snapshot, query.filters)
    narrowed = narrow(base, having)
    made = narrowed.made
    counts = facets(snapshot, query, narrowed)
    few = len(made.docs) < FEW
    suggestion = suggest(snapshot, query.root, lambda root: _total(snapshot, root, having), len(made.docs)) if few else None
    vector = asked.wait(query.patience) if asked else None
    fused = None if vector is None or meanings is None else _fused(snapshot, query, meanings, vector, made, having)
    hits = _plain(snapshot, made, query) if fused is None else fusing.hits(snapshot, made, fused, query)
    return Hits(total=len(made.docs), hits=hits, facets=counts.counts, sizes=counts.sizes, suggestion=suggestion)


def _by_meaning(query: Query) -> bool:
    return query.sort == "relevance" and query.limit > 0 and query.tuning.meaning > 0 and bool(words_of(query.root))


def _fused(snapshot: Snapshot, query: Query, meanings: Meanings, vector: Array, made: Match, having: dict[str, Array]) -> Fused | None:
    allowed = None if not having else np.logical_and.reduce([snapshot.live, *having.values()])
    near = meanings.near(snapshot, vector, allowed, fusing.WINDOW)
    least = 2.0 if is_strict(query.root) else LEAST  # what was excluded, or must stand word by word, is not made up for by meaning
    return fusing.fuse(snapshot, made, near, query, least) if len(near.docs) else None


def _plain(snapshot: Snapshot, made: Match, query: Query) -> tuple[Hit, ...]:
    docs, scores = page(snapshot, made, query, offset=query.offset, limit=query.limit)
    return tuple(Hit(id=id, score=score) for id, score in zip(snapshot.ids[docs].tolist(), scores.tolist(), strict=True))


def explain(snapshot: Snapshot, query: Query, id: int, meanings: Meanings | None) -> Explanation | None:
    """Every number that puts a document where it stands; its filters are not looked at."""
    document = snapshot.document(id)
    if document is None:
        return None
    formula, wanted = snapshot.formula(query.tuning), plan(query.root)
    made = match(snapshot, wanted, formula)
    at = int(np.searchsorted(made.docs, document))
    matches = at < len(made.docs) and bool(made.docs[at] == document)
    scores = formula.boosts[made.docs] * (1 if made.scores is None else made.scores)
    rank = _rank(snapshot, made.docs, scores, at) if matches else None
    vector = meanings.ask(words_of(query.root)).wait(query.patience) if meanings and _by_meaning(query) else None
    similarity, place = None, None
    if meanings and vector is not None:
        similarity, place = meanings.place(snapshot, vector, document, fusing.WINDOW)
    return Explanation(
        matches=matches,
        reasons=tuple(explaining.reasons(snapshot, wanted, formula, document)) if matches else (),
        signals=explaining.signal_reasons(snapshot, formula, document),
        score=float(scores[at]) if matches else 0.0,
        word_rank=rank if rank is not None and rank <= fusing.WINDOW else None,
        similarity=similarity,
        meaning_rank=place,
    )


def _rank(snapshot: Snapshot, docs: Array, scores: Array, at: int) -> int:
    ties = (scores == scores[at]) & (snapshot.ids[docs] < snapshot.ids[docs[at]])
    return int((scores > scores[at]).sum() + ties.sum()) + 1


def _total(snapshot: Snapshot, root: Node, having: dict[str, Array]) -> int:
    return len(narrow(match(snapshot, plan(root)), having).made.docs)
