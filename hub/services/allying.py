"""Partnerships: one institution asks, the other answers; either may end it, and ask anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.audit import AuditEvent
from hub.models.institution import Institution, Partnership
from hub.services import auditing, permitting, throttling, tidying
from hub.services.acting import Viewer
from hub.services.auditing import Subject
from hub.services.founding import TooOften

MESSAGE = 2_000  # characters
A_DAY, A_DAY_MOST = timedelta(days=1), 20
PAGE = 50
OPEN = ("requested", "active")


class WithItself(Exception):
    """An institution is no partner of its own."""


class Already(Exception):
    """They are partners, or it has been asked."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class Changed(Exception):
    """The request is not as it was: answered, withdrawn or ended meanwhile."""


@dataclass(frozen=True, slots=True)
class Ally:
    """A partnership as one of the two sees it."""

    id: int
    slug: str  # of the other
    name: str
    name_zh: str | None
    kind: str
    verified: bool
    closed: bool
    state: str
    ours: bool  # we have asked
    message: str
    requested_at: datetime
    decided_at: datetime | None
    ended_at: datetime | None


def between(session: Session, one: int, other: int) -> Partnership | None:
    """What there is between two institutions, whatever became of it."""
    return session.scalar(
        select(Partnership).filter_by(left_id=min(one, other), right_id=max(one, other)).execution_options(populate_existing=True)
    )


def subject(row: Partnership, one: Institution, other: Institution) -> Subject:
    """The partnership as the audit log names it."""
    return Subject("partnership", row.id, f"{one.name} – {other.name}")


def request(session: Session, who: Viewer, ours: Institution, theirs: Institution, message: str) -> str:
    """Ask another institution to be our partner; the state that it has now: `active` when they had asked us. The caller commits.

    Raises NotAllowed, WithItself, Already, TooOften.
    """
    permitting.need(who, ours, "admin")
    if ours.id == theirs.id:
        raise WithItself
    if theirs.closed_at is not None:
        raise permitting.Closed
    row = between(session, ours.id, theirs.id)
    if row is not None and row.state == "requested" and row.requested_by_id != ours.id:
        return answer(session, who, ours, theirs, "accept")
    if row is not None and row.state in OPEN:
        raise Already(row.state)
    if not throttling.allow(session, f"partnership\0{ours.id}", most=A_DAY_MOST, per=A_DAY):
        raise TooOften
    text = tidying.paragraphs(message, MESSAGE)
    return renew(session, who, row, ours, theirs, text) if row else begin(session, who, ours, theirs, text)


def begin(session: Session, who: Viewer, ours: Institution, theirs: Institution, text: str) -> str:
    """The first request between the two. When the other has asked at the same moment, they are partners."""
    left, right = sorted((ours.id, theirs.id))
    row = Partnership(left_id=left, right_id=right, requested_by_id=ours.id, state="requested", message=text, requested_at=now())
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return after_a_race(session, who, ours, theirs)
    auditing.record(session, who.actor, "partnership.requested", subject(row, ours, theirs), after=text or None)
    return "requested"


def renew(session: Session, who: Viewer, row: Partnership, ours: Institution, theirs: Institution, text: str) -> str:
    """A request after one that was declined, withdrawn or ended."""
    values = {
        "state": "requested",
        "requested_by_id": ours.id,
        "message": text,
        "requested_at": now(),
        "decided_at": None,
        "ended_at": None,
    }
    if not turn(session, row, row.state, values):
        return after_a_race(session, who, ours, theirs)
    auditing.record(session, who.actor, "partnership.requested", subject(row, ours, theirs), after=text or None)
    return "requested"


def after_a_race(session: Session, who: Viewer, ours: Institution, theirs: Institution) -> str:
    """Somebody else was quicker: the other side (then both want it), or one of ours."""
    row = between(session, ours.id, theirs.id)
    if row is not None and row.state == "requested" and row.requested_by_id != ours.id:
        return answer(session, who, ours, theirs, "accept")
    raise Already(row.state if row else "requested")


def turn(session: Session, row: Partnership, state: str, values: dict[str, Any]) -> bool:
    """Change the row if it still is in this state; False when it is not."""
    wanted = update(Partnership).where(Partnership.id == row.id, Partnership.state == state).values(values)
    done = session.execute(wanted, execution_options={"synchronize_session": False})
    session.expire(row)
    return bool(done.rowcount)  # type: ignore[attr-defined]


STEPS = {  # what is done -> state before, whether the one that asked does it (None: either), state after, which moment
    "accept": ("requested", False, "active", "decided_at"),
    "decline": ("requested", False, "declined", "decided_at"),
    "withdraw": ("requested", True, "ended", "ended_at"),
    "end": ("active", None, "ended", "ended_at"),
}


def answer(session: Session, who: Viewer, ours: Institution, theirs: Institution, step: str) -> str:
    """One of STEPS; the state that follows. The caller commits. Raises NotAllowed, Changed."""
    permitting.need(who, ours, "admin")
    row = between(session, ours.id, theirs.id)
    before, asked, after, moment = STEPS[step]
    if row is None or row.state != before or (asked is not None and (row.requested_by_id == ours.id) != asked):
        raise Changed
    if not turn(session, row, before, {"state": after, moment: now()}):
        raise Changed
    words = {"accept": "accepted", "decline": "declined", "withdraw": "withdrawn", "end": "ended"}
    auditing.record(session, who.actor, f"partnership.{words[step]}", subject(row, ours, theirs), before=before, after=after)
    return after


def allies(
    session: Session, institution_id: int, states: Sequence[str], *, ours: bool | None = None, page: int = 1, limit: int = PAGE
) -> tuple[tuple[Ally, ...], int]:
    """Partnerships in these states, the latest first, and how many there are. `ours`: only what we asked, or only what others asked."""
    here = or_(Partnership.left_id == institution_id, Partnership.right_id == institution_id) & Partnership.state.in_(states)
    if ours is not None:
        here &= (Partnership.requested_by_id == institution_id) if ours else (Partnership.requested_by_id != institution_id)
    other = case((Partnership.left_id == institution_id, Partnership.right_id), else_=Partnership.left_id)
    latest = func.coalesce(Partnership.ended_at, Partnership.decided_at, Partnership.requested_at)
    rows = session.execute(
        select(Partnership, Institution)
        .join(Institution, Institution.id == other)
        .where(here)
        .order_by(latest.desc(), Partnership.id.desc())
        .limit(limit)
        .offset((max(page, 1) - 1) * limit)
    ).all()
    total = session.scalar(select(func.count()).select_from(Partnership).where(here)) or 0
    return tuple(ally(row, there, institution_id) for row, there in rows), total


def ally(row: Partnership, there: Institution, institution_id: int) -> Ally:
    """One row as this institution sees it."""
    return Ally(
        id=row.id,
        slug=there.slug,
        name=there.name,
        name_zh=there.name_zh,
        kind=there.kind,
        verified=there.verified_at is not None,
        closed=there.closed_at is not None,
        state=row.state,
        ours=row.requested_by_id == institution_id,
        message=row.message,
        requested_at=row.requested_at,
        decided_at=row.decided_at,
        ended_at=row.ended_at,
    )


def history(session: Session, ids: Sequence[int], *, limit: int = 50) -> Sequence[AuditEvent]:
    """What happened to these partnerships, the latest first: both sides see the same."""
    if not ids:
        return ()
    wanted = select(AuditEvent).where(AuditEvent.subject == "partnership", AuditEvent.subject_id.in_(ids))
    return session.scalars(wanted.order_by(AuditEvent.id.desc()).limit(limit)).all()


LETTERS = {  # state of things -> what the other side is told: English, Chinese
    "requested": ("asks {theirs} to be its partner", "希望与{theirs}建立合作"),
    "active": ("is now a partner of {theirs}", "已与{theirs}建立合作"),
    "declined": ("has declined to be a partner of {theirs}", "谢绝了与{theirs}的合作"),
    "ended": ("has ended the partnership with {theirs}, or taken its request back", "结束了与{theirs}的合作，或撤回了请求"),
}


def letter(ours: Institution, theirs: Institution, state: str, link: str, message: str = "") -> tuple[str, str]:
    """Subject and text of the mail to the other side's admins."""
    english, chinese = LETTERS[state]
    said = f"\n\n{message}" if message else ""
    english = f"{ours.name} {english.format(theirs=theirs.name)}"
    chinese = f"{ours.name_zh or ours.name}{chinese.format(theirs=theirs.name_zh or theirs.name)}"
    return f"{english} · {chinese}", f"{english}.{said}\n\n{link}\n\n{chinese}。{said}\n\n{link}"
