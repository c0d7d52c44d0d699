"""A shelf to take along: files and a feed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from markupsafe import Markup, escape

from hub.exports import atom, formats
from hub.services import crediting, displaying, extracting, heralding
from hub.web import allowances, attributions, context, houses, outlet, spreadsheets
from hub.web.messages import gettext as _
from hub.web.shelf_pages import shelf_or_404

bp = Blueprint("shelf_exports", __name__)
bp.before_request(allowances.count_file)
TEXTS = {
    "txt": ("text/plain", attributions.plain),
    "md": ("text/markdown", attributions.markdown),
    "html": ("text/html", attributions.marked_up),
}
FED = 50  # newest items
PAGE = Markup('<!doctype html>\n<meta charset="utf-8">\n<title>{}</title>\n{}')  # a file of its own says how it is written


def public_address(path: str) -> str:
    """A path as the whole world writes it."""
    return (context.site_address() or request.host_url.rstrip("/")) + path


@bp.get("/shelves/<public_id>/attribution.<suffix>")
def attribution(public_id: str, suffix: str) -> Response:
    """The attribution of everything on it, as plain text, Markdown or HTML: a file to save."""
    shelf = shelf_or_404(public_id)
    media_type, written = TEXTS.get(suffix) or abort(404)
    text = str(written(crediting.credits_of(context.session(), shelf.id)))
    if shelf.credit:
        line = escape(shelf.credit) if suffix == "html" else shelf.credit.translate(attributions.MARKS) if suffix == "md" else shelf.credit
        text += "\n" + _("From the shelf %(credit)s.", credit=line) + "\n"
    if suffix == "html":
        text = PAGE.format(escape(shelf.title), Markup(text))  # noqa: S704 - every part of it is escaped
    return saved(text, media_type, f"attribution-{shelf.public_id}.{suffix}")


def saved(text: str, media_type: str, name: str) -> Response:
    """A file to save, which no browser shows as a page."""
    response = Response(text, mimetype=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@bp.get("/shelves/<public_id>/items.csv")
def table(public_id: str) -> Response:
    """What stands on it, for a spreadsheet."""
    shelf = shelf_or_404(public_id)
    number = shelf.id  # the session of the view is gone when the rows are read
    header = (
        _("Place"),
        _("Title"),
        _("Author"),
        _("Provider"),
        _("Type"),
        _("Language"),
        _("Licence"),
        _("Note"),
        _("Address"),
        _("Page in the hub"),
    )

    def rows(session: Any) -> Iterator[tuple[str, ...]]:
        for place, one in enumerate(crediting.credits_of(session, number), 1):
            page = public_address(f"/resources/{one.public_id}")
            yield (
                str(place), one.title, "; ".join(one.authors), one.publisher or "", one.resource_type or "", ", ".join(one.languages),
                one.licence or "", one.note, one.url or "", page,
            )  # fmt: skip

    return spreadsheets.answer(lambda session: spreadsheets.lines(header, rows(session)), f"shelf-{shelf.public_id}")


@bp.get("/shelves/<public_id>/shelf.json")
def document(public_id: str) -> Response:
    """The shelf and what stands on it, for programs."""
    shelf, session = shelf_or_404(public_id), context.session()
    seen = displaying.described(session, [shelf.id])[0]
    found = {
        "id": shelf.public_id, "url": public_address(f"/shelves/{shelf.public_id}"), "title": shelf.title, "about": shelf.about,
        "kind": shelf.kind,
        "institution": seen.house.name if seen.house else None, "credit": shelf.credit, "updated": shelf.updated_at.isoformat(),
        "items": [
            {
                "id": one.public_id, "page": public_address(f"/resources/{one.public_id}"), "title": one.title,
                "authors": list(one.authors), "publisher": one.publisher, "url": one.url, "licence": one.licence,
                "licence_url": one.licence_url, "note": one.note,
            }
            for one in crediting.credits_of(session, shelf.id)
        ],
    }  # fmt: skip
    return saved(json.dumps(found, ensure_ascii=False, indent=2) + "\n", "application/json", f"shelf-{shelf.public_id}.json")


@bp.get('/shelves/<public_id>/items.<any("ris", "bib", "csl.json", "jsonl"):suffix>')
def references(public_id: str, suffix: str) -> Response:
    """What stands on it, for reference managers and programs."""
    shelf = shelf_or_404(public_id)
    return outlet.file(extracting.of_shelf(context.session(), shelf.id), formats.OF_MANY[suffix], f"shelf-{shelf.public_id}")


@bp.get('/shelves/<public_id>/feed.<any("atom", "rss", "json"):suffix>')
def feed(public_id: str, suffix: str) -> Response:
    """What was put on a public shelf, the newest first."""
    shelf, session = shelf_or_404(public_id), context.session()
    if shelf.visibility != "public":
        abort(404)
    return answer(shelf, displaying.described(session, [shelf.id])[0], heralding.latest(session, shelf.id, FED), suffix)


def answer(shelf: Any, seen: displaying.Listed, items: list[heralding.Added], suffix: str) -> Response:
    """The feed; 304 when it has not changed since the reader had it."""
    page = public_address(url_for("shelves.show", public_id=shelf.public_id))
    maker = houses.institution_name(seen.house) if seen.house else seen.owner or outlet.site().name
    entries = tuple(
        atom.Entry(
            id=f"{page}#item-{one.id}",
            title=one.title,
            link=public_address(f"/resources/{one.public_id}"),
            updated=one.at,
            summary=one.note,
        )
        for one in items
    )
    own = public_address(request.path)
    return outlet.feed(
        atom.Feed(id=page, title=shelf.title, link=page, own_link=own, updated=shelf.updated_at, author=maker, entries=entries), suffix
    )
