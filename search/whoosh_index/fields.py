"""What an index file holds: the fields, their weights, the version of the format."""

from __future__ import annotations

from typing import Any

import numpy as np
from whoosh import fields

from search.document import FACETS

FORMAT = 3  # raise it when files or analysis change: an older index is then refused, and rebuilt from the database
TEXT = "text"  # every word of a document, with how often it stands where
TITLE = "title"  # the words of the title and the alternative titles, for title:
AHEAD = "ahead"  # what may be typed into the type-ahead (beginnings.py)
FACET = "facet_"
LENGTH = "length_"  # columns: how many positions each text has
FIELDS = (TEXT, TITLE, AHEAD, *(FACET + name for name in FACETS))


def weight_kind(field: str) -> np.dtype[Any]:
    """What the field's postings carry: occurrences.py's sixteen bits, or one byte."""
    return np.dtype(np.uint16 if field in (TEXT, TITLE) else np.uint8)


def schema() -> Any:
    """The fields as Whoosh knows them, so that its own reader and searcher can work on the same files."""
    made = fields.Schema()
    for name in FIELDS:
        made.add(name, fields.TEXT(phrase=False, stored=False) if name == TEXT else fields.ID(stored=False))
    return made
