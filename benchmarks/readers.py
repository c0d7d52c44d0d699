"""Processes that only read the index: `python -m benchmarks.readers resident|await FOLDER`. They import `search`, nothing of the hub."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from search.opening import open_index
from search.query import parse

LOOK = 0.01  # seconds


def main() -> None:
    """Answers on standard output, one line of JSON a line of standard input."""
    {"resident": resident, "await": await_words}[sys.argv[1]](Path(sys.argv[2]), sys.stdin)


def resident(folder: Path, questions: IO[str]) -> None:
    """Megabytes after each of the questions: the most of all, and the most that is not mapped files."""
    index = open_index(f"whoosh:{folder}")
    most = {"VmRSS": 0.0, "RssAnon": 0.0}
    index.find(parse(""))
    gc.collect()
    for question in json.loads(questions.readline()):
        index.find(parse(question))
        index.complete(question[:3])
        held = memory()
        most = {name: max(value, held[name]) for name, value in most.items()}
    print(json.dumps(most))


def await_words(folder: Path, lines: IO[str]) -> None:
    """For each line, a word and a number: the moment at which so many documents have the word."""
    index = open_index(f"whoosh:{folder}")
    index.find(parse(""))
    print("ready", flush=True)
    for line in lines:
        word, many = json.loads(line)
        query = parse(word, facets=())
        while index.find(query).total < many:
            time.sleep(LOOK)
        print(time.time(), flush=True)


def memory() -> dict[str, float]:
    """Megabytes of this process."""
    rows = (line.split(":") for line in Path("/proc/self/status").read_text().splitlines())
    return {name: int(value.split()[0]) / 1024 for name, value in rows if name in ("VmRSS", "RssAnon")}


def start(what: str, folder: Path) -> subprocess.Popen[str]:
    """One of them."""
    command = [sys.executable, "-m", "benchmarks.readers", what, str(folder)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)


def resident_megabytes(folder: Path, questions: Sequence[str]) -> dict[str, float]:
    """What a reader of these questions holds at most."""
    with start("resident", folder) as reader:
        answer, _ = reader.communicate(json.dumps(questions) + "\n")
    found: dict[str, float] = json.loads(answer)
    return found


if __name__ == "__main__":
    main()
