"""What might be of use to a person, and why: never what they keep already or do not want, nor by what others keep for themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models.adoption import Adoption
from hub.models.institution import Institution
from hub.models.resource import Resource
from hub.models.shelf import Shelf, ShelfItem
from hub.models.study import Bookmark, Follow
from hub.services import announcing, dismissing, following, labelling, querying, summarising
from hub.services.acting import Viewer, visible
from hub.services.announcing import News
from hub.services.asking import Ask
from hub.services.summarising import Summary
from search.index import Index, IndexFault
from search.query import MAX_VALUES

LIKED = 3  # bookmarks for which similar resources are looked for
EACH = 24  # candidates of a reason
GOOD = 4.0  # stars
FOLLOWED = 100  # of what one follows, the latest: the front page looks at these


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: `kind` is like | topic | rated | adopted | shelved; `name` of the bookmark, topic, institution or shelf."""

    kind: str
    name: str
    name_zh: str | None = None


@dataclass(frozen=True, slots=True)
class Advice:
    """A resource, and why."""

    resource: Summary
    reason: Reason


@dataclass(frozen=True, slots=True)
class Ahead:
    """What the front page says to who is signed in."""

    news: tuple[News, ...]
    advice: tuple[Advice, ...]


Candidates = list[tuple[int, Reason]]


def ahead(session: Session, index: Index, who: Viewer, *, language: str, most: int = 6) -> Ahead | None:
    """News of what one follows, and advice; None for who is not signed in."""
    if who.person_id is None:
        return None
    rows = session.execute(
        select(Follow.subject, Follow.key).where(Follow.person_id == who.person_id).order_by(Follow.id.desc()).limit(FOLLOWED)
    )
    pairs = [(subject, key) for subject, key in rows]
    known = following.subjects(session, who, pairs, language=language)
    news = announcing.news(session, index, who, known.values(), limit=most) if known else ()
    return Ahead(news, advise(session, index, who, language=language, most=most))


def advise(session: Session, index: Index, who: Viewer, *, language: str, most: int) -> tuple[Advice, ...]:
    """At most so many resources, each reason in turn. A fixed number of questions."""
    lines = (alike(session, index, who), of_topics(session, index, who, language), adopted(session, who), shelved(session, who))
    found: dict[int, Reason] = {}
    for id, reason in taken_in_turn(lines):
        found.setdefault(id, reason)
    settled = dismissing.settled(session, who.person_id, found)
    ids = [id for id in found if id not in settled][: 2 * most]
    return tuple(Advice(one, rated(one, found[one.id])) for one in summarising.in_order(session, ids))[:most]


def taken_in_turn(lines: Iterable[Candidates]) -> Candidates:
    """The first of each, then the second of each, and so on."""
    return [one for turn in zip_longest(*lines) for one in turn if one is not None]


def rated(one: Summary, reason: Reason) -> Reason:
    """A resource of a topic that is well reviewed is recommended for that."""
    return Reason("rated", reason.name) if reason.kind == "topic" and one.reviews and (one.score or 0) >= GOOD else reason


def alike(session: Session, index: Index, who: Viewer) -> Candidates:
    """What is like the last bookmarks that were not stopped."""
    kept = session.execute(
        select(Bookmark.resource_id, Resource.title)
        .join(Resource, Resource.id == Bookmark.resource_id)
        .where(Bookmark.person_id == who.person_id, Bookmark.status != "stopped", Resource.hidden_at.is_(None))
        .order_by(Bookmark.updated_at.desc())
        .limit(LIKED)
    ).all()
    try:
        lines = [[(id, Reason("like", title)) for id in index.similar(number, limit=EACH // LIKED)] for number, title in kept]
    except IndexFault:
        return []
    return taken_in_turn(lines)


def of_topics(session: Session, index: Index, who: Viewer, language: str) -> Candidates:
    """The best of the topics that one follows."""
    keys = session.scalars(
        select(Follow.key).where(Follow.person_id == who.person_id, Follow.subject == "topic").order_by(Follow.id.desc()).limit(MAX_VALUES)
    ).all()
    topics = labelling.vocabulary(session, language).topics
    known = tuple(key for key in keys if key in topics.by_notation)
    if not known:
        return []
    try:
        hits = querying.find(index, querying.read(session, Ask(fixed={"topic": known}, sort="rating"), limit=EACH).query).hits
    except querying.SearchUnavailable:
        return []
    ids = [hit.id for hit in hits]
    of = {id: (*topics, *(one.notation for one in tagged)) for id, (topics, tagged) in summarising.topics_of(session, ids).items()}
    made: Candidates = []
    for id in ids:
        fit = next((key for key in known for own in of.get(id, ()) if own == key or own.startswith(f"{key}.")), None)
        if fit is not None:
            made.append((id, Reason("topic", topics.label(fit))))
    return made


def adopted(session: Session, who: Viewer) -> Candidates:
    """What one's institutions use."""
    if not who.institution_ids:
        return []
    rows = session.execute(
        select(Adoption.resource_id, Institution.name, Institution.name_zh)
        .join(Institution, Institution.id == Adoption.institution_id)
        .where(Adoption.institution_id.in_(who.institution_ids), Adoption.hidden_at.is_(None), visible(Adoption, who))
        .order_by(Adoption.created_at.desc())
        .limit(EACH)
    )
    return reasons("adopted", rows)


def shelved(session: Session, who: Viewer) -> Candidates:
    """What stands on the shelves of one's institutions, those that were changed last."""
    if not who.institution_ids:
        return []
    shelves = (
        select(Shelf.id)
        .where(Shelf.institution_id.in_(who.institution_ids), Shelf.visibility != "private", visible(Shelf, who))
        .order_by(Shelf.updated_at.desc())
        .limit(5)
    )
    rows = session.execute(
        select(ShelfItem.resource_id, Shelf.title, Shelf.title)
        .join(Shelf, Shelf.id == ShelfItem.shelf_id)
        .where(Shelf.id.in_(list(session.scalars(shelves))))
        .order_by(ShelfItem.id.desc())
        .limit(EACH)
    )
    return reasons("shelved", rows)


def reasons(kind: str, rows: Any) -> Candidates:
    """Rows of (resource, name, Chinese name)."""
    return [(id, Reason(kind, name, name_zh)) for id, name, name_zh in rows]
