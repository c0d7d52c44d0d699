"""`hub init`: everything that a hub needs before it can serve."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import click
from flask.cli import with_appcontext

from hub.cli.context import Refused, print_json, setting
from hub.db import db
from hub.services import joining, labelling, versioning


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
@with_appcontext
def init(as_json: bool) -> None:
    """Make the data folder, the database, the vocabulary, a secret and a first admin. Safe to repeat."""
    done = set_up()
    if as_json:
        print_json(done)
        return
    click.echo(f"Data folder: {done['data']}")
    click.echo(f"Concepts in the vocabulary: {done['concepts']}")
    if "admin" in done:
        click.echo(f"First admin: {done['admin']}, password {done['password']} (shown this once; `hub user password` changes it)")


def set_up() -> dict[str, object]:
    """Do it, and say what was done."""
    folder: Path = setting("HUB_DATA")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_secret(folder / "secret-key")
    except OSError as error:
        raise Refused(f"The data folder {folder} cannot be written: {error.strerror}. Choose another with HUB_DATA.") from error
    fresh = not versioning.is_ready(db.engine)
    session = db.session()
    if fresh:
        from hub.services import migrating  # Alembic: a start that finds all in order does without

        migrating.upgrade(db.engine)
    if not labelling.count_concepts(session):  # one that is there may have been edited: `hub vocabulary load` replaces it
        from hub.services import seeding  # rdflib: likewise

        seeding.load_vocabulary(session)
    done: dict[str, object] = {"data": str(folder), "concepts": labelling.count_concepts(session)}
    if made := joining.first_admin(session):
        done["admin"], done["password"] = made
    session.commit()
    return done


def write_secret(path: Path) -> None:
    """A throw-away secret for the sessions, readable by its owner alone; one that is there stays."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
