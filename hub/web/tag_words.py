"""What is said of tags that cannot be, and the numbers in their forms."""

from __future__ import annotations

from hub.services import retagging, sweeping, tagging
from hub.services.tagging import BadTag
from hub.web.messages import gettext as _

__all__ = ["about_too_long", "number", "numbers", "reason", "too_many"]


def number(text: str) -> int:
    """ "12" -> 12; 0, which nothing has, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def numbers(text: str) -> list[int]:
    """ "3 4 5" -> the numbers."""
    return [found for part in text.split() if (found := number(part))]


def reason(error: BadTag) -> str:
    """Why a tag was refused."""
    return {
        "empty": _("Enter a tag."),
        "several": _("Enter one tag, without commas."),
        "long": _("“%(part)s…” is too long: a tag has at most %(most)s characters.", part=error.part, most=tagging.NAME_MOST),
        "many": _("One institution puts at most %(most)s tags on a resource.", most=tagging.EACH_MOST),
        "full": _("Your institution has %(most)s tags: no more can be made. Merge some first.", most=tagging.TAGS_MOST),
    }[error.why]


def about_too_long() -> str:
    """Why a text was refused."""
    return _("The text has at most %(most)s characters.", most=retagging.ABOUT_MOST)


def too_many() -> str:
    """Why not all results are tagged at once."""
    return _("At most %(most)s resources are tagged at once: narrow the search.", most=sweeping.MOST)
