"""`hub institution`: universities, companies and agencies, and who belongs to them."""

from __future__ import annotations

from typing import Any

import click
from flask.cli import with_appcontext

from hub.cli.context import Refused, cell, print_json, session
from hub.services import enrolling, founding, governing, joining, mustering, permitting
from hub.services.auditing import COMMAND_LINE
from hub.services.founding import Facts

KINDS = click.Choice(["university", "enterprise", "agency"])
ROLES = click.Choice(["student", "teacher", "curator", "admin", "none"])


@click.group()
def institution() -> None:
    """List, add and verify institutions, and say who belongs to them."""


@institution.command("list")
@click.option("--state", default="open", show_default=True, type=click.Choice(["open", "unverified", "closed", "all"]), help="Which.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@with_appcontext
def list_(state: str, as_json: bool) -> None:
    """List institutions: address, kind, verified or not, members, name."""
    current, found, page = session(), list[Any](), 1
    while rows := mustering.listed(current, state=state, page=page, limit=200).entries:
        found += rows
        page += 1
    if as_json:
        names = ("slug", "name", "name_zh", "kind", "place", "verified", "closed", "members")
        print_json([{name: getattr(one, name) for name in names} for one in found])
        return
    for one in found:
        click.echo(f"{one.slug}\t{one.kind}\t{'verified' if one.verified else 'not verified'}\t{one.members}\t{cell(one.name)}")


@institution.command()
@click.argument("name")
@click.option("--kind", required=True, type=KINDS, help="What it is.")
@click.option("--name-zh", default="", help="Its name in Chinese.")
@click.option("--place", default="", help="City and country.")
@click.option("--url", default="", help="Its address on the web.")
@click.option("--admin", default="", help="E-mail address of the account that looks after it.")
@click.option("--verified", is_flag=True, help="It is who it says.")
@with_appcontext
def add(name: str, kind: str, name_zh: str, place: str, url: str, admin: str, verified: bool) -> None:
    """Found the institution NAME; prints its address in the site."""
    current = session()
    admin_id = account(current, admin).id if admin else None
    facts = Facts(name=name, kind=kind, name_zh=name_zh or None, place=place, url=url or None)
    try:
        made = founding.found(current, COMMAND_LINE, facts, admin_id=admin_id, verified=verified)
    except (founding.BadFact, founding.NameTaken) as error:
        raise Refused(str(error)) from error
    current.commit()
    click.echo(made.slug)


@institution.command()
@click.argument("slug")
@click.option("--undo", is_flag=True, help="Take the verification back.")
@with_appcontext
def verify(slug: str, undo: bool) -> None:
    """Say that the institution SLUG is who it says: its curators are curators of the catalogue then."""
    current = session()
    done = governing.decide(current, COMMAND_LINE, named(current, slug), "unverify" if undo else "verify")
    current.commit()
    click.echo("done" if done else "it is so already")


@institution.command()
@click.argument("slug")
@click.argument("email")
@click.option("--role", required=True, type=ROLES, help="The role there; none takes the person out.")
@with_appcontext
def member(slug: str, email: str, role: str) -> None:
    """Make the account EMAIL a member of the institution SLUG, with this role whatever it was."""
    current = session()
    there, person = named(current, slug), account(current, email)
    try:
        done = enrolling.place(current, COMMAND_LINE, there, person.id, None if role == "none" else role)
    except enrolling.LastAdmin as error:
        raise Refused("This is the last admin there: make another account admin first.") from error
    current.commit()
    click.echo("done" if done else "it is so already")


def named(current: Any, slug: str) -> Any:
    """The institution of this address. Raises Refused."""
    found = permitting.find(current, slug)
    if found is None:
        raise Refused(f"There is no institution {slug}: `hub institution list --state all` shows them.")
    return found


def account(current: Any, email: str) -> Any:
    """The account of this address. Raises Refused."""
    person = joining.by_email(current, email)
    if person is None:
        raise Refused(f"There is no account for {email}: `hub user add` makes one.")
    return person
