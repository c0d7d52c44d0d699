"""One change to many resources at once, and all of it taken back: a group of audit events, in batches that the caller commits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from harvesters.record import LEVELS, RESOURCE_TYPES
from hub.models.audit import AuditEvent
from hub.models.resource import Resource
from hub.services import assigning, auditing, classifying, curating, hiding, querying, reverting, summarising
from hub.services.asking import Ask
from hub.services.auditing import Actor, Subject
from hub.services.summarising import Summary
from search.index import Index

MOST = 10_000  # resources of one edit
BATCH = 500  # resources of one transaction
PAGE = 200  # results of one search
EDITED, UNDONE = "resources.edited", "resources.undone"
VERBS = ("add-topic", "remove-topic", "level", "language", "type", "hide", "restore")
FIELDS = {"level": "levels", "language": "languages", "type": "resource_type"}


class TooMany(Exception):
    """More resources than one edit may change."""


class BadChange(Exception):
    """This change cannot be; `why`: verb | topic | value | reason."""

    def __init__(self, why: str, part: str = "") -> None:
        super().__init__(f"{why}: {part}" if part else why)
        self.why, self.part = why, part


@dataclass(frozen=True, slots=True)
class Change:
    """What is done to each resource; `value`: a topic's notation, a level, a language, a type, or why they are hidden."""

    verb: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Sweep:
    """One edit of many resources, as it was done."""

    id: int
    change: Change
    person: str
    changed: int
    undone: bool


def ids_of(session: Session, index: Index, ask: Ask) -> list[int]:
    """Every match of a question, at most MOST. Raises TooMany and SearchUnavailable."""
    found: dict[int, None] = {}
    for page in range(1, MOST // PAGE + 1):
        hits = querying.find(index, querying.read(session, replace(ask, page=page), limit=PAGE).query)
        if hits.total > MOST:
            raise TooMany
        found |= dict.fromkeys(hit.id for hit in hits.hits if not hit.related)
        if page * PAGE >= hits.total:
            break
    return list(found)


def known(session: Session, public_ids: Sequence[str]) -> list[int]:
    """The numbers of those of these resources that live, hidden ones too. Raises TooMany."""
    if len(public_ids) > MOST:
        raise TooMany
    rows = session.scalars(
        select(Resource.id).where(Resource.public_id.in_(public_ids), Resource.withdrawn_at.is_(None), Resource.merged_into_id.is_(None))
    )
    return list(rows)


def first(session: Session, ids: Sequence[int], *, limit: int = 10) -> tuple[Summary, ...]:
    """The first of these resources, for somebody to look at before the change."""
    return summarising.in_order(session, ids[:limit])


def check(session: Session, change: Change) -> Change:
    """The change with its value as it is kept. Raises BadChange."""
    value = " ".join(change.value.split())
    if change.verb not in VERBS:
        raise BadChange("verb", change.verb)
    if change.verb in ("add-topic", "remove-topic") and assigning.concept_id(session, value) is None:
        raise BadChange("topic", value)
    if change.verb == "hide" and not value:
        raise BadChange("reason")
    if change.verb in FIELDS:
        try:
            parsed = curating.parse(FIELDS[change.verb], value)
        except curating.BadValue as error:
            raise BadChange("value", value) from error
        if not parsed or (isinstance(parsed, list) and len(parsed) != 1):
            raise BadChange("value", value)
        value = parsed if isinstance(parsed, str) else parsed[0]
    return Change(change.verb, value)


def sweep(session: Session, actor: Actor, ids: Sequence[int], change: Change) -> Iterator[tuple[int, int]]:
    """Change every one of these resources, BATCH at a time: (the edit's number, how many changed), which the caller commits.

    Raises BadChange and TooMany, before anything is changed.
    """
    change = check(session, change)
    if len(ids) > MOST:
        raise TooMany
    after = {"verb": change.verb, "value": change.value, "resources": len(ids)}
    event = auditing.record(session, actor, EDITED, Subject("resource", None), after=after)
    session.flush()
    number, classifier = event.id, classifying.load(session)
    rest = iter(sorted(ids))
    while batch := list(islice(rest, BATCH)):
        yield number, apply(session, actor, batch, change, classifier=classifier, group=number)


def apply(session: Session, actor: Actor, ids: Sequence[int], change: Change, *, classifier: classifying.Classifier, group: int) -> int:
    """One batch; answers how many resources changed."""
    match change.verb:
        case "add-topic" | "remove-topic":
            concept = assigning.concept_id(session, change.value)
            state = "accepted" if change.verb == "add-topic" else "rejected"
            return assigning.decide(session, actor, [(id, concept) for id in ids if concept is not None], state, group=group)
        case "hide":
            return hiding.hide(session, actor, ids, change.value, group=group)
        case "restore":
            return hiding.restore(session, actor, ids, group=group)
    value = change.value if change.verb == "type" else [change.value]
    return curating.change(session, actor, {id: {FIELDS[change.verb]: value} for id in ids}, group=group, classifier=classifier)


def get(session: Session, number: int) -> Sweep | None:
    """One edit of many resources; None when there is none of this number."""
    event = session.get(AuditEvent, number) if 0 < number < 2**31 else None
    if event is None or event.action != EDITED:
        return None
    changed = session.scalar(select(func.count()).where(AuditEvent.group_id == number)) or 0
    undone = session.scalar(select(AuditEvent.id).where(AuditEvent.group_id == number, AuditEvent.action == UNDONE)) is not None
    return Sweep(number, Change(event.after["verb"], event.after["value"]), event.person, changed - undone, undone)


def undo(session: Session, actor: Actor, number: int) -> Iterator[reverting.Undone]:
    """Take a whole edit back, BATCH steps at a time, which the caller commits. What somebody has changed since stays."""
    event = auditing.record(session, actor, UNDONE, Subject("resource", None), after={"of": number}, group=number)
    session.flush()
    own, after = event.id, 0
    while steps := session.scalars(
        select(AuditEvent)
        .where(AuditEvent.group_id == number, AuditEvent.id > after, AuditEvent.action != UNDONE)
        .order_by(AuditEvent.id)
        .limit(BATCH)
    ).all():
        after = steps[-1].id
        yield reverting.revert(session, actor, steps, careful=True, group=own)


def choices() -> tuple[Sequence[str], Sequence[str]]:
    """The levels and the types that a resource may have."""
    return LEVELS, RESOURCE_TYPES
