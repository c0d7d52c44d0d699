"""Other systems that the hub tells what happens, for admins: made with a secret that is shown once, paused, tried, removed."""

from __future__ import annotations

from flask import Blueprint, abort, flash, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.utils import redirect
from werkzeug.wrappers import Response
from wtforms import URLField

from hub.db import now
from hub.services import heeding, hooking
from hub.web import context
from hub.web.access import admin_required
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l

bp = Blueprint("webhooks", __name__, url_prefix="/admin/webhooks")
EVENTS = {
    "resource.changed": _l("A resource is new or has changed"),
    "resource.gone": _l("A resource is no longer in the catalogue"),
    "run.finished": _l("A harvest has ended"),
}
REASONS = {
    "missing": _l("Fill this in."),
    "long": _l("This is too long."),
    "address": _l("Give an address that begins with https:// or http://, without user and password."),
    "unknown": _l("There is no such event."),
    "many": _l("There are as many webhooks as a hub can have. Remove one first."),
}
STATES = {"waiting": _l("waits"), "delivered": _l("delivered"), "failed": _l("given up")}


class WebhookForm(FlaskForm):
    """Where to. What an address must be, and which events there are, is the service's to say."""

    url = URLField(_l("Address"), render_kw={"autocomplete": "off", "spellcheck": "false"})


@bp.get("")
@admin_required
def index() -> str:
    """All webhooks, and the form for another one."""
    return listed(WebhookForm(), list(EVENTS))


def listed(form: WebhookForm, chosen: list[str], wrong: str = "") -> str:
    """The page with this form; `wrong` says what is wrong with the chosen events."""
    hooks = hooking.listed(context.session())
    return render_template("webhooks/index.html", hooks=hooks, form=form, events=EVENTS, chosen=chosen, wrong=wrong)


@bp.post("")
@admin_required
def create() -> str | tuple[str, int]:
    """Make one, and show its secret."""
    form, chosen, wrong = WebhookForm(), request.form.getlist("events")[:20], ""
    form.validate()
    try:
        made, secret = hooking.create(context.session(), context.viewer(), form.url.data or "", chosen)
    except hooking.BadWebhook as bad:
        if bad.field == "url":
            form.url.errors = [*form.url.errors, REASONS[bad.reason]]
        else:
            wrong = REASONS[bad.reason]
        return listed(form, chosen, wrong), 422
    context.session().commit()
    return render_template("webhooks/made.html", hook=made, secret=secret)


@bp.get("/<int:webhook_id>")
@admin_required
def show(webhook_id: int) -> str:
    """One webhook with what was sent to it last, or before that."""
    before = request.args.get("before", "")
    earlier = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None
    hook, (sent, more) = hook_or_404(webhook_id), hooking.deliveries(context.session(), webhook_id, before=earlier)
    return render_template(
        "webhooks/show.html", hook=hook, deliveries=sent, earlier=earlier, more=more, events={**EVENTS, "ping": _("Test message")},
        states=STATES,
    )  # fmt: skip


@bp.post("/<int:webhook_id>/renew")
@admin_required
def renew(webhook_id: int) -> str:
    """Give it another secret, and show that."""
    hook = hook_or_404(webhook_id).webhook
    secret = hooking.renew(context.session(), context.viewer(), hook)
    context.session().commit()
    return render_template("webhooks/made.html", hook=hook, secret=secret, renewed=True)


@bp.post("/<int:webhook_id>/pause")
@admin_required
def pause(webhook_id: int) -> Response:
    """Tell it nothing for now."""
    hooking.pause(context.session(), context.viewer(), hook_or_404(webhook_id).webhook)
    return done(webhook_id, _("Paused. What happens meanwhile is told when it goes on."))


@bp.post("/<int:webhook_id>/resume")
@admin_required
def resume(webhook_id: int) -> Response:
    """Go on."""
    hooking.resume(context.session(), context.viewer(), hook_or_404(webhook_id).webhook)
    return done(webhook_id, _("It goes on, with what has happened since."))


@bp.post("/<int:webhook_id>/ping")
@admin_required
def ping(webhook_id: int) -> Response:
    """Send something that says nothing."""
    hook_or_404(webhook_id)
    context.session().add(heeding.ping(webhook_id, now()))
    return done(webhook_id, _("A test message is on its way: look again in a few seconds."))


@bp.post("/<int:webhook_id>/deliveries/<int:delivery_id>/again")
@admin_required
def again(webhook_id: int, delivery_id: int) -> Response:
    """Try a message now."""
    if not hooking.again(context.session(), webhook_id, delivery_id):
        abort(404)
    return done(webhook_id, _("It is tried again: look again in a few seconds."))


@bp.post("/<int:webhook_id>/remove")
@admin_required
def remove(webhook_id: int) -> Response:
    """Take it away."""
    hooking.remove(context.session(), context.viewer(), hook_or_404(webhook_id).webhook)
    context.session().commit()
    flash(_("The webhook is removed, with what waited for it."), "ok")
    return redirect(url_for("webhooks.index"), 303)


def hook_or_404(webhook_id: int) -> hooking.Listed:
    """The webhook of an address."""
    return hooking.get(context.session(), webhook_id) or abort(404)


def done(webhook_id: int, told: str) -> Response:
    """Commit, wake the worker, and show the webhook."""
    context.session().commit()
    context.jobs().tell()
    flash(told, "ok")
    return redirect(url_for("webhooks.show", webhook_id=webhook_id), 303)
