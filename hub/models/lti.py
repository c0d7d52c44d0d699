"""Learning platforms that know the hub as a tool (LTI 1.3)."""

from __future__ import annotations

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Moment, db
from hub.models.institution import Institution


class Platform(db.Model):  # type: ignore[name-defined]
    """A learning platform, as its registration says (LTI 1.3 Core, section 3.1.2)."""

    __table_args__ = (UniqueConstraint("issuer", "client_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    institution_id: Mapped[int | None] = mapped_column(ForeignKey(Institution.id, ondelete="SET NULL"))  # whose platform it is
    issuer: Mapped[str] = mapped_column(String(300))
    client_id: Mapped[str] = mapped_column(String(255))
    deployment_ids: Mapped[list[str]] = mapped_column(JSON, default=list)  # empty: any
    login_url: Mapped[str] = mapped_column(Text)  # OpenID Connect authorisation endpoint
    jwks_url: Mapped[str] = mapped_column(Text)
    created_at: Mapped[Moment]
    accepted_at: Mapped[Moment | None]  # None: it has registered itself and waits for an admin's word
    used_at: Mapped[Moment | None]  # to the day


class LaunchNonce(db.Model):  # type: ignore[name-defined]
    """A launch that was begun, or has been done: state and nonce count once. The keys are hashes."""

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[Moment] = mapped_column(index=True)


class SigningKey(db.Model):  # type: ignore[name-defined]
    """A key pair with which the hub signs what it sends to platforms: the youngest that is active signs."""

    id: Mapped[int] = mapped_column(primary_key=True)
    kid: Mapped[str] = mapped_column(String(64), unique=True)
    public: Mapped[dict[str, str]] = mapped_column(JSON)  # JWK
    private: Mapped[str] = mapped_column(Text)  # JWK, sealed with SECRET_KEY (JWE); the JSON itself where an older version has made it
    created_at: Mapped[Moment]
    active_at: Mapped[Moment]  # signs from then on; published from the beginning
