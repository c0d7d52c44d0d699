"""`hub source schedule`: when a source is harvested by itself."""

from __future__ import annotations

from typing import Any

import click
from flask.cli import with_appcontext

from hub.cli.context import Refused, print_json, session
from hub.services import auditing, scheduling, sourcing
from hub.services.auditing import COMMAND_LINE, Subject


@click.command()
@click.argument("name")
@click.argument("expression", required=False)
@click.option("--timezone", help="IANA name of the zone in which the times are meant; default: as it is, UTC at first.")
@click.option("--off", is_flag=True, help="Take the schedule away: harvested by hand only.")
@click.option("--pause", is_flag=True, help="Let the schedule rest.")
@click.option("--resume", is_flag=True, help="Let it go on, from now.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@with_appcontext
def schedule(name: str, expression: str | None, timezone: str | None, off: bool, pause: bool, resume: bool, as_json: bool) -> None:
    """Set when the source NAME is harvested by itself, and print the next five times; without an EXPRESSION, show it.

    EXPRESSION is a cron expression of five fields (minute, hour, day of the month, month, day of the week): "0 3 * * *" is every day
    at 03:00.
    """
    if sum((expression is not None, off)) > 1 or (pause and resume):
        raise Refused("Give an expression or --off, and --pause or --resume, not both.")
    source: Any = sourcing.get(session(), name)
    if source is None:
        raise Refused(f"There is no source named {name}. `hub source list` shows them.")
    before = scheduling.values_of(source)
    try:
        change(source, expression, timezone, off=off)
    except scheduling.BadSchedule as error:
        raise Refused(str(error)) from error
    if pause or resume:
        scheduling.pause(source, paused=pause)
    after = scheduling.values_of(source)
    if after != before:
        auditing.record(session(), COMMAND_LINE, "source.schedule", Subject("source", source.id, source.title), before=before, after=after)
    session().commit()
    show(source, as_json=as_json)


def change(source: Any, expression: str | None, timezone: str | None, *, off: bool) -> None:
    """Write what was given; the rest stays. Raises BadSchedule."""
    if expression is not None or off or timezone is not None:
        wanted = None if off else expression or source.schedule
        scheduling.set_schedule(session(), source, wanted, timezone or source.timezone)


def show(source: Any, *, as_json: bool) -> None:
    """The schedule, and when it brings the next runs."""
    resting = source.paused or source.draft or source.retired_at is not None
    times = scheduling.next_times(source.schedule, source.timezone) if source.schedule and not resting else []
    if as_json:
        print_json({"source": source.name, **scheduling.values_of(source), "next": [moment.isoformat() for moment in times]})
        return
    if source.schedule is None:
        click.echo(f"{source.name} has no schedule: it is harvested by hand only.")
        return
    state = " (rests)" if source.paused else " (a draft: not harvested)" if source.draft else " (retired)" if source.retired_at else ""
    click.echo(f"{source.name}: {source.schedule} in {source.timezone}{state}")
    for moment in times:
        click.echo(f"  {moment:%a %Y-%m-%d %H:%M %Z}")
