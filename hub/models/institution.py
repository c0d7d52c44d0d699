"""Institutions, who belongs to them, and which of them work together."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Moment, db
from hub.models.account import Person

KINDS = ("university", "enterprise", "agency")
ROLES = ("student", "teacher", "curator", "admin")  # each may what those before it may


class Institution(db.Model):  # type: ignore[name-defined]
    """A university, a company or a government agency that is a member of the hub."""

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(100), unique=True)  # in addresses; never changed
    name: Mapped[str] = mapped_column(String(200), unique=True)
    name_zh: Mapped[str | None] = mapped_column(String(200))  # None: the same in Chinese
    kind: Mapped[str] = mapped_column(String(12))  # of KINDS
    place: Mapped[str] = mapped_column(String(200), default="")
    url: Mapped[str | None] = mapped_column(Text)
    about: Mapped[str] = mapped_column(Text, default="")  # plain text
    verified_at: Mapped[Moment | None]  # an admin of the hub knows that it is who it says: its curators may correct the catalogue
    closed_at: Mapped[Moment | None]  # it left: its page stays, nobody acts for it
    joining: Mapped[str] = mapped_column(String(10), default="invited")  # invited | domain: an address there lets in, as `domain_role`
    domain_role: Mapped[str] = mapped_column(String(10), default="student")  # student | teacher
    visibility: Mapped[str] = mapped_column(String(12), default="public")  # of new things of its members, unless they say otherwise
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]


class InstitutionName(db.Model):  # type: ignore[name-defined]
    """A name under which the catalogue knows what an institution makes: `Resource.institution` or `provider`."""

    id: Mapped[int] = mapped_column(primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey(Institution.id, ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(300), unique=True)


class InstitutionDomain(db.Model):  # type: ignore[name-defined]
    """A mail domain that is an institution's alone ("commerce.example.edu.cn"): admins of the hub enter it."""

    id: Mapped[int] = mapped_column(primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey(Institution.id, ondelete="CASCADE"), index=True)
    domain: Mapped[str] = mapped_column(String(190), unique=True)  # lower case


class Logo(db.Model):  # type: ignore[name-defined]
    """An institution's picture: a PNG, JPEG or WebP, checked by its bytes."""

    institution_id: Mapped[int] = mapped_column(ForeignKey(Institution.id, ondelete="CASCADE"), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(20))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[str] = mapped_column(String(64))
    updated_at: Mapped[Moment]


class Membership(db.Model):  # type: ignore[name-defined]
    """A person belongs to an institution with a role there."""

    __table_args__ = (UniqueConstraint("person_id", "institution_id"), Index(None, "institution_id", "role"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"))
    institution_id: Mapped[int] = mapped_column(ForeignKey(Institution.id, ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(10))  # of ROLES
    created_at: Mapped[Moment]


class Invitation(db.Model):  # type: ignore[name-defined]
    """An institution asks somebody in. Its link makes an account where there is none; the reader has the token, we its hash."""

    __table_args__ = (UniqueConstraint("institution_id", "email"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey(Institution.id, ondelete="CASCADE"))
    email: Mapped[str] = mapped_column(String(254), index=True)
    role: Mapped[str] = mapped_column(String(10))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"))
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]


class Partnership(db.Model):  # type: ignore[name-defined]
    """Two institutions share what is meant for partners. `left_id` is the smaller id; one row a pair, whatever became of it."""

    __table_args__ = (
        UniqueConstraint("left_id", "right_id"),
        CheckConstraint("left_id < right_id", name="order"),
        Index(None, "right_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    left_id: Mapped[int] = mapped_column(ForeignKey(Institution.id, ondelete="CASCADE"))
    right_id: Mapped[int] = mapped_column(ForeignKey(Institution.id, ondelete="CASCADE"))
    requested_by_id: Mapped[int] = mapped_column(ForeignKey(Institution.id, ondelete="CASCADE"))  # one of the two
    state: Mapped[str] = mapped_column(String(10))  # requested | active | declined | ended
    message: Mapped[str] = mapped_column(Text, default="")
    requested_at: Mapped[Moment]
    decided_at: Mapped[Moment | None]  # accepted or declined
    ended_at: Mapped[Moment | None]


class Exemplar(db.Model):  # type: ignore[name-defined]
    """A resource or a shelf that an institution shows as a good example."""

    __table_args__ = (UniqueConstraint("institution_id", "resource_id"), UniqueConstraint("institution_id", "shelf_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey(Institution.id, ondelete="CASCADE"))
    resource_id: Mapped[int | None] = mapped_column(ForeignKey("resource.id"), index=True)
    first_id: Mapped[int | None] = mapped_column(ForeignKey("resource.id"), index=True)  # see rehoming
    shelf_id: Mapped[int | None] = mapped_column(ForeignKey("shelf.id", ondelete="CASCADE"))
    note: Mapped[str] = mapped_column(Text, default="")  # why it is one
    position: Mapped[int]
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"))
    created_at: Mapped[Moment]
