"""A launch from a learning platform: the login that it begins with, and the signed message that follows (LTI 1.3 Core; LTI Security 1.0).

Nothing is written when a login begins: its state is a sealed value. That a state has come back is written, so that it comes back once.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.lti import LaunchNonce, Platform
from hub.services import claiming, onboarding, sealing
from hub.services.claiming import Refused, Told
from hub.services.unlocking import Keyring

PURPOSE = "lti state"
SECONDS = 600  # from the login to the launch
HINT_MOST = 8_000  # characters of what a platform wants to hear again


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """What a platform asks for when somebody follows a link (LTI Security 1.0, section 5.1.1.1)."""

    issuer: str
    login_hint: str
    target: str  # target_link_uri
    client_id: str = ""
    deployment_id: str = ""
    message_hint: str = ""


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to send the browser, and what it should keep until it comes back."""

    address: str
    cookie: str
    value: str


@dataclass(frozen=True, slots=True)
class Launch:
    """A message that is genuine, and the platform that has sent it."""

    platform: Platform
    told: Told


def begin(session: Session, secret: str, login: Login, *, redirect_uri: str) -> Begun:
    """The way to the platform's authorisation endpoint (LTI Security 1.0, section 5.1.1.2). Writes nothing. Raises Refused."""
    if not login.login_hint or len(login.login_hint) > HINT_MOST or len(login.message_hint) > HINT_MOST:
        raise Refused("invalid_request", "login_hint is missing or too long.")
    platform = registered(session, login)
    state = sealing.seal(secret, PURPOSE, {"p": platform.id, "r": secrets.token_urlsafe(18)}, seconds=SECONDS)
    asked = {
        "scope": "openid", "response_type": "id_token", "response_mode": "form_post", "prompt": "none", "client_id": platform.client_id,
        "redirect_uri": redirect_uri, "login_hint": login.login_hint, "state": state, "nonce": nonce_of(state),
    }  # fmt: skip
    if login.message_hint:
        asked["lti_message_hint"] = login.message_hint
    joint = "&" if "?" in platform.login_url else "?"
    return Begun(f"{platform.login_url}{joint}{urlencode(asked)}", cookie_of(state), mark_of(state))


def registered(session: Session, login: Login) -> Platform:
    """The registration that is meant. Raises Refused."""
    found = onboarding.of_issuer(session, login.issuer, login.client_id) if login.issuer else ()
    if login.deployment_id:
        found = [one for one in found if not one.deployment_ids or login.deployment_id in one.deployment_ids]
    if not found:
        raise Refused("unauthorized_client", "No platform with this issuer, client and deployment is registered here.", 401)
    found = [one for one in found if one.accepted_at is not None] or found
    if len(found) > 1:
        raise Refused("invalid_request", "The issuer has several registrations here: client_id has to say which is meant.")
    return accepted(found[0])


def accepted(platform: Platform) -> Platform:
    """The same, when an admin has accepted its registration. Raises Refused."""
    if platform.accepted_at is None:
        raise Refused("unauthorized_client", "The platform is registered, but an admin of the hub has still to accept it.", 401)
    return platform


def nonce_of(state: str) -> str:
    """The nonce that goes with a state: whoever has a token of one login cannot use it with the state of another."""
    return hashed("nonce", state)


def cookie_of(state: str) -> str:
    """The name of the cookie that ties a state to a browser."""
    return f"lti-{hashed('cookie', state)[:16]}"


def mark_of(state: str) -> str:
    """Its value."""
    return hashed("mark", state)


def hashed(what: str, text: str) -> str:
    """A name for something that says nothing about it."""
    return hashlib.sha256(f"{what} {text}".encode()).hexdigest()


def receive(session: Session, keyring: Keyring, secret: str, *, state: str, token: str, cookies: dict[str, str]) -> Launch:
    """The message that a platform has sent through the browser. The caller commits, also when this raises Refused after the state was
    taken: it is used up then. Raises Refused, unlocking.Unreachable."""
    platform = platform_of(session, secret, state)
    check_browser(state, cookies)
    use_up(session, state, seconds=SECONDS * 2)
    claims = claiming.verified(token, platform.client_id, lambda anew: keyring.keys(platform.jwks_url, anew=anew))
    claiming.check(claims, issuer=platform.issuer, client_id=platform.client_id, nonce=nonce_of(state))
    told = claiming.told(claims)
    if platform.deployment_ids and told.deployment_id not in platform.deployment_ids:
        raise Refused("unauthorized_client", "The deployment is not one of those registered here.", 401)
    today = now().replace(hour=0, minute=0, second=0, microsecond=0)
    if platform.used_at is None or platform.used_at < today:
        platform.used_at = today
    return Launch(platform, told)


def platform_of(session: Session, secret: str, state: str) -> Platform:
    """The platform to which a state was given. Raises Refused."""
    try:
        kept = sealing.unseal(secret, PURPOSE, state)
    except sealing.TooOld as error:
        raise Refused("invalid_request", "The login has taken longer than ten minutes: begin again.") from error
    except sealing.NotOurs as error:
        raise Refused("invalid_request", "The state is not one that this hub has given.") from error
    platform = onboarding.get(session, kept["p"])
    if platform is None:
        raise Refused("unauthorized_client", "The platform is not registered here any more.", 401)
    return accepted(platform)


def check_browser(state: str, cookies: dict[str, str]) -> None:
    """The state has to come back in the browser to which it was given, where that browser keeps our cookies at all: in a frame of another
    site many do not. Raises Refused."""
    mine = {name: value for name, value in cookies.items() if name.startswith("lti-")}
    if mine and mine.get(cookie_of(state)) != mark_of(state):
        raise Refused("invalid_request", "The state was given to another browser.")


def use_up(session: Session, sealed: str, *, seconds: int) -> None:
    """A sealed value comes back once in the time for which it is good. The caller commits. Raises Refused."""
    at = now()
    session.execute(delete(LaunchNonce).where(LaunchNonce.expires_at < at))
    session.add(LaunchNonce(key=hashed("state", sealed), expires_at=at + timedelta(seconds=seconds)))
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Refused("invalid_request", "This has been used already: begin again on the platform.") from error


def is_used_up(session: Session, sealed: str) -> bool:
    """Has it come back already?"""
    return session.get(LaunchNonce, hashed("state", sealed)) is not None


def give_back(session: Session, sealed: str) -> None:
    """What it was used for did not work: it may come back again. The caller commits."""
    session.execute(delete(LaunchNonce).where(LaunchNonce.key == hashed("state", sealed)))


def origins(launch: Launch) -> Sequence[str]:
    """The sites on which the platform shows us: of its own addresses, and of those in the message that it has signed."""
    platform = launch.platform
    return claiming.origins((platform.issuer, platform.login_url, *launch.told.places))
