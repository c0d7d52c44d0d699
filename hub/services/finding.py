"""What a visitor asked -> resources in order, facets with their labels, and one page of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models.resource import Resource
from hub.services import labelling, naming, summarising
from hub.services.labelling import Terms, Vocabulary
from hub.services.summarising import Summary
from search import query, snippets
from search.document import SORTS, Count, Fragment, Hit, Hits
from search.index import Index, IndexFault

PAGE = 20
LAST_PAGE = 500  # nobody reads further; machines use the exports
USE = "use"  # a licence asked for as a purpose: a name for a set of licence families
USES = {
    "copy": ("public-domain", "cc-by", "cc-by-sa", "cc-by-nc", "cc-by-nc-sa", "cc-by-nd", "cc-by-nc-nd", "other-open"),
    "adapt": ("public-domain", "cc-by", "cc-by-sa", "cc-by-nc", "cc-by-nc-sa", "other-open"),
    "sell": ("public-domain", "cc-by", "cc-by-sa", "cc-by-nd", "other-open"),
}
NOTHING = "-"  # a licence family that nothing has
SHOWN = ("topic", "type", "language", USE, "level", "platform", "free", "certificate", "start", "provider", "institution", "licence")
ASKED = tuple(name for name in SHOWN if name != USE)
ALL = 10_000  # values of a facet on its own page
RELAXED_MOST = 3


class SearchUnavailable(Exception):
    """The index cannot be read just now (it is being rebuilt, or broken); resource pages still work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a visitor asked. `fixed` filters belong to the page (a topic's, a provider's) and are not offered for removal.

    A chosen value stands for the fixed one of its facet: it is a narrower topic.
    """

    words: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fixed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = "relevance"
    page: int = 1

    @property
    def narrowed(self) -> dict[str, tuple[str, ...]]:
        """All filters together."""
        names = {*self.filters, *self.fixed} - {USE, "licence"}
        narrowed = {name: self.filters.get(name) or self.fixed[name] for name in names}
        licences = self.licences
        return narrowed if licences is None else {**narrowed, "licence": licences or (NOTHING,)}

    @property
    def licences(self) -> tuple[str, ...] | None:
        """The licence families that fit both the purposes and the licences chosen; None when neither is."""
        uses, chosen = self.filters.get(USE, ()), self.filters.get("licence", ())
        if not uses:
            return chosen or None
        fit = dict.fromkeys(family for use in uses for family in USES.get(use, ()))
        return tuple(family for family in fit if not chosen or family in chosen)

    def without(self, name: str, value: str) -> Ask:
        """The same question with one filter fewer."""
        left = {**self.filters, name: tuple(v for v in self.filters.get(name, ()) if v != value)}
        return Ask(words=self.words, filters={n: v for n, v in left.items() if v}, fixed=self.fixed, sort=self.sort)

    def asking(self, words: str) -> Ask:
        """The same filters with other words."""
        return Ask(words=words, filters=self.filters, fixed=self.fixed, sort=self.sort)


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet. `label` is None where the page knows the word for the value."""

    value: str
    label: str | None
    count: int
    selected: bool
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """One facet: its most useful choices, and how many there are in all."""

    name: str
    choices: tuple[Choice, ...]
    size: int
    selected: int


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
        active = tuple(Active(a.name, a.value, a.label, _total(index, ask.without(a.name, a.value))) for a in active)
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
    return 130 if (summary.language or "").startswith(("zh", "ja", "ko")) else 260


# Facets


def groups(hits: Hits, ask: Ask, vocabulary: Vocabulary, *, today: date, show: int) -> tuple[Group, ...]:
    """The facets in the order of the page, empty ones left out."""
    made = []
    for name in SHOWN:
        selected = ask.filters.get(name, ())
        counts = [count for count in counted(hits, ask, name) if count.count or count.value in selected]
        if name == "topic":
            choices = tree(counts, vocabulary.topics, selected, ask.fixed.get(name, ()), show)
            counts = [count for count in counts if is_below(vocabulary.topics, count.value, ask.fixed.get(name, ()))]
        elif name in ask.fixed:
            continue
        else:
            ordered = upcoming(counts, today) if name == "start" else counts
            choices = first([Choice(c.value, label(vocabulary, name, c.value), c.count, c.value in selected) for c in ordered], show)
        if choices:
            made.append(Group(name, choices, len(counts), len(selected)))
    return tuple(made)


def counted(hits: Hits, ask: Ask, name: str) -> Sequence[Count]:
    """The counts of a facet. Purposes and licences are one facet of the index: each is counted under the other's choice."""
    if name == USE:
        counts = {count.value: count.count for count in hits.facets.get("licence", ())}
        chosen = ask.filters.get("licence", ())
        return [Count(use, sum(counts.get(f, 0) for f in families if not chosen or f in chosen)) for use, families in USES.items()]
    found = hits.facets.get(name, ())
    if name == "licence" and ask.filters.get(USE):
        fit = {family for use in ask.filters[USE] for family in USES.get(use, ())}
        return [count for count in found if count.value in fit]
    return found


def label(vocabulary: Vocabulary, facet: str, value: str) -> str | None:
    """The catalogue's own word for a value; None where the page has to know it."""
    if facet == "topic":
        return vocabulary.topics.label(value)
    if facet == "platform":
        return vocabulary.platforms.label(value)
    return value if facet in {"provider", "institution"} else None


def first(choices: Sequence[Choice], show: int) -> tuple[Choice, ...]:
    """The first ones, and every selected one beside them."""
    return (*choices[:show], *(choice for choice in choices[show:] if choice.selected))


def is_below(topics: Terms, notation: str, fixed: Sequence[str]) -> bool:
    """Is this a topic under the page's own one? Every topic is, where the page has none."""
    return not fixed or any(over.notation in fixed for over in topics.above(notation))


def upcoming(counts: Sequence[Count], today: date) -> tuple[Count, ...]:
    """`anytime` first, then the months from this one on; months that are over are history."""
    this_month = today.strftime("%Y-%m")
    later = sorted((c for c in counts if c.value != "anytime" and c.value >= this_month), key=lambda c: c.value)
    return (*(c for c in counts if c.value == "anytime"), *later)


def tree(counts: Sequence[Count], topics: Terms, selected: Sequence[str], fixed: Sequence[str], show: int) -> tuple[Choice, ...]:
    """Main topics, most frequent first; a chosen one shows the topics under it. On a topic's own page: those under it."""
    counted = {count.value: count.count for count in counts}
    opened = {over.notation for value in selected for over in topics.above(value)} | set(selected)

    def under(notation: str | None, depth: int) -> list[Choice]:
        terms = sorted((t for t in topics.below(notation) if t.notation in counted), key=lambda t: -counted[t.notation])
        made: list[Choice] = []
        for place, term in enumerate(terms):
            open_here = term.notation in opened
            if place < show or open_here:
                made.append(Choice(term.notation, term.label, counted[term.notation], term.notation in selected, depth))
                if open_here or show == ALL:
                    made += under(term.notation, depth + 1)
        return made

    return tuple(under(fixed[0] if fixed else None, 0))


def active_filters(ask: Ask, vocabulary: Vocabulary) -> tuple[Active, ...]:
    """The filters in force, in the order of the facets."""
    return tuple(Active(name, value, label(vocabulary, name, value)) for name in SHOWN for value in ask.filters.get(name, ()))


# Type-ahead


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
