"""A resource's page."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request, url_for
from flask_login import current_user
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.services import adopting, bookmarking, displaying, evaluating, hiding, reading, tagging
from hub.web import context, jsonld

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
    return render_template(
        "resources/show.html",
        page=page,
        resource=page.summary,
        similar=reading.similar(context.session(), context.index(), page.summary.id),
        canonical=public_address(right),
        jsonld=jsonld.script(page, public_address(right)),
        tags=tagging.on_resource(context.session(), context.viewer(), page.summary.id),
        evaluation=evaluating.on_resource(context.session(), context.viewer(), page.summary.id),
        adoptions=adopting.on_resource(context.session(), context.viewer(), page.summary.id),
        kept=bookmarking.on_resource(context.session(), context.viewer(), page.summary.id),
        shelves=displaying.choices(context.session(), context.viewer(), page.summary.id, limit=8),
        hidden_by=hiding.why(context.session(), page.summary.id) if page.hidden_at else ("", ""),
    )


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
