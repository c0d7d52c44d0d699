"""What a visitor asked -> resources in order, facets with their labels, and one page of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models.resource import Resource
from hub.models.tag import Tag
from hub.services import labelling, naming, prompting, querying, relaxing, summarising
from hub.services.asking import ASKED, SHOWN, USE, Ask
from hub.services.faceting import ALL, Group, groups, label
from hub.services.labelling import Vocabulary
from hub.services.relaxing import Relaxed
from hub.services.summarising import Summary
from hub.services.widening import Added
from search import query, snippets
from search.document import Fragment, Hit
from search.index import Index, IndexFault
from search.tuning import Tuning

PAGE = 20
LISTED = 300  # values of a facet that a page hears of: more than topics, months or licences are; the rest has a page of its own
RELATED_MOST = 6  # shown before the loosened query, when no word matched
FILTERS_COUNTED = 8  # filters of which it is counted what they hide; each costs a search
PATIENT = 5.0  # seconds
LAST_PAGE = querying.LAST_PAGE
SearchUnavailable = querying.SearchUnavailable


@dataclass(frozen=True, slots=True)
class Found:
    """One match as the list shows it."""

    resource: Summary
    title: tuple[Fragment, ...]
    snippet: tuple[Fragment, ...]
    related: bool = False  # in meaning alone: it is not among the matches that are counted


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
    added: tuple[Added, ...] = ()  # other names that were searched too
    left_out: tuple[Added, ...] = ()  # and those that the visitor did not want
    related: tuple[Found, ...] = ()  # nothing matched, but these are near in meaning
    relaxed: Relaxed | None = None  # nothing matched; the results are for this


def find(session: Session, index: Index, ask: Ask, *, language: str, today: date, limit: int = PAGE, show: int = 6) -> Page:
    """The page that was asked for. When nothing matches: what each filter hides, what is near in meaning, and results for a looser query.

    Raises SearchUnavailable.
    """
    tags = wording_of_tags(session, ask)
    widened = querying.read(session, ask, limit=limit, facets=ASKED, values=LISTED, tags=tuple(tags))
    asked, hits = widened.query, querying.find(index, widened.query)
    vocabulary = replace(labelling.vocabulary(session, language), tags=tags)
    active = active_filters(ask, vocabulary)
    shown = results(session, hits.hits, asked)
    related: tuple[Found, ...] = ()
    relaxed = None
    if not hits.total:
        active = counted_without(session, index, ask, active)
        related, shown = shown[:RELATED_MOST], ()
        if instead := relaxing.relax(session, index, ask, limit=limit):
            relaxed, looser, found = instead
            seen = {one.resource.id for one in related}
            shown = results(session, [hit for hit in found.hits if not hit.related and hit.id not in seen], looser.query)
    return Page(
        total=hits.total,
        results=shown,
        groups=groups(hits, ask, vocabulary, today=today, show=show),
        active=active,
        pages=min(-(-hits.total // limit), LAST_PAGE),
        suggestion=hits.suggestion,
        read_as=asked.read_as if not relaxed else None,
        added=widened.added,
        left_out=widened.left_out,
        related=related,
        relaxed=relaxed,
    )


def facet(session: Session, index: Index, ask: Ask, name: str, *, language: str, today: date) -> Group | None:
    """One facet with all its values; None when there is no such facet."""
    if name not in SHOWN:
        return None
    tags = wording_of_tags(session, ask)
    hits = querying.find(index, querying.read(session, ask, facets=("licence" if name == USE else name,), tags=tuple(tags)).query)
    vocabulary = replace(labelling.vocabulary(session, language), tags=tags)
    found = groups(hits, ask, vocabulary, today=today, show=ALL)
    return next((group for group in found if group.name == name), Group(name, (), 0, 0))


def wording_of_tags(session: Session, ask: Ask) -> dict[str, str]:
    """The tags that are offered, those of one's own institution, and those that are chosen: number -> word."""
    chosen = [int(value) for value in ask.narrowed.get("tag", ()) if value.isascii() and value.isdigit() and len(value) < 10]
    if ask.house is None and not chosen:
        return {}
    own = select(Tag.id).where(Tag.institution_id == ask.house, Tag.uses > 0).order_by(Tag.uses.desc(), Tag.id).limit(LISTED)
    wanted = Tag.id.in_(chosen) if ask.house is None else Tag.id.in_(chosen) | Tag.id.in_(own)
    return {str(id): name for id, name in session.execute(select(Tag.id, Tag.name).where(wanted))}


def matches(index: Index, ask: Ask, *, limit: int) -> tuple[Hit, ...]:
    """The best matches of just these words, without facets. Raises SearchUnavailable."""
    return querying.find(index, query.parse(ask.words, filters=ask.narrowed, limit=limit, facets=())).hits


def order(session: Session, index: Index, ask: Ask, *, limit: int, tuning: Tuning | None = None) -> tuple[int, ...]:
    """Ids of the first results as a visitor gets them, by this tuning or the one in force. Raises SearchUnavailable.

    Waits for the meaning of the words: two orders that are compared must not differ because one of them came too early for it.
    """
    asked = replace(querying.read(session, ask, limit=limit, tuning=tuning).query, patience=PATIENT)
    return tuple(hit.id for hit in querying.find(index, asked).hits)


def results(session: Session, hits: Sequence[Hit], asked: query.Query) -> tuple[Found, ...]:
    """The matches in order, with the query's words marked in title and text."""
    related = {hit.id for hit in hits if hit.related}
    return tuple(
        Found(
            summary,
            snippets.mark(asked, summary.title),
            snippets.snippet(asked, summary.text, length=snippet_length(summary)),
            related=summary.id in related,
        )
        for summary in summarising.in_order(session, [hit.id for hit in hits])
    )


def snippet_length(summary: Summary) -> int:
    """Characters of a snippet: a Chinese character says as much as two letters."""
    return 110 if (summary.language or "").startswith(("zh", "ja", "ko")) else 250


def active_filters(ask: Ask, vocabulary: Vocabulary) -> tuple[Active, ...]:
    """The filters in force, in the order of the facets."""
    return tuple(Active(name, value, label(vocabulary, name, value)) for name in SHOWN for value in ask.filters.get(name, ()))


def counted_without(session: Session, index: Index, ask: Ask, active: Sequence[Active]) -> tuple[Active, ...]:
    """The filters in force, with what there would be without each; only the first few are counted."""
    counted = [
        Active(a.name, a.value, a.label, querying.total(session, index, ask.without(a.name, a.value))) for a in active[:FILTERS_COUNTED]
    ]
    return (*counted, *active[FILTERS_COUNTED:])


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line of the type-ahead; a title leads straight to its page, a topic to its own."""

    text: str
    kind: str  # topic | title | keyword | provider | institution
    address: str | None
    note: str = ""  # the other name under which a topic was found


def completions(session: Session, index: Index, typed: str, *, language: str, limit: int = 8) -> tuple[Suggestion, ...]:
    """What begins like this, topics first; topics alone while the index cannot be read."""
    topics = [
        Suggestion(one.label, "topic", f"/topics/{one.notation}", one.note) for one in prompting.topics(session, typed, language=language)
    ]
    try:
        found = index.complete(typed, limit=limit)
    except IndexFault:
        found = ()
    named = {text.casefold() for topic in topics for text in (topic.text, topic.note)}
    found = tuple(one for one in found if one.kind != "keyword" or one.text.casefold() not in named)[: limit - len(topics)]
    ids = [one.id for one in found if one.id is not None]
    pages = {id: f"/resources/{public_id}-{naming.slug(title)}".rstrip("-") for id, public_id, title in addresses(session, ids)}
    return (*topics, *(Suggestion(one.text, one.kind, pages.get(one.id) if one.id is not None else None) for one in found))


def addresses(session: Session, ids: Sequence[int]) -> Sequence[tuple[int, str, str]]:
    """(id, public id, title) of resources."""
    if not ids:
        return ()
    rows = session.execute(select(Resource.id, Resource.public_id, Resource.title).where(Resource.id.in_(ids)))
    return [(id, public_id, title) for id, public_id, title in rows]
