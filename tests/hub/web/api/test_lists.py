"""Every list in parts: the same as at once, whatever comes meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.db import db
from hub.models.resource import Resource
from hub.models.review import Review
from hub.models.run import Run
from hub.models.shelf import Shelf
from hub.models.source import Source

from ..cast import THEN, Stage, cycle, rubric
from .conftest import Program, Programs


def parts(of: Program, path: str, name: str, between: Callable[[], None] | None = None) -> list[Any]:
    """The `name` of all items, read one by one."""
    seen, cursor, sign = [], "", "&" if "?" in path else "?"
    while True:
        answer = of.get(f"{path}{sign}limit=1{cursor}")
        assert answer.status_code == 200, answer.text
        seen += [one[name] for one in answer.json["items"]]
        if answer.json["next"] is None:
            return seen
        cursor = f"&cursor={answer.json['next']}"
        if between is not None:
            between()


def add_run(session: Session) -> None:
    source = session.scalars(select(Source).order_by(Source.id)).first()
    assert source is not None
    session.add(Run(source_id=source.id, state="succeeded", created_at=THEN, started_at=THEN, finished_at=THEN))


def add_shelf(session: Session, number: int) -> None:
    when = THEN.replace(year=2030)  # the newest of all
    session.add(Shelf(public_id=f"new{number}", title="New", visibility="public", created_at=when, updated_at=when))


def add_review(session: Session, resource_id: int, helpful: int) -> None:
    about = {"resource_id": resource_id, "first_id": resource_id, "cycle_id": cycle(session).id, "rubric_id": rubric(session).id}
    session.add(Review(**about, visibility="public", score=3.0, helpful=helpful, created_at=THEN, updated_at=THEN))


def test_lists_in_parts_are_the_lists(program: Programs, own_site: Flask, stage: Stage) -> None:
    with own_site.app_context():
        session = db.session()
        resource = session.scalars(select(Resource).where(Resource.public_id == stage.fixed["resource"])).one()
        for number in range(4):
            add_run(session)
            add_review(session, resource.id, number % 2)
            add_shelf(session, number)
        session.commit()
        db.session.remove()
    admin, teacher, reviews = program("hub admin", "read", "admin"), program("teacher"), f"/resources/{stage.fixed['resource']}/reviews"
    asked = {
        "/runs": "id", "/shelves": "id", "/shelves?sort=title": "id", "/shelves?sort=followed": "id", "/institutions": "slug",
        reviews: "id", f"{reviews}?sort=helpful": "id", "/adoptions": "id", "/providers": "slug",
    }  # fmt: skip
    for path, name in asked.items():
        who = teacher if path == "/adoptions" else admin
        whole = [one[name] for one in who.get(f"{path}{'&' if '?' in path else '?'}limit=100").json["items"]]
        assert len(whole) > 1, path
        assert parts(who, path, name) == whole, path


def test_what_is_made_meanwhile_moves_nothing(program: Programs, own_site: Flask) -> None:
    admin, made = program("hub admin", "read", "admin"), count()

    def make() -> None:
        with own_site.app_context():
            add_run(db.session())
            add_shelf(db.session(), next(made))
            db.session.commit()
            db.session.remove()

    make()
    make()
    for path in ("/runs", "/shelves"):
        whole = [one["id"] for one in admin.get(f"{path}?limit=100").json["items"]]
        assert parts(admin, path, "id", make) == whole, path
