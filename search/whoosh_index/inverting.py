"""Documents -> the arrays of a new segment."""

from __future__ import annotations

import json
import logging
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np

from search.analysis import GAP, STOP_WORDS, analyse, inflected, whole_words
from search.document import FACETS, Document
from search.tuning import SIGNALS
from search.whoosh_index import occurrences, signals
from search.whoosh_index.arrays import Array
from search.whoosh_index.beginnings import beginnings
from search.whoosh_index.collation import SORT_KEY, sort_key
from search.whoosh_index.fields import AHEAD, FACET, FIELDS, LENGTH, TEXT, TITLE, weight_kind
from search.whoosh_index.occurrences import TEXTS
from search.whoosh_index.segments import key_arrays

log = logging.getLogger(__name__)
MAX_TITLE, MAX_DESCRIPTION, MAX_VALUE, MAX_VALUES = 1_000, 20_000, 300, 200  # characters; values of one field
SEPARATOR = f" {GAP} "


def fault(document: Document) -> str | None:
    """Why a document cannot be indexed, or None. A bad one is left out; the others of its batch go in."""
    if not 0 < document.id < 2**31:
        return f"id {document.id} is out of range"
    if unknown := [name for name, value in document.signals.items() if name not in SIGNALS or not 0 <= value <= 1]:
        return f"unknown signal, or one out of range, among {sorted(unknown)}"
    if any(not -(2**62) < number < 2**62 for number in (document.version, *document.numbers.values())):
        return "a number is out of range"
    if any(not -(2**31) < document.numbers.get(name, 0) < 2**31 for name in ("rating", "adoptions")):
        return "a rating or a number of adoptions is out of range"
    if any(name not in FACETS for name in document.facets):
        return f"unknown facet among {sorted(document.facets)}"
    return None


@dataclass(frozen=True, slots=True)
class Weighed:
    """A document as the formula sees it."""

    codes: dict[str, int]  # term -> occurrences in each text (occurrences.py)
    titled: dict[str, int]  # the same of the titles alone
    positions: list[str]  # of the whole document; "" is a gap
    title_size: int  # how many of them are the title's
    lengths: tuple[int, ...]  # positions of each text


def weigh(document: Document) -> Weighed:
    """Analyse every text once."""
    texts = {
        "title": document.title[:MAX_TITLE],
        "alternative": _joined(document.alternative_titles),
        "keywords": _joined(document.keywords),
        "people": _joined(document.people),
        "description": document.description[:MAX_DESCRIPTION],
    }
    positions: list[str] = []
    lengths: list[int] = []
    codes: dict[str, int] = {}
    titled: dict[str, int] = {}
    for name, text in texts.items():
        words, terms = analyse(text) if text else ([], [])
        if words and name != "title":
            positions.append("")
        positions.extend(words)
        lengths.append(len(words) - words.count(""))
        found = _found(text, terms, long=name == "description")
        occurrences.add(codes, found, name)
        if name in ("title", "alternative"):
            occurrences.add(titled, found, name)
    return Weighed(codes, titled, positions, lengths[0], tuple(lengths))


def _found(text: str, terms: list[str], *, long: bool) -> list[str]:
    """Terms, and the stems of those that are inflected. In a long text function words do not count, and whole words say little."""
    kept = [term for term in terms if term not in STOP_WORDS] if long else terms + whole_words(text)
    return kept + [relative for term in kept if (relative := inflected(term)) is not None]


def _joined(values: tuple[str, ...]) -> str:
    return SEPARATOR.join(value[:MAX_VALUE].replace(GAP, " ") for value in values[:MAX_VALUES])


class Postings:
    """One field while it is inverted: (term, document, weight) in the order they come. What a weight says is the field's own affair."""

    def __init__(self, kind: np.dtype[Any]) -> None:
        self._terms: dict[str, int] = {}
        self._kind, self._found, self._counts, self._weights = kind, array("I"), array("I"), array("H" if kind.itemsize > 1 else "B")

    def add(self, weights: Mapping[str, int]) -> None:
        """The next document's terms."""
        terms = self._terms
        self._found.extend([terms.setdefault(term, len(terms)) for term in weights])
        self._weights.extend(weights.values())
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
            **key_arrays(field, [encoded[at] for at in order]),
            f"{field}.starts": np.concatenate(([0], np.cumsum(np.bincount(found, minlength=len(order))))).astype(np.uint64),
            f"{field}.docs": documents[placed],
            f"{field}.weights": np.frombuffer(self._weights, self._kind)[placed] if len(placed) else np.zeros(0, self._kind),
        }


def invert(documents: Iterable[Document]) -> dict[str, Array]:
    """A whole segment, ready to be written. The documents are sound and their ids differ."""
    rows = list(documents)
    fields = {name: Postings(weight_kind(name)) for name in FIELDS}
    words: dict[str, int] = {"": 0}
    stream, stream_sizes, titles = array("I"), array("I"), array("I")
    lengths: list[tuple[int, ...]] = []
    for document in rows:
        weighed = weigh(document)
        fields[TEXT].add(weighed.codes)
        fields[TITLE].add(weighed.titled)
        values = {name: _values(document, name) for name in FACETS}
        for name, given in values.items():
            fields[FACET + name].add(dict.fromkeys(given, 1))
        offered = {"keyword": document.keywords[:MAX_VALUES], "provider": values["provider"], "institution": values["institution"]}
        fields[AHEAD].add(beginnings(document.title[:MAX_TITLE], weighed.positions[: weighed.title_size], offered))
        stream.extend([words.setdefault(word, len(words)) for word in weighed.positions])
        stream_sizes.append(len(weighed.positions))
        lengths.append(weighed.lengths)
        titles.append(weighed.title_size)
    hashes = np.array([word_hash(word) for word in words], np.uint32)
    made: dict[str, Array] = {
        "stream": hashes[np.frombuffer(stream, np.uint32)] if stream else np.zeros(0, np.uint32),
        "stream_ends": np.cumsum(stream_sizes, dtype=np.uint64),
        **_length_columns(lengths),
        "title_sizes": np.array(titles, np.uint32),
        **columns(rows),
    }
    for name, postings in fields.items():
        made |= postings.arrays(name)
    return made


def _length_columns(lengths: list[tuple[int, ...]]) -> dict[str, Array]:
    table = np.minimum(np.array(lengths, np.int64).reshape(len(lengths), len(TEXTS)), np.iinfo(np.uint16).max).astype(np.uint16)
    return {LENGTH + name: np.ascontiguousarray(table[:, place]) for place, name in enumerate(TEXTS)}


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
        "updated": np.array([document.numbers.get("updated", -1) for document in rows], np.int64),
        "begins": np.array([document.numbers.get("starts", -1) for document in rows], np.int64),
        "rating": np.array([document.numbers.get("rating", -1) for document in rows], np.int32),
        "adoptions": np.array([document.numbers.get("adoptions", 0) for document in rows], np.int32),
        **signals.columns(rows),
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
