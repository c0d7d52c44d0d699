"""Learning platforms that know the hub: registered, accepted, changed and taken away by admins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from harvesters.addresses import parse_url
from harvesters.errors import HarvestError
from hub.db import now
from hub.models.institution import Institution
from hub.models.lti import Platform
from hub.services import auditing, keying
from hub.services.auditing import Actor, Subject

ADDRESSES = ("issuer", "login_url", "jwks_url")
LIMITS = {"title": 200, "issuer": 300, "client_id": 255, "login_url": 2_000, "jwks_url": 2_000}
DEPLOYMENTS_MOST = 100
THIS_MACHINE = ("127.0.0.1", "localhost", "[::1]", "::1")


class BadFact(Exception):
    """A fact cannot be used: `field` names it, `kind` says why: `missing`, `long`, `address`, `institution`, `many`."""

    def __init__(self, field: str, kind: str) -> None:
        super().__init__(f"{field}: {kind}")
        self.field, self.kind = field, kind


class Known(Exception):
    """There is a platform with this issuer and client already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a registration says (LTI 1.3 Core, section 3.1.2), as typed. `institution`: the slug of the one whose platform it is."""

    title: str
    issuer: str
    client_id: str
    deployment_ids: tuple[str, ...] = ()  # empty: any
    login_url: str
    jwks_url: str
    institution: str = ""


def registered(session: Session) -> Sequence[Platform]:
    """All of them, by title."""
    return session.scalars(select(Platform).order_by(Platform.title, Platform.id)).all()


def get(session: Session, platform_id: int) -> Platform | None:
    """The platform with this number."""
    return session.get(Platform, platform_id)


def of_issuer(session: Session, issuer: str, client_id: str = "") -> Sequence[Platform]:
    """The registrations of an issuer, with this client alone when it is named."""
    wanted = select(Platform).where(Platform.issuer == issuer[:300]).order_by(Platform.id)
    return session.scalars(wanted.where(Platform.client_id == client_id[:255]) if client_id else wanted).all()


def institutions(session: Session) -> Sequence[tuple[str, str]]:
    """Those to choose from: (slug, name)."""
    rows = session.execute(select(Institution.slug, Institution.name).where(Institution.closed_at.is_(None)).order_by(Institution.name))
    return [(slug, name) for slug, name in rows]


def slug_of(session: Session, platform: Platform) -> str:
    """The institution whose platform it is, or ""."""
    kept = session.get(Institution, platform.institution_id) if platform.institution_id else None
    return kept.slug if kept else ""


def add(session: Session, secret: str, actor: Actor, facts: Facts, *, accepted: bool = True) -> Platform:
    """A new one; with the first of them the hub gets its key pair. The caller commits. Raises BadFact, Known."""
    platform = Platform(**columns(session, facts), created_at=now(), accepted_at=now() if accepted else None)
    session.add(platform)
    settle(session)
    keying.ensure(session, secret)
    auditing.record(session, actor, "platform.added", subject(platform), after=told(platform))
    return platform


def accept(session: Session, actor: Actor, platform: Platform) -> bool:
    """It may launch from now on; False when it might already. The caller commits."""
    if platform.accepted_at is not None:
        return False
    platform.accepted_at = now()
    auditing.record(session, actor, "platform.accepted", subject(platform), after=told(platform))
    return True


def change(session: Session, actor: Actor, platform: Platform, facts: Facts) -> bool:
    """What its registration says now; False when nothing differs. The caller commits. Raises BadFact, Known."""
    before, values = told(platform), columns(session, facts)
    for name, value in values.items():
        setattr(platform, name, value)
    settle(session)
    after = told(platform)
    if after == before:
        return False
    auditing.record(session, actor, "platform.changed", subject(platform), before=before, after=after)
    return True


def remove(session: Session, actor: Actor, platform: Platform) -> None:
    """Nothing of it is believed any more. The caller commits."""
    auditing.record(session, actor, "platform.removed", subject(platform), before=told(platform))
    session.delete(platform)
    session.flush()


def settle(session: Session) -> None:
    """Write, and say so when there is one like it. Raises Known; the session is rolled back then."""
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Known from error


def subject(platform: Platform) -> Subject:
    """The platform as the audit log names it."""
    return Subject("platform", platform.id, platform.title)


def told(platform: Platform) -> dict[str, Any]:
    """Its facts for the log."""
    return {name: getattr(platform, name) for name in ("title", "issuer", "client_id", "deployment_ids", "login_url", "jwks_url")}


def columns(session: Session, facts: Facts) -> dict[str, Any]:
    """The facts as they are kept. Raises BadFact."""
    values: dict[str, Any] = {}
    for name, most in LIMITS.items():
        text = getattr(facts, name).strip()
        if not text or not text.isprintable():
            raise BadFact(name, "missing")
        if len(text) > most:
            raise BadFact(name, "long")
        values[name] = address(name, text) if name in ADDRESSES else text
    values["deployment_ids"] = deployments(facts.deployment_ids)
    values["institution_id"] = institution_id(session, facts.institution)
    return values


def address(name: str, text: str) -> str:
    """An address of the web with https, or with http on this machine alone. Raises BadFact."""
    try:
        parse_url(text)
        parts = urlsplit(text)
    except (HarvestError, ValueError) as error:
        raise BadFact(name, "address") from error
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in THIS_MACHINE)
    if not secure or parts.username or parts.password or parts.fragment or (name == "issuer" and parts.query):
        raise BadFact(name, "address")
    return text


def deployments(typed: Sequence[str]) -> list[str]:
    """Each once. Raises BadFact."""
    kept = list(dict.fromkeys(text.strip() for text in typed if text.strip()))
    if len(kept) > DEPLOYMENTS_MOST:
        raise BadFact("deployment_ids", "many")
    if any(len(text) > 255 or not text.isprintable() for text in kept):  # LTI 1.3 Core, section 5.3.3
        raise BadFact("deployment_ids", "long")
    return kept


def institution_id(session: Session, slug: str) -> int | None:
    """Its number. Raises BadFact."""
    if not slug:
        return None
    found = session.scalar(select(Institution.id).where(Institution.slug == slug[:100], Institution.closed_at.is_(None)))
    if found is None:
        raise BadFact("institution", "institution")
    return found
