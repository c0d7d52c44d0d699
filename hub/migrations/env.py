"""Alembic's entry: runs the revisions on the connection that `hub.services.migrating` hands over."""

from alembic import context

import hub.models  # noqa: F401 - so that the metadata knows every table
from hub.db import UtcDateTime, db


def render(kind: str, item: object, _context: object) -> str | bool:
    """A revision must not depend on our code of today: our time column is written as what it stores."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=db.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    render_item=render,
)
with context.begin_transaction():
    context.run_migrations()
