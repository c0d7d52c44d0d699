"""What a judge reads: `python -m benchmarks.relevance.pool [--query ID ...] [--unjudged] [--keep FOLDER]`.

For every query the first twenty documents of each ranking (ours with and without meaning and widening; ours, FTS5 and Whoosh with all
and with any of the words; sentence vectors; words and vectors fused), the first ten of the vectors in each language alone, and the first
ten of ours for the query in the other language; in an order that tells nothing of the rankings. One line each: query, document,
language, title | provider | subjects | beginning of the description, then the grade where there is one.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from pathlib import Path

from benchmarks.relevance.built import Built
from benchmarks.relevance.judged import Asked, judgements, queries
from benchmarks.relevance.sentences import available
from benchmarks.relevance.systems import OURS, systems
from search.document import Document
from search.tuning import Tuning

DEPTH = 20
APART = 10  # by vectors in one language alone, by words in the other language
RANKINGS = (
    OURS, "ours, no meaning", "ours, words alone", "ours, words OR-ed", "FTS5 (all)", "FTS5 (any)", "Whoosh (all)", "Whoosh (any)",
    "vectors", "OR-ed + vectors",
)  # fmt: skip
DESCRIBED = 120


def main() -> None:
    """Print the pool."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--query", action="append", help="only this one; may be given again")
    parser.add_argument("--unjudged", action="store_true", help="only what has no grade yet")
    parser.add_argument("--keep", metavar="FOLDER", type=Path, help="keep indexes and vectors there, for the next time")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = chosen.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        show(Built(folder), [asked for asked in queries() if not chosen.query or asked.id in chosen.query], unjudged=chosen.unjudged)


def show(built: Built, chosen: list[Asked], *, unjudged: bool) -> None:
    """Query by query."""
    graded, by_id = judgements(), {document.id: document for document in built.documents}
    for asked in chosen:
        print(f"# {asked.id} {asked.query} [{asked.kind}] {asked.intent}")
        for id in pool(built, asked):
            grade = graded.get(asked.id, {}).get(built.names[id])
            if grade is None or not unjudged:
                print(f"{asked.id}\t{built.names[id]}\t{line(by_id[id])}\t{'' if grade is None else grade}")


def pool(built: Built, asked: Asked) -> list[int]:
    """Ids of documents, in the order of a hash."""
    known = systems(built, Tuning())
    found = {id for name in RANKINGS if name in known for id in known[name](asked.query, DEPTH)}
    found.update(known["ours, words OR-ed"](asked.across, APART))
    if available():
        for chinese in (True, False):
            found.update(built.sentences.find(asked.query, limit=APART, chinese=chinese))
    return sorted(found, key=lambda id: hashlib.sha256(f"{asked.id} {built.names[id]}".encode()).digest())


def line(document: Document) -> str:
    """A document as the judge sees it."""
    described = " ".join(document.description.split())[:DESCRIBED]
    provider = document.people[0] if document.people else ""
    return f"{document.language}\t{document.title} | {provider} | {', '.join(document.keywords[:4])} | {described}"


if __name__ == "__main__":
    main()
