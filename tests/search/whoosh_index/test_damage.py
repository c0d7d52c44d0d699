"""An index that cannot be read says so, and can be rebuilt."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from search.document import Document
from search.index import IndexFault
from search.query import parse
from search.whoosh_index.engine import WhooshIndex

DOCUMENTS = [Document(id=id, version=1, title=f"title {id}") for id in range(1, 30)]


def segment(root: Path) -> Path:
    return next(root.glob("index-*/*.arrays"))


def toc(root: Path) -> Path:
    return next(root.glob("index-*/*.toc"))


DAMAGE: dict[str, Callable[[Path], object]] = {
    "an empty pointer": lambda root: (root / "current").write_text(""),
    "a pointer of bytes": lambda root: (root / "current").write_bytes(b"\xff\xfe\x00"),
    "a pointer to nowhere": lambda root: (root / "current").write_text('{"format": 2, "folder": "index-gone"}'),
    "a pointer outside": lambda root: (root / "current").write_text('{"format": 2, "folder": "../elsewhere"}'),
    "another format": lambda root: (root / "current").write_text(json.dumps({"format": 99, "folder": segment(root).parent.name})),
    "a cut segment": lambda root: segment(root).write_bytes(segment(root).read_bytes()[:-20]),
    "an empty segment": lambda root: segment(root).write_bytes(b""),
    "a missing segment": lambda root: segment(root).unlink(),
    "an empty table of contents": lambda root: toc(root).write_bytes(b""),
    "a cut table of contents": lambda root: toc(root).write_bytes(toc(root).read_bytes()[:100]),
    "no table of contents": lambda root: toc(root).unlink(),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_said_and_rebuilding_mends_it(tmp_path: Path, damage: str) -> None:
    WhooshIndex(tmp_path).apply(DOCUMENTS, ())
    DAMAGE[damage](tmp_path)
    index = WhooshIndex(tmp_path)
    for ask in (lambda: index.find(parse("title")), index.count, lambda: list(index.entries()), lambda: index.apply(DOCUMENTS[:1], ())):
        with pytest.raises(IndexFault, match=r"index"):
            ask()
    assert index.rebuild(DOCUMENTS, expected=len(DOCUMENTS)) == len(DOCUMENTS)
    assert index.find(parse("title")).total == len(DOCUMENTS)
    assert WhooshIndex(tmp_path).count() == len(DOCUMENTS)


def test_any_changed_byte_of_the_table_of_contents_is_an_index_or_a_fault(tmp_path: Path) -> None:
    WhooshIndex(tmp_path).apply(DOCUMENTS, ())
    whole, rng = toc(tmp_path).read_bytes(), random.Random(5)
    for _ in range(40):
        changed = bytearray(whole)
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
        toc(tmp_path).write_bytes(changed)
        try:
            assert WhooshIndex(tmp_path).count() >= 0
        except IndexFault as fault:
            assert "damaged" in str(fault) or "cannot be read" in str(fault)


def test_a_folder_that_cannot_be_made_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    index = WhooshIndex(tmp_path / "file" / "index")
    with pytest.raises(IndexFault):
        index.apply(DOCUMENTS, ())
