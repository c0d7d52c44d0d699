"""A hub to read from, as the tools are given it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from hub.agents.tools import Hub
from hub.db import db
from hub.services import indexing


@pytest.fixture
def hub(app: Flask, make_source: Any, make_record: Any, receive: Any) -> Iterator[Hub]:
    """Three resources, found."""
    records = [
        make_record(
            "1", "Live commerce for beginners", languages=("en",), url="https://courses.example/1", free=True, summary="Selling live."
        ),
        make_record("2", "跨境电商支付", languages=("zh-Hans",), url="https://courses.example/2", resource_type="course"),
        make_record("3", "Live commerce in practice", languages=("en",), url="https://courses.example/3", licence="CC-BY-4.0"),
    ]
    receive(make_source("one"), records)
    index = app.extensions["hub"].index
    indexing.drain(db.session(), index)
    yield Hub(db.session(), index, "https://hub.example")
