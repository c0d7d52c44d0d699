"""News: what came into the catalogue or was said there about topics, providers, institutions and shelves, as far as a visitor may see it.

A fixed number of questions to the database and the index, whatever is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models.adoption import Adoption
from hub.models.institution import Institution, InstitutionName
from hub.models.resource import Resource
from hub.models.review import Decision, Review
from hub.models.shelf import Shelf, ShelfItem
from hub.services import naming, noticing
from hub.services.acting import Viewer, visible
from hub.services.asking import Ask
from hub.services.documenting import live
from hub.services.following import Subject
from hub.services.querying import SearchUnavailable
from search.index import Index
from search.query import MAX_VALUES

Find = Callable[[str, Ask], tuple[int, ...]]

SPARE = 5  # so many times more are looked at, for some of them are gone


@dataclass(frozen=True, slots=True)
class News:
    """One piece: `kind` says what happened, `about` to which of the things asked for it belongs."""

    kind: str  # resource | shelf | item | adoption | review | decision
    at: datetime
    number: int  # of the row, so that each has a name for ever
    title: str
    address: str  # path
    about: str  # topic | provider | institution | shelf
    name: str  # of the institution or shelf; empty for a new resource
    name_zh: str | None = None
    language: str | None = None
    text: str = ""
    note: str = ""  # course and term | adopt, pilot, reject
    changed: datetime | None = None  # of a resource: when it last changed in the catalogue


def news(
    session: Session,
    index: Index,
    who: Viewer,
    subjects: Iterable[Subject],
    *,
    since: datetime | None = None,
    limit: int = 20,
    find: Find | None = None,
) -> tuple[News, ...]:
    """The latest of all these things, newest first. What the index would say is left out while it cannot be read. `find` asks the index
    instead, for who asks the same often."""
    there = [one for one in subjects if one.name is not None]
    by_kind = {kind: [one for one in there if one.subject == kind] for kind in ("topic", "provider", "institution", "shelf")}
    look = find or (lambda _key, ask: noticing.latest(session, index, ask, limit=limit))
    made = opened(session, look, by_kind, since=since, limit=limit)
    if by_kind["institution"]:
        made += said(session, who, [one.number for one in by_kind["institution"]], since, limit)
    if by_kind["shelf"]:
        made += shelved(session, who, [one.number for one in by_kind["shelf"]], since, limit)
    unique: dict[str, News] = {}
    for one in sorted(made, key=lambda one: (one.at, one.number), reverse=True):
        unique.setdefault(f"{one.kind}:{one.number}", one)
    return tuple(unique.values())[:limit]


def opened(session: Session, look: Find, by_kind: Mapping[str, Sequence[Subject]], *, since: datetime | None, limit: int) -> list[News]:
    """New resources of these topics, providers and institutions."""
    names = list(session.scalars(
        select(InstitutionName.name).where(InstitutionName.institution_id.in_([one.number for one in by_kind["institution"]]))
    )) if by_kind["institution"] else []  # fmt: skip
    asked = (
        ("topic", "topic", [one.key for one in by_kind["topic"]]),
        ("provider", "provider", [str(one.name) for one in by_kind["provider"]]),
        ("institution", "institution", names),
        ("institution", "provider", names),
    )
    found: dict[int, str] = {}
    for about, facet, values in asked:
        if values:
            chosen = tuple(sorted(values)[:MAX_VALUES])
            try:
                hits = look(f"{facet}:" + "\0".join(chosen), Ask(fixed={facet: chosen}))
            except SearchUnavailable:
                return []
            for id in hits:
                found.setdefault(id, about)
    if not found:
        return []
    ids = sorted(found, reverse=True)[: 4 * limit]
    rows = session.execute(
        select(
            *(Resource.id, Resource.public_id, Resource.title, Resource.languages),
            *(Resource.created_at, Resource.updated_at, Resource.summary),
        )
        .where(Resource.id.in_(ids), live(), *([Resource.created_at > since] if since else []))
        .order_by(Resource.id.desc())
        .limit(limit)
    )
    return [
        News(
            "resource", row.created_at, row.id, row.title, page_of(row), found[row.id], "",
            language=row.languages[0] if row.languages else None, text=(row.summary or "")[:500],
            changed=row.updated_at,
        )
        for row in rows
    ]  # fmt: skip


def page_of(row: Any) -> str:
    """The path of a resource's page."""
    return f"/resources/{row.public_id}-{naming.slug(row.title)}".rstrip("-")


def said(session: Session, who: Viewer, ids: Sequence[int | None], since: datetime | None, limit: int) -> list[News]:
    """What institutions shared, decided, reviewed and adopted."""
    made: list[News] = []
    for kind, model, note in (("adoption", Adoption, Adoption.course), ("review", Review, None), ("decision", Decision, Decision.verdict)):
        hidden = [model.hidden_at.is_(None)] if hasattr(model, "hidden_at") else []
        since_then = [model.created_at > since] if since else []
        latest = (  # before their resources are looked at: those rows are long
            select(model.id)
            .where(model.institution_id.in_(ids), visible(model, who), *hidden, *since_then)
            .order_by(model.created_at.desc(), model.id.desc())
            .limit(SPARE * limit)
        )
        rows = session.execute(
            select(model.id.label("number"), model.created_at, Resource.public_id, Resource.title, Resource.languages, Institution.name,
                   Institution.name_zh, *([note.label("note")] if note is not None else []))
            .join(Resource, Resource.id == model.resource_id)
            .join(Institution, Institution.id == model.institution_id)
            .where(model.id.in_(latest), live())
            .order_by(model.created_at.desc(), model.id.desc())
            .limit(limit)
        )  # fmt: skip
        made += [
            News(kind, row.created_at, row.number, row.title, page_of(row), "institution", row.name, row.name_zh,
                 row.languages[0] if row.languages else None, note=row.note if note is not None else "")
            for row in rows
        ]  # fmt: skip
    shelves = session.execute(
        select(Shelf.id, Shelf.public_id, Shelf.title, Shelf.created_at, Shelf.about, Institution.name, Institution.name_zh)
        .join(Institution, Institution.id == Shelf.institution_id)
        .where(
            Shelf.institution_id.in_(ids),
            Shelf.visibility != "private",
            visible(Shelf, who),
            *([Shelf.created_at > since] if since else []),
        )
        .order_by(Shelf.created_at.desc(), Shelf.id.desc())
        .limit(limit)
    )
    return made + [
        News("shelf", row.created_at, row.id, row.title, f"/shelves/{row.public_id}", "institution", row.name, row.name_zh,
             text=row.about[:500])
        for row in shelves
    ]  # fmt: skip


def shelved(session: Session, who: Viewer, ids: Sequence[int | None], since: datetime | None, limit: int) -> list[News]:
    """What was put on shelves."""
    rows = session.execute(
        select(ShelfItem.id.label("number"), ShelfItem.created_at, Resource.public_id, Resource.title, Resource.languages,
               Shelf.title.label("shelf"))
        .join(Shelf, Shelf.id == ShelfItem.shelf_id)
        .join(Resource, Resource.id == ShelfItem.resource_id)
        .where(Shelf.id.in_(ids), visible(Shelf, who), live(), *([ShelfItem.created_at > since] if since else []))
        .order_by(ShelfItem.created_at.desc(), ShelfItem.id.desc())
        .limit(limit)
    )  # fmt: skip
    return [
        News("item", row.created_at, row.number, row.title, page_of(row), "shelf", row.shelf,
             language=row.languages[0] if row.languages else None)
        for row in rows
    ]  # fmt: skip
