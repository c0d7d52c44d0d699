"""The command line as a user has it: processes of their own where that matters, else in this one, which is much faster."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from config import from_env
from hub.app import create_core
from hub.db import db

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


Quick = Callable[..., Result]


@contextmanager
def application(environment: dict[str, str]) -> Iterator[Flask]:
    app = create_core({**from_env(environment), "TESTING": True})
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    app.extensions["hub"].index.close()


def runner(app: Flask) -> Quick:
    """Runs a command in this process; `status` is the exit status that it must have."""

    def run(*words: Any, status: int = 0) -> Result:
        done = app.test_cli_runner().invoke(args=list(map(str, words)))
        assert done.exit_code == status, f"{words}: {done.exit_code} {done.exception!r}\n{done.output}"
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done

    return run


@pytest.fixture
def quick_app(environment: dict[str, str]) -> Iterator[Flask]:
    """The application of `quick`; its index is in memory, so that a harvest needs no second process."""
    with application({**environment, "SEARCH_URL": "memory:"}) as app:
        yield app


@pytest.fixture
def quick(quick_app: Flask) -> Quick:
    """Run a command in this process, with an index in memory."""
    return runner(quick_app)


@pytest.fixture
def here(environment: dict[str, str]) -> Iterator[Quick]:
    """Run a command in this process, with the index that other processes of this hub have: anything but a harvest."""
    with application(environment) as app:
        yield runner(app)
