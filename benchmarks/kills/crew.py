"""The processes of a hub at work: kept running, and killed."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.hub_process import ROOT, Hub, command, family, words_of
from hub.cli.main import COMMANDS

ALWAYS = ("worker", "web", "harvest", "care")  # one of each is kept running
HARVESTS = (("harvest", "one"), ("harvest", "two"), ("harvest", "list"), ("harvest", "one", "--full"), ("harvest", "two", "--enqueue"))
CARES = (("index", "sync"), ("check", "--repair"), ("index", "rebuild"))
LATER: dict[str, tuple[str, ...]] = {"replay": ("replay",), "match": ("match", "run")}  # where the hub has them


@dataclass
class Crew:
    """Who works, and who was killed how often."""

    hub: Hub
    chance: random.Random
    log: Path
    port: int = 0
    working: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    killed: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)  # exit status of what ended by itself

    def __post_init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def fill(self, roles: tuple[str, ...] = ALWAYS) -> None:
        """Start whoever is missing; remember how those ended that did."""
        for role in roles:
            process = self.working.get(role)
            if process is None or process.poll() is not None:
                if process is not None and process.returncode >= 0:
                    self.ended[f"{role} {process.returncode}"] += 1
                self.working[role] = self.start(*self.words(role))

    def words(self, role: str) -> tuple[str, ...]:
        """What this one does next."""
        if role == "worker":
            return ("worker",)
        if role == "web":
            return ("serve", "--port", str(self.port), "--workers", "1", "--quiet")
        if role == "harvest":
            return self.chance.choice(HARVESTS)
        return self.chance.choice([*CARES, *(words for name, words in LATER.items() if name in COMMANDS)])

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """One command in the background; what it says is appended to the log."""
        with self.log.open("ab") as out:
            return subprocess.Popen(command(*words), env=self.hub.environment, cwd=ROOT, stdout=out, stderr=out)

    def kill(self) -> None:
        """End one process as nobody can prevent: one of those that we started, or a child of theirs."""
        role = self.chance.choice([role for role, process in self.working.items() if process.poll() is None] or ["worker"])
        pids = family(self.working[role].pid)
        pid = self.chance.choice(pids)
        words = words_of(pid)
        name = role if words == str(pid) else " ".join(words.split()[:2])  # one that has ended in this instant has no words
        if role == "web":
            name, pid = ("serve", pid) if pid == pids[0] else ("serve: its process", pid)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            self.killed[name] += 1
        if role == "web" and pid == pids[0]:  # its own would hold the port for a second
            for child in pids[1:]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.working[role].wait(0.05)

    def end(self) -> None:
        """Ask all to end in order, and wait."""
        for process in self.working.values():
            process.terminate()
        until = time.monotonic() + 30
        for process in self.working.values():
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.working.clear()
