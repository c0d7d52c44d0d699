"""What curators decide on doubles, on one pair or on many."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models.match import Match
from hub.models.resource import Resource
from hub.services import naming, queueing, uniting
from hub.services.auditing import Actor
from hub.services.classifying import Classifier
from hub.services.queueing import Filter

AT_ONCE_MOST = 200  # pairs that one confirmation merges
PUBLIC_ID = re.compile(rf"[{naming.ALPHABET}]{{{naming.LENGTH}}}(?=$|-)")


def merge(session: Session, match_id: int, keep: str | None, *, classifier: Classifier, actor: Actor) -> int:
    """Merge a pair; `keep` is the public id of the page that stays (the older one when it is None). Raises CannotUnite."""
    match = session.get(Match, match_id)
    if match is None or match.state == "merged":
        raise uniting.CannotUnite("merged" if match else "missing")
    ids = {
        row.public_id: row.id
        for row in session.execute(select(Resource.public_id, Resource.id).where(Resource.id.in_((match.left_id, match.right_id))))
    }
    kept = ids.get(keep or "", match.left_id)
    return uniting.unite(session, kept, match.left_id + match.right_id - kept, classifier=classifier, actor=actor)


def merge_all(session: Session, wanted: Filter, *, classifier: Classifier, actor: Actor) -> int:
    """Merge what the filter suggests, the surest first, at most AT_ONCE_MOST; answers how many. The older page stays.

    A pair of which one page went into another meanwhile is left to the next look at the queue.
    """
    pairs = session.execute(
        queueing.which(wanted).with_only_columns(Match.left_id, Match.right_id).order_by(Match.score.desc(), Match.id).limit(AT_ONCE_MOST)
    ).all()
    done = 0
    for left, right in pairs:
        try:
            uniting.unite(session, left, right, classifier=classifier, actor=actor)
            done += 1
        except uniting.CannotUnite:
            continue
    return done


def different(session: Session, match_id: int, *, actor: Actor) -> None:
    """A person says that a pair is two works. Raises CannotUnite."""
    match = session.get(Match, match_id)
    if match is None:
        raise uniting.CannotUnite("missing")
    uniting.differ(session, match.left_id, match.right_id, actor=actor)


def propose(session: Session, one: str, other: str) -> int:
    """The pair of two pages, by public id or by address, made when there is none: a person wants to look at it. Answers its id.

    Raises CannotUnite when there is no such page, when both are one, or when one of them has ended.
    """
    here, there = found(session, one), found(session, other)
    if here.id == there.id:
        raise uniting.CannotUnite("same")
    if here.merged_into_id is not None or there.merged_into_id is not None:
        raise uniting.CannotUnite("merged")
    match = uniting.match_of(session, here.id, there.id, None)
    session.flush()
    return match.id


def found(session: Session, written: str) -> Resource:
    """The page of a public id or of an address of ours, also of one that redirects. Raises CannotUnite."""
    try:
        path = urlsplit(written.strip()[:2000]).path
    except ValueError as error:  # "http://["
        raise uniting.CannotUnite("missing") from error
    last = unquote(path).rstrip("/").rpartition("/")[2]
    match = PUBLIC_ID.match(last)
    resource = session.scalar(select(Resource).where(Resource.public_id == match.group())) if match else None
    if resource is None:
        raise uniting.CannotUnite("missing")
    return session.get_one(Resource, uniting.standing(session, resource.id))
