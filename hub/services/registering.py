"""People make accounts: with a mail that proves the address where there is mail, at once where there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.account import Person
from hub.services import auditing, corresponding, guessing, joining, ticketing, welcoming
from hub.services.auditing import Actor, Subject

Link = Callable[[str], str]  # token -> address of a page
LANGUAGES = ("en", "zh-Hans")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody typed."""

    email: str
    name: str
    language: str | None = None

    @property
    def address(self) -> str:
        """As accounts have it."""
        return self.email.strip().lower()


class Refused(Exception):
    """No account is made; `why`: email | short | guessable | taken (only told where no mail can keep it secret)."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def check_address(address: str) -> None:
    """Raises Refused for an address that no account has."""
    if not joining.EMAIL.fullmatch(address) or len(address) > 254:
        raise Refused("email")


def check_password(password: str, email: str) -> None:
    """Raises Refused for a password that is short, or that a guesser tries first."""
    if len(password) < joining.SHORTEST:
        raise Refused("short")
    if guessing.is_guessable(password, email):
        raise Refused("guessable")


def ask(session: Session, wanted: Wanted, *, confirm: Link, sign_in: str) -> None:
    """A mail with the way to go on; what it says depends on whether there is an account, what the page says does not. The caller commits.

    Nobody chooses a password yet: whoever asks may be a stranger, and an account must not begin with a stranger's. Raises Refused.
    """
    check_address(wanted.address)
    known = joining.by_email(session, wanted.address)
    if known is not None:
        corresponding.there_is_one(session, known.email, known.language, sign_in)
        return
    facts = {"name": wanted.name, "language": wanted.language}
    corresponding.confirm(
        session, wanted.address, wanted.language, confirm(ticketing.issue(session, "register", wanted.address, facts=facts))
    )


def awaited(session: Session, token: str) -> str | None:
    """The address whose account this link makes; None when it is no longer good."""
    ticket = ticketing.look(session, "register", token)
    return ticket.email if ticket is not None else None


def confirm(session: Session, token: str, password: str) -> Person | None:
    """The link was used: the account is there, with the password that the owner of the address chooses now, and in the institutions that
    let in by its domain. None when the link is no longer good. The caller commits. Raises Refused, and the link stays good."""
    ticket = ticketing.look(session, "register", token)
    if ticket is None:
        return None
    email, facts = ticket.email, ticket.facts
    check_password(password, email)
    if not ticketing.use(session, ticket) or joining.by_email(session, email) is not None:
        return None
    person = make(session, email, facts["name"], joining.hasher.hash(password), facts.get("language"))
    person.confirmed_at = now()
    session.flush()
    welcoming.by_domain(session, person)
    return person


def at_once(session: Session, wanted: Wanted, password: str) -> Person:
    """An account without a mail: nobody knows whether the address is theirs, so it opens no institution. The caller commits. Raises
    Refused."""
    check_address(wanted.address)
    check_password(password, wanted.address)
    secret = joining.hasher.hash(password)
    if joining.by_email(session, wanted.address) is not None:
        raise Refused("taken")
    try:
        return make(session, wanted.address, wanted.name, secret, wanted.language)
    except IntegrityError as error:  # somebody was faster
        session.rollback()
        raise Refused("taken") from error


def make(session: Session, email: str, name: str, password_hash: str, language: str | None) -> Person:
    """The account."""
    person = Person(
        email=email,
        name=name or email.partition("@")[0],
        password_hash=password_hash,
        session_key=joining.new_key(),
        is_admin=False,
        is_curator=False,
        language=language if language in LANGUAGES else None,
        created_at=now(),
    )
    session.add(person)
    session.flush()
    auditing.record(session, Actor(person.id, person.name), "person.registered", Subject("person", person.id, person.name))
    return person


def ask_reset(session: Session, email: str, *, link: Link) -> None:
    """A mail with the way to a new password, when there is an open account. The caller commits, and says the same in any case."""
    person = joining.by_email(session, email)
    if person is not None and person.disabled_at is None:
        corresponding.reset(session, person.email, person.language, link(ticketing.issue(session, "reset", person.email, person=person)))


def reset(session: Session, token: str, password: str, *, site: str) -> Person | None:
    """The new password; all sessions end, and the owner of the address is told. The link also proves the address. None when it is no
    longer good. The caller commits. Raises Refused."""
    ticket = ticketing.look(session, "reset", token)
    person = session.get(Person, ticket.person_id) if ticket and ticket.person_id else None
    if ticket is None or person is None or person.disabled_at is not None or person.email != ticket.email:
        return None
    check_password(password, person.email)
    if not ticketing.use(session, ticket):
        return None
    joining.set_password(person, password)
    person.confirmed_at = person.confirmed_at or now()
    corresponding.password_changed(session, person.email, person.language, site)
    return person


def ask_address(session: Session, person: Person, email: str, *, link: Link) -> None:
    """A mail to the new address; when an account has it, its owner gets another one. The caller commits. Raises Refused for what is no
    address."""
    address = email.strip().lower()
    check_address(address)
    known = joining.by_email(session, address)
    if known is None:
        token = ticketing.issue(session, "email", address, person=person)
        corresponding.new_address(session, address, person.language, link(token))
    elif known.id != person.id:
        corresponding.there_is_one(session, known.email, known.language, link("-"))


def change_address(session: Session, person: Person, token: str, *, site: str) -> Person | None:
    """The link was used by who asked for it: the account has the new address, the old one is told. None when the link is no longer good,
    or another account's: whoever owns an address must not prove it for a stranger. The caller commits."""
    ticket = ticketing.look(session, "email", token)
    if ticket is None or ticket.person_id != person.id or not ticketing.use(session, ticket):
        return None
    if session.scalar(select(Person.id).where(Person.email == ticket.email)) is not None:
        return None
    corresponding.address_changed(session, person.email, person.language, site)
    person.email, person.confirmed_at = ticket.email, now()
    session.flush()
    auditing.record(session, Actor(person.id, person.name), "person.address", Subject("person", person.id, person.name))
    welcoming.by_domain(session, person)
    return person
