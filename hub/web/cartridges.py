"""A shelf as a package that learning platforms import (IMS Common Cartridge)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, render_template

from hub.exports import common_cartridge
from hub.services import crediting, licensing
from hub.web import allowances, attributions, context, frames
from hub.web.markup import web_address
from hub.web.messages import gettext as _
from hub.web.shelf_pages import shelf_or_404

bp = Blueprint("cartridges", __name__)
bp.before_request(allowances.count_file)
VERSIONS = {"cartridge": common_cartridge.V13, "cartridge-1.1": common_cartridge.V11}


@bp.get("/shelves/<public_id>/<version>.imscc")
def show(public_id: str, version: str) -> Response:
    """Links to all that stands on it and is still there, and a page that says whose it is and what may be done with it. To link needs no
    licence."""
    shelf, wanted = shelf_or_404(public_id), VERSIONS.get(version) or abort(404)
    credits_ = [one for one in crediting.credits_of(context.session(), shelf.id) if not one.withdrawn]
    body = common_cartridge.write(cartridge(shelf, credits_), wanted)
    response = Response(body, mimetype=common_cartridge.MEDIA_TYPE if wanted is common_cartridge.V13 else "application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="shelf-{shelf.public_id}{common_cartridge.SUFFIX}"'
    return response


def cartridge(shelf: Any, credits_: list[crediting.Credit]) -> common_cartridge.Cartridge:
    """What goes into the package, in the words of this visitor's language."""
    overview = licensing.overview([(one.licence, one.licence_family) for one in credits_])
    place = frames.address(f"/shelves/{shelf.public_id}")
    page = render_template(
        "shelves/cartridge.html",
        shelf=shelf,
        place=place,
        credits=credits_,
        overview=overview,
        attribution=attributions.marked_up(credits_),
    )
    return common_cartridge.Cartridge(
        id=shelf.public_id,
        title=shelf.title,
        description=shelf.about,
        language=context.language(),
        rights=_("Each resource keeps its own licence: see the page “%(page)s”.", page=_("Attribution and licences")),
        page_title=_("Attribution and licences"),
        page=page,
        links=tuple(link(one) for one in credits_),
        updated=shelf.updated_at,
    )


def link(credit: crediting.Credit) -> common_cartridge.Link:
    """To the work itself; to its page here when its source gives no address that a browser should open."""
    return common_cartridge.Link(
        credit.public_id, credit.title, web_address(credit.url) or frames.address(f"/resources/{credit.public_id}")
    )
