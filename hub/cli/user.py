"""`hub user`: people who may sign in."""

from __future__ import annotations

import sys
from typing import Any

import click
from flask.cli import with_appcontext

from hub.cli.context import Refused, cell, print_json, say, session
from hub.services import administering, joining, rostering


@click.group()
def user() -> None:
    """Add people who may sign in, and look after their accounts."""


def chosen_password(from_stdin: bool) -> tuple[str, bool]:
    """The password and whether we made it: never on the command line, where other people could read it."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n"), False
    return joining.one_time_password(), True


def person_of(current: Any, email: str) -> Any:
    """The account of this address. Raises Refused when there is none."""
    person = joining.by_email(current, email)
    if person is None:
        raise Refused(f"There is no account for {email}.")
    return person


@user.command()
@click.argument("email")
@click.option("--name", default="", help="How the site greets them.")
@click.option("--admin", is_flag=True, help="May run harvests and see their failures.")
@click.option("--curator", is_flag=True, help="May correct, merge and hide resources.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the standard input; else one is made and printed once.")
@with_appcontext
def add(email: str, name: str, admin: bool, curator: bool, password_stdin: bool) -> None:
    """Make an account for EMAIL."""
    password, made = chosen_password(password_stdin)
    current = session()
    try:
        person = joining.add(current, email, password, name=name, admin=admin, curator=curator)
    except joining.BadAccount as error:
        raise Refused(str(error)) from error
    current.commit()
    click.echo(f"{person.email}" + (f", password {password} (shown this once)" if made else ""))


@user.command()
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from the standard input; else one is made and printed once.")
@with_appcontext
def password(email: str, password_stdin: bool) -> None:
    """Give EMAIL a new password; their sessions end everywhere."""
    new, made = chosen_password(password_stdin)
    current = session()
    person = person_of(current, email)
    try:
        joining.set_password(person, new)
    except joining.BadAccount as error:
        raise Refused(str(error)) from error
    current.commit()
    click.echo(f"{person.email}" + (f", password {new} (shown this once)" if made else ", password changed"))


@user.command(name="list")
@click.option("--find", default="", help="Words of the name or the address.")
@click.option(
    "--role", type=click.Choice([*rostering.HUB_ROLES, "admin", "curator", "teacher", "student"]), help="In the hub or an institution."
)
@click.option("--state", type=click.Choice(rostering.STATES), help="Only accounts like this.")
@click.option("--json", "as_json", is_flag=True, help="One JSON list.")
@with_appcontext
def listing(find: str, role: str | None, state: str | None, as_json: bool) -> None:
    """List accounts, the newest first."""
    current, sought = session(), rostering.Sought(words=find, role=role or "", state=state or "")
    found: list[rostering.Entry] = []
    before = None
    while True:
        roster = rostering.people(current, sought, before=before)
        found += roster.entries
        if roster.next is None:
            break
        before = roster.next
    if as_json:
        print_json([told(entry) for entry in found])
        return
    for entry in found:
        say("\t".join((entry.email, cell(entry.name), " ".join(marks(entry)))))


@user.command()
@click.argument("email")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@with_appcontext
def show(email: str, as_json: bool) -> None:
    """Show an account: its roles, its institutions, how it signs in. Never a secret."""
    current = session()
    account = rostering.account(current, person_of(current, email).id)
    assert account is not None
    facts = told(account.entry) | {"sessions": account.sessions, "password": account.has_password, "issuers": list(account.issuers)}
    if as_json:
        print_json(facts)
        return
    for name, value in facts.items():
        say(f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}")


def told(entry: rostering.Entry) -> dict[str, Any]:
    """An account for a script."""
    return {
        "email": entry.email,
        "name": entry.name,
        "admin": entry.is_admin,
        "curator": entry.is_curator,
        "confirmed_at": entry.confirmed_at,
        "disabled_at": entry.disabled_at,
        "second_factor": entry.second_factor,
        "created_at": entry.created_at,
        "signed_in_at": entry.signed_in_at,
        "institutions": [f"{place.slug} ({place.role})" for place in entry.belongings],
    }


def marks(entry: rostering.Entry) -> list[str]:
    """What is special about an account, in words of one line."""
    hub = {"admin": entry.is_admin, "curator": entry.is_curator, "unconfirmed": entry.confirmed_at is None}
    hub |= {"disabled": entry.disabled_at is not None, "two-factor": entry.second_factor}
    return [name for name, there in hub.items() if there] + [f"{place.slug}:{place.role}" for place in entry.belongings]


def given(deed: Any, email: str, on: bool) -> None:
    """Do it to the account and say so; what stands already is said, too."""
    current = session()
    person = person_of(current, email)
    try:
        done = deed(current, administering.COMMAND_LINE, person, on=on)
    except administering.LastAdmin as error:
        raise Refused(f"{person.email} is the last admin: make somebody else one first.") from error
    current.commit()
    click.echo(f"{person.email}, {'changed; their sessions are ended' if done else 'nothing to change'}")


@user.command()
@click.argument("email")
@click.argument("state", type=click.Choice(["on", "off"]))
@with_appcontext
def admin(email: str, state: str) -> None:
    """Make EMAIL an admin of the hub (on), or no longer (off)."""
    given(administering.set_admin, email, state == "on")


@user.command()
@click.argument("email")
@click.argument("state", type=click.Choice(["on", "off"]))
@with_appcontext
def curator(email: str, state: str) -> None:
    """Make EMAIL a curator of the hub (on), or no longer (off)."""
    given(administering.set_curator, email, state == "on")


@user.command()
@click.argument("email")
@click.option("--undo", is_flag=True, help="Open the account again.")
@with_appcontext
def disable(email: str, undo: bool) -> None:
    """Close the account of EMAIL: signed out everywhere, and nobody signs in with it."""
    given(administering.set_disabled, email, not undo)


@user.command()
@click.argument("email")
@with_appcontext
def two_factor_off(email: str) -> None:
    """Switch off the second factor of EMAIL, who has lost phone and recovery codes."""
    current = session()
    person = person_of(current, email)
    done = administering.two_factor_off(current, administering.COMMAND_LINE, person)
    current.commit()
    click.echo(f"{person.email}, {'second factor off; their sessions are ended' if done else 'there was no second factor'}")
