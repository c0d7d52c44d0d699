"""Doubles among the resources that the catalogue has: joined by rule where there is no doubt, suggested to a curator where there is some.

A pass looks at the resources that have changed since their doubles were last looked for, a part at a time, each part in one transaction:
a pass that breaks off is gone on with by the next, and a pass over an unchanged catalogue does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.match import Match
from hub.models.resource import Resource
from hub.services import blocking, classifying, comparing, documenting, gathering, uniting
from hub.services.blocking import Blocks
from hub.services.classifying import Classifier
from hub.services.comparing import Comparison, Facts

AT_ONCE = 200  # resources in one transaction
COLLISIONS = 5  # times that a part is tried
PASSES = 4  # what was merged is looked at again, so many times

Pair = tuple[int, int]


@dataclass(slots=True)
class Outcome:
    """What a pass did so far."""

    looked: int = 0
    compared: int = 0
    merged: int = 0
    suggested: int = 0


@dataclass(frozen=True, slots=True)
class Matcher:
    """What a pass works with."""

    session: Session
    blocks: Blocks
    common: frozenset[str]
    classifier: Classifier
    outcome: Outcome


def waits() -> ColumnElement[bool]:
    """The condition of a resource whose doubles are to be looked for."""
    shown: ColumnElement[bool] = documenting.live()
    return shown & (Resource.matched_at.is_(None) | (Resource.matched_at < Resource.updated_at))


def waiting(session: Session) -> int:
    """How many resources wait for it."""
    return session.scalar(select(func.count()).select_from(Resource).where(waits())) or 0


def run(
    session: Session, *, on_page: Callable[[Outcome], None] = lambda outcome: None, leaving: Callable[[], bool] = lambda: False
) -> Outcome:
    """Look for doubles of all resources that wait. Commits, part by part; `leaving`: stop after the present one."""
    outcome = Outcome()
    if not waiting(session):
        return outcome
    common = gathering.common_keys(session)
    blocks = blocking.build(gathering.named(session), gathering.named(session), gathering.strong_keys(session, common))
    matcher = Matcher(session, blocks, common, classifying.load(session), outcome)
    for _ in range(PASSES):
        after = 0
        while ids := session.scalars(select(Resource.id).where(waits(), Resource.id > after).order_by(Resource.id).limit(AT_ONCE)).all():
            look_patiently(matcher, ids)
            on_page(outcome)
            if leaving():
                return outcome
            after = ids[-1]
        if not after:
            break
    return outcome


def look_patiently(matcher: Matcher, ids: Sequence[int]) -> None:
    """As `look`, and commit. Where another pass or a harvest was in the way (PostgreSQL ends one of the two), once more."""
    for attempt in range(1, COLLISIONS + 1):
        try:
            look(matcher, ids)
            matcher.session.commit()
            return
        except (OperationalError, IntegrityError) as error:
            matcher.session.rollback()
            waited = isinstance(error, IntegrityError) or getattr(error.orig, "sqlstate", None) in ("40001", "40P01")
            if attempt == COLLISIONS or not waited:
                raise


def look(matcher: Matcher, ids: Sequence[int]) -> None:
    """Look for doubles of these resources. The caller commits."""
    session, at = matcher.session, now()
    session.execute(update(Resource).where(Resource.id.in_(ids)).values(matched_at=at))  # first a write: nobody changes them meanwhile
    pairs = {(min(id, other), max(id, other)) for id in ids for other in matcher.blocks.partners(id)}
    known = gathering.facts(session, {id for pair in pairs for id in pair}, common=matcher.common)
    found = compared(pairs, known)
    matcher.outcome.looked += len(ids)
    matcher.outcome.compared += len(found)
    decided = {(left, right): state for left, right, state in rows_of(session, ids) if state != "suggested"}
    taken: set[int] = set()
    doubtful: dict[Pair, Comparison] = {}
    for pair, comparison in sorted(found.items(), key=lambda item: (-item[1].score, item[0])):
        if pair in decided or comparison.score < comparing.LOW:
            continue
        if comparison.score < comparing.HIGH or not merge(matcher, pair, comparison, taken):
            doubtful[pair] = comparison
    suggest(matcher, ids, {pair: one for pair, one in doubtful.items() if not taken & set(pair)})


def compared(pairs: Iterable[Pair], known: Mapping[int, Facts]) -> dict[Pair, Comparison]:
    """The comparison of each pair of which both are shown."""
    return {(one, other): comparing.compare(known[one], known[other]) for one, other in pairs if one in known and other in known}


def merge(matcher: Matcher, pair: Pair, comparison: Comparison, taken: set[int]) -> bool:
    """Join a sure pair: the older page stays. Answers whether nothing is left to suggest.

    What has changed in this part already is looked at again in the next pass.
    """
    if taken & set(pair):
        return True
    try:
        uniting.unite(matcher.session, *pair, classifier=matcher.classifier, found=comparison)
    except uniting.CannotUnite as refused:
        return refused.reason != "different"
    matcher.outcome.merged += 1
    taken |= set(pair)
    return True


def rows_of(session: Session, ids: Sequence[int]) -> Iterable[tuple[int, int, str]]:
    """(smaller id, larger id, state) of the pairs that one of these is in."""
    rows = session.execute(select(Match.left_id, Match.right_id, Match.state).where(Match.left_id.in_(ids) | Match.right_id.in_(ids)))
    return [(left, right, state) for left, right, state in rows]


def suggest(matcher: Matcher, ids: Sequence[int], doubtful: Mapping[Pair, Comparison]) -> None:
    """The suggestions of these resources are these, and no others; those that stood already stay where they are."""
    session = matcher.session
    standing = {(left, right) for left, right, state in rows_of(session, ids) if state == "suggested"}
    for left, right in standing - set(doubtful):
        session.execute(delete(Match).where(Match.left_id == left, Match.right_id == right, Match.state == "suggested"))
    rows = {pair: {"score": one.score, "reasons": uniting.as_json(one)} for pair, one in doubtful.items()}
    for (left, right), values in rows.items():
        if (left, right) in standing:
            session.execute(update(Match).where(Match.left_id == left, Match.right_id == right).values(values))
    fresh = [
        {"left_id": left, "right_id": right, **values, "state": "suggested", "moved": [], "copied": {}, "created_at": now()}
        for (left, right), values in rows.items()
        if (left, right) not in standing and not uniting.barred(session, left, right)
    ]
    if fresh:
        session.execute(insert(Match), fresh)
        matcher.outcome.suggested += len(fresh)
