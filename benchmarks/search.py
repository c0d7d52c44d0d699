"""How fast search is, in ratio to peers of the same run: `python -m benchmarks.search [--documents N]...`.

Queries have all twelve facets and twenty hits. "cold" means that nothing of the terms is cached in the process: the cache of
this generation is emptied before each query (the system's cache of the mapped files is warm, as FTS5's is).
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks.peers import Fts5, bare_whoosh
from benchmarks.real_courses import many_courses, real_courses
from search.analysis import STOP_WORDS
from search.document import Document
from search.query import parse
from search.whoosh_index.engine import WhooshIndex
from search.whoosh_index.snapshot import Cache
from search.whoosh_index.writing import BATCH

QUERIES = 300
COMMON = ("data", "management", "introduction", "business", "learn", "管理", "设计", "技术")


def main() -> None:
    """Measure each size in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, action="append", help="how many; may be given again (default: the corpus, and 100,000)")
    parser.add_argument("--resident", metavar="FOLDER", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.resident:
        return resident(Path(asked.resident))
    real = real_courses()
    for size in asked.documents or [len(real), 100_000]:
        measure(many_courses(real, size), real)
    return None


def measure(documents: list[Document], real: list[Document]) -> None:
    """One size: build, search, type-ahead, memory."""
    print(f"\n{len(documents):,} documents")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours, fts5 = WhooshIndex(folder / "index"), Fts5(folder / "fts5.db")
        rate = len(documents) / timed(lambda: [ours.apply(documents[at : at + BATCH], ()) for at in range(0, len(documents), BATCH)])
        sample = documents[:: max(1, len(documents) // 10_000)]
        (folder / "bare").mkdir()
        bare = len(sample) / timed(lambda: bare_whoosh(folder / "bare", sample, BATCH))
        print(f"  build: {rate:,.0f} documents/s; bare Whoosh writer, the same terms ({len(sample):,} documents): {bare:,.0f}/s")
        print(f"    ratio {rate / bare:.2f}")
        fts5.fill(documents)
        ours.find(parse(""))
        for label, queries in asked_for(real).items():
            compare(label, queries, ours, fts5)
        alone(ours, real)
        size = sum(path.stat().st_size for path in (folder / "index").rglob("*") if path.is_file())
        print(f"  index on disk: {size / 2**20:.0f} MB in {len(ours.snapshot().segments)} segments")
        command = [sys.executable, "-m", "benchmarks.search", "--resident", str(folder / "index")]
        print(subprocess.run(command, check=True, capture_output=True, text=True).stdout, end="")


def asked_for(real: list[Document]) -> dict[str, list[str]]:
    """Words of real titles, one to three of a title, so that there is something to find."""
    rng = random.Random(42)
    english = [document.title for document in real if document.language.startswith("en")]
    chinese = [document.title for document in real if document.language.startswith("zh")]
    return {
        "English, 1-3 words": [query for _ in range(QUERIES) if (query := _words(rng, rng.choice(english)))],
        "Chinese, 2-6 characters": [query for _ in range(QUERIES) if (query := _characters(rng, rng.choice(chinese)))],
        "very common words": [word for word in COMMON for _ in range(4)],
    }


def _words(rng: random.Random, title: str) -> str:
    words = [word for word in re.findall(r"[A-Za-z]{2,}", title) if word.lower() not in STOP_WORDS and word not in ("OR", "AND", "NOT")]
    return " ".join(rng.sample(words, min(len(words), rng.randint(1, 3))))


def _characters(rng: random.Random, title: str) -> str:
    runs = re.findall(r"[\u4e00-\u9fff]{2,}", title)
    if not runs:
        return ""
    run = rng.choice(runs)
    size = rng.randint(2, 6)
    start = rng.randint(0, max(0, len(run) - size))
    return str(run[start : start + size])


def compare(label: str, queries: list[str], ours: WhooshIndex, fts5: Fts5) -> None:
    """The same queries in turn, so that a busy machine slows both."""
    asked = [parse(query) for query in queries]
    mine, warm, theirs, differing = [], [], [], 0
    for query in asked:
        cold(ours)
        started = time.perf_counter()
        hits = ours.find(query)
        mine.append(time.perf_counter() - started)
        warm.append(timed(lambda query=query: ours.find(query)))
        fts5.forget()
        started = time.perf_counter()
        total, _ = fts5.find(query.root)
        theirs.append(time.perf_counter() - started)
        differing += total != hits.total
    print(f"  {label} ({len(asked)} queries, all facets, {differing} totals differ)")
    print(f"    ours, cold  {spread(mine)}")
    print(f"    ours, warm  {spread(warm)}")
    print(f"    SQLite FTS5 {spread(theirs)}")
    print(f"    ratio of p95, cold: {percentile(mine, 95) / percentile(theirs, 95):.3f} (target 0.25)")


def alone(ours: WhooshIndex, real: list[Document]) -> None:
    """What FTS5 has no like of."""
    rng = random.Random(1)
    titles = [document.title for document in rng.sample(real, 200)]
    kinds: dict[str, tuple[Callable[[str], object], Iterable[str]]] = {
        "type-ahead": (ours.complete, [title[: rng.randint(1, 8)] for title in titles]),
        "phrase": (lambda typed: ours.find(parse(typed)), [f'"{" ".join(title.split()[:3])}"' for title in titles]),
        "prefix": (lambda typed: ours.find(parse(typed)), [f"{title.split()[0][:4]}*" for title in titles]),
        "misspelt": (lambda typed: ours.find(parse(typed)), [_misspelt(rng, title) for title in titles]),
        "similar": (lambda id: ours.similar(int(id)), [str(rng.choice(real).id) for _ in titles]),
        "everything": (lambda _: ours.find(parse("")), titles[:40]),
        "two filters": (
            lambda typed: ours.find(parse(typed, filters={"free": ("yes",), "language": ("en", "zh")})),
            ["data", "design", ""] * 20,
        ),
    }
    for label, (ask, typed) in kinds.items():
        spent = []
        for text in typed:
            cold(ours)
            spent.append(timed(lambda text=text, ask=ask: ask(text)))
        print(f"  {label:12} {spread(spent)}")


def _misspelt(rng: random.Random, title: str) -> str:
    word = max(title.split(), key=len)
    at = rng.randrange(len(word))
    return word[:at] + word[at + 1 :]


def cold(index: WhooshIndex) -> None:
    """Forget what was read of the terms."""
    index.snapshot().cache = Cache()


def resident(folder: Path) -> None:
    """Memory of a process that reads: after its first page and after a hundred queries."""
    index = WhooshIndex(folder)
    gc.collect()
    before = memory()
    index.find(parse(""))
    first = memory()
    for word in ("data", "marketing", "design", "python", "管理", "数据", "business", "learn*", '"machine learning"', "markting"):
        index.find(parse(word))
        index.complete(word[:3])
    print(f"  resident memory of a reader: {memory():.0f} MB ({before:.0f} before opening, {first:.0f} after the first page)")


def memory() -> float:
    """Megabytes resident now, mapped pages of the index included."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def percentile(seconds: list[float], part: int) -> float:
    """The value below which so many per cent are."""
    return sorted(seconds)[min(len(seconds) - 1, len(seconds) * part // 100)]


def spread(seconds: list[float]) -> str:
    """p50 and p95 in words."""
    return f"p50 {percentile(seconds, 50) * 1000:8.2f} ms   p95 {percentile(seconds, 95) * 1000:8.2f} ms"


if __name__ == "__main__":
    main()
