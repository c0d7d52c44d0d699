"""News as Atom: public ones of topics, providers and institutions, and those of kept searches, which only their owner knows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, abort, make_response, request
from werkzeug.wrappers import Response

from hub.exports import atom
from hub.services import acting, announcing, following, noticing, phrasing, subscribing, summarising
from hub.services.querying import SearchUnavailable
from hub.web import context, happenings
from hub.web.messages import gettext as _

bp = Blueprint("feeds", __name__)
MOST = 30
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)  # of a feed in which nothing stands yet


@bp.get("/feeds/topics/<notation>.atom")
def topic(notation: str) -> Response:
    """New resources of a topic."""
    return public("topic", notation)


@bp.get("/feeds/providers/<slug>.atom")
def provider(slug: str) -> Response:
    """New resources of a provider."""
    return public("provider", slug)


@bp.get("/feeds/institutions/<slug>.atom")
def institution(slug: str) -> Response:
    """What an institution opens, shares, evaluates and adopts in public."""
    return public("institution", slug)


def public(kind: str, key: str) -> Response:
    """The feed of something that everybody may see; who asks does not matter."""
    about = following.subject(context.session(), acting.ANYBODY, kind, key, language=context.language())
    if about is None:
        abort(404)
    news = announcing.news(context.session(), context.index(), acting.ANYBODY, [about], limit=MOST)
    name = about.name_zh or about.name if context.language() == "zh-Hans" else about.name
    return answer(_("News: %(name)s", name=name), about.address, [entry(one) for one in news])


@bp.get("/feeds/searches/<token>.atom")
def search(token: str) -> Response:
    """The latest results of a kept search."""
    kept = subscribing.by_token(context.session(), token) or abort(404)
    try:
        ids = noticing.latest(context.session(), context.index(), phrasing.parse(kept.query), limit=MOST)
    except SearchUnavailable:
        abort(503)
    rows = summarising.in_order(context.session(), ids)
    came = noticing.catalogued_at(context.session(), ids)
    entries = [
        atom.Entry(
            id=f"{site()}/resources/{one.public_id}",
            title=one.title,
            link=f"{site()}/resources/{one.public_id}-{one.slug}".rstrip("-"),
            updated=came[one.id],
            summary=one.text[:500],
            language=one.language,
        )
        for one in rows
    ]
    response = answer(_("Search: %(name)s", name=kept.name), phrasing.address(kept.query), entries)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "private, max-age=600"
    return response


def entry(one: Any) -> atom.Entry:
    """A piece of news as an entry."""
    return atom.Entry(
        id=f"{site()}/feeds/news/{one.kind}/{one.number}",
        title=happenings.sentence(one),
        link=site() + one.address,
        updated=one.at,
        summary=one.text,
    )


def site() -> str:
    """The address of this hub, without a final slash."""
    return context.site_address() or request.host_url.rstrip("/")


def answer(title: str, path: str, entries: Sequence[atom.Entry]) -> Response:
    """The feed; 304 for who has it already."""
    updated = max((one.updated for one in entries), default=BEGAN)
    body = atom.write(
        atom.Feed(
            id=site() + request.path,
            title=title,
            link=site() + path,
            own_link=site() + request.path,
            updated=updated,
            author=str(context.setting("SITE_NAME") or "Open Commerce Hub"),
            entries=entries,
            language=context.language(),
        )
    )
    response = make_response(body)
    response.content_type = f"{atom.MEDIA_TYPE}; charset=utf-8"
    response.headers["Cache-Control"] = "public, max-age=600"
    response.last_modified = updated
    response.add_etag()
    return response.make_conditional(request)
