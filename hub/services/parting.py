"""One record leaves the page that it is shown on, for a page of its own."""

from __future__ import annotations

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.match import Match
from hub.models.record import SourceRecord
from hub.models.resource import Resource
from hub.models.source import Source
from hub.services import cataloguing, inheriting, merging, uniting
from hub.services.auditing import Actor
from hub.services.classifying import Classifier


class CannotSplit(Exception):
    """The record stays: `reason` is `missing`, `only` (nothing else is on the page) or `unread` (it never could be read)."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the record cannot be split off: {reason}")
        self.reason = reason


def split(session: Session, record_id: int, *, classifier: Classifier, actor: Actor) -> int:
    """The record goes to the page that it had before it was merged, or to a new one; answers that resource's id. The caller commits.

    The rule never joins the two pages again. Raises CannotSplit.
    """
    record = session.get(SourceRecord, record_id, populate_existing=True)
    if record is None or record.resource_id is None:
        raise CannotSplit("missing")
    if record.values is None:
        raise CannotSplit("unread")
    left_id = record.resource_id
    session.execute(update(Resource).where(Resource.id == left_id).values(version=Resource.version))  # held until the end
    session.refresh(record)
    if record.resource_id != left_id:
        raise CannotSplit("missing")  # somebody was faster
    if session.scalar(select(func.count()).where(SourceRecord.resource_id == left_id)) == 1:
        raise CannotSplit("only")
    own_id = old_page(session, record, left_id, actor) or new_page(session, record, classifier)
    forget_move(session, record_id, left_id)
    uniting.move(session, [record.id], own_id)
    session.flush()
    uniting.settle(session, [left_id, own_id], [], classifier)
    part(session, left_id, own_id, record_id, actor)
    return own_id


def old_page(session: Session, record: SourceRecord, left_id: int, actor: Actor) -> int | None:
    """The page that the record had when it was merged into this one, alive again with what people said of it; None when it never had
    another."""
    rows = session.scalars(
        select(Match)
        .where(Match.state == "merged")
        .join(Resource, Resource.id.in_((Match.left_id, Match.right_id)))
        .where(Resource.merged_into_id == left_id, Resource.id != Match.kept_id)
        .order_by(Match.id)
    )
    for match in rows:
        if record.id in match.moved:
            id = match.right_id if match.kept_id == match.left_id else match.left_id
            uniting.revive(session, match, id, left_id)
            inheriting.drop_copies(session, match, left_id)
            uniting.decide(match, "different", actor, None)  # the merge has ended, also where its page was merged on since
            session.flush()
            return id
    return None


def forget_move(session: Session, record_id: int, left_id: int) -> None:
    """Merges by which the record came to this page did not bring it to where it comes next: undoing them must not take it along."""
    here = list(uniting.families(session, [left_id]))
    for match in session.scalars(select(Match).where(Match.state == "merged", Match.left_id.in_(here) | Match.right_id.in_(here))):
        if record_id in match.moved:
            match.moved = [id for id in match.moved if id != record_id]


def new_page(session: Session, record: SourceRecord, classifier: Classifier) -> int:
    """A resource of this record alone."""
    source = session.get_one(Source, record.source_id)
    kept = merging.Kept(source.name, source.title, source.rank, record.identifier, record.changed_at, record.values or {})
    return cataloguing.create_resources(session, [[kept]], classifier=classifier, at=now())[0]


def part(session: Session, left_id: int, own_id: int, record_id: int, actor: Actor) -> None:
    """The two pages are different from now on, and the log knows who said so."""
    match = uniting.match_of(session, left_id, own_id, uniting.compared(session, left_id, own_id))
    uniting.decide(match, "different", actor, None)
    session.flush()
    left, own = session.get_one(Resource, left_id), session.get_one(Resource, own_id)
    before = {"record": record_id, "page": left.public_id}
    uniting.tell(session, actor, "resources.split", left, before=before, after={"record": record_id, "page": own.public_id})
