"""How the index does, as those who look after it see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from hub.services import indexing, keeping, tending
from hub.services.keeping import KeeperState
from hub.services.tending import TaskState
from search.document import Condition
from search.index import Index, IndexFault


@dataclass(frozen=True, slots=True, kw_only=True)
class Care:
    """The index beside the catalogue, the process that keeps it, and what was done to it."""

    condition: Condition | None  # None: it cannot be read, for this reason:
    fault: str | None
    resources: int  # that it should hold
    waiting: int  # changes on their way
    keeper: KeeperState
    last_check: TaskState | None
    tasks: Sequence[TaskState]  # newest first

    @property
    def current(self) -> TaskState | None:
        """The task that is queued or worked on."""
        return next((task for task in self.tasks if task.live), None)

    @property
    def unlearned(self) -> int:
        """Documents whose meaning has still to be made; 0 where nothing makes meanings."""
        return self.condition.documents - self.condition.meanings if self.condition and self.condition.model else 0


def look(session: Session, index: Index) -> Care:
    """All of it, now. Raises nothing of the index's."""
    condition, fault = None, None
    try:
        condition = index.condition()
    except IndexFault as error:
        fault = str(error)
    return Care(
        condition=condition,
        fault=fault,
        resources=indexing.size(session),
        waiting=indexing.waiting(session),
        keeper=keeping.state(session),
        last_check=tending.last_check(session),
        tasks=tending.recent(session),
    )
