"""Topics: the tree, and one topic with its resources."""

from __future__ import annotations

from flask import Blueprint, abort, render_template

from hub.services import browsing, following
from hub.web import context, listing

bp = Blueprint("topics", __name__)


@bp.get("/topics")
def index() -> str:
    """All topics with their counts."""
    tree = browsing.topic_tree(context.session(), context.index(), language=context.language())
    return render_template("topics/index.html", tree=tree)


@bp.get("/topics/<notation>")
def show(notation: str) -> str:
    """One topic: what it means, what stands around it, and a search inside it."""
    topic = browsing.topic(context.session(), context.index(), notation, language=context.language())
    if topic is None:
        abort(404)
    follow = following.of(context.session(), context.viewer().person_id, "topic", notation)
    return render_template("topics/show.html", topic=topic, listing=listing.answer({"topic": (notation,)}), follow=follow)
