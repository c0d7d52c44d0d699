"""Pages that are the same for everybody, and what machines ask first."""

from __future__ import annotations

from xml.sax.saxutils import escape

from flask import Blueprint, jsonify, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from hub.services import browsing
from hub.web import context

bp = Blueprint("pages", __name__)
LISTED = 45_000  # addresses in the sitemap; the protocol allows 50,000


@bp.get("/about")
def about() -> str:
    """What this is, how to search, where the data come from, whom to write to."""
    return render_template("pages/about.html", contact=context.setting("HUB_CONTACT") or "")


@bp.get("/healthz")
def alive() -> Response:
    """The process answers."""
    return jsonify({"status": "alive"})


@bp.get("/readyz")
def ready() -> Response:
    """Database, index and queue answer too; 503 while one of them does not."""
    state = {
        "database": browsing.database_answers(context.session()),
        "index": browsing.index_answers(context.index()),
        "queue": context.jobs().answers(),
    }
    response = jsonify({"status": "ready" if all(state.values()) else "not ready", **state})
    response.status_code = 200 if all(state.values()) else 503
    return response


@bp.get("/robots.txt")
def robots() -> Response:
    """Everything may be read; questions with filters are endless, so they are not to be crawled."""
    lines = ["User-agent: *", "Disallow: /admin/", "Disallow: /login", "Disallow: /suggest", "Disallow: /search/facets/", "Disallow: /*?*"]
    lines.append("Allow: /oai?")  # the longer rule wins (RFC 9309, section 2.2.2)
    return _text("\n".join([*lines, f"Sitemap: {address(url_for('pages.sitemap'))}", ""]), "text/plain")


@bp.get("/sitemap.xml")
def sitemap() -> Response:
    """The pages of all resources with their last change (sitemaps.org protocol)."""
    rows = [f"<url><loc>{escape(address(path))}</loc></url>" for path in ("/", "/topics", "/providers", "/sources", "/about")]
    for public_id, slug, changed in browsing.addresses(context.session(), limit=LISTED):
        location = address(url_for("resources.show", name=f"{public_id}-{slug}".rstrip("-")))
        rows.append(f"<url><loc>{escape(location)}</loc><lastmod>{changed.date().isoformat()}</lastmod></url>")
    body = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return _text(body + "\n".join(rows) + "\n</urlset>\n", "application/xml")


def address(path: str) -> str:
    """A path as the whole world writes it."""
    return (context.site_address() or request.host_url.rstrip("/")) + path


def _text(body: str, media_type: str) -> Response:
    response = make_response(body)
    response.mimetype = media_type
    return response
