"""Documents for search benchmarks: real course records, and any number more made of their words.

What is made has to be as hard to search as life: a third is Chinese; a text is of one language; facets are chosen one by one, so that
any combination occurs; new names (of people and of universities) keep coming, so that the lexicon grows as the catalogue does; topics
come with their ancestors. The documents of a small size are all in the larger ones too: the same questions can be asked of each.
"""

from __future__ import annotations

import gzip
import json
import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from zlib import crc32

from search.document import Document, Origin

ROOT = Path(__file__).resolve().parent.parent
FILES = ("courses-en", "courses-zh", "courses-other")
CHINESE = 1 / 3  # of all documents
PARENTS, GRANDPARENTS = 60, 12  # topics above the records' own subjects
NEW_INSTITUTION = 24  # one of so many made documents has one that may be new
SYLLABLES = "ba cor den fi gar hol ja kin lu mor nel os pri quin ro sta tel ur vin wes".split()  # noqa: SIM905
FAMILIES, GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "伟芳娜敏静丽强磊军洋勇艳杰娟涛超明霞秀兰平刚桂英华玉文辉建国红春晓东海燕"
LICENCES = ("unknown",) * 6 + ("all-rights-reserved",) * 3 + ("CC BY", "CC BY-SA", "CC BY-NC", "CC BY-NC-SA", "CC BY-NC-ND", "CC0")


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
        "topic": _with_ancestors(row["subjects"][:8]),
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


def _with_ancestors(subjects: Sequence[str]) -> tuple[str, ...]:
    """The corpus has no tree of topics: one is made, the same in each run."""
    parents = [crc32(subject.encode()) % PARENTS for subject in subjects]
    above = [f"group {parent}" for parent in parents] + [f"field {parent % GRANDPARENTS}" for parent in parents]
    return tuple(dict.fromkeys([*subjects, *above]))


def many_courses(documents: Sequence[Document], size: int) -> list[Document]:
    """So many documents, a third of them Chinese: real ones as far as they go, then made ones. Numbered from 1, mixed."""
    chinese = round(size * CHINESE)
    mixed = random.Random(1).sample(documents, len(documents))
    real = {zh: [document for document in mixed if document.language.startswith("zh") == zh] for zh in (True, False)}
    found: list[Document] = []
    for zh, many in ((True, chinese), (False, size - chinese)):
        found += real[zh][:many]
        found += _made(random.Random(2 + zh), real[zh], documents, many - len(real[zh]))
    random.Random(3).shuffle(found)
    return [replace(document, id=number) for number, document in enumerate(found, 1)]


def _made(rng: random.Random, alike: Sequence[Document], anything: Sequence[Document], many: int) -> Iterator[Document]:
    """Titles of two halves, descriptions of two halves, a teacher; each group of facets of another record."""
    described = [document for document in alike if document.description]
    for number in range(many):
        one, other = rng.choice(alike), rng.choice(alike)
        first, second = rng.choice(described), rng.choice(described)
        teacher = _name(rng, number, chinese=one.language.startswith("zh"))
        facets = _facets(rng, one, anything, number)
        yield replace(
            one,
            title=f"{_half(one.title, front=True)} {_half(other.title, front=False)}"[:200],
            description=f"{_half(first.description, front=True)} {_half(second.description, front=False)}" if number % 4 else "",
            people=(teacher, *facets["provider"], *facets["institution"]),
            facets=facets,
            numbers={"updated": rng.randrange(10**6), "starts": rng.randrange(1000) - 1},
        )


def _facets(rng: random.Random, one: Document, anything: Sequence[Document], number: int) -> dict[str, tuple[str, ...]]:
    kind, place, origin = rng.choice(anything).facets, rng.choice(anything).facets, rng.choice(anything).facets
    new = f"University of {_name(rng, number // NEW_INSTITUTION, chinese=False).split()[-1].title()}"
    return {
        **one.facets,  # topic, platform and language go with the words
        "type": kind["type"],
        "level": kind["level"],
        "licence": (rng.choice(LICENCES),),
        "provider": place["provider"],
        "institution": (new,) if not rng.randrange(NEW_INSTITUTION) else place["institution"],
        "free": (rng.choice(("yes", "yes", "no")),),
        "certificate": (rng.choice(("yes", "yes", "yes", "no")),),
        "start": (rng.choice(("now", "soon", "later", "any")),),
        "source": origin["source"],
    }


def _name(rng: random.Random, number: int, *, chinese: bool) -> str:
    """Somebody known already, or as often somebody new."""
    own = random.Random(min(rng.randrange(number + 1), rng.randrange(number + 1)) if rng.random() < 0.5 else number)
    if chinese:
        return own.choice(FAMILIES) + "".join(own.choices(GIVEN, k=2))
    return " ".join("".join(own.choices(SYLLABLES, k=size)) for size in (2, 4))


def _half(text: str, *, front: bool) -> str:
    words = text.split(" ")
    if len(words) == 1:  # Chinese
        middle = max(1, len(text) // 2)
        return text[:middle] if front else text[middle:]
    middle = max(1, len(words) // 2)
    return " ".join(words[:middle] if front else words[middle:])
