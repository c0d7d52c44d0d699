"""The picker: what a teacher looks for and picks in the frame of a learning platform, and the answer that goes back to it.

What it has to remember from one request to the next stands in its form, sealed: browsers may keep no cookie in a frame. That is why its
forms have no other token: whoever has the sealed one has come from the platform an hour ago at most.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from hub.services import asking, claiming, finding, launching, picking, sealing, summarising
from hub.web import context, frames
from hub.web.listing import UNSEEN, page_number
from hub.web.messages import gettext as _

bp = Blueprint("picks", __name__)
SHOWN = 12  # results of a page
WORDS_MOST = 200


def picker(launch: launching.Launch, origins: Sequence[str]) -> Response:
    """The first page, for a deep linking request."""
    return look(picking.errand(launch, origins), [], words="", number=1)


@bp.post("/lti/pick")
def pick() -> Response:
    """Look for something else, keep what was ticked, or send it."""
    try:
        errand = picking.unseal(str(context.setting("SECRET_KEY")), request.form.get("errand", ""))
    except sealing.TooOld:
        return refused(_("An hour has passed: open the picker again on your platform."))
    except sealing.NotOurs:
        return refused(_("The form does not come from a learning platform."))
    chosen = picking.picked(context.session(), request.form.getlist("pick"), multiple=errand.multiple)
    if request.form.get("do") in ("send", "cancel"):
        return send(errand, chosen if request.form.get("do") == "send" else [])
    words = " ".join(UNSEEN.sub(" ", request.form.get("q", "")[:WORDS_MOST]).split())
    wanted = request.form.get("page", "")
    return look(errand, chosen, words=words, number=page_number(wanted) if request.form.get("asked", "") == words else 1)


def refused(why: str) -> Response:
    """The page that says why there is no picker."""
    return frames.page("refused", frames.ANYWHERE, status=400, error="invalid_request", why=why)


def look(errand: picking.Errand, chosen: Sequence[picking.Pick], *, words: str, number: int) -> Response:
    """What was ticked, a search box, results, public shelves."""
    results, more = found(words, number)
    taken = {one.key for one in chosen}
    response = frames.page(
        "picker",
        frames.sites(errand.origins),
        errand=picking.seal(str(context.setting("SECRET_KEY")), errand),
        multiple=errand.multiple,
        kinds=errand.types,
        chosen=chosen,
        results=[one for one in results if f"r-{one.public_id}" not in taken],
        shelves=[one for one in picking.shelves(context.session(), words).rows if f"s-{one.public_id}" not in taken][:SHOWN],
        words_typed=words,
        number=number,
        more=more,
        taken=taken,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def found(words: str, number: int) -> tuple[Sequence[Any], bool]:
    """One page of results, and whether there is another. Nothing while the index is away."""
    ask = asking.Ask(words=words)
    try:
        hits = finding.matches(context.index(), ask, limit=SHOWN * number + 1)
    except finding.SearchUnavailable:
        return (), False
    ids = [hit.id for hit in hits]
    return summarising.in_order(context.session(), ids[SHOWN * (number - 1) : SHOWN * number]), len(ids) > SHOWN * number


def send(errand: picking.Errand, chosen: Sequence[picking.Pick]) -> Response:
    """The signed answer in a form that goes back to the platform: by itself where scripts run, else by its button."""
    session, kind = context.session(), request.form.get("kind", "")
    kind = kind if kind in errand.types else (errand.types[0] if errand.types else "")
    place = picking.Place(
        page=lambda id: frames.address(url_for("resources.show", name=id)),
        shelf=lambda id: frames.address(url_for("shelves.show", public_id=id)),
    )
    content = picking.items(session, chosen, kind=kind, place=place) if kind else []
    content = content if errand.multiple else content[:1]
    trouble = "" if kind else _("The platform takes none of the kinds of item that this hub has: ltiResourceLink, link.")
    token = picking.answer(session, str(context.setting("SECRET_KEY")), errand, content, trouble=trouble)
    if token is None:
        session.rollback()
        return refused(_("The platform is not registered here any more."))
    session.commit()
    back = claiming.origins((errand.return_url,))
    response = frames.page(
        "answer", frames.sites(errand.origins), forms=frames.sites(tuple(dict.fromkeys((*back, *errand.origins)))),
        return_url=errand.return_url, token=token, count=len(content), trouble=trouble,
    )  # fmt: skip
    response.headers["Cache-Control"] = "no-store"
    return response
