"""Queries' vectors are made in the background, kept, and never waited for too long."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from search.meaning.asking import Asking
from search.meaning.encoder import Array, Encoder, MeaningFault


class Slow:
    """An encoder that makes a vector each time it is let."""

    name, dimension = "slow", 2

    def __init__(self) -> None:
        self.let = threading.Semaphore(0)
        self.begun = threading.Semaphore(0)
        self.made: list[str] = []

    def passages(self, texts: Sequence[str]) -> Array:
        return np.zeros((len(texts), 2), np.float32)

    def query(self, text: str) -> Array:
        self.begun.release()
        self.let.acquire()
        self.made.append(text)
        if text == "broken":
            raise MeaningFault("it broke")
        if text == "unheard":
            raise RuntimeError("of")
        return np.array([len(text), 1], np.float32)


@pytest.fixture
def slow() -> Iterator[Slow]:
    made = Slow()
    yield made
    made.let.release(1000)


def test_a_late_answer_is_none_and_kept_for_the_next(slow: Slow) -> None:
    asking = Asking(slow)
    asked = asking.ask("  live   commerce ")
    assert asked.wait(0) is None and asked.wait(0.01) is None
    slow.let.release()
    assert asked.wait(20) is not None
    again = asking.ask("live commerce").wait(0)
    assert again is not None and again.tolist() == [13, 1] and slow.made == ["live commerce"]


def test_who_asks_the_same_waits_for_the_same(slow: Slow) -> None:
    asking = Asking(slow)
    first, second = asking.ask("one"), asking.ask("one")
    slow.let.release()
    assert first.wait(20) is not None and second.wait(20) is not None and slow.made == ["one"]


def test_too_many_are_told_at_once(slow: Slow) -> None:
    asking = Asking(slow, waiting=2)
    working = asking.ask("0")
    slow.begun.acquire()
    taken = [asking.ask(str(number)) for number in (1, 2)]
    assert asking.ask("3").wait(20) is None, "which does not wait: nobody lets the encoder go on"
    slow.let.release(3)
    assert all(asked.wait(20) is not None for asked in (working, *taken)) and slow.made == ["0", "1", "2"]


def test_the_longest_unasked_goes(slow: Slow) -> None:
    asking = Asking(slow, kept=2)
    slow.let.release(10)
    for text in ("a", "b", "a", "c", "a", "b"):
        assert asking.ask(text).wait(20) is not None
    assert slow.made == ["a", "b", "c", "b"]


@pytest.mark.parametrize("text", ["broken", "unheard"])
def test_a_fault_is_no_vector_and_the_next_is_made(slow: Slow, text: str) -> None:
    asking = Asking(slow)
    slow.let.release(2)
    assert asking.ask(text).wait(20) is None
    assert asking.ask("whole").wait(20) is not None


def test_nothing_typed_has_no_meaning(slow: Slow) -> None:
    assert Asking(slow).ask(" \0 ").wait(20) is None and slow.made == []


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_has_a_worker_of_its_own(slow: Slow) -> None:
    asking = Asking(slow)
    slow.let.release(10)
    assert asking.ask("parent").wait(20) is not None
    child = os.fork()
    if not child:
        os._exit(0 if asking.ask("child").wait(20) is not None else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_the_real_model_answers(encoder: Encoder) -> None:
    vector = Asking(encoder).ask("直播电商").wait(30)
    assert vector is not None and np.array_equal(vector, encoder.query("直播电商"))
