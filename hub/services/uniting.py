"""Two pages become one, and two again: records, offerings and keys move, the old address redirects for ever, nothing is deleted.

What a person said of the page that ends stays with it, and is copied to the other one where nobody said anything: so that going back
restores both. What members said of it (tags, reviews, shelves) follows it and goes back (`rehoming`). Everything happens in the caller's
transaction, under a lock on both resources taken in the order of their ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.match import Match
from hub.models.record import SourceRecord
from hub.models.resource import Offering, Resource, ResourceKey
from hub.services import auditing, cataloguing, comparing, gathering, inheriting, rehoming
from hub.services.auditing import Actor, Subject
from hub.services.classifying import Classifier
from hub.services.comparing import Comparison

RULE = "rule"
HOPS = 20  # merged into, merged into, …


class CannotUnite(Exception):
    """These two cannot become one page: `reason` is `same`, `merged` (one of them has ended already), `missing` or `different`."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the pages cannot be merged: {reason}")
        self.reason = reason


class CannotUndo(Exception):
    """There is no merge to undo."""


def unite(
    session: Session,
    kept_id: int,
    other_id: int,
    *,
    classifier: Classifier,
    actor: Actor | None = None,
    found: Comparison | None = None,
) -> int:
    """The other resource's records come to the kept one, and its page redirects there. Answers the id of the match. The caller commits.

    `actor` None: the rule, which never overrules a person. Raises CannotUnite.
    """
    kept, other = locked(session, kept_id, other_id)
    if kept.merged_into_id is not None or other.merged_into_id is not None:
        raise CannotUnite("merged")
    if actor is None and barred(session, kept_id, other_id):
        raise CannotUnite("different")
    match = match_of(session, kept_id, other_id, found)
    match.moved = list(session.scalars(select(SourceRecord.id).where(SourceRecord.resource_id == other_id).order_by(SourceRecord.id)))
    move(session, match.moved, kept_id)
    session.execute(update(Resource).where(Resource.merged_into_id == other_id).values(merged_into_id=kept_id))
    session.execute(update(Resource).where(Resource.id == other_id).values(merged_into_id=kept_id, **touched()))
    match.copied = inheriting.copy_words(session, other_id, kept_id)
    rehoming.follow(session, other_id, kept_id)
    decide(match, "merged", actor, kept_id)
    session.flush()
    settle(session, [kept_id], [other_id], classifier)
    tell(session, actor, "resources.merged", kept, before=pair(kept, other), after={"kept": kept.public_id, "score": match.score})
    return match.id


def undo(session: Session, match_id: int, *, classifier: Classifier, actor: Actor) -> int:
    """Both pages live again, with the records that each had; the pair is different from now on. Answers the id of the page that is back.

    Records that have gone elsewhere since stay there. The caller commits. Raises CannotUndo.
    """
    match = session.get(Match, match_id, populate_existing=True)
    if match is None or match.state != "merged" or match.kept_id is None:
        raise CannotUndo
    back_id = match.right_id if match.kept_id == match.left_id else match.left_id
    owner_id = standing(session, match.kept_id)
    back, owner = locked(session, back_id, owner_id)
    session.refresh(match)
    if match.state != "merged" or back.merged_into_id != owner_id or owner.merged_into_id is not None:
        raise CannotUndo  # somebody was faster
    revive(session, match, back_id, owner_id)
    there = SourceRecord.id.in_(match.moved) & (SourceRecord.resource_id == owner_id)
    move(session, session.scalars(select(SourceRecord.id).where(there)).all(), back_id)
    inheriting.drop_copies(session, match, owner_id)
    decide(match, "different", actor, None)
    session.flush()
    settle(session, [back_id, owner_id], [], classifier)
    tell(session, actor, "resources.parted", owner, before={"kept": owner.public_id}, after=pair(owner, back))
    return back_id


def differ(session: Session, one_id: int, other_id: int, *, actor: Actor, found: Comparison | None = None) -> int:
    """A person says that these are two works: the rule never joins them again. Answers the id of the match. Raises CannotUnite."""
    one, other = locked(session, one_id, other_id)
    match = match_of(session, one_id, other_id, found)
    if match.state == "merged":
        raise CannotUnite("merged")
    decide(match, "different", actor, None)
    session.flush()
    tell(session, actor, "resources.different", one, before=None, after=pair(one, other))
    return match.id


def locked(session: Session, one_id: int, other_id: int) -> tuple[Resource, Resource]:
    """Both resources as they stand, held until the transaction ends; the smaller id first, so that two merges never wait for each other."""
    if one_id == other_id:
        raise CannotUnite("same")
    for id in sorted((one_id, other_id)):  # a write: SQLite knows no lock on a row
        session.execute(update(Resource).where(Resource.id == id).values(version=Resource.version))
    found = {
        row.id: row
        for row in session.scalars(select(Resource).where(Resource.id.in_((one_id, other_id))).execution_options(populate_existing=True))
    }
    if len(found) < 2:
        raise CannotUnite("missing")
    return found[one_id], found[other_id]


def standing(session: Session, id: int) -> int:
    """The resource that stands for this one now."""
    for _ in range(HOPS):
        into = session.scalar(select(Resource.merged_into_id).where(Resource.id == id))
        if into is None:
            break
        id = into
    return id


def families(session: Session, ids: Iterable[int]) -> dict[int, int]:
    """Id -> the one of `ids` that it is or was merged into."""
    wanted = list(ids)
    rows = session.execute(select(Resource.id, Resource.merged_into_id).where(Resource.merged_into_id.in_(wanted)))
    return {id: id for id in wanted} | {id: into for id, into in rows if into is not None}


def barred(session: Session, one_id: int, other_id: int) -> bool:
    """Has a person said that these, or any that they have taken in, are different?"""
    family = families(session, (one_id, other_id))
    members = list(family)
    rows = session.execute(
        select(Match.left_id, Match.right_id).where(Match.state == "different", Match.left_id.in_(members), Match.right_id.in_(members))
    )
    return any(family[left] != family[right] for left, right in rows)


def match_of(session: Session, one_id: int, other_id: int, found: Comparison | None) -> Match:
    """The row of this pair, made when there is none; with this comparison, or the one that it has, or a new one."""
    left, right = sorted((one_id, other_id))
    match = session.scalar(select(Match).filter_by(left_id=left, right_id=right).execution_options(populate_existing=True))
    if match is None:
        found = found or compared(session, left, right)
        match = Match(left_id=left, right_id=right, score=found.score, reasons=as_json(found), state="suggested", created_at=now())
        match.moved, match.copied = [], {}
        session.add(match)
    elif found is not None:
        match.score, match.reasons = found.score, as_json(found)
    return match


def compared(session: Session, one_id: int, other_id: int) -> Comparison:
    """Score and reasons of two resources, shown or not."""
    known = gathering.facts(session, (one_id, other_id), shown=False)
    if len(known) < 2:
        return Comparison(0.0, ())
    return comparing.compare(known[one_id], known[other_id])


def as_json(found: Comparison) -> list[list[Any]]:
    """Reasons as a match keeps them."""
    return [[reason.name, reason.detail, reason.weight] for reason in found.reasons]


def decide(match: Match, state: str, actor: Actor | None, kept_id: int | None) -> None:
    """Write down who decided what."""
    match.state, match.kept_id = state, kept_id
    match.decided_by, match.decided_at = (actor.name[:200] if actor else RULE), now()
    if state == "different":
        match.moved, match.copied = [], {}


def move(session: Session, record_ids: Sequence[int], resource_id: int) -> None:
    """Records with their offerings and keys feed this resource from now on."""
    for start in range(0, len(record_ids), 500):
        some = record_ids[start : start + 500]
        session.execute(update(SourceRecord).where(SourceRecord.id.in_(some)).values(resource_id=resource_id))
        session.execute(update(Offering).where(Offering.record_id.in_(some)).values(resource_id=resource_id))
        session.execute(update(ResourceKey).where(ResourceKey.record_id.in_(some)).values(resource_id=resource_id))


def touched() -> dict[str, Any]:
    """Columns of a resource that has changed: the index compares by the version."""
    return {"version": Resource.version + 1, "updated_at": now()}


def settle(session: Session, merged: Sequence[int], ended: Sequence[int], classifier: Classifier) -> None:
    """Values again from records, where there are pages; the index hears of all."""
    cataloguing.refresh(session, merged, classifier=classifier, at=now())
    cataloguing.announce(session, ended)
    session.expire_all()


def revive(session: Session, match: Match, back_id: int, owner_id: int) -> None:
    """The page that comes back redirects no more; what had been merged into it before redirects to it again."""
    session.execute(update(Resource).where(Resource.id == back_id).values(merged_into_id=None, **touched()))
    below, level = set[int](), {back_id}
    while level:
        rows = session.execute(select(Match.left_id, Match.right_id).where(Match.state == "merged", Match.kept_id.in_(level)))
        level = {id for row in rows for id in row} - below - {back_id} - level
        below |= level
    session.execute(update(Resource).where(Resource.id.in_(below), Resource.merged_into_id == owner_id).values(merged_into_id=back_id))
    rehoming.go_back(session, back_id, below, owner_id)


def pair(one: Resource, other: Resource) -> dict[str, list[str]]:
    """Two resources as the audit log names them."""
    return {one.public_id: [one.title], other.public_id: [other.title]}


def tell(session: Session, actor: Actor | None, action: str, resource: Resource, *, before: Any, after: Any) -> None:
    """Leave an event of what a person decided."""
    if actor is not None:
        auditing.record(session, actor, action, Subject("resource", resource.id, resource.title), before=before, after=after)
