"""What was lost or doubled: identifiers of source, database and index, one by one, and rows that must not be."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from benchmarks.hub_process import Hub
from benchmarks.kills.changing import Changing, Rows

RULES = {  # what must not be -> the rows that are so
    "a record twice": "SELECT source_id, identifier FROM source_record GROUP BY 1, 2 HAVING count(*) > 1",
    "a live record without a page": (
        "SELECT r.identifier FROM source_record r LEFT JOIN resource p ON p.id = r.resource_id WHERE r.state = 'active'"
        " AND (p.id IS NULL OR p.withdrawn_at IS NOT NULL OR p.merged_into_id IS NOT NULL)"
    ),
    "a live page without a live record": (
        "SELECT p.id, p.title FROM resource p WHERE p.withdrawn_at IS NULL AND p.merged_into_id IS NULL AND NOT EXISTS"
        " (SELECT 1 FROM source_record r WHERE r.resource_id = p.id AND r.state != 'withdrawn' AND r.title IS NOT NULL)"
    ),
    "two records of one source on a page": (
        "SELECT resource_id, source_id FROM source_record WHERE state = 'active' AND \"group\" IS NULL GROUP BY 1, 2 HAVING count(*) > 1"
    ),
    "two live pages of one address": (
        "SELECT k.key FROM resource_key k JOIN resource p ON p.id = k.resource_id WHERE p.withdrawn_at IS NULL"
        " AND p.merged_into_id IS NULL AND k.key LIKE 'url:%list.example%' GROUP BY 1 HAVING count(DISTINCT p.id) > 1"
    ),
    "an offering of another page": (
        "SELECT o.id FROM offering o LEFT JOIN source_record r ON r.id = o.record_id WHERE r.id IS NULL OR r.resource_id != o.resource_id"
    ),
    "a key of another page": (
        "SELECT k.id FROM resource_key k LEFT JOIN source_record r ON r.id = k.record_id WHERE r.id IS NULL"
        " OR r.resource_id != k.resource_id"
    ),
    "a redirect to nowhere": (
        "SELECT p.id FROM resource p LEFT JOIN resource t ON t.id = p.merged_into_id WHERE p.merged_into_id IS NOT NULL AND t.id IS NULL"
    ),
    "counters that do not add up": "SELECT id FROM run WHERE seen != created + updated + unchanged + withdrawn + failed",
    "a run that works for ever": "SELECT id, state FROM run WHERE state IN ('running', 'queued')",
    "a change that the index has not heard of": "SELECT id FROM outbox",
    "what the database itself finds": "SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check != 'ok'",
    "a reference to nothing": "SELECT * FROM pragma_foreign_key_check",
}


def dumped(hub: Hub, what: str, name: str) -> Rows:
    """`hub record dump` or `hub index dump`. A row that comes twice is an error."""
    lines = [line.split("\t") for line in hub.run(what, "dump", "--source", name, "--tsv").splitlines()]
    rows = {identifier: (title, state) for identifier, title, state in lines}
    assert len(rows) == len(lines), f"hub {what} dump has a record twice"
    return rows


def differences(hub: Hub, source: Changing) -> dict[str, list[str]]:
    """Fault -> identifiers, of one source."""
    there, kept, held = source.records(), dumped(hub, "record", source.name), dumped(hub, "index", source.name)
    live = {identifier: row for identifier, row in there.items() if row[1] == "live"}
    extra = {identifier for identifier in kept.keys() - there.keys() if kept[identifier][1] == "live"}
    found = {
        "lost from the database": [i for i in there if i not in kept],
        "in the database alone": sorted(extra),
        "of another state or title": [i for i in there if i in kept and (kept[i][1] != there[i][1] or (i in live and kept[i] != live[i]))],
        "lost from the index": [i for i in live if i not in held],
        "in the index alone": [i for i in held if i not in live],
        "of another title in the index": [i for i in held if i in live and held[i][0] != live[i][0]],
    }
    return {f"{source.name}: {fault}": names for fault, names in found.items()}


def broken_rules(database: Path) -> dict[str, list[str]]:
    """Rule -> rows that break it."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return {rule: [" ".join(map(str, row)) for row in connection.execute(query).fetchall()] for rule, query in RULES.items()}
