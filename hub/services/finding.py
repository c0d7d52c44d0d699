"""What a visitor asked -> resources in order, facets with their labels, and one page of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models.resource import Resource
from hub.services import labelling, naming, summarising
from hub.services.asking import ASKED, SHOWN, USE, Ask
from hub.services.faceting import ALL, Group, groups, label
from hub.services.labelling import Vocabulary
from hub.services.summarising import Summary
from search import query, snippets
from search.document import SORTS, Fragment, Hit, Hits
from search.index import Index, IndexFault

PAGE = 20
LAST_PAGE = 500  # nobody reads further; machines use the exports
RELAXED_MOST = 3
WITHOUT_MOST = 8  # filters of which it is counted what they hide; each costs a search


class SearchUnavailable(Exception):
    """The index cannot be read just now (it is being rebuilt, or broken); resource pages still work."""


@dataclass(frozen=True, slots=True)
class Found:
    """One match as the list shows it."""

    resource: Summary
    title: tuple[Fragment, ...]
    snippet: tuple[Fragment, ...]


@dataclass(frozen=True, slots=True)
class Active:
    """A filter in force; `without` is how many there would be without it (None: not counted)."""

    name: str
    value: str
    label: str | None
    without: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The answer to one Ask."""

    total: int
    results: tuple[Found, ...]
    groups: tuple[Group, ...]
    active: tuple[Active, ...]
    pages: int
    suggestion: str | None = None  # did you mean
    read_as: str | None = None  # how the words were read, when not as typed
    relaxed: str | None = None  # nothing matched; the results are for these words


def find(session: Session, index: Index, ask: Ask, *, language: str, today: date, limit: int = PAGE, show: int = 6) -> Page:
    """The page that was asked for. When nothing matches: what each filter hides, and results for fewer of the words.

    Raises SearchUnavailable.
    """
    asked = _query(ask, limit)
    hits = _find(index, asked)
    vocabulary = labelling.vocabulary(session, language)
    active = active_filters(ask, vocabulary)
    relaxed = None
    if not hits.total:
        hiding = [replace(a, without=_total(index, ask.without(a.name, a.value))) for a in active[:WITHOUT_MOST]]
        active = (*hiding, *active[WITHOUT_MOST:])
        relaxed, asked, fewer = relax(index, ask, limit)
    ids = tuple(hit.id for hit in (fewer if relaxed else hits).hits)
    return Page(
        total=hits.total,
        results=results(session, ids, asked),
        groups=groups(hits, ask, vocabulary, today=today, show=show),
        active=active,
        pages=min(-(-hits.total // limit), LAST_PAGE),
        suggestion=hits.suggestion,
        read_as=asked.read_as if not relaxed else None,
        relaxed=relaxed,
    )


def facet(session: Session, index: Index, ask: Ask, name: str, *, language: str, today: date) -> Group | None:
    """One facet with all its values; None when there is no such facet."""
    if name not in SHOWN:
        return None
    hits = _find(index, query.parse(ask.words, filters=ask.narrowed, limit=0, facets=("licence" if name == USE else name,)))
    vocabulary = labelling.vocabulary(session, language)
    found = groups(hits, ask, vocabulary, today=today, show=ALL)
    return next((group for group in found if group.name == name), Group(name, (), 0, 0))


def matches(index: Index, ask: Ask, *, limit: int) -> tuple[Hit, ...]:
    """The best matches alone, without facets."""
    return _find(index, query.parse(ask.words, filters=ask.narrowed, limit=limit, facets=())).hits


def _query(ask: Ask, limit: int) -> query.Query:
    page = min(max(ask.page, 1), LAST_PAGE)
    sort = ask.sort if ask.sort in SORTS else "relevance"
    if sort == "relevance" and not ask.words.strip():
        sort = "newest"
    return query.parse(ask.words, filters=ask.narrowed, sort=sort, offset=(page - 1) * limit, limit=limit, facets=ASKED)


def _find(index: Index, asked: query.Query) -> Hits:
    try:
        return index.find(asked)
    except IndexFault as fault:
        raise SearchUnavailable(str(fault)) from fault


def _total(index: Index, ask: Ask) -> int:
    return _find(index, query.parse(ask.words, filters=ask.narrowed, limit=0, facets=())).total


def relax(index: Index, ask: Ask, limit: int) -> tuple[str | None, query.Query, Hits]:
    """Leave the last word out, then the one before it, until something matches; the words that did, or None."""
    words = ask.words.split()[:12]
    for kept in range(len(words) - 1, max(len(words) - 1 - RELAXED_MOST, 0), -1):
        fewer = " ".join(words[:kept])
        asked = _query(ask.asking(fewer), limit)
        hits = _find(index, asked)
        if hits.total:
            return fewer, asked, hits
    return None, _query(ask, limit), Hits(total=0, hits=())


def results(session: Session, ids: Sequence[int], asked: query.Query) -> tuple[Found, ...]:
    """The matches in order, with the query's words marked in title and text."""
    return tuple(
        Found(summary, snippets.mark(asked, summary.title), snippets.snippet(asked, summary.text, length=snippet_length(summary)))
        for summary in summarising.in_order(session, ids)
    )


def snippet_length(summary: Summary) -> int:
    """Characters of a snippet: a Chinese character says as much as two letters."""
    return 110 if (summary.language or "").startswith(("zh", "ja", "ko")) else 250


def active_filters(ask: Ask, vocabulary: Vocabulary) -> tuple[Active, ...]:
    """The filters in force, in the order of the facets."""
    return tuple(Active(name, value, label(vocabulary, name, value)) for name in SHOWN for value in ask.filters.get(name, ()))


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line of the type-ahead; a title leads straight to its page."""

    text: str
    kind: str  # title | keyword | provider | institution
    address: str | None


def completions(session: Session, index: Index, typed: str, *, limit: int = 8) -> tuple[Suggestion, ...]:
    """What begins like this; nothing while the index cannot be read."""
    try:
        found = index.complete(typed, limit=limit)
    except IndexFault:
        return ()
    ids = [one.id for one in found if one.id is not None]
    pages = {id: f"/resources/{public_id}-{naming.slug(title)}".rstrip("-") for id, public_id, title in addresses(session, ids)}
    return tuple(Suggestion(one.text, one.kind, pages.get(one.id) if one.id is not None else None) for one in found)


def addresses(session: Session, ids: Sequence[int]) -> Sequence[tuple[int, str, str]]:
    """(id, public id, title) of resources."""
    if not ids:
        return ()
    rows = session.execute(select(Resource.id, Resource.public_id, Resource.title).where(Resource.id.in_(ids)))
    return [(id, public_id, title) for id, public_id, title in rows]
