"""News as Atom, RSS and JSON Feed: of topics, providers and institutions, of any search, and of kept ones, which only their owner knows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from flask import Blueprint, abort, request
from werkzeug.wrappers import Response

from hub.exports import atom
from hub.services import acting, announcing, browsing, following, noticing, phrasing, subscribing, summarising
from hub.services.querying import SearchUnavailable
from hub.web import allowances, context, happenings, listing, outlet
from hub.web.messages import gettext as _

bp = Blueprint("feeds", __name__)
bp.before_request(allowances.count_file)
MOST = 30
LATEST = 50  # results of any search
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)  # of a feed in which nothing stands yet


@bp.get('/feeds/topics/<notation>.<any("atom", "rss", "json"):suffix>')
def topic(notation: str, suffix: str) -> Response:
    """New resources of a topic."""
    return public("topic", notation, suffix)


@bp.get('/feeds/providers/<slug>.<any("atom", "rss", "json"):suffix>')
def provider(slug: str, suffix: str) -> Response:
    """New resources of a provider."""
    return public("provider", slug, suffix)


@bp.get('/feeds/institutions/<slug>.<any("atom", "rss", "json"):suffix>')
def institution(slug: str, suffix: str) -> Response:
    """What an institution opens, shares, evaluates and adopts in public."""
    return public("institution", slug, suffix)


def public(kind: str, key: str, suffix: str) -> Response:
    """The feed of something that everybody may see; who asks does not matter."""
    about = following.subject(context.session(), acting.ANYBODY, kind, key, language=context.language())
    if about is None:
        abort(404)
    news = announcing.news(context.session(), context.index(), acting.ANYBODY, [about], limit=MOST)
    name = about.name_zh or about.name if context.language() == "zh-Hans" else about.name
    return answer(_("News: %(name)s", name=name), about.address, [entry(one) for one in news], suffix)


@bp.get("/feeds/searches/<token>.atom")
def search(token: str) -> Response:
    """The latest results of a kept search."""
    kept = subscribing.by_token(context.session(), token) or abort(404)
    response = answer(_("Search: %(name)s", name=kept.name), phrasing.address(kept.query), found(phrasing.parse(kept.query), MOST), "atom")
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "private, max-age=600"
    return response


@bp.get('/sources/<name>/feed.<any("atom", "rss", "json"):suffix>')
def source(name: str, suffix: str) -> Response:
    """What a source's page lists, the last catalogued first."""
    one = browsing.source(context.session(), context.index(), name) or abort(404)
    ask = listing.read(request.args, {"source": (name,)})
    return answer(_("News: %(name)s", name=one.title), listing.address_of(f"/sources/{quote(name)}", ask), found(ask, LATEST), suffix)


@bp.get('/search.<any("atom", "rss", "feed.json"):suffix>')
def results(suffix: str) -> Response:
    """What any search finds, the last catalogued first."""
    ask = listing.read(request.args)
    title = _("Search: %(name)s", name=ask.words) if ask.words else _("New resources")
    return answer(title, listing.address_of("/search", ask), found(ask, LATEST), suffix.removeprefix("feed."))


def found(ask: Any, limit: int) -> list[atom.Entry]:
    """The latest results of a question."""
    try:
        ids = noticing.latest(context.session(), context.index(), ask, limit=limit)
    except SearchUnavailable:
        abort(503)
    dates = noticing.dates(context.session(), ids)
    return [
        atom.Entry(
            id=f"{site()}/resources/{one.public_id}",
            title=one.title,
            link=f"{site()}/resources/" + quote(f"{one.public_id}-{one.slug}".rstrip("-")),
            published=dates[one.id][0],
            updated=max(dates[one.id]),
            summary=one.text[:500],
            author=one.provider or "",
            language=one.language,
        )
        for one in summarising.in_order(context.session(), ids)
    ]


def entry(one: Any) -> atom.Entry:
    """A piece of news as an entry."""
    return atom.Entry(
        id=f"{site()}/feeds/news/{one.kind}/{one.number}",
        title=happenings.sentence(one),
        link=site() + one.address,
        published=one.at if one.changed else None,
        updated=max(one.at, one.changed or one.at),
        summary=one.text,
        language=one.language if one.kind == "resource" else None,  # else it is a sentence of ours
    )


def site() -> str:
    """The address of this hub, without a final slash."""
    return outlet.site().address


def answer(title: str, path: str, entries: Sequence[atom.Entry], suffix: str) -> Response:
    """The feed; 304 for who has it already."""
    updated = max((one.updated for one in entries), default=BEGAN)
    own = request.full_path.rstrip("?")
    made = atom.Feed(
        id=site() + own,
        title=title,
        link=site() + path,
        own_link=site() + own,
        updated=updated,
        author=outlet.site().name,
        entries=entries,
        language=context.language(),
    )
    return outlet.feed(made, suffix)
