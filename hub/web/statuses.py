"""How far somebody is with a resource or a path, in words."""

from __future__ import annotations

from hub.web.messages import gettext as _

ICONS = {"interested": "bookmark", "studying": "clock", "completed": "circle-check", "stopped": "circle"}


def status_name(status: str) -> str:
    """The status of a bookmark."""
    known = {"interested": _("Interested"), "studying": _("Studying"), "completed": _("Completed"), "stopped": _("Stopped")}
    return known.get(status, status)


def status_icon(status: str) -> str:
    """Its sign."""
    return ICONS.get(status, "bookmark")


def bookmark_sort_name(sort: str) -> str:
    """An order of bookmarks."""
    known = {"changed": _("Last changed"), "added": _("Last added"), "title": _("Title")}
    return known.get(sort, sort)
