"""Institutions and roles in words."""

from __future__ import annotations

from typing import Any

from hub.web import context
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l

ACCOUNT_ROLES = {
    "hub-admin": _l("Admin of the hub"),
    "hub-curator": _l("Curator of the hub"),
    "admin": _l("Administrator"),
    "curator": _l("Curator"),
    "teacher": _l("Teacher"),
    "student": _l("Student"),
}
ACCOUNT_STATES = {
    "unconfirmed": _l("Address not confirmed"),
    "disabled": _l("Closed"),
    "two-factor": _l("Second factor on"),
    "elsewhere": _l("Signs in elsewhere"),
}


def institution_name(institution: Any) -> str:
    """The name in the language of the page; `institution` has `name` and `name_zh`."""
    return str(institution.name_zh or institution.name) if context.language() == "zh-Hans" else str(institution.name)


def institution_kind(kind: str) -> str:
    """What kind of institution it is."""
    known = {"university": _("University"), "enterprise": _("Company"), "agency": _("Government agency")}
    return known.get(kind, kind)


def role_name(role: str) -> str:
    """A role in an institution."""
    known = {"student": _("Student"), "teacher": _("Teacher"), "curator": _("Curator"), "admin": _("Administrator")}
    return known.get(role, role)


def visibility_name(visibility: str) -> str:
    """Who sees something."""
    known = {
        "private": _("Only me"),
        "institution": _("My institution"),
        "partners": _("My institution and its partners"),
        "public": _("Everybody"),
    }
    return known.get(visibility, visibility)
