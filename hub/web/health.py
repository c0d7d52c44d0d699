"""Sources and previews in words: state, health, verdicts, fields and their values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from hub.services.supervising import SourceRow
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l
from hub.web.quantities import day, joined, number, volume

DOINGS = {
    "at_work": _l("At work"),
    "queued": _l("Queued"),
    "waiting": _l("Waiting for approval"),
    "paused": _l("Paused"),
    "scheduled": _l("Scheduled"),
    "by_hand": _l("By hand"),
    "draft": _l("Draft"),
    "retired": _l("Retired"),
}
HEALTHS = {  # health -> its name in the filter
    "works": _l("Works"),
    "failing": _l("Failing"),
    "waiting": _l("Waiting for approval"),
    "stale": _l("Stale"),
    "never": _l("Never harvested"),
    "draft": _l("Draft"),
    "retired": _l("Retired"),
}
HEALTH_LOOKS = {
    "works": ("ok", "circle-check"),
    "failing": ("bad", "circle-alert"),
    "waiting": ("warn", "hourglass"),
    "stale": ("warn", "clock"),
    "never": ("", "hourglass"),
    "draft": ("info", "pencil"),
    "retired": ("", "square"),
}
VERDICTS = {
    "new": _l("New"),
    "changed": _l("Changed"),
    "unchanged": _l("Unchanged"),
    "deleted": _l("Deleted at the source"),
    "vanished": _l("Vanished"),
    "invalid": _l("Invalid"),
}
RECORD_FIELDS = {
    "state": _l("State"),
    "title": _l("Title"),
    "url": _l("Address"),
    "resource_type": _l("Resource type"),
    "alternative_titles": _l("Other titles"),
    "summary": _l("Summary"),
    "description": _l("Description"),
    "languages": _l("Language"),
    "subtitle_languages": _l("Subtitles"),
    "agents": _l("People"),
    "provider": _l("Provider"),
    "institution": _l("Institution"),
    "code": _l("Course code"),
    "group": _l("Runs of one course"),
    "identifiers": _l("Identifiers"),
    "same_as": _l("The same elsewhere"),
    "licence": _l("Licence"),
    "licence_url": _l("Address of the licence"),
    "rights": _l("Rights"),
    "free": _l("Free"),
    "certificate": _l("Certificate"),
    "credits": _l("Credits"),
    "offerings": _l("Offers"),
    "duration": _l("Duration"),
    "workload_min": _l("Hours a week, at least"),
    "workload_max": _l("Hours a week, at most"),
    "levels": _l("Level"),
    "subjects": _l("Subjects"),
    "keywords": _l("Keywords"),
    "teaches": _l("What learners do"),
    "prerequisites": _l("Prerequisites"),
    "audience": _l("Audience"),
    "image": _l("Picture"),
    "created": _l("Created"),
    "published": _l("Published"),
    "modified": _l("Content changed"),
}
SETTINGS = {
    "title": _l("Title"),
    "kind": _l("Kind"),
    "url": _l("Address"),
    "options": _l("Options"),
    "rank": _l("Rank"),
    "owner": _l("Owner"),
    "deadline": _l("Minutes that a run may work"),
    "guard_few": _l("Records that may vanish unasked"),
    "guard_share": _l("Share of the records that may vanish unasked"),
}
VALUE_MOST = 600  # characters of a value on a page


def doing_name(code: str) -> str:
    return str(DOINGS.get(code, code))


def health_name(row: SourceRow) -> str:
    """ "Failing since 23 Nov 2026"."""
    if row.since is not None and row.health in ("failing", "stale"):
        since = day(row.since)
        return _("Failing since %(day)s", day=since) if row.health == "failing" else _("Stale since %(day)s", day=since)
    return str(HEALTHS.get(row.health, row.health))


def verdict_name(code: str) -> str:
    return str(VERDICTS.get(code, code))


def setting_name(name: str) -> str:
    return str(SETTINGS.get(name, name))


def listed_sentences(*sentences: str) -> str:
    """Sentences one after the other, those that there are."""
    return " ".join(sentence for sentence in sentences if sentence)


def record_field_name(field: str) -> str:
    return str(RECORD_FIELDS.get(field, field))


def record_value(value: Any) -> str:
    """A value of a record as text: lists one after the other, parts of a person or an offer side by side."""
    if value is None or value == [] or value == "":
        return "–"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, Mapping):
        text = ", ".join(record_value(part) for part in value.values())
    elif isinstance(value, Sequence) and not isinstance(value, str):
        text = " · ".join(record_value(part) for part in value)
    else:
        text = str(value)
    return text if len(text) <= VALUE_MOST else f"{text[:VALUE_MOST]}…"


def came(status: int | None, media_type: str, size: int) -> str:
    """What an address answered: "200, text/xml, 3 kB"."""
    return joined((str(status), joined((media_type, volume(size))))) if status else ""


def local_time(moment: datetime) -> str:
    """A moment in its own zone, with the zone's name."""
    return f"{day(moment.date())}, {moment:%H:%M %Z}"


def share(part: float) -> str:
    """0.1 -> "10", as a per cent to type."""
    return f"{part * 100:g}"


def minutes(length: int | None) -> str:
    return _("%(minutes)s minutes", minutes=number(length)) if length is not None else _("24 hours")
