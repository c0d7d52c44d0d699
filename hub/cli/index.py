"""`hub index` and `hub check`: the search index and how it agrees with the database."""

from __future__ import annotations

import os
import sys
import threading

import click
from flask.cli import with_appcontext

from hub.cli.context import Refused, cell, parts, print_json, session
from hub.services import indexing, sourcing


@click.group()
def index() -> None:
    """Bring the search index up to date, dump it, rebuild it."""


@index.command()
@click.option("--follow", is_flag=True, help="Go on until the standard input closes.")
@with_appcontext
def sync(follow: bool) -> None:
    """Bring waiting changes into the index."""
    if not follow:
        click.echo(f"{indexing.drain(session(), parts().index)} changes indexed")
        return
    closed = threading.Event()

    def wait() -> None:
        while os.read(0, 4096):  # not through sys.stdin: its lock, held by this thread, would be in the way of an early exit
            pass
        closed.set()

    threading.Thread(target=wait, daemon=True).start()
    indexing.follow(session(), parts().index, stopped=closed.is_set)


@index.command()
@click.option("--source", "name", required=True, help="The source whose records to list.")
@click.option("--tsv", is_flag=True, help="Tab-separated lines (the default).")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@with_appcontext
def dump(name: str, tsv: bool, as_json: bool) -> None:
    """List identifier, title and `live` of each record that the index holds of a source, by identifier."""
    if sourcing.get(session(), name) is None:
        raise Refused(f"There is no source named {name}. `hub source list` shows them.")
    rows = sorted((o.identifier, o.title) for entry in parts().index.entries() for o in entry.origins if o.source == name)
    if as_json:
        print_json([{"identifier": identifier, "title": title, "state": "live"} for identifier, title in rows])
        return
    for identifier, title in rows:
        click.echo(f"{cell(identifier)}\t{cell(title)}\tlive")


@index.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@with_appcontext
def rebuild(as_json: bool) -> None:
    """Write a new index from the database beside the old one, and swap."""
    live = sys.stderr is not None and sys.stderr.isatty() and not as_json

    def show(done: int) -> None:
        if live and done % 500 == 0:
            click.echo(f"\r{done} documents", nl=False, err=True)

    done = indexing.rebuild(session(), parts().index, on_document=show)
    if live:
        click.echo("\r\033[K", nl=False, err=True)
    if as_json:
        print_json({"documents": done})
    else:
        click.echo(f"{done} documents in the new index")


@click.command()
@click.option("--repair", is_flag=True, help="Mend what differs.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@with_appcontext
def check(repair: bool, as_json: bool) -> None:
    """Compare the index with the database; exit status 0 only when they agree, 1 when they differ."""
    difference = indexing.repair(session(), parts().index) if repair else indexing.check(session(), parts().index)
    values = {name: list(getattr(difference, name)) for name in ("missing", "extra", "stale")} | {"waiting": difference.waiting}
    if as_json:
        print_json({"agrees": difference.agrees, **values})
    elif difference.agrees:
        click.echo("The index and the database agree.")
    else:
        click.echo(
            f"missing from the index {len(difference.missing)}, not in the database {len(difference.extra)}, "
            f"of another version {len(difference.stale)}, changes on their way {difference.waiting}. `hub check --repair` mends it."
        )
    sys.exit(0 if difference.agrees else 1)
