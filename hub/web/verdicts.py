"""Reviews, decisions and complaints in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import format_decimal

from hub.web import context
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l
from hub.web.messages import ngettext

DECISIONS = {"adopt": _l("Adopt"), "pilot": _l("Pilot"), "reject": _l("Reject")}
DECISION_MEANINGS = {
    "adopt": _l("We use it, and recommend it."),
    "pilot": _l("We try it in one class before we decide."),
    "reject": _l("We do not use it."),
}
DECISION_LOOKS = {"adopt": ("ok", "circle-check"), "pilot": ("info", "target"), "reject": ("bad", "x")}
COMPLAINTS = {
    "abuse": _l("It insults or threatens somebody"),
    "spam": _l("It is advertising"),
    "wrong": _l("It is false"),
    "private": _l("It tells private things of somebody"),
    "other": _l("Something else"),
}
COMPLAINT_STATES = {"open": _l("Open"), "upheld": _l("Upheld"), "dismissed": _l("Dismissed")}
REPORTED = {
    "review": _l("Review"),
    "reply": _l("Reply"),
    "comment": _l("Comment"),
    "shelf": _l("Shelf"),
    "adoption": _l("Adoption"),
    "institution": _l("Institution"),
}
SPREADS = {
    "single": _l("One review alone."),
    "agree": _l("The reviewers agree."),
    "vary": _l("The reviewers differ a little."),
    "differ": _l("The reviewers differ widely."),
}


def in_words(texts: Mapping[str, Any]) -> Any:
    """What a rubric says, in the language of the page, else in English, else in the one it has."""
    return texts.get(context.language()) or texts.get("en") or next((text for text in texts.values() if text), "")


def words_language(texts: Mapping[str, Any]) -> str:
    """The language in which `in_words` says it."""
    here = context.language()
    return here if texts.get(here) else "en" if texts.get("en") else next((name for name, text in texts.items() if text), here)


def score_number(value: float | None) -> str:
    """4.6"""
    return "" if value is None else format_decimal(round(value, 1), format="0.0")


def decision_name(code: str) -> str:
    """`adopt` -> "Adopt"."""
    return str(DECISIONS.get(code, code))


def decision_meaning(code: str) -> str:
    """What the institution says by it."""
    return str(DECISION_MEANINGS.get(code, ""))


def complaint_name(code: str) -> str:
    """Why something was reported."""
    return str(COMPLAINTS.get(code, code))


def complaint_state(code: str) -> str:
    """What became of a report."""
    return str(COMPLAINT_STATES.get(code, code))


def reported_name(code: str) -> str:
    """What was reported."""
    return str(REPORTED.get(code, code))


def spread_name(code: str) -> str:
    """How far reviews lie apart."""
    return str(SPREADS.get(code, code))


def reviews_from(reviews: int, institutions: int) -> str:
    """ "11 reviews from 4 institutions"."""
    return _(
        "%(reviews)s from %(institutions)s",
        reviews=ngettext("%(num)s review", "%(num)s reviews", reviews),
        institutions=ngettext("%(num)s institution", "%(num)s institutions", institutions),
    )


def initials(name: str) -> str:
    """ "Zhejiang Institute of Commerce" -> "ZC"; of a Chinese name its first character."""
    words = [word for word in name.split() if word[:1].isalnum() and word[:1] == word[:1].upper()] or name.split()
    if not words:
        return "?"
    return words[0][:1] if not words[0][:1].isascii() or len(words) == 1 else words[0][:1] + words[-1][:1]
