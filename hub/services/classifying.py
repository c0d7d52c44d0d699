"""Topics and platforms by rule: a concept's labels, found in what a resource says of itself.

Confidence grows with the place (title, then keywords and subjects, then text) and with repetition, and combines as independent
evidence does: 1 - product of (1 - each). From ACCEPTED on an assignment counts; below, it is a suggestion for a curator.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models.topic import Concept, ConceptLabel

IN_TITLE, IN_KEYWORDS, IN_TEXT = 0.85, 0.75, 0.35
ACCEPTED = 0.55
SUGGESTED = 0.3
MOST = 8  # topics of one resource
TEXT_READ = 4_000  # characters of a description that are looked at
HYPHENATED = re.compile(r"\be[ -](?=commerce|business|marketing|payment)")  # e-commerce, e commerce and ecommerce are one word
# "|" stands between keywords: a label does not reach over it
WORD = re.compile(r"[a-z0-9][a-z0-9+#&'.]*(?<!\.)|[^\W\d_a-z]|\|")


@dataclass(frozen=True, slots=True)
class Finding:
    """One concept that a resource seems to be about."""

    concept_id: int
    confidence: float  # 0 .. 1

    @property
    def state(self) -> str:
        """accepted or suggested."""
        return "accepted" if self.confidence >= ACCEPTED else "suggested"


@dataclass(frozen=True, slots=True)
class Label:
    """A label of a concept. A doubtful one has other meanings too: it counts in title and keywords only, beside a label that has none."""

    concept_id: int
    text: str
    doubtful: bool = False


class Classifier:
    """The vocabulary's labels, ready to be found. Build one a run (`load`), not one a record."""

    def __init__(self, labels: Iterable[Label]) -> None:
        self._by_first: dict[str, dict[str, list[tuple[list[str], Label]]]] = {}  # first word -> second ("" is none) -> labels
        for label in labels:
            words = words_of(label.text)
            if words:
                seconds = self._by_first.setdefault(words[0], {})
                seconds.setdefault(words[1] if len(words) > 1 else "", []).append((words, label))
        for seconds in self._by_first.values():
            for candidates in seconds.values():
                candidates.sort(key=lambda pair: -len(pair[0]))  # the longest label wins: "cross-border logistics" is not also "logistics"

    def classify(self, title: str, keywords: Sequence[str], text: str) -> tuple[Finding, ...]:
        """What a resource with these texts is about, surest first, at most MOST."""
        places = (
            (self._count(title), IN_TITLE),
            (self._count(" | ".join(keywords)), IN_KEYWORDS),
            (self._count(text[:TEXT_READ]), IN_TEXT),
        )
        certain = any(not label.doubtful for counts, _ in places for label in counts)
        doubt: dict[int, float] = defaultdict(lambda: 1.0)
        for counts, weight in places:
            for label, times in counts.items():
                if not label.doubtful or (certain and weight != IN_TEXT):
                    doubt[label.concept_id] *= (1 - weight) ** min(times, 3)
        found = (Finding(concept_id, round(1 - left, 3)) for concept_id, left in doubt.items() if 1 - left >= SUGGESTED)
        return tuple(sorted(found, key=lambda finding: (-finding.confidence, finding.concept_id))[:MOST])

    def evidence(self, concept_id: int, title: str, keywords: Sequence[str], text: str) -> tuple[tuple[str, str], ...]:
        """(label, title | keywords | text) of what speaks for a concept, in that order."""
        places = {"title": title, "keywords": " | ".join(keywords), "text": text[:TEXT_READ]}
        return tuple((label.text, name) for name, words in places.items() for label in self._count(words) if label.concept_id == concept_id)

    def _count(self, text: str) -> Mapping[Label, int]:
        words, by_first = words_of(text), self._by_first
        counts: dict[Label, int] = {}
        until = 0
        for place in [place for place, word in enumerate(words) if word in by_first]:
            if place < until:
                continue
            seconds, found = by_first[words[place]], 0  # words of the longest label here; others of the same length count too
            for label_words, label in chain(seconds.get(words[place + 1], ()) if place + 1 < len(words) else (), seconds.get("", ())):
                if len(label_words) >= found and words[place : place + len(label_words)] == label_words:
                    counts[label] = counts.get(label, 0) + 1
                    found = len(label_words)
            until = place + found
        return counts


def words_of(text: str) -> list[str]:
    """Words folded for comparison; a Chinese character is a word, a hyphen parts two, a plural s goes."""
    folded = (text if text.isascii() else unicodedata.normalize("NFKC", text)).casefold()
    folded = HYPHENATED.sub("e", folded)
    # in one expression, for it sees every word of the catalogue: the plural s goes, but for -ss, -us and -is
    return [word[:-1] if word[-1] == "s" and len(word) > 4 and word[-2] not in "sui" else word for word in WORD.findall(folded)]


def load(session: Session) -> Classifier:
    """The classifier of the vocabulary as it stands."""
    rows = session.execute(
        select(ConceptLabel.concept_id, ConceptLabel.text, ConceptLabel.needs_context)
        .join(Concept, Concept.id == ConceptLabel.concept_id)
        .where(~ConceptLabel.search_only, Concept.retired_at.is_(None))
        .order_by(ConceptLabel.id)
    )
    return Classifier(Label(*row) for row in rows)
