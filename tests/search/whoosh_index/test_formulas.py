"""Formulas are remembered among threads: while one forgets the oldest, so may another."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from search.document import Document
from search.tuning import Tuning
from search.whoosh_index.engine import WhooshIndex


@pytest.fixture
def impatient() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("impatient")
def test_many_tunings_at_once_fail_nobody(tmp_path: Path) -> None:
    index = WhooshIndex(tmp_path)
    index.apply([Document(id=id, version=1, title="Course") for id in range(1, 4)], ())
    snapshot, failed = index.snapshot(), []

    def ask(number: int) -> None:
        try:
            for turn in range(400):
                snapshot.formula(Tuning(title=1 + (7 * turn + number) % 97 / 10))
        except (KeyError, RuntimeError) as error:
            failed.append(error)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
