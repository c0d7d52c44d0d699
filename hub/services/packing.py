"""What a backup is: a zip file with one member a table, a row a line as JSON, and a manifest. The same from and for every database.

`archiving` writes it, `restoring` reads it. Names of members are compared, never used as paths.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, Date, LargeBinary, Numeric
from sqlalchemy.types import TypeEngine

from hub.db import UtcDateTime

FORMAT = 1
MANIFEST = "manifest.json"
LARGEST_MANIFEST = 1_000_000  # bytes
PASSING = frozenset({"outbox", "index_keeper", "index_task", "worker"})  # tables of what is under way: empty in a hub that begins


class BadBackup(Exception):
    """This file cannot be restored; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Table:
    """One member: its columns, how their values are written, and what must come out."""

    columns: list[str]
    forms: list[str]  # plain | json | bytes | moment | date | decimal
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is in a backup, and where it comes from."""

    format: int
    version: str  # of the hub
    revision: str  # of the schema
    created_at: str
    tables: dict[str, Table]

    @property
    def rows(self) -> int:
        """Of all tables."""
        return sum(table.rows for table in self.tables.values())

    @property
    def size(self) -> int:
        """Bytes of all tables, as they are written, not compressed."""
        return sum(table.bytes for table in self.tables.values())

    def to_json(self) -> bytes:
        """The manifest as a member."""
        return json.dumps(asdict(self), indent=1).encode()


def member(table: str) -> str:
    """The name of a table's member."""
    return f"tables/{table}.jsonl"


def read_manifest(body: bytes) -> Manifest:
    """Raises BadBackup."""
    try:
        found = json.loads(body)
        if found["format"] > FORMAT:
            raise BadBackup(f"The backup comes from a newer version of the hub ({found['version']}): restore it with that one.")
        tables = {str(name): Table(**table) for name, table in found["tables"].items()}
        return Manifest(**{**found, "tables": tables})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadBackup("The backup's manifest cannot be read: it is damaged, or it is no backup of a hub.") from error


def form_of(column_type: TypeEngine[Any]) -> str:
    """How values of this type are written."""
    if isinstance(column_type, JSON):
        return "json"  # the text of it: a JSON null is something else than nothing
    if isinstance(column_type, LargeBinary):
        return "bytes"
    if isinstance(column_type, UtcDateTime):
        return "moment"
    if isinstance(column_type, Date):
        return "date"
    return "decimal" if isinstance(column_type, Numeric) and column_type.asdecimal else "plain"


WRITE: dict[str, Callable[[Any], Any]] = {
    "plain": lambda value: value,
    "json": str,
    "bytes": lambda value: base64.b64encode(value).decode("ascii"),
    "moment": datetime.isoformat,
    "date": date.isoformat,
    "decimal": str,
}
READ: dict[str, Callable[[Any], Any]] = {
    "plain": lambda value: value,
    "json": lambda value: JSON.NULL if (found := json.loads(value)) is None else found,
    "bytes": lambda value: base64.b64decode(value, validate=True),
    "moment": datetime.fromisoformat,
    "date": date.fromisoformat,
    "decimal": Decimal,
}


def write_row(forms: Iterable[str], values: Iterable[Any]) -> bytes:
    """One row as a line."""
    cells = [None if value is None else WRITE[form](value) for form, value in zip(forms, values, strict=True)]
    return json.dumps(cells, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def read_row(table: Table, line: bytes) -> dict[str, Any]:
    """A line as column -> value. Raises BadBackup."""
    try:
        cells = zip(table.columns, table.forms, json.loads(line), strict=True)
        return {column: None if value is None else READ[form](value) for column, form, value in cells}
    except (ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise BadBackup("A row of the backup cannot be read: it is damaged.") from error
