"""What our search is compared with: SQLite FTS5 with the same facets by GROUP BY, and a bare Whoosh writer."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from whoosh import fields, formats, index
from whoosh.analysis import Token

from search.analysis import WHOLE, asked, stem
from search.document import FACETS, Document
from search.query import Both, Node, Not, Phrase, Word
from search.tuning import USUAL
from search.whoosh_index import occurrences
from search.whoosh_index.inverting import Weighed, weigh

USUAL_WEIGHTS = occurrences.weights(USUAL)

SINGLE = ("type", "language", "level", "licence", "provider", "institution", "free", "certificate", "start")
MULTIPLE = tuple(name for name in FACETS if name not in SINGLE)  # in side tables


class Fts5:
    """The same text in one FTS5 table, already analysed by us (words, stems and bigrams as terms), facets in columns and side tables."""

    def __init__(self, path: Path) -> None:
        there = path.exists()
        self._database = sqlite3.connect(path)
        self._database.execute("PRAGMA journal_mode=OFF")
        self._database.execute("PRAGMA synchronous=OFF")
        if there:
            return
        self._database.execute("CREATE VIRTUAL TABLE words USING fts5(title, body, content='', tokenize=\"unicode61 remove_diacritics 0\")")
        self._database.execute(f"CREATE TABLE document (id INTEGER PRIMARY KEY, {', '.join(SINGLE)})")
        for name in MULTIPLE:
            self._database.execute(f"CREATE TABLE {name} (id INTEGER, value TEXT)")

    def add(self, document: Document, weighed: Weighed) -> None:
        """One document, and its terms."""
        self._database.execute(
            "INSERT INTO words (rowid, title, body) VALUES (?, ?, ?)",
            (document.id, " ".join(map(plain, weights(weighed.titled))), " ".join(map(plain, weights(weighed.codes)))),
        )
        values = [next(iter(document.facets.get(name, ())), None) for name in SINGLE]
        self._database.execute(f"INSERT INTO document VALUES (?, {', '.join('?' * len(SINGLE))})", (document.id, *values))
        for name in MULTIPLE:
            rows = [(document.id, value) for value in document.facets.get(name, ())]
            self._database.executemany(f"INSERT INTO {name} VALUES (?, ?)", rows)

    def finish(self) -> None:
        """After the last document: index the side tables."""
        for name in MULTIPLE:
            self._database.execute(f"CREATE INDEX {name}_id ON {name} (id)")
        self._database.commit()

    def find(self, root: Node) -> tuple[int, list[int]]:
        """Total and twenty ids by bm25 with weights, and every facet counted over all matches."""
        match = expression(root)
        self._database.execute("DROP TABLE IF EXISTS temp.hit")
        self._database.execute(
            "CREATE TEMP TABLE hit AS SELECT rowid AS id, bm25(words, 5.0, 1.0) AS score FROM words WHERE words MATCH ?", (match,)
        )
        for name in SINGLE:
            self._database.execute(f"SELECT {name}, count(*) FROM hit JOIN document USING (id) GROUP BY 1").fetchall()
        for name in MULTIPLE:
            self._database.execute(f"SELECT value, count(*) FROM hit JOIN {name} USING (id) GROUP BY 1").fetchall()
        total = self._database.execute("SELECT count(*) FROM hit").fetchone()[0]
        return total, [row[0] for row in self._database.execute("SELECT id FROM hit ORDER BY score, id LIMIT 20")]

    def forget(self) -> None:
        """A cold page cache of the connection; the system's own stays warm, as it does for the mapped files."""
        self._database.execute("PRAGMA shrink_memory")


def weights(codes: dict[str, int]) -> dict[str, int]:
    """Terms, and what each weighs as the usual tuning has it; without the whole Chinese words, which only we make use of."""
    return {term: int(USUAL_WEIGHTS[code]) for term, code in codes.items() if not term.startswith(WHOLE)}


def plain(term: str) -> str:
    """A term as letters that the tokenizer of FTS5 leaves whole."""
    return "".join(character if character.isalnum() else f"x{ord(character):x}x" for character in term)


def expression(node: Node) -> str:
    """Our tree in FTS5's syntax: words with their relatives, all of them."""
    match node:
        case Both(parts):
            gone = " ".join(f"NOT ({expression(part.part)})" for part in parts if isinstance(part, Not))
            return " AND ".join(f"({expression(part)})" for part in parts if not isinstance(part, Not)) + (f" {gone}" if gone else "")
        case Word(text) | Phrase(text):
            terms = [term for part in asked(text) for term in ((part.joined,) if part.joined else part.terms)]
            return " AND ".join(
                f"({' OR '.join(chr(34) + plain(form) + chr(34) for form in (stem(term), '~' + stem(term)))})" for term in terms
            )
        case _:
            raise ValueError(f"not measured: {node}")


class Given:
    """An analyzer that hands over terms that are already made."""

    def __call__(self, value: list[str], **_: Any) -> Iterable[Token]:
        token = Token()
        for term in value:
            token.text = term
            yield token


def bare_whoosh(folder: Path, documents: list[Document], batch: int) -> None:
    """What Whoosh does for the same terms and facets, out of the box: its own writer, one commit a batch, one process."""
    schema = fields.Schema(id=fields.ID(unique=True, stored=True))
    for name in ("title", "text"):
        field = fields.TEXT(analyzer=Given(), phrase=False)
        field.format = formats.Frequency()
        schema.add(name, field)
    for name in FACETS:
        schema.add(name, fields.KEYWORD(commas=True))
    made = index.create_in(folder, schema)
    for begin in range(0, len(documents), batch):
        writer = made.writer(limitmb=512)
        for document in documents[begin : begin + batch]:
            terms = _repeated(document)
            facets = {name: ",".join(re.sub(",", " ", value) for value in values) for name, values in document.facets.items() if values}
            writer.add_document(id=str(document.id), title=terms[0], text=terms[1], **facets)
        writer.commit()


def _repeated(document: Document) -> tuple[list[str], list[str]]:
    weighed = weigh(document)
    return list(weights(weighed.titled)), list(weights(weighed.codes))
