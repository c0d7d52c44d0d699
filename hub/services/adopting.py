"""Who uses a resource in which course, and how it went."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from hub.services.acting import Viewer


def on_resource(session: Session, who: Viewer, resource_id: int) -> Any:
    """What the resource's page shows this visitor."""
    return None
