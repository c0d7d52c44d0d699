"""The database's schema brought to the version that this code needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from hub.db import db

FOLDER = Path(__file__).parent.parent / "migrations"


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration: our folder, and the connection to work on."""
    settings = Config()
    settings.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    settings.attributes["connection"] = connection
    return settings


def head() -> str | None:
    """The newest revision that this code has."""
    return ScriptDirectory.from_config(config()).get_current_head()


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database up to a revision, or leave it as it is; one that is there does nothing."""
    with one_transaction(engine) as connection:
        upgrade_on(connection, revision)


def upgrade_on(connection: Connection, revision: str) -> None:
    """As `upgrade`, in a transaction of the caller."""
    command.upgrade(config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take revisions back down to this one (`base`: all)."""
    with one_transaction(engine) as connection:
        command.downgrade(config(connection), revision)


@contextmanager
def one_transaction(engine: Engine) -> Iterator[Connection]:
    """Everything or nothing. SQLite remakes a table to change it: the rows that refer to it must not go, or stand in the way, meanwhile."""
    if engine.dialect.name != "sqlite":
        with engine.begin() as connection:
            yield connection
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:  # the driver begins none for a DROP
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")  # heard outside of a transaction alone
        try:
            with sqlite_transaction(connection):
                yield connection
        finally:
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")


@contextmanager
def sqlite_transaction(connection: Connection) -> Iterator[None]:
    """Committed when every reference leads somewhere."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    try:
        yield
        if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise RuntimeError(f"a row of the table {broken[0]} would refer to nothing")
        connection.exec_driver_sql("COMMIT")
    except BaseException:
        connection.exec_driver_sql("ROLLBACK")
        raise


def differences(engine: Engine) -> list[object]:
    """What the models have and the migrated database has not, or the other way round; empty when they agree."""
    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), db.metadata))
