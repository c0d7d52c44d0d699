"""Search: results, all values of a facet, type-ahead."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from time import perf_counter
from urllib.parse import urlencode

from flask import Blueprint, abort, jsonify, make_response, render_template, request
from werkzeug.wrappers import Response

from hub.services import faceting, finding
from hub.web import context, listing, robots, wording

bp = Blueprint("search", __name__)
TYPED_MOST = 100
ORDERS = ("count", "name")


@bp.get("/search")
def show() -> str:
    """One page of results with the facets beside them."""
    began = perf_counter()
    found = listing.answer()
    note(found, seconds=perf_counter() - began)
    return render_template("search/show.html", listing=found)


def note(found: listing.Listing, *, seconds: float) -> None:
    """Count what a person searched: the words alone, once. Filters, orders and further pages say nothing new of them."""
    ask = found.ask
    if not ask.filters and ask.page == 1 and ask.sort == listing.default_sort(ask.words) and not robots.is_robot(request):
        day, milliseconds = datetime.now(UTC).date(), round(1000 * seconds)
        context.observer().note(ask.words, context.language(), found=found.page.total, milliseconds=milliseconds, day=day)


@bp.get("/search/help")
def how_to() -> str:
    """What can be typed, with examples that work."""
    return render_template("search/help.html")


@bp.get("/search/facets/<name>")
def facet(name: str) -> str:
    """All values of one facet, A to Z or by count, with a box to narrow them."""
    ask = listing.asked()
    today = datetime.now(UTC).date()
    group = finding.facet(context.session(), context.index(), ask, name, language=context.language(), today=today)
    if group is None:
        abort(404)
    page = finding.Page(total=0, results=(), groups=(group,), active=(), pages=0)
    typed = request.args.get("find", "")[:TYPED_MOST].strip()
    order = "name" if request.args.get("order") == "name" else "count"
    question = {name: values for name, values in request.args.lists() if name != "order"}
    return render_template(
        "search/facet.html",
        listing=listing.Listing(ask, page, "/search"),
        group=group,
        choices=choices(group, typed, order),
        order=order,
        orders={key: f"{request.path}?{urlencode({**question, 'order': key}, doseq=True)}" for key in ORDERS},
        typed=typed,
    )


def choices(group: faceting.Group, typed: str, order: str) -> list[faceting.Choice]:
    """The values that contain the letters typed: as they are (by number), or by name, then without the tree's steps."""
    named = [(wording.value_name(group.name, choice.value, choice.label), choice) for choice in group.choices]
    found = [(name, choice) for name, choice in named if typed.casefold() in name.casefold()]
    if order == "name":
        found = [(name, replace(choice, depth=0)) for name, choice in sorted(found, key=lambda pair: pair[0].casefold())]
    return [choice for _, choice in found]


@bp.get("/suggest")
def suggest() -> Response:
    """Type-ahead for the search box: list items for our script, JSON for others."""
    typed = request.args.get("q", "")[:TYPED_MOST].strip()
    found = finding.completions(context.session(), context.index(), typed, language=context.language()) if typed else ()
    if request.headers.get("HX-Request"):
        response = make_response(render_template("search/_suggestions.html", found=found))
    else:
        response = jsonify([{"text": one.text, "kind": one.kind, "url": one.address} for one in found])
    response.vary.add("HX-Request")
    response.headers["X-Robots-Tag"] = "noindex"
    return response
