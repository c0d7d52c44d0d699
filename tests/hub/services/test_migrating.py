"""The revisions make what the models say, and can be taken back, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, inspect, text

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
