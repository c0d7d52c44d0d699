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
    "source.added": _l("Source added"),
    "source.changed": _l("Settings changed"),
    "source.made_ready": _l("Draft made a source"),
    "source.schedule": _l("Schedule changed"),
    "source.retired": _l("Source retired"),
    "source.restored": _l("Source restored"),
    "source.removed": _l("Source deleted"),
    "run.start": _l("Run begun"),
    "run.retry": _l("Retry begun"),
    "run.replay": _l("Replay begun"),
    "run.resume": _l("Run taken up again"),
    "run.stop": _l("Run stopped"),
    "run.approve": _l("Withdrawal approved"),
    "run.reject": _l("Vanished records kept"),
    "link.check": _l("Link asked again"),
    "link.waived": _l("Link said to work"),
    "resources.merged": _l("Pages merged"),
    "resources.parted": _l("Merge taken back"),
    "resources.different": _l("Said to be different"),
    "resources.split": _l("Record split off"),
    "resources.edited": _l("Many resources edited"),
    "resources.undone": _l("Edit of many resources taken back"),
    "person.admin": _l("Rights of an admin changed"),
    "person.curator": _l("Rights of a curator changed"),
    "person.disabled": _l("Account closed"),
    "person.enabled": _l("Account opened again"),
    "person.signed-out": _l("All sessions ended"),
    "person.reset-sent": _l("Link for a new password sent"),
    "person.two-factor-off": _l("Second factor switched off"),
    "person.linked": _l("Sign-in elsewhere linked"),
    "person.unlinked": _l("Sign-in elsewhere unlinked"),
    "token.issued": _l("Access token made"),
    "token.revoked": _l("Access token taken back"),
    "institution.founded": _l("Institution founded"),
    "institution.changed": _l("Settings changed"),
    "institution.verified": _l("Institution verified"),
    "institution.unverified": _l("Verification taken back"),
    "institution.closed": _l("Institution closed"),
    "institution.reopened": _l("Institution opened again"),
    "institution.name-claimed": _l("Name in the catalogue claimed"),
    "institution.name-released": _l("Name in the catalogue released"),
    "institution.domain-added": _l("Mail domain added"),
    "institution.domain-removed": _l("Mail domain removed"),
    "institution.picture": _l("Picture changed"),
    "member.joined": _l("Member joined"),
    "member.role": _l("Role changed"),
    "member.removed": _l("Member removed"),
    "member.left": _l("Member left"),
    "member.invited": _l("Invited"),
    "member.invitation-withdrawn": _l("Invitation withdrawn"),
    "exemplar.added": _l("Recommended"),
    "exemplar.noted": _l("Note on a recommendation changed"),
    "exemplar.removed": _l("Recommended no longer"),
    "partnership.requested": _l("Partnership requested"),
    "partnership.accepted": _l("Partnership accepted"),
    "partnership.declined": _l("Partnership declined"),
    "partnership.withdrawn": _l("Request taken back"),
    "partnership.ended": _l("Partnership ended"),
    "review.written": _l("Review written"),
    "review.changed": _l("Review changed"),
    "review.removed": _l("Review taken back"),
    "reply.written": _l("Reply written"),
    "reply.changed": _l("Reply changed"),
    "reply.removed": _l("Reply taken back"),
    "decision.made": _l("Decided"),
    "decision.changed": _l("Decided anew"),
    "decision.withdrawn": _l("Decision taken back"),
    "cycle.added": _l("Cycle added"),
    "cycle.changed": _l("Cycle changed"),
    "cycle.removed": _l("Cycle removed"),
    "rubric.saved": _l("Rubric saved"),
    "rubric.retired": _l("Back to the hub’s rubric"),
    "resource.tagged": _l("Tagged"),
    "resource.untagged": _l("Tag taken off"),
    "resources.tagged": _l("Many resources tagged"),
    "resources.untagged": _l("Tags on many resources taken back"),
    "tag.changed": _l("Tag changed"),
    "tag.merged": _l("Tag merged"),
    "tag.deleted": _l("Tag deleted"),
    "complaint.made": _l("Reported"),
    "complaint.upheld": _l("Report upheld"),
    "complaint.dismissed": _l("Report dismissed"),
    "complaint.restored": _l("Shown again after a report"),
    "adoption.created": _l("Adoption registered"),
    "adoption.changed": _l("Adoption changed"),
    "adoption.deleted": _l("Adoption deleted"),
    "comment.made": _l("Comment made"),
    "comment.deleted": _l("Comment deleted"),
    "comment.hidden": _l("Comment hidden"),
    "comment.shown": _l("Comment shown again"),
    "person.address": _l("E-mail address changed"),
    "person.departed": _l("Account deleted"),
    "person.registered": _l("Account made"),
    "platform.added": _l("Learning platform registered"),
    "platform.accepted": _l("Learning platform accepted"),
    "platform.changed": _l("Learning platform changed"),
    "platform.removed": _l("Learning platform removed"),
    "key.renewed": _l("Signing key renewed"),
    "webhook.create": _l("Webhook made"),
    "webhook.renew": _l("Webhook's secret renewed"),
    "webhook.pause": _l("Webhook paused"),
    "webhook.resume": _l("Webhook goes on"),
    "webhook.remove": _l("Webhook removed"),
    "shelf.created": _l("Shelf made"),
    "shelf.changed": _l("Shelf changed"),
    "shelf.copied": _l("Shelf copied"),
    "shelf.deleted": _l("Shelf deleted"),
    "shelf.added": _l("Put on a shelf"),
    "shelf.removed": _l("Taken off a shelf"),
    "shelf.noted": _l("Note on a shelf changed"),
    "shelf.shared": _l("Shelf shared"),
    "shelf.unshared": _l("Shelf no longer shared"),
}
SUBJECTS = {
    "shelf": _l("Shelf"),
    "adoption": _l("Adoption"),
    "resource": _l("Resource"),
    "source": _l("Source"),
    "run": _l("Run"),
    "topic": _l("Topic"),
    "person": _l("Person"),
    "institution": _l("Institution"),
    "partnership": _l("Partnership"),
    "review": _l("Review"),
    "cycle": _l("Cycle"),
    "tag": _l("Tag"),
    "rubric": _l("Rubric"),
    "platform": _l("Learning platform"),
    "key": _l("Signing key"),
    "webhook": _l("Webhook"),
}
TOPIC_STATES = {"accepted": _l("accepted"), "rejected": _l("rejected"), "suggested": _l("suggested")}


def action_name(code: str) -> str:
    """`resource.corrected` -> "Corrected"; the code itself of what has no words here."""
    return str(ACTIONS.get(code, code))


def subject_name(code: str) -> str:
    """`run` -> "Run": what kind of thing something was done to."""
    return str(SUBJECTS.get(code, code))


def person_name(name: str) -> str:
    """Who did it: a person's name as it is; the command line in words."""
    return _("command line") if name == "command line" else name


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
