"""`hub mail`: what the hub wrote to the owners of sources."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from hub.cli.context import cell, parts, print_json, session
from hub.services import mailing


@click.group()
def mail() -> None:
    """Look at the mail that the hub wrote, send what waits."""


@mail.command("list")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000), help="How many, the newest first.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, with the texts.")
@with_appcontext
def list_(limit: int, as_json: bool) -> None:
    """List the last messages: when, state, recipient, subject, and why one was not sent."""
    names = ("id", "recipient", "subject", "body", "state", "attempts", "reason", "created_at", "sent_at")
    rows = [{name: getattr(one, name) for name in names} for one in mailing.recent(session(), limit=limit)]
    if as_json:
        print_json(rows)
        return
    if not rows:
        click.echo("No mail yet. A source with an owner gets one when its harvest fails, and one when it works again.")
    for row in rows:
        line = (f"{row['created_at']:%Y-%m-%d %H:%M}", row["state"], row["recipient"], cell(row["subject"]), cell(row["reason"] or ""))
        click.echo("\t".join(line).rstrip())


@mail.command()
@with_appcontext
def send() -> None:
    """Send what waits, as the worker does by itself; prints how many went out."""
    click.echo(mailing.send_waiting(session(), parts().mail_server))
