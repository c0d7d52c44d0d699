"""The revisions make what the models say, and can be taken back, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import JSON, Boolean, DateTime, LargeBinary, MetaData, Numeric, String, create_engine, inspect, text
from sqlalchemy.exc import OperationalError

from hub.services import migrating, versioning


@pytest.fixture
def engine(database_url):
    engine = create_engine(database_url)
    yield engine
    migrating.upgrade(engine)  # the next test on this PostgreSQL database finds it whole
    engine.dispose()


def test_the_migrated_database_is_what_the_models_say(engine):
    assert versioning.is_ready(engine) and versioning.current(engine) == versioning.needed() == migrating.head()
    assert migrating.differences(engine) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_down_and_up_again(engine):
    migrating.downgrade(engine, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"} and not versioning.is_ready(engine)
    migrating.upgrade(engine)
    assert migrating.differences(engine) == []
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM resource")).scalar() == 0


FILLED = ("concept", "concept_label", "source", "resource", "source_record", "offering", "resource_key", "run", "failure")


def value_for(column):
    """Something that the column takes; ids and references are 1."""
    samples = ((Boolean, False), (DateTime, datetime(2026, 1, 1, tzinfo=UTC)), (JSON, []), (LargeBinary, b""), (String, "x"), (Numeric, 1))
    return next((value for kind, value in samples if isinstance(column.type, kind)), 1)


def rows_of(engine):
    """How many rows each table of FILLED has, and whether SQLite gives none of its numbers twice."""
    with engine.connect() as connection:
        counts = {name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar() for name in FILLED}
        if engine.dialect.name != "sqlite":
            return counts
        made = "SELECT count(*) FROM sqlite_master WHERE name IN ('resource', 'source_record') AND sql LIKE '%AUTOINCREMENT%'"
        return counts | {"autoincrement": connection.execute(text(made)).scalar()}


def test_a_filled_database_loses_nothing_on_its_way_up_and_down(engine):
    migrating.downgrade(engine, "base")
    migrating.upgrade(engine, "0004")
    old = MetaData()
    old.reflect(engine)
    with engine.begin() as connection:
        for name in FILLED:
            row = {column.name: value_for(column) for column in old.tables[name].columns if not column.nullable}
            connection.execute(old.tables[name].insert(), row)
    before = rows_of(engine)
    migrating.upgrade(engine)
    assert rows_of(engine) == before and migrating.differences(engine) == []
    with engine.connect() as connection:
        assert connection.execute(text("SELECT source_id FROM failure")).scalar() == 1
        if engine.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    migrating.downgrade(engine, "0004")
    assert rows_of(engine) == before
    migrating.downgrade(engine, "base")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_upgrade_that_fails_changes_nothing(engine):
    migrating.downgrade(engine, "0004")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE preview_item (id INTEGER)"))  # in the way, late in the revision
    before = inspect(engine).get_table_names()
    with pytest.raises(OperationalError):
        migrating.upgrade(engine)
    assert inspect(engine).get_table_names() == before
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE preview_item"))
