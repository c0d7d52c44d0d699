"""From an address alone to a source: the hub asks it, says what was asked and what came, and proposes a kind with its options."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from harvesters import recognising as recognition
from harvesters import registry
from harvesters.addresses import show
from harvesters.clean import url
from harvesters.errors import Cancelled, FetchError
from harvesters.fetch import Fetcher
from harvesters.protocol import Harvester, Request, Response, Sighting
from hub.models.source import Source
from hub.services import sourcing

SECONDS = 15.0  # for everything
PATIENCE = 6.0  # seconds for one question
MOST = 6  # proposals that are shown
TITLE_MOST = 200
Fetching = Callable[[Callable[[], bool]], Fetcher]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question and what came of it."""

    address: str  # without secrets
    status: int | None  # None: no answer, for this reason:
    media_type: str
    size: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What could be set up."""

    kind: str
    kind_title: str
    name: str
    title: str
    address: str
    options: Mapping[str, str]
    confidence: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """All that was found out about an address."""

    address: str
    asked: tuple[Asked, ...]
    proposals: tuple[Proposal, ...]  # the surest first
    known: tuple[tuple[str, str], ...]  # (name, title) of sources that have this address, or one that is proposed, already


def recognise(session: Session, fetching: Fetching, address: str, *, seconds: float = SECONDS) -> Recognition:
    """Ask the address and what is near it, within so many seconds in all. Raises BadSource when it is no web address.

    No transaction is open while it waits for answers.
    """
    address = whole(address)
    session.rollback()
    asked, answers = [], []
    found: tuple[recognition.Recognised, ...] = ()
    for request, answer in ask(fetching, address, seconds):
        asked.append(told(request, answer))
        if isinstance(answer, Response):
            answers.append((request, answer))
            found = recognition.recognised(answers)
        if recognition.settled(found):
            break
    proposals = tuple(proposal(session, registry.kind(one.kind), one.sighting) for one in found[:MOST])
    known = known_at(session, [address, *(one.address for one in proposals)])
    return Recognition(address=address, asked=tuple(asked), proposals=proposals, known=known)


def whole(address: str) -> str:
    """What somebody pasted, as a web address. Raises BadSource."""
    address = address.strip()
    if "://" not in address and "." in address.partition("/")[0]:
        address = f"https://{address}"
    sourcing.check_url(address)
    return address


def ask(fetching: Fetching, address: str, seconds: float) -> Iterator[tuple[Request, Response | FetchError]]:
    """Each question with its answer, until the time is over."""
    begun = time.monotonic()
    until = [begun + min(PATIENCE, seconds)]
    with fetching(lambda: time.monotonic() > until[0]) as fetch:
        for request in (recognition.first(address), *recognition.probes(address)):
            if time.monotonic() > begun + seconds:
                return
            until[0] = min(time.monotonic() + PATIENCE, begun + seconds)
            try:
                yield request, fetch(request)
            except FetchError as error:
                yield request, error
            except Cancelled:
                yield request, FetchError("It did not answer in time.")


def told(request: Request, answer: Response | FetchError) -> Asked:
    """What a person is told of it."""
    if isinstance(answer, Response):
        return Asked(show(request.url), answer.status, answer.media_type, len(answer.body), "")
    return Asked(show(request.url), answer.status, "", 0, str(answer))


def proposal(session: Session, harvester: Harvester, sighting: Sighting) -> Proposal:
    """A sighting with a free name and a title."""
    host = urlsplit(sighting.address).hostname or ""
    known = {option.name for option in harvester.options}
    return Proposal(
        kind=harvester.kind,
        kind_title=harvester.title,
        name=free_name(session, host),
        title=(sighting.title or host)[:TITLE_MOST],
        address=sighting.address,
        options={name: value for name, value in sighting.options.items() if name in known},
        confidence=sighting.confidence,
        reason=sighting.reason,
    )


def free_name(session: Session, host: str) -> str:
    """A name that no source has yet, made of a host."""
    base = re.sub(r"[^a-z0-9]+", "-", host.lower().removeprefix("www."))[:50].strip("-") or "source"
    taken = set(session.scalars(select(Source.name).where(Source.name.startswith(base, autoescape=True))))
    return next(name for name in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if name not in taken)


def known_at(session: Session, addresses: list[str]) -> tuple[tuple[str, str], ...]:
    """The sources that have one of these addresses, written in whatever way."""
    wanted = {url.canonical(address) or address for address in addresses}
    rows = session.execute(select(Source.name, Source.title, Source.url).order_by(Source.name))
    return tuple((name, title) for name, title, at in rows if (url.canonical(at) or at) in wanted)
