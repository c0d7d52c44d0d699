"""A resource's page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, make_response, render_template, request, url_for
from flask_login import current_user
from markupsafe import Markup
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.exports import coins, dc_html, formats, jsonld, signposting
from hub.services import adopting, bookmarking, describing, displaying, evaluating, hiding, reading, tagging
from hub.web import context, outlet
from hub.web.markup import web_address

HTML = "text/html"
bp = Blueprint("resources", __name__)


def address(public_id: str, slug: str) -> str:
    """The one address of a resource's page."""
    return url_for("resources.show", name=f"{public_id}-{slug}".rstrip("-"))


@bp.get("/resources")
def index() -> Response:
    """All resources are a search without words."""
    return redirect(url_for("search.show"), 301)


@bp.get("/resources/<name>")
def show(name: str) -> str | Response | tuple[str, int]:
    """The page of a resource; an old address leads to the right one, a withdrawn resource says so (410) and offers others.

    A hidden one is there for curators alone.
    """
    public_id = name.partition("-")[0]
    page = reading.page(context.session(), public_id, language=context.language())
    if page is None:
        abort(404)
    if isinstance(page, reading.Moved):
        return redirect(address(page.public_id, page.slug), 301)
    if page.hidden_at is not None and not (current_user.is_authenticated and current_user.is_curator):
        abort(404)
    if page.withdrawn_at is not None:
        return gone(page)
    right = address(page.summary.public_id, page.summary.slug)
    if name != f"{page.summary.public_id}-{page.summary.slug}".rstrip("-"):
        return redirect(right, 301)
    if (document := negotiated(page.summary.public_id)) is not None:
        return document
    return shown(page, right)


def negotiated(public_id: str) -> Response | None:
    """Another format, for who likes one better than a page (RFC 9110, section 12.5.1); it has an address of its own."""
    asked = request.accept_mimetypes
    best = max(formats.OF_ONE.values(), key=lambda each: asked.quality(each.media_type))
    if not asked.quality(best.media_type) > asked.quality(HTML):
        return None
    response = redirect(f"/resources/{public_id}.{best.suffix}", 303)
    response.vary.add("Accept")
    return response


def shown(page: reading.ResourcePage, right: str) -> Response:
    """The page, with all that machines read in it and in its headers."""
    session, number = context.session(), page.summary.id
    one, site = described(number), outlet.site()
    links = signposting.links(one, site)
    response = make_response(
        render_template(
            "resources/show.html",
            page=page,
            resource=page.summary,
            similar=reading.similar(session, context.index(), number),
            canonical=public_address(right),
            jsonld=Markup(jsonld.script(one, site)),  # noqa: S704 - what could end the element is escaped there
            coins=coins.write(one, site),
            unapi_id=site.resource(one),
            dublin_core=list(dc_html.pairs(one, site)),
            links=links,
            og_image=web_address(one.image),
            tags=tagging.on_resource(session, context.viewer(), number),
            evaluation=evaluating.on_resource(session, context.viewer(), number),
            adoptions=adopting.on_resource(session, context.viewer(), number),
            kept=bookmarking.on_resource(session, context.viewer(), number),
            shelves=displaying.choices(session, context.viewer(), number, limit=8),
            hidden_by=hiding.why(session, number) if page.hidden_at else ("", ""),
        )
    )
    response.vary.add("Accept")
    response.headers["Link"] = signposting.header(links)
    return response


def described(number: int) -> Any:
    """The resource in full, also while it is hidden: only curators come here then."""
    return describing.describe(context.session(), [number])[number]


def gone(page: reading.ResourcePage) -> tuple[str, int]:
    """The page of a withdrawn resource: what people said of it is there still."""
    session, who, number = context.session(), context.viewer(), page.summary.id
    tags = tagging.on_resource(session, who, number)
    return render_template(
        "resources/gone.html",
        page=page,
        resource=page.summary,
        others=reading.alternatives(session, context.index(), page.summary.title),
        reviews=evaluating.on_resource(session, who, number).total,
        uses=adopting.on_resource(session, who, number).total,
        own_tags=[one for group in tags.groups for one in group.tags if one.mine],
        kept=bookmarking.on_resource(session, who, number),
    ), 410


def public_address(path: str) -> str:
    """A path as the whole world writes it."""
    return (context.site_address() or request.host_url.rstrip("/")) + path
