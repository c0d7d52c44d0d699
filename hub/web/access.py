"""Who visits, and who may."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import NoReturn, ParamSpec, TypeVar

from flask import abort, flash, request, url_for
from flask_login import current_user
from werkzeug.exceptions import HTTPException
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.web import context
from hub.web.messages import gettext as _

P = ParamSpec("P")
R = TypeVar("R")


class SignInFirst(HTTPException):
    """Ends a request with the way to the sign-in page; afterwards the visitor comes back to where this one was, or goes to `then`."""

    def __init__(self, then: str = "") -> None:
        here = request.full_path.rstrip("?") if request.method == "GET" else url_for("home.show")
        address = url_for("accounts.sign_in", next=then or here)
        response = redirect(address, 303)
        if request.headers.get("HX-Request"):
            response = Response(status=401, headers={"HX-Redirect": address})
        super().__init__(response=response)


class SetUpFirst(HTTPException):
    """Ends a request with the way to the second factor."""

    def __init__(self) -> None:
        address = url_for("second_factors.show")
        response = redirect(address, 303)
        if request.headers.get("HX-Request"):
            response = Response(status=401, headers={"HX-Redirect": address})
        super().__init__(response=response)


def demand_second_factor() -> None:
    """Where the settings ask curators and admins for a second factor: ends the request with the way to set it up for who has none."""
    if context.setting("HUB_TWO_FACTOR") == "curators" and current_user.lacks_second_factor:
        flash(_("This hub asks curators and admins for a second factor: set it up, then go on."), "warn")
        raise SetUpFirst


def signed_in_required(view: Callable[P, R]) -> Callable[P, R]:
    """Everybody with an account passes; others get the sign-in page."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if not current_user.is_authenticated:
            raise SignInFirst
        return view(*args, **kwargs)

    return guarded


def member_required(least: str = "teacher") -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Who acts for an institution with this role or a higher one passes (`context.viewer().seat`); others who are signed in get 403,
    everybody else the sign-in page."""

    def guard(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if not current_user.is_authenticated:
                raise SignInFirst
            seat = current_user.viewer.seat
            if seat is None or not seat.may(least):
                abort(403)
            if least in ("curator", "admin"):
                demand_second_factor()
            return view(*args, **kwargs)

        return guarded

    return guard


def refuse(*, seen: bool) -> NoReturn:
    """Ends a request for something that is not this visitor's to change: 404 when they may not even see it, 403 when they see it;
    the sign-in page first for who is not signed in and sees it."""
    if not seen:
        abort(404)
    if not current_user.is_authenticated:
        raise SignInFirst
    abort(403)


def curator_required(view: Callable[P, R]) -> Callable[P, R]:
    """Curators and admins pass; others who are signed in get 403, everybody else the sign-in page."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if not current_user.is_authenticated:
            raise SignInFirst
        if not current_user.is_curator:
            abort(403)
        demand_second_factor()
        return view(*args, **kwargs)

    return guarded


def admin_required(view: Callable[P, R]) -> Callable[P, R]:
    """Admins pass; others who are signed in get 403, everybody else the sign-in page."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if not current_user.is_authenticated:
            raise SignInFirst
        if not current_user.is_admin:
            abort(403)
        demand_second_factor()
        return view(*args, **kwargs)

    return guarded
