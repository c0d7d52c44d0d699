"""`hub user`: people who may sign in."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext

from hub.cli.context import Refused, session
from hub.services import joining


@click.group()
def user() -> None:
    """Add people who may sign in."""


def chosen_password(from_stdin: bool) -> tuple[str, bool]:
    """The password and whether we made it: never on the command line, where other people could read it."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n"), False
    return joining.one_time_password(), True


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
    person = joining.by_email(current, email)
    if person is None:
        raise Refused(f"There is no account for {email}.")
    try:
        joining.set_password(person, new)
    except joining.BadAccount as error:
        raise Refused(str(error)) from error
    current.commit()
    click.echo(f"{person.email}" + (f", password {new} (shown this once)" if made else ", password changed"))
