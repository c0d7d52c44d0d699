"""Topics that rules suggest, for curators: accepted and rejected, one or many at a time."""

from __future__ import annotations

from flask import Blueprint, abort, flash, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.services import assigning, labelling, suggesting
from hub.web import context
from hub.web.access import curator_required
from hub.web.listing import page_number, pages_around
from hub.web.messages import ngettext

bp = Blueprint("suggestions", __name__, url_prefix="/admin/topics")
LEAST = ("0.3", "0.4", "0.5")  # confidences to choose from; from classifying.ACCEPTED on a topic needs nobody
VERBS = {"accept": "accepted", "reject": "rejected"}
AT_ONCE = 200


@bp.get("")
@curator_required
def index() -> str:
    """What waits, surest first; of one topic, from a confidence on."""
    number, topic = page_number(request.args.get("page", "")), request.args.get("topic", "")[:80]
    least = request.args.get("least", "") if request.args.get("least", "") in LEAST else ""
    page = suggesting.waiting(context.session(), topic=topic, least=float(least or 0), page=number)
    vocabulary = labelling.vocabulary(context.session(), context.language())
    return render_template(
        "suggestions/index.html",
        page=page,
        counts=suggesting.counts(context.session()),
        topic=topic,
        least=least,
        leasts=LEAST,
        number=number,
        numbers=pages_around(number, page.pages),
        address=lambda n: url_for("suggestions.index", page=n, topic=topic or None, least=least or None),
        vocabulary={"topic": vocabulary.topics, "platform": vocabulary.platforms},
    )


@bp.post("")
@curator_required
def decide() -> Response:
    """Accept or reject those that are chosen: one by its own button, or all that are ticked."""
    verb, _colon, single = request.form.get("do", "").partition(":")
    if verb not in VERBS:
        abort(400)
    pairs = [pair(text) for text in ([single] if single else request.form.getlist("chosen")[:AT_ONCE])]
    done = assigning.decide(context.session(), context.actor(), [one for one in pairs if one is not None], VERBS[verb])
    context.session().commit()
    if verb == "accept":
        flash(ngettext("%(num)s topic was accepted.", "%(num)s topics were accepted.", done), "ok")
    else:
        flash(ngettext("%(num)s topic was rejected.", "%(num)s topics were rejected.", done), "ok")
    return redirect(
        url_for("suggestions.index", topic=request.form.get("topic", "")[:80] or None, least=request.form.get("least", "")[:80] or None),
        303,
    )


def pair(text: str) -> tuple[int, int] | None:
    """ "12-7" -> resource 12, concept 7."""
    left, _dash, right = text.partition("-")
    numbers = [int(part) for part in (left, right) if part.isascii() and part.isdigit() and len(part) < 10]
    return (numbers[0], numbers[1]) if len(numbers) == 2 else None
