"""The compiled engine that search is compared with: Tantivy, over the terms that our analysis made, with the same twelve facets.

It is given the leanest arrangement that answers the same: one field without positions, whose term frequencies are our weights (so its
BM25 ranks much as ours does), facets as columns, one segment, one thread. What it cannot hold back, it may use: mapped files, pruning.
"""

from __future__ import annotations

from pathlib import Path

import tantivy

from benchmarks.peers import plain, weights
from search.analysis import asked, stem
from search.document import FACETS, Document
from search.query import Both, Node, Not, Phrase, Word
from search.whoosh_index.inverting import Weighed

HEAP = 500_000_000
VALUES = 65_000  # counted of a facet: all
COUNTED = {name: {"terms": {"field": f"facet_{name}", "size": VALUES}} for name in FACETS}


class Tantivy:
    """An index in a folder."""

    def __init__(self, folder: Path) -> None:
        there = folder.exists()
        folder.mkdir(exist_ok=True)
        builder = tantivy.SchemaBuilder()
        builder.add_integer_field("id", fast=True)
        builder.add_text_field("words", tokenizer_name="whitespace", index_option="freq")
        for name in FACETS:
            builder.add_text_field(f"facet_{name}", fast=True, tokenizer_name="raw", index_option="basic")
        self._schema = builder.build()
        self._index = tantivy.Index(self._schema, path=str(folder))
        self._writer = None if there else self._index.writer(HEAP, 1)
        self._searcher = self._index.searcher()

    def add(self, document: Document, weighed: Weighed) -> None:
        """One document, and its terms as often as they weigh."""
        row = tantivy.Document()
        row.add_integer("id", document.id)
        row.add_text("words", " ".join(f"{plain(term)} " * min(weight, 255) for term, weight in weights(weighed.codes).items()))
        for name, values in document.facets.items():
            for value in values:
                row.add_text(f"facet_{name}", value)
        assert self._writer is not None
        self._writer.add_document(row)

    def finish(self) -> None:
        """After the last document: one segment, if Tantivy's merging agrees."""
        assert self._writer is not None
        self._writer.commit()
        self._writer.wait_merging_threads()
        self._writer = None
        self._index.reload()
        self._searcher = self._index.searcher()

    @property
    def segments(self) -> int:
        """How many it chose to have."""
        return self._searcher.num_segments

    def find(self, root: Node) -> tuple[int, list[int]]:
        """Total and twenty ids by BM25, and every facet counted over all matches."""
        query = self._query(root)
        found = self._searcher.search(query, 20)
        self._searcher.aggregate(query, COUNTED)
        ids = self._searcher.fast_field_values("id", [address for _, address in found.hits])
        return found.count or 0, [int(id) for id in ids if id is not None]

    def best(self, root: Node) -> int:
        """Total and twenty hits alone, without a facet."""
        return self._searcher.search(self._query(root), 20).count or 0

    def counts(self, root: Node) -> dict[str, dict[str, int]]:
        """Facet -> value -> how many matches have it."""
        found = self._searcher.aggregate(self._query(root), COUNTED)
        return {name: {bucket["key"]: bucket["doc_count"] for bucket in found[name]["buckets"]} for name in FACETS}

    def _query(self, node: Node) -> tantivy.Query:
        match node:
            case Both(parts):
                clauses = [
                    (tantivy.Occur.MustNot, self._query(part.part)) if isinstance(part, Not) else (tantivy.Occur.Must, self._query(part))
                    for part in parts
                ]
                return tantivy.Query.boolean_query(clauses)
            case Word(text) | Phrase(text):
                terms = [term for part in asked(text) for term in ((part.joined,) if part.joined else part.terms)]
                return tantivy.Query.boolean_query([(tantivy.Occur.Must, self._relatives(stem(term))) for term in terms])
            case _:
                raise ValueError(f"not measured: {node}")

    def _relatives(self, root: str) -> tantivy.Query:
        """A word by its stem, as we find it; one term alone where nothing is inflected so."""
        known = [term for term in (plain(root), plain("~" + root)) if self._searcher.doc_freq("words", term)] or [plain(root)]
        queries = [tantivy.Query.term_query(self._schema, "words", term, "freq") for term in known]
        return queries[0] if len(queries) == 1 else tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in queries])
