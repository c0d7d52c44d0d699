"""An institution's words: their pages, and their care."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, make_response, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.services import labelling, permitting, retagging, tagging
from hub.services.retagging import Shown
from hub.web import access, context, listing
from hub.web.access import signed_in_required
from hub.web.listing import UNSEEN, page_number, pages_around
from hub.web.messages import gettext as _
from hub.web.tag_words import about_too_long, number, reason

bp = Blueprint("tags", __name__)
WORDS_MOST = 80


@bp.get("/tags/<int:tag_id>")
def show(tag_id: int) -> str | Response:
    """One tag: what it means, who else says the same, and a search inside it. A merged one leads to the other."""
    shown = tag_or_404(tag_id)
    if shown.tag.merged_into_id is not None:
        return redirect(url_for("tags.show", tag_id=tagging.standing(context.session(), shown.tag).id), 301)
    return render_template(
        "tags/show.html",
        shown=shown,
        topic=topic_label(shown.topic),
        alike=retagging.alike(context.session(), shown.tag),
        listing=listing.answer({"tag": (str(tag_id),)}),
        curates=context.viewer().may(shown.institution.id, "curator"),
    )


@bp.get("/institutions/<slug>/tags")
def index(slug: str) -> str:
    """All words of an institution."""
    session, who = context.session(), context.viewer()
    institution = permitting.find(session, slug) or abort(404)
    words = " ".join(UNSEEN.sub(" ", request.args.get("q", "")[:WORDS_MOST]).split())
    sort = request.args.get("sort", "")
    sort = sort if sort in retagging.SORTS else "name"
    here = page_number(request.args.get("page", ""))
    page = retagging.page(session, institution, words=words, sort=sort, number=here)
    kept: dict[str, Any] = {"q": words or None, "sort": sort if sort != "name" else None}
    return render_template(
        "tags/index.html",
        institution=institution,
        page=page,
        q=words,
        sort=sort,
        labels=labelling.vocabulary(session, context.language()).topics,
        who=who,
        curates=who.may(institution.id, "curator"),
        number=here,
        numbers=pages_around(here, max(1, -(-page.total // retagging.PAGE))),
        address=lambda number: url_for("tags.index", slug=slug, **kept, page=number if number > 1 else None),
        sorted_by=lambda sort: url_for("tags.index", slug=slug, q=words or None, sort=sort if sort != "name" else None),
    )


@bp.get("/tags/<int:tag_id>/edit")
@signed_in_required
def edit(tag_id: int) -> Response:
    """The form of a tag."""
    return sheet(curated_tag(tag_id), 200)


@bp.post("/tags/<int:tag_id>/edit")
@signed_in_required
def change(tag_id: int) -> Response:
    """Another name, text or topic; when somebody has changed it meanwhile, both are shown and nothing is lost."""
    shown, session, form = curated_tag(tag_id), context.session(), request.form
    wanted = {field: form.get(field, "") for field in ("name", "about", "topic")}
    if len(wanted["about"]) > retagging.ABOUT_MOST:
        return sheet(shown, 422, wrong=about_too_long())
    try:
        retagging.change(session, context.viewer(), shown.tag, **wanted, version=number(form.get("version", "")))
    except tagging.BadTag as error:
        session.rollback()
        return sheet(tag_or_404(tag_id), 422, wrong=reason(error))
    except LookupError:
        session.rollback()
        return sheet(tag_or_404(tag_id), 422, wrong=_("Choose a topic of the vocabulary."))
    except retagging.Taken as taken:
        session.rollback()
        return sheet(tag_or_404(tag_id), 422, taken=tagging.standing(session, tag_or_404(taken.tag_id).tag))
    except retagging.Stale:
        session.rollback()
        return sheet(tag_or_404(tag_id), 422, stale=True)
    session.commit()
    flash(_("Saved."), "ok")
    return redirect(url_for("tags.show", tag_id=tag_id), 303)


@bp.get("/tags/<int:tag_id>/merge")
@signed_in_required
def confirm(tag_id: int) -> str:
    """Which two words become one, and how many resources each has; `q` finds the other one."""
    shown, session = curated_tag(tag_id), context.session()
    words = " ".join(UNSEEN.sub(" ", request.args.get("q", "")[:WORDS_MOST]).split())
    found = retagging.page(session, shown.institution, words=words, sort="uses").rows if words else ()
    return render_template(
        "tags/merge.html",
        shown=shown,
        into=other_tag(shown, request.args.get("into", "")),
        q=words,
        found=[one for one in found if one.tag.id != tag_id],
    )


@bp.post("/tags/<int:tag_id>/merge")
@signed_in_required
def merge(tag_id: int) -> Response:
    """One word instead of two."""
    shown, session = curated_tag(tag_id), context.session()
    into = other_tag(shown, request.form.get("into", ""))
    if into is None:
        flash(_("Choose another tag of the same institution."), "warn")
        return redirect(url_for("tags.confirm", tag_id=tag_id), 303)
    there = into.id
    try:
        retagging.merge(session, context.viewer(), shown.tag, into)
    except ValueError:  # somebody was quicker
        session.rollback()
        flash(_("These two cannot be merged any more. Look again."), "warn")
        return redirect(url_for("tags.show", tag_id=tag_id), 303)
    session.commit()
    flash(_("Merged. The old address leads here."), "ok")
    return redirect(url_for("tags.show", tag_id=there), 303)


@bp.post("/tags/<int:tag_id>/delete")
@signed_in_required
def delete(tag_id: int) -> Response:
    """Take a word away that stands nowhere."""
    shown, session = curated_tag(tag_id), context.session()
    slug = shown.institution.slug
    try:
        retagging.remove(session, context.viewer(), shown.tag)
    except retagging.InUse:
        session.rollback()
        flash(_("This tag stands on resources, or another one was merged into it: merge it instead."), "warn")
        return redirect(url_for("tags.edit", tag_id=tag_id), 303)
    session.commit()
    flash(_("The tag is deleted."), "ok")
    return redirect(url_for("tags.index", slug=slug), 303)


def tag_or_404(tag_id: int) -> Shown:
    """The tag with this number, merged or not."""
    return retagging.get(context.session(), tag_id) or abort(404)


def curated_tag(tag_id: int) -> Shown:
    """A standing tag that this visitor may change: 403 for everybody else, since all see it; 404 when it was merged."""
    shown = tag_or_404(tag_id)
    if not context.viewer().may(shown.institution.id, "curator"):
        access.refuse(seen=True)
    if shown.tag.merged_into_id is not None:
        abort(404)
    return shown


def other_tag(shown: Shown, typed: str) -> Any:
    """Another standing tag of the same institution, by its number."""
    found = retagging.get(context.session(), number(typed))
    fits = found is not None and found.tag.institution_id == shown.tag.institution_id and found.tag.id != shown.tag.id
    return found.tag if found is not None and fits and found.tag.merged_into_id is None else None


def topic_label(notation: str | None) -> str:
    """A topic in the reader's language."""
    return labelling.vocabulary(context.session(), context.language()).topics.label(notation) if notation else ""


def sheet(shown: Shown, status: int, *, wrong: str = "", taken: Any = None, stale: bool = False) -> Response:
    """The form with what stands there, or with what was typed."""
    session = context.session()
    topics = labelling.vocabulary(session, context.language()).topics
    likely = [notation for notation in retagging.likely_topics(session, shown.tag) if notation in topics.by_notation]
    stands = {"name": shown.tag.name, "about": shown.tag.about, "topic": shown.topic or "", "version": str(shown.tag.version)}
    typed = {field: request.form.get(field, "")[:2_000] for field in stands} if request.method == "POST" else stands
    text = render_template(
        "tags/edit.html",
        shown=shown,
        typed=typed,
        version=shown.tag.version if stale else typed["version"],
        topics=[topics.by_notation[notation] for notation in likely] + [t for t in topics.by_notation.values() if t.notation not in likely],
        likely=len(likely),
        topic=topic_label(shown.topic),
        wrong=wrong,
        taken=taken,
        stale=stale,
    )
    return make_response(text, status)
