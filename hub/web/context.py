"""What the parts of the application are called inside a request: all that a view reaches for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from flask import Response, current_app, g, stream_with_context
from flask_login import current_user

from hub.db import Session, db
from hub.services import acting, auditing


def session() -> Any:
    """The request's database session. (Views pass it on to services and know no more of it: hence no type.)"""
    return db.session()


def streamed(pieces: Callable[[Any], Iterator[str]], content_type: str) -> Response:
    """An answer that is made while it is sent: `pieces` is given a session of its own, for Flask forgets the request's when the view
    returns. It is given back when the last piece has left, or when nobody listens any more."""
    session = Session(db.engine)

    def begun() -> Iterator[str]:
        try:
            yield from pieces(session)
        finally:
            session.close()

    return Response(stream_with_context(begun()), content_type=content_type)


def index() -> Any:
    """The search index."""
    return current_app.extensions["hub"].index


def jobs() -> Any:
    """The background tasks that a view may start."""
    return current_app.extensions["hub"].jobs


def fetching() -> Any:
    """What asks addresses (`harvesting.Fetching`)."""
    return current_app.extensions["hub"].fetching


def observer() -> Any:
    """Counts what is searched."""
    return current_app.extensions["hub"].observer


def keyring() -> Any:
    """The public keys of learning platforms (`unlocking.Keyring`)."""
    return current_app.extensions["hub"].keyring


def platforms() -> Any:
    """What asks a learning platform that registers itself (`unlocking.Open`)."""
    return current_app.extensions["hub"].platforms


def provider() -> Any:
    """Where people sign in elsewhere (`federating.Provider`); None when there is no such place."""
    return current_app.extensions["hub"].provider


def actor() -> Any:
    """Who writes, as the audit log names them (`auditing.Actor`)."""
    return auditing.Actor(int(current_user.id), str(current_user.name))


def viewer() -> Any:
    """Who asks for people's things (`acting.Viewer`); anybody when nobody is signed in."""
    return current_user.viewer if current_user.is_authenticated else acting.ANYBODY


def setting(name: str) -> Any:
    """One setting of the application; None when it is not set."""
    return current_app.config.get(name)


def site_address() -> str:
    """The site's public address without a final slash: as configured, else empty (links then are relative)."""
    return str(current_app.config.get("HUB_BASE_URL") or "")


def remember_language(tag: str) -> None:
    """Keep the language of this answer for everything that follows in the request."""
    g.language = tag


def language() -> str:
    """The language of this answer, BCP 47: `en` or `zh-Hans`."""
    return str(g.get("language", "en"))
