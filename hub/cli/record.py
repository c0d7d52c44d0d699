"""`hub record`: what sources have given us."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from hub.cli.context import Refused, cell, print_json, session
from hub.services import inspecting, sourcing


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


@record.command()
@click.argument("identifier")
@click.option("--source", "name", help="The source whose identifier it is; without it IDENTIFIER is our own number of the record.")
@click.option("--raw", is_flag=True, help="Only what the source sent.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@with_appcontext
def show(identifier: str, name: str | None, raw: bool, as_json: bool) -> None:
    """Show one record: state, times, what the source sent, the values read from it, what changed last."""
    if name is None and not identifier.isdigit():
        raise Refused("Give --source NAME with a source's own identifier.")
    number = int(identifier) if name is None else inspecting.number(session(), name, identifier)
    found = None if number is None else inspecting.get(session(), number)
    if found is None:
        raise Refused(f"There is no record {identifier}{f' of {name}' if name else ''}. `hub record dump` lists them.")
    if as_json:
        print_json(inspecting.as_dict(found))
    elif raw:
        click.echo(found.raw)
    else:
        show_as_text(found)


def show_as_text(found: inspecting.RecordView) -> None:
    """One line a fact, then the values, then what changed."""
    for fact in ("source", "identifier", "state", "resource", "first_seen_at", "last_seen_at", "changed_at", "error"):
        if (value := getattr(found, fact)) is not None:
            click.echo(f"{fact}\t{cell(str(value))}")
    for field, value in found.values.items():
        click.echo(f"value {field}\t{cell(value)}")
    for one in found.differences:
        click.echo(f"changed {one.field}\t{cell(one.before or '')}\t{cell(one.after or '')}")
