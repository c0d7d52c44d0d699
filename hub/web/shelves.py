"""Shelves: the list, the page of each, new ones."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, make_response, render_template, request, url_for
from flask import session as cookie
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.services import (
    asking,
    commenting,
    copying,
    crediting,
    displaying,
    finding,
    following,
    licensing,
    sharing,
    shelving,
    stocking,
    summarising,
)
from hub.services.displaying import Ask
from hub.web import context, shelf_forms
from hub.web.access import refuse, signed_in_required
from hub.web.listing import UNSEEN, page_number, pages_around
from hub.web.messages import gettext as _
from hub.web.shelf_pages import managed_shelf, resource_number, shelf_or_404

bp = Blueprint("shelves", __name__)
WORDS_MOST = 200
PAGE = 50  # items


def asked() -> Ask:
    """The question in the address; what cannot be meant is left out."""
    kind, sort = request.args.get("kind", ""), request.args.get("sort", "")
    return Ask(
        words=" ".join(UNSEEN.sub(" ", request.args.get("q", "")[:WORDS_MOST]).split()),
        institution=request.args.get("institution", "")[:100],
        kind=kind if kind in shelving.KINDS else "",
        sort=sort if sort in displaying.SORTS else "newest",
        page=page_number(request.args.get("page", "")),
    )


@bp.get("/shelves")
def index() -> str:
    """Those that this visitor may read."""
    ask = asked()
    return listed("index", displaying.public(context.session(), context.viewer(), ask), ask)


@bp.get("/shelves/mine")
@signed_in_required
def mine() -> str:
    """Those that this visitor may change."""
    ask = asked()
    return listed("mine", displaying.mine(context.session(), context.viewer(), ask), ask)


def listed(which: str, page: displaying.Page, ask: Ask) -> str:
    """A list of shelves."""
    question = {"q": ask.words, "institution": ask.institution, "kind": ask.kind, "sort": ask.sort if ask.sort != "newest" else ""}
    kept: dict[str, Any] = {name: value for name, value in question.items() if value}
    pages = max(1, -(-page.total // displaying.PAGE))
    return render_template(
        f"shelves/{which}.html",
        page=page,
        ask=ask,
        numbers=pages_around(min(ask.page, pages), pages),
        number=min(ask.page, pages),
        address=lambda number: url_for(f"shelves.{which}", **kept, page=number),
    )


@bp.route("/shelves/new", methods=["GET", "POST"])
@signed_in_required
def new() -> Response:
    """Make one; with `resource`, that is put on it at once."""
    form = shelf_forms.new_form()
    resource = request.values.get("resource", "")[:16]
    if not form.validate_on_submit():
        return sheet("new", form, 422 if form.is_submitted() else 200, resource=resource)
    session, who = context.session(), context.viewer()
    try:
        shelf = shelving.make(session, who, form.wanted())
        found = resource_number(resource) if resource else None
        if found is not None:
            stocking.add(session, who, shelf, [found])
    except shelving.NotAllowed:
        refuse(seen=True)
    except shelving.TooMany as error:
        session.rollback()
        flash(_("You have %(most)s shelves: no more can be made. Delete one first.", most=error.most), "warn")
        return redirect(url_for("shelves.mine"), 303)
    session.commit()
    flash(_("The shelf is there. Put something on it."), "ok")
    return redirect(url_for("shelves.show", public_id=shelf.public_id), 303)


def sheet(which: str, form: shelf_forms.ShelfForm, status: int, **values: Any) -> Response:
    """A page with the form."""
    return make_response(render_template(f"shelves/{which}.html", form=form, **values), status)


@bp.get("/shelves/<public_id>")
def show(public_id: str) -> str:
    """What stands on it, what may be done with all of it, what people say of it; for who may change it also the ways to do so."""
    shelf, session, who = shelf_or_404(public_id), context.session(), context.viewer()
    size = stocking.size(session, shelf.id)
    pages = max(1, -(-size // PAGE))
    number = min(page_number(request.args.get("page", "")), pages)
    items = stocking.items(session, shelf.id, offset=(number - 1) * PAGE, limit=PAGE)
    credits_ = crediting.credits_of(session, shelf.id)
    talk = page_number(request.args.get("comments", ""))
    changes = shelving.may_change(session, who, shelf)
    typed = " ".join(UNSEEN.sub(" ", request.args.get("find", "")[:WORDS_MOST]).split())
    return render_template(
        "shelves/show.html",
        shelf=displaying.described(session, [shelf.id])[0],
        about=shelf,
        items=items,
        size=size,
        summaries=summarising.summaries(session, [item.resource_id for item in items]),
        number=number,
        numbers=pages_around(number, pages),
        address=lambda n: url_for("shelves.show", public_id=public_id, page=n, _anchor="items"),
        credits=credits_,
        overview=licensing.overview([(one.licence, one.licence_family) for one in credits_]),
        comments=commenting.comments(session, who, shelf, page=talk),
        comment_count=commenting.count(session, who, shelf),
        talk=talk,
        talks=pages_around(talk, max(1, -(-commenting.count(session, who, shelf) // commenting.PAGE))),
        talk_address=lambda n: url_for("shelves.show", public_id=public_id, comments=n, _anchor="comments"),
        may_comment=commenting.may_comment(who, changes=changes),
        may_hide=commenting.may_hide(who, shelf),
        changes=changes,
        manages=shelving.may_manage(who, shelf),
        follow=following.of(session, who.person_id, "shelf", shelf.public_id),
        moved=moved(items),
        taken=(cookie.get("taken") or [""])[0] == public_id,
        typed=typed,
        found=picked(typed) if changes and typed else (),
    )


def moved(items: list[stocking.Item]) -> stocking.Item | None:
    """The line that was moved just now, for the status that says where it stands."""
    number = request.args.get("moved", "")
    return next((item for item in items if str(item.id) == number), None)


def picked(words: str) -> tuple[Any, ...]:
    """What could be put on it: the first matches of these words."""
    try:
        hits = finding.matches(context.index(), asking.Ask(words=words), limit=8)
    except finding.SearchUnavailable:
        return ()
    return summarising.in_order(context.session(), [hit.id for hit in hits])


@bp.route("/shelves/<public_id>/edit", methods=["GET", "POST"])
@signed_in_required
def edit(public_id: str) -> Response:
    """Title, text, kind, for whom, who sees it."""
    shelf, session, who = managed_shelf(public_id), context.session(), context.viewer()
    seen = displaying.described(session, [shelf.id])[0]
    form = shelf_forms.form_of(Filled(shelf, seen))
    if not form.validate_on_submit():
        return sheet("edit", form, 422 if form.is_submitted() else 200, shelf=seen, about=shelf, stale=False)
    typed = form.version.data or ""
    try:
        version = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
        shelving.change(session, who, shelf, form.wanted(kept=shelf.institution_id), version=version)
    except shelving.NotAllowed:
        form.house.errors = (_("Only its teachers make shelves of an institution."),)
        return sheet("edit", form, 422, shelf=seen, about=shelf, stale=False)
    except shelving.Stale:
        session.rollback()
        session.refresh(shelf)
        return sheet("edit", form, 422, shelf=displaying.described(session, [shelf.id])[0], about=shelf, stale=True)
    session.commit()
    flash(_("Saved."), "ok")
    return redirect(url_for("shelves.show", public_id=public_id), 303)


class Filled:
    """A shelf as its form begins."""

    def __init__(self, shelf: Any, seen: displaying.Listed) -> None:
        self.title, self.about, self.kind, self.visibility, self.version = (
            shelf.title, shelf.about, shelf.kind, shelf.visibility, shelf.version,
        )  # fmt: skip
        self.house = seen.house


@bp.route("/shelves/<public_id>/delete", methods=["GET", "POST"])
@signed_in_required
def delete(public_id: str) -> str | Response:
    """Look again, then take it away."""
    shelf, session = managed_shelf(public_id), context.session()
    if request.method != "POST":
        return render_template(
            "shelves/delete.html", shelf=shelf, size=stocking.size(session, shelf.id), followers=shelving.followers(session, shelf)
        )
    shelving.remove(session, context.viewer(), shelf)
    session.commit()
    flash(_("The shelf is deleted."), "ok")
    return redirect(url_for("shelves.mine"), 303)


@bp.route("/shelves/<public_id>/copy", methods=["GET", "POST"])
@signed_in_required
def copy(public_id: str) -> str | Response:
    """Take it over: a copy for oneself or for an institution where one teaches."""
    shelf, session, who = shelf_or_404(public_id), context.session(), context.viewer()
    seats = [seat for seat in who.seats if seat.may("teacher")]
    if request.method != "POST":
        return render_template("shelves/copy.html", shelf=shelf, seats=seats)
    chosen = request.form.get("house", "")
    seat = next((seat for seat in seats if seat.slug == chosen), None)
    if chosen and seat is None:
        abort(400)
    try:
        made = copying.copy(session, who, shelf, institution_id=seat.institution_id if seat else None)
    except shelving.TooMany as error:
        session.rollback()
        flash(_("You have %(most)s shelves: no more can be made. Delete one first.", most=error.most), "warn")
        return redirect(url_for("shelves.mine"), 303)
    session.commit()
    flash(_("The shelf is copied. Change the copy as you need it; it says whose it was."), "ok")
    return redirect(url_for("shelves.show", public_id=made.public_id), 303)


@bp.get("/shelves/<public_id>/editors")
@signed_in_required
def editors(public_id: str) -> Response:
    """Who else may change it."""
    return editors_page(managed_shelf(public_id), 200)


@bp.post("/shelves/<public_id>/editors")
@signed_in_required
def share(public_id: str) -> Response:
    """One more, or one less."""
    shelf, session, who = shelf_or_404(public_id), context.session(), context.viewer()
    remove = request.form.get("remove", "")
    try:
        if remove:
            sharing.take_from(session, who, shelf, int(remove) if remove.isascii() and remove.isdigit() and len(remove) < 10 else 0)
        elif partner := request.form.get("institution", ""):
            sharing.give_to_institution(session, who, shelf, partner)
        else:
            sharing.give_to_person(session, who, shelf, request.form.get("email", ""))
    except shelving.NotAllowed:
        refuse(seen=True)
    except sharing.NobodyThere:
        return editors_page(shelf, 422, wrong=_("Nobody in your institutions or their partners has this address."))
    except sharing.NoPartner:
        return editors_page(shelf, 422, wrong=_("That institution is no partner of the shelf’s own."))
    except shelving.TooMany as error:
        session.rollback()
        return editors_page(shelf, 422, wrong=_("No more than %(most)s others can change a shelf.", most=error.most))
    session.commit()
    flash(_("Saved."), "ok")
    managing = shelving.may_manage(who, shelf)
    return redirect(url_for("shelves.editors" if managing else "shelves.show", public_id=public_id), 303)


def editors_page(shelf: Any, status: int, *, wrong: str = "") -> Response:
    """The page of editors."""
    session = context.session()
    values = {"shelf": shelf, "editors": sharing.editors(session, shelf), "partners": sharing.partners_of(session, shelf), "wrong": wrong}
    return make_response(render_template("shelves/editors.html", **values, email=request.form.get("email", "")[:254]), status)
