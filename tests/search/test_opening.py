"""Addresses of an index."""

from __future__ import annotations

from pathlib import Path

import pytest

from search.document import Document
from search.index import IndexFault
from search.opening import open_index


@pytest.mark.parametrize("form", ["{}", "whoosh:{}", "whoosh://{}"])
def test_a_folder_keeps_what_was_put(tmp_path: Path, form: str) -> None:
    address = form.format(tmp_path / "in dex")
    index = open_index(address)
    index.apply([Document(id=1, version=1, title="kept")], ())
    index.close()
    assert open_index(address).count() == 1
    assert open_index(str(tmp_path / "in dex")).count() == 1


def test_memory_is_each_its_own() -> None:
    one, other = open_index("memory:"), open_index("memory:")
    one.apply([Document(id=1, version=1, title="x")], ())
    assert (one.count(), other.count()) == (1, 0)


@pytest.mark.parametrize("address", ["", "opensearch:http://x", "http://localhost:9200", "whoosh:", "whoosh://"])
def test_other_addresses_are_refused(address: str) -> None:
    with pytest.raises(IndexFault):
        open_index(address)
