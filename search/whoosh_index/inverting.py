"""Documents -> the arrays of a new segment."""

from __future__ import annotations

import json
import logging
import math
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from search.analysis import GAP, STOP_WORDS, analyse, inflected
from search.document import FACETS, Document
from search.whoosh_index.arrays import Array
from search.whoosh_index.beginnings import beginnings
from search.whoosh_index.collation import SORT_KEY, sort_key
from search.whoosh_index.fields import (
    AHEAD,
    ALTERNATIVE_WEIGHT,
    DESCRIPTION_WEIGHT,
    FACET,
    KEYWORDS_WEIGHT,
    MAX_WEIGHT,
    PEOPLE_WEIGHT,
    TEXT,
    TITLE,
    TITLE_WEIGHT,
)

log = logging.getLogger(__name__)
MAX_TITLE, MAX_DESCRIPTION, MAX_VALUE, MAX_VALUES = 1_000, 20_000, 300, 200  # characters; values of one field
SEPARATOR = f" {GAP} "


def fault(document: Document) -> str | None:
    """Why a document cannot be indexed, or None. A bad one is left out; the others of its batch go in."""
    if not 0 < document.id < 2**31:
        return f"id {document.id} is out of range"
    if not (math.isfinite(document.weight) and 0 < document.weight <= 1_000):
        return f"weight {document.weight} is out of range"
    if any(not -(2**62) < number < 2**62 for number in (document.version, *document.numbers.values())):
        return "a number is out of range"
    if any(name not in FACETS for name in document.facets):
        return f"unknown facet among {sorted(document.facets)}"
    return None


@dataclass(frozen=True, slots=True)
class Weighed:
    """A document as the formula sees it."""

    weights: dict[str, int]  # term -> weight
    titled: dict[str, int]  # the same for the titles alone
    positions: list[str]  # of the whole document; "" is a gap
    title_size: int  # how many of them are the title's
    length: int  # weighted


def weigh(document: Document) -> Weighed:
    """Analyse every field once."""
    title, title_terms = analyse(document.title[:MAX_TITLE])
    positions, length = list(title), len(title) * TITLE_WEIGHT
    weights: dict[str, int] = {}
    _add(weights, title_terms, TITLE_WEIGHT)
    titled = dict(weights)
    for text, weight in (
        (_joined(document.alternative_titles), ALTERNATIVE_WEIGHT),
        (_joined(document.keywords), KEYWORDS_WEIGHT),
        (_joined(document.people), PEOPLE_WEIGHT),
        (document.description[:MAX_DESCRIPTION], DESCRIPTION_WEIGHT),
    ):
        if not text:
            continue
        words, terms = analyse(text)
        positions.append("")
        positions.extend(words)
        length += weight * (len(words) - words.count(""))
        if weight == DESCRIPTION_WEIGHT:
            terms = [term for term in terms if term not in STOP_WORDS]
        _add(weights, terms, weight)
        if weight == ALTERNATIVE_WEIGHT:
            _add(titled, terms, weight)
    return Weighed(weights, titled, positions, len(title), length)


def _joined(values: tuple[str, ...]) -> str:
    return SEPARATOR.join(value[:MAX_VALUE].replace(GAP, " ") for value in values[:MAX_VALUES])


def _add(weights: dict[str, int], terms: list[str], weight: int) -> None:
    for term in terms:
        weights[term] = weights.get(term, 0) + weight
        relative = inflected(term)
        if relative is not None:
            weights[relative] = weights.get(relative, 0) + weight


class Postings:
    """One field while it is inverted: (term, document, weight) in the order they come."""

    def __init__(self) -> None:
        self._terms: dict[str, int] = {}
        self._found, self._counts, self._weights = array("I"), array("I"), array("B")

    def add(self, weights: Mapping[str, int]) -> None:
        """The next document's terms."""
        terms = self._terms
        self._found.extend([terms.setdefault(term, len(terms)) for term in weights])
        self._weights.extend([weight if weight < MAX_WEIGHT else MAX_WEIGHT for weight in weights.values()])
        self._counts.append(len(weights))

    def arrays(self, field: str) -> dict[str, Array]:
        """Terms in byte order, each with its documents in order."""
        encoded = [term.encode("utf-8", "replace") for term in self._terms]
        order = sorted(range(len(encoded)), key=encoded.__getitem__)
        rank = np.empty(len(order), np.uint32)
        rank[order] = np.arange(len(order), dtype=np.uint32)
        found = rank[np.frombuffer(self._found, np.uint32)] if len(self._found) else np.zeros(0, np.uint32)
        placed = np.argsort(found, kind="stable")
        documents = np.repeat(np.arange(len(self._counts), dtype=np.uint32), np.frombuffer(self._counts, np.uint32) if self._counts else 0)
        return {
            f"{field}.keys": np.frombuffer(b"".join([encoded[at] for at in order]), np.uint8),
            f"{field}.ends": np.cumsum([len(encoded[at]) for at in order], dtype=np.uint32),
            f"{field}.starts": np.concatenate(([0], np.cumsum(np.bincount(found, minlength=len(order))))).astype(np.uint64),
            f"{field}.docs": documents[placed],
            f"{field}.weights": np.frombuffer(self._weights, np.uint8)[placed] if len(placed) else np.zeros(0, np.uint8),
        }


def invert(documents: Iterable[Document]) -> dict[str, Array]:
    """A whole segment, ready to be written. The documents are sound and their ids differ."""
    rows = list(documents)
    fields = {TEXT: Postings(), TITLE: Postings(), AHEAD: Postings()} | {FACET + name: Postings() for name in FACETS}
    words: dict[str, int] = {"": 0}
    stream, stream_sizes, lengths, titles = array("I"), array("I"), array("I"), array("I")
    for document in rows:
        weighed = weigh(document)
        fields[TEXT].add(weighed.weights)
        fields[TITLE].add(weighed.titled)
        values = {name: _values(document, name) for name in FACETS}
        for name, given in values.items():
            fields[FACET + name].add(dict.fromkeys(given, 1))
        offered = {"keyword": document.keywords[:MAX_VALUES], "provider": values["provider"], "institution": values["institution"]}
        fields[AHEAD].add(beginnings(document.title[:MAX_TITLE], weighed.positions[: weighed.title_size], offered))
        stream.extend([words.setdefault(word, len(words)) for word in weighed.positions])
        stream_sizes.append(len(weighed.positions))
        lengths.append(weighed.length)
        titles.append(weighed.title_size)
    hashes = np.array([word_hash(word) for word in words], np.uint32)
    made: dict[str, Array] = {
        "stream": hashes[np.frombuffer(stream, np.uint32)] if stream else np.zeros(0, np.uint32),
        "stream_ends": np.cumsum(stream_sizes, dtype=np.uint64),
        "lengths": np.array(lengths, np.uint32),
        "title_sizes": np.array(titles, np.uint32),
        **columns(rows),
    }
    for name, postings in fields.items():
        made |= postings.arrays(name)
    return made


def _values(document: Document, facet: str) -> list[str]:
    return [clean(value)[:MAX_VALUE] for value in document.facets.get(facet, ())[:MAX_VALUES] if value]


def word_hash(word: str) -> int:
    """What stands for a word in the stream of positions; 0 is a gap. Merging needs no dictionary that way."""
    return crc32(word.encode("utf-8", "replace")) or 1 if word else 0


def columns(rows: list[Document]) -> dict[str, Array]:
    """What is kept of each document beside its words."""
    cards = [card(document) for document in rows]
    return {
        "ids": np.array([document.id for document in rows], np.int64),
        "versions": np.array([document.version for document in rows], np.int64),
        "boosts": np.array([document.weight for document in rows], np.float32),
        "updated": np.array([document.numbers.get("updated", -1) for document in rows], np.int64),
        "begins": np.array([document.numbers.get("starts", -1) for document in rows], np.int64),
        "order": np.array([sort_key(document.title) for document in rows], SORT_KEY),
        "cards": np.frombuffer(b"".join(cards), np.uint8),
        "card_ends": np.cumsum([len(made) for made in cards], dtype=np.uint64),
    }


def card(document: Document) -> bytes:
    """Title, keywords and origins, for the type-ahead, similar documents, checks and dumps."""
    origins = [[origin.source, origin.identifier, origin.title] for origin in document.origins]
    keywords = [keyword[:MAX_VALUE] for keyword in document.keywords[:MAX_VALUES]]
    return json.dumps([document.title[:MAX_TITLE], keywords, origins], ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def clean(text: str) -> str:
    """Without lone surrogates, which no file can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
