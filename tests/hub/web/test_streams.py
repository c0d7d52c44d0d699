"""What is sent as it is read gives its connection to the database back."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hub.db import db


@pytest.mark.parametrize("path", ["/search.csv", "/search.jsonl", "/sitemaps/resources-1.xml", "/sources/repository/records.csv"])
@pytest.mark.parametrize("whole", [True, False])
def test_no_connection_is_kept_when_the_last_part_has_left(site: Flask, visitor: FlaskClient, path: str, whole: bool) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 200
    if whole:
        assert answer.get_data()
    answer.close()
    with site.app_context():
        assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
