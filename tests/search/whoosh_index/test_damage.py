"""An index that cannot be read says so, and can be rebuilt."""

from __future__ import annotations

import json
import random
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from search.document import Document
from search.index import IndexDamaged, IndexFault
from search.query import parse
from search.whoosh_index.arrays import FOOTER
from search.whoosh_index.engine import WhooshIndex
from search.whoosh_index.fields import FORMAT

DOCUMENTS = [Document(id=id, version=1, title=f"title {id}") for id in range(1, 30)]


def segment(root: Path) -> Path:
    return next(root.glob("index-*/*.arrays"))


def toc(root: Path) -> Path:
    return next(root.glob("index-*/*.toc"))


DAMAGE: dict[str, Callable[[Path], object]] = {
    "an empty pointer": lambda root: (root / "current").write_text(""),
    "a pointer of bytes": lambda root: (root / "current").write_bytes(b"\xff\xfe\x00"),
    "a pointer to nowhere": lambda root: (root / "current").write_text(json.dumps({"format": FORMAT, "folder": "index-gone"})),
    "a pointer outside": lambda root: (root / "current").write_text(json.dumps({"format": FORMAT, "folder": "../elsewhere"})),
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
        with pytest.raises(IndexDamaged, match=r"index"):
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


def test_a_bit_that_has_changed_is_found_wherever_it_is(tmp_path: Path) -> None:
    index = WhooshIndex(tmp_path)
    index.apply(DOCUMENTS, ())
    parts: list[float] = []
    index.verify(on_part=parts.append)
    assert parts == [1.0]
    whole, rng = segment(tmp_path).read_bytes(), random.Random(7)
    offset, length, *_ = FOOTER.unpack(whole[-FOOTER.size :])
    directory = json.loads(whole[offset : offset + length])
    places = [at + rng.randrange(size) for at, size, _, _ in directory.values() if size]  # what lies between two arrays is nobody's
    for place in [*places, offset + rng.randrange(length), len(whole) - rng.randrange(1, FOOTER.size)]:
        changed = bytearray(whole)
        changed[place] ^= 1 << rng.randrange(8)
        segment(tmp_path).write_bytes(changed)
        with pytest.raises(IndexDamaged):
            index.verify()
    segment(tmp_path).write_bytes(whole)
    index.verify()


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_check_finds_every_damage(tmp_path: Path, damage: str) -> None:
    WhooshIndex(tmp_path).apply(DOCUMENTS, ())
    DAMAGE[damage](tmp_path)
    with pytest.raises(IndexDamaged):
        WhooshIndex(tmp_path).verify()


def test_a_lost_pointer_is_damage_and_no_index_at_all_is_none(tmp_path: Path) -> None:
    index = WhooshIndex(tmp_path)
    index.verify()
    index.apply(DOCUMENTS, ())
    (tmp_path / "current").unlink()
    with pytest.raises(IndexDamaged, match="pointer is missing"):
        index.verify()


def test_a_reader_that_has_the_index_open_goes_on_when_files_vanish(tmp_path: Path) -> None:
    WhooshIndex(tmp_path).apply(DOCUMENTS, ())
    reader, writing = WhooshIndex(tmp_path), WhooshIndex(tmp_path)
    assert reader.count() == len(DOCUMENTS)
    segment(tmp_path).unlink()
    assert reader.find(parse("title")).total == len(DOCUMENTS)
    with pytest.raises(IndexDamaged):
        writing.verify()
    writing.rebuild(DOCUMENTS[:-1], expected=len(DOCUMENTS))
    deadline = time.monotonic() + 5
    while reader.count() == len(DOCUMENTS) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert reader.count() == len(DOCUMENTS) - 1


def test_a_condition_says_what_there_is(tmp_path: Path) -> None:
    index = WhooshIndex(tmp_path)
    assert index.condition().documents == 0
    index.apply(DOCUMENTS, ())
    index.apply((), [1, 2])
    told = index.condition()
    assert (told.format, told.documents, told.deleted, told.segments) == (FORMAT, len(DOCUMENTS) - 2, 2, 1)
    assert told.generation == 2 and told.bytes >= segment(tmp_path).stat().st_size


def test_a_folder_that_cannot_be_made_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    index = WhooshIndex(tmp_path / "file" / "index")
    with pytest.raises(IndexFault):
        index.apply(DOCUMENTS, ())


def test_what_readers_meet_is_told_and_looked_after(tmp_path: Path) -> None:
    index = WhooshIndex(tmp_path)
    index.apply([Document(id=id, version=1, title=f"data shop {id}") for id in range(1, 60)], ())
    assert not index.doubted()
    (file,) = tmp_path.rglob("*.arrays")
    whole = file.read_bytes()
    with file.open("r+b") as spoiled:  # in place, as a disk does it
        spoiled.seek(0)
        spoiled.write(b"\xff" * (len(whole) // 2))
    reader = WhooshIndex(tmp_path)
    for ask in (lambda: reader.find(parse("data")), lambda: reader.complete("da"), lambda: reader.similar(3)):
        with suppress(IndexFault):
            ask()
    assert reader.doubted()
    with pytest.raises(IndexDamaged):
        index.verify()
    index.rebuild([Document(id=1, version=1, title="data")], expected=1)
    index.verify()
    assert not index.doubted()
    assert index.find(parse("data")).total == 1


def test_an_index_that_is_gone_is_no_empty_one(tmp_path: Path) -> None:
    index = WhooshIndex(tmp_path / "index")
    index.apply([Document(id=1, version=1, title="data")], ())
    assert index.count() == 1
    shutil.rmtree(tmp_path / "index")
    index._looked = float("-inf")
    with pytest.raises(IndexDamaged):
        index.find(parse("data"))
    index.rebuild([Document(id=1, version=1, title="data")], expected=1)
    assert index.find(parse("data")).total == 1
