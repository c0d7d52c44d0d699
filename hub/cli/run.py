"""`hub run`: what harvest runs did."""

from __future__ import annotations

import csv
import sys
from typing import Any

import click
from flask.cli import with_appcontext

from hub.cli.context import Refused, cell, print_json, session
from hub.cli.harvest import note, work_now_or_queue
from hub.services import leasing, retrying, running, withdrawing
from hub.services.auditing import COMMAND_LINE

COUNTS = ("seen", "created", "updated", "unchanged", "withdrawn", "failed", "pages", "total")


@click.group()
def run() -> None:
    """Look at harvest runs: state, counters, failures; stop, resume, retry, approve one."""


def found(run_id: int) -> Any:
    """The run. Raises Refused."""
    one = running.get(session(), run_id)
    if one is None:
        raise Refused(f"There is no run {run_id}. `hub run status` shows the last ones.")
    return one


def values(one: Any) -> dict[str, object]:
    """A run as JSON has it."""
    times = {name: getattr(one, name).isoformat() if getattr(one, name) else None for name in ("started_at", "heartbeat_at", "finished_at")}
    facts = {
        "id": one.id,
        "source": one.source.name,
        "task": one.task,
        "cause": one.cause,
        "state": running.state_of(session(), one),
        "full": one.full,
    }
    return facts | {name: getattr(one, name) for name in COUNTS} | times | {"reason": one.reason, "advice": one.advice}


@run.command()
@click.argument("run_id", type=int, required=False, metavar="[ID]")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@with_appcontext
def status(run_id: int | None, as_json: bool) -> None:
    """Show the state and the counters of a run, or of the last twenty."""
    runs = [values(found(run_id))] if run_id is not None else [values(one) for one in running.recent(session())]
    if as_json:
        print_json(runs[0] if run_id is not None else runs)
        return
    if not runs:
        click.echo("No runs yet. `hub harvest NAME` makes one.")
    for one in runs:
        counts = ", ".join(f"{name} {one[name]}" for name in COUNTS[:6])
        what = "run" if one["task"] == "harvest" else f"run ({one['task']})"
        click.echo(f"{what} {one['id']} of {one['source']}: {one['state']}; {counts}")
        if one["reason"]:
            click.echo(f"  {cell(str(one['reason']))} {cell(str(one['advice'] or ''))}".rstrip())


@run.command()
@click.argument("run_id", type=int, metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@with_appcontext
def failures(run_id: int, as_json: bool) -> None:
    """List all that failed in a run: identifier, stage, reason, what to do, address (tab-separated)."""
    names = ("identifier", "stage", "reason", "advice", "url")
    kept = running.failures(session(), found(run_id).id)
    rows = [{name: getattr(one, name) for name in names} for one in kept]
    if as_json:
        print_json(
            [{"id": one.id, **row, "mended_at": one.mended_at, "again_in": one.again_run_id} for one, row in zip(kept, rows, strict=True)]
        )
        return
    writer = csv.writer(sys.stdout, delimiter="\t", lineterminator="\n")
    writer.writerows([[cell(str(row[name] or "")) for name in names] for row in rows])


@run.command()
@click.argument("run_id", type=int, metavar="ID")
@with_appcontext
def stop(run_id: int) -> None:
    """Ask a run to stop. It keeps what it has; the next harvest goes on there."""
    one = found(run_id)
    if one.finished_at is not None and one.state != "waiting":
        raise Refused(f"Run {run_id} has ended already: it is {one.state}.")
    running.ask_to_stop(session(), run_id)
    note(one, "stop")
    session().refresh(one)
    click.echo(f"Run {run_id} stops within a few seconds." if one.state == "running" else f"Run {run_id} is {one.state}.")


@run.command()
@click.argument("run_id", type=int, metavar="ID")
@with_appcontext
def approve(run_id: int) -> None:
    """Withdraw the records that have vanished from the source of a waiting run."""
    one = found(run_id)
    if withdrawing.approve(session(), run_id) is None:
        raise Refused(f"Run {run_id} does not wait for approval: it is {one.state}.")
    note(one, "approve")
    click.echo(one.reason)


@run.command()
@click.argument("run_id", type=int, metavar="ID")
@click.option("--enqueue", is_flag=True, help="Leave it to the worker, and print the run's id.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@with_appcontext
def resume(run_id: int, enqueue: bool, as_json: bool) -> None:
    """Let a run that was stopped, failed or was interrupted go on where it stopped."""
    one = found(run_id)
    try:
        one = running.resume(session(), run_id, cause=COMMAND_LINE.name)
    except (running.NotResumable, leasing.AlreadyRunning) as error:
        raise Refused(str(error)) from error
    note(one, "resume")
    work_now_or_queue([one], enqueue=enqueue, as_json=as_json)


@run.command()
@click.argument("run_id", type=int, metavar="ID")
@click.option("--failure", "only", type=int, multiple=True, metavar="N", help="Only this failure; may be repeated.")
@click.option("--source", "whole", is_flag=True, help="All that is open in the run's source, of its other runs too.")
@click.option("--enqueue", is_flag=True, help="Leave it to the worker, and print the new run's id.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@with_appcontext
def retry(run_id: int, only: tuple[int, ...], whole: bool, enqueue: bool, as_json: bool) -> None:
    """Read again what failed in a run, and that alone: in a run of its own."""
    one = found(run_id)
    try:
        made = retrying.prepare(session(), one.source, of=None if whole else run_id, only=list(only) or None, cause=COMMAND_LINE.name)
    except (leasing.AlreadyRunning, running.NotHarvested) as error:
        raise Refused(str(error)) from error
    if made is None:
        raise Refused(f"Nothing of run {run_id} is open: what failed has come in since, or failed again in a later run.")
    note(made, "retry")
    work_now_or_queue([made], enqueue=enqueue, as_json=as_json)
