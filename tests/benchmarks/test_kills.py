"""The command that kills a hub's processes, on a small scale; and its comparison, which must be able to fail."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.kills.comparing import broken_rules

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_nothing_is_lost_or_doubled_by_a_few_kills(tmp_path):
    words = ["--kills", "9", "--every", "0.4", "--records", "400", "--seed", "3", "--keep", str(tmp_path)]
    done = subprocess.run([sys.executable, "-m", "benchmarks.kills", *words], cwd=ROOT, capture_output=True, text=True, timeout=400)
    assert "PASS  faults of" in done.stdout, f"{done.stdout}\n{done.stderr}"


def test_the_comparison_finds_a_page_without_a_record(sqlite_template, tmp_path):
    path = tmp_path / "hub.db"
    path.write_bytes(sqlite_template.read_bytes())
    assert not any(broken_rules(path).values())
    with closing(sqlite3.connect(path)) as database, database:
        columns = [row[1:4] for row in database.execute("PRAGMA table_info(resource)") if row[3] and row[1] != "id"]
        values = ["{}" if kind == "JSON" else 0 if "INT" in kind or kind == "BOOLEAN" else "2026-01-01 00:00:00" for _, kind, _ in columns]
        names = ", ".join(name for name, _, _ in columns)
        database.execute(f"INSERT INTO resource ({names}) VALUES ({', '.join('?' * len(values))})", values)
        database.execute("INSERT INTO outbox (resource_id) VALUES (1)")
    broken = {rule for rule, rows in broken_rules(path).items() if rows}
    assert broken == {"a live page without a live record", "a change that the index has not heard of"}
