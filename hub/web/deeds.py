"""What people did, in words: the steps of a resource's history and of the audit log."""

from __future__ import annotations

from typing import Any

from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l

ACTIONS = {
    "resource.corrected": _l("Corrected"),
    "resource.released": _l("Released to the source"),
    "resource.kept": _l("Kept against the source"),
    "resource.hidden": _l("Hidden"),
    "resource.restored": _l("Shown again"),
    "resource.topic": _l("Topic"),
    "resource.added": _l("Added by hand"),
    "resource.withdrawn": _l("Withdrawn"),
    "topic.label-added": _l("Label added"),
    "topic.label-removed": _l("Label removed"),
    "topic.named": _l("Named"),
    "topic.created": _l("Concept added"),
    "topic.moved": _l("Concept moved"),
    "topic.retired": _l("Concept retired"),
    "topic.restored": _l("Concept used again"),
    "resources.edited": _l("Many resources edited"),
    "resources.undone": _l("Edit of many resources taken back"),
}
TOPIC_STATES = {"accepted": _l("accepted"), "rejected": _l("rejected"), "suggested": _l("suggested")}


def action_name(code: str) -> str:
    """`resource.corrected` -> "Corrected"; the code itself of what has no words here."""
    return str(ACTIONS.get(code, code))


def topic_state(code: str | None) -> str:
    """How a topic stands with a resource."""
    return str(TOPIC_STATES.get(code or "", "")) or _("not said")


def plain_value(value: Any) -> str:
    """A value of JSON as a person reads it in a table."""
    if value is None or value == [] or value == "":
        return "–"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return "; ".join(plain_value(part) for part in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {plain_value(part)}" for name, part in value.items())
    return str(value)
