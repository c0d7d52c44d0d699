"""A resource as its curators see it: what stands in each field, what the sources say, whose word it is. Its form loses nobody's work."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from harvesters.clean import typed
from hub.models.resource import Resource
from hub.models.source import BY_HAND
from hub.services import cataloguing, correcting, curating, merging, naming
from hub.services.auditing import Actor


@dataclass(frozen=True, slots=True)
class Said:
    """What one record says of a field, as a person would type it."""

    source: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldState:
    """One field, its values as a person would type them. `seen` names what stood there when the form was shown."""

    name: str
    text: str
    seen: str
    locked: bool
    disagrees: bool
    person: str
    at: datetime | None
    note: str
    source_text: str  # what the sources say together now
    looked_text: str  # and what they said when the correction was last looked at
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditPage:
    """A resource and all that can be corrected in it."""

    id: int
    public_id: str
    slug: str
    title: str
    hidden_at: datetime | None
    by_hand: bool  # one of its records was added here
    fields: tuple[FieldState, ...]

    def field(self, name: str) -> FieldState:
        """The field of this name, which there is."""
        return next(field for field in self.fields if field.name == name)


class Conflict(Exception):
    """Somebody else changed these fields since the form was shown; nothing was saved."""

    def __init__(self, fields: Sequence[str]) -> None:
        super().__init__(", ".join(fields))
        self.fields = tuple(fields)


def page(session: Session, public_id: str) -> EditPage | None:
    """The resource with this public id; None when there is none that lives (hidden ones do)."""
    id = curating.find(session, public_id)
    row = curating.values(session, [id]).get(id) if id is not None else None
    if id is None or row is None:
        return None
    kept = cataloguing.live_records(session, [id]).get(id, [])
    words = correcting.in_force(session, [id]).get(id, {})
    said = merging.merge(kept) if kept else {}
    fields = tuple(state(name, row, words.get(name), said, kept) for name in curating.FIELDS)
    return EditPage(
        id=id,
        public_id=row.public_id,
        slug=naming.slug(row.title),
        title=row.title,
        hidden_at=session.scalar(select(Resource.hidden_at).where(Resource.id == id)),
        by_hand=any(one.source == BY_HAND for one in kept),
        fields=fields,
    )


def state(name: str, row: Any, word: Any, said: Mapping[str, Any], kept: Sequence[merging.Kept]) -> FieldState:
    """One field of the page."""
    text = typed.show(name, merging.json_value(getattr(row, name)))
    given = typed.FIELDS[name].record or name
    return FieldState(
        name=name,
        text=text,
        seen=mark(text),
        locked=word is not None,
        disagrees=word is not None and word.disagrees,
        person=word.person if word else "",
        at=word.at if word else None,
        note=word.note if word else "",
        source_text=typed.show(name, merging.json_value(said.get(name))),
        looked_text=typed.show(name, word.source_value) if word else "",
        said=tuple(
            Said(one.source, one.source_title, typed.show(name, one.values[given])) for one in kept if one.values.get(given) is not None
        ),
    )


def mark(text: str) -> str:
    """A short name for a text."""
    return hashlib.blake2b(typed.normal(text).encode(), digest_size=8).hexdigest()


def save(
    session: Session, actor: Actor, page: EditPage, texts: Mapping[str, str], seen: Mapping[str, str], *, released: Sequence[str], note: str
) -> int:
    """Correct the fields in which a person typed something else than was shown, and release others; answers how many changed.

    `seen`: field -> FieldState.seen of the form. Raises Conflict when one of them was changed by somebody else meanwhile, and BadValue.
    The caller commits.
    """
    curating.hold(session, [page.id])
    rows = curating.values(session, [page.id])
    if page.id not in rows:
        raise curating.Gone
    now_there = {name: typed.show(name, merging.json_value(getattr(rows[page.id], name))) for name in curating.FIELDS}
    wanted: dict[str, Any] = {name: curating.RELEASED for name in released if name in typed.FIELDS}
    conflicts = [name for name in wanted if name in seen and mark(now_there[name]) != seen[name]]
    for name, text in texts.items():
        if name in wanted or mark(text) == seen.get(name) or typed.normal(text) == typed.normal(now_there[name]):
            continue
        if name in seen and mark(now_there[name]) != seen[name]:
            conflicts.append(name)
        wanted[name] = typed.parse(name, text)
    if conflicts:
        raise Conflict(conflicts)
    return curating.change(session, actor, {page.id: wanted}, note=note)
