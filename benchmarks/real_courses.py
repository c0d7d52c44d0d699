"""Documents for search benchmarks: real course records, and any number more made of their titles and descriptions."""

from __future__ import annotations

import gzip
import json
import os
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from search.document import Document, Origin

ROOT = Path(__file__).resolve().parent.parent
FILES = ("courses-en", "courses-zh", "courses-other")


def corpus_folder() -> Path:
    """HUB_CORPUS, or ../shared/corpus beside the repository."""
    return Path(os.environ.get("HUB_CORPUS") or ROOT.parent / "shared" / "corpus")


def real_courses() -> list[Document]:
    """Every record of the corpus as a document. Raises FileNotFoundError without the corpus."""
    return [_document(number, row) for number, row in enumerate(_rows(), 1)]


def _rows() -> Iterator[dict[str, Any]]:
    for name in FILES:
        with gzip.open(corpus_folder() / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)


def _document(number: int, row: dict[str, Any]) -> Document:
    provider, institution = row["provider"] or "", row["institution"] or ""
    facets = {
        "topic": tuple(dict.fromkeys(subject for subject in row["subjects"][:8])),
        "platform": tuple(name for name in ("Amazon", "Shopify", "WeChat", "Google", "Python") if name.lower() in row["title"].lower()),
        "type": (row["type"],) if row["type"] else (),
        "language": (row["language"],) if row["language"] else (),
        "level": (row["level"],) if row["level"] else (),
        "licence": (row["license"] or "unknown",),
        "provider": (provider,) if provider else (),
        "institution": (institution,) if institution else (),
        "free": ("yes" if number % 3 else "no",),
        "certificate": ("yes" if number % 4 else "no",),
        "start": (("now", "soon", "later", "any")[number % 4],),
        "source": tuple(row["source"].split("+")),
    }
    return Document(
        id=number,
        version=1,
        title=row["title"],
        description=row["description"] or "",
        keywords=tuple(row["subjects"]),
        people=tuple(name for name in (provider, institution) if name),
        language=row["language"] or "",
        facets=facets,
        numbers={"updated": number, "starts": number % 1000 - 1},
        origins=(Origin(source=row["source"], identifier=row["id"], title=row["title"]),),
    )


def many_courses(documents: list[Document], size: int) -> list[Document]:
    """The real ones, then as many made-up ones as it takes: half of two titles, the description of a third, facets of a fourth."""
    rng = random.Random(size)
    made = documents[:size]
    while len(made) < size:
        one, other, described, sorted_as = (rng.choice(documents) for _ in range(4))
        title = f"{_half(one.title, front=True)} {_half(other.title, front=False)}"[:200]
        made.append(
            replace(
                sorted_as,
                id=len(made) + 1,
                title=title,
                description=described.description,
                keywords=one.keywords,
                numbers={"updated": rng.randrange(10**6), "starts": rng.randrange(1000) - 1},
            )
        )
    return made


def _half(title: str, *, front: bool) -> str:
    words = title.split(" ")
    if len(words) == 1:  # Chinese
        middle = max(1, len(title) // 2)
        return title[:middle] if front else title[middle:]
    middle = max(1, len(words) // 2)
    return " ".join(words[:middle] if front else words[middle:])
