"""What the database is told beside its rows."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.db import count_for_the_planner


def test_the_planner_knows_that_an_index_of_nothing_but_null_is_no_help(session: Session, make_source, make_record, receive) -> None:
    source = make_source()
    receive(source, [make_record(f"r{number}", title=f"Course {number}") for number in range(60)])
    session.commit()
    count_for_the_planner(session)
    if session.get_bind().dialect.name != "sqlite":
        return  # PostgreSQL counts by itself
    told = dict(session.execute(text("SELECT idx, stat FROM sqlite_stat1 WHERE tbl = 'resource'")).all())
    assert told["ix_resource_merged_into_id"].split() == ["60", "60"]
    plan = session.execute(text("EXPLAIN QUERY PLAN SELECT id FROM resource WHERE merged_into_id IS NULL AND hidden_at IS NULL")).all()
    assert "ix_resource_merged_into_id" not in str(plan)
