"""The nearest rows are those that comparing with every row would find, among what is allowed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from search.meaning.encoder import Encoder
from search.vectors.layout import Array
from search.vectors.reading import Reader
from search.vectors.snapshot import Snapshot
from search.vectors.writing import Writer

SUBJECTS = (
    "digital marketing", "search engines", "live commerce", "supply chains", "warehouses", "pricing", "payment", "consumer behaviour",
    "branding", "web analytics", "data protection",
    "cross-border trade", "customs", "start-ups", "leadership", "accounting", "cooking",
    "astronomy",
    "电子商务", "直播营销", "物流管理", "跨境电商", "新媒体运营", "消费者行为",
    "数据分析", "网络安全", "国际贸易", "品牌管理", "会计学", "古代汉语",
)  # fmt: skip
FORMS = (
    "Introduction to {}", "{} for small shops", "Advanced {}: a case study", "{}基础", "{}案例分析", "History of {}", "{} with Python",
    "Teaching {}", "The law of {}", "{}实战训练营",
)  # fmt: skip
QUERIES = (
    "how do I sell things in a live stream", "直播带货", "shipping goods abroad", "warehouse logistics", "怎样做搜索引擎优化",
    "what do buyers think", "protect customer data", "financial statements", "星星和行星", "brand building", "online payments", "考古",
)  # fmt: skip


def stored(path: Path, vectors: Array, *, batch: int = 500) -> Snapshot:
    """The vectors under the ids 10, 13, 16 … put in batches."""
    writer = Writer(path, name="any", dimension=vectors.shape[1])
    ids = np.arange(len(vectors)) * 3 + 10
    for at in range(0, len(vectors), batch):
        writer.put(ids[at : at + batch], ids[at : at + batch], vectors[at : at + batch])
    return Reader(path, name="any", dimension=vectors.shape[1]).refresh()


def clustered(many: int, dimension: int, seed: int) -> Array:
    """Groups of like vectors that share a direction, as those of a language model do."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((40, dimension)) + rng.standard_normal(dimension) * 3
    made = centres[rng.integers(0, 40, many)] + rng.standard_normal((many, dimension)) * 0.7
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), np.float32)


def recall(snapshot: Snapshot, vectors: Array, queries: Array, k: int) -> float:
    """The mean share of the true first k that are found."""
    shares = []
    for query in queries:
        best = np.argsort(-(vectors @ query), kind="stable")[:k] * 3 + 10
        shares.append(len(np.intersect1d(best, snapshot.nearest(query, k).ids)) / k)
    return float(np.mean(shares))


@pytest.mark.parametrize("dimension", [64, 100, 384])
def test_the_first_fifty_of_clustered_vectors(tmp_path: Path, dimension: int) -> None:
    vectors = clustered(12_000, dimension, seed=dimension)
    snapshot = stored(tmp_path / "meanings", vectors)
    assert recall(snapshot, vectors, clustered(30, dimension, seed=dimension)[:30], 50) >= 0.95


@pytest.mark.slow
def test_the_first_fifty_of_real_meanings(tmp_path: Path, encoder: Encoder) -> None:
    vectors = encoder.passages([form.format(subject) for subject in SUBJECTS for form in FORMS])
    rng = np.random.default_rng(7)  # so many that they are estimated before they are compared
    more = np.concatenate([vectors + rng.standard_normal(vectors.shape) * 0.02 for _ in range(4)])
    many = np.concatenate([vectors, np.asarray(more / np.linalg.norm(more, axis=1, keepdims=True), np.float32)])
    queries = np.array([encoder.query(text) for text in QUERIES])
    assert recall(stored(tmp_path / "few", vectors, batch=16), vectors, queries, 50) >= 0.95
    assert recall(stored(tmp_path / "many", many, batch=64), many, queries, 50) >= 0.95


def test_filters_act_before_the_first_are_taken(tmp_path: Path) -> None:
    vectors = clustered(9000, 64, seed=1)
    snapshot = stored(tmp_path / "meanings", vectors)
    query, documents = vectors[5], np.arange(9000) * 3 + 10
    for step in (2, 50, 3000):  # many, few and very few are allowed
        allowed = documents[::-step]
        near = snapshot.nearest(query, 20, rows=snapshot.places(np.append(allowed, [1, 11])))
        truth = (vectors @ query)[(allowed - 10) // 3]
        assert set(near.ids.tolist()) <= set(allowed.tolist()) and len(near.ids) == min(20, len(allowed))
        assert near.similarities[0] == pytest.approx(truth.max(), abs=0.02)
    assert len(snapshot.nearest(query, 20, rows=snapshot.places(np.array([1, 2]))).ids) == 0


def test_the_order_is_by_similarity_then_by_id(tmp_path: Path) -> None:
    vectors = clustered(30, 64, seed=3)
    snapshot = stored(tmp_path / "meanings", np.repeat(vectors, 100, axis=0))
    near = snapshot.nearest(vectors[4], 150)
    assert near.ids[:100].tolist() == [id * 3 + 10 for id in range(400, 500)], "the same vectors, in order of id"
    assert (np.diff(near.similarities) <= 0).all()
    assert (snapshot.places(near.ids) == near.rows).all()


def test_numbers_at_the_edge(tmp_path: Path) -> None:
    path = tmp_path / "meanings"
    empty = Reader(path, name="any", dimension=64).refresh()
    assert len(empty) == 0 and len(empty.nearest(np.ones(64), 5).ids) == 0 and empty.places(np.array([3])).tolist() == [-1]
    snapshot = stored(path, np.zeros((3, 64), np.float32))
    assert snapshot.nearest(np.zeros(64), 5).similarities.tolist() == [0, 0, 0]
    assert len(snapshot.nearest(np.ones(64), 0).ids) == 0
    Writer(path, name="any", dimension=64).put(np.array([-(2**63), 2**63 - 1]), np.array([1, 2**64 - 1], np.uint64), np.ones((2, 64)))
    assert Reader(path, name="any", dimension=64).refresh().known()[1].tolist() == [1, 10, 13, 16, 2**64 - 1]
