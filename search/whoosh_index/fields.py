"""What an index file holds: the fields, their weights, the version of the format."""

from __future__ import annotations

from typing import Any

from whoosh import fields

from search.document import FACETS

FORMAT = 1  # raise it when files or analysis change: an older index is then refused, and rebuilt from the database
TEXT = "text"  # every word of a document, weighted by where it stands
TITLE = "title"  # the words of the title and the alternative titles, for title:
AHEAD = "ahead"  # what may be typed into the type-ahead (beginnings.py)
FACET = "facet_"
TITLE_WEIGHT, ALTERNATIVE_WEIGHT, KEYWORDS_WEIGHT, PEOPLE_WEIGHT, DESCRIPTION_WEIGHT = 5, 4, 3, 2, 1
MAX_WEIGHT = 255  # a posting's weight is one byte
FIELDS = (TEXT, TITLE, AHEAD, *(FACET + name for name in FACETS))


def schema() -> Any:
    """The fields as Whoosh knows them, so that its own reader and searcher can work on the same files."""
    made = fields.Schema()
    for name in FIELDS:
        made.add(name, fields.TEXT(phrase=False, stored=False) if name == TEXT else fields.ID(stored=False))
    return made
