"""A plan -> the documents that match, in order, with their scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from search.analysis import STOP_WORDS, positions
from search.whoosh_index.arrays import Array
from search.whoosh_index.facets import GROUP_OF
from search.whoosh_index.fields import TEXT, TITLE
from search.whoosh_index.phrases import standing
from search.whoosh_index.planning import All, And, Begin, Find, Or, Plan, Prefer, Sequence, Value, Widen, forms
from search.whoosh_index.scoring import Formula, idf
from search.whoosh_index.segments import Terms
from search.whoosh_index.snapshot import Snapshot

FEW_OF = 100  # fewer than one document in so many are looked up one by one
DENSE = 16  # more than one document in so many: counted in an array over all of them


@dataclass(frozen=True, slots=True)
class Match:
    """Documents in rising order; scores None where nothing was scored."""

    docs: Array
    scores: Array | None = None


def match(snapshot: Snapshot, plan: Plan, formula: Formula | None = None) -> Match:
    """Live documents that the plan asks for, scored by the formula (the usual one for None). Bounded by the plan's size, as `parse` is."""
    rules, made = formula or snapshot.formula(), plan
    match made:
        case Find(term, title):
            return found(snapshot, forms(term), rules, title=title)
        case Begin(prefix, title):
            field = TITLE if title else TEXT
            return snapshot.cache.get((field, prefix, rules.tuning), lambda: _beginning(snapshot, prefix, field, rules), _bytes)
        case Sequence():
            return snapshot.cache.get((made, rules.tuning), lambda: _sequence(snapshot, made, rules), _bytes)
        case Value():
            return Match(_valued(snapshot, made))
        case And(parts, none_of):
            return _every(snapshot, parts, none_of, rules)
        case Or(parts):
            return _any([match(snapshot, part, rules) for part in parts], snapshot.size)
        case Prefer(part, better):
            return _preferred(snapshot, match(snapshot, part, rules), better, rules)
        case Widen(part, others):
            return _best(
                [(match(snapshot, part, rules), 1.0), *((match(snapshot, other, rules), rules.tuning.widened) for other in others)],
                snapshot,
            )
        case _:
            return Match(snapshot.all)


def found(snapshot: Snapshot, terms: tuple[str, ...], formula: Formula | None = None, *, title: bool = False) -> Match:
    """Documents with any of these terms, scored as one word of their frequencies together; the last counts as the exact one."""
    rules, field = formula or snapshot.formula(), TITLE if title else TEXT
    return snapshot.cache.get((field, terms, rules.tuning), lambda: _found(snapshot, terms, field, rules), _bytes)


def found_in_few(snapshot: Snapshot, terms: tuple[str, ...], most: int) -> Match | None:
    """The same, but None, and soon, when more than so many documents have them."""
    return snapshot.cache.get(("few", terms), lambda: _found_in_few(snapshot, terms, most), _bytes)


def _found_in_few(snapshot: Snapshot, terms: tuple[str, ...], most: int) -> Match | None:
    with_one = max(sum(len(segment.postings(_key(term))[0]) for segment in snapshot.terms(TEXT)) for term in terms)
    if with_one - (snapshot.size - snapshot.count) > most:  # however many of the deleted documents have it
        return None
    made = _found(snapshot, terms, TEXT, snapshot.formula())
    return made if len(made.docs) <= most else None


def _bytes(made: Match | None) -> int:
    if made is None:
        return 0
    return int(made.docs.nbytes) + (0 if made.scores is None else int(made.scores.nbytes))


def _key(term: str) -> bytes:
    return term.encode("utf-8", "replace")


def _found(snapshot: Snapshot, terms: tuple[str, ...], field: str, formula: Formula) -> Match:
    factors: dict[bytes, float] = {}
    for place, term in enumerate(terms):
        factor = formula.tuning.exact if place and place == len(terms) - 1 else 1.0
        factors[_key(term)] = factors.get(_key(term), 0.0) + factor
    return _scored(snapshot, formula, [_frequencies(terms_of, formula.weights, factors) for terms_of in snapshot.terms(field)])


def _frequencies(terms: Terms, weights: Array, factors: dict[bytes, float]) -> tuple[Array, Array]:
    """Documents of one segment in order, and the weighed frequency of all the terms together."""
    parts = []
    for key, factor in factors.items():
        docs, codes = terms.postings(key)
        if len(docs):
            parts.append((docs, weights[codes] * np.float32(factor)))
    return parts[0] if len(parts) == 1 else added([docs for docs, _ in parts], [amounts for _, amounts in parts])


def _scored(snapshot: Snapshot, formula: Formula, segments: list[tuple[Array, Array]]) -> Match:
    """What was found segment by segment, as one word: live documents, scored by how rare they are."""
    docs = [own + np.int64(base) for base, (own, _) in zip(snapshot.bases, segments, strict=False) if len(own)]
    if not docs:
        return Match(np.zeros(0, np.int64), np.zeros(0, np.float32))
    where, frequency = np.concatenate(docs), np.concatenate([amounts for own, amounts in segments if len(own)])
    if not snapshot.whole:
        live = snapshot.live[where]
        where, frequency = where[live], frequency[live]
    return Match(where, formula.word_scores(frequency, where, idf(snapshot.count, len(where))))


def added(docs: list[Array], amounts: list[Array]) -> tuple[Array, Array]:
    """Documents in order, each once, with its amounts added up. In each list of documents each stands once, but for a single list."""
    total = sum(len(own) for own in docs)
    if not total:
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    last = max(int(own.max()) for own in docs if len(own))
    if total * DENSE > last:
        sums, there = np.zeros(last + 1, np.float32), np.zeros(last + 1, bool)
        for own, amount in zip(docs, amounts, strict=True):
            sums[own] += amount
            there[own] = True
        where = np.flatnonzero(there)
        return where, sums[where]
    joined = np.concatenate(docs)
    order = np.argsort(joined, kind="stable")
    ordered = joined[order]
    first = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    return ordered[first].astype(np.int64), np.add.reduceat(np.concatenate(amounts)[order], first)


def _beginning(snapshot: Snapshot, prefix: str, field: str, formula: Formula) -> Match:
    """All words with a prefix stand side by side in a segment, and so do their postings."""
    start, segments = _key(prefix), []
    for segment, terms in zip(snapshot.segments, snapshot.terms(field), strict=True):
        docs, codes = terms.postings_between(terms.beginning_with(start))
        sums = np.bincount(docs, formula.weights[codes], minlength=segment.size) if len(docs) else np.zeros(0)
        where = np.flatnonzero(sums)
        segments.append((where, sums[where].astype(np.float32)))
    return _scored(snapshot, formula, segments)


def _every(snapshot: Snapshot, parts: tuple[Plan, ...], none_of: tuple[Plan, ...], formula: Formula) -> Match:
    made = _all_of(snapshot, [match(snapshot, part, formula) for part in parts if not isinstance(part, All)])
    for gone in none_of:
        made = _without(snapshot.size, made, match(snapshot, gone, formula))
    return made


def _all_of(snapshot: Snapshot, matches: list[Match]) -> Match:
    """Documents of every match, the rarest first."""
    ordered = sorted(matches, key=lambda made: len(made.docs))
    made = ordered[0] if ordered else Match(snapshot.all)
    for other in ordered[1:]:
        made = _with(snapshot.size, made, other)
    return made


def _with(size: int, made: Match, other: Match) -> Match:
    """Documents of both; `made` is the smaller one. Looked up one by one when they are few, else in an array over all documents."""
    if len(made.docs) * FEW_OF > size:
        mask = np.zeros(size, bool)
        mask[other.docs] = True
        there = np.flatnonzero(mask[made.docs])
        more = None if other.scores is None else _spread(size, other)[made.docs[there]]
    else:
        at, found_there = places(other.docs, made.docs)
        there = np.flatnonzero(found_there)
        more = None if other.scores is None else other.scores[at[there]]
    scores = None if made.scores is None else made.scores[there]
    return Match(made.docs[there], more if scores is None else scores if more is None else scores + more)


def _spread(size: int, made: Match) -> Array:
    scores = np.zeros(size, np.float32)
    scores[made.docs] = made.scores
    return scores


def _without(size: int, made: Match, gone: Match) -> Match:
    if len(made.docs) * FEW_OF > size:
        mask = np.ones(size, bool)
        mask[gone.docs] = False
        kept = np.flatnonzero(mask[made.docs])
    else:
        kept = np.flatnonzero(~places(gone.docs, made.docs)[1])
    return Match(made.docs[kept], None if made.scores is None else made.scores[kept])


def places(among: Array, docs: Array) -> tuple[Array, Array]:
    """Where each of `docs` would stand in `among`, and whether it does; both in rising order."""
    if not len(among):
        return np.zeros(len(docs), np.int64), np.zeros(len(docs), bool)
    at = np.searchsorted(among, docs)
    at[at == len(among)] = 0
    return at, among[at] == docs


def _any(matches: list[Match], size: int) -> Match:
    docs = [made.docs for made in matches]
    scores = [np.zeros(len(made.docs), np.float32) if made.scores is None else made.scores for made in matches]
    where, added_up = added(docs, scores)
    return Match(where, None if all(made.scores is None for made in matches) else added_up)


def _preferred(snapshot: Snapshot, made: Match, better: tuple[Find | Sequence, ...], formula: Formula) -> Match:
    """The same documents; those that have what is better score more."""
    if made.scores is None or not len(made.docs):
        return made
    scores = made.scores.copy()
    for wanted in better:
        weight = np.float32(preference(wanted, formula))
        having = match(snapshot, wanted, formula) if weight else Match(made.docs)
        if having.scores is None:
            continue
        if len(made.docs) * FEW_OF > snapshot.size:
            scores += weight * _spread(snapshot.size, having)[made.docs]
        else:
            at, there = places(having.docs, made.docs)
            scores[there] += weight * having.scores[at[there]]
    return Match(made.docs, scores)


def preference(wanted: Find | Sequence, formula: Formula) -> float:
    """How much of its score is added."""
    return formula.tuning.phrase if isinstance(wanted, Sequence) else formula.tuning.words


def _best(matches: list[tuple[Match, float]], snapshot: Snapshot) -> Match:
    """Any of them; a document scores as its best one does."""
    scores, there = np.zeros(snapshot.size, np.float32), np.zeros(snapshot.size, bool)
    for made, weight in matches:
        there[made.docs] = True
        if made.scores is not None:
            scores[made.docs] = np.maximum(scores[made.docs], made.scores * np.float32(weight))
    where = np.flatnonzero(there)
    return Match(where, scores[where])


def _sequence(snapshot: Snapshot, wanted: Sequence, formula: Formula) -> Match:
    """A phrase scores as its words do; the documents that have all of them are then read word by word."""
    telling = [word for word in dict.fromkeys(wanted.words) if word not in STOP_WORDS] or (
        [wanted.words[0]] if len(wanted.words) == 1 else []
    )
    having = [found(snapshot, (word, word), formula, title=wanted.title) for word in telling]
    candidates = _all_of(snapshot, having)
    if len(wanted.words) == 1:
        return candidates
    stands = standing(snapshot, candidates.docs, wanted.words, title=wanted.title)
    return Match(candidates.docs[stands], None if candidates.scores is None else candidates.scores[stands])


def _valued(snapshot: Snapshot, wanted: Value) -> Array:
    group = snapshot.group(GROUP_OF[wanted.facet])
    sought = f" {' '.join(wanted.words)}" + ("" if wanted.prefix else " ")
    chosen = [at for at, line in enumerate(value_lines(snapshot, wanted.facet)) if sought in line]
    return np.flatnonzero(group.having(wanted.facet, chosen) & snapshot.live)


def value_lines(snapshot: Snapshot, name: str) -> list[str]:
    """The words of each value of a facet, with a blank around each word; made once a generation."""
    return snapshot.kept(f"lines {name}", lambda: [f" {' '.join(positions(value))} " for value in snapshot.facet(name).values])
