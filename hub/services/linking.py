"""Whether the addresses of resources still lead somewhere: which ones there are, when each is asked, and what an answer means for it.

A link is `broken` after several failures over days, never after one; what a page shows of it is `Resource.links`. docs/quality.md.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeGuard
from urllib.parse import urlsplit

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.link import Link
from hub.models.record import SourceRecord
from hub.models.resource import Offering, Resource
from hub.services import cataloguing, documenting
from hub.services.probing import Finding

EVERY = timedelta(days=14)  # between two looks at a link that works
BROKEN_EVERY = timedelta(days=7)
SOONER = (timedelta(hours=1), timedelta(days=1), timedelta(days=3))  # after the first, the second, each further failure
LEAST = 3  # failures before a link is called broken,
GRACE = {  # and for how long they must have gone on; a host that asks us to come later is never taken for broken
    "missing": timedelta(days=3),
    "nowhere": timedelta(days=7),
    "silent": timedelta(days=30),
}
AT_ONCE = 500  # resources
OTHERS = 5  # further addresses of one resource that are asked: its other offers
RESERVED = ("example", "test", "invalid", "localhost")  # names that lead nowhere by agreement (RFC 6761)


# Which links there are


def gather(session: Session, *, since: datetime | None = None, every: timedelta = EVERY) -> int:
    """Links for the addresses of all resources that changed since then, none for those that are gone. Commits a part at a time.

    Answers how many resources it looked at. An address that stays keeps what is known of it.
    """
    after, seen = 0, 0
    wanted = select(Resource.id).order_by(Resource.id).limit(AT_ONCE)
    if since is not None:
        wanted = wanted.where(Resource.updated_at >= since)
    while ids := session.scalars(wanted.where(Resource.id > after)).all():
        bring(session, ids)
        session.commit()
        after, seen = ids[-1], seen + len(ids)
    return seen


def bring(session: Session, resource_ids: Sequence[int]) -> None:
    """The links of these resources as they should be. The caller commits."""
    right = addresses(session, resource_ids)
    held: dict[int, dict[str, int]] = defaultdict(dict)
    for id, resource_id, digest in session.execute(
        select(Link.id, Link.resource_id, Link.url_hash).where(Link.resource_id.in_(resource_ids))
    ):
        held[resource_id][digest] = id
    fresh, stale, at = [], [], now()
    for resource_id in resource_ids:
        should = {digest_of(url): url for url in right.get(resource_id, ())}
        stale += [id for digest, id in held[resource_id].items() if digest not in should]
        fresh += [row(resource_id, url, digest, at) for digest, url in should.items() if digest not in held[resource_id]]
    if stale:
        session.execute(delete(Link).where(Link.id.in_(stale)))
    if fresh:
        session.execute(insert(Link), fresh)
    settle(session, {one["resource_id"] for one in fresh} | {id for id in resource_ids if held[id]})


def row(resource_id: int, url: str, digest: str, at: datetime) -> dict[str, Any]:
    """A link that was never asked."""
    fresh = {"state": "unchecked", "failures": 0, "next_at": at}
    return {"resource_id": resource_id, "url": url, "url_hash": digest, "host": host(url), **fresh}


def addresses(session: Session, resource_ids: Sequence[int]) -> dict[int, list[str]]:
    """Resource -> its address and those of its other offers, where search shows it."""
    found: dict[int, list[str]] = {}
    rows = session.execute(select(Resource.id, Resource.url).where(Resource.id.in_(resource_ids), documenting.live()))
    for id, url in rows:
        found[id] = [url] if may_ask(url) else []
    records = select(SourceRecord.resource_id, SourceRecord.url).where(
        SourceRecord.resource_id.in_(list(found)), SourceRecord.state != "withdrawn", SourceRecord.url.is_not(None)
    )
    offers = select(Offering.resource_id, Offering.url).where(Offering.resource_id.in_(list(found)), Offering.url.is_not(None))
    for statement in (records.order_by(SourceRecord.id), offers.order_by(Offering.id)):
        for of, url in session.execute(statement):
            if of is not None and may_ask(url) and url not in found[of] and len(found[of]) <= OTHERS:
                found[of].append(url)
    return found


def may_ask(url: str | None) -> TypeGuard[str]:
    """Is it an address of the web, and of a host that may exist?"""
    return (
        url is not None
        and url.startswith(("http://", "https://"))
        and host(url).partition(":")[0].rpartition(".")[2] not in (*RESERVED, "")
    )


def host(url: str) -> str:
    """The host, with its port where one is written, in lower case; empty where there is none."""
    try:
        parts = urlsplit(url)
        return (f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname or "")[:255]
    except ValueError:
        return ""


def digest_of(url: str) -> str:
    """Short enough for an index."""
    return hashlib.blake2b(url.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


# What an answer means


def record(session: Session, link: Link, finding: Finding, *, at: datetime, every: timedelta = EVERY) -> None:
    """Keep how a link answered, and when to ask again. The caller commits."""
    link.status, link.reason, link.leads_to, link.checked_at = finding.status, finding.reason, finding.leads_to, at
    link.finding = finding.signature
    waived = link.waived is not None and link.waived == finding.signature
    if not waived:
        link.waived = None
    if finding.verdict in ("ok", "refused") or waived:
        link.state = "refused" if finding.verdict == "refused" else "ok"
        link.failures, link.failing_since = 0, None
        link.next_at = at + spread(every, link.id)
        return
    link.failures += 1
    link.failing_since = link.failing_since or at
    if link.state != "broken":
        link.state = "broken" if is_broken(finding, link, at) else "doubtful"
    pause = BROKEN_EVERY if link.state == "broken" else SOONER[min(link.failures, len(SOONER)) - 1]
    link.next_at = at + spread(pause, link.id)


def is_broken(finding: Finding, link: Link, at: datetime) -> bool:
    """Has it failed often enough, for long enough? By what it says now."""
    grace = GRACE.get(finding.verdict)
    return grace is not None and link.failures >= LEAST and at - (link.failing_since or at) >= grace


def spread(pause: timedelta, link_id: int) -> timedelta:
    """A tenth more or less, always the same for one link: what was asked in one night is not asked again in one night."""
    return pause * (0.9 + 0.2 * ((link_id * 2654435761) % 2**32) / 2**32)


def settle(session: Session, resource_ids: Iterable[int]) -> None:
    """`Resource.links` as its links stand; the index hears of those that changed. The caller commits."""
    ids = sorted(set(resource_ids))
    states: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for resource_id, digest, state in session.execute(
        select(Link.resource_id, Link.url_hash, Link.state).where(Link.resource_id.in_(ids)).order_by(Link.id)
    ):
        states[resource_id].append((digest, state))
    changed: dict[str | None, list[int]] = defaultdict(list)
    for id, url, links in session.execute(select(Resource.id, Resource.url, Resource.links).where(Resource.id.in_(ids))):
        if (verdict := of_all(digest_of(url) if url else "", states[id], links)) != links:
            changed[verdict].append(id)
    for verdict, some in changed.items():
        session.execute(
            update(Resource)
            .where(Resource.id.in_(some))
            .values(links=verdict, version=Resource.version + 1)
            .execution_options(synchronize_session=False)
        )
        cataloguing.announce(session, some)


def of_all(main: str, links: Sequence[tuple[str, str]], before: str | None) -> str | None:
    """ok | broken | elsewhere, or None where nothing is known: by the main address, and what the others do when that one is broken.

    A doubt changes nothing: who was ok stays so until the grace period is over.
    """
    states = dict(links)
    own = states.get(main)
    if own == "ok":
        return "ok"
    if own == "broken":
        return "elsewhere" if any(state == "ok" for digest, state in links if digest != main) else "broken"
    return "ok" if own == "doubtful" and before == "ok" else None
