"""A plan -> the documents that match, in order, with their scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from search.analysis import STOP_WORDS, positions
from search.whoosh_index.arrays import Array
from search.whoosh_index.fields import TEXT, TITLE
from search.whoosh_index.phrases import standing
from search.whoosh_index.planning import All, And, Begin, Find, Or, Plan, Sequence, Value, forms
from search.whoosh_index.scoring import idf, word_scores
from search.whoosh_index.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Match:
    """Documents in rising order; scores None where nothing was scored."""

    docs: Array
    scores: Array | None = None


def match(snapshot: Snapshot, plan: Plan) -> Match:
    """Live documents that the plan asks for. Bounded by the plan's size, which `parse` bounds."""
    made = plan
    match made:
        case Find(term, title):
            return found(snapshot, forms(term), title=title)
        case Begin(prefix, title):
            field = TITLE if title else TEXT
            return snapshot.cache.get((field, prefix), lambda: _beginning(snapshot, prefix, field), _bytes)
        case Sequence():
            return _sequence(snapshot, made)
        case Value():
            return Match(_valued(snapshot, made))
        case And(parts, none_of):
            return _every(snapshot, parts, none_of)
        case Or(parts):
            return _any([match(snapshot, part) for part in parts], snapshot.size)
        case _:
            return Match(snapshot.all)


def found(snapshot: Snapshot, terms: tuple[str, ...], *, title: bool = False) -> Match:
    """Documents with any of these terms; their frequencies added up and scored as one word."""
    field = TITLE if title else TEXT
    return snapshot.cache.get((field, terms), lambda: _found(snapshot, terms, field), _bytes)


def found_in_few(snapshot: Snapshot, terms: tuple[str, ...], most: int) -> Match | None:
    """The same, but None, and soon, when more than so many documents have them."""
    return snapshot.cache.get(("few", terms), lambda: _found_in_few(snapshot, terms, most), _bytes)


def _found_in_few(snapshot: Snapshot, terms: tuple[str, ...], most: int) -> Match | None:
    postings, bases = _postings(snapshot, terms, TEXT)
    with_one = max(sum(len(docs) for docs, _ in postings[form :: len(terms)]) for form in range(len(terms)))
    if with_one - (snapshot.size - snapshot.count) > most:  # however many of the deleted documents have it
        return None
    made = _together(snapshot, postings, bases)
    return made if len(made.docs) <= most else None


def _bytes(made: Match | None) -> int:
    if made is None:
        return 0
    return int(made.docs.nbytes) + (0 if made.scores is None else int(made.scores.nbytes))


def _found(snapshot: Snapshot, terms: tuple[str, ...], field: str) -> Match:
    return _together(snapshot, *_postings(snapshot, terms, field))


def _postings(snapshot: Snapshot, terms: tuple[str, ...], field: str) -> tuple[list[tuple[Array, Array]], list[int]]:
    """Of each term in each segment, and where the segment's documents begin; a term given twice comes twice."""
    keys = [term.encode("utf-8", "replace") for term in terms]
    bases, postings = [], []
    for base, segment in zip(snapshot.bases, snapshot.terms(field), strict=False):
        looked = {key: segment.postings(key) for key in set(keys)}
        postings.extend([looked[key] for key in keys])
        bases.extend([base] * len(keys))
    return postings, bases


def _together(snapshot: Snapshot, postings: list[tuple[Array, Array]], bases: list[int]) -> Match:
    """Postings of several segments as those of one word, scored."""
    docs = [own + np.int64(base) for base, (own, _) in zip(bases, postings, strict=False) if len(own)]
    if not docs:
        return Match(np.zeros(0, np.int64), np.zeros(0, np.float32))
    amounts = np.concatenate([weights for _, weights in postings if len(weights)]).astype(np.float32)
    where, frequency = added(np.concatenate(docs), amounts, snapshot.size)
    if not snapshot.whole:
        live = snapshot.live[where]
        where, frequency = where[live], frequency[live]
    return Match(where, word_scores(frequency, snapshot.norms[where], idf(snapshot.count, len(where))))


def added(docs: Array, amounts: Array, size: int) -> tuple[Array, Array]:
    """Documents in order, each once, with its amounts added up."""
    if len(docs) * 16 > size:
        sums = np.bincount(docs, amounts, minlength=size)
        where = np.flatnonzero(np.bincount(docs, minlength=size))
        return where, sums[where].astype(np.float32)
    where, inverse = np.unique(docs, return_inverse=True)
    return where, np.bincount(inverse, amounts).astype(np.float32)


def _beginning(snapshot: Snapshot, prefix: str, field: str) -> Match:
    """All words with a prefix stand side by side in a segment, and so do their postings."""
    start = prefix.encode("utf-8", "replace")
    return _together(snapshot, [terms.postings_between(terms.beginning_with(start)) for terms in snapshot.terms(field)], snapshot.bases)


def _every(snapshot: Snapshot, parts: tuple[Plan, ...], none_of: tuple[Plan, ...]) -> Match:
    matches = sorted((match(snapshot, part) for part in parts if not isinstance(part, All)), key=lambda made: len(made.docs))
    docs, scores = (matches[0].docs, matches[0].scores) if matches else (snapshot.all, None)
    for other in matches[1:]:
        at, there = places(other.docs, docs)
        docs = docs[there]
        scores = None if scores is None else scores[there]
        if other.scores is not None:
            more = other.scores[at[there]]
            scores = more if scores is None else scores + more
    for gone in none_of:
        _, there = places(match(snapshot, gone).docs, docs)
        docs, scores = docs[~there], None if scores is None else scores[~there]
    return Match(docs, scores)


def places(among: Array, docs: Array) -> tuple[Array, Array]:
    """Where each of `docs` would stand in `among`, and whether it does; both in rising order."""
    if not len(among):
        return np.zeros(len(docs), np.int64), np.zeros(len(docs), bool)
    at = np.searchsorted(among, docs)
    at[at == len(among)] = 0
    return at, among[at] == docs


def _any(matches: list[Match], size: int) -> Match:
    docs = np.concatenate([made.docs for made in matches])
    scores = [np.zeros(len(made.docs), np.float32) if made.scores is None else made.scores for made in matches]
    where, added_up = added(docs, np.concatenate(scores), size)
    return Match(where, None if all(made.scores is None for made in matches) else added_up)


def _sequence(snapshot: Snapshot, wanted: Sequence) -> Match:
    """A phrase scores as its words do; the documents that have all of them are then read word by word."""
    telling = [word for word in dict.fromkeys(wanted.words) if word not in STOP_WORDS] or (
        [wanted.words[0]] if len(wanted.words) == 1 else []
    )
    candidates = _joined([found(snapshot, (word, word), title=wanted.title) for word in telling]) if telling else Match(snapshot.all)
    if len(wanted.words) == 1:
        return candidates
    stands = standing(snapshot, candidates.docs, wanted.words, title=wanted.title)
    return Match(candidates.docs[stands], None if candidates.scores is None else candidates.scores[stands])


def _joined(matches: list[Match]) -> Match:
    ordered = sorted(matches, key=lambda made: len(made.docs))
    docs, scores = ordered[0].docs, ordered[0].scores
    for other in ordered[1:]:
        at, there = places(other.docs, docs)
        docs, scores = docs[there], (scores[there] + other.scores[at[there]] if scores is not None and other.scores is not None else scores)
    return Match(docs, scores)


def _valued(snapshot: Snapshot, wanted: Value) -> Array:
    facet = snapshot.facet(wanted.facet)
    sought = f" {' '.join(wanted.words)}" + ("" if wanted.prefix else " ")
    chosen = [at for at, line in enumerate(value_lines(snapshot, wanted.facet)) if sought in line]
    return np.flatnonzero(facet.having(chosen, snapshot.size) & snapshot.live)


def value_lines(snapshot: Snapshot, name: str) -> list[str]:
    """The words of each value of a facet, with a blank around each word; made once a generation."""
    return snapshot.kept(f"lines {name}", lambda: [f" {' '.join(positions(value))} " for value in snapshot.facet(name).values])
