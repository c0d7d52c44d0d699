"""Who uses a resource in which course, and how it went: written by teachers in the name of their institution. The caller commits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from harvesters.clean.text import scrub
from hub.db import now
from hub.models import shelf
from hub.models.adoption import Adoption
from hub.models.resource import Resource
from hub.services import auditing, consulting, tallying
from hub.services.acting import Viewer
from hub.services.auditing import Subject

VISIBILITIES = shelf.VISIBILITIES
COURSE_MOST, TERM_MOST, TEXT_MOST = 200, 60, 5_000
STUDENTS_MOST = 1_000_000  # in one course, in one term
FIELDS = ("course", "term", "students", "changes", "outcome", "visibility")


@dataclass(frozen=True, slots=True)
class Words:
    """What a teacher says of one use, as it is kept."""

    course: str
    term: str
    students: int | None
    changes: str
    outcome: str
    visibility: str


class Refused(Exception):
    """This visitor does not write here. `seen`: they see what they may not change."""

    def __init__(self, *, seen: bool) -> None:
        super().__init__()
        self.seen = seen


class Stale(Exception):
    """Somebody has changed the entry since this person opened it."""


class Twice(Exception):
    """The institution has said so already: this course, this term. `id` is that entry."""

    def __init__(self, id: int) -> None:
        super().__init__()
        self.id = id


def words(*, course: str, term: str, students: int | None, changes: str, outcome: str, visibility: str) -> Words:
    """What was typed, as we keep it: without control characters, short texts in one line. The form has checked lengths and choices."""
    if visibility not in VISIBILITIES or (students is not None and not 0 <= students <= STUDENTS_MOST):
        raise ValueError("no such visibility, or no such number of students")
    return Words(
        course=one_line(course)[:COURSE_MOST],
        term=one_line(term)[:TERM_MOST],
        students=students,
        changes=scrub(changes.replace("\r\n", "\n")).strip()[:TEXT_MOST],
        outcome=scrub(outcome.replace("\r\n", "\n")).strip()[:TEXT_MOST],
        visibility=visibility,
    )


def one_line(text: str | None) -> str:
    """What was typed, in one line and without control characters."""
    return " ".join(scrub(text or "").split())


def add(session: Session, who: Viewer, resource_id: int, said: Words) -> Adoption:
    """A new entry of the institution for which this person acts. Raises Refused, Twice."""
    if who.person_id is None or who.seat is None or not who.seat.may("teacher"):
        raise Refused(seen=True)
    refuse_twice(session, who.seat.institution_id, resource_id, said)
    made = Adoption(
        resource_id=resource_id,
        first_id=resource_id,
        institution_id=who.seat.institution_id,
        person_id=who.person_id,
        created_at=now(),
        updated_at=now(),
    )
    write(made, said)
    session.add(made)
    session.flush()
    auditing.record(session, who.actor, "adoption.created", subject(session, made), after=values(made))
    tallying.tally(session, [resource_id])
    return made


def revise(session: Session, who: Viewer, entry: Adoption, said: Words, *, version: int) -> None:
    """Change an entry. Raises Refused, Stale, Twice."""
    refuse_strangers(session, who, entry)
    session.refresh(entry, with_for_update=True)
    if entry.version != version:
        raise Stale
    refuse_twice(session, entry.institution_id, entry.resource_id, said, but=entry.id)
    before = values(entry)
    write(entry, said)
    if values(entry) == before:
        return
    entry.version, entry.updated_at = entry.version + 1, now()
    auditing.record(session, who.actor, "adoption.changed", subject(session, entry), before=before, after=values(entry))
    tallying.tally(session, [entry.resource_id])


def delete(session: Session, who: Viewer, entry: Adoption) -> None:
    """Take an entry away. Raises Refused."""
    refuse_strangers(session, who, entry)
    auditing.record(session, who.actor, "adoption.deleted", subject(session, entry), before=values(entry))
    resource_id = entry.resource_id
    session.delete(entry)
    tallying.tally(session, [resource_id])


def entry(session: Session, number: int) -> Adoption:
    """The entry with this number, which there is."""
    return session.get_one(Adoption, number)


def may_change(who: Viewer, person_id: int | None, institution_id: int) -> bool:
    """Teachers change what they wrote themselves, curators all of their institution's."""
    if who.may(institution_id, "curator"):
        return True
    return person_id is not None and person_id == who.person_id and who.may(institution_id, "teacher")


def refuse_strangers(session: Session, who: Viewer, entry: Adoption) -> None:
    """Raises Refused unless this visitor may change the entry."""
    if not may_change(who, entry.person_id, entry.institution_id):
        raise Refused(seen=consulting.sees(session, who, entry.id))


def refuse_twice(session: Session, institution_id: int, resource_id: int, said: Words, *, but: int = 0) -> None:
    """Raises Twice when the institution has an entry on this resource, course and term already."""
    there = session.scalar(
        select(Adoption.id)
        .where(
            Adoption.institution_id == institution_id,
            Adoption.resource_id == resource_id,
            func.lower(Adoption.course) == func.lower(said.course),
            func.lower(Adoption.term) == func.lower(said.term),
            Adoption.id != but,
        )
        .limit(1)
    )
    if there is not None:
        raise Twice(there)


def write(entry: Adoption, said: Words) -> None:
    """Put the words into the entry."""
    for name in FIELDS:
        setattr(entry, name, getattr(said, name))


def values(entry: Adoption) -> dict[str, Any]:
    """The entry as the audit log keeps it."""
    return {name: getattr(entry, name) for name in FIELDS}


def subject(session: Session, entry: Adoption) -> Subject:
    """The entry, by the title of its resource."""
    title = session.scalar(select(Resource.title).where(Resource.id == entry.resource_id)) or ""
    return Subject("adoption", entry.id, title)


def on_resource(session: Session, who: Viewer, resource_id: int) -> consulting.Uses:
    """The first entries on this resource that this visitor sees, and how many there are."""
    return consulting.of_resource(session, who, resource_id)
