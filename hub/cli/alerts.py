"""`hub alerts`: mail on what is new of kept searches and of what people follow."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from hub.cli.context import Refused, parts, session
from hub.services import alerting


@click.group()
def alerts() -> None:
    """Alerts of searches and follows."""


@alerts.command()
@with_appcontext
def send() -> None:
    """Write what is due, as the worker does every hour by itself; prints how many mails that made. `hub mail send` sends them."""
    if parts().mail_server is None:
        raise Refused("No mail is sent by this hub: set HUB_SMTP_URL first.")
    site = alerting.Site(str(current_app.config.get("HUB_BASE_URL") or ""), str(current_app.config["SECRET_KEY"]))
    click.echo(alerting.send(session(), parts().index, site).mails)
