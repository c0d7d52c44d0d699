"""Institutions begin: their facts, their address, and no second one of the same name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.account import Person
from hub.models.institution import KINDS, Institution, Membership
from hub.models.shelf import VISIBILITIES
from hub.services import auditing, naming, throttling, tidying
from hub.services.auditing import Actor, Subject

NAME, PLACE, ABOUT = 200, 200, 5_000  # characters
SLUG = 100
TAKEN_WORDS = frozenset(("new", "verify", "mine", "all"))  # addresses beside institutions
A_DAY, FOUNDED_A_DAY = timedelta(days=1), 3
NAMES = ("name", "name_zh", "kind", "place", "url", "about", "joining", "domain_role", "visibility")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What an institution says of itself, and how it lets people in."""

    name: str
    kind: str
    name_zh: str | None = None
    place: str = ""
    url: str | None = None
    about: str = ""
    joining: str = "invited"
    domain_role: str = "student"
    visibility: str = "public"


class BadFact(ValueError):
    """One of the facts cannot be kept: `field` names it, the message says why."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


class NameTaken(Exception):
    """There is an institution of this name, or with the address that it would have."""

    def __init__(self, slug: str, name: str) -> None:
        super().__init__(f"There is an institution of this name already: {name} ({slug}).")
        self.slug, self.name = slug, name


class TooOften(Exception):
    """This has been done too often: it may be done again later."""


def clean(facts: Facts) -> Facts:
    """The facts as they are kept. Raises BadFact."""
    name = tidying.one_line(facts.name, NAME)
    if not slug_of(name):
        raise BadFact("name", "A name needs letters or digits.")
    if facts.url and tidying.web_address(facts.url) is None:
        raise BadFact("url", "The address must begin with http:// or https:// and name a host.")
    choices = {"kind": KINDS, "joining": ("invited", "domain"), "domain_role": ("student", "teacher"), "visibility": VISIBILITIES}
    for field, allowed in choices.items():
        if getattr(facts, field) not in allowed:
            raise BadFact(field, f"It must be one of: {', '.join(allowed)}.")
    return Facts(
        name=name,
        name_zh=tidying.one_line(facts.name_zh, NAME) or None,
        kind=facts.kind,
        place=tidying.one_line(facts.place, PLACE),
        url=tidying.web_address(facts.url),
        about=tidying.paragraphs(facts.about, ABOUT),
        joining=facts.joining,
        domain_role=facts.domain_role,
        visibility=facts.visibility,
    )


def slug_of(name: str) -> str:
    """The address of an institution of this name; empty when it has neither letters nor digits."""
    slug = naming.slug(name, length=SLUG - 12)
    return f"{slug}-institution" if slug in TAKEN_WORDS else slug


def facts_of(institution: Institution) -> Facts:
    """What stands there now."""
    return Facts(**{name: getattr(institution, name) for name in NAMES})


def as_json(facts: Facts) -> dict[str, Any]:
    """The facts for the audit log."""
    return asdict(facts)


def refuse_taken(session: Session, facts: Facts, *, but: int | None = None) -> None:
    """Raises NameTaken when another institution has one of these names, or the address."""
    names = [name.lower() for name in (facts.name, facts.name_zh) if name]
    same: list[ColumnElement[bool]] = [func.lower(Institution.name).in_(names), func.lower(Institution.name_zh).in_(names)]
    if but is None:
        same.append(Institution.slug == slug_of(facts.name))
    there = session.execute(
        select(Institution.slug, Institution.name).where(or_(*same), Institution.id != (but or 0)).order_by(Institution.id).limit(1)
    ).first()
    if there is not None:
        raise NameTaken(there.slug, there.name)


def found(session: Session, actor: Actor, facts: Facts, *, admin_id: int | None = None, verified: bool = False) -> Institution:
    """A new institution; `admin_id` is its first admin and acts for it from now on. The caller commits.

    Raises BadFact, NameTaken.
    """
    facts = clean(facts)
    refuse_taken(session, facts)
    moment = now()
    made = Institution(
        slug=slug_of(facts.name),
        **as_json(facts),
        verified_at=moment if verified else None,
        created_at=moment,
        updated_at=moment,
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:  # somebody was quicker
        refuse_taken(session, facts)
        raise
    if admin_id is not None:
        session.add(Membership(person_id=admin_id, institution_id=made.id, role="admin", created_at=moment))
        session.get_one(Person, admin_id).acting_for_id = made.id
    after = {**as_json(facts), "verified": verified}
    auditing.record(session, actor, "institution.founded", Subject("institution", made.id, made.name), after=after)
    return made


def refuse_often(session: Session, person_id: int) -> None:
    """Raises TooOften when this person has founded enough for a day. Counts this time. The caller commits."""
    if not throttling.allow(session, f"found institution\0{person_id}", most=FOUNDED_A_DAY, per=A_DAY):
        raise TooOften


def changed(before: Facts, after: Facts) -> Mapping[str, tuple[Any, Any]]:
    """Field -> what stood there and what stands there now, of those that differ."""
    old, new = as_json(before), as_json(after)
    return {name: (old[name], new[name]) for name in NAMES if old[name] != new[name]}
