"""A whole index in two processes: whatever happens to the second one, the index is complete; a full disk leaves the old one."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from search.document import Document
from search.query import parse
from search.whoosh_index import assisting, rebuilding
from search.whoosh_index.assisting import Assistant, Job
from search.whoosh_index.engine import WhooshIndex

ROOT = Path(__file__).resolve().parents[3]
MANY = 4 * rebuilding.BATCH + 7


def documents(count: int = MANY) -> Iterator[Document]:
    return (Document(id=id, version=1, title=f"course {id} word{id % 10}") for id in range(1, count + 1))


def children() -> set[int]:
    listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    return {int(word) for word in listed.split()}


def is_complete(index: WhooshIndex, count: int = MANY) -> bool:
    return index.count() == count and index.find(parse("course")).total == count and index.find(parse("word9")).total == count // 10


@pytest.mark.slow
def test_two_processes_make_one_segment(tmp_path: Path) -> None:
    index, seen = WhooshIndex(tmp_path), set()

    def watched() -> Iterator[Document]:
        for document in documents():
            seen.update(children())
            yield document

    before = children()
    assert index.rebuild(watched(), expected=MANY) == MANY
    assert len(seen - before) == 1
    assert not children() - before  # and it has ended
    assert index.condition().segments == 1 and is_complete(index)
    assert {path.suffix for path in tmp_path.glob("index-*/*")} == {".arrays", ".toc"}  # nothing is left of what was handed over


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_second_process_that_dies_or_hangs_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setattr(assisting, "PATIENCE", 1.0)
    before = children()

    def hit() -> Iterator[Document]:
        for document in documents():
            if document.id == 3 * rebuilding.BATCH + 10:  # it has its first chunk
                for child in children() - before:
                    os.kill(child, number)
            yield document

    index = WhooshIndex(tmp_path)
    assert index.rebuild(hit(), expected=MANY) == MANY
    assert is_complete(index) and not children() - before


def test_a_small_catalogue_needs_no_second_process(tmp_path: Path) -> None:
    before, seen = children(), set()

    def watched() -> Iterator[Document]:
        for document in documents(100):
            seen.update(children())
            yield document

    assert WhooshIndex(tmp_path).rebuild(watched(), expected=100) == 100
    assert seen <= before


@pytest.mark.slow
def test_of_several_with_one_id_the_last_counts_also_across_chunks(tmp_path: Path) -> None:
    def doubled() -> Iterator[Document]:
        yield from documents()
        yield Document(id=5, version=2, title="renewed")

    index = WhooshIndex(tmp_path)
    assert index.rebuild(doubled(), expected=MANY) == MANY
    assert [hit.id for hit in index.find(parse("renewed")).hits] == [5]
    assert index.find(parse("course")).total == MANY - 1
    assert index.condition().deleted == 0


def test_a_job_that_cannot_be_done_comes_back(tmp_path: Path) -> None:
    job = Job(str(tmp_path / "segment"), documents=str(tmp_path / "missing"))
    with Assistant() as assistant:
        assert assistant.give(job)
        assert not assistant.give(job)  # one at a time
        assert assistant.undone(wait=True) == job
        assert not assistant.is_free and not assistant.give(job)  # it is not trusted again
    assert assistant.undone(wait=True) is None


def test_a_job_can_be_done_again_when_its_end_was_not_heard_of(tmp_path: Path) -> None:
    spooled = tmp_path / "documents"
    spooled.write_bytes(pickle.dumps(list(documents(3))))
    job = Job(str(tmp_path / "segment"), documents=str(spooled))
    assisting.work(job)  # as by a second process that is killed before it can say so
    assisting.work(job)
    with Assistant() as assistant:
        assert assistant.give(job) and assistant.undone(wait=True) is None
    assert not spooled.exists()


FULL = """
import resource, signal, sys
from search.document import Document
from search.index import IndexFault
from search.opening import open_index
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
index = open_index(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
rows = [Document(id=id, version=1, title=f"new course {id} " + " ".join(f"w{id * at}" for at in range(20))) for id in range(1, 1000)]
for write in (lambda: index.apply(rows, [7]), lambda: index.rebuild(rows, expected=999)):
    try:
        write()
    except IndexFault as fault:
        print(fault)
print(index.count())
"""


@pytest.mark.slow
def test_a_full_disk_leaves_the_index_as_it_was(tmp_path: Path) -> None:
    index = WhooshIndex(tmp_path)
    index.apply(documents(20), ())
    files = sorted(tmp_path.rglob("*"))
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    said = subprocess.run([sys.executable, "-c", FULL, str(tmp_path)], capture_output=True, text=True, env=environ, check=True).stdout
    assert said.count("the disk is full") == 2 and said.splitlines()[-1] == "20"
    assert sorted(tmp_path.rglob("*")) == files  # no leftovers take the room that is missing
    assert index.find(parse("course")).total == 20
    index.apply([Document(id=21, version=1, title="there is room again")], ())
    assert WhooshIndex(tmp_path).count() == 21
