"""The names that templates know, beside what their view gives them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from flask import Flask, g, request
from flask_login import current_user
from markupsafe import Markup

from hub.services import bookmarking, labelling, summarising
from hub.services.browsing import TopicCount
from hub.services.summarising import Summary
from hub.web import (
    advice,
    assets,
    attributions,
    charts,
    context,
    covers,
    deeds,
    facts,
    federations,
    happenings,
    health,
    houses,
    markup,
    pages,
    permissions,
    preferences,
    quantities,
    statuses,
    upkeep,
    verdicts,
    weights,
    wording,
)

SPRITE = "vendor/icons.svg"
SECTIONS = {
    "search": "resources",
    "resources": "resources",
    "reasons": "resources",
    "topics": "topics",
    "paths": "paths",
    "adoptions": "institutions",
    "shelves": "shelves",
    "institutions": "institutions",
    "institution_settings": "institutions",
    "members": "institutions",
    "partnerships": "institutions",
    "exemplars": "institutions",
    "providers": "providers",
    "sources": "sources",
    "reports": "sources",
}
TOPIC_ICONS = {  # main topics; those under them look like them
    "foundations": "shopping-cart",
    "models": "lightbulb",
    "shop": "store",
    "cross-border": "globe",
    "marketing": "megaphone",
    "live-social": "radio",
    "data": "chart-column",
    "payments": "credit-card",
    "logistics": "truck",
    "security": "shield-check",
    "law": "scale",
    "consumer": "users",
    "design": "palette",
    "technology": "smartphone",
    "rural-sme": "sprout",
    "service": "headphones",
    "teaching": "presentation",
}

PEOPLE = (houses, statuses, verdicts, attributions, happenings)  # words for what people do
KIND_ICONS = {"university": "graduation-cap", "enterprise": "briefcase", "agency": "landmark"}


def register(app: Flask) -> None:
    """Set up the application's templates."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        words=words(),
        cover=covers.cover,
        mosaic=covers.mosaic,
        main_topic=main_topic,
        topic_name=topic_name,
        topic_icon=topic_icon,
        kind_icon=kind_icon,
        icon_url=icon_url,
        popular=popular,
        time=time,
        in_language=in_language,
        public_address=pages.address,
        description=markup.description,
        web_address=markup.web_address,
        host=markup.host,
        link=markup.link,
        strong=markup.strong,
        code=markup.code,
        key=markup.key,
        contact_link=markup.contact_link,
        sso_name=federations.button,
    )
    app.context_processor(of_this_request)


def warm(app: Flask) -> None:
    """Have all templates compiled before a visitor waits for them: three seconds of work, which each page would do for its own."""
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)


def words() -> SimpleNamespace:
    """All that puts values into words, under one name."""
    modules = (quantities, permissions, wording, weights, facts, upkeep, deeds, charts, advice, health, *PEOPLE)
    return SimpleNamespace(**{name: value for module in modules for name, value in vars(module).items() if not name.startswith("_")})


def of_this_request() -> dict[str, Any]:
    """What every page shows: the site's name, the language, who visits, which of the resources in its lists this person keeps."""
    language = context.language()
    who = context.viewer()
    listed = summarising.listed(context.session()) if who.person_id is not None else ()
    return {
        "site_name": context.setting("SITE_NAME_ZH" if language == "zh-Hans" else "SITE_NAME") or "Open Commerce Hub",
        "language": language,
        "languages": preferences.LANGUAGES,
        "theme": preferences.theme(),
        "section": SECTIONS.get(request.blueprint or "", ""),
        "here": here(),
        "person": current_user if current_user.is_authenticated else None,
        "marks": bookmarking.marks(context.session(), who, listed),
    }


def here() -> str:
    """The address of this page, where a form or a reload may come back to; after a POST the home page."""
    return request.full_path.rstrip("?") if request.method == "GET" else "/"


def in_language(tag: str) -> str:
    """This page in another language."""
    pairs = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"] if request.method == "GET" else []
    return f"{request.path}?{urlencode([*pairs, ('lang', tag)])}"


def icon_url(name: str) -> str:
    """One symbol of the sprite. Its address is made once a page, which shows fifty of them."""
    if "sprite" not in g:
        g.sprite = assets.static_url(SPRITE)
    return f"{g.sprite}#{name}"


def main_topic(summary: Summary) -> str | None:
    """The main topic of a resource: it gives the cover its colours."""
    notations = (*summary.topics, *(one.notation for one in summary.tagged))
    return notations[0].partition(".")[0] if notations else None


def topic_name(notation: str) -> str:
    """A topic in the reader's language."""
    return labelling.vocabulary(context.session(), context.language()).topics.label(notation)


def topic_icon(notation: str) -> str:
    """The icon of a topic's main topic."""
    return TOPIC_ICONS.get(notation.partition(".")[0], "tag")


def kind_icon(kind: str) -> str:
    """The icon of a kind of institution."""
    return KIND_ICONS.get(kind, "building-2")


def popular(topics: Sequence[TopicCount], most: int = 5) -> list[TopicCount]:
    """The topics with most resources."""
    return sorted(topics, key=lambda topic: -(topic.count or 0))[:most]


def time(moment: datetime) -> Markup:
    """ "2 hours ago", with the moment itself for machines."""
    return Markup('<time datetime="{}">{}</time>').format(moment.isoformat(timespec="seconds"), quantities.ago(moment))
