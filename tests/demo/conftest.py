"""`demo` is no installed package: it is run from the project's root."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))


@pytest.fixture(scope="session")
def origin() -> Iterator[str]:
    """The demo server's address while the tests run."""
    from demo.server import running

    with running() as address:
        yield address
