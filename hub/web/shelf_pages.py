"""What all pages of shelves begin with: the shelf of the address, and whether this visitor may change it."""

from __future__ import annotations

from typing import Any

from flask import abort

from hub.services import hiding, reading, shelving, uniting
from hub.web import context
from hub.web.access import refuse


def shelf_or_404(public_id: str) -> Any:
    """The shelf, when this visitor may read it."""
    return shelving.get(context.session(), context.viewer(), public_id) or abort(404)


def changed_shelf(public_id: str) -> Any:
    """The shelf, when this visitor may change what stands on it."""
    shelf = shelf_or_404(public_id)
    if not shelving.may_change(context.session(), context.viewer(), shelf):
        refuse(seen=True)
    return shelf


def managed_shelf(public_id: str) -> Any:
    """The shelf, when this visitor may rename it, show it to others and take it away."""
    shelf = shelf_or_404(public_id)
    if not shelving.may_manage(context.viewer(), shelf):
        refuse(seen=True)
    return shelf


def resource_number(public_id: str) -> int | None:
    """Our number of a resource that everybody may see; of one that was merged away, the number of the one that it is now."""
    session = context.session()
    number = reading.number(session, public_id)
    if number is None:
        return None
    stands = uniting.standing(session, number)
    return None if hiding.is_hidden(session, stands) else stands
