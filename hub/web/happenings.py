"""News, advice and alerts in words."""

from __future__ import annotations

from typing import Any

from hub.web import houses
from hub.web.messages import gettext as _


def sentence(news: Any) -> str:
    """What happened, with the title of what it is about."""
    name = houses.institution_name(news) if news.name else ""
    if news.kind == "decision":
        return decided(news, name)
    known = {
        "resource": news.title,
        "shelf": _("%(name)s shares a shelf: %(title)s", name=name, title=news.title),
        "item": _("New on the shelf “%(name)s”: %(title)s", name=name, title=news.title),
        "adoption": _("%(name)s uses %(title)s", name=name, title=news.title),
        "review": _("%(name)s has reviewed %(title)s", name=name, title=news.title),
    }
    return str(known[news.kind])


def decided(news: Any, name: str) -> str:
    """What an institution decided."""
    known = {
        "adopt": _("%(name)s has decided to adopt %(title)s", name=name, title=news.title),
        "pilot": _("%(name)s has decided to try %(title)s", name=name, title=news.title),
    }
    return str(known.get(news.note) or _("%(name)s has decided against %(title)s", name=name, title=news.title))


def reason_of(reason: Any) -> str:
    """Why something is recommended."""
    name = houses.institution_name(reason)
    known = {
        "like": _("Because you bookmarked “%(name)s”", name=name),
        "topic": _("Because you follow %(name)s", name=name),
        "rated": _("Well reviewed in %(name)s, which you follow", name=name),
        "adopted": _("Teachers of %(name)s use it", name=name),
        "shelved": _("It is on your institution’s shelf “%(name)s”", name=name),
    }
    return str(known[reason.kind])


def alert_name(alert: str) -> str:
    """How often one gets a mail."""
    known = {"none": _("No mail"), "daily": _("A mail a day"), "weekly": _("A mail a week")}
    return str(known.get(alert, alert))


def subject_name(subject: str) -> str:
    """What kind of thing is followed."""
    known = {"topic": _("Topic"), "provider": _("Provider"), "institution": _("Institution"), "shelf": _("Shelf")}
    return str(known.get(subject, subject))


def subject_icon(subject: str) -> str:
    """Its sign."""
    return {"topic": "route", "provider": "globe", "institution": "building-2", "shelf": "library"}.get(subject, "bell")
