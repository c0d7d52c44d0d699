"""A phrase is found in the same documents whether they are looked at one by one or the whole segment is read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.document import Document
from search.whoosh_index import phrases
from search.whoosh_index.engine import WhooshIndex

WORDS = st.lists(st.sampled_from(["data", "shop", "live", "the"]), min_size=1, max_size=8).map(" ".join)
TEXTS = st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=12)


@given(
    texts=TEXTS,
    phrase=st.lists(st.sampled_from(["data", "shop", "live", "the"]), min_size=1, max_size=4),
    title=st.booleans(),
    seed=st.data(),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_both_ways_agree(
    tmp_path_factory: pytest.TempPathFactory, texts: list[tuple[str, str]], phrase: list[str], title: bool, seed
) -> None:
    root: Path = tmp_path_factory.mktemp("index")
    index = WhooshIndex(root)
    index.apply([Document(id=id, version=1, title=one, description=two) for id, (one, two) in enumerate(texts, 1)], ())
    snapshot = index.snapshot()
    docs = np.array(sorted(seed.draw(st.sets(st.integers(0, len(texts) - 1), min_size=1))), np.int64)
    found = []
    for wide in (0, 10**9):  # never the whole segment, always
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(phrases, "WIDE", wide)
            found.append(phrases.standing(snapshot, docs, tuple(phrase), title=title).tolist())
    assert found[0] == found[1]
    index.close()
