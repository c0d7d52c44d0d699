"""Why a document stands where it does: the same parts that matching adds up, told one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from search.analysis import STOP_WORDS, WHOLE
from search.explanation import Reason, SignalReason
from search.tuning import SIGNALS
from search.whoosh_index import occurrences, signals
from search.whoosh_index.fields import TEXT, TITLE
from search.whoosh_index.matching import Match, found, match, preference
from search.whoosh_index.planning import And, Begin, Find, Or, Plan, Prefer, Sequence, Widen, forms
from search.whoosh_index.scoring import Formula, idf
from search.whoosh_index.snapshot import Snapshot


def reasons(snapshot: Snapshot, plan: Plan, formula: Formula, document: int) -> Iterator[Reason]:
    """One for each word that adds to the document's score, a word that is asked for twice twice; their scores add up to it."""
    made = plan
    match made:
        case Find(term, title):
            yield from _word(snapshot, formula, document, term, forms(term), title=title)
        case Begin(prefix, title):
            having = match(snapshot, made, formula)
            yield from _told(having, snapshot, document, f"{prefix}*", *_beginning(snapshot, document, prefix, title=title))
        case Sequence(words, title):
            for word in dict.fromkeys(words):
                if word not in STOP_WORDS or len(words) == 1:
                    yield from _word(snapshot, formula, document, word, (word, word), title=title)
        case And(parts) | Or(parts):
            for part in parts:
                if _score(match(snapshot, part, formula), document) is not None:
                    yield from reasons(snapshot, part, formula, document)
        case Prefer(part, better):
            yield from reasons(snapshot, part, formula, document)
            yield from _preferred(snapshot, formula, document, better)
        case Widen(part, others):
            yield from _best(snapshot, part, others, formula, document)


def _score(made: Match, document: int) -> float | None:
    """What a match adds to a document; None when it is not among them."""
    at = int(np.searchsorted(made.docs, document))
    if at == len(made.docs) or made.docs[at] != document:
        return None
    return 0.0 if made.scores is None else float(made.scores[at])


def _word(snapshot: Snapshot, formula: Formula, document: int, word: str, terms: tuple[str, ...], *, title: bool) -> Iterator[Reason]:
    """The last of the terms is the exact one; the others are all its forms."""
    total: dict[str, int] = {}
    for term in dict.fromkeys(terms[:-1] or terms):
        _add(total, _code(snapshot, document, term, title=title))
    exact = occurrences.counts(_code(snapshot, document, terms[-1], title=title)) if len(terms) > 1 else {}
    yield from _told(found(snapshot, terms, formula, title=title), snapshot, document, word, total, exact)


def _code(snapshot: Snapshot, document: int, term: str, *, title: bool) -> int:
    segment, own = snapshot.place(document)
    docs, codes = segment.terms(TITLE if title else TEXT).postings(term.encode("utf-8", "replace"))
    at = int(np.searchsorted(docs, own))
    return int(codes[at]) if at < len(docs) and docs[at] == own else 0


def _told(made: Match, snapshot: Snapshot, document: int, word: str, counts: dict[str, int], exact: dict[str, int]) -> Iterator[Reason]:
    score = _score(made, document)
    if score is not None:
        having = len(made.docs)
        yield Reason(word=word, counts=counts, exact=exact, documents=having, rarity=idf(snapshot.count, having), score=score)


def _beginning(snapshot: Snapshot, document: int, prefix: str, *, title: bool) -> tuple[dict[str, int], dict[str, int]]:
    """Occurrences of all words that begin so; none of them is the exact one."""
    segment, own = snapshot.place(document)
    terms = segment.terms(TITLE if title else TEXT)
    docs, codes = terms.postings_between(terms.beginning_with(prefix.encode("utf-8", "replace")))
    total: dict[str, int] = {}
    for code in codes[docs == own].tolist():
        _add(total, code)
    return total, {}


def _add(total: dict[str, int], code: int) -> None:
    for name, times in occurrences.counts(code).items():
        total[name] = total.get(name, 0) + times


def _preferred(snapshot: Snapshot, formula: Formula, document: int, better: tuple[Find | Sequence, ...]) -> Iterator[Reason]:
    for wanted in better:
        share = preference(wanted, formula)
        if share and _score(match(snapshot, wanted, formula), document) is not None:
            for reason in reasons(snapshot, wanted, formula, document):
                yield replace(reason, word=reason.word.removeprefix(WHOLE), score=share * reason.score)


def _best(snapshot: Snapshot, part: Plan, others: tuple[Plan, ...], formula: Formula, document: int) -> Iterator[Reason]:
    """What was typed, or the synonym that adds more."""
    weight = formula.tuning.widened
    rated = [(_score(match(snapshot, other, formula), document), other) for other in others]
    best, other = max(
        ((score * weight, other) for score, other in rated if score is not None), key=lambda pair: pair[0], default=(-1.0, part)
    )
    own = _score(match(snapshot, part, formula), document)
    if own is not None and own >= best:
        yield from reasons(snapshot, part, formula, document)
    else:
        for reason in reasons(snapshot, other, formula, document):
            yield replace(reason, score=weight * reason.score, widened=True)


def signal_reasons(snapshot: Snapshot, formula: Formula, document: int) -> tuple[SignalReason, ...]:
    """Every signal, with what it does to this document."""
    segment, own = snapshot.place(document)
    held = {name: segment.arrays[name][own : own + 1] for name in signals.COLUMNS}
    made = []
    for name in SIGNALS:
        values, known = signals.value(name, held, snapshot.today())
        value = float(values[0]) if known[0] else None
        factor = 1.0 if value is None else 1 + formula.tuning.signals[name] * (2 * value - 1)
        made.append(SignalReason(name=name, value=value, factor=factor))
    return tuple(made)
