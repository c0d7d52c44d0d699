"""What rankings are asked of: the corpus in our index and in its peers, made once in one folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from benchmarks.real_courses import real_courses
from benchmarks.relevance.peers import PlainFts5, PlainWhoosh
from benchmarks.relevance.sentences import Sentences
from search.document import Document
from search.index import Index, IndexFault
from search.meaning.opening import open_encoder
from search.opening import open_index
from search.whoosh_index.writing import BATCH

MEANINGS = 256  # in one go
THREADS = 2


@dataclass(frozen=True)
class Built:
    """Everything is made when it is first asked for. A folder that is kept gives it back in seconds."""

    folder: Path
    fresh: bool = False  # write our index again, although the folder has one

    @cached_property
    def documents(self) -> list[Document]:
        """The corpus."""
        return real_courses()

    @cached_property
    def names(self) -> dict[int, str]:
        """Document.id -> the corpus's own stable id, which the judgements have."""
        return {document.id: document.origins[0].identifier for document in self.documents}

    @cached_property
    def index(self) -> Index:
        """Ours, with the meanings of all documents where something makes them."""
        path = self.folder / "index"
        index = _opened(path, self.documents, fresh=self.fresh)
        while index.learn(limit=MEANINGS):
            pass
        return index

    @cached_property
    def fts5(self) -> PlainFts5:
        """SQLite's."""
        return PlainFts5(self.folder, self.documents)

    @cached_property
    def whoosh(self) -> PlainWhoosh:
        """Whoosh's own."""
        return PlainWhoosh(self.folder, self.documents)

    @cached_property
    def sentences(self) -> Sentences:
        """Vectors alone."""
        return Sentences(self.folder, self.documents)


def _opened(path: Path, documents: Sequence[Document], *, fresh: bool) -> Index:
    """The kept index when it can be opened and is complete; else all documents anew, in place, so that kept meanings stay."""
    index = open_index(str(path), encoder=open_encoder(threads=THREADS))
    try:
        if fresh or index.count() != len(documents):
            raise IndexFault("incomplete")
    except IndexFault:
        if path.exists() and any(path.iterdir()):
            index.rebuild(documents, expected=len(documents))
        else:
            for at in range(0, len(documents), BATCH):
                index.apply(documents[at : at + BATCH], ())
    return index
