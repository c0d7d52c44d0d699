"""What curators did with a resource, step by step; taken back, what stood there before stands there again. The caller commits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models.audit import AuditEvent
from hub.models.resource import Resource
from hub.models.topic import Assignment, Concept
from hub.services import adding, assigning, correcting, curating, hiding, merging
from hub.services.assigning import Standing
from hub.services.auditing import Actor

FIELD_STEPS = ("resource.corrected", "resource.released")
REVERTIBLE = (*FIELD_STEPS, hiding.HIDDEN, hiding.RESTORED, assigning.ACTION, adding.ADDED, adding.TAKEN_BACK)


@dataclass(frozen=True, slots=True)
class Undone:
    """How many steps were taken back, and how many were not, because somebody has changed the same since."""

    done: int
    left: int


def history(session: Session, resource_id: int, *, limit: int = 500) -> Sequence[AuditEvent]:
    """What people did with a resource, and with those that were merged into it, the latest first."""
    heirs = correcting.family(session, [resource_id])
    return session.scalars(
        select(AuditEvent)
        .where(AuditEvent.subject == "resource", AuditEvent.subject_id.in_(heirs))
        .order_by(AuditEvent.id.desc())
        .limit(limit)
    ).all()


def event(session: Session, event_id: int) -> AuditEvent | None:
    """One step; None when there is none, or it cannot be taken back."""
    found = session.get(AuditEvent, event_id) if 0 < event_id < 2**31 else None
    return found if found is not None and found.action in REVERTIBLE and found.subject_id is not None else None


def revert(session: Session, actor: Actor, events: Sequence[AuditEvent], *, careful: bool = False, group: int | None = None) -> Undone:
    """Put back what stood there before these steps. `careful`: but where somebody has changed the same since."""
    at_resource = [one for one in events if one.subject_id is not None]
    still = standing(session, at_resource) if careful else {one.id for one in at_resource}
    chosen = [one for one in at_resource if one.id in still]
    done = put_fields(session, actor, [one for one in chosen if one.action in FIELD_STEPS], group)
    done += put_topics(session, actor, [one for one in chosen if one.action == assigning.ACTION], group)
    if shown := [subject_of(one) for one in chosen if one.action == hiding.HIDDEN]:
        done += hiding.restore(session, actor, shown, note=note_of(chosen), group=group)
    if hidden := [subject_of(one) for one in chosen if one.action == hiding.RESTORED]:
        done += hiding.hide(session, actor, hidden, note_of(chosen), group=group)
    for one in chosen:
        note = note_of([one])
        if one.action == adding.ADDED:
            done += adding.take_back(session, actor, subject_of(one), note=note)
        elif one.action == adding.TAKEN_BACK:
            done += adding.bring_back(session, actor, subject_of(one), note=note)
    return Undone(done, len(events) - len(chosen))


def put_fields(session: Session, actor: Actor, events: Sequence[AuditEvent], group: int | None) -> int:
    """Corrections and releases, taken back."""
    wanted: dict[int, dict[str, Any]] = defaultdict(dict)
    for one in events:
        before = one.before
        wanted[subject_of(one)][before["field"]] = before["value"] if before["locked"] else curating.RELEASED
    return curating.change(session, actor, wanted, note=note_of(events), group=group) if wanted else 0


def put_topics(session: Session, actor: Actor, events: Sequence[AuditEvent], group: int | None) -> int:
    """Decisions on topics, taken back."""
    wanted: dict[tuple[int, int], Standing] = {}
    concepts: dict[tuple[str, str], int | None] = {}
    for one in events:
        scheme, _, notation = str(one.before["topic"]).partition(":")
        concept = concepts.get((scheme, notation)) or assigning.concept_id(session, notation, scheme)
        concepts[scheme, notation] = concept
        if concept is not None:
            wanted[subject_of(one), concept] = Standing(one.before["state"], one.before["origin"], one.before["confidence"])
    return assigning.put(session, actor, wanted, note=note_of(events), group=group) if wanted else 0


def standing(session: Session, events: Sequence[AuditEvent]) -> set[int]:
    """Ids of the steps after which nothing else happened to what they changed."""
    ids = sorted({subject_of(one) for one in events})
    rows = curating.values(session, ids)
    words = correcting.in_force(session, ids)
    hidden = set(session.scalars(select(Resource.id).where(Resource.id.in_(ids), Resource.hidden_at.is_not(None))))
    topics = topic_states(session, ids)
    found: set[int] = set()
    for one in events:
        id = subject_of(one)
        if one.action in FIELD_STEPS and id in rows:
            field = one.after["field"]
            now_there = merging.json_value(getattr(rows[id], field))
            same = (now_there, field in words.get(id, {})) == (one.after["value"], one.after["locked"])
        elif one.action == assigning.ACTION:
            same = topics.get((id, one.after["topic"])) == one.after["state"]
        else:
            same = (id in hidden) == (one.action == hiding.HIDDEN)
        if same:
            found.add(one.id)
    return found


def topic_states(session: Session, resource_ids: Sequence[int]) -> dict[tuple[int, str], str]:
    """(resource id, "scheme:notation") -> how the topic stands."""
    rows = session.execute(
        select(Assignment.resource_id, Concept.scheme, Concept.notation, Assignment.state)
        .join(Concept, Concept.id == Assignment.concept_id)
        .where(Assignment.resource_id.in_(resource_ids))
    )
    return {(id, f"{scheme}:{notation}"): state for id, scheme, notation, state in rows}


def note_of(events: Sequence[AuditEvent]) -> str:
    """Which step was taken back, or which edit of many resources."""
    return f"#{events[0].group_id or events[0].id}"


def subject_of(event: AuditEvent) -> int:
    """The resource that a step changed."""
    assert event.subject_id is not None
    return event.subject_id
