"""Care of the index in the visitor's words: its tasks, their states, what came of them."""

from __future__ import annotations

from hub.services.tending import TaskState
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l
from hub.web.messages import ngettext
from hub.web.quantities import number

TASKS = {"check": _l("Check"), "repair": _l("Repair"), "rebuild": _l("Rebuild")}
TASK_STATES = {
    "queued": _l("Queued"),
    "running": _l("Running"),
    "interrupted": _l("Interrupted"),
    "done": _l("Done"),
    "failed": _l("Failed"),
}
TASK_LOOKS = {  # state -> colour and icon of its badge
    "queued": ("", "hourglass"),
    "running": ("info", "activity"),
    "interrupted": ("bad", "triangle-alert"),
    "done": ("ok", "circle-check"),
    "failed": ("bad", "circle-alert"),
}


def task_name(kind: str) -> str:
    return str(TASKS.get(kind, kind))


def task_state_name(code: str) -> str:
    return str(TASK_STATES.get(code, code))


def task_progress(task: TaskState) -> str:
    """ "12,500 of 100,000 documents"."""
    if not task.total:
        return ""
    return ngettext(
        "%(done)s of %(total)s document",
        "%(done)s of %(total)s documents",
        task.total,
        done=number(min(task.done, task.total)),
        total=number(task.total),
    )


def task_outcome(task: TaskState) -> str:
    """What came of it, in one sentence; a reason stands for itself, as the index gave it."""
    if task.state in ("failed", "interrupted"):
        return task.reason or ""
    if "documents" in task.outcome:
        count = task.outcome["documents"]
        return ngettext("%(count)s document in the new index", "%(count)s documents in the new index", count, count=number(count))
    if task.outcome.get("agrees"):
        return _("The index and the database agree.")
    if task.outcome:
        counts = {name: number(task.outcome.get(name, 0)) for name in ("missing", "extra", "stale", "waiting")}
        return _("%(missing)s missing, %(extra)s too many, %(stale)s outdated, %(waiting)s on their way", **counts)
    return task.reason or ""
