"""Accounts, as admins of the hub see them: found and filtered, one of them with what can be done to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.services import administering, joining, rostering
from hub.web import context
from hub.web.access import admin_required
from hub.web.account_pages import absolute, mail_works
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l

bp = Blueprint("people", __name__, url_prefix="/admin/people")
FILTERS = ("words", "role", "institution", "state")


def reset_link(token: str) -> str:
    """The page behind the mail's link."""
    return absolute(url_for("passwords.reset", token=token))


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that an admin does to an account, in words, with the icon of its button; `apply` answers False when nothing changes."""

    title: Any
    effect: Any  # what it means for the person
    done: Any
    sign: str
    apply: Callable[[Any, Any, Any], Any]
    danger: bool = False


DEEDS = {
    "make-admin": Deed(
        _l("Make an admin of the hub"),
        _l("They may harvest, change every setting and look after all accounts. They have to sign in again."),
        _l("They are an admin of the hub now."),
        "shield",
        lambda session, viewer, person: administering.set_admin(session, viewer, person, on=True),
        danger=True,
    ),
    "unmake-admin": Deed(
        _l("No longer an admin of the hub"),
        _l("They keep their account and their places in institutions. They have to sign in again."),
        _l("They are not an admin of the hub any more."),
        "shield",
        lambda session, viewer, person: administering.set_admin(session, viewer, person, on=False),
        danger=True,
    ),
    "make-curator": Deed(
        _l("Make a curator of the hub"),
        _l("They may correct, merge and hide any resource of the catalogue. They have to sign in again."),
        _l("They are a curator of the hub now."),
        "pencil",
        lambda session, viewer, person: administering.set_curator(session, viewer, person, on=True),
    ),
    "unmake-curator": Deed(
        _l("No longer a curator of the hub"),
        _l("They keep their account and their places in institutions. They have to sign in again."),
        _l("They are not a curator of the hub any more."),
        "pencil",
        lambda session, viewer, person: administering.set_curator(session, viewer, person, on=False),
    ),
    "disable": Deed(
        _l("Close the account"),
        _l("They are signed out everywhere and cannot sign in, until the account is opened again. What they wrote stays."),
        _l("The account is closed."),
        "lock",
        lambda session, viewer, person: administering.set_disabled(session, viewer, person, on=True),
        danger=True,
    ),
    "enable": Deed(
        _l("Open the account again"),
        _l("They can sign in again, with all that they had."),
        _l("The account is open again."),
        "undo-2",
        lambda session, viewer, person: administering.set_disabled(session, viewer, person, on=False),
    ),
    "sign-out": Deed(
        _l("End all sessions"),
        _l("They are signed out on every device and can sign in again at once."),
        _l("All sessions are ended."),
        "log-out",
        administering.end_sessions,
    ),
    "send-reset": Deed(
        _l("Send a link for a new password"),
        _l("They get a mail with a link that is good for an hour. Until they use it, their password and their sessions stay."),
        _l("The mail is on its way."),
        "mail",
        lambda session, viewer, person: mail_works() and administering.send_reset(session, viewer, person, reset_link),
    ),
    "two-factor-off": Deed(
        _l("Switch the second factor off"),
        _l(
            "For somebody who has lost phone and recovery codes. Be sure that it is they who ask: from now on their password alone lets in."
        ),
        _l("The second factor is off."),
        "smartphone",
        administering.two_factor_off,
        danger=True,
    ),
}


def offered(account: rostering.Account) -> list[str]:
    """What can be done to this account as it is."""
    entry = account.entry
    found = ["unmake-admin" if entry.is_admin else "make-admin", "unmake-curator" if entry.is_curator else "make-curator"]
    found += [
        "sign-out",
        *(["send-reset"] if mail_works() and not entry.disabled_at else []),
        *(["two-factor-off"] if entry.second_factor else []),
    ]
    return [*found, "enable" if entry.disabled_at else "disable"]


def number(text: str | None) -> int | None:
    """A number of an address, or None."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def filters() -> dict[str, str]:
    """What is asked for."""
    return {name: value for name in FILTERS if (value := request.args.get(name, "")[:200].replace("\0", "").strip())}


@bp.get("")
@admin_required
def index() -> str:
    """Accounts, the newest first."""
    asked = filters()
    sought = rostering.Sought(
        words=asked.get("words", ""),
        role=asked.get("role", ""),
        institution_id=number(asked.get("institution")),
        state=asked.get("state", ""),
    )
    roster = rostering.people(context.session(), sought, before=number(request.args.get("before")))
    return render_template(
        "people/index.html",
        roster=roster,
        filters=asked,
        institutions=rostering.institutions(context.session()),
        first=url_for("people.index", **asked) if request.args.get("before") else None,  # type: ignore[arg-type]
        following=url_for("people.index", before=roster.next, **asked) if roster.next else None,  # type: ignore[arg-type]
    )


@bp.get("/<int:person_id>")
@admin_required
def show(person_id: int) -> str:
    """One account."""
    account = rostering.account(context.session(), person_id) or abort(404)
    return render_template("people/show.html", account=account, deeds=DEEDS, offered=offered(account))


@bp.get("/<int:person_id>/<deed>")
@admin_required
def ask(person_id: int, deed: str) -> str:
    """What a deed means, before it is done."""
    account = rostering.account(context.session(), person_id) or abort(404)
    return render_template("people/confirm.html", account=account, name=deed, deed=DEEDS.get(deed) or abort(404))


@bp.post("/<int:person_id>/<deed>")
@admin_required
def do(person_id: int, deed: str) -> Response:
    """Do it."""
    person = joining.get(context.session(), person_id) or abort(404)
    wanted = DEEDS.get(deed) or abort(404)
    try:
        done = wanted.apply(context.session(), context.viewer(), person)
    except administering.LastAdmin:
        flash(_("This is the last admin of the hub: make somebody else one first."), "bad")
    except administering.OwnAccount:
        flash(_("You cannot close your own account here."), "bad")
    else:
        context.session().commit()
        flash(_("Nothing was changed.") if done is False else str(wanted.done), "ok")
    context.session().rollback()
    return redirect(url_for("people.show", person_id=person_id), 303)
