"""The process that keeps the index: damage is rebuilt without anybody's hand, a full disk waited out, the reason kept."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from hub.models import IndexTask
from hub.services import indexing, keeping, overseeing, tending
from search.index import IndexFault
from search.query import parse


@pytest.fixture
def index(app):
    return app.extensions["hub"].index


@pytest.fixture
def filled(session, index, make_source, make_record, receive):
    receive(make_source(), [make_record(f"r{n}", title=f"Payments {n}") for n in range(12)])
    indexing.drain(session, index)
    return index


@pytest.fixture
def root(app) -> Path:
    return Path(app.config["HUB_DATA"]) / "index"


@pytest.fixture
def follow(session, index) -> Callable[..., None]:
    """Keep the index for so many looks; then what is left is drained."""

    def keep(looks: int, then: Callable[[int], None] = lambda look: None) -> None:
        count = 0

        def stopped() -> bool:
            nonlocal count
            count += 1
            then(count)
            return count > looks

        keeping.follow(session, index, stopped=stopped, pause=lambda seconds: None)

    return keep


def segment(root: Path) -> Path:
    return next(root.glob("index-*/*.arrays"))


def flipped(path: Path) -> None:
    rotten = bytearray(path.read_bytes())
    rotten[100] ^= 4
    path.write_bytes(rotten)


def older(root: Path) -> None:
    pointer = json.loads((root / "current").read_text())
    (root / "current").write_text(json.dumps({**pointer, "format": 0}))


DAMAGE: dict[str, Callable[[Path], object]] = {
    "a changed bit": lambda root: flipped(segment(root)),
    "a cut segment": lambda root: segment(root).write_bytes(segment(root).read_bytes()[:-9]),
    "a missing segment": lambda root: segment(root).unlink(),
    "a damaged table of contents": lambda root: next(root.glob("index-*/*.toc")).write_bytes(b"x"),
    "another version": older,
    "a lost pointer": lambda root: (root / "current").unlink(),
    "no index at all": shutil.rmtree,
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_index_is_rebuilt_by_itself(session, filled, root, follow, damage):
    filled.close()
    DAMAGE[damage](root)
    follow(3)
    assert filled.find(parse("payments")).total == 12
    assert indexing.check(session, filled).agrees
    (task,) = tending.recent(session)
    assert (task.kind, task.state, task.outcome) == ("rebuild", "done", {"documents": 12})
    assert task.reason and keeping.state(session).alive and not keeping.state(session).reason


def test_what_a_reader_doubts_is_looked_at_at_once(session, filled, root, follow):
    def hit(look: int) -> None:
        if look == 2:
            flipped(segment(root))
            (root / "doubted").touch()  # as a reader leaves it

    follow(20, hit)
    assert indexing.check(session, filled).agrees and not filled.doubted()
    (task,) = tending.recent(session)
    assert (task.kind, task.state) == ("rebuild", "done")


def test_a_doubt_without_a_reason_is_forgotten(session, filled, root, follow):
    (root / "doubted").touch()
    follow(3)
    assert not filled.doubted() and not tending.recent(session)


def test_a_whole_index_is_left_alone(session, filled, root, follow):
    before = (root / "current").read_bytes()
    follow(3)
    assert (root / "current").read_bytes() == before and not tending.recent(session)
    assert keeping.state(session).alive


def test_damage_under_a_running_keeper_is_noticed_with_the_next_change(session, filled, root, follow, make_source, make_record, receive):
    source = make_source("two")

    def hit(look: int) -> None:
        if look == 2:
            segment(root).write_bytes(b"")
            filled.close()
            receive(source, [make_record("new", title="A new one")])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeping, "PATIENCE", 0.0)
        follow(20, hit)
    assert filled.count() == 13 and indexing.check(session, filled).agrees


class NoRoom:
    """An index whose disk is full for a while; everything else is the real one's."""

    def __init__(self, index, times: int) -> None:
        self._index, self.left = index, times

    def __getattr__(self, name):
        return getattr(self._index, name)

    def apply(self, puts, drops):
        if self.left:
            self.left -= 1
            raise IndexFault("The search index cannot be written: the disk is full.")
        self._index.apply(puts, drops)


def test_a_full_disk_keeps_the_changes_says_why_and_goes_on_when_there_is_room(
    session, index, make_source, make_record, receive, monkeypatch
):
    monkeypatch.setattr(keeping, "PATIENCE", 0.0)
    monkeypatch.setattr(keeping, "LONGEST_PAUSE", 0.0)
    receive(make_source(), [make_record("one")])
    full, told = NoRoom(index, 3), []

    def stopped() -> bool:
        care = overseeing.look(session, index)
        told.append((care.waiting, care.keeper.reason))
        return care.waiting == 0

    keeping.follow(session, full, stopped=stopped, pause=lambda seconds: None)
    assert (1, "The search index cannot be written: the disk is full.") in told
    assert told[-1][0] == 0 and full.left == 0
    assert indexing.check(session, index).agrees
    keeping._note(session, "")
    assert keeping.state(session).reason is None


def test_a_database_that_fails_is_waited_out(session, index, follow, make_source, make_record, receive, monkeypatch, caplog):
    monkeypatch.setattr(keeping, "PATIENCE", 0.0)
    monkeypatch.setattr(keeping, "LONGEST_PAUSE", 0.0)
    receive(make_source(), [make_record("one")])
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("SQLite has one writer at a time")
    other = sqlite3.connect(session.get_bind().url.database, isolation_level=None)
    session.execute(text("PRAGMA busy_timeout=20"))
    other.execute("BEGIN IMMEDIATE")
    follow(6, lambda look: other.rollback() if look == 4 else None)
    other.close()
    assert "The database failed: database is locked" in caplog.text
    assert indexing.check(session, index).agrees and index.count() == 1
    assert keeping.state(session).reason is None


def test_one_task_at_a_time_and_a_dead_one_is_not_in_the_way(session, index):
    first = tending.start(session, "check")
    with pytest.raises(tending.AlreadyTending):
        tending.start(session, "repair")
    with pytest.raises(ValueError, match="no polish"):
        tending.start(session, "polish")
    done = tending.work(session, index, first)
    assert done is not None and done.state == "done" and done.outcome["agrees"] and not done.live
    assert tending.work(session, index, first) is None
    task = session.get(IndexTask, tending.start(session, "rebuild"))
    task.created_at -= 2 * tending.LIFETIME
    session.commit()
    again = tending.start(session, "rebuild")
    assert [(one.id, one.state) for one in tending.recent(session)][:2] == [(again, "queued"), (task.id, "failed")]


def test_a_task_that_fails_keeps_its_reason(session, filled, root):
    filled.close()
    segment(root).write_bytes(b"")
    ended = tending.work(session, filled, tending.start(session, "check"))
    assert ended is not None and ended.state == "failed" and "cut short" in (ended.reason or "")
    assert tending.last_check(session) == ended
    repaired = tending.work(session, filled, tending.start(session, "repair"))
    assert repaired is not None and repaired.state == "done" and repaired.outcome["agrees"] and repaired.total == repaired.done == 12
