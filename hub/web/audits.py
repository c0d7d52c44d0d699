"""The audit log, for admins: who did what, when, with what stood there before and after."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from hub.services import auditing
from hub.web import context, spreadsheets
from hub.web.access import admin_required
from hub.web.listing import page_number, pages_around

bp = Blueprint("audits", __name__, url_prefix="/admin/audit")
FILTERS = ("person", "action", "subject", "subject_id")
HEADER = ("id", "at", "who", "what", "subject", "number", "name", "before", "after", "note")


def filters() -> dict[str, str]:
    """What is asked for."""
    return {name: value for name in FILTERS if (value := request.args.get(name, "")[:200].strip())}


def asked() -> auditing.Wanted:
    """The same, as the log is asked."""
    found = filters()
    number = found.get("subject_id", "")
    return auditing.Wanted(
        person=found.get("person", ""),
        action=found.get("action", ""),
        subject=found.get("subject", ""),
        subject_id=int(number) if number.isascii() and number.isdigit() and len(number) < 10 else None,
    )


@bp.get("")
@admin_required
def index() -> str:
    """Events, newest first."""
    number, wanted = page_number(request.args.get("page", "")), asked()
    page = auditing.events(
        context.session(), subject=wanted.subject, subject_id=wanted.subject_id, action=wanted.action, person=wanted.person, page=number
    )
    return render_template(
        "audits/index.html",
        page=page,
        differences=auditing.differences,
        filters=filters(),
        known=auditing.known(context.session()),
        number=number,
        numbers=pages_around(number, page.pages),
        address=lambda n: url_for("audits.index", page=n, **filters()),  # type: ignore[arg-type]
        table=url_for("audits.table", **filters()),  # type: ignore[arg-type]
    )


@bp.get("/events.csv")
@admin_required
def table() -> Response:
    """The same events, all of them, for a spreadsheet."""
    wanted = asked()
    return spreadsheets.answer(lambda session: spreadsheets.lines(HEADER, cells(session, wanted)), "audit")


def cells(session: Any, wanted: auditing.Wanted) -> Iterator[tuple[str, ...]]:
    """A row an event."""
    for e in auditing.all_events(session, wanted):
        before, after = (text(value) for value in (e.before, e.after))
        number = "" if e.subject_id is None else str(e.subject_id)
        yield str(e.id), e.at.isoformat(), e.person, e.action, e.subject, number, e.label, before, after, e.note


def text(value: Any) -> str:
    """A value of JSON in a cell."""
    return "" if value is None else json.dumps(value, ensure_ascii=False)
