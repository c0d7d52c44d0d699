"""Doubles as curators see them: who may, what the buttons do, and that everything can be undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select

from hub.db import db
from hub.models import AuditEvent, Match, Resource, SourceRecord
from hub.services import uniting
from hub.services.comparing import Comparison, Reason

Csrf = Callable[[FlaskClient], str]
HERE = "/admin/duplicates"
ALIKE = Comparison(0.8, (Reason("title", "90%", 0.44), Reason("institution", "X / The X", 0.3), Reason("year", "2024 / 2026", 0.7)))


@pytest.fixture
def pairs(own_site: Flask) -> list[tuple[int, str, str]]:
    """Two suggested pairs, surest first: (number, public id, public id)."""
    with own_site.app_context():
        session = db.session()
        some = session.scalars(select(Resource).where(Resource.withdrawn_at.is_(None)).order_by(Resource.id).limit(4)).all()
        found = []
        for one, other, score in ((some[0], some[1], 0.8), (some[2], some[3], 0.6)):
            match = uniting.match_of(session, one.id, other.id, Comparison(score, ALIKE.reasons))
            session.flush()
            found.append((match.id, one.public_id, other.public_id))
        session.commit()
        return found


def text(client: FlaskClient, path: str, language: str = "en") -> str:
    answer = client.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.get_data(as_text=True)


def post(client: FlaskClient, csrf: Csrf, path: str, **fields: object) -> str:
    answer = client.post(path, data={"csrf_token": csrf(client), **fields})
    assert answer.status_code == 303, (path, answer.status_code)
    return answer.headers["Location"]


def read(site: Flask, statement: Any) -> list[Any]:
    """What the database has; in a context of its own, so that requests share nothing with it."""
    with site.app_context():
        return list(db.session.scalars(statement))


def state(client: FlaskClient, number: int) -> str:
    return str(read(client.application, select(Match.state).where(Match.id == number))[0])


@pytest.mark.parametrize("path", [HERE, f"{HERE}/1", f"{HERE}/all"])
def test_visitors_sign_in_first_and_readers_are_refused(own_site: Flask, csrf: Csrf, courses: object, path: str) -> None:
    client = own_site.test_client()
    assert client.get(path).headers["Location"].startswith("/login?next=")
    client.post("/login", data={"csrf_token": csrf(client), "email": "reader@example.org", "password": courses.PASSWORD})  # type: ignore[attr-defined]
    assert client.get(path).status_code == 403
    assert client.post(f"{HERE}/1", data={"csrf_token": csrf(client), "do": "merge"}).status_code == 403


def test_the_queue_is_in_order_and_can_be_filtered(admin: FlaskClient, pairs: list[tuple[int, str, str]]) -> None:
    def shown(query: str) -> list[str]:
        return html.document_fromstring(text(admin, HERE + query)).xpath("//tbody/tr/th/a/text()")

    assert shown("") == [str(number) for number, _, _ in pairs]
    assert shown("?least=0.75") == [str(pairs[0][0])]
    assert shown("?state=merged") == shown("?source=no-such-source") == shown("?state=nonsense&least=x&source=no") == []
    assert "重复资源" in text(admin, HERE, "zh-CN")


def test_side_by_side_says_why_and_marks_what_differs(admin: FlaskClient, pairs: list[tuple[int, str, str]]) -> None:
    page = html.document_fromstring(text(admin, f"{HERE}/{pairs[0][0]}"))
    why = " ".join(page.xpath("//section[@aria-labelledby='h-why']")[0].text_content().split())
    assert "+0.44 The titles have 90% of their words in common" in why
    assert "The same institution: X / The X" in why and "at most 0.70" in why
    rows = page.xpath("//table[contains(@class,'compared')]/tbody/tr")
    title = next(row for row in rows if "Title" in row.xpath("string(th)"))
    assert "≠" in title.xpath("string(th)") and "different:" in title.xpath("string(th)")
    assert page.xpath("//*[@data-key]/@data-key") == ["m", "d", "l"]
    assert admin.get(f"{HERE}/999999").status_code == admin.get(f"{HERE}/99999999999").status_code == 404


def test_merge_keeps_the_page_that_was_chosen_and_goes_on_to_the_next_pair(
    admin: FlaskClient, csrf: Csrf, pairs: list[tuple[int, str, str]]
) -> None:
    number, left, right = pairs[0]
    assert post(admin, csrf, f"{HERE}/{number}", do="merge", keep=right) == f"{HERE}/{pairs[1][0]}"
    moved = admin.get(f"/resources/{left}")
    assert moved.status_code == 301 and f"/resources/{right}" in moved.headers["Location"]
    assert state(admin, number) == "merged"
    assert "Undo" in text(admin, f"{HERE}?state=merged")
    assert post(admin, csrf, f"{HERE}/{number}", do="merge") == HERE, "twice is told, not done"
    post(admin, csrf, f"{HERE}/{number}?state=merged", do="undo")
    assert state(admin, number) == "different"
    assert admin.get(f"/resources/{left}").status_code == 301 and left in admin.get(f"/resources/{left}").headers["Location"]
    post(admin, csrf, f"{HERE}/{number}", do="undo")
    actions = read(admin.application, select(AuditEvent.action).order_by(AuditEvent.id))
    assert actions == ["resources.merged", "resources.parted"]


def test_different_is_kept_for_good(admin: FlaskClient, csrf: Csrf, pairs: list[tuple[int, str, str]]) -> None:
    number = pairs[1][0]
    assert post(admin, csrf, f"{HERE}/{number}", do="different") == HERE
    assert state(admin, number) == "different"
    assert admin.post(f"{HERE}/{number}", data={"csrf_token": csrf(admin), "do": "explode"}).status_code == 400


def test_many_at_once_are_counted_first(admin: FlaskClient, csrf: Csrf, pairs: list[tuple[int, str, str]]) -> None:
    assert "Merge 1 pair?" in text(admin, f"{HERE}/all?least=0.75")
    assert "Merge 2 pairs?" in text(admin, f"{HERE}/all")
    post(admin, csrf, f"{HERE}/all", number=1)
    assert state(admin, pairs[0][0]) == "suggested", "the number was another one"
    post(admin, csrf, f"{HERE}/all", number=1, least="0.75")
    assert [state(admin, number) for number, _, _ in pairs] == ["merged", "suggested"]


def test_a_pasted_address_leads_to_the_comparison(admin: FlaskClient, csrf: Csrf, pairs: list[tuple[int, str, str]]) -> None:
    (first, left, _), (_, _, other) = pairs
    there = post(admin, csrf, HERE, page=left, address=f"https://hub.example/resources/{other}-some-title?lang=en#about")
    assert there.startswith(f"{HERE}/") and there != f"{HERE}/{first}"
    assert "Are these one work?" in text(admin, there)
    for address in ("", "https://elsewhere.example/", "http://[", "x" * 3000, left):
        assert post(admin, csrf, HERE, page=left, address=address) == f"/resources/{left}"


def test_a_record_is_split_off_on_the_page(admin: FlaskClient, csrf: Csrf, pairs: list[tuple[int, str, str]], own_site: Flask) -> None:
    number, left, right = pairs[0]
    assert "Split off" not in text(admin, admin.get(f"/resources/{left}").headers["Location"])
    post(admin, csrf, f"{HERE}/{number}", do="merge", keep=left)
    page = text(admin, admin.get(f"/resources/{left}").headers["Location"])
    record = read(own_site, select(Match.moved).where(Match.id == number))[0][0]
    assert f'name="record" value="{record}"' in page
    assert "Split off" not in own_site.test_client().get(admin.get(f"/resources/{left}").headers["Location"]).get_data(as_text=True)
    assert f"/resources/{right}" in post(admin, csrf, f"{HERE}/split", page=left, record=record)
    owner = select(Resource.public_id).join(SourceRecord, SourceRecord.resource_id == Resource.id).where(SourceRecord.id == record)
    assert read(own_site, owner) == [right]
    for bad in ("", "x", "999999", record):
        assert post(admin, csrf, f"{HERE}/split", page=left, record=bad) == f"/resources/{left}"


def test_the_keys_can_be_switched_off(admin: FlaskClient, csrf: Csrf, pairs: list[tuple[int, str, str]]) -> None:
    there = post(admin, csrf, f"{HERE}/keys", keys="off", match=pairs[0][0])
    assert "data-key" not in text(admin, there)
    post(admin, csrf, f"{HERE}/keys", keys="on", match=pairs[0][0])
    assert 'data-key="m"' in text(admin, there)
