"""Who belongs to an institution, and who is asked in: for its members to see, for its admins to change."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, flash, make_response, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.services import admitting, enrolling, founding, inviting, mailing, permitting
from hub.web import context
from hub.web.access import refuse, signed_in_required
from hub.web.institution_forms import ROLES, InviteForm
from hub.web.listing import page_number, pages_around
from hub.web.messages import gettext as _

bp = Blueprint("members", __name__, url_prefix="/institutions/<slug>/members")


@bp.get("")
@signed_in_required
def index(slug: str) -> Response:
    """The members; for who looks after the institution also those who are asked in."""
    return page(seen(slug), InviteForm(formdata=None), 200)


@bp.post("/<int:person_id>/role")
@signed_in_required
def role(slug: str, person_id: int) -> Response:
    """Another role for a member."""
    institution, session = managed(slug), context.session()
    wanted = request.form.get("role", "")
    if wanted not in ROLES:
        abort(400)
    try:
        changed = enrolling.change_role(session, context.viewer(), institution, person_id, wanted)
    except permitting.NotAllowed:
        refuse(seen=True)
    except enrolling.NotThere:
        abort(404)
    except enrolling.LastAdmin:
        session.rollback()
        flash(last_admin(), "bad")
        return back(slug)
    session.commit()
    flash(_("The role was changed.") if changed else _("Nothing was changed."), "ok")
    return back(slug)


@bp.get("/<int:person_id>/remove")
@signed_in_required
def ask_removal(slug: str, person_id: int) -> str:
    """Look again before a member is taken out."""
    institution = managed(slug)
    member = enrolling.member(context.session(), institution.id, person_id) or abort(404)
    return render_template("members/remove.html", institution=institution, member=member)


@bp.post("/<int:person_id>/remove")
@signed_in_required
def remove(slug: str, person_id: int) -> Response:
    """Take a member out."""
    institution, session = managed(slug), context.session()
    try:
        enrolling.remove(session, context.viewer(), institution, person_id)
    except permitting.NotAllowed:
        refuse(seen=True)
    except enrolling.NotThere:
        abort(404)
    except enrolling.LastAdmin:
        session.rollback()
        flash(last_admin(), "bad")
        return back(slug)
    session.commit()
    flash(_("The member was removed. What they did stays."), "ok")
    return back(slug)


def last_admin() -> str:
    """Why an admin has to stay."""
    return _("This is the last administrator. Make somebody else administrator first.")


# Asking people in


@bp.post("/invite")
@signed_in_required
def invite(slug: str) -> Response:
    """Ask one person in: the link is shown this once, and goes out by mail where there is mail."""
    institution, form, session = managed(slug), InviteForm(), context.session()
    if not form.validate_on_submit():
        return page(institution, form, 422)
    try:
        made = inviting.invite(session, context.viewer(), institution, form.email.data, form.role.data)
    except permitting.NotAllowed:
        refuse(seen=True)
    except (inviting.BadAddress, inviting.IsMember, founding.TooOften) as error:
        session.rollback()
        form.email.errors = [invite_error(error)]
        return page(institution, form, 429 if isinstance(error, founding.TooOften) else 422)
    return sent(institution, [made])


def invite_error(error: Exception) -> str:
    """Why somebody cannot be asked in."""
    if isinstance(error, inviting.IsMember):
        return _("Somebody with this address belongs to the institution already, with this role or a higher one.")
    if isinstance(error, founding.TooOften):
        return _("The institution has sent very many invitations today. Try again tomorrow.")
    return _("This is no e-mail address.")


@bp.post("/invitations/<int:invitation_id>")
@signed_in_required
def invitation(slug: str, invitation_id: int) -> Response:
    """Ask again with a new link, or take the invitation back."""
    institution, session, who = managed(slug), context.session(), context.viewer()
    step = request.form.get("do", "")
    if step not in ("withdraw", "resend"):
        abort(400)
    try:
        if step == "withdraw":
            inviting.withdraw(session, who, institution, invitation_id)
            session.commit()
            flash(_("The invitation was withdrawn: its link leads nowhere now."), "ok")
            return back(slug, "invited")
        return sent(institution, [inviting.again(session, who, institution, invitation_id)])
    except permitting.NotAllowed:
        refuse(seen=True)
    except inviting.Gone:
        abort(404)
    except (inviting.IsMember, founding.TooOften) as error:
        session.rollback()
        flash(invite_error(error), "bad")
        return back(slug, "invited")


@bp.post("/upload")
@signed_in_required
def upload(slug: str) -> Response:
    """Ask everybody of a table in; when one line is wrong, nobody."""
    institution, session = managed(slug), context.session()
    given = request.files.get("table")
    try:
        made = admitting.admit(session, context.viewer(), institution, given.stream.read(admitting.MOST + 1) if given else b"")
    except permitting.NotAllowed:
        refuse(seen=True)
    except admitting.BadTable as error:
        session.rollback()
        return page(institution, InviteForm(formdata=None), 422, wrong=table_error(error.why))
    except admitting.BadLines as error:
        session.rollback()
        return page(institution, InviteForm(formdata=None), 422, wrong=_("Some lines are wrong. Nobody was invited."), faults=error.faults)
    except founding.TooOften as error:
        session.rollback()
        return page(institution, InviteForm(formdata=None), 429, wrong=invite_error(error))
    return sent(institution, made)


def table_error(why: str) -> str:
    """What is wrong with a file."""
    return {
        "empty": _("Choose a file that has people in it."),
        "large": _("The file is too large: %(most)s KB at most.", most=admitting.MOST // 1_000),
        "kind": _("This is no table of text. Save it as CSV."),
        "columns": _("The first line must name the columns: name, e-mail, role."),
        "rows": _("These are too many people for one file: %(most)s at most.", most=admitting.ROWS_MOST),
    }[why]


def sent(institution: Any, made: list[Any]) -> Response:
    """Commit, and show the links this once; mail them where there is mail."""
    session = context.session()
    links = [(one, site() + url_for("invitations.show", token=one.token)) for one in made]
    mails = bool(context.setting("HUB_SMTP_URL"))
    for one, link in links if mails else ():
        mailing.write(session, one.email, *inviting.letter(institution, one, context.viewer().name, link))
    session.commit()
    response = make_response(render_template("members/invited.html", institution=institution, links=links, mails=mails))
    response.headers["Cache-Control"] = "no-store"
    return response


def site() -> str:
    """The site's address, as the world writes it."""
    return context.site_address() or request.host_url.rstrip("/")


def page(institution: Any, form: InviteForm, status: int, *, wrong: str = "", faults: Any = ()) -> Response:
    """The members, and for who looks after them the forms; `wrong` and `faults`: of an uploaded table."""
    session, who, args = context.session(), context.viewer(), request.args
    manages = who.manages(institution.id)
    chosen, words = args.get("role", ""), args.get("q", "")[:100]
    number, asked = page_number(args.get("page", "")), page_number(args.get("invited", ""))
    listed = enrolling.members(session, institution.id, role=chosen, words=words, emails=manages, page=number)
    invited, total = inviting.waiting(session, institution.id, page=asked) if manages else ([], 0)

    def address(page: int = 1, **other: Any) -> str:
        """The same list with another choice."""
        pairs = {"q": words, "role": chosen, "page": str(page) if page > 1 else "", **other}
        kept = {name: value for name, value in pairs.items() if value}
        return url_for("members.index", slug=institution.slug) + (f"?{urlencode(kept)}" if kept else "")

    text = render_template(
        "members/index.html",
        institution=institution,
        form=form,
        listed=listed,
        manages=manages and institution.closed_at is None,
        sees_addresses=manages,
        roles=ROLES,
        role=chosen if chosen in ROLES else "",
        q=words,
        number=number,
        numbers=pages_around(number, listed.pages),
        address=address,
        invited=invited,
        invited_total=total,
        asked=asked,
        asked_numbers=pages_around(asked, -(-total // inviting.PAGE)),
        wrong=wrong,
        faults=faults,
        own_id=who.person_id,
        mails=bool(context.setting("HUB_SMTP_URL")),
    )
    return make_response(text, status)


def seen(slug: str) -> Any:
    """The institution, for its members and who looks after it; others are told no."""
    institution, who = permitting.find(context.session(), slug) or abort(404), context.viewer()
    if who.seat_in(institution.id) is None and not who.is_admin:
        refuse(seen=True)
    return institution


def managed(slug: str) -> Any:
    """The institution, when this visitor looks after it; else the page that says no."""
    institution = permitting.find(context.session(), slug) or abort(404)
    try:
        permitting.need_manager(context.viewer(), institution)
    except permitting.NotAllowed:
        refuse(seen=True)
    return institution


def back(slug: str, anchor: str | None = None) -> Response:
    """To the list."""
    return redirect(url_for("members.index", slug=slug, _anchor=anchor), 303)
