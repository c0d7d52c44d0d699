"""`hub key`: with what the hub signs for learning platforms."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from hub.cli.context import Refused, print_json, session, setting
from hub.services import keying
from hub.services.auditing import COMMAND_LINE


@click.group()
def key() -> None:
    """Look at the keys with which the hub signs for learning platforms, and make a new one."""


@key.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@with_appcontext
def list_(as_json: bool) -> None:
    """List the keys that are published, the youngest first: name, what it does (next, signs, old, lost), since when, until when."""
    found = keying.standings(session(), setting("SECRET_KEY") or "")
    if as_json:
        print_json([{"kid": one.kid, "state": one.state, "since": one.since, "until": one.until} for one in found])
        return
    for one in found:
        click.echo(f"{one.kid}\t{one.state}\t{one.since:%Y-%m-%d %H:%M}\t{f'{one.until:%Y-%m-%d %H:%M}' if one.until else '-'}")


@key.command()
@click.option("--at-once", is_flag=True, help="It signs now, and all others are forgotten: one has got into wrong hands.")
@with_appcontext
def renew(at_once: bool) -> None:
    """Make a new key. It is published now and signs in a day; the one before it stays published for a day longer."""
    secret = setting("SECRET_KEY")
    if not secret:
        raise Refused("The keys are locked with a secret: set SECRET_KEY, or run `hub init`, which makes one.")
    made = keying.renew(session(), secret, COMMAND_LINE, at_once=at_once)
    session().commit()
    click.echo(f"{made.kid} signs from {made.active_at:%Y-%m-%d %H:%M} UTC on.")
