"""Alerts: one mail a day or week to each person, with what is new of their searches and of what they follow.

What was told is marked in the transaction that writes the mail, and only where nobody else has marked it meanwhile: no worker tells it
twice, and none loses it.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select, union, update
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.account import Person
from hub.models.resource import Resource
from hub.models.study import Follow, SavedSearch
from hub.services import acting, announcing, digesting, following, mailing, noticing, phrasing
from hub.services.digesting import Item, Part
from hub.services.documenting import live
from hub.services.noticing import Glance
from hub.services.querying import SearchUnavailable
from search.index import Index

log = logging.getLogger(__name__)
EVERY = {"daily": timedelta(hours=23), "weekly": timedelta(days=7, hours=-1)}  # an hour less: the hourly pass must not drift
BATCH = 200  # people whose turn is looked up at a time
SHOWN = 10  # pieces of news of each search or subject in a mail


@dataclass(frozen=True, slots=True)
class Site:
    """What a mail must know of the site: its address without a final slash, and the secret that signs the way out."""

    address: str
    secret: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a pass did."""

    people: int
    mails: int


def send(session: Session, index: Index, site: Site, *, at: datetime | None = None, leaving: Callable[[], bool] = lambda: False) -> Told:
    """Write the mails that are due. Commits after each person; two passes at a time do no harm."""
    moment, people, mails, after = at or now(), 0, 0, 0
    glance = noticing.glance(session, index, moment)
    pass_over(session, glance, moment)
    while (batch := due_people(session, moment, after)) and not leaving():
        for person_id in batch:
            if leaving():
                break
            try:
                mails += tell(session, glance, site, person_id, moment)
            except SearchUnavailable:
                session.rollback()
                log.warning("alerts: the index cannot be read, the next pass goes on")
                return Told(people, mails)
            people += 1
        session.expunge_all()
        after = batch[-1]
    return Told(people, mails)


def due(model: Any, at: datetime) -> ColumnElement[bool]:
    """The condition that it is time to tell."""
    return or_(*((model.alert == alert) & (model.checked_at <= at - wait) for alert, wait in EVERY.items()))


def pass_over(session: Session, glance: Glance, at: datetime) -> None:
    """Searches for which nothing can have come since the last time are done at once, without looking at each. Commits."""
    quiet = update(SavedSearch).where(due(SavedSearch, at), SavedSearch.newest_id >= glance.last).values(checked_at=at)
    session.execute(quiet, execution_options={"synchronize_session": False})
    session.commit()


def due_people(session: Session, at: datetime, after: int) -> Sequence[int]:
    """The next people to whom something is due, in order."""
    lists = [
        select(model.person_id).where(due(model, at), model.person_id > after).distinct().order_by(model.person_id).limit(BATCH).subquery()
        for model in (SavedSearch, Follow)
    ]
    who = union(*(one.select() for one in lists)).subquery()
    return session.scalars(select(who.c.person_id).order_by(who.c.person_id).limit(BATCH)).all()


def tell(session: Session, glance: Glance, site: Site, person_id: int, at: datetime) -> bool:
    """Write what is due to this person; True when there was something. Commits, or takes all back where somebody else was quicker."""
    person = session.get(Person, person_id)
    if person is None:
        return False
    reachable = person.disabled_at is None and person.confirmed_at is not None
    parts = [*of_searches(session, glance, person, at), *of_follows(session, glance, person, at)]
    for row, mark, _part in parts:
        model = type(row)
        claim = update(model).where(model.id == row.id, model.checked_at == row.checked_at).values(checked_at=at, **mark)
        claimed: Any = session.execute(claim, execution_options={"synchronize_session": False})
        if claimed.rowcount != 1:
            session.rollback()
            return False
    told = [part for _row, _mark, part in parts if part.items]
    if told and reachable:
        stop = f"{site.address}/alerts/{token(site.secret, person_id)}"
        mailing.write(session, person.email, *digesting.mail(told, person.language, site.address, stop))
    session.commit()
    return bool(told) and reachable


Due = list[tuple[Any, dict[str, int], Part]]


def of_searches(session: Session, glance: Glance, person: Person, at: datetime) -> Due:
    """What is new of each search that is due."""
    made: Due = []
    for row in session.scalars(
        select(SavedSearch).where(SavedSearch.person_id == person.id, due(SavedSearch, at)).order_by(SavedSearch.id)
    ):
        found = glance.new(row.query, row.newest_id)
        items = resources(session, found[:SHOWN]) if found else ()
        part = Part("search", row.name, row.name, phrasing.address(row.query), items, len(found), more=len(found) == noticing.MOST)
        made.append((row, {"newest_id": glance.mark(row.newest_id, found)}, part))
    return made


def resources(session: Session, ids: Sequence[int]) -> tuple[Item, ...]:
    """Resources as a mail lists them."""
    rows = session.execute(select(Resource.public_id, Resource.title).where(Resource.id.in_(ids), live()).order_by(Resource.id.desc()))
    return tuple(Item("resource", row.title, announcing.page_of(row)) for row in rows)


def of_follows(session: Session, glance: Glance, person: Person, at: datetime) -> Due:
    """What is new of each thing that is due; of what this person may not see any more, nothing."""
    rows = session.scalars(select(Follow).where(Follow.person_id == person.id, due(Follow, at)).order_by(Follow.id)).all()
    if not rows:
        return []
    who = acting.viewer(session, person)
    known = following.subjects(session, who, [(row.subject, row.key) for row in rows])
    made: Due = []
    for row in rows:
        about = known[row.subject, row.key]
        news = announcing.news(session, glance.index, who, [about], since=row.checked_at, limit=SHOWN + 1, find=glance.of)
        items = tuple(Item(one.kind, one.title, one.address, one.note) for one in news[:SHOWN])
        part = Part(
            row.subject, about.name or "", about.name_zh or about.name or "", about.address, items, len(items), more=len(news) > SHOWN
        )
        made.append((row, {}, part))
    return made


# The way out


def token(secret: str, person_id: int) -> str:
    """What the link to stop all alerts has: the person, signed."""
    signed = hmac.new(secret.encode(), f"stop-alerts:{person_id}".encode(), hashlib.sha256).hexdigest()[:40]
    return f"{person_id}.{signed}"


def person_of(session: Session, secret: str, given: str) -> int | None:
    """Whose link this is; None for anything that we did not sign."""
    number, _dot, _signed = given[:80].partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return None
    fits = given.isascii() and hmac.compare_digest(given, token(secret, int(number)))
    return int(number) if fits and session.get(Person, int(number)) is not None else None


def stop(session: Session, person_id: int) -> None:
    """No alerts by mail any more; searches and follows stay. The caller commits."""
    for model in (SavedSearch, Follow):
        session.execute(update(model).where(model.person_id == person_id, model.alert != "none").values(alert="none"))
