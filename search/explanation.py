"""Why a document stands where it does: every number of its score, as `Index.explain` answers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One word of the query in this document."""

    word: str  # as the index looks it up; a phrase's or a prefix's words come one by one or as typed
    counts: Mapping[str, int]  # title | alternative | keywords | people | description -> occurrences, in any form; those at 0 left out
    exact: Mapping[str, int]  # those of exactly this word
    documents: int  # how many documents have it
    rarity: float  # idf
    score: float  # what it adds
    widened: bool = False  # a synonym brought it, at lower weight


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalReason:
    """One signal beside text."""

    name: str  # of tuning.SIGNALS
    value: float | None  # 0 .. 1; None when unknown
    factor: float  # what the score is multiplied by; 1 when unknown or switched off


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """score = (sum of the reasons' scores) * (product of the signals' factors), when the words match."""

    matches: bool  # do the words match?
    reasons: tuple[Reason, ...]
    signals: tuple[SignalReason, ...]
    score: float  # by the words
    word_rank: int | None  # place among the matches by words, 1 is the best; None beyond those that are ranked again by meaning
    similarity: float | None  # cosine of the meanings, -1 .. 1; None without meaning
    meaning_rank: int | None  # place by meaning alone; None when not among the nearest
