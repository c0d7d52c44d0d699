"""Tags on all results of a search at once, and exactly these taken off again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from hub.models.audit import AuditEvent
from hub.models.resource import Resource
from hub.models.tag import Tag, Tagging
from hub.services import auditing, sweeping, tagging
from hub.services.acting import Viewer
from hub.services.auditing import Subject
from hub.services.tagging import NotAllowed

TAGGED, UNTAGGED = "resources.tagged", "resources.untagged"
BATCH = 500  # resources of one transaction
TooMany = sweeping.TooMany


@dataclass(frozen=True, slots=True)
class Sprinkled:
    """What was done: which tags, for which institution, on how many resources they are new; whether it was taken back."""

    id: int
    tags: tuple[str, ...]
    institution_id: int
    put: int
    undone: bool
    person_id: int | None


def sprinkle(session: Session, who: Viewer, resource_ids: Sequence[int], names: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Tag them all, a batch at a time: (number of the edit, how many taggings are new), which the caller commits. Resources with no room
    for more tags, and those that are gone or hidden, are left out. Raises NotAllowed, BadTag, TooMany before anything is changed."""
    seat = tagging.need_teacher(who)
    if len(names) > tagging.EACH_MOST:
        raise tagging.BadTag("many")
    if len(resource_ids) > sweeping.MOST:
        raise TooMany
    after = {"tags": list(names), "institution": seat.institution_id, "resources": len(resource_ids)}
    event = auditing.record(session, who.actor, TAGGED, Subject("tag", None, ", ".join(names)[:200]), after=after)
    session.flush()
    number, rest = event.id, iter(sorted(set(resource_ids)))
    while batch := list(islice(rest, BATCH)):
        room, have = tagging.room_of(session, seat.institution_id, batch), having(session, seat.institution_id, batch, names)
        fits = [id for id in standing(session, batch) if room.get(id, 0) + len(names) - have.get(id, 0) <= tagging.EACH_MOST]
        made = tagging.put(session, who, fits, names, group=number)
        auditing.record(session, who.actor, TAGGED, Subject("tag", None), after={"taggings": made}, group=number)
        yield number, len(made)


def having(session: Session, institution_id: int, resource_ids: Sequence[int], names: Sequence[str]) -> dict[int, int]:
    """resource -> how many of these words it has already."""
    rows = session.execute(
        select(Tagging.resource_id, func.count())
        .join(Tag, Tag.id == Tagging.tag_id)
        .where(Tag.institution_id == institution_id, Tag.key.in_([tagging.key(name) for name in names]))
        .where(Tagging.resource_id.in_(resource_ids))
        .group_by(Tagging.resource_id)
    )
    return {resource_id: count for resource_id, count in rows}


def standing(session: Session, resource_ids: Sequence[int]) -> list[int]:
    """Those of them that everybody can see."""
    gone = (Resource.withdrawn_at, Resource.merged_into_id, Resource.hidden_at)
    wanted = select(Resource.id).where(Resource.id.in_(resource_ids), *(column.is_(None) for column in gone))
    return list(session.scalars(wanted.order_by(Resource.id)))


def get(session: Session, number: int) -> Sprinkled | None:
    """An edit of this kind."""
    event = session.get(AuditEvent, number)
    if event is None or event.action != TAGGED or event.group_id is not None:
        return None
    undone = session.scalar(select(AuditEvent.id).where(AuditEvent.group_id == number, AuditEvent.action == UNTAGGED).limit(1))
    put = sum(len(made) for made in batches(session, number))
    return Sprinkled(number, tuple(event.after["tags"]), event.after["institution"], put, undone is not None, event.person_id)


def batches(session: Session, number: int) -> Iterator[list[int]]:
    """The taggings that each batch has made."""
    rows = session.scalars(
        select(AuditEvent.after).where(AuditEvent.group_id == number, AuditEvent.action == TAGGED).order_by(AuditEvent.id)
    )
    for after in rows.all():
        yield list(after["taggings"])


def may_undo(who: Viewer, sprinkled: Sprinkled) -> bool:
    """Whoever did it, and the institution's curators."""
    own = who.person_id is not None and sprinkled.person_id == who.person_id and who.may(sprinkled.institution_id, "teacher")
    return own or who.may(sprinkled.institution_id, "curator")


def undo(session: Session, who: Viewer, sprinkled: Sprinkled) -> Iterator[int]:
    """Take exactly these taggings off, a batch at a time: how many were still there, which the caller commits. Raises NotAllowed."""
    if not may_undo(who, sprinkled):
        raise NotAllowed
    for made in batches(session, sprinkled.id):
        own = select(Tag.id).where(Tag.institution_id == sprinkled.institution_id)
        wanted = select(Tagging.id, Tagging.resource_id, Tagging.tag_id).where(Tagging.id.in_(made), Tagging.tag_id.in_(own))
        rows = session.execute(wanted).all()
        session.execute(delete(Tagging).where(Tagging.id.in_([row.id for row in rows])), execution_options={"synchronize_session": False})
        tagging.heard(session, {row.resource_id for row in rows}, {row.tag_id for row in rows})
        auditing.record(session, who.actor, UNTAGGED, Subject("tag", None), before={"taggings": len(rows)}, group=sprinkled.id)
        yield len(rows)
