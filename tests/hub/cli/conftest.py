"""The command line as a user has it: processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
Hub = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def command(environment: dict[str, str]) -> Callable[..., list[str]]:
    """The words that start a command."""
    return lambda *words: [sys.executable, "-m", "hub.cli.main", *map(str, words)]


@pytest.fixture
def process_environment(environment: dict[str, str]) -> dict[str, str]:
    """What a process of this hub finds in its environment."""
    return {**{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}, **environment, "PYTHONUNBUFFERED": "1"}


@pytest.fixture
def hub(command: Callable[..., list[str]], process_environment: dict[str, str]) -> Hub:
    """Run a command to its end; `status` is the exit status that it must have."""

    def run(*words: Any, status: int = 0, **more: Any) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(command(*words), env=process_environment, cwd=ROOT, capture_output=True, text=True, timeout=120, **more)
        assert done.returncode == status, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr, done.stderr
        return done

    return run
