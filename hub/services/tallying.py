"""What people's words on a resource come to, kept with it: score, number of reviews, number of adoptions; and how often a tag is used."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Subquery, func, select, update
from sqlalchemy.orm import Session

from hub.models.adoption import Adoption
from hub.models.outbox import Outbox
from hub.models.resource import Resource
from hub.models.review import Review
from hub.models.tag import Tag, Tagging


def tally(session: Session, resource_ids: Collection[int]) -> None:
    """Count anew; the index hears of what has changed. The caller commits.

    The score is the mean of each person's latest review that is public, not hidden, and not of what their own institution made. Adoptions
    are institutions that say in public that they use it.
    """
    session.flush()
    reviews, adoptions = _scores(session, resource_ids), _adoptions(session, resource_ids)
    columns = (Resource.id, Resource.score, Resource.review_count, Resource.adoption_count)
    for row in session.execute(select(*columns).where(Resource.id.in_(resource_ids)).order_by(Resource.id)).all():
        score, count = reviews.get(row.id, (None, 0))
        now = (score, count, adoptions.get(row.id, 0))
        if now != (row.score, row.review_count, row.adoption_count):
            values = dict(zip(("score", "review_count", "adoption_count"), now, strict=True))
            session.execute(update(Resource).where(Resource.id == row.id).values(version=Resource.version + 1, **values))
            session.add(Outbox(resource_id=row.id))


def counted(resource_ids: Collection[int]) -> Subquery:
    """The reviews that make the scores of these resources."""
    whose = func.coalesce(Review.person_id, -Review.id)  # of former members, each stands alone
    place = func.row_number().over(partition_by=(Review.resource_id, whose), order_by=(Review.created_at.desc(), Review.id.desc()))
    columns = (Review.id, Review.resource_id, Review.institution_id, Review.score)
    latest = (
        select(*columns, place.label("place"))
        .where(Review.resource_id.in_(resource_ids), Review.visibility == "public", Review.hidden_at.is_(None), ~Review.own)
        .subquery()
    )
    return select(latest).where(latest.c.place == 1).subquery()


def _scores(session: Session, resource_ids: Collection[int]) -> dict[int, tuple[float, int]]:
    """Resource -> mean and number of the reviews that count."""
    those = counted(resource_ids)
    rows = session.execute(select(those.c.resource_id, func.avg(those.c.score), func.count()).group_by(those.c.resource_id))
    return {resource_id: (round(float(mean), 3), count) for resource_id, mean, count in rows}


def _adoptions(session: Session, resource_ids: Collection[int]) -> dict[int, int]:
    """Resource -> institutions that use it."""
    rows = session.execute(
        select(Adoption.resource_id, func.count(Adoption.institution_id.distinct()))
        .where(Adoption.resource_id.in_(resource_ids), Adoption.visibility == "public", Adoption.hidden_at.is_(None))
        .group_by(Adoption.resource_id)
    )
    return {resource_id: count for resource_id, count in rows}


def count_uses(session: Session, tag_ids: Any) -> None:
    """How many resources have each of these tags (ids, or a query for them). The caller commits."""
    session.flush()
    uses = select(func.count()).where(Tagging.tag_id == Tag.id).correlate(Tag).scalar_subquery()
    session.execute(update(Tag).where(Tag.id.in_(tag_ids)).values(uses=uses), execution_options={"synchronize_session": False})
