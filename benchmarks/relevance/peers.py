"""Rankings to be compared with: SQLite FTS5 and Whoosh as they come, with what each offers for English and Chinese.

Both get the same texts in the same five fields. "all" asks for documents with all the words, "any" for those with any.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from whoosh.index import exists_in, open_dir
from whoosh.qparser import AndGroup, MultifieldParser, OrGroup

from benchmarks.stock_whoosh import HAN, TEXTS, bare
from search.document import Document

WORD = re.compile(r"[^\W_]+")


class PlainFts5:
    """FTS5's bm25 over columns, `porter unicode61` for words. It has no Chinese: pairs of characters are given to it as words."""

    def __init__(self, folder: Path, documents: Sequence[Document]) -> None:
        path = folder / "fts5.db"
        made = path.exists()
        self._database = sqlite3.connect(path)
        if not made:
            self._database.execute(f"CREATE VIRTUAL TABLE course USING fts5({', '.join(TEXTS)}, tokenize='porter unicode61')")
            rows = ((document.id, *map(spelt, texts(document))) for document in documents)
            self._database.executemany(f"INSERT INTO course (rowid, {', '.join(TEXTS)}) VALUES (?, ?, ?, ?, ?, ?)", rows)
            self._database.commit()

    def find(self, typed: str, *, every: bool, limit: int) -> list[int]:
        """Ids, best first, with our fields' weights."""
        words = [f'"{word}"' for word in WORD.findall(spelt(typed))]
        if not words:
            return []
        match = (" AND " if every else " OR ").join(words)
        rows = self._database.execute(
            "SELECT rowid FROM course WHERE course MATCH ? ORDER BY bm25(course, 5.0, 4.0, 3.0, 2.0, 1.0), rowid LIMIT ?", (match, limit)
        )
        return [row[0] for row in rows]


def texts(document: Document) -> tuple[str, ...]:
    """The fields, as stock_whoosh has them."""
    many = (document.alternative_titles, document.keywords, document.people)
    return (document.title, *map("\n".join, many), document.description)


def spelt(text: str) -> str:
    """Chinese as pairs of characters between blanks; a single one stays."""
    return HAN.sub(lambda run: f" {' '.join(map(''.join, pairwise(run[0]))) or run[0]} ", text)


class PlainWhoosh:
    """Whoosh's BM25F as it comes: StemmingAnalyzer for words, NGRAMWORDS of one and two characters for Chinese, MultifieldParser."""

    def __init__(self, folder: Path, documents: Sequence[Document]) -> None:
        path = folder / "whoosh"
        path.mkdir(exist_ok=True)
        if not exists_in(path):
            bare(path, documents)
        index = open_dir(path)
        self._searcher = index.searcher()
        names = [name + ending for name in TEXTS for ending in ("", "_zh")]
        self._parsers = {every: MultifieldParser(names, index.schema, group=AndGroup if every else OrGroup) for every in (True, False)}

    def find(self, typed: str, *, every: bool, limit: int) -> list[int]:
        """Ids, best first."""
        parsed = self._parsers[every].parse(HAN.sub(lambda run: f" {run[0]} ", typed))
        return [int(hit["id"]) for hit in self._searcher.search(parsed, limit=limit)]
