"""The whole database into one file, as it is at one instant, while the hub works."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from sqlalchemy import Connection, Engine, Text, select
from sqlalchemy import Table as DatabaseTable
from sqlalchemy import cast as sql_cast

import hub.models  # noqa: F401 - so that the metadata knows every table
from hub.db import db, now
from hub.services import packing, versioning
from hub.services.packing import Manifest, Table

CHUNK = 200  # rows that are held at a time
LEVEL = 3  # of the compression: payloads are compressed already


def write(engine: Engine, path: Path, *, version: str, on_table: Callable[[str, int], None] = lambda name, rows: None) -> Manifest:
    """Write a backup to `path`, which appears when it is whole, readable by its owner alone.

    Raises FileExistsError, OSError (a full disk), SQLAlchemyError; nothing is left behind then.
    """
    if path.exists():
        raise FileExistsError(17, "There is such a file already", str(path))
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            manifest = _write(engine, file, version, on_table)
            file.flush()
            os.fsync(file.fileno())
        os.link(unfinished, path)  # unlike a rename it overwrites nothing
    finally:
        unfinished.unlink(missing_ok=True)
    return manifest


def _write(engine: Engine, file: IO[bytes], version: str, on_table: Callable[[str, int], None]) -> Manifest:
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, allowZip64=True, compresslevel=LEVEL) as archive,
        one_instant(engine) as connection,
    ):
        tables: dict[str, Table] = {}
        for table in db.metadata.sorted_tables:
            if table.name not in packing.PASSING:
                tables[table.name] = _table(connection, archive, table)
                on_table(table.name, tables[table.name].rows)
        manifest = Manifest(packing.FORMAT, version, cast(str, versioning.needed()), now().isoformat(), tables)
        archive.writestr(packing.MANIFEST, manifest.to_json())
    return manifest


@contextmanager
def one_instant(engine: Engine) -> Iterator[Connection]:
    """A connection that sees the database as it is now, whatever others commit meanwhile; nobody waits for it."""
    level = "AUTOCOMMIT" if engine.dialect.name == "sqlite" else "REPEATABLE READ"
    with engine.connect().execution_options(isolation_level=level) as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")  # the driver by itself begins none for a SELECT
        try:
            yield connection
        finally:
            connection.rollback()


def _table(connection: Connection, archive: zipfile.ZipFile, table: DatabaseTable) -> Table:
    columns = list(table.columns)
    forms = [packing.form_of(column.type) for column in columns]
    wanted = [sql_cast(c, Text) if form == "json" else c for c, form in zip(columns, forms, strict=True)]
    digest, size, count = hashlib.sha256(), 0, 0
    rows = connection.execute(select(*wanted).order_by(*table.primary_key), execution_options={"yield_per": CHUNK})
    with archive.open(packing.member(table.name), "w", force_zip64=True) as out:
        for row in rows:
            line = packing.write_row(forms, row)
            out.write(line)
            digest.update(line)
            size, count = size + len(line), count + 1
    return Table([column.name for column in columns], forms, count, size, digest.hexdigest())
