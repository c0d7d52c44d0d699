"""Links as curators see them: which are broken, which hosts want no robots; ask again, or call one fine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select, update
from sqlalchemy.orm import Session

from harvesters.addresses import show
from hub.db import now
from hub.models.link import Link
from hub.models.record import SourceRecord
from hub.models.resource import Resource
from hub.models.source import Source
from hub.services import auditing, documenting, linking, naming

STATES = ("broken", "doubtful", "refused", "ok", "unchecked")
HOSTS = 20
CLOSED = (401, 402, 403, 407, 429, 451)


@dataclass(frozen=True, slots=True)
class LinkState:
    """One address of a resource, and how it does."""

    id: int
    public_id: str
    slug: str
    title: str
    url: str
    state: str
    status: int | None
    reason: str | None
    leads_to: str | None
    waived: bool
    failing_since: datetime | None
    checked_at: datetime | None
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class LinkPage:
    """Some links of many."""

    links: tuple[LinkState, ...]
    total: int
    pages: int


def links(
    session: Session, *, state: str = "", host: str = "", source: str = "", resource_id: int | None = None, page: int = 1, limit: int = 50
) -> LinkPage:
    """Links of resources that search shows; those that fail first, the longest first."""
    wanted = select(Link, Resource.public_id, Resource.title).join(Resource, Resource.id == Link.resource_id).where(documenting.live())
    if state in STATES:
        wanted = wanted.where(Link.state == state)
    if host:
        wanted = wanted.where(Link.host == host.strip().lower())
    if source:
        of = select(SourceRecord.resource_id).join(Source, Source.id == SourceRecord.source_id).where(Source.name == source)
        wanted = wanted.where(Link.resource_id.in_(of))
    if resource_id is not None:
        wanted = wanted.where(Link.resource_id == resource_id)
    total = session.scalar(select(func.count()).select_from(wanted.with_only_columns(Link.id).subquery())) or 0
    ordered = wanted.order_by(Link.failing_since.is_(None), Link.failing_since, Link.id).limit(limit).offset((max(page, 1) - 1) * limit)
    return LinkPage(tuple(link_state(*row) for row in session.execute(ordered)), total, -(-total // limit))


def link_state(link: Link, public_id: str, title: str) -> LinkState:
    """A link as a value; its address without secrets."""
    return LinkState(
        id=link.id,
        public_id=public_id,
        slug=naming.slug(title),
        title=title,
        url=show(link.url),
        state=link.state,
        status=link.status,
        reason=link.reason,
        leads_to=show(link.leads_to) if link.leads_to else None,
        waived=link.waived is not None,
        failing_since=link.failing_since,
        checked_at=link.checked_at,
        next_at=link.next_at,
    )


def counts(session: Session) -> dict[str, int]:
    """State -> how many links."""
    rows = session.execute(select(Link.state, func.count()).group_by(Link.state))
    found = {state: count for state, count in rows}
    return {state: found.get(state, 0) for state in STATES}


def unwelcoming(session: Session) -> Sequence[tuple[str, int, int]]:
    """(host, links that it refuses to show us, or whose robots.txt forbids it, of how many): those with most first."""
    refused = func.sum(case(((Link.state == "refused") | Link.status.in_(CLOSED), 1), else_=0))
    rows = session.execute(
        select(Link.host, refused, func.count()).group_by(Link.host).having(refused > 0).order_by(refused.desc(), Link.host).limit(HOSTS)
    )
    return [(host, int(some), int(every)) for host, some, every in rows]


def check_now(session: Session, link_id: int, actor: auditing.Actor) -> bool:
    """Put a link before all others; False when there is no such link. The caller commits, and wakes the checker."""
    found = named(session, link_id)
    if found is None:
        return False
    session.execute(update(Link).where(Link.id == link_id).values(next_at=now() - linking.EVERY))
    auditing.record(session, actor, "link.check", subject(found))
    return True


def waive(session: Session, link_id: int, actor: auditing.Actor) -> bool:
    """A person has looked, and calls the link fine: it counts as working until it answers in another way. False: no such link.

    The caller commits.
    """
    found = named(session, link_id)
    if found is None:
        return False
    link, before = found[0], found[0].state
    link.waived = link.finding
    link.state, link.failures, link.failing_since = "ok", 0, None
    link.next_at = now() + linking.spread(linking.EVERY, link.id)
    session.flush()
    linking.settle(session, [link.resource_id])
    auditing.record(session, actor, "link.waived", subject(found), before=before, after="ok", note=show(link.url))
    return True


def named(session: Session, link_id: int) -> tuple[Link, str] | None:
    """A link with its resource's title."""
    row = session.execute(select(Link, Resource.title).join(Resource, Resource.id == Link.resource_id).where(Link.id == link_id)).first()
    return None if row is None else (row[0], row[1])


def subject(found: tuple[Link, str]) -> auditing.Subject:
    """The resource, as the audit log names it."""
    return auditing.Subject("resource", found[0].resource_id, found[1])
