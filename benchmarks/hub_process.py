"""A hub of its own in a temporary folder, run by its real command line, and watched from outside: time, CPU, memory of every process."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "tests" / "servers" / "oai_source.py"
LOOK = 0.05  # seconds between two looks at the memory of a process


@dataclass(frozen=True, slots=True)
class Spent:
    """What a command took, its child processes included."""

    seconds: float
    cpu: float  # seconds of user and system time
    peaks: dict[str, float] = field(default_factory=dict)  # process -> highest resident memory, MB


@dataclass(frozen=True, slots=True)
class Hub:
    """One HUB_DATA."""

    folder: Path
    database: str = ""  # an address; empty is SQLite in the folder

    @property
    def environment(self) -> dict[str, str]:
        """Settings of this hub, whatever the caller's are."""
        own = {
            "HUB_DATA": str(self.folder), "HUB_HARVEST_ALLOW": "127.0.0.1", "HUB_HARVEST_PAUSE": "0",
            "SECRET_KEY": "only-for-benchmarks-0123456789", "DATABASE_URL": self.database, "SEARCH_URL": "", "QUEUE_URL": "",
        }  # fmt: skip
        return os.environ | own

    def run(self, *words: str) -> str:
        """One command, to its end; answers what it printed."""
        done = subprocess.run(command(*words), env=self.environment, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
        return done.stdout

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """One command, in the background."""
        return subprocess.Popen(command(*words), env=self.environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def watched(self, *words: str) -> Spent:
        """One command, to its end, watched. Raises CalledProcessError when it fails."""
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        process = subprocess.Popen(command(*words), env=self.environment, cwd=ROOT, stdout=subprocess.DEVNULL)
        with watching(process.pid) as peaks:
            status = process.wait()
            seconds = time.perf_counter() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if status:
            raise subprocess.CalledProcessError(status, words)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Spent(seconds, cpu, peaks)


def command(*words: str) -> list[str]:
    """`hub ...` as this interpreter runs it."""
    return [sys.executable, "-m", "hub.cli.main", *words]


@contextmanager
def watching(pid: int) -> Iterator[dict[str, float]]:
    """Highest resident memory of a process and its descendants, by name, for as long as the block lasts."""
    peaks: dict[str, float] = {}
    over = threading.Event()

    def look() -> None:
        while not over.wait(LOOK):
            for one in family(pid):
                if peak := memory(one, "VmHWM"):
                    peaks[words_of(one)] = max(peak, peaks.get(words_of(one), 0.0))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield peaks
    finally:
        over.set()
        thread.join()


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    found = [pid]
    for one in found:
        try:
            for task in Path(f"/proc/{one}/task").iterdir():
                found.extend(map(int, (task / "children").read_text().split()))
        except OSError:
            continue  # it has ended
    return found


def words_of(pid: int) -> str:
    """Which of our commands it is: its words after the module."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_text("utf-8", "replace").split("\0")
    except OSError:
        return str(pid)
    return " ".join(word for word in words[words.index("hub.cli.main") + 1 :] if word) if "hub.cli.main" in words else str(pid)


def memory(pid: int, what: str) -> float:
    """VmRSS (resident now) or VmHWM (its highest), in MB; 0 when the process has ended."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(f"{what}:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


def cpu(pid: int) -> float:
    """Seconds of CPU that a process and all that descend from it have had."""
    ticks = 0
    for one in family(pid):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def oai_source(records: int, page: int, *faults: str) -> Iterator[str]:
    """A repository with so many records, in a process of its own; gives its address. `faults`: options of its command."""
    words = [sys.executable, str(SOURCE), "--records", str(records), "--page", str(page), *faults]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()
