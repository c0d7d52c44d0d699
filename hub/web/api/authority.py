"""Who calls: by the Authorization header alone. A session of the site is no authority here, so no other site can use one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request

from hub.services import acting, tokening
from hub.web import context
from hub.web.api.operations import Operation
from hub.web.problems import Problem

REALM = 'Bearer realm="api"'


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, with which scopes; `key` is under which the calls are counted."""

    who: Any
    scopes: frozenset[str] = frozenset()
    token_id: int | None = None
    lacks_second_factor: bool = False


NOBODY = Caller(acting.ANYBODY)


def caller() -> Caller:
    """Who calls. Raises Problem (401) when there is a token that is none (RFC 6750, section 3.1)."""
    said = request.headers.get("Authorization")
    if said is None:
        return NOBODY
    scheme, _, text = said.strip().partition(" ")
    if scheme.lower() != "bearer" or not text.strip():
        raise Problem(401, "Send a token: Authorization: Bearer och_…", headers=challenge("invalid_request"), code="invalid_request")
    bearer = tokening.verify(context.session(), text.strip())
    if bearer is None:
        raise Problem(401, "This token is none, has ended or was taken back.", headers=challenge("invalid_token"), code="invalid_token")
    return Caller(bearer.viewer, bearer.scopes, bearer.token_id, bearer.lacks_second_factor)


def challenge(error: str = "", scope: str = "") -> dict[str, str]:
    """What is asked of who is refused."""
    more = (f', error="{error}"' if error else "") + (f', scope="{scope}"' if scope else "")
    return {"WWW-Authenticate": REALM + more}


def need(operation: Operation, calls: Caller) -> None:
    """Raises Problem: 401 without a token where one is needed, 403 with one of too few scopes or of a person with too few rights."""
    if operation.scope is None:
        return
    if calls.token_id is None:
        raise Problem(401, f"This needs a token with the scope {operation.scope}.", headers=challenge(scope=operation.scope))
    if operation.scope not in calls.scopes:
        detail = f"The token lacks the scope {operation.scope}."
        raise Problem(403, detail, headers=challenge("insufficient_scope", operation.scope), code="insufficient_scope")
    if operation.scope in ("admin", "records") and not calls.who.is_admin:
        raise Problem(403, "Only an admin of this hub may do this.", code="not_allowed")
    if operation.writes and operation.curates and calls.lacks_second_factor and context.setting("HUB_TWO_FACTOR") == "curators":
        raise Problem(403, "This hub asks curators and admins for a second factor: set it up first.", code="second_factor")


def sees(operation: Operation, calls: Caller) -> Any:
    """With whose eyes an operation looks: a token of scopes that have nothing to do with it sees what everybody sees."""
    allowed = operation.scope is not None or {"read", operation.area} & calls.scopes
    return calls.who if allowed else acting.ANYBODY


def note(calls: Caller) -> None:
    """Keep when the token was used last, to the hour: the one thing that a read writes."""
    session = context.session()
    if calls.token_id is not None and tokening.needs_note(session, calls.token_id):
        tokening.used(session, calls.token_id)
        session.commit()
