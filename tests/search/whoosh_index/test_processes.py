"""Real processes: killed in the middle, writing at once, reading while another writes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from search.document import Document
from search.index import IndexFault
from search.opening import open_index
from search.query import parse
from search.whoosh_index.engine import WhooshIndex

ROOT = Path(__file__).resolve().parents[3]
WRITER = """
import sys
from search.document import Document
from search.opening import open_index
index, first, rebuild = open_index(sys.argv[1]), int(sys.argv[2]), len(sys.argv) > 3
def batch(number):
    return [Document(id=number * 10 + at, version=1, title=f"batch{number} word") for at in range(1, 11)]
number = first
while True:
    if rebuild:
        index.rebuild([one for at in range(number + 1) for one in batch(at)], expected=(number + 1) * 10)
    else:
        index.apply(batch(number), [])
    print(number, flush=True)
    number += 1
"""


def writer(folder: Path, first: int, *more: str) -> subprocess.Popen[str]:
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    return subprocess.Popen([sys.executable, "-c", WRITER, str(folder), str(first), *more], stdout=subprocess.PIPE, text=True, env=environ)


@pytest.mark.slow
@pytest.mark.parametrize("mode", [(), ("rebuild",)])
def test_a_killed_writer_leaves_whole_batches(tmp_path: Path, mode: tuple[str, ...]) -> None:
    rng, first = random.Random(11), 0
    for _ in range(4):
        process = writer(tmp_path, first, *mode)
        assert process.stdout is not None
        said = process.stdout.readline()
        time.sleep(rng.uniform(0, 0.15))
        process.send_signal(signal.SIGKILL)
        lines = [said, *process.communicate()[0].splitlines()]
        last = max(int(line) for line in lines if line.strip())
        index = open_index(str(tmp_path))
        ids = [entry.id for entry in index.entries()]
        assert len(ids) in ((last + 1) * 10, (last + 2) * 10)  # what was said to be written is, and no part of a batch
        assert index.find(parse("word")).total == len(ids)
        first = len(ids) // 10
        index.apply([Document(id=1, version=2, title="still writable word")], ())
        assert index.find(parse("writable")).total == 1
        index.apply([Document(id=1, version=1, title="batch0 word")], ())
        index.close()
    index = open_index(str(tmp_path))
    assert index.rebuild((Document(id=id, version=1, title="x") for id in range(1, 4)), expected=3) == 3
    assert len(list(tmp_path.glob("index-*"))) == 1  # leftovers are gone


REBUILDER = """
import sys
from search.document import Document
from search.opening import open_index
index = open_index(sys.argv[1])
print(0, flush=True)
while True:
    index.rebuild((Document(id=id, version=1, title=f"word {id}") for id in range(1, 20_001)), expected=20_000)
"""


@pytest.mark.slow
def test_a_rebuild_in_two_processes_may_be_killed_at_any_instant(tmp_path: Path) -> None:
    rng, environ = random.Random(3), {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    open_index(str(tmp_path)).apply([Document(id=1, version=1, title="word")], ())
    for _ in range(4):
        process = subprocess.Popen([sys.executable, "-c", REBUILDER, str(tmp_path)], stdout=subprocess.PIPE, text=True, env=environ)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(rng.uniform(0.2, 2.5))
        helpers = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        process.send_signal(signal.SIGKILL)
        process.communicate()
        index = open_index(str(tmp_path))
        assert index.count() in (1, 20_000) and index.find(parse("word")).total == index.count()
        index.verify()
        deadline = time.monotonic() + 20
        while any(Path(f"/proc/{helper}").exists() for helper in helpers) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not any(Path(f"/proc/{helper}").exists() for helper in helpers)  # the second process does not outlive the first
    assert index.rebuild([Document(id=1, version=1, title="word")], expected=1) == 1
    assert len(list(tmp_path.glob("index-*"))) == 1


@pytest.mark.slow
def test_a_second_writer_waits_then_says_so(tmp_path: Path) -> None:
    holder = WhooshIndex(tmp_path)
    other = WhooshIndex(tmp_path, lock_wait=0.2)
    with holder.writing(), pytest.raises(IndexFault, match="another writer"):
        other.apply([Document(id=1, version=1, title="x")], ())
    other.apply([Document(id=1, version=1, title="x")], ())
    assert other.count() == 1


def test_another_thread_of_the_same_index_waits_too(tmp_path: Path) -> None:
    index, order = WhooshIndex(tmp_path), []

    def write() -> None:
        index.apply([Document(id=2, version=1, title="x")], ())
        order.append("thread")

    thread = threading.Thread(target=write)
    with index.writing():
        thread.start()
        index.apply([Document(id=1, version=1, title="x")], ())
        order.append("holder")
    thread.join()
    assert order == ["holder", "thread"]
    assert index.count() == 2


@pytest.mark.slow
def test_readers_in_threads_see_whole_commits_while_another_process_writes(tmp_path: Path) -> None:
    process = writer(tmp_path, 0)
    assert process.stdout is not None
    process.stdout.readline()
    index, failures, seen, stop = open_index(str(tmp_path)), [], set(), threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                hits = index.find(parse("word", filters={"type": ()}))
                seen.add(hits.total)
                if hits.total % 10:
                    failures.append(hits.total)
                index.complete("wor")
            except Exception as error:  # a thread must hand it over
                failures.append(error)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    stop.wait(1.8)
    stop.set()
    for thread in threads:
        thread.join()
    process.kill()
    process.communicate()
    assert not failures
    assert len(seen) > 1  # newer generations were picked up


def test_a_reader_follows_a_rebuild_by_another(tmp_path: Path) -> None:
    reader, writing = WhooshIndex(tmp_path), WhooshIndex(tmp_path)
    writing.apply([Document(id=1, version=1, title="old")], ())
    assert reader.count() == 1
    writing.rebuild([Document(id=2, version=1, title="new")], expected=1)
    deadline = time.monotonic() + 5
    while reader.find(parse("new")).total == 0 and time.monotonic() < deadline:
        stale = reader.find(parse("old"))  # the old one answers until the new one is looked for
        assert stale.total in (0, 1)
    assert [entry.id for entry in reader.entries()] == [2]


def test_no_file_stays_open(tmp_path: Path) -> None:
    index = WhooshIndex(tmp_path)
    for id in range(1, 40):
        index.apply([Document(id=id, version=1, title="x")], ())
        index.find(parse("x"))
    assert len(index.snapshot().segments) <= 16
    held = [line for line in Path("/proc/self/maps").read_text().splitlines() if str(tmp_path) in line]
    assert len(held) <= 16
    index.close()
    assert not [line for line in Path("/proc/self/maps").read_text().splitlines() if str(tmp_path) in line]
