"""What search by meaning costs: `python -m benchmarks.meaning`.

Texts are made here; the language model must be installed. Larger sizes are the same vectors, each a little off, so that what is near to a
query has many rivals: harder than a real catalogue of that size. Exact means: the product with every vector as the model made it.
Queries are timed in the processor's time of their one thread, so that other work on the machine matters less.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.claims import Claim, conclude, percentile
from search.meaning.encoder import Encoder
from search.meaning.opening import open_encoder
from search.vectors.layout import Array
from search.vectors.reading import Reader
from search.vectors.snapshot import Snapshot
from search.vectors.writing import Writer

THEMES = (
    "digital marketing",
    "live commerce",
    "supply chains",
    "pricing",
    "online payment",
    "web analytics",
    "cross-border trade",
    "accounting",
)
THEMES_ZH = ("电子商务", "直播营销", "物流管理", "跨境电商", "新媒体运营", "消费者行为", "数据分析", "网络安全")
FORMS = ("Introduction to {} and {}", "{} for small shops: {}", "{} meets {}", "{}与{}基础", "{}: {} in practice", "{}和{}案例分析")
SPREAD = 0.02  # a vector and its neighbour have a cosine of about 0.93
LIMITS = {10_000: 5.0, 100_000: 8.0, 300_000: 15.0}  # ms
FIRST = 50


def main() -> int:
    """Measure, and say what holds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(LIMITS), help="how many documents (default: 10000 100000 300000)")
    parser.add_argument("--threads", type=int, default=1, help="of the engine, for passages (default 1, as in the worker)")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    encoder = open_encoder("on", threads=chosen.threads)
    assert encoder
    texts = [form.format(one, other) for form in FORMS for one in THEMES + THEMES_ZH for other in THEMES_ZH + THEMES if one != other]
    encoded, vectors, queries = encoding(encoder, texts)
    sizes = {many: nearest(vectors, queries, many) for many in chosen.sizes}
    if not chosen.json:
        show(encoded, sizes)
    return conclude({"encoding": encoded, "nearest": sizes}, claims(encoded, sizes), as_json=chosen.json)


def encoding(encoder: Encoder, texts: Sequence[str]) -> tuple[dict[str, float], Array, Array]:
    """How fast texts become vectors, and those of the texts and of some of them as queries."""
    before = memory("VmRSS")
    encoder.query("ready")
    began = time.perf_counter()
    vectors = encoder.passages(texts)
    rate = len(texts) / (time.perf_counter() - began)
    queries, seconds = [], []
    for text in texts[::25]:
        began = time.thread_time()
        queries.append(encoder.query(text))
        seconds.append(time.thread_time() - began)
    measured = {"passages/s": rate, "query p50 ms": percentile(seconds, 50) * 1000, "query p95 ms": percentile(seconds, 95) * 1000}
    return {**measured, "memory MB": memory("VmRSS") - before}, vectors, np.array(queries)


def nearest(vectors: Array, queries: Array, many: int) -> dict[str, float]:
    """Put so many vectors into a file, and find the nearest of each query: for all, and among a third of the documents."""
    enlarged = larger(vectors, many)
    with tempfile.TemporaryDirectory(prefix="hub-benchmark-") as folder:
        path = Path(folder, "meanings")
        writer = Writer(path, name="benchmark", dimension=enlarged.shape[1])
        writing = timed(lambda: fill(writer, enlarged))
        reader = Reader(path, name="benchmark", dimension=enlarged.shape[1])
        before = memory("RssAnon")
        opening = timed(reader.refresh)
        snapshot = reader.snapshot
        third = snapshot.places(np.arange(0, many, 3))
        found = [busy(lambda query=query: snapshot.nearest(query, 200)) for query in queries]
        few = [busy(lambda query=query: snapshot.nearest(query, 200, rows=third)) for query in queries]
        return {
            "write s": writing, "open ms": opening * 1000, "file MB": path.stat().st_size / 2**20, "memory MB": memory("RssAnon") - before,
            "p50 ms": percentile(found, 50) * 1000, "p95 ms": percentile(found, 95) * 1000, "a third, p50 ms": percentile(few, 50) * 1000,
            "recall@50": recall(snapshot, enlarged, queries),
        }  # fmt: skip


def larger(vectors: Array, many: int) -> Array:
    """So many vectors: the given ones, then each again and again, a little off."""
    rng = np.random.default_rng(1)
    copies = [vectors]
    while sum(map(len, copies)) < many:
        off = vectors + rng.standard_normal(vectors.shape, np.float32) * np.float32(SPREAD)
        copies.append(off / np.linalg.norm(off, axis=1, keepdims=True))
    return np.concatenate(copies)[:many]


def fill(writer: Writer, vectors: Array) -> None:
    """In batches of 5,000, under the ids from 0."""
    for at in range(0, len(vectors), 5000):
        part = vectors[at : at + 5000]
        writer.put(np.arange(at, at + len(part)), np.arange(at, at + len(part)) + 1, part)


def recall(snapshot: Snapshot, vectors: Array, queries: Array) -> float:
    """The mean share of the exactly first fifty that are found."""
    shares = []
    for query in queries:
        exact = np.argpartition(-(vectors @ query), FIRST)[:FIRST]
        shares.append(len(np.intersect1d(exact, snapshot.nearest(query, FIRST).ids)) / FIRST)
    return float(np.mean(shares))


def timed(work: Callable[[], Any]) -> float:
    """Seconds."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def busy(work: Callable[[], Any]) -> float:
    """Seconds of the processor for this thread."""
    began = time.thread_time()
    work()
    return time.thread_time() - began


def memory(field: str) -> float:
    """MB of this process by Linux's account; nothing elsewhere."""
    status = Path(f"/proc/{os.getpid()}/status")
    lines = status.read_text("ascii").splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(field)), 0.0)


def claims(encoded: dict[str, float], sizes: dict[int, dict[str, float]]) -> list[Claim]:
    """What must hold."""
    made = [Claim(what="a query's vector, p95", measured=encoded["query p95 ms"], unit="ms", at_most=50)]
    for many, measured in sizes.items():
        made.append(Claim(what=f"recall of the first 50 of {many:,}", measured=measured["recall@50"], at_least=0.95))
        if many in LIMITS:
            made.append(Claim(what=f"nearest 200 of {many:,}, p50", measured=measured["p50 ms"], unit="ms", at_most=LIMITS[many]))
    return made


def show(encoded: dict[str, float], sizes: dict[int, dict[str, float]]) -> None:
    """As a person reads it."""
    print("encoding: " + ", ".join(f"{what} {value:.3g}" for what, value in encoded.items()))
    for many, measured in sizes.items():
        print(f"{many:,}: " + ", ".join(f"{what} {value:.3g}" for what, value in measured.items()))


if __name__ == "__main__":
    raise SystemExit(main())
