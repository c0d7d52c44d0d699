"""The database: the SQLAlchemy object, its base class, UTC times, and what SQLite needs to serve several processes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Dialect, MetaData, TypeDecorator, event, text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column

__all__ = ["Base", "Moment", "Session", "UtcDateTime", "count_for_the_planner", "db", "now"]

LOOKED_AT = 400  # rows of an index

CONSTRAINT_NAMES = {  # so that a migration can name what it alters, on every database alike
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC. Takes aware times only; gives aware times, also on SQLite, which stores none."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a time without a zone: it would silently be somebody's local time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back that SQLite forgets."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Moment = Annotated[datetime, mapped_column(UtcDateTime)]


class Base(DeclarativeBase):
    """Base class of all models."""

    metadata = MetaData(naming_convention=CONSTRAINT_NAMES)


db = SQLAlchemy(model_class=Base)


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


@event.listens_for(Engine, "connect")
def prepare_sqlite(connection: Any, _record: Any) -> None:
    """Let readers and one writer work at the same time, and let a second writer wait instead of failing.

    WAL with `synchronous=NORMAL` survives a killed process whole; after a power cut the last commits may be missing, never half there
    (SQLite documentation, "Write-Ahead Logging").
    """
    if type(connection).__module__.partition(".")[0] != "sqlite3":
        return
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=30000", "foreign_keys=ON", "cache_size=-32000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def count_for_the_planner(session: Session) -> None:
    """Have SQLite look how its indexes are filled, a few hundred rows of each: without it, it takes an index of which all rows are alike
    for a good one (SQLite documentation, "ANALYZE", section 4). PostgreSQL's autovacuum does so by itself. Commits.
    """
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text(f"PRAGMA analysis_limit={LOOKED_AT}"))
        session.execute(text("ANALYZE"))
        session.commit()
