"""The codec that lets Whoosh's own reader and searcher work on our segment files. Whoosh names it in the index by this module's path."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from whoosh.codec import base
from whoosh.codec.whoosh3 import W3Codec, W3Segment, W3TermInfo
from whoosh.matching import ListMatcher, NullMatcher
from whoosh.reading import TermNotFound
from whoosh.util.numeric import length_to_byte

from search.tuning import Tuning
from search.whoosh_index import occurrences
from search.whoosh_index.arrays import Array
from search.whoosh_index.fields import FIELDS, LENGTH, TEXT, weight_kind
from search.whoosh_index.occurrences import TEXTS
from search.whoosh_index.segments import EXTENSION, Segment, Terms

Term = tuple[str, bytes]


class ArraysCodec(W3Codec):
    """Segments are one file of arrays (segments.py), not W3's term and posting files; the table of contents stays Whoosh's."""

    def terms_reader(self, storage: Any, segment: Any) -> ArraysTermsReader:
        return ArraysTermsReader(_open(storage, segment))

    def per_document_reader(self, storage: Any, segment: Any) -> ArraysDocumentReader:
        return ArraysDocumentReader(_open(storage, segment), segment)

    def new_segment(self, storage: Any, indexname: str) -> Any:
        return W3Segment(self, indexname)


def _open(storage: Any, segment: Any) -> Segment:
    return Segment(Path(storage.folder) / segment.make_filename(EXTENSION))


USUAL = occurrences.weights(Tuning())


def _weights(field: str, held: Array) -> Array:
    """What Whoosh would call the weights of postings: for words, as the usual tuning weighs them."""
    return USUAL[held] if weight_kind(field).itemsize > 1 else held


class ArraysTermsReader(base.TermsReader):
    """Terms and postings in the shapes that Whoosh's matchers ask for."""

    def __init__(self, segment: Segment) -> None:
        self._segment = segment

    def __contains__(self, term: Term) -> bool:
        return term[0] in FIELDS and self._segment.terms(term[0]).find(term[1]) is not None

    def indexed_field_names(self) -> tuple[str, ...]:
        return FIELDS

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[Term]:
        for field in FIELDS[FIELDS.index(fieldname) :]:
            terms = self._segment.terms(field)
            first = terms.place(prefix) if field == fieldname else 0
            for at in range(first, len(terms)):
                yield field, terms.key(at)

    def terms(self) -> Iterator[Term]:
        return self.terms_from(FIELDS[0], b"")

    def items_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[Term, Any]]:
        return (((field, key), self.term_info(field, key)) for field, key in self.terms_from(fieldname, prefix))

    def items(self) -> Iterator[tuple[Term, Any]]:
        return self.items_from(FIELDS[0], b"")

    def term_info(self, fieldname: str, text: bytes) -> Any:
        docs, weights = self._found(fieldname, text)
        return W3TermInfo(float(weights.sum(dtype=np.float64)), len(docs), 1, 255, float(weights.max()), int(docs[0]), int(docs[-1]))

    def frequency(self, fieldname: str, text: bytes) -> float:
        weights = _weights(fieldname, self._segment.terms(fieldname).postings(text)[1])
        return float(weights.sum(dtype=np.float64))

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        return len(self._segment.terms(fieldname).postings(text)[0])

    def _found(self, fieldname: str, text: bytes) -> tuple[Any, Any]:
        terms = self._segment.terms(fieldname)
        at = terms.find(text)
        if at is None:
            raise TermNotFound(f"No term {fieldname}:{text!r}")
        docs, weights = terms.postings_at(at)
        return docs, _weights(fieldname, weights)

    def matcher(self, fieldname: str, text: bytes, format_: Any, scorer: Any = None) -> Any:
        docs, weights = self._found(fieldname, text)
        if not len(docs):
            return NullMatcher()
        info = self.term_info(fieldname, text)
        return ListMatcher(
            docs.tolist(), weights.astype(float).tolist(), None, format_, scorer=scorer, term=(fieldname, text), terminfo=info
        )

    def cursor(self, fieldname: str, fieldobj: Any) -> ArraysCursor:
        return ArraysCursor(self, self._segment.terms(fieldname), fieldname, fieldobj)


class ArraysCursor(base.FieldCursor):
    """A place in the terms of one field."""

    def __init__(self, reader: ArraysTermsReader, terms: Terms, fieldname: str, fieldobj: Any) -> None:
        self._reader, self._terms, self._fieldname, self._fieldobj = reader, terms, fieldname, fieldobj
        self._at = 0

    def _key(self) -> bytes | None:
        return self._terms.key(self._at) if self.is_valid() else None

    def text(self) -> Any:
        key = self._key()
        return None if key is None else self._fieldobj.from_bytes(key)

    def first(self) -> Any:
        self._at = 0
        return self.text()

    def find(self, string: Any) -> Any:
        self._at = self._terms.place(string if isinstance(string, bytes) else self._fieldobj.to_bytes(string))
        return self.text()

    def next(self) -> Any:
        self._at += 1
        return self.text()

    def term_info(self) -> Any:
        key = self._key()
        return None if key is None else self._reader.term_info(self._fieldname, key)

    def is_valid(self) -> bool:
        return self._at < len(self._terms)


class ArraysDocumentReader(base.PerDocumentReader):
    """Counts, deletions and lengths; nothing is stored that Whoosh would show."""

    def __init__(self, segment: Segment, whoosh_segment: Any) -> None:
        self._segment, self._whoosh = segment, whoosh_segment

    def doc_count(self) -> int:
        return int(self._whoosh.doc_count())

    def doc_count_all(self) -> int:
        return self._segment.size

    def has_deletions(self) -> bool:
        return bool(self._whoosh.has_deletions())

    def is_deleted(self, docnum: int) -> bool:
        return bool(self._whoosh.is_deleted(docnum))

    def deleted_docs(self) -> Any:
        return self._whoosh.deleted_docs()

    def field_length(self, fieldname: str) -> int:
        return sum(int(column.sum(dtype=np.int64)) for column in self._lengths()) if fieldname == TEXT else self._segment.size

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        return sum(int(column[docnum]) for column in self._lengths()) if fieldname == TEXT else 1

    def _lengths(self) -> list[Array]:
        return [self._segment.arrays[LENGTH + name] for name in TEXTS]

    def min_field_length(self, fieldname: str) -> int:
        return 1

    def max_field_length(self, fieldname: str) -> int:
        return int(length_to_byte(255))

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        return {}
