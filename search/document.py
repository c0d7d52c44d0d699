"""The values that cross the border of `search`: documents go in, hits come out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

FACETS = (
    "topic",
    "platform",
    "type",
    "language",
    "level",
    "licence",
    "provider",
    "institution",
    "free",
    "certificate",
    "start",
    "source",
    "score",
    "adopted",
    "tag",
)
NUMBERS = (
    "updated",
    "starts",
    "modified",
    "until",  # these four are epoch seconds, -1 unknown: changed here, begins, content changed, ends
    "rating",  # a thousandth of a star, -1 unknown: what the order by rating goes by
    "adoptions",  # how many use it
)
FOREVER = 2**40  # `until` of what can be taken at any time
SORTS = ("relevance", "newest", "rating", "adopted", "start", "title", "catalogued")  # catalogued: the greatest id first


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """One source record behind a document, so that the index can be compared with the database, identifier by identifier."""

    source: str
    identifier: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One resource as the index sees it. Texts are plain (no markup), bounded by the caller."""

    id: int  # 1 .. 2**31-1
    version: int  # grows with every change of the resource; the check compares it with the database
    title: str
    alternative_titles: tuple[str, ...] = ()
    description: str = ""
    keywords: tuple[str, ...] = ()  # keywords, subjects, topic labels in both languages
    people: tuple[str, ...] = ()  # people, provider, institution
    language: str = ""  # main language, BCP 47; "" when unknown
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # name of FACETS -> values; a topic comes with all its ancestors
    numbers: Mapping[str, int] = field(default_factory=dict)  # name of NUMBERS -> value
    signals: Mapping[str, float] = field(default_factory=dict)  # name of tuning.SIGNALS -> 0 .. 1; the others are unknown
    origins: tuple[Origin, ...] = ()


class Count(NamedTuple):
    """One value of a facet and how many matches have it. A tuple, since a page makes a thousand of them."""

    value: str
    count: int  # type: ignore[assignment]  # nobody misses a tuple's own count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One match: a document's id and its score. The caller has the rest in its database."""

    id: int
    score: float
    related: bool = False  # found by its meaning alone: not counted in `total` or `facets`


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """One page of matches and what is true of all of them."""

    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, tuple[Count, ...]] = field(default_factory=dict)  # most frequent first, then by value; selected values always in
    sizes: Mapping[str, int] = field(default_factory=dict)  # how many values of each facet the matches have, listed or not
    suggestion: str | None = None  # did you mean: the whole query, corrected


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """One line of the type-ahead."""

    text: str
    kind: str  # title | keyword | provider | institution
    id: int | None = None  # of the document, for a title


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the index holds of one document, for checks and dumps."""

    id: int
    version: int
    origins: tuple[Origin, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """How an index does, for those who look after it."""

    format: int
    generation: int  # grows with each commit
    documents: int
    deleted: int  # of the files, not yet merged away
    segments: int
    bytes: int  # on disk, meanings included
    model: str | None  # what makes meanings of texts; None when nothing does
    meanings: int  # documents that have one


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a snippet; `marked` where the query's words stand."""

    text: str
    marked: bool = False
