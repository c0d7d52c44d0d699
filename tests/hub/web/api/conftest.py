"""A hub with the cast on its stage, and each of them with a token."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from hub.db import db
from hub.models import Person
from hub.services import tokening

from ..cast import Stage, set_stage


@dataclass(frozen=True)
class Program:
    """A program with a token; without one when the text is empty."""

    client: FlaskClient
    token: str = ""

    def ask(self, method: str, path: str, **values: Any) -> TestResponse:
        headers = dict(values.pop("headers", {}))
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        return self.client.open(f"/api/v1{path}", method=method, headers=headers, **values)

    def get(self, path: str, **values: Any) -> TestResponse:
        return self.ask("GET", path, **values)


Programs = Callable[..., Program]


@pytest.fixture
def stage(own_site: Flask) -> Stage:
    with own_site.app_context():
        made = set_stage(db.session())
        db.session.remove()
    return made


@pytest.fixture
def program(own_site: Flask, stage: Stage) -> Programs:
    """A program of one of the cast, with these scopes."""

    def make(who: str = "", *scopes: str, days: int | None = 30) -> Program:
        if not who:
            return Program(own_site.test_client())
        with own_site.app_context():
            person = db.session.scalars(select(Person).where(Person.email == stage.emails[who])).one()
            _kept, text = tokening.issue(db.session(), person, name="test", scopes=scopes or ("read",), days=days)
            db.session.commit()
            db.session.remove()
        return Program(own_site.test_client(), text)

    return make


@pytest.fixture
def anybody(visitor: FlaskClient) -> Program:
    """A program without a token, of the hub that is only read."""
    return Program(visitor)
