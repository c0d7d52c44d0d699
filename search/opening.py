"""SEARCH_URL -> Index."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path
from urllib.parse import unquote, urlsplit

from search.index import Index, IndexFault
from search.meaning.encoder import Encoder
from search.whoosh_index.engine import WhooshIndex


def open_index(address: str, *, encoder: Encoder | None = None) -> Index:
    """`whoosh:/path/to/folder` or a plain path: an index on disk; `memory:` one that goes with the process.

    With an encoder it ranks by meaning, too. Raises IndexFault.
    """
    scheme, colon, rest = address.partition(":")
    if not address.strip():
        raise IndexFault("The address of the search index is empty: give a folder, whoosh:/path/to/folder or memory:")
    if scheme == "memory" and colon:
        return _temporary(encoder)
    if scheme == "whoosh" and colon:
        path = unquote(urlsplit(address).path) if rest.startswith("//") else rest
    elif colon and len(scheme) > 1 and scheme.isalnum():
        raise IndexFault(f"Unknown kind of search index {scheme!r} in {address!r}: give a folder, whoosh:/path/to/folder or memory:")
    else:
        path = address
    if not path:
        raise IndexFault(f"The address {address!r} names no folder: write whoosh:/path/to/folder")
    return WhooshIndex(Path(path), encoder=encoder)


def _temporary(encoder: Encoder | None) -> WhooshIndex:
    """An index of this process alone, in a temporary folder that goes with it."""
    folder = tempfile.mkdtemp(prefix="search-")
    index = WhooshIndex(Path(folder), encoder=encoder)
    weakref.finalize(index, shutil.rmtree, folder, ignore_errors=True)
    return index
