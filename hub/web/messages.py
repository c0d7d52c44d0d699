"""Messages in the language of the request. Flask-Babel's functions look their catalogue up at every message; these, once a request."""

from __future__ import annotations

from typing import Any

from flask import g
from flask_babel import get_translations
from flask_babel.speaklater import LazyString


def catalogue() -> Any:
    """The messages in this request's language."""
    if "catalogue" not in g:
        g.catalogue = get_translations()
    return g.catalogue


def gettext(message: str, **values: object) -> str:
    """The message, with its named placeholders filled in."""
    text: str = catalogue().ugettext(message)
    return text % values if values else text


def ngettext(one: str, many: str, number: int, **values: object) -> str:
    """The message for this number, which may stand in it as `num`."""
    text: str = catalogue().ungettext(one, many, number)
    return text % {"num": number, **values}


def lazy_gettext(message: str, **values: object) -> LazyString:
    """A message that is looked up when it is shown: for forms and tables made before any request."""
    return LazyString(gettext, message, **values)
