"""`hub record`: what sources have given us."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from hub.cli.context import Refused, cell, print_json, session
from hub.services import sourcing


@click.group()
def record() -> None:
    """Look at what sources have given us."""


@record.command()
@click.option("--source", "name", required=True, help="The source whose records to list.")
@click.option("--tsv", is_flag=True, help="Tab-separated lines (the default).")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@with_appcontext
def dump(name: str, tsv: bool, as_json: bool) -> None:
    """List identifier, title, and live or deleted of each record of a source, by identifier."""
    source = sourcing.get(session(), name)
    if source is None:
        raise Refused(f"There is no source named {name}. `hub source list` shows them.")
    rows = sourcing.records(session(), source)
    if as_json:
        print_json([{"identifier": identifier, "title": title, "state": state} for identifier, title, state in rows])
        return
    for identifier, title, state in rows:
        click.echo(f"{cell(identifier)}\t{cell(title)}\t{state}")
