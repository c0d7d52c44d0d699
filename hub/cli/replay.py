"""`hub replay`: the catalogue again from what its sources once sent."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from hub.cli.context import Refused, session
from hub.cli.harvest import note, work_now_or_queue
from hub.services import leasing, running, sourcing
from hub.services.auditing import COMMAND_LINE


@click.command()
@click.argument("name", required=False)
@click.option("--enqueue", is_flag=True, help="Leave it to the worker, and print the run's id.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@with_appcontext
def replay(name: str | None, enqueue: bool, as_json: bool) -> None:
    """Rebuild the records of the source NAME, or of every source, from their raw payloads, without network.

    Exit status as of `hub harvest`.
    """
    current = session()
    if name is None:
        sources = [source for source in sourcing.every(current) if not source.draft and source.retired_at is None]
    else:
        found = sourcing.get(current, name)
        if found is None:
            raise Refused(f"There is no source named {name}. `hub source list` shows them.")
        sources = [found]
    if not sources:
        raise Refused("There are no sources yet: `hub source add` adds one.")
    try:
        runs = [running.prepare(current, source, task="replay", cause=COMMAND_LINE.name, urgent=True) for source in sources]
    except (leasing.AlreadyRunning, running.NotHarvested) as error:
        raise Refused(str(error)) from error
    for run in runs:
        note(run, "replay")
    work_now_or_queue(runs, enqueue=enqueue, as_json=as_json, several=name is None)
