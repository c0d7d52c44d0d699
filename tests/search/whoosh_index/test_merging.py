"""Segments stay few and a merge changes no answer."""

from __future__ import annotations

import random
from pathlib import Path

from search.document import Document
from search.query import parse
from search.whoosh_index.engine import WhooshIndex

WORDS = ["live", "market", "marketing", "e-commerce", "data", "电商", "直播运营", "supply", "chain"]


def made(rng: random.Random, id: int, version: int) -> Document:
    return Document(
        id=id,
        version=version,
        title=" ".join(rng.choices(WORDS, k=3)),
        description=" ".join(rng.choices(WORDS, k=rng.randint(0, 6))),
        keywords=tuple(rng.sample(WORDS, 2)),
        facets={"topic": tuple(rng.sample("abcdef", rng.randint(0, 3))), "type": (rng.choice("xyz"),)},
        numbers={"updated": rng.randint(-1, 50)},
    )


def test_many_commits_answer_as_one(tmp_path: Path) -> None:
    rng = random.Random(1)
    many, kept = WhooshIndex(tmp_path / "many"), {}
    for version in range(60):
        batch = {id: made(rng, id, version) for id in rng.sample(range(1, 150), 12)}
        drops = rng.sample(range(1, 150), 3)
        many.apply(batch.values(), drops)
        for id in drops:
            kept.pop(id, None)
        kept.update(batch)
        assert len(list((tmp_path / "many").glob("index-*/*.arrays"))) <= 16
    one = WhooshIndex(tmp_path / "one")
    one.rebuild(kept.values(), expected=len(kept))
    assert list(many.entries()) == list(one.entries())
    typed = ["", "market", "e-commerce -data", '"supply chain"', "电商 OR live", "直播*", "title:marketing", '"电商 直播"', "topic:a live"]
    for text in typed:
        for sort in ("relevance", "newest", "title"):
            for filters in ({}, {"topic": ("a", "b")}):
                query = parse(text, sort=sort, filters=filters, limit=50)
                found, expected = many.find(query), one.find(query)
                assert [hit.id for hit in found.hits] == [hit.id for hit in expected.hits], (text, sort)
                assert found.facets == expected.facets
    for typed in ("ma", "e", "dian", "zb", "电", "live market", "supply c", "x"):
        assert many.complete(typed) == one.complete(typed), typed
        assert many.complete(typed, limit=50) == one.complete(typed, limit=50), typed
    for text in ("markting", "电伤", "supplychain", "zhiboyunying", "marketing zebra"):
        assert many.find(parse(text)).suggestion == one.find(parse(text)).suggestion, text
    assert [many.similar(id) for id in sorted(kept)[:9]] == [one.similar(id) for id in sorted(kept)[:9]]


def test_deleted_documents_are_written_out_in_time(tmp_path: Path) -> None:
    index = WhooshIndex(tmp_path)
    index.apply([Document(id=id, version=1, title="x") for id in range(1, 101)], ())
    for id in range(1, 100):
        index.apply((), [id])
    snapshot = index.snapshot()
    assert (snapshot.count, index.count()) == (1, 1)
    assert snapshot.size <= 2
