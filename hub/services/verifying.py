"""The second factor: codes of an authenticator (TOTP, RFC 6238) and recovery codes, each taken once."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime

import pyotp
from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.account import Person
from hub.services import joining, throttling, warning

STEP = 30  # seconds that a code lives
DRIFT = 1  # steps that a clock may be wrong, either way
CODES = 10  # recovery codes
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look like others
SECRET = re.compile(r"[A-Z2-7]{32}")


class WrongPassword(Exception):
    """The password does not fit."""


def new_secret() -> str:
    """160 random bits in base32, as RFC 4226 recommends."""
    return pyotp.random_base32()


def address(secret: str, email: str, site: str) -> str:
    """The otpauth:// address that a QR code shows."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=site.replace(":", " "))


def step_of(secret: str, code: str, at: datetime) -> int | None:
    """The time step to which this code belongs, within DRIFT of that moment; None when the code is wrong."""
    if not re.fullmatch(r"[0-9]{6}", code, re.ASCII):
        return None
    here, totp = int(at.timestamp()) // STEP, pyotp.TOTP(secret)
    fitting = [step for step in range(here - DRIFT, here + DRIFT + 1) if secrets.compare_digest(totp.generate_otp(step), code)]
    return fitting[-1] if fitting else None


def turn_on(session: Session, person: Person, secret: str, code: str) -> list[str] | None:
    """Keep the secret when the code fits it: the recovery codes, which are shown this once; None when it does not. The caller commits."""
    step = step_of(secret, tidy(code), now()) if SECRET.fullmatch(secret) else None
    if step is None:
        return None
    person.totp_secret, person.totp_step = secret, step
    warning.tell(session, person, "two-factor-on")
    return new_codes(person)


def turn_off(session: Session, person: Person) -> None:
    """No second factor any more. The caller commits."""
    warning.tell(session, person, "two-factor-off")
    person.totp_secret, person.totp_step, person.recovery_hashes = None, None, []


def new_codes(person: Person) -> list[str]:
    """Ten new recovery codes; the old ones are void. The caller commits."""
    codes = ["-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4)) for _ in range(CODES)]
    person.recovery_hashes = [hashed(code) for code in codes]
    return codes


def second_step(session: Session, person: Person, code: str, *, address: str) -> bool:
    """The second step of signing in, slowed down like passwords are, by account and by address. Commits. Raises TooManyTries."""
    keys = throttle_keys(person, address)
    joining.check_tries(session, keys)
    if not take(session, person, code):
        joining.count_failure(session, keys)
        return False
    joining.forget_failures(session, keys)
    session.commit()
    return True


def prove(session: Session, person: Person, password: str, code: str, *, address: str) -> bool:
    """Are password and code those of this person, who is signed in? The code is used up. Commits. Raises TooManyTries, WrongPassword."""
    check_password(session, person, password, address=address)
    return second_step(session, person, code, address=address)


def set_up(session: Session, person: Person, secret: str, password: str, code: str, *, address: str) -> list[str] | None:
    """`turn_on` for who also knows the password: a browser left open is not enough. The caller commits.

    Raises TooManyTries, WrongPassword.
    """
    check_password(session, person, password, address=address)
    return turn_on(session, person, secret, code)


def check_password(session: Session, person: Person, password: str, *, address: str) -> None:
    """Nothing when it fits, or when the person has none. Commits a failure. Raises TooManyTries, WrongPassword."""
    keys = throttle_keys(person, address)
    joining.check_tries(session, keys)
    if person.password_hash and not joining.right(person.password_hash, password):
        joining.count_failure(session, keys)
        raise WrongPassword


def throttle_keys(person: Person, address: str) -> list[str]:
    """The counts of failures: of this account's second step, and of the address."""
    pairs = (("second step", str(person.id)), ("second step from", throttling.origin(address)))
    return [hashlib.sha256(f"{what}\0{value}".encode()).hexdigest() for what, value in pairs]


def take(session: Session, person: Person, code: str) -> bool:
    """Does the code let this person in? It is used up then, also for a request at the same moment. The caller commits."""
    written = tidy(code)
    return take_step(session, person, written) if written.isdigit() else take_recovery(session, person, written)


def take_step(session: Session, person: Person, code: str) -> bool:
    """A code of the authenticator, of a later step than the last one that was taken."""
    step = step_of(person.totp_secret, code, now()) if person.totp_secret else None
    if step is None:
        return False
    newer = or_(Person.totp_step.is_(None), Person.totp_step < step)
    taken = session.execute(update(Person).where(Person.id == person.id, newer).values(totp_step=step))
    session.refresh(person)
    return bool(taken.rowcount)  # type: ignore[attr-defined]


def take_recovery(session: Session, person: Person, code: str) -> bool:
    """A recovery code. The row is locked first (a write that changes nothing does it on either database): none is taken twice."""
    session.execute(update(Person).where(Person.id == person.id).values(totp_step=Person.totp_step))
    session.refresh(person)
    wanted = hashed(code)
    if person.totp_secret is None or wanted not in person.recovery_hashes:
        return False
    person.recovery_hashes = [kept for kept in person.recovery_hashes if kept != wanted]
    session.flush()
    return True


def tidy(code: str) -> str:
    """A code as it was typed, without the blanks and hyphens that are there to read it."""
    return re.sub(r"[\s-]", "", code[:100]).lower()


def hashed(code: str) -> str:
    """How a recovery code is kept: 80 random bits need no slow hash."""
    return hashlib.sha256(tidy(code).encode()).hexdigest()
