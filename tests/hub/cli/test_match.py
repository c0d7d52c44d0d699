"""`hub match`: finds, lists, merges, undoes, splits, tells apart; says no with a sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from harvesters.record import Raw, Record
from hub.db import db, now
from hub.models import AuditEvent, Resource, Run, Source
from hub.services import cataloguing, classifying, receiving

Quick = Callable[..., Any]


@pytest.fixture
def pages(quick_app: Flask) -> list[str]:
    """Public ids of two sure doubles and of another page."""
    with quick_app.app_context():
        return filled(db.session())


def filled(session: Session) -> list[str]:
    titles = ("Human Neuroanatomy in depth", "Human Neuroanatomy in depth | 人体神经解剖学详解", "Warehouse robots")
    for n, title in enumerate(titles):
        source = Source(name=f"s{n}", title=f"S{n}", kind="csv", url="https://x.example", created_at=now())
        session.add(source)
        session.flush()
        run = Run(source_id=source.id, state="running", created_at=now())
        session.add(run)
        session.flush()
        record = Record(identifier="a", title=title, institution="MIT", raw=Raw(title.encode(), "text/plain", "https://x.example"))
        receiving.receive(session, cataloguing.facts(source), run.id, [record], classifier=classifying.load(session))
    session.commit()
    return list(session.scalars(select(Resource.public_id).order_by(Resource.id)))


def listed(quick: Quick, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(quick("match", "list", "--json", *words).stdout)
    return found


def test_run_list_undo_and_run_again(quick: Quick, pages: list[str]) -> None:
    assert json.loads(quick("match", "run", "--json").stdout)["merged"] == 1
    row = listed(quick, "--state", "merged")[0]
    assert (row["left"]["public_id"], row["right"]["public_id"], row["decided_by"]) == (pages[0], pages[1], "rule")
    assert f"{row['id']}\t{row['score']:.2f}\t{pages[0]}\t{pages[1]}" in quick("match", "list", "--state", "merged").stdout
    assert "different from now on" in quick("match", "undo", str(row["id"])).stdout
    assert "is not merged" in quick("match", "undo", str(row["id"]), status=2).output
    assert "0 merged" in quick("match", "run").output
    assert listed(quick, "--state", "merged") == [] and len(listed(quick, "--state", "different")) == 1


def test_merge_records_split_different(quick: Quick, quick_app: Flask, pages: list[str]) -> None:
    assert "Merged as pair" in quick("match", "merge", pages[2], f"https://hub.example/resources/{pages[0]}-x").stdout
    lines = [line.split("\t") for line in quick("match", "records", pages[0]).stdout.splitlines()]
    assert [line[1:] for line in lines] == [["s0", "a", "active"], ["s2", "a", "active"]], "the old address leads on"
    assert quick("match", "split", lines[0][0]).stdout.strip() == pages[0]
    assert "nothing to split" in quick("match", "split", lines[0][0], status=2).output
    assert "is different" in quick("match", "different", pages[1], pages[2]).stdout
    with quick_app.app_context():
        actions = db.session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert actions == ["resources.merged", "resources.split", "resources.different"]


@pytest.mark.parametrize("words", [("merge", "nothing", "here"), ("different", "0000000000", "x"), ("records", ""), ("split", "99")])
def test_what_is_not_there_is_told(quick: Quick, pages: list[str], words: tuple[str, ...]) -> None:
    assert "There is no" in quick("match", *words, status=2).output


def test_a_page_is_not_merged_with_itself(quick: Quick, pages: list[str]) -> None:
    assert "the same page" in quick("match", "merge", pages[0], pages[0], status=2).output
