"""The file of vectors: whatever is put, dropped, cut short or killed, a reader finds true rows or none."""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.vectors.layout import CHUNK, Array, VectorsFault
from search.vectors.reading import Reader
from search.vectors.writing import Writer

ROOT = Path(__file__).parents[3]
NAME, DIMENSION = "a model 1.0", 10
QUICK = "/dev/shm" if Path("/dev/shm").is_dir() else None  # where syncing costs nothing
Rows = dict[int, int]  # id -> hash; the vector follows from both


def vector(id: int, hash: int) -> Array:
    """Another one for each id and hash."""
    made = np.random.default_rng([id, hash]).standard_normal(DIMENSION).astype(np.float32)
    return np.asarray(made / np.linalg.norm(made), np.float32)


def writer(path: Path) -> Writer:
    return Writer(path, name=NAME, dimension=DIMENSION)


def reader(path: Path) -> Reader:
    return Reader(path, name=NAME, dimension=DIMENSION)


def put(path: Path, rows: Rows) -> None:
    vectors = np.array([vector(*row) for row in rows.items()], np.float32).reshape(len(rows), DIMENSION)
    writer(path).put(np.array(list(rows)), np.array(list(rows.values()), np.uint64), vectors)


def true_rows(read: Reader) -> Rows:
    """What a reader finds; every vector of it is the right one, and the nearest to itself."""
    snapshot = read.refresh()
    ids, hashes = snapshot.known()
    found = dict(zip(ids.tolist(), hashes.tolist(), strict=True))
    for id, hash in found.items():
        kept = snapshot.vector(id)
        assert kept is not None
        assert np.allclose(kept, vector(id, hash), atol=0.01)
    assert set(snapshot.nearest(vector(1, 1), len(found) + 5).ids.tolist()) == set(found)
    return found


ids = st.integers(1, 12)
puts = st.tuples(st.just("put"), st.dictionaries(ids, st.integers(1, 2**64 - 1), max_size=6))
drops = st.tuples(st.just("drop"), st.lists(ids, max_size=4))
steps = st.lists(st.one_of(puts, drops, st.just(("compact", None))), max_size=10)


@given(steps)
@settings(deadline=None, max_examples=30)
def test_any_sequence_of_changes_is_that_of_a_dict(changes: list[tuple[str, Rows | list[int] | None]]) -> None:
    with tempfile.TemporaryDirectory(dir=QUICK) as folder:
        path, kept = Path(folder, "meanings"), Rows()
        early = reader(path)
        for verb, what in changes:
            if isinstance(what, dict):
                put(path, what)
                kept |= what
            elif isinstance(what, list):
                writer(path).drop(np.array(what, np.int64))
                kept = {id: hash for id, hash in kept.items() if id not in what}
            else:
                assert verb == "compact"
                writer(path).compact()
            assert true_rows(early) == kept
        assert true_rows(reader(path)) == kept
        assert dict(zip(*map(Array.tolist, writer(path).known()), strict=True)) == kept


@given(st.data())
@settings(deadline=None, max_examples=30)
def test_a_file_cut_anywhere_has_true_rows_or_none_and_is_mended(data: st.DataObject) -> None:
    rows = {id: id * 7 for id in range(1, 30)}
    with tempfile.TemporaryDirectory(dir=QUICK) as folder:
        path = Path(folder, "meanings")
        put(path, rows)
        whole = path.read_bytes()
        path.write_bytes(whole[: data.draw(st.integers(0, len(whole)))])
        left = true_rows(reader(path))
        assert left.items() <= rows.items()
        mended = dict(zip(*map(Array.tolist, writer(path).known()), strict=True))
        assert left.items() <= mended.items() <= rows.items()
        put(path, {5: 8})
        assert true_rows(reader(path)) == {**mended, 5: 8}


def test_a_cut_in_the_last_chunk_costs_its_lost_rows_only(tmp_path: Path) -> None:
    path = tmp_path / "meanings"
    rows = dict.fromkeys(range(1, CHUNK + 50), 1)
    put(path, rows)
    whole = path.stat().st_size
    with path.open("r+b") as file:
        file.truncate(whole - 8 * (CHUNK - 20))  # hashes are last: twenty of the second chunk remain
    assert len(reader(path).refresh()) == CHUNK
    assert len(writer(path).known()[0]) == CHUNK + 20
    assert len(true_rows(reader(path))) == CHUNK + 20


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("part", range(1, 17))
def test_a_full_disk_is_a_fault_and_the_file_stays_sound(tmp_path: Path, part: int) -> None:
    path = tmp_path / "meanings"
    before, change = dict.fromkeys(range(1, 40), 1), dict.fromkeys(range(20, 60), 2)
    put(path, before)
    with no_file_longer_than(path.stat().st_size * part // 20), pytest.raises(VectorsFault, match="space"):
        put(path, change)
    found = true_rows(reader(path))
    assert found.items() <= before.items() | change.items()
    assert {id: hash for id, hash in found.items() if id < 20} == dict.fromkeys(range(1, 20), 1)
    put(path, change)
    assert true_rows(reader(path)) == {**before, **change}


WRITING = """
import sys
from pathlib import Path
import numpy as np
sys.path.insert(0, {tests!r})
from test_file import put
rounds = 0
while True:
    rounds += 1
    put(Path(sys.argv[1]), {{id: rounds for id in range(rounds % 7 + 1, 200, 3)}})
    print(rounds, flush=True)
"""


def test_a_killed_writer_leaves_true_rows(tmp_path: Path) -> None:
    path = tmp_path / "meanings"
    for rounds in (3, 8, 13):
        with subprocess.Popen(
            [sys.executable, "-c", WRITING.format(tests=str(Path(__file__).parent)), str(path)],
            stdout=subprocess.PIPE, text=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)},
        ) as process:  # fmt: skip
            assert process.stdout
            for _ in range(rounds):
                process.stdout.readline()
            process.kill()
        assert true_rows(reader(path))
        put(path, {1: 99})
        assert true_rows(reader(path))[1] == 99


def test_a_reader_beside_a_writer_sees_each_row_as_it_was_or_is(tmp_path: Path) -> None:
    path, over = tmp_path / "meanings", threading.Event()
    put(path, dict.fromkeys(range(1, 100), 1))

    def write() -> None:
        for hash in range(2, 40):
            put(path, dict.fromkeys(range(1, 100, 2), hash))
            writer(path).drop(np.array([hash * 2]))
        over.set()

    thread = threading.Thread(target=write)
    thread.start()
    read, seen = reader(path), 0
    while not over.is_set() or not seen:
        snapshot = read.refresh()
        known = dict(zip(*map(Array.tolist, snapshot.known()), strict=True))
        near = snapshot.nearest(vector(3, 1), 60)
        for id, similar in zip(near.ids.tolist(), near.similarities.tolist(), strict=True):
            assert similar == pytest.approx(float(vector(id, known[id]) @ vector(3, 1)), abs=0.03)
            seen += 1
    thread.join()
    assert true_rows(read) == {id: 39 if id % 2 else 1 for id in range(1, 100) if id % 2 or id not in range(4, 80)}


def test_rows_that_went_give_their_place(tmp_path: Path) -> None:
    path = tmp_path / "meanings"
    for hash in range(1, 60):
        put(path, dict.fromkeys(range(1, 300), hash))
    assert path.stat().st_size < 2 * (CHUNK + 4096) * 100


def test_a_snapshot_stays_while_the_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "meanings"
    put(path, {1: 1, 2: 2})
    read = reader(path)
    old = read.refresh()
    assert read.refresh() is old
    writer(path).drop(np.array([2]))
    writer(path).compact()
    kept = old.vector(1)
    assert kept is not None and np.allclose(kept, vector(1, 1), atol=0.01)
    assert old.vector(2) is None, "dropped before the file was replaced"
    assert true_rows(read) == {1: 1} and read.refresh() is not old


@pytest.mark.parametrize("other", ["model", "dimension", "format", "header", "nothing", "folder"])
def test_a_file_that_cannot_be_used_has_nothing_and_is_begun_anew(tmp_path: Path, other: str, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "meanings"
    put(path, {1: 1})
    if other == "model":
        path.unlink()
        Writer(path, name="another", dimension=DIMENSION).put(np.array([1]), np.array([1]), np.ones((1, DIMENSION)))
    elif other == "dimension":
        path.unlink()
        Writer(path, name=NAME, dimension=3).put(np.array([1]), np.array([1]), np.ones((1, 3)))
    elif other == "folder":
        path.unlink()
        path.mkdir()
    else:
        at, written = {"format": (7, b"9"), "header": (260, b"\xff\xff"), "nothing": (0, b"\0" * 5000)}[other]
        with path.open("r+b") as file:
            file.seek(at)
            file.write(written)
    read = reader(path)
    assert len(read.refresh()) == 0 and read.refresh().vector(1) is None
    assert len(caplog.messages) == 1, "said once, not at every look"
    if other == "folder":
        with pytest.raises(VectorsFault):
            put(path, {2: 2})
        shutil.rmtree(path)
    put(path, {2: 2})
    assert true_rows(read) == {2: 2}


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    made, one = writer(tmp_path / "meanings"), np.ones((1, DIMENSION))
    for ids_, hashes, vectors in (
        (np.array([1]), np.array([0]), one),
        (np.array([1, 2]), np.array([1]), one),
        (np.array([1]), np.array([1]), np.ones((1, 3))),
        (np.array([1]), np.array([1]), one * np.nan),
    ):
        with pytest.raises(ValueError):
            made.put(ids_, hashes, vectors)
    assert not (tmp_path / "meanings").exists()


def test_the_last_of_two_rows_of_one_id_counts(tmp_path: Path) -> None:
    path = tmp_path / "meanings"
    vectors = np.array([vector(4, 1), vector(4, 2)])
    writer(path).put(np.array([4, 4]), np.array([1, 2]), vectors)
    assert true_rows(reader(path)) == {4: 2}
