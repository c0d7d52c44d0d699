"""The dump: whole or not there, its sums right, the last ones kept."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from hub.exports import dump
from hub.services.describing import Description

from .descriptions import SITE, THEN, full, make

TERMS = [{"scheme": "topic", "notation": "logistics"}]


def made(folder: Path, ones: list[Description], days: int = 0, keep: int = 2) -> dump.Dump:
    return dump.write(folder, ones, TERMS, SITE, THEN + timedelta(days=days), keep=keep)


def test_a_dump_has_all_of_it_with_sums_that_are_right(tmp_path: Path) -> None:
    done = made(tmp_path, [full(), make(title="=1+1")])
    folder = tmp_path / done.name
    for line in (folder / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest == done.files[name]["sha256"]
        assert (folder / name).stat().st_size == done.files[name]["bytes"]
    lines = gzip.decompress((folder / "resources.jsonl.gz").read_bytes()).decode().splitlines()
    assert [json.loads(line)["title"] for line in lines] == [full().title, "=1+1"]
    rows = csv.DictReader(io.StringIO(gzip.decompress((folder / "resources.csv.gz").read_bytes()).decode("utf-8-sig"), newline=""))
    assert [row["title"] for row in rows] == [full().title, "'=1+1"]
    assert json.loads((folder / "manifest.json").read_text())["files"]["topics.jsonl.gz"]["records"] == 1
    assert done.files["resources.csv.gz"]["records"] == 2


def test_the_newest_are_kept(tmp_path: Path) -> None:
    names = [made(tmp_path, [make()], days).name for days in (0, 1, 1, 2)]
    assert len(set(names)) == 4
    assert [one.name for one in dump.whole(tmp_path)] == names[:1:-1]


def test_a_dump_that_breaks_leaves_the_last_one(tmp_path: Path) -> None:
    first = made(tmp_path, [full()])

    def broken() -> Iterator[Description]:
        yield full()
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        dump.write(tmp_path, broken(), TERMS, SITE, THEN + timedelta(days=1), keep=1)
    assert [one.name for one in dump.whole(tmp_path)] == [first.name]
    assert not (tmp_path / dump.UNFINISHED).exists()


def test_two_do_not_dump_at_once(tmp_path: Path) -> None:
    tmp_path.mkdir(exist_ok=True)
    with dump.alone(tmp_path), pytest.raises(dump.AlreadyDumping):
        made(tmp_path, [])
    assert made(tmp_path, []).name


SLOW = """
import sys, time
from datetime import datetime, UTC
from pathlib import Path
from hub.exports import dump
from tests.hub.exports.descriptions import SITE, full
def ones():
    while True:
        time.sleep(0.001)
        yield full()
dump.write(Path(sys.argv[1]), ones(), [], SITE, datetime.now(UTC), keep=1)
"""


def test_a_killed_dump_leaves_the_last_one_and_hinders_none(tmp_path: Path) -> None:
    first = made(tmp_path, [full()])
    root = Path(__file__).parents[3]
    child = subprocess.Popen([sys.executable, "-c", SLOW, str(tmp_path)], env={**os.environ, "PYTHONPATH": str(root)})
    end = time.monotonic() + 30
    while not (tmp_path / dump.UNFINISHED / "resources.jsonl.gz").exists() and time.monotonic() < end:
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert (tmp_path / dump.UNFINISHED).exists()
    assert [one.name for one in dump.whole(tmp_path)] == [first.name]
    second = made(tmp_path, [full()], days=1)
    assert [one.name for one in dump.whole(tmp_path)] == [second.name, first.name]
    assert not (tmp_path / dump.UNFINISHED).exists()


FULL = """
import resource, signal, sys, warnings
from pathlib import Path
from hub.exports import dump
from tests.hub.exports.descriptions import SITE, THEN, full
warnings.simplefilter("error")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, 4_000))
try:
    dump.write(Path(sys.argv[1]), (full() for _ in range(int(sys.argv[2]))), [], SITE, THEN, keep=1)
except OSError as error:
    print(type(error).__name__, error.errno)
"""


@pytest.mark.parametrize("many", ["50000", "300"])  # it is full while resources are written, or when the files are closed
def test_a_full_disk_leaves_no_half_dump_and_no_noise(tmp_path: Path, many: str) -> None:
    first = made(tmp_path, [full()])
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, "-c", FULL, str(tmp_path), many]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["OSError", "27"] and done.stderr == ""
    assert [one.name for one in dump.whole(tmp_path)] == [first.name]
    assert sorted(one.name for one in tmp_path.iterdir()) == [".lock", first.name]
