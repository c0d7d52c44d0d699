"""Institutions: the list, the page of each, new ones, what waits for their review, their pictures."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, flash, make_response, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.services import awaiting, following, founding, mustering, permitting, picturing, portraying
from hub.web import context
from hub.web.access import refuse, signed_in_required
from hub.web.institution_forms import KINDS, FactsForm, facts
from hub.web.listing import page_number, pages_around
from hub.web.messages import gettext as _

bp = Blueprint("institutions", __name__)


@bp.get("/institutions")
def index() -> str:
    """All of them, by kind, by words, verified ones alone."""
    kind, words, number = request.args.get("kind", ""), request.args.get("q", "")[:200], page_number(request.args.get("page", ""))
    verified = request.args.get("verified") == "1"
    listed = mustering.listed(context.session(), kind=kind, words=words, verified=verified, page=number)

    def address(page: int = 1, **other: Any) -> str:
        """The same list with another choice."""
        asked = {"q": words, "kind": kind, "verified": "1" if verified else "", "page": str(page) if page > 1 else "", **other}
        pairs = {name: value for name, value in asked.items() if value}
        return url_for("institutions.index") + (f"?{urlencode(pairs)}" if pairs else "")

    return render_template(
        "institutions/index.html",
        listed=listed,
        kinds=KINDS,
        kind=kind if kind in KINDS else "",
        q=words,
        verified=verified,
        number=number,
        numbers=pages_around(number, listed.pages),
        address=address,
    )


@bp.get("/institutions/new")
@signed_in_required
def new() -> Response:
    """The form of a new one."""
    return new_page(FactsForm(), 200)


@bp.post("/institutions/new")
@signed_in_required
def create() -> Response:
    """Found it: unverified, with the founder as its admin."""
    form, session, who = FactsForm(), context.session(), context.viewer()
    if not form.validate_on_submit():
        return new_page(form, 422)
    try:
        founding.refuse_often(session, who.person_id)
        made = founding.found(session, who.actor, facts(form), admin_id=who.person_id)
    except founding.TooOften:
        session.rollback()
        form.name.errors = [_("You have founded several institutions today. Try again tomorrow.")]
        return new_page(form, 429)
    except founding.NameTaken as taken:
        session.rollback()
        form.name.errors = [_("There is an institution of this name.")]
        return new_page(form, 422, taken=taken)
    except founding.BadFact as error:
        session.rollback()
        form[error.field].errors = [_("This cannot be kept: %(reason)s", reason=str(error))]
        return new_page(form, 422)
    session.commit()
    flash(_("The institution is founded, and you are its administrator. An admin of the hub verifies it."), "ok")
    return redirect(url_for("institutions.show", slug=made.slug), 303)


def new_page(form: FactsForm, status: int, *, taken: founding.NameTaken | None = None) -> Response:
    """The form; `taken`: the institution that has the name."""
    return make_response(render_template("institutions/new.html", form=form, taken=taken), status)


@bp.get("/institutions/<slug>")
def show(slug: str) -> str:
    """Who they are, what they open, share, evaluate and adopt."""
    institution = institution_or_404(slug)
    who = context.viewer()
    portrait = portraying.page(context.session(), context.index(), who, institution, today())
    return render_template(
        "institutions/show.html",
        page=portrait,
        institution=institution,
        who=who,
        manages=who.manages(institution.id),
        seat=who.seat_in(institution.id),
        follow=following.of(context.session(), who.person_id, "institution", institution.slug),
    )


@bp.get("/institutions/<slug>/waiting")
@signed_in_required
def waiting(slug: str) -> str:
    """All that waits for the review of its teachers."""
    institution = institution_or_404(slug)
    who, number = context.viewer(), page_number(request.args.get("page", ""))
    if not who.may(institution.id, "teacher"):
        refuse(seen=True)
    queue = awaiting.queue(context.session(), institution, today(), page=number)
    return render_template(
        "institutions/waiting.html",
        institution=institution,
        queue=queue,
        number=number,
        numbers=pages_around(number, queue.pages),
        address=lambda page: url_for("institutions.waiting", slug=slug, page=page if page > 1 else None),
    )


@bp.get("/institutions/<slug>/logo")
def logo(slug: str) -> Response:
    """Its picture, as what its bytes are and as nothing else; for ever when the address has the digest."""
    kept = picturing.of(context.session(), slug) or abort(404)
    response = make_response(kept.body)
    response.mimetype = kept.media_type
    response.headers["Content-Disposition"] = f"inline; filename=logo.{picturing.EXTENSIONS[kept.media_type]}"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.set_etag(kept.digest)
    fixed = request.args.get("v") == kept.digest[:10]
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if fixed else "public, max-age=300"
    return response.make_conditional(request)


def institution_or_404(slug: str) -> Any:
    """The institution of this address, or the page that says there is none."""
    return permitting.find(context.session(), slug) or abort(404)


def today() -> Any:
    """The day, in UTC."""
    return datetime.now(UTC).date()
