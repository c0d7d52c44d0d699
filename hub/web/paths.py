"""Learning paths: followed step by step."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, render_template, request, url_for
from flask_login import current_user
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.services import progressing, summarising, wayfinding
from hub.services.paging import Place
from hub.web import context, places
from hub.web.access import SignInFirst, signed_in_required
from hub.web.listing import page_number, pages_around
from hub.web.messages import gettext as _

bp = Blueprint("paths", __name__)
PAGE = 50  # steps


@bp.get("/paths")
def index() -> str:
    """The learning paths that this visitor may read, on the first page those that institutions recommend before all."""
    session, who, after = context.session(), context.viewer(), places.read()
    return render_template(
        "paths/index.html",
        page=wayfinding.public(session, who, after),
        featured=() if after else wayfinding.featured(session, who),
        after=after,
        following=following,
    )


@bp.get("/paths/mine")
@signed_in_required
def mine() -> str:
    """Those that one follows, with how far one is."""
    after = places.read()
    return render_template(
        "paths/mine.html", page=wayfinding.mine(context.session(), context.viewer(), after), after=after, following=following
    )


def following(place: Place) -> str:
    """The address of the page that comes after."""
    return url_for(request.endpoint or "paths.index", after=places.written(place))


@bp.get("/paths/<public_id>")
def show(public_id: str) -> str:
    """A path's steps in their order; to who follows it: how far they are, and the next step."""
    shelf, session, who = path_or_404(public_id), context.session(), context.viewer()
    progress = progressing.progress(session, who, shelf.id)
    next_step = progress.following if progress.started_at else None
    places = {step.item_id: place for place, step in enumerate(progress.steps, 1)}
    pages = max(1, -(-len(progress.steps) // PAGE))
    here = (
        1 + (places[next_step.item_id] - 1) // PAGE
        if next_step and "page" not in request.args
        else page_number(request.args.get("page", ""))
    )
    here = min(here, pages)
    shown = progress.steps[(here - 1) * PAGE : here * PAGE]
    return render_template(
        "paths/show.html",
        shelf=shelf,
        maker=wayfinding.maker(session, shelf),
        progress=progress,
        next_step=next_step,
        steps=shown,
        places=places,
        summaries=summarising.summaries(session, [step.resource_id for step in shown]),
        number=here,
        numbers=pages_around(here, pages),
        address=lambda n: url_for("paths.show", public_id=shelf.public_id, page=n),
    )


@bp.post("/paths/<public_id>/start")
def start(public_id: str) -> Response:
    """Follow it; following it twice changes nothing."""
    shelf = path_or_404(public_id)
    progressing.start(context.session(), person_id(shelf), shelf.id)
    context.session().commit()
    return redirect(url_for("paths.show", public_id=shelf.public_id, _anchor="steps"), 303)


@bp.post("/paths/<public_id>/stop")
def stop(public_id: str) -> Response:
    """Follow it no longer. What is done is remembered."""
    shelf, session = path_or_404(public_id), context.session()
    progressing.stop(session, person_id(shelf), shelf.id)
    session.commit()
    flash(_("You follow this path no longer. What you have done is remembered, should you start again."), "ok")
    return redirect(url_for("paths.mine"), 303)


@bp.post("/paths/<public_id>/steps/<int:item_id>")
def step(public_id: str, item_id: int) -> Response:
    """Say that a step is done (`done=yes`) or not (`done=no`)."""
    shelf, session = path_or_404(public_id), context.session()
    person_id(shelf)
    item = progressing.item(session, shelf.id, item_id) or abort(404)
    wanted = request.form.get("done")
    if wanted not in ("yes", "no"):
        abort(400)
    if progressing.mark(session, context.viewer(), item, done=wanted == "yes"):
        flash(_("Congratulations! You have finished this learning path."), "ok")
    session.commit()
    return redirect(url_for("paths.show", public_id=shelf.public_id, _anchor=f"step-{item_id}"), 303)


def person_id(shelf: Any) -> int:
    """Who follows; somebody who is not signed in comes back to the path."""
    if not current_user.is_authenticated:
        raise SignInFirst(url_for("paths.show", public_id=shelf.public_id))
    return int(current_user.id)


def path_or_404(public_id: str) -> Any:
    """The path, when this visitor may read it."""
    return progressing.path(context.session(), context.viewer(), public_id) or abort(404)
