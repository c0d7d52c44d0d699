"""Cycles of reviews: an institution's own where it has one for the day, else the hub's, which is the calendar year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from harvesters.clean.text import scrub
from hub.db import now
from hub.models.institution import Institution
from hub.models.review import Cycle, Decision, Review
from hub.services import auditing
from hub.services.acting import Viewer

NAME_MOST = 100
LONGEST = 1100  # days


class BadCycle(Exception):
    """A cycle that cannot be; `reason` is name | taken | order | long | overlap | used."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Stale(Exception):
    """A colleague has changed the cycle since it was looked at."""


class NotAllowed(Exception):
    """Curators of the institution alone define its cycles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A cycle. `id` None: the hub's for this year, in which nobody has written yet."""

    id: int | None
    institution_id: int | None
    name: str
    starts_on: date
    ends_on: date
    used: bool = False

    def has(self, day: date) -> bool:
        """Is the day in it?"""
        return self.starts_on <= day <= self.ends_on

    @property
    def mark(self) -> str:
        """What changes with it, for whoever comes back with a form."""
        return f"{self.starts_on.isoformat()}/{self.ends_on.isoformat()}/{self.name}"


def current(session: Session, institution_id: int | None, day: date) -> Span:
    """The cycle of this day for who acts for that institution."""
    within = (Cycle.starts_on <= day, Cycle.ends_on >= day)
    whose = or_(Cycle.institution_id == institution_id, Cycle.institution_id.is_(None))
    rows = session.scalars(select(Cycle).where(whose, *within).order_by(Cycle.institution_id.is_(None), Cycle.id)).all()
    if rows:
        return _span(rows[0], used=False)
    return Span(id=None, institution_id=None, name=str(day.year), starts_on=date(day.year, 1, 1), ends_on=date(day.year, 12, 31))


def stored(session: Session, span: Span) -> int:
    """The row of a cycle, made when there is none. Two who need it at once get the same. The caller commits."""
    if span.id is not None:
        return span.id
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {"name": span.name, "starts_on": span.starts_on, "ends_on": span.ends_on, "created_at": now()}
    session.execute(insert(Cycle).values(institution_id=None, **row).on_conflict_do_nothing())
    return session.scalars(select(Cycle.id).where(Cycle.institution_id.is_(None), Cycle.name == span.name)).one()


def cycles(session: Session, institution_id: int) -> tuple[Span, ...]:
    """An institution's own, the latest first, at most a hundred."""
    used = exists().where(Review.cycle_id == Cycle.id) | exists().where(Decision.cycle_id == Cycle.id)
    rows = session.execute(
        select(Cycle, used).where(Cycle.institution_id == institution_id).order_by(Cycle.starts_on.desc()).limit(100)
    ).all()
    return tuple(_span(cycle, used=bool(one)) for cycle, one in rows)


def add(session: Session, who: Viewer, institution_id: int, name: str, first: date, last: date) -> int:
    """A new cycle. Raises NotAllowed or BadCycle. The caller commits."""
    _own(session, who, institution_id)
    name = _checked(session, institution_id, name, first, last)
    row = Cycle(institution_id=institution_id, name=name, starts_on=first, ends_on=last, created_at=now())
    session.add(row)
    session.flush()
    auditing.record(session, who.actor, "cycle.added", auditing.Subject("cycle", row.id, name), after=_facts(row))
    return row.id


def change(session: Session, who: Viewer, institution_id: int, cycle_id: int, name: str, first: date, last: date, *, seen: str) -> bool:
    """Another name or other days; what was written in it stays in it. `seen`: the Span's `mark` when it was looked at. False when there is
    none. Raises NotAllowed, BadCycle or Stale. The caller commits."""
    _own(session, who, institution_id)
    row = session.scalars(select(Cycle).where(Cycle.id == cycle_id, Cycle.institution_id == institution_id)).first()
    if row is None:
        return False
    session.refresh(row)
    if seen != _span(row, used=False).mark:
        raise Stale
    name = _checked(session, institution_id, name, first, last, but=cycle_id)
    if (name, first, last) != (row.name, row.starts_on, row.ends_on):
        before = {**_facts(row), "name": row.name}
        row.name, row.starts_on, row.ends_on = name, first, last
        session.flush()
        subject = auditing.Subject("cycle", row.id, name)
        auditing.record(session, who.actor, "cycle.changed", subject, before=before, after={**_facts(row), "name": name})
    return True


def one(session: Session, institution_id: int, cycle_id: int) -> Span | None:
    """One of an institution's own."""
    row = session.scalars(select(Cycle).where(Cycle.id == cycle_id, Cycle.institution_id == institution_id)).first()
    return _span(row, used=_is_used(session, cycle_id)) if row is not None else None


def _checked(session: Session, institution_id: int, name: str, first: date, last: date, *, but: int = 0) -> str:
    """The name as it is kept, when such a cycle fits beside the others (`but` itself). Raises BadCycle."""
    name = " ".join(scrub(name).split())
    if not name or len(name) > NAME_MOST:
        raise BadCycle("name")
    if last < first:
        raise BadCycle("order")
    if (last - first).days > LONGEST:
        raise BadCycle("long")
    there = select(Cycle.name).where(Cycle.institution_id == institution_id, Cycle.id != but)
    if session.scalars(there.where(Cycle.name == name)).first() is not None:
        raise BadCycle("taken")
    if session.scalars(there.where(Cycle.starts_on <= last, Cycle.ends_on >= first)).first() is not None:
        raise BadCycle("overlap")
    return name


def _is_used(session: Session, cycle_id: int) -> bool:
    """Has somebody written in it?"""
    return any(session.scalars(select(m.id).where(m.cycle_id == cycle_id).limit(1)).first() is not None for m in (Review, Decision))


def _facts(row: Cycle) -> dict[str, object]:
    """A cycle in the log."""
    return {"institution": row.institution_id, "first": row.starts_on.isoformat(), "last": row.ends_on.isoformat()}


def remove(session: Session, who: Viewer, institution_id: int, cycle_id: int) -> bool:
    """Take a cycle away in which nobody has written; False when there is none. Raises NotAllowed or BadCycle. The caller commits."""
    _own(session, who, institution_id)
    row = session.scalars(select(Cycle).where(Cycle.id == cycle_id, Cycle.institution_id == institution_id)).first()
    if row is None:
        return False
    if _is_used(session, cycle_id):
        raise BadCycle("used")
    auditing.record(session, who.actor, "cycle.removed", auditing.Subject("cycle", row.id, row.name), before=_facts(row))
    session.delete(row)
    session.flush()
    return True


def _own(session: Session, who: Viewer, institution_id: int) -> None:
    """Only its curators; and one of them at a time, so that what is looked at still holds when it is written."""
    if not who.may(institution_id, "curator"):
        raise NotAllowed
    session.execute(update(Institution).where(Institution.id == institution_id).values(version=Institution.version))


def _span(row: Cycle, *, used: bool) -> Span:
    return Span(id=row.id, institution_id=row.institution_id, name=row.name, starts_on=row.starts_on, ends_on=row.ends_on, used=used)
