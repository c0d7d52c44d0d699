"""A backup comes back, from either database into either; one that is damaged changes nothing."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, inspect, null, select, text
from sqlalchemy.orm import Session

from harvesters.record import Offering
from hub.db import now
from hub.models import Match, Resource, Run, Source, SourceRecord
from hub.services import archiving, migrating, packing, restoring


@pytest.fixture
def filled(session, make_source, make_record, receive) -> Session:
    """A catalogue with all that is hard to carry: bytes, prices, times, JSON's null, rows that refer to their own table."""
    source = make_source(owner="owner@example.org", options={"set": "a"})
    offering = Offering(identifier="run", start=datetime(2026, 3, 1, 8, 30, tzinfo=UTC), price=Decimal("12.50"), currency="EUR")
    hostile = "Preise & Märkte 跨境电商 \u2028 '; --"
    receive(source, [make_record("a", title=hostile, offerings=(offering,)), make_record("b", body=bytes(range(256))), make_record("c")])
    receive(source, [make_record(f"r{n}", title=f"Course {n}") for n in range(700)])
    first, second, third = session.scalars(select(Resource).order_by(Resource.id).limit(3))
    first.merged_into_id, second.hidden_at, third.credits = third.id, now(), Decimal("2.25")
    session.add(Match(left_id=first.id, right_id=second.id, score=0.75, state="different", created_at=now(), reasons=[["title", "a", 1]]))
    for checkpoint in (null(), [], [{"url": "x"}]):
        session.add(Run(source_id=source.id, state="failed", created_at=now(), checkpoint=checkpoint))
    session.commit()
    return session


def contents(path: Path) -> dict[str, str]:
    return {name: table.sha256 for name, table in restoring.read(path).tables.items()}


def backed_up(engine, path: Path) -> dict[str, str]:
    archiving.write(engine, path, version="test")
    return contents(path)


def test_everything_comes_back_here_and_on_sqlite(filled, tmp_path):
    engine = filled.get_bind()
    before = backed_up(engine, tmp_path / "one")
    other = create_engine(f"sqlite:///{tmp_path / 'other.db'}")
    restoring.fill(other, tmp_path / "one", restoring.read(tmp_path / "one"))
    assert backed_up(other, tmp_path / "two") == before
    other.dispose()
    filled.execute(text("DELETE FROM offering"))
    filled.add(Source(name="late", title="x", kind="rss", url="https://x.example/", created_at=now()))
    filled.commit()
    restoring.fill(engine, tmp_path / "one", restoring.read(tmp_path / "one"))
    assert backed_up(engine, tmp_path / "three") == before
    filled.expire_all()
    filled.add(Source(name="new", title="x", kind="rss", url="https://x.example/", created_at=now()))
    filled.commit()  # numbers go on after those that are taken
    assert not migrating.differences(engine)


@pytest.mark.postgresql
def test_a_backup_of_sqlite_comes_back_on_postgresql(postgresql_url, sqlite_template, tmp_path):
    shutil.copy(sqlite_template, tmp_path / "small.db")
    small, large = create_engine(f"sqlite:///{tmp_path / 'small.db'}"), create_engine(postgresql_url)
    with Session(small) as session:
        session.add(Source(name="one", title="跨境", kind="rss", url="https://x.example/", created_at=now(), options={"a": "b"}))
        session.commit()
    before = backed_up(small, tmp_path / "one")
    restoring.fill(large, tmp_path / "one", restoring.read(tmp_path / "one"))
    assert backed_up(large, tmp_path / "two") == before
    small.dispose()
    large.dispose()


def test_a_backup_of_an_older_revision_is_brought_up(filled, tmp_path):
    archiving.write(filled.get_bind(), tmp_path / "one", version="test")
    older = create_engine(f"sqlite:///{tmp_path / 'older.db'}")
    migrating.upgrade(older, "0004")
    old = {table: {c["name"] for c in columns} for table, columns in described(older).items()}
    rewritten(tmp_path / "one", tmp_path / "two", revision="0004", keep=old)
    target = create_engine(f"sqlite:///{tmp_path / 'target.db'}")
    restoring.fill(target, tmp_path / "two", restoring.read(tmp_path / "two"))
    assert not migrating.differences(target)
    with Session(target) as session:
        assert session.scalar(select(func.count()).select_from(SourceRecord)) == 703
        assert set(session.scalars(select(Resource.hidden_at))) == {None}, "what 0004 did not have"
    older.dispose()
    target.dispose()


def described(engine) -> dict[str, list]:
    found = inspect(engine)
    return {table: found.get_columns(table) for table in found.get_table_names()}


# --- what is refused


def rewritten(
    path: Path,
    to: Path,
    *,
    keep: dict[str, set[str]] | None = None,
    extra: str = "",
    lose: str = "",
    swap: tuple[bytes, bytes] | None = None,
    empty: str = "",
    rename: tuple[str, str] = ("", ""),
    manifest: bytes = b"",
    **said: object,
) -> None:
    """The same backup, changed: tables and columns that `keep` does not name are left out; `said` is what the manifest says instead.

    `swap` is not told to the manifest; `empty` is a table whose rows are left out, and the manifest knows.
    """
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(to, "w") as new:
        told = json.loads(old.read(packing.MANIFEST))
        for name, table in list(told["tables"].items()):
            body = b"" if name == empty else old.read(packing.member(name))
            if keep is not None and name not in keep:
                del told["tables"][name]
                continue
            if keep is not None:
                places = [n for n, column in enumerate(table["columns"]) if column in keep[name]]
                lines = [json.loads(line) for line in body.splitlines()]
                body = b"".join(json.dumps([line[n] for n in places]).encode() + b"\n" for line in lines)
                table["columns"], table["forms"] = ([table[part][n] for n in places] for part in ("columns", "forms"))
            table |= {"rows": body.count(b"\n"), "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
            if name == rename[0]:
                told["tables"][rename[1]] = told["tables"].pop(name)
            if name != lose:
                new.writestr(packing.member(rename[1] if name == rename[0] else name), body.replace(*swap) if swap else body)
        if extra:
            new.writestr(extra, "evil")
        new.writestr(packing.MANIFEST, manifest or json.dumps({**told, **said}))


def flipped(path: Path, to: Path) -> None:
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    to.write_bytes(body)


def without_manifest(path: Path, to: Path) -> None:
    with zipfile.ZipFile(to, "w") as archive:
        archive.writestr("readme", "hello")


BAD: dict[str, tuple[Callable[[Path, Path], object], str]] = {
    "cut": (lambda path, to: to.write_bytes(path.read_bytes()[:-1000]), "damaged"),
    "a changed bit": (flipped, "damaged"),
    "empty": (lambda path, to: to.write_bytes(b""), "damaged"),
    "no archive": (lambda path, to: to.write_bytes(b"SQLite format 3" * 100), "damaged"),
    "another archive": (without_manifest, "no backup of a hub"),
    "a manifest that is none": (lambda path, to: rewritten(path, to, manifest=b"[]"), "manifest cannot be read"),
    "a file too many": (lambda path, to: rewritten(path, to, extra="../../evil"), "not those that its manifest names"),
    "a table less": (lambda path, to: rewritten(path, to, lose="source"), "not those that its manifest names"),
    "a changed row": (lambda path, to: rewritten(path, to, swap=(b"owner@", b"thief@")), "not what was written"),
    "a newer revision": (lambda path, to: rewritten(path, to, revision="9999"), "newer version"),
    "a newer format": (lambda path, to: rewritten(path, to, format=packing.FORMAT + 1), "newer version"),
    "a revision that is none": (lambda path, to: rewritten(path, to, revision="base"), "newer version"),
    "a table that nobody knows": (lambda path, to: rewritten(path, to, rename=("match", "secrets")), "never had a table"),
}


@pytest.mark.parametrize("fault", BAD)
def test_what_cannot_be_restored_changes_nothing(filled, tmp_path, fault):
    engine = filled.get_bind()
    before = backed_up(engine, tmp_path / "one")
    spoil, said = BAD[fault]
    spoil(tmp_path / "one", tmp_path / "bad")
    with pytest.raises(packing.BadBackup, match=said):
        restoring.fill(engine, tmp_path / "bad", restoring.read(tmp_path / "bad"))
    assert backed_up(engine, tmp_path / "after") == before


def test_rows_that_refer_to_nothing_are_refused_whole(filled, tmp_path):
    engine = filled.get_bind()
    before = backed_up(engine, tmp_path / "one")
    rewritten(tmp_path / "one", tmp_path / "bad", empty="resource")
    with pytest.raises(packing.BadBackup, match=r"refers to nothing|foreign key"):
        restoring.fill(engine, tmp_path / "bad", restoring.read(tmp_path / "bad"))
    assert backed_up(engine, tmp_path / "after") == before
