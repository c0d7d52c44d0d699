"""Why two pages may be one work, in the curator's words."""

from __future__ import annotations

from typing import Any

from hub.web.facts import field_name
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l
from hub.web.permissions import licence_name
from hub.web.quantities import duration
from hub.web.wording import language_name, level_name, type_name

FOR = {  # what speaks for one work
    "url": _l("The same address: %(detail)s"),
    "doi": _l("The same DOI: %(detail)s"),
    "isbn": _l("The same ISBN: %(detail)s"),
    "handle": _l("The same handle: %(detail)s"),
    "code": _l("The same course code of the same institution: %(detail)s"),
    "title": _l("The titles have %(detail)s of their words in common"),
    "long title": _l("Long titles that agree are no coincidence (%(detail)s words that count)"),
    "institution": _l("The same institution: %(detail)s"),
    "provider": _l("The same platform: %(detail)s"),
    "people": _l("The same people: %(detail)s"),
    "text": _l("%(detail)s of the shorter description stands in the longer one"),
}
AGAINST = {  # what speaks against it
    "other institution": _l("Another institution: %(detail)s"),
    "other people": _l("None of the people are the same"),
    "same source": _l("The same source lists both: %(detail)s"),
}
LIMITS = {  # what no likeness can outweigh
    "listed twice": _l("What one source lists twice is never merged by rule"),
    "number": _l("Other numbers, parts or editions in the titles: %(detail)s"),
    "telling words": _l("Words that tell works apart stand in one title only: %(detail)s"),
    "year": _l("Other years in the titles: %(detail)s"),
    "language": _l("Another language: %(detail)s"),
    "type": _l("Another kind of resource: %(detail)s"),
    "other title": _l("The titles have only %(detail)s of their words in common"),
    "other isbn": _l("Each has an ISBN of its own"),
}
FIELDS = {
    "alternative_titles": _l("Other titles"),
    "code": _l("Course code"),
    "text": _l("Description"),
    "subjects": _l("Subjects"),
}
LISTS = {"levels": level_name, "languages": language_name}
STATES = {"suggested": _l("Suggested"), "merged": _l("Merged"), "different": _l("Different")}
REFUSED = {
    "same": _l("Both are the same page."),
    "merged": _l("One of the two has been merged already."),
    "missing": _l("There is no such page here. Copy the address of a resource's page from the address bar."),
    "different": _l("Somebody has said that they are different."),
}
NOT_SPLIT = {
    "missing": _l("The record is on another page by now."),
    "only": _l("The page has no other record: there is nothing to split."),
    "unread": _l("The record could never be read, so that there is nothing to show on a page of its own."),
}


def sentence(reason: Any) -> str:
    """One reason (`queueing.Reason`) as a sentence."""
    text = FOR.get(reason.name) or AGAINST.get(reason.name) or LIMITS.get(reason.name)
    return str(text) % {"detail": reason.detail} if text else str(reason.name)


def is_limit(reason: Any) -> bool:
    """Does this reason say how high the score may be, not how much it adds?"""
    return reason.name in LIMITS


def bearing(reason: Any) -> str:
    """How a reason moved the score: "+0.30", "−0.40", "at most 0.50"."""
    if is_limit(reason):
        return _("at most %(number)s", number=f"{reason.weight:.2f}")
    return f"{'−' if reason.weight < 0 else '+'}{abs(reason.weight):.2f}"


def name_of(field: str) -> str:
    """A field's name."""
    return str(FIELDS[field]) if field in FIELDS else field_name(field)


def state_name(state: str) -> str:
    """A pair's state."""
    return str(STATES.get(state, state))


def value_of(field: str, value: Any) -> Any:
    """A field's value as people read it: text, or a list of texts."""
    if not value:
        return None
    if field == "resource_type":
        return type_name(value)
    if field == "licence":
        return licence_name(value)
    if field == "duration":
        return duration(value)
    if field in LISTS:
        return [LISTS[field](one) for one in value]
    return value
