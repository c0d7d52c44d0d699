"""The quality of a source's records, for everybody: so that a provider can mend its own metadata, without an account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, abort, jsonify, render_template

from hub.services import charting, publishing
from hub.web import advice, charts, context, spreadsheets

bp = Blueprint("reports", __name__)


@bp.get("/sources/<name>/report")
def show(name: str) -> str:
    """What is missing, what fails, what is broken, and how to mend it."""
    return render_template(
        "reports/show.html",
        report=report_or_404(name),
        sizes=charting.chart(context.session(), "sizes", source=name, days=90),
    )


@bp.get("/sources/<name>/report.json")
def as_json(name: str) -> Response:
    """The same for programs."""
    return jsonify(report_or_404(name).as_dict())


@bp.get("/sources/<name>/records.csv")
def sizes(name: str) -> Response:
    """How many records the source had on each of the last 90 days."""
    report_or_404(name)
    chart = charting.chart(context.session(), "sizes", source=name, days=90)
    return spreadsheets.answer(lambda _: charts.csv(chart), f"{name}-records")


@bp.get("/sources/<name>/problems.csv")
def problems(name: str) -> Response:
    """Every problem of every record."""
    found = report_or_404(name)
    return spreadsheets.answer(lambda session: lines(session, found), f"{name}-problems")


def report_or_404(name: str) -> publishing.Report:
    """The report, or the page that says there is no such source."""
    return publishing.get(context.session(), name[:64]) or abort(404)


def lines(session: Any, report: publishing.Report) -> Iterator[str]:
    """One line a record and problem."""
    header = ("identifier", "title", "address", "problem", "detail", "how to mend it")
    return spreadsheets.lines(header, rows(session, report))


def rows(session: Any, report: publishing.Report) -> Iterator[tuple[str, ...]]:
    """The cells of each."""
    for one in publishing.problems(session, report.name):
        fields = one.detail.split(", ") if one.problem == "missing" else []
        how = " ".join(advice.mend(field, report.elements.get(field)) for field in fields)
        yield one.identifier, one.title, one.url, one.problem, one.detail, how
