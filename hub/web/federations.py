"""Signing in elsewhere: to an OpenID Connect provider and back; and the identities there that an account has."""

from __future__ import annotations

import logging
import time
from dataclasses import asdict
from typing import Any

from flask import Blueprint, abort, flash, make_response, render_template, request, url_for
from flask import session as cookie
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.utils import redirect
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length, Optional

from hub.services import federating, identifying, joining, verifying, vouching
from hub.web import context, entrances, security
from hub.web.access import signed_in_required
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l
from hub.web.messages import ngettext

bp = Blueprint("federations", __name__)
log = logging.getLogger(__name__)
AWAY, KNOWN = "away", "known"  # in the session: on the way to the provider; whom it vouched for, until the account is proved or linked
LONGEST = 600  # seconds
STATUSES = {"denied": 403, "down": 503, "stale": 400, "wrong": 502, "address": 403, "closed": 403, "taken": 409}


class LinkForm(FlaskForm):
    """The password of the account that an identity is to be linked with, and its second factor if it has one."""

    password = PasswordField(
        _l("Password"), [InputRequired(_l("Enter your password.")), Length(max=500)], render_kw={"autocomplete": "current-password"}
    )
    code = StringField(_l("One-time code"), [Optional(), Length(max=100)], render_kw={"autocomplete": "one-time-code"})


@bp.get("/login/sso")
def leave() -> Response:
    """To the provider. With `link`, to link it with the account of who is signed in."""
    provider = context.provider() or abort(404)
    next_ = security.own_path(request.args.get("next"))
    linking = request.args.get("link") == "1" and current_user.is_authenticated
    if current_user.is_authenticated and not linking:
        return redirect(next_, 303)
    try:
        address, begun = provider.begin(back_address())
    except federating.Trouble as error:
        return troubled(error)
    cookie[AWAY] = {**asdict(begun), "next": next_[:500], "person": current_user.id if linking else None}
    response = redirect(address, 303)
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/login/sso/return")
def come_back() -> Response:
    """From the provider, with a code. It signs in although it is a GET: only the browser that was sent has the state that it needs."""
    provider = context.provider() or abort(404)
    kept = cookie.pop(AWAY, None)
    kept = kept if isinstance(kept, dict) else None
    begun = federating.Begun(*(kept[name] for name in ("state", "nonce", "verifier", "at"))) if kept else None
    asked = {name: request.args.get(name, "")[:4000] for name in ("state", "code", "error", "iss")}
    back = federating.Return(asked["state"], asked["code"], asked["error"], asked["iss"])
    try:
        known = provider.finish(back, begun, back_address())
    except federating.Trouble as error:
        return troubled(error)
    assert kept is not None
    if kept["person"] is not None:
        return remember(known, kept, url_for("federations.ways"))
    try:
        person, new = identifying.enter(context.session(), known, vouched=bool(context.setting("HUB_OIDC_TRUST_EMAIL")))
    except identifying.ProveFirst:
        return remember(known, kept, url_for("federations.prove"))
    except identifying.NotEntered as error:
        context.session().rollback()
        return page("address" if isinstance(error, identifying.NoAddress) else "closed")
    return entered(person, kept["next"], new=new)


def entered(person: Any, next_: str, *, new: bool) -> Response:
    """Signed in; somebody new is greeted."""
    context.session().commit()
    response = entrances.enter(person, next_, trusted=True)
    if new:
        flash(_("Welcome! You have an account now: %(name)s, %(email)s.", name=person.name, email=person.email), "ok")
    return response


@bp.route("/login/sso/link", methods=["GET", "POST"])
def prove() -> Response:
    """There is an account with this address: its password, once, links the two."""
    known, next_ = remembered(None)
    if known is None:
        return page("stale")
    form = LinkForm()
    if not form.validate_on_submit():
        return link_page(form, known, 422 if form.is_submitted() else 200)
    address = request.remote_addr or ""
    try:
        person = joining.sign_in(context.session(), known.email, form.password.data, address=address)
        if person is None:
            form.password.errors = [_("The password is wrong.")]
        elif person.totp_secret is not None and not form.code.data:
            form.code.errors = [_("This account has a second factor: enter its code, too.")]
        elif person.totp_secret is not None and not verifying.second_step(context.session(), person, form.code.data, address=address):
            form.code.errors = [_("This code is wrong, or it has been used. Wait for the next one, or take a recovery code.")]
        else:
            identifying.link(context.session(), person, known)
            return entered(person, next_, new=False)
    except joining.TooManyTries as error:
        form.password.errors = [waiting(error.wait)]
        response = link_page(form, known, 429)
        response.headers["Retry-After"] = str(error.wait)
        return response
    except identifying.Taken:
        context.session().rollback()
        return page("taken")
    return link_page(form, known, 422)


@bp.get("/me/sso")
@signed_in_required
def ways() -> Response:
    """The identities that this account has, and one that waits to be linked."""
    found = identifying.ways(context.session(), current_user.id)
    if context.provider() is None and not found:
        abort(404)
    person = joining.get(context.session(), current_user.id) or abort(404)
    kept = identifying.needed(context.session(), person, issuer=issuer())
    known, _next = remembered(current_user.id)
    return answer("ways", 200, ways=found, kept=kept, known=known, provider=context.provider())


@bp.post("/me/sso")
@signed_in_required
def link() -> Response:
    """Link the identity that waits."""
    known, _next = remembered(current_user.id)
    if known is None:
        return page("stale")
    person = joining.get(context.session(), current_user.id) or abort(404)
    try:
        identifying.link(context.session(), person, known)
    except identifying.Taken:
        context.session().rollback()
        return page("taken")
    context.session().commit()
    cookie.pop(KNOWN, None)
    flash(_("Linked: from now on you can sign in with %(name)s.", name=provider_name()), "ok")
    return redirect(url_for("federations.ways"), 303)


@bp.post("/me/sso/<int:identity_id>/unlink")
@signed_in_required
def unlink(identity_id: int) -> Response:
    """Take one of one's own identities away, unless it is the last way in."""
    person = joining.get(context.session(), current_user.id) or abort(404)
    try:
        if not identifying.unlink(context.session(), person, identity_id, issuer=issuer()):
            abort(404)
    except identifying.LastWay:
        flash(_("This is the only way into your account: set a password first."), "bad")
    else:
        context.session().commit()
        flash(_("Unlinked."), "ok")
    return redirect(url_for("federations.ways"), 303)


def back_address() -> str:
    """Where the provider sends the browser back: it has to be registered there."""
    return f"{context.site_address() or request.host_url.rstrip('/')}{url_for('federations.come_back')}"


def provider_name() -> str:
    """What we call the provider, in the language of the page."""
    return str(context.setting("HUB_OIDC_NAME_ZH" if context.language() == "zh-Hans" else "HUB_OIDC_NAME") or "")


def issuer() -> str | None:
    """The provider that there is."""
    provider = context.provider()
    return str(provider.client.issuer) if provider else None


def button() -> str | None:
    """What the button on the sign-in page calls the provider; None when there is none."""
    return provider_name() if context.provider() else None


def remember(known: vouching.Known, kept: dict[str, Any], place: str) -> Response:
    """Keep whom the provider vouched for while the visitor answers one more question there."""
    cookie[KNOWN] = {**asdict(known), "at": int(time.time()), "next": kept["next"], "person": kept["person"]}
    return redirect(place, 303)


def remembered(person_id: int | None) -> tuple[vouching.Known | None, str]:
    """Whom the provider vouched for in this browser lately, for this account (None: for nobody who is signed in)."""
    kept = cookie.get(KNOWN)
    if not isinstance(kept, dict) or kept["at"] + LONGEST < time.time() or kept["person"] != person_id:
        return None, ""
    return vouching.Known(kept["issuer"], kept["subject"], kept["email"], kept["verified"], kept["name"]), kept["next"]


def waiting(seconds: int) -> str:
    """How long to wait."""
    return ngettext(
        "Too many tries. Please wait %(num)s second, then try again.",
        "Too many tries. Please wait %(num)s seconds, then try again.",
        seconds,
    )


def troubled(error: federating.Trouble) -> Response:
    """What went wrong, for the visitor; why, for the log."""
    log.warning("single sign-on: %s: %s", error.kind, error)
    return page(error.kind)


def page(kind: str) -> Response:
    """What went wrong and what to do."""
    response = answer("trouble", STATUSES[kind], kind=kind)
    if kind == "down":
        response.headers["Retry-After"] = "60"
    return response


def link_page(form: LinkForm, known: vouching.Known, status: int) -> Response:
    """The form that links an account."""
    return answer("prove", status, form=form, known=known)


def answer(template: str, status: int, **values: Any) -> Response:
    """A page that no browser keeps."""
    response = make_response(render_template(f"federations/{template}.html", name=provider_name(), **values), status)
    response.headers["Cache-Control"] = "no-store"
    return response
