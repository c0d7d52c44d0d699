"""An address that is known to be somebody's lets them into the institutions whose mail domain it has."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models.account import Person
from hub.models.institution import Institution
from hub.services import enrolling
from hub.services.auditing import Actor


def by_domain(session: Session, person: Person) -> int:
    """A place in each institution that lets in by this domain, where there is none yet: how many. The caller commits."""
    slugs = [opening.slug for opening in enrolling.open_to(session, person.id)]
    places = session.scalars(select(Institution).where(Institution.slug.in_(slugs)).order_by(Institution.id)).all()
    actor, how = Actor(person.id, person.name), "by the domain of the address"
    return sum(enrolling.enrol(session, actor, place, person.id, place.domain_role, how=how) for place in places)
