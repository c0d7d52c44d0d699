"""Who visits, and who may."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import abort, request, url_for
from flask_login import current_user
from werkzeug.exceptions import HTTPException
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

P = ParamSpec("P")
R = TypeVar("R")


class SignInFirst(HTTPException):
    """Ends a request with the way to the sign-in page; afterwards the visitor comes back to where this one was."""

    def __init__(self) -> None:
        here = request.full_path.rstrip("?") if request.method == "GET" else url_for("home.show")
        address = url_for("accounts.sign_in", next=here)
        response = redirect(address, 303)
        if request.headers.get("HX-Request"):
            response = Response(status=401, headers={"HX-Redirect": address})
        super().__init__(response=response)


def curator_required(view: Callable[P, R]) -> Callable[P, R]:
    """Curators and admins pass; others who are signed in get 403, everybody else the sign-in page."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if not current_user.is_authenticated:
            raise SignInFirst
        if not current_user.is_curator:
            abort(403)
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
        return view(*args, **kwargs)

    return guarded
