"""An institution's settings, kept by its admins; and what only admins of the hub decide of it: verified, closed, its mail domains."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.institution import Institution, InstitutionDomain, InstitutionName
from hub.services import affiliating, auditing, founding, permitting, tidying
from hub.services.acting import Viewer
from hub.services.auditing import Actor, Subject
from hub.services.founding import BadFact, Facts
from search import query
from search.index import Index, IndexFault

VOUCHED = ("name", "name_zh", "kind")  # what a verification vouches for: afterwards an admin of the hub alone changes it
DOMAIN = re.compile(r"(?=.{4,190}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,24}|xn--[a-z0-9-]{2,59})")
EVERYBODYS = frozenset(
    (
        *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "icloud.com", "me.com"),
        *("qq.com", "foxmail.com", "163.com", "126.com", "yeah.net", "sina.com", "sina.cn", "sohu.com", "aliyun.com", "139.com"),
        *("189.cn", "proton.me", "protonmail.com", "gmx.de", "gmx.net", "web.de", "mail.ru", "yandex.ru", "aol.com", "mail.com"),
    )
)
NAMES_MOST, DOMAINS_MOST, SUGGESTED = 30, 30, 12


class Stale(Exception):
    """Somebody has changed the settings since this form was opened: `fields` differ from what was typed."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        super().__init__("The settings were changed meanwhile.")
        self.fields = fields


class Vouched(Exception):
    """The institution is verified under this name and kind: an admin of the hub changes them."""


class NotVerified(Exception):
    """Only a verified institution says what it has made."""


class NotItsName(Exception):
    """The name is not like the institution's own: an admin of the hub decides."""


class Taken(Exception):
    """Another institution has it."""

    def __init__(self, slug: str, name: str) -> None:
        super().__init__(f"{name} ({slug}) has it.")
        self.slug, self.name = slug, name


@dataclass(frozen=True, slots=True)
class Known:
    """Names under which the catalogue knows an institution, and its mail domains: (id, text)."""

    names: tuple[tuple[int, str], ...]
    domains: tuple[tuple[int, str], ...]


def subject(institution: Institution) -> Subject:
    """The institution as the audit log names it."""
    return Subject("institution", institution.id, institution.name)


def save(session: Session, who: Viewer, institution: Institution, typed: Facts, *, version: int) -> int:
    """Change the settings; how many have changed. The caller commits.

    Raises NotAllowed, BadFact, NameTaken, Vouched, and Stale when `version` is not the one that stands there.
    """
    permitting.need_manager(who, institution)
    before, after = founding.facts_of(institution), founding.clean(typed)
    differing = founding.changed(before, after)
    if institution.version != version:
        raise Stale(tuple(differing))
    if not differing:
        return 0
    if institution.verified_at is not None and not who.is_admin and any(name in differing for name in VOUCHED):
        raise Vouched
    if "name" in differing or "name_zh" in differing:
        founding.refuse_taken(session, after, but=institution.id)
    values = {name: new for name, (_old, new) in differing.items()}
    done = session.execute(
        update(Institution)
        .where(Institution.id == institution.id, Institution.version == version)
        .values(**values, version=version + 1, updated_at=now())
    )
    if not done.rowcount:  # type: ignore[attr-defined]
        raise Stale(tuple(differing))
    old = {name: pair[0] for name, pair in differing.items()}
    auditing.record(session, who.actor, "institution.changed", subject(institution), before=old, after=values)
    return len(differing)


def known(session: Session, institution_id: int) -> Known:
    """Names and domains of an institution."""
    names = session.execute(
        select(InstitutionName.id, InstitutionName.name).filter_by(institution_id=institution_id).order_by(InstitutionName.name)
    )
    domains = session.execute(
        select(InstitutionDomain.id, InstitutionDomain.domain).filter_by(institution_id=institution_id).order_by(InstitutionDomain.domain)
    )
    return Known(tuple((id, name) for id, name in names), tuple((id, domain) for id, domain in domains))


# Names in the catalogue


def alike(institution: Institution, name: str) -> bool:
    """May the catalogue's name mean this institution? The same words, or one is a part of the other."""
    own = (institution.name, institution.name_zh)
    return any(affiliating.agree(mine, name) is not False for mine in own if mine)


def suggested(session: Session, index: Index, institution: Institution) -> tuple[tuple[str, int], ...]:
    """(name, resources) of the catalogue that may be this institution's and that nobody has yet; none while the index cannot be read."""
    try:
        facets = index.find(query.parse("", limit=0, facets=("institution", "provider"))).facets
    except IndexFault:
        return ()
    counts: dict[str, int] = {}
    for found in facets.values():
        for value, count, *_ in found:
            counts[value] = max(counts.get(value, 0), count)
    likely = sorted((name for name in counts if alike(institution, name)), key=lambda name: (-counts[name], name))[: SUGGESTED * 2]
    taken = set(session.scalars(select(InstitutionName.name).where(InstitutionName.name.in_(likely))))
    return tuple((name, counts[name]) for name in likely if name not in taken)[:SUGGESTED]


def claim(session: Session, who: Viewer, institution: Institution, typed: str) -> InstitutionName:
    """From now on what the catalogue knows under this name is this institution's. The caller commits.

    Its own admins claim names like its own once it is verified; any other name is for admins of the hub. Raises NotAllowed, BadFact,
    NotVerified, NotItsName, Taken.
    """
    permitting.need_manager(who, institution)
    name = tidying.one_line(typed, 300)
    if not name:
        raise BadFact("catalogue_name", "A name is needed.")
    if not who.is_admin and institution.verified_at is None:
        raise NotVerified
    if not who.is_admin and not alike(institution, name):
        raise NotItsName
    refuse_more(session, InstitutionName, institution.id, NAMES_MOST, "catalogue_name")
    row = InstitutionName(institution_id=institution.id, name=name)
    keep(session, row, InstitutionName.name == name)
    auditing.record(session, who.actor, "institution.name-claimed", subject(institution), after=name)
    return row


def release(session: Session, who: Viewer, institution: Institution, name_id: int) -> bool:
    """The institution has this name no longer; False when it had none such. The caller commits. Raises NotAllowed."""
    permitting.need_manager(who, institution)
    row = session.scalar(select(InstitutionName).filter_by(id=name_id, institution_id=institution.id))
    if row is None:
        return False
    auditing.record(session, who.actor, "institution.name-released", subject(institution), before=row.name)
    session.delete(row)
    return True


def keep(session: Session, row: Any, same: Any) -> None:
    """Add a row that is unique in the hub. Raises Taken, also when somebody was quicker."""
    model = type(row)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        owner = session.execute(
            select(Institution.slug, Institution.name).join(model, model.institution_id == Institution.id).where(same)
        ).one()
        raise Taken(owner.slug, owner.name) from None


def refuse_more(session: Session, model: Any, institution_id: int, most: int, field: str) -> None:
    """Raises BadFact when the institution has as many of these as it may."""
    if (session.scalar(select(func.count()).where(model.institution_id == institution_id)) or 0) >= most:
        raise BadFact(field, f"There are {most} already.")


# What admins of the hub decide


def add_domain(session: Session, who: Viewer, institution: Institution, typed: str) -> InstitutionDomain:
    """Addresses of this mail domain are the institution's. The caller commits. Raises NotAllowed, BadFact, Taken."""
    permitting.need_hub_admin(who)
    domain = (typed or "").strip().lower().removeprefix("@").rstrip(".")
    if not DOMAIN.fullmatch(domain):
        raise BadFact("domain", "It is no domain: write it like commerce.example.edu.cn.")
    if domain in EVERYBODYS:
        raise BadFact("domain", "Everybody may have an address there.")
    refuse_more(session, InstitutionDomain, institution.id, DOMAINS_MOST, "domain")
    row = InstitutionDomain(institution_id=institution.id, domain=domain)
    keep(session, row, InstitutionDomain.domain == domain)
    auditing.record(session, who.actor, "institution.domain-added", subject(institution), after=domain)
    return row


def drop_domain(session: Session, who: Viewer, institution: Institution, domain_id: int) -> bool:
    """The institution has this domain no longer; False when it had none such. The caller commits. Raises NotAllowed."""
    permitting.need_hub_admin(who)
    row = session.scalar(select(InstitutionDomain).filter_by(id=domain_id, institution_id=institution.id))
    if row is None:
        return False
    auditing.record(session, who.actor, "institution.domain-removed", subject(institution), before=row.domain)
    session.delete(row)
    return True


STEPS = {  # what is done -> column, whether it is set, the audit log's word
    "verify": ("verified_at", True, "institution.verified"),
    "unverify": ("verified_at", False, "institution.unverified"),
    "close": ("closed_at", True, "institution.closed"),
    "reopen": ("closed_at", False, "institution.reopened"),
}


def decide(session: Session, actor: Actor, institution: Institution, step: str, *, note: str = "") -> bool:
    """One of STEPS, for an admin of the hub, who was asked before; False when it stands so already. The caller commits."""
    column, wanted, action = STEPS[step]
    at = getattr(institution, column)
    if (at is not None) == wanted:
        return False
    setattr(institution, column, now() if wanted else None)
    institution.version += 1
    institution.updated_at = now()
    auditing.record(session, actor, action, subject(institution), note=tidying.one_line(note, 1_000))
    return True
