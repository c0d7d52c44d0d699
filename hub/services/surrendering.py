"""Everything that the hub knows of a person, for that person to take along (GDPR, article 15 and 20)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Table, or_, select
from sqlalchemy.orm import Session

from hub.db import db
from hub.models import Person, Resource, Review, ReviewScore, Shelf, ShelfItem

SECRET = frozenset(("password_hash", "session_key", "totp_secret", "totp_step", "recovery_hashes", "token_hash", "token", "secret"))
OF_THINGS = ((ShelfItem, ShelfItem.shelf_id, Shelf), (ReviewScore, ReviewScore.review_id, Review))  # what belongs to a thing of theirs
TITLED = "resource_id"


def columns_of(table: Table) -> list[Column[Any]]:
    """The columns of a table that name a person."""
    return [column for column in table.columns if any(key.column.table.name == "person" for key in column.foreign_keys)]


def tables() -> list[Table]:
    """Every table with something of a person: found in the schema, so that none is forgotten."""
    return [table for table in db.metadata.sorted_tables if columns_of(table)]


def everything(session: Session, person_id: int) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
    """(name of the table, its rows), the account itself first. Secrets are left out; resources come with their address in the hub."""
    yield "person", rows(session, Person.__table__, Person.__table__.c.id == person_id)
    for table in tables():
        yield table.name, rows(session, table, or_(*(column == person_id for column in columns_of(table))))
    for model, column, owner in OF_THINGS:
        own = select(owner.id).where(owner.person_id == person_id)
        yield f"{model.__tablename__} of {owner.__tablename__}", rows(session, model.__table__, column.in_(own))


def rows(session: Session, table: Any, condition: Any) -> Iterator[dict[str, Any]]:
    """Rows as JSON has them, read in batches."""
    wanted = select(table).where(condition)
    if TITLED in table.c:
        resource = Resource.__table__
        wanted = select(table, resource.c.public_id.label("resource"), resource.c.title.label("title_of_resource")).where(condition)
        wanted = wanted.select_from(table.outerjoin(resource, resource.c.id == table.c.resource_id))
    for row in session.execute(wanted.order_by(*table.primary_key.columns).execution_options(yield_per=500)).mappings():
        yield {str(name): plain(value) for name, value in row.items() if str(name) not in SECRET}


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return f"{len(value)} bytes" if isinstance(value, bytes) else value
