"""`hub institution`, and the demo's institutions."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from hub.cli import demo
from hub.services import allying, joining, mustering, permitting

Quick = Callable[..., Any]


def test_an_institution_is_added_verified_and_gets_members(quick: Quick) -> None:
    quick("user", "add", "ann@school.example")
    assert (
        quick("institution", "add", "Example School", "--kind", "university", "--admin", "ann@school.example").output == "example-school\n"
    )
    assert "already" in quick("institution", "add", "example school", "--kind", "agency", status=2).output
    assert "http" in quick("institution", "add", "B", "--kind", "agency", "--url", "ftp://b.example", status=2).output
    assert quick("institution", "verify", "example-school").output == "done\n"
    assert quick("institution", "verify", "example-school").output == "it is so already\n"
    listed = json.loads(quick("institution", "list", "--json").output)
    assert [(one["slug"], one["verified"], one["members"]) for one in listed] == [("example-school", True, 1)]
    assert quick("institution", "verify", "example-school", "--undo").output == "done\n"
    assert quick("institution", "list", "--state", "unverified").output.startswith("example-school\tuniversity\tnot verified\t1\t")
    assert "last admin" in quick("institution", "member", "example-school", "ann@school.example", "--role", "none", status=2).output
    quick("user", "add", "bea@school.example")
    for role, said in (
        ("admin", "done"),
        ("admin", "it is so already"),
        ("teacher", "done"),
        ("none", "done"),
        ("none", "it is so already"),
    ):
        assert quick("institution", "member", "example-school", "bea@school.example", "--role", role).output == f"{said}\n", role
    assert "no account" in quick("institution", "member", "example-school", "nobody@a.cn", "--role", "admin", status=2).output
    assert "no institution" in quick("institution", "verify", "nowhere", status=2).output


def test_the_demo_has_one_of_each_kind_and_adds_nothing_to_a_real_hub(app: Flask, session: Session) -> None:
    assert demo.found_institutions(session) == 0, "no first admin: not a demo"
    joining.add(session, joining.ADMIN, "correct horse battery", admin=True)
    assert demo.found_institutions(session) == 3
    session.commit()
    assert mustering.listed(session).kinds == {"university": 1, "enterprise": 1, "agency": 1}
    school = permitting.find(session, "qiantang-university-of-commerce")
    assert school is not None
    assert [ally.kind for ally in allying.allies(session, school.id, ("active",))[0]] == ["enterprise"]
    assert [ally.kind for ally in allying.allies(session, school.id, ("requested",), ours=False)[0]] == ["agency"]
    assert demo.found_institutions(session) == 0
