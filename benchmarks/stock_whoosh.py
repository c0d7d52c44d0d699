"""Whoosh 2.7.4 as it comes, indexing the hub's documents: what a harvest is held against.

    python -m benchmarks.stock_whoosh DATABASE_ADDRESS [--sample N] [--writer bare|terms|ours]

makes the documents of a hub's catalogue, writes them into a new index in this one process, and prints documents, seconds and CPU as JSON.
Making the documents is not part of the time. The three writers:

bare   `create_in`, one writer with a pool (`limitmb`) so large that nothing is spilled, `add_document`, one commit at the end: the
       arrangement that is fastest for it. Fields are Whoosh's own: TEXT with StemmingAnalyzer for words in Latin letters, NGRAMWORDS of
       one and two characters for Chinese (StemmingAnalyzer takes a whole Chinese sentence for one word), ID, KEYWORD for the facets,
       NUMERIC for the two numbers to sort by. Nothing of the texts is stored, as in our index; phrases can be searched, as in ours.
terms  Whoosh's writer given the ready-made terms of our own analysis, without positions (`peers.bare_whoosh`): its inverting alone.
ours   `search`'s own writer, the engine that the hub uses, in the same batches as the hub.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session
from whoosh import fields
from whoosh.analysis import StemmingAnalyzer
from whoosh.index import create_in

from benchmarks.peers import bare_whoosh
from hub.models.resource import Resource
from hub.services import documenting, indexing
from search.document import FACETS, NUMBERS, Document
from search.whoosh_index.engine import WhooshIndex

HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]+")
POOL = 2_048  # MB
TEXTS = ("title", "alternative", "keywords", "people", "description")


def main() -> None:
    """Measure one writer."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database")
    parser.add_argument("--sample", type=int, default=0, help="so many documents at most")
    parser.add_argument("--writer", choices=("bare", "terms", "ours"), default="bare")
    chosen = parser.parse_args()
    made = documents(chosen.database, chosen.sample)
    with tempfile.TemporaryDirectory() as name:
        began, cpu = time.perf_counter(), time.process_time()
        {"bare": bare, "terms": terms, "ours": ours}[chosen.writer](Path(name), made)
        print(json.dumps({"documents": len(made), "seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu}))


def documents(database: str, most: int) -> list[Document]:
    """The documents of a catalogue, as the hub gives them to its index."""
    with Session(create_engine(database)) as session:
        ids = session.scalars(select(Resource.id).where(documenting.live()).order_by(Resource.id)).all()
        step = max(1, len(ids) // most) if most else 1
        return list(documenting.documents(session, ids[::step][: most or None]))


def schema() -> Any:
    """The hub's fields, with what Whoosh offers for each."""
    made = fields.Schema(id=fields.ID(unique=True, stored=True))
    for name in TEXTS:
        made.add(name, fields.TEXT(analyzer=StemmingAnalyzer()))
        made.add(f"{name}_zh", fields.NGRAMWORDS(minsize=1, maxsize=2))
    for name in FACETS:
        made.add(name, fields.KEYWORD(commas=True))
    for name in NUMBERS:
        made.add(name, fields.NUMERIC(int, bits=64, sortable=True))
    return made


def bare(folder: Path, made: Iterable[Document]) -> None:
    """One writer, one commit."""
    writer = create_in(folder, schema()).writer(limitmb=POOL)
    for document in made:
        writer.add_document(**columns(document))
    writer.commit()


def columns(document: Document) -> dict[str, Any]:
    """A document as Whoosh takes it; empty fields left out."""
    row: dict[str, Any] = {"id": str(document.id)}
    parts = (document.title, *map("\n".join, (document.alternative_titles, document.keywords, document.people)), document.description)
    for name, text in zip(TEXTS, parts, strict=True):
        row[name], row[f"{name}_zh"] = HAN.sub(" ", text), " ".join(HAN.findall(text))
    row |= {name: ",".join(value.replace(",", " ") for value in values) for name, values in document.facets.items()}
    return {name: value for name, value in (row | dict(document.numbers)).items() if value != ""}


def terms(folder: Path, made: list[Document]) -> None:
    """Whoosh's writer, our analysis."""
    bare_whoosh(folder, made, len(made))


def ours(folder: Path, made: list[Document]) -> None:
    """Our engine, in the batches of a harvest."""
    index = WhooshIndex(folder / "index")
    for begin in range(0, len(made), indexing.BATCH):
        index.apply(made[begin : begin + indexing.BATCH], ())
    index.close()


if __name__ == "__main__":
    main()
