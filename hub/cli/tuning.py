"""`hub tuning`: the numbers by which results are ordered."""

from __future__ import annotations

import math

import click
from flask.cli import with_appcontext

from hub.cli.context import Refused, print_json, session
from hub.services import adjusting


@click.group()
def tuning() -> None:
    """Show and change the numbers by which results are ordered."""


@tuning.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON, with the history.")
@with_appcontext
def show(as_json: bool) -> None:
    """The numbers in force, one a line: name, number, the number that the hub comes with."""
    id, present = adjusting.current(session())
    if as_json:
        print_json({"id": id, "numbers": present.numbers, "history": [values(row) for row in adjusting.history(session())]})
        return
    for name, number in present.numbers.items():
        click.echo(f"{name:<14}{number:>8g}{adjusting.DEFAULTS.numbers[name]:>8g}")


@tuning.command("set")
@click.argument("numbers", nargs=-1, required=True, metavar="NAME=NUMBER…")
@click.option("--note", default="", help="Why, for those who read the history.")
@with_appcontext
def set_(numbers: tuple[str, ...], note: str) -> None:
    """Put other numbers in force; those that are not named stay as they are. Every web process uses them within seconds."""
    current = session()
    id, present = adjusting.current(current)
    try:
        done = adjusting.apply(current, adjusting.tuning({**present.numbers, **chosen(numbers)}), note=note, seen=id)
    except adjusting.BadTuning as error:
        raise Refused(str(error)) from error
    current.commit()
    report(done)


@tuning.command()
@click.argument("number", type=click.IntRange(0, 2**31 - 1), default=0)
@with_appcontext
def restore(number: int) -> None:
    """Put the tuning with this NUMBER of the history in force again; without one the numbers that the hub comes with."""
    current = session()
    try:
        done = adjusting.restore(current, number, note=f"Restored: {number}")
    except adjusting.NothingToRestore as error:
        raise Refused(f"The history has no tuning {number}. `hub tuning show --json` shows it.") from error
    current.commit()
    report(done)


def chosen(written: tuple[str, ...]) -> dict[str, float]:
    """NAME=NUMBER, each. Raises Refused on a name that there is not, and on what is no number."""
    found = {}
    for one in written:
        name, _, text = one.partition("=")
        if name not in adjusting.NAMES:
            raise Refused(f"{one!r} must be NAME=NUMBER with a name of: {', '.join(adjusting.NAMES)}.")
        try:
            found[name] = float(text)
        except ValueError:
            found[name] = math.nan
        if math.isnan(found[name]):
            raise Refused(f"{name} must be a number from 0 to {adjusting.BOUNDS[name]:g}, not {text!r}.")
    return found


def report(done: bool) -> None:
    """Say what happened."""
    click.echo(f"Tuning {adjusting.current(session())[0]} is in force." if done else "These numbers are in force already.")


def values(row: adjusting.Applied) -> dict[str, object]:
    """One row of the history as JSON has it."""
    return {
        "id": row.id,
        "applied_at": row.applied_at.isoformat(),
        "person": row.person or None,
        "note": row.note,
        "changed": {name: list(pair) for name, pair in row.changed.items()},
    }
