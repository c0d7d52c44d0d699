"""Searches that a person keeps: one of a kind, with a name, an alert and a feed that nobody can guess. The caller commits."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from harvesters.clean.text import scrub
from hub.db import now
from hub.models.study import SavedSearch
from hub.services import noticing, phrasing
from hub.services.querying import SearchUnavailable
from search.index import Index

ALERTS = ("none", "daily", "weekly")
NAME_MOST = 200
QUERY_MOST = 1_000
MOST = 200  # of one person
PAGE = 10  # of which it is counted what is new


class CannotKeep(Exception):
    """The search cannot be kept. `reason`: everything | long | many."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Line:
    """A kept search in the list; `new` is None while the index cannot say."""

    search: SavedSearch
    address: str
    new: int | None
    more: bool  # there are more than are counted


@dataclass(frozen=True, slots=True)
class Page:
    """A part of one's kept searches."""

    lines: tuple[Line, ...]
    total: int
    pages: int


def keep(session: Session, person_id: int, question: str, name: str = "", alert: str = "none") -> tuple[SavedSearch, bool]:
    """Keep a search; True when it was not kept before. What is kept already stays as it is. Raises CannotKeep."""
    asked = phrasing.one_way(question)
    if not asked:
        raise CannotKeep("everything")
    if len(asked) > QUERY_MOST:
        raise CannotKeep("long")
    if (there := of(session, person_id, asked)) is not None:
        return there, False
    if (session.scalar(select(func.count()).where(SavedSearch.person_id == person_id)) or 0) >= MOST:
        raise CannotKeep("many")
    moment = now()
    made = SavedSearch(
        person_id=person_id, name=named(name, asked), query=asked, alert=alert if alert in ALERTS else "none", token=fresh_token(),
        newest_id=noticing.last_id(session), checked_at=moment, created_at=moment,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:  # kept in another window at this moment
        return session.scalars(select(SavedSearch).where(SavedSearch.person_id == person_id, SavedSearch.query == asked)).one(), False
    return made, True


def named(name: str, question: str) -> str:
    """The name that was typed, in one line; without one, the words, or the chosen values."""
    typed = " ".join(scrub(phrasing.UNSEEN.sub(" ", name)).split())
    ask = phrasing.parse(question)
    values = " · ".join(value for chosen in ask.filters.values() for value in chosen)
    return (typed or ask.words or scrub(values) or "*")[:NAME_MOST]


def fresh_token() -> str:
    """What the address of a feed has that nobody guesses."""
    return secrets.token_urlsafe(32)


def of(session: Session, person_id: int, asked: str) -> SavedSearch | None:
    """This person's search with this question, as `phrasing.written` writes it."""
    return session.scalar(select(SavedSearch).where(SavedSearch.person_id == person_id, SavedSearch.query == asked))


def one(session: Session, person_id: int, number: int) -> SavedSearch | None:
    """One's own search; nobody else's is there."""
    return session.scalar(select(SavedSearch).where(SavedSearch.person_id == person_id, SavedSearch.id == number))


def by_token(session: Session, token: str) -> SavedSearch | None:
    """The search whose feed has this address."""
    return session.scalar(select(SavedSearch).where(SavedSearch.token == token[:64]))


def page(session: Session, index: Index, person_id: int, *, number: int = 1) -> Page:
    """One's searches, the latest first, each with what is new since one looked or was told. At most PAGE questions to the index."""
    total = session.scalar(select(func.count()).where(SavedSearch.person_id == person_id)) or 0
    rows = session.scalars(
        select(SavedSearch)
        .where(SavedSearch.person_id == person_id)
        .order_by(SavedSearch.id.desc())
        .offset((number - 1) * PAGE)
        .limit(PAGE)
    ).all()
    return Page(lines(session, index, rows), total, -(-total // PAGE))


def lines(session: Session, index: Index, rows: Sequence[SavedSearch]) -> tuple[Line, ...]:
    """Searches with the number of what is new."""
    glance = noticing.glance(session, index, now())
    made = []
    for row in rows:
        try:
            found: int | None = len(glance.new(row.query, row.newest_id))
        except SearchUnavailable:
            found = None
        made.append(Line(row, phrasing.address(row.query), found, more=found == noticing.MOST))
    return tuple(made)


def look(session: Session, index: Index, search: SavedSearch) -> None:
    """The person looks at it now: what is there is new no longer."""
    glance = noticing.glance(session, index, now())
    try:
        found = glance.new(search.query, search.newest_id)
    except SearchUnavailable:
        return
    search.newest_id = glance.mark(search.newest_id, found)


def change(search: SavedSearch, *, name: str, alert: str, at: datetime) -> None:
    """Another name or alert. An alert that begins counts from now."""
    if alert not in ALERTS:
        raise ValueError(alert)
    search.name = named(name, search.query)
    if search.alert == "none" and alert != "none":
        search.checked_at = at
    search.alert = alert


def renew(search: SavedSearch) -> None:
    """Give the feed another address: the old one leads nowhere from now on."""
    search.token = fresh_token()


def drop(session: Session, person_id: int, number: int) -> SavedSearch | None:
    """Keep it no longer; answers what it was, so that it can be kept again. None when it is not this person's."""
    found = one(session, person_id, number)
    if found is not None:
        session.execute(delete(SavedSearch).where(SavedSearch.id == found.id))
        session.expunge(found)
    return found
