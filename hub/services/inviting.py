"""Invitations: somebody is asked in by a link. The reader has its token, we its hash."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.account import Person
from hub.models.institution import ROLES, Institution, Invitation, Membership
from hub.services import auditing, enrolling, joining, permitting, throttling
from hub.services.acting import Viewer
from hub.services.auditing import Subject
from hub.services.founding import TooOften

LASTS = timedelta(days=14)
A_DAY, A_DAY_MOST = timedelta(days=1), 600  # invitations of an institution
PAGE = 50
ONE_S_OWN = ("curator", "admin")  # with these roles only the address that was asked comes in


class BadAddress(ValueError):
    """That is no mail address."""


class IsMember(Exception):
    """Who has this address belongs there already, with this role or a higher one."""


class Gone(Exception):
    """The invitation is not there: used, withdrawn, too old, or never made."""


class AnotherAddress(Exception):
    """The invitation went to another address than this person's, and its role is for who was asked alone."""


@dataclass(frozen=True, slots=True)
class Made:
    """An invitation with its token, which is known this once."""

    id: int
    email: str
    role: str
    token: str
    expires_at: datetime
    name: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An invitation as the institution's admins see it."""

    id: int
    email: str
    role: str
    invited_by: str | None
    created_at: datetime
    expires_at: datetime
    expired: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """An invitation as who follows its link sees it."""

    id: int
    institution: Institution
    email: str
    role: str
    invited_by: str | None
    expires_at: datetime
    has_account: bool  # somebody with this address has an account


def hashed(token: str) -> str:
    """As we keep a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def invite(session: Session, who: Viewer, institution: Institution, email: str, role: str, *, name: str = "") -> Made:
    """Ask somebody in, or once more: a link that was made before for the same address is void then. The caller commits.

    Raises NotAllowed, BadAddress, IsMember, TooOften.
    """
    permitting.need_manager(who, institution)
    if role not in ROLES:
        raise ValueError(role)
    email = address(email)
    if belongs(session, institution.id, email, role):
        raise IsMember
    if not throttling.allow(session, f"invite\0{institution.id}", most=A_DAY_MOST, per=A_DAY):
        raise TooOften
    permitting.hold(session, institution)
    token, moment = secrets.token_urlsafe(32), now()
    row = session.scalar(select(Invitation).filter_by(institution_id=institution.id, email=email))
    before = row.role if row else None
    if row is None:
        row = Invitation(institution_id=institution.id, email=email)
        session.add(row)
    row.role, row.token_hash, row.invited_by_id = role, hashed(token), who.person_id
    row.created_at, row.expires_at = moment, moment + LASTS
    session.flush()
    tell(session, who, "member.invited", institution, row.email, before, role)
    return Made(row.id, row.email, role, token, row.expires_at, name)


def address(email: str) -> str:
    """A mail address as we keep it. Raises BadAddress."""
    email = email.strip().lower()
    if len(email) > 254 or not joining.EMAIL.fullmatch(email) or not email.isprintable() or any(c in email for c in "<>()[],;:\"'\\"):
        raise BadAddress(email)
    return email


def belongs(session: Session, institution_id: int, email: str, role: str) -> bool:
    """Has this address a member's role there already, or a higher one?"""
    there = session.scalar(
        select(Membership.role)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.institution_id == institution_id, Person.email == email)
    )
    return there is not None and ROLES.index(there) >= ROLES.index(role)


def tell(session: Session, who: Viewer, action: str, institution: Institution, email: str, before: object, after: object) -> None:
    """What happened to an invitation, in the audit log."""
    auditing.record(
        session, who.actor, action, Subject("institution", institution.id, f"{institution.name}: {email}"), before=before, after=after
    )


def again(session: Session, who: Viewer, institution: Institution, invitation_id: int) -> Made:
    """The same invitation with a new link and a new term; the old link is void. The caller commits. Raises as `invite`, and Gone."""
    permitting.need_manager(who, institution)
    row = session.scalar(select(Invitation).filter_by(id=invitation_id, institution_id=institution.id))
    if row is None:
        raise Gone
    return invite(session, who, institution, row.email, row.role)


def withdraw(session: Session, who: Viewer, institution: Institution, invitation_id: int) -> None:
    """The link is void. The caller commits. Raises NotAllowed, Gone."""
    permitting.need_manager(who, institution)
    row = session.scalar(select(Invitation).filter_by(id=invitation_id, institution_id=institution.id))
    if row is None:
        raise Gone
    tell(session, who, "member.invitation-withdrawn", institution, row.email, row.role, None)
    session.delete(row)


def waiting(session: Session, institution_id: int, *, page: int = 1) -> tuple[Sequence[Waiting], int]:
    """Invitations that nobody has accepted yet, newest first, and how many there are."""
    total = session.scalar(select(func.count()).where(Invitation.institution_id == institution_id)) or 0
    rows = session.execute(
        select(Invitation, Person.name)
        .outerjoin(Person, Person.id == Invitation.invited_by_id)
        .where(Invitation.institution_id == institution_id)
        .order_by(Invitation.created_at.desc(), Invitation.id.desc())
        .limit(PAGE)
        .offset((max(page, 1) - 1) * PAGE)
    ).all()
    moment = now()
    return [Waiting(i.id, i.email, i.role, name, i.created_at, i.expires_at, i.expires_at <= moment) for i, name in rows], total


def offer(session: Session, token: str) -> Offer | None:
    """What this link offers; None when it is void."""
    row = session.execute(
        select(Invitation, Institution, Person.name)
        .join(Institution, Institution.id == Invitation.institution_id)
        .outerjoin(Person, Person.id == Invitation.invited_by_id)
        .where(Invitation.token_hash == hashed(token[:200]), Invitation.expires_at > now(), Institution.closed_at.is_(None))
    ).first()
    if row is None:
        return None
    invitation, institution, name = row
    known = session.scalar(select(Person.id).filter_by(email=invitation.email)) is not None
    return Offer(invitation.id, institution, invitation.email, invitation.role, name, invitation.expires_at, known)


def accept(session: Session, who: Viewer, token: str) -> Institution:
    """Come in by this link, once. The caller commits. Raises Gone, AnotherAddress, NotAllowed for who is not signed in.

    Students and teachers may come with another address than the one that was asked (the page says so first); curators and admins may not.
    """
    if who.person_id is None:
        raise permitting.NotAllowed
    found = offer(session, token)
    if found is None:
        raise Gone
    own = session.get_one(Person, who.person_id).email
    if own != found.email and found.role in ONE_S_OWN:
        raise AnotherAddress
    used = session.execute(delete(Invitation).where(Invitation.id == found.id, Invitation.token_hash == hashed(token)))
    if not used.rowcount:  # type: ignore[attr-defined]
        raise Gone
    how = "by invitation" if own == found.email else f"by the invitation of {found.email}"
    enrolling.enrol(session, who.actor, found.institution, who.person_id, found.role, how=how)
    return found.institution


def letter(institution: Institution, made: Made, inviter: str, link: str) -> tuple[str, str]:
    """Subject and text of the mail, in both languages. Names in it are as people typed them: on one line each."""
    greeting = f"{made.name}:\n\n" if made.name else ""
    roles = {"student": "学生", "teacher": "教师", "curator": "编目员", "admin": "管理员"}
    chinese = institution.name_zh or institution.name
    body = (
        f"{greeting}{inviter} invites you to {institution.name} as {made.role}.\n\n{link}\n\n"
        f"The link works once, until {made.expires_at:%Y-%m-%d}. If you know nothing of this, do nothing.\n\n"
        f"{inviter} 邀请您以{roles[made.role]}身份加入“{chinese}”。\n\n{link}\n\n"
        f"链接仅可使用一次，有效期至 {made.expires_at:%Y-%m-%d}。如果您不了解此事，请忽略本邮件。"
    )
    return f"Invitation: {institution.name} · 邀请：{chinese}", body
