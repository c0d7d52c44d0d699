"""An address that is known to be somebody's lets them into the institutions whose mail domain it has."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.account import Person
from hub.models.institution import Institution, InstitutionDomain, Membership
from hub.services import auditing


def by_domain(session: Session, person: Person) -> int:
    """A place in each institution that lets in by this domain, where there is none yet: how many. The caller commits."""
    if person.confirmed_at is None:
        return 0
    belongs = select(Membership.institution_id).where(Membership.person_id == person.id)
    places = session.scalars(
        select(Institution)
        .join(InstitutionDomain, InstitutionDomain.institution_id == Institution.id)
        .where(InstitutionDomain.domain == person.email.rpartition("@")[2], Institution.joining == "domain")
        .where(Institution.closed_at.is_(None), Institution.id.not_in(belongs))
    ).all()
    for place in places:
        session.add(Membership(person_id=person.id, institution_id=place.id, role=place.domain_role, created_at=now()))
        subject = auditing.Subject("institution", place.id, f"{place.name}: {person.name}")
        after, note = {"role": place.domain_role}, "by the domain of the address"
        auditing.record(session, auditing.Actor(person.id, person.name), "member.joined", subject, after=after, note=note)
    session.flush()
    return len(places)
