"""A backup brought back: looked at from end to end first, then everything in one transaction, of any revision up to ours."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, BigInteger, Connection, Engine, Integer, MetaData, Numeric, bindparam, func, inspect, select, text, update
from sqlalchemy import Table as DatabaseTable
from sqlalchemy.exc import IntegrityError

from hub.db import UtcDateTime
from hub.models.resource import Resource
from hub.models.source import Source
from hub.services import migrating, packing, versioning
from hub.services.packing import BadBackup, Manifest, Table

BATCH_ROWS, BATCH_BYTES = 500, 4_000_000  # rows that are held at a time, whichever comes first
ROOM = 2.5  # times the rows as they are written: the tables, their indexes, and the journal of the one transaction
DAMAGED = "The backup is damaged: {}. Nothing was changed; take another one."


def read(path: Path) -> Manifest:
    """Read a backup from end to end without keeping anything. Raises BadBackup when it cannot be restored here, OSError."""
    with opened(path) as archive:
        members = archive.infolist()
        names = [member.filename for member in members]
        if packing.MANIFEST not in names or archive.getinfo(packing.MANIFEST).file_size > packing.LARGEST_MANIFEST:
            raise BadBackup(f"{path.name} is no backup of a hub: it has no manifest.")
        manifest = packing.read_manifest(archive.read(packing.MANIFEST))
        if not manifest.revision.isdigit() or manifest.revision > (versioning.needed() or ""):
            raise BadBackup(f"The backup comes from a newer version of the hub ({manifest.version}): restore it with that one, or upgrade.")
        if sorted(names) != sorted([packing.MANIFEST, *map(packing.member, manifest.tables)]):
            raise BadBackup(DAMAGED.format("its files are not those that its manifest names"))
        for name, table in manifest.tables.items():
            verify(archive, name, table)
    return manifest


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """The archive; whatever its decompression finds is a BadBackup."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, UnicodeDecodeError) as error:
        raise BadBackup(DAMAGED.format(str(error).rstrip(".") or "it is cut short")) from error


def verify(archive: zipfile.ZipFile, name: str, table: Table) -> None:
    """Compare a member with the manifest. Raises BadBackup."""
    if archive.getinfo(packing.member(name)).file_size != table.bytes:
        raise BadBackup(DAMAGED.format(f"table {name} has another size than was written"))
    digest, rows = hashlib.sha256(), 0
    with archive.open(packing.member(name)) as member:
        while block := member.read(1 << 20):
            digest.update(block)
            rows += block.count(b"\n")
    if digest.hexdigest() != table.sha256 or rows != table.rows:
        raise BadBackup(DAMAGED.format(f"table {name} is not what was written"))


def is_empty(engine: Engine) -> bool:
    """Has this database neither sources nor resources? One that `hub init` has just made is empty."""
    known = inspect(engine).get_table_names()
    with engine.connect() as connection:
        return not any(
            connection.scalar(select(model.id).limit(1)) is not None for model in (Source, Resource) if model.__tablename__ in known
        )


def folder_of(engine: Engine) -> Path | None:
    """Where the database's file is, None for a server: that says itself when its disk is full, and nothing changes then."""
    return Path(engine.url.database).parent if engine.dialect.name == "sqlite" and engine.url.database else None


def fill(engine: Engine, path: Path, manifest: Manifest, *, on_table: Callable[[str, int], None] = lambda name, rows: None) -> None:
    """Put a backup in the place of everything that the database has, and bring it to our revision; all of it, or nothing.

    Raises BadBackup, OSError, SQLAlchemyError; the database is as before then.
    """
    with one_transaction(engine) as connection, opened(path) as archive:
        present = MetaData()
        present.reflect(connection)
        present.drop_all(connection)
        migrating.upgrade_on(connection, manifest.revision)
        made = MetaData()
        made.reflect(connection)
        unknown = set(manifest.tables) - set(made.tables)
        if unknown:
            raise BadBackup(DAMAGED.format(f"this hub never had a table {min(unknown)}"))
        for table in made.sorted_tables:
            if table.name == "alembic_version":
                continue
            connection.execute(table.delete())  # what a revision put there
            if table.name in manifest.tables:
                fill_table(connection, archive, table, manifest.tables[table.name])
                on_table(table.name, manifest.tables[table.name].rows)
        migrating.upgrade_on(connection, "head")
        refuse_references_to_nothing(connection)


@contextmanager
def one_transaction(engine: Engine) -> Iterator[Connection]:
    """Committed at the end. On SQLite references are checked at the end (`refuse_references_to_nothing`), since tables are remade."""
    is_sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if is_sqlite:
            connection.execution_options(isolation_level="AUTOCOMMIT")  # the driver would begin at the first INSERT, after the DROPs
        connection.detach()  # closed for good afterwards
        if is_sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql("SET LOCAL lock_timeout = '30s'")
        try:
            yield connection
        except IntegrityError as error:
            connection.rollback()
            raise BadBackup(DAMAGED.format(str(error.orig).strip().splitlines()[0])) from error
        except BaseException:
            connection.rollback()
            raise
        connection.commit()


def fill_table(connection: Connection, archive: zipfile.ZipFile, table: DatabaseTable, kept: Table) -> None:
    """All rows of a table; where rows refer to rows of the same table, that comes in a second round."""
    if missing := set(kept.columns) - set(table.columns.keys()):
        raise BadBackup(DAMAGED.format(f"table {table.name} never had a column {min(missing)}"))
    for column, form in zip(kept.columns, kept.forms, strict=True):
        if form == "json":
            table.columns[column].type = JSON(none_as_null=True)
        elif form == "moment":
            table.columns[column].type = UtcDateTime()
        elif form == "decimal":
            table.columns[column].type = Numeric(asdecimal=True)
    own = [key.parent.name for key in table.foreign_keys if key.column.table is table]
    for rows in batches(archive, table.name, kept):
        connection.execute(table.insert(), [{**row, **dict.fromkeys(own)} for row in rows])
    for column in own:
        change = update(table).where(table.c.id == bindparam("row")).values({column: bindparam("to")})
        for rows in batches(archive, table.name, kept):
            if found := [{"row": row["id"], "to": row[column]} for row in rows if row[column] is not None]:
                connection.execute(change, found)
    go_on_counting(connection, table)


def batches(archive: zipfile.ZipFile, name: str, kept: Table) -> Iterator[list[dict[str, Any]]]:
    """A table's rows, as many at a time as fit."""
    rows: list[dict[str, Any]] = []
    size = 0
    with archive.open(packing.member(name)) as member:
        for line in member:
            rows.append(packing.read_row(kept, line))
            size += len(line)
            if len(rows) >= BATCH_ROWS or size >= BATCH_BYTES:
                yield rows
                rows, size = [], 0
    if rows:
        yield rows


def go_on_counting(connection: Connection, table: DatabaseTable) -> None:
    """PostgreSQL hands out numbers from a sequence, which has to know those that are taken."""
    if connection.dialect.name != "postgresql" or "id" not in table.c or not isinstance(table.c.id.type, Integer | BigInteger):
        return
    highest = connection.scalar(select(func.max(table.c.id)))
    if highest is not None:
        connection.execute(text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :highest)"), {"name": table.name, "highest": highest})


def refuse_references_to_nothing(connection: Connection) -> None:
    """Where the database did not look at each row. Raises BadBackup."""
    if connection.dialect.name == "sqlite" and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
        raise BadBackup(DAMAGED.format(f"a row of table {broken[0]} refers to nothing"))
