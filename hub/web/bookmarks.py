"""What one keeps, with notes and status."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, flash, make_response, render_template, request, url_for
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.utils import redirect
from werkzeug.wrappers import Response
from wtforms import DateField, IntegerField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from hub.services import bookmarking, revisiting
from hub.services.bookmarking import Target
from hub.services.paging import Place
from hub.services.revisiting import Kept
from hub.web import context, places, security, spreadsheets, statuses
from hub.web.access import SignInFirst, signed_in_required
from hub.web.listing import UNSEEN
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l

bp = Blueprint("bookmarks", __name__)
LOOKS = ("line", "card", "mini", "page")
WORDS_MOST = 200
WRONG_DAYS = {
    "future": _l("This day has not come yet."),
    "old": _l("Please check the year."),
    "order": _l("It cannot end before it began."),
    "status": _l("There is no such day while the status is this one. Leave it empty, or choose another status."),
}


class RevisionForm(FlaskForm):
    """How far one is, and what one notes for oneself."""

    status = RadioField(_l("Status"), [InputRequired(_l("Choose a status."))])
    started = DateField(_l("Begun on"), [Optional()])
    ended = DateField(_l("Completed or stopped on"), [Optional()])
    note = TextAreaField(
        _l("Note"),
        [Length(max=bookmarking.NOTE_MOST, message=_l("Please write at most %(max)d characters.", max=bookmarking.NOTE_MOST))],
        render_kw={"rows": 5, "maxlength": bookmarking.NOTE_MOST},
    )
    version = IntegerField()


def revision_form(kept: Kept) -> RevisionForm:
    """The form with what stands there, or with what was typed."""
    days = bookmarking.days_of(kept)
    form = RevisionForm(status=kept.status, note=kept.note, version=kept.version, started=days.started, ended=days.ended)
    form.status.choices = [(status, statuses.status_name(status)) for status in revisiting.STATUSES]
    return form


@bp.get("/resources/<public_id>/bookmark")
@signed_in_required
def ask(public_id: str) -> Response:
    """One button: where somebody comes who pressed it before they were signed in."""
    return page(target_or_404(public_id))


@bp.post("/resources/<public_id>/bookmark")
def keep(public_id: str) -> Response:
    """Keep a resource; keeping it twice changes nothing."""
    who, found = person_id(public_id), target_or_404(public_id)
    bookmarking.keep(context.session(), who, found.id)
    context.session().commit()
    return done(found, _("Bookmarked: %(title)s", title=found.title))


@bp.post("/resources/<public_id>/unbookmark")
def drop(public_id: str) -> Response:
    """Keep it no longer. Keeping it again within a day brings note and status back."""
    who = person_id(public_id)
    found = bookmarking.target(context.session(), public_id) or abort(404)
    gone = bookmarking.drop(context.session(), who, found.id)
    if found.hidden and not gone:
        abort(404)
    context.session().commit()
    return done(found, _("No longer in your bookmarks: %(title)s", title=found.title))


def person_id(public_id: str) -> int:
    """Who writes; somebody who is not signed in comes back to the one button that they pressed."""
    if not current_user.is_authenticated:
        raise SignInFirst(url_for("bookmarks.ask", public_id=public_id, next=security.own_path(request.form.get("next"))))
    return int(current_user.id)


def target_or_404(public_id: str) -> Target:
    """The resource that may be kept: a hidden one is there for curators alone."""
    found = bookmarking.target(context.session(), public_id)
    if found is None or (found.hidden and not current_user.is_curator):
        abort(404)
    return found


def done(found: Target, said: str) -> Response:
    """Back to the list where the button was pressed; to script, the page of the button in its new state."""
    if request.headers.get("HX-Request"):
        response = page(found)
        response.headers["HX-Trigger"] = json.dumps({"toast": said})
        return response
    flash(said, "ok")
    look = asked_look()
    place = security.own_path(request.form.get("next")).partition("#")[0]
    return redirect(f"{place}#k-{look}-{found.public_id}" if look else place, 303)


def asked_look() -> str:
    """Which of the buttons of a resource was pressed."""
    look = request.values.get("look", "")
    return look if look in LOOKS else ""


def page(found: Target) -> Response:
    """The page of one button."""
    kept = bookmarking.on_resource(context.session(), context.viewer(), found.id)
    back = security.own_path(request.values.get("next"))
    look = asked_look() or "page"
    response = make_response(render_template("bookmarks/ask.html", resource=found, kept=kept, look=look, back=back))
    response.vary.add("HX-Request")
    return response


@bp.get("/bookmarks")
@signed_in_required
def index() -> str:
    """All that one keeps, by status, with words, in an order; the next page comes after the last one shown."""
    asked = asking()
    found = revisiting.page(context.session(), asked)
    return render_template(
        "bookmarks/index.html",
        page=found,
        ask=asked,
        sorts=revisiting.SORTS,
        address=address,
        following=address(asked, after=found.following) if found.following else None,
        removed=bookmarking.last_removed(context.session(), asked.person_id, request.args.get("removed", "")[:16]),
        suggestions=bookmarking.suggestions(context.session(), context.index()) if not found.total and not asked.words else (),
    )


def asking() -> revisiting.Ask:
    """The question in the address. What cannot be meant is left out."""
    status, sort = request.args.get("status", ""), request.args.get("sort", "")
    sort = sort if sort in revisiting.SORTS else revisiting.SORTS[0]
    words = " ".join(UNSEEN.sub(" ", request.args.get("q", "")[:WORDS_MOST]).split())
    return revisiting.Ask(
        int(current_user.id), status if status in revisiting.STATUSES else "", words, sort, places.read(words=sort == "title")
    )


def address(asked: revisiting.Ask, *, status: str | None = None, sort: str | None = None, after: Place | None = None) -> str:
    """The list with another status or order, or its next page."""
    status, sort = asked.status if status is None else status, sort or asked.sort
    pairs = [("q", asked.words), ("status", status), ("sort", sort if sort != revisiting.SORTS[0] else "")]
    pairs.append(("after", places.written(after)))
    question = urlencode([(name, value) for name, value in pairs if value])
    return url_for("bookmarks.index") + (f"?{question}" if question else "")


@bp.get("/bookmarks/<public_id>")
@signed_in_required
def edit(public_id: str) -> Response:
    """The note and the status of one bookmark."""
    kept = kept_or_404(public_id)
    return edit_page(kept, revision_form(kept), 200)


@bp.post("/bookmarks/<public_id>")
@signed_in_required
def save(public_id: str) -> Response:
    """Write note, status and dates; when they have changed elsewhere meanwhile, both are shown and nothing is lost."""
    kept = kept_or_404(public_id)
    form = revision_form(kept)
    if not form.validate_on_submit() or form.version.data is None:
        return edit_page(kept, form, 422)
    session = context.session()
    bookmark = bookmarking.by_number(session, int(current_user.id), kept.id) or abort(404)
    try:
        bookmarking.revise(
            session, bookmark, note=form.note.data or "", status=form.status.data, version=form.version.data, days=typed_days(form)
        )
    except bookmarking.WrongDay as error:
        session.rollback()
        form[error.which].errors = [WRONG_DAYS[error.why]]
        return edit_page(kept, form, 422)
    except bookmarking.Stale:
        session.rollback()
        return edit_page(kept_or_404(public_id), form, 422, stale=True)
    session.commit()
    flash(_("Saved: %(title)s", title=kept.title), "ok")
    return redirect(f"{back_to_list().partition('#')[0]}#b-{kept.public_id}", 303)


def typed_days(form: RevisionForm) -> bookmarking.Days | None:
    """The days that were typed; None when the form had no fields for them."""
    there = "started" in request.form and "ended" in request.form
    return bookmarking.Days(form.started.data, form.ended.data) if there else None


@bp.post("/bookmarks/<public_id>/status")
@signed_in_required
def set_status(public_id: str) -> Response:
    """Set the status alone, whatever stands in the note: for one-press buttons."""
    kept = kept_or_404(public_id)
    status = request.form.get("status", "")
    if status not in revisiting.STATUSES:
        abort(400)
    session = context.session()
    bookmark = bookmarking.by_number(session, int(current_user.id), kept.id) or abort(404)
    bookmarking.revise(session, bookmark, note=bookmark.note, status=status)
    session.commit()
    flash(_("%(title)s: %(status)s", title=kept.title, status=statuses.status_name(status)), "ok")
    return redirect(back_to_list(), 303)


@bp.post("/bookmarks/<public_id>/remove")
@signed_in_required
def remove(public_id: str) -> Response:
    """Take it out of the list, which then offers to put it back."""
    kept = kept_or_404(public_id)
    found = bookmarking.target(context.session(), kept.public_id) or abort(404)
    bookmarking.drop(context.session(), int(current_user.id), found.id)
    context.session().commit()
    return redirect(url_for("bookmarks.index", removed=kept.public_id), 303)


@bp.get("/bookmarks.csv")
@signed_in_required
def export() -> Response:
    """All of one's bookmarks, for a spreadsheet."""
    who = int(current_user.id)
    header = (
        _("Title"), _("Address"), _("Status"), _("Note"), _("Added"), _("Started"), _("Ended"), _("Withdrawn"),
    )  # fmt: skip
    return spreadsheets.answer(lambda session: spreadsheets.lines(header, cells(session, who)), "bookmarks")


def cells(session: Any, who: int) -> Iterator[tuple[str, ...]]:
    """One row a bookmark; of a hidden resource the title alone."""
    site = context.site_address() or request.host_url.rstrip("/")
    for kept in revisiting.every(session, who):
        place = "" if kept.hidden else site + url_for("resources.show", name=f"{kept.public_id}-{kept.slug}".rstrip("-"))
        days = (kept.created_at, kept.started_at, kept.ended_at, kept.withdrawn_at)
        yield (kept.title, place, statuses.status_name(kept.status), kept.note, *(at.date().isoformat() if at else "" for at in days))


def back_to_list() -> str:
    """Where the form stood; the list of bookmarks when it does not say."""
    asked = request.form.get("next", "")
    return security.own_path(asked) if asked else url_for("bookmarks.index")


def kept_or_404(public_id: str) -> Kept:
    """One's own bookmark: nobody else's is there."""
    return revisiting.one(context.session(), int(current_user.id), public_id) or abort(404)


def edit_page(kept: Kept, form: RevisionForm, status: int, *, stale: bool = False) -> Response:
    """The page of one bookmark."""
    back = security.own_path(request.values.get("next") or url_for("bookmarks.index"))
    return make_response(render_template("bookmarks/edit.html", kept=kept, form=form, stale=stale, back=back), status)
