"""Which version the database's schema has, and which one this code needs: asked by every command, so without Alembic, which takes as
long to import as the rest of the hub. `migrating` brings one to the other."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, inspect, text

REVISIONS = Path(__file__).parent.parent / "migrations" / "versions"


def needed() -> str | None:
    """The newest revision that this code has. Revisions are numbered, and a file's name begins with the number (`0001_catalogue.py`)."""
    return max((file.name.partition("_")[0] for file in REVISIONS.glob("[0-9]*_*.py")), default=None)


def current(engine: Engine) -> str | None:
    """The revision that the database is at, None when it is empty."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return None if found is None else str(found)


def is_ready(engine: Engine) -> bool:
    """Is the database at the revision that this code needs?"""
    return current(engine) == needed()
