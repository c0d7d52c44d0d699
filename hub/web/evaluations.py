"""Reviews of resources: read them, write one, vote, answer."""

from __future__ import annotations

from typing import Any, NoReturn

from flask import Blueprint, abort, flash, make_response, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.utils import redirect
from werkzeug.wrappers import Response
from wtforms import IntegerField, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, InputRequired, Length, Optional

from hub.services import critiquing, cycling, evaluating, moderating, pointing, replying, scoring
from hub.services.critiquing import Draft, Mine
from hub.services.pointing import Target
from hub.services.scoring import Measure
from hub.web import access, context, houses, security, verdicts
from hub.web.access import member_required, signed_in_required
from hub.web.listing import page_number, pages_around
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l

bp = Blueprint("evaluations", __name__)
NUMBERS = ("1", "2", "3", "4", "5")
TOO_LONG = _l("That is too long: at most %(max)d characters.")


class WordsForm(FlaskForm):
    """What a review has beside its scores."""

    evidence = TextAreaField(_l("Evidence"), [Length(max=critiquing.TEXT_MOST, message=TOO_LONG)], render_kw={"rows": 4})
    comment = TextAreaField(_l("Comment"), [Length(max=critiquing.TEXT_MOST, message=TOO_LONG)], render_kw={"rows": 6})
    visibility = SelectField(_l("Who sees it"), [AnyOf(critiquing.VISIBILITIES, message=_l("Choose one of these."))], validate_choice=False)
    version = IntegerField(validators=[Optional()])

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.visibility.choices = [SelectChoice(name, houses.visibility_name(name)) for name in critiquing.VISIBILITIES]


class ReplyForm(FlaskForm):
    """The maker's answer to a review."""

    text = TextAreaField(
        _l("Reply"),
        [InputRequired(_l("Write a reply.")), Length(max=replying.TEXT_MOST, message=TOO_LONG)],
        render_kw={"rows": 6},
    )
    version = IntegerField(validators=[Optional()])


def review_form(measure: Measure, values: dict[str, Any]) -> Any:
    """A form that asks for each criterion of a rubric."""
    asked = {
        f"c-{one.key}": RadioField(
            measure_name(one),
            [
                InputRequired(_("%(criterion)s: choose from 1 to 5.", criterion=measure_name(one))),
                AnyOf(NUMBERS, message=_("Choose from 1 to 5.")),
            ],
            choices=[SelectChoice(number, number) for number in NUMBERS],
            validate_choice=False,
        )
        for one in measure.criteria
    }
    return type("ReviewForm", (WordsForm,), asked)(data=values)


def measure_name(one: scoring.Standard) -> str:
    """The name of a criterion in the language of the page."""
    return str(verdicts.in_words(one.name))


def draft_of(form: Any, measure: Measure) -> Draft:
    """What was typed, after it was found right."""
    return Draft(
        values={one.key: int(form[f"c-{one.key}"].data) for one in measure.criteria},
        evidence=form.evidence.data or "",
        comment=form.comment.data or "",
        visibility=form.visibility.data,
    )


def typed_of(draft: Draft, version: int) -> dict[str, Any]:
    """The values of the form that changes a review."""
    scores = {f"c-{key}": str(value) for key, value in draft.values.items()}
    return {**scores, "evidence": draft.evidence, "comment": draft.comment, "visibility": draft.visibility, "version": version}


@bp.get("/resources/<public_id>/reviews")
def index(public_id: str) -> str:
    """All reviews of a resource that the visitor may see."""
    of, who = target_or_404(public_id), context.viewer()
    order = "helpful" if request.args.get("sort") == "helpful" else "new"
    number = page_number(request.args.get("page", ""))
    listed = evaluating.reviews(context.session(), who, of.id, order=order, page=number)
    return render_template(
        "evaluations/index.html",
        of=of,
        page=listed,
        order=order,
        number=number,
        numbers=pages_around(number, listed.pages),
        address=lambda n: url_for("evaluations.index", public_id=of.public_id, sort=order if order == "helpful" else None, page=n),
    )


@bp.get("/reviews/<int:review_id>")
def show(review_id: int) -> str:
    """One review, with its answer to each criterion."""
    session, who = context.session(), context.viewer()
    opinion = evaluating.review(session, who, review_id, moderating=moderating.may(who)) or abort(404)
    of = pointing.by_id(session, who, opinion.resource_id) or abort(404)
    return render_template(
        "evaluations/show.html",
        one=opinion,
        of=of,
        measure=scoring.of_review(session, opinion.rubric_id),
        answers=evaluating.answers(session, review_id),
        speaker=replying.speaker(session, who, of.id),
    )


@bp.route("/resources/<public_id>/reviews/new", methods=["GET", "POST"])
@member_required("teacher")
def new(public_id: str) -> Response:
    """Review a resource for the institution acted for; who has done so in this cycle changes what they wrote."""
    of, who, session = target_or_404(public_id), context.viewer(), context.session()
    if of.withdrawn_at is not None:
        abort(404)
    there = critiquing.existing(session, who, of.id, evaluating.today())
    if there is not None and request.method != "POST":
        flash(_("You have reviewed this in this cycle already. You may change what you wrote."), "info")
        return redirect(url_for("evaluations.edit", review_id=there), 303)
    measure = scoring.in_force(session, who.seat.institution_id)
    form = review_form(measure, {"visibility": critiquing.usual_visibility(session, who.seat.institution_id)})
    if not form.is_submitted():
        return page(of, form, measure)
    renewed = request.form.get("rubric", measure.stamp) != measure.stamp
    if not form.validate() or renewed:
        return page(of, form, measure, 422, renewed=renewed)
    try:
        critiquing.write(session, who, of, draft_of(form, measure), evaluating.today())
    except critiquing.AlreadyReviewed as error:
        session.rollback()
        return twice(of, error.review_id, form)
    session.commit()
    flash(_("Thank you. Your review is there now."), "ok")
    return redirect(f"{of.path}#evaluation", 303)


def twice(of: Target, review_id: int, typed: Any) -> Response:
    """The form that changes the review which is there, with what was typed for a second one."""
    found = critiquing.mine(context.session(), context.viewer(), review_id, evaluating.today())
    form = review_form(found.measure, {})
    form.version.data = found.version
    form.version.raw_data = None
    return page(of, form, found.measure, 422, mine=found, twice=True)


@bp.route("/reviews/<int:review_id>/edit", methods=["GET", "POST"])
@signed_in_required
def edit(review_id: int) -> Response:
    """Change one's own review, while its cycle lasts."""
    found, of = mine_or_refused(review_id)
    session, who = context.session(), context.viewer()
    if not who.may(found.institution_id, "teacher"):
        access.refuse(seen=True)
    if not found.lasts:
        flash(_("The cycle %(cycle)s is over: the review stays as it is.", cycle=found.cycle), "warn")
        return redirect(url_for("evaluations.show", review_id=review_id), 303)
    form = review_form(found.measure, typed_of(found.draft, found.version))
    if not form.is_submitted():
        return page(of, form, found.measure, mine=found)
    if not form.validate():
        return page(of, form, found.measure, 422, mine=found)
    try:
        critiquing.change(session, who, review_id, draft_of(form, found.measure), form.version.data or 0, evaluating.today())
    except critiquing.Stale:
        session.rollback()
        found, _of = mine_or_refused(review_id)
        form.version.raw_data, form.version.data = None, found.version
        return page(of, form, found.measure, 422, mine=found, stale=True)
    except critiquing.NotAllowed as error:
        access.refuse(seen=error.seen)
    session.commit()
    flash(_("Your review was changed."), "ok")
    return redirect(f"{of.path}#evaluation", 303)


@bp.route("/reviews/<int:review_id>/delete", methods=["GET", "POST"])
@signed_in_required
def remove(review_id: int) -> str | Response:
    """Take one's own review back, after being asked."""
    found, of = mine_or_refused(review_id)
    if request.method != "POST":
        return render_template("evaluations/delete.html", mine=found, of=of)
    critiquing.remove(context.session(), context.viewer(), found.id, evaluating.today())
    context.session().commit()
    flash(_("Your review is gone."), "ok")
    return redirect(f"{of.path}#evaluation", 303)


@bp.post("/reviews/<int:review_id>/helpful")
@signed_in_required
def helpful(review_id: int) -> Response:
    """Find a review helpful, or no more."""
    session, wanted = context.session(), request.form.get("helpful")
    if wanted not in ("yes", "no"):
        abort(400)
    try:
        replying.vote(session, context.viewer(), review_id, helpful=wanted == "yes")
    except critiquing.NotAllowed as error:
        access.refuse(seen=error.seen)
    session.commit()
    there = security.own_path(request.form.get("next") or url_for("evaluations.show", review_id=review_id))
    return redirect(f"{there.partition('#')[0]}#review-{review_id}", 303)


@bp.route("/reviews/<int:review_id>/reply", methods=["GET", "POST"])
@signed_in_required
def reply(review_id: int) -> Response:
    """Answer a review for the institution that made the resource."""
    session, who = context.session(), context.viewer()
    opinion = evaluating.review(session, who, review_id) or abort(404)
    seat = replying.speaker(session, who, opinion.resource_id) or access.refuse(seen=True)
    of = pointing.by_id(session, who, opinion.resource_id) or abort(404)
    text, version = replying.kept(session, review_id)
    form = ReplyForm(data={"text": text, "version": version})
    there, stale = text, False
    if form.validate_on_submit():
        try:
            replying.answer(session, who, review_id, form.text.data or "", form.version.data or 0)
        except critiquing.Stale:
            session.rollback()
            there, form.version.data = replying.kept(session, review_id)
            form.version.raw_data, stale = None, True
        except replying.BadReply:
            form.text.errors = [_("Write a reply.")]
        else:
            session.commit()
            flash(_("Your reply is there now."), "ok")
            return redirect(url_for("evaluations.show", review_id=review_id), 303)
    status = 422 if form.is_submitted() else 200
    return make_response(
        render_template("evaluations/reply.html", one=opinion, of=of, form=form, seat=seat, there=there, stale=stale), status
    )


@bp.post("/reviews/<int:review_id>/reply/delete")
@signed_in_required
def unreply(review_id: int) -> Response:
    """Take the answer back."""
    session = context.session()
    try:
        replying.withdraw(session, context.viewer(), review_id)
    except critiquing.NotAllowed as error:
        access.refuse(seen=error.seen)
    session.commit()
    flash(_("The reply is gone."), "ok")
    return redirect(url_for("evaluations.show", review_id=review_id), 303)


def page(of: Target, form: Any, measure: Measure, status: int = 200, *, mine: Mine | None = None, **notices: bool) -> Response:
    """The form."""
    session, who = context.session(), context.viewer()
    seat = who.seat_in(mine.institution_id) if mine else who.seat
    span = cycling.current(session, seat.institution_id if seat else None, evaluating.today())
    return make_response(
        render_template(
            "evaluations/edit.html",
            of=of,
            form=form,
            measure=measure,
            mine=mine,
            seat=seat,
            cycle=mine.cycle if mine else span.name,
            own=bool(pointing.makers(session, who, (of.institution, of.provider))),
            notices=notices,
        ),
        status,
    )


def target_or_404(public_id: str) -> Target:
    """The resource, or the page that says there is none."""
    return pointing.target(context.session(), context.viewer(), public_id) or abort(404)


def mine_or_refused(review_id: int) -> tuple[Mine, Target]:
    """The visitor's own review, and its resource."""
    session, who = context.session(), context.viewer()
    try:
        found = critiquing.mine(session, who, review_id, evaluating.today())
    except critiquing.NotAllowed as error:
        refused(error)
    return found, pointing.by_id(session, who, found.resource_id) or abort(404)


def refused(error: critiquing.NotAllowed) -> NoReturn:
    """403 when the visitor sees it, 404 when not."""
    access.refuse(seen=error.seen)
