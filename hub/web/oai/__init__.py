"""The hub as an OAI-PMH 2.0 repository: the address, and who answers there."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import Blueprint, make_response, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from hub.exports import oai_pmh
from hub.web import context
from hub.web.oai import answers, arguments
from hub.web.oai.answers import Repository

bp = Blueprint("oai", __name__)
FORM = "application/x-www-form-urlencoded"
EMAIL = re.compile(r"[^\s@<>]+@(?:[^\s@.<>]+\.)+[^\s@.<>]+")  # what OAI-PMH.xsd takes for an address
HOST = re.compile(r"[a-z0-9.-]{1,253}")


@bp.route("/oai", methods=["GET", "POST"])
def answer() -> Response:
    """Every verb, by GET or by POST (section 3.1.1). Errors of the protocol are answers with status 200 (section 3.1.1.2)."""
    return respond(given())


@bp.errorhandler(400)
@bp.errorhandler(413)
def refuse(error: HTTPException) -> Response:
    """What the server refuses of a request (a form that is too large, a NUL) is a bad argument to harvesters."""
    return respond(None)


def respond(pairs: arguments.Pairs | None) -> Response:
    """The answer to these arguments; None: they cannot be read."""
    response = make_response(answers.answer(context.session(), repository(), pairs))
    response.content_type = f"{oai_pmh.MEDIA_TYPE}; charset=utf-8"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def given() -> arguments.Pairs | None:
    """The arguments in the order of the request; by POST those of the body (section 3.1.1.1), and of the address too."""
    pairs = list(request.args.items(multi=True))
    if request.method == "POST":
        if request.mimetype not in (FORM, ""):
            return None
        pairs += request.form.items(multi=True)
    return pairs


def repository() -> Repository:
    """Who we are, as this request or the settings say."""
    site = context.site_address() or request.host_url.rstrip("/")
    base = site + url_for("oai.answer")
    host = (urlsplit(base).hostname or "").lower()
    host = host if HOST.fullmatch(host) else "localhost"
    return Repository(
        base_url=base,
        site=site,
        schemas=site + url_for("static", filename="schemas/"),
        name=str(context.setting("SITE_NAME") or "Open Commerce Hub"),
        email=contact(host),
        host=host,
        secret=str(context.setting("SECRET_KEY")),
    )


def contact(host: str) -> str:
    """Whom to write to: the contact where it is an address, else whoever has to read mail for the host (RFC 5321, section 4.5.1)."""
    for written in (context.setting("HUB_CONTACT"), f"postmaster@{host}"):
        found = EMAIL.fullmatch(str(written or "").strip().removeprefix("mailto:"))
        if found:
            return found[0]
    return "postmaster@localhost.invalid"  # a host without a domain has no mail
