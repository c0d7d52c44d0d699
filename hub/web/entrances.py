"""Signing in ends here, whichever way it began; between password and session may stand the second factor."""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask import session as cookie
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.services import acting, joining, lodging
from hub.web import context, problems, security

HALF = "half"  # in the session: somebody whose password was right, and whose second factor is still asked
LONGEST = 300  # seconds that this is so


class Manager(LoginManager):
    """Flask-Login without its "remember me" cookie: so it need not look at the session of every answer, static files among them."""

    def _update_remember_cookie(self, response: Response) -> Response:
        return response


manager = Manager()


class Visitor(UserMixin):
    """Who is signed in, as pages see them. The session key is part of the id: a new key ends every session."""

    def __init__(self, person: Any, viewer: Any, token: str) -> None:
        self.token, self.email = token, person.email
        self.person_id, self.key, self.name, self.is_admin = person.id, person.session_key, person.name, person.is_admin
        self.viewer, self.is_curator = viewer, viewer.is_curator
        self.lacks_second_factor = bool(person.password_hash) and person.totp_secret is None

    @property
    def id(self) -> int:
        """The account's number."""
        return int(self.person_id)

    def get_id(self) -> str:
        """What the session cookie keeps."""
        return f"{self.person_id}:{self.key}:{self.token}"


@manager.user_loader
def load(kept: str) -> Visitor | None:
    """The visitor of a session; None when the account or its key is no more."""
    number, _, rest = kept.partition(":")
    key, _, token = rest.partition(":")
    person = joining.get(context.session(), int(number)) if number.isascii() and number.isdigit() and len(number) < 10 else None
    if person is None or person.session_key != key or person.disabled_at is not None:
        return None
    if not lodging.living(context.session(), person.id, token):
        return None
    return Visitor(person, acting.viewer(context.session(), person), token)


@dataclass(frozen=True, slots=True)
class Half:
    """Somebody who has given the password and not yet the second factor."""

    person: Any
    next: str
    remember: bool


def enter(person: Any, next_: str | None, *, remember: bool = False, trusted: bool = False) -> Response:
    """End a way of signing in: to where the visitor wanted to go, by the second factor when there is one that nobody has asked for yet
    (`trusted`: a provider vouches for the person)."""
    if person.totp_secret is None or trusted:
        return finish(person, next_, remember=remember)
    cookie.clear()
    cookie[HALF] = {"id": person.id, "proof": proof(person), "at": int(time.time()), "next": next_ or "", "remember": remember}
    return redirect(url_for("second_factors.ask"), 303)


def finish(person: Any, next_: str | None, *, remember: bool) -> Response:
    """A new session: nothing of the visitor's old one lives on in it."""
    session = context.session()
    token = lodging.begin(session, person, remember=remember, browser=request.user_agent.string, address=request.remote_addr or "")
    viewer = acting.viewer(session, person)
    session.commit()
    cookie.clear()
    cookie.permanent = remember
    login_user(Visitor(person, viewer, token))
    return redirect(security.own_path(next_), 303)


def waiting() -> Half | None:
    """Whose second factor this browser is asked for; None after five minutes, or when the password or the factor has changed."""
    kept = cookie.get(HALF)
    if not isinstance(kept, dict) or kept["at"] + LONGEST < time.time():
        return None
    person = joining.get(context.session(), kept["id"])
    if person is None or person.disabled_at is not None or person.totp_secret is None:
        return None
    return Half(person, kept["next"], kept["remember"]) if secrets.compare_digest(proof(person), kept["proof"]) else None


def proof(person: Any) -> str:
    """What changes with the password, the sessions and the second factor; says nothing about them."""
    return hashlib.sha256("\0".join((person.session_key, person.password_hash, person.totp_secret or "")).encode()).hexdigest()


def go_on() -> None:
    """Before a request that writes: a session in which something is done lasts longer."""
    if (
        request.method == "POST"
        and not problems.is_api()
        and current_user.is_authenticated
        and lodging.seen(context.session(), current_user.token)
    ):
        context.session().commit()


def leave() -> None:
    """End this session."""
    if current_user.is_authenticated:
        lodging.end_token(context.session(), current_user.token)
        context.session().commit()
    logout_user()
    cookie.clear()
