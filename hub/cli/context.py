"""What a command is given: the session, the index and the other parts of the application; and how it says no."""

from __future__ import annotations

import json
import os
from typing import Any

import click
from flask import current_app

from hub.db import Session, db
from hub.services import versioning


class Refused(click.ClickException):
    """The command cannot do this; the message says why and what to do."""

    exit_code = 2


def session() -> Session:
    """The session of this command, on a database that is set up. Raises Refused when it is not."""
    if not versioning.is_ready(db.engine):
        raise Refused("The database is not set up for this version: run `hub init`.")
    return db.session()


def parts() -> Any:
    """The application's parts (hub.app.Parts)."""
    return current_app.extensions["hub"]


def setting(name: str) -> Any:
    """One setting."""
    return current_app.config[name]


def print_json(value: object) -> None:
    """One JSON document on the standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def say(text: str, *, nl: bool = True, err: bool = False) -> None:
    """Print. When nobody reads any more (`| head`), what the command does goes on all the same."""
    try:
        click.echo(text, nl=nl, err=err)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2 if err else 1)


def cell(text: str) -> str:
    """A value for a tab-separated line: what would break the line is a blank."""
    return " ".join(text.replace("\0", " ").split())
