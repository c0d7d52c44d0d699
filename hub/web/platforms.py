"""Learning platforms that know the hub as a tool, kept by admins."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, make_response, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.services import introducing, keying, onboarding
from hub.web import context, frames
from hub.web.access import admin_required
from hub.web.messages import gettext as _
from hub.web.platform_forms import PlatformForm

bp = Blueprint("platforms", __name__, url_prefix="/admin/platforms")


@bp.get("")
@admin_required
def index() -> str:
    """All of them, and what each has to be told of the hub."""
    return overview()


def overview(link: str = "") -> str:
    """The page, with a registration link that was just made."""
    session = context.session()
    keys = keying.standings(session, secret())
    return render_template("platforms/index.html", platforms=onboarding.registered(session), told=told(), keys=keys, link=link)


def secret() -> str:
    """What seals and locks."""
    return str(context.setting("SECRET_KEY"))


@bp.post("/link")
@admin_required
def link() -> Response:
    """A registration link, shown this once."""
    made = introducing.invite(secret(), context.actor().id)
    response = make_response(overview(frames.address(url_for("introductions.show", link=made))))
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.route("/key", methods=["GET", "POST"])
@admin_required
def key() -> str | Response:
    """Look again, then make a new signing key: beside the old one, or at once in the place of all."""
    form = PlatformForm()
    if not form.is_submitted():
        return render_template("platforms/key.html")
    at_once = request.form.get("at_once") == "yes"
    keying.renew(context.session(), secret(), context.actor(), at_once=at_once)
    context.session().commit()
    flash(_("A new key signs from now on.") if at_once else _("A new key is published. It signs from tomorrow on."), "ok")
    return redirect(url_for("platforms.index"), 303)


def told() -> list[tuple[str, str]]:
    """What a platform asks for when the hub is registered there."""
    names = (
        (_("Tool URL, and redirection URI"), "launches.launch"),
        (_("Initiate login URL"), "launches.login"),
        (_("Public keyset URL"), "launches.keys"),
        (_("Configuration for Canvas (“Enter URL”)"), "launches.configuration"),
    )
    return [(name, frames.address(url_for(endpoint))) for name, endpoint in names]


@bp.route("/new", methods=["GET", "POST"])
@admin_required
def new() -> Response:
    """Register one."""
    form = offered(PlatformForm())
    if not form.validate_on_submit():
        return sheet("new", form, 422 if form.is_submitted() else 200)
    session = context.session()
    try:
        onboarding.add(session, secret(), context.actor(), form.facts())
    except (onboarding.BadFact, onboarding.Known) as error:
        return wrong("new", form, error)
    session.commit()
    flash(_("The learning platform is registered."), "ok")
    return redirect(url_for("platforms.index"), 303)


@bp.route("/<int:platform_id>", methods=["GET", "POST"])
@admin_required
def edit(platform_id: int) -> Response:
    """Change what its registration says."""
    session, platform = context.session(), platform_or_404(platform_id)
    form = offered(PlatformForm(obj=Filled(platform, onboarding.slug_of(session, platform))))
    if not form.validate_on_submit():
        return sheet("edit", form, 422 if form.is_submitted() else 200, platform=platform)
    try:
        done = onboarding.change(session, context.actor(), platform, form.facts())
    except (onboarding.BadFact, onboarding.Known) as error:
        return wrong("edit", form, error, platform_id=platform_id)
    session.commit()
    flash(_("Saved.") if done else _("Nothing was changed."), "ok")
    return redirect(url_for("platforms.index"), 303)


@bp.post("/<int:platform_id>/accept")
@admin_required
def accept(platform_id: int) -> Response:
    """One that has registered itself may launch from now on."""
    if onboarding.accept(context.session(), context.actor(), platform_or_404(platform_id)):
        context.session().commit()
        flash(_("The learning platform is accepted."), "ok")
    return redirect(url_for("platforms.index"), 303)


@bp.route("/<int:platform_id>/remove", methods=["GET", "POST"])
@admin_required
def remove(platform_id: int) -> str | Response:
    """Look again, then take it away."""
    platform = platform_or_404(platform_id)
    form = PlatformForm()
    if not form.is_submitted():
        return render_template("platforms/remove.html", platform=platform)
    onboarding.remove(context.session(), context.actor(), platform)
    context.session().commit()
    flash(_("The learning platform is removed."), "ok")
    return redirect(url_for("platforms.index"), 303)


class Filled:
    """A registration as its form begins."""

    def __init__(self, platform: Any, institution: str) -> None:
        self.title, self.issuer, self.client_id = platform.title, platform.issuer, platform.client_id
        self.login_url, self.jwks_url = platform.login_url, platform.jwks_url
        self.deployment_ids, self.institution = "\n".join(platform.deployment_ids), institution


def offered(form: PlatformForm) -> PlatformForm:
    """With the institutions to choose from."""
    form.offer(onboarding.institutions(context.session()))
    return form


def wrong(which: str, form: PlatformForm, error: Exception, *, platform_id: int = 0) -> Response:
    """The form again, with what is wrong in it."""
    context.session().rollback()
    if isinstance(error, onboarding.BadFact):
        form.blame(error)
    else:
        form.client_id.errors = [*form.client_id.errors, _("This issuer and client are registered already.")]
    return sheet(which, form, 422, **({"platform": platform_or_404(platform_id)} if platform_id else {}))


def sheet(which: str, form: PlatformForm, status: int, **values: Any) -> Response:
    """The page with the form."""
    return make_response(render_template(f"platforms/{which}.html", form=form, **values), status)


def platform_or_404(platform_id: int) -> Any:
    """The platform of the address."""
    return onboarding.get(context.session(), platform_id) or abort(404)
