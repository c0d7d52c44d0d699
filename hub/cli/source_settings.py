"""`hub source set | show | retire | restore | remove`: a source's settings, its end, and its way back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click
from flask.cli import with_appcontext

from hub.cli.context import Refused, cell, print_json, session
from hub.services import altering, leasing, retiring, running, scheduling, sourcing, supervising
from hub.services.auditing import COMMAND_LINE


def pair(option: str) -> tuple[str, str]:
    """key=value. Raises Refused when there is no `=`."""
    key, separator, value = option.partition("=")
    if not separator or not key.strip():
        raise Refused(f"--option {option!r} must be written KEY=VALUE.")
    return key.strip(), value


def found(name: str) -> Any:
    """The source. Raises Refused."""
    source = sourcing.get(session(), name)
    if source is None:
        raise Refused(f"There is no source named {name}. `hub source list` shows them.")
    return source


@click.command("set")
@click.argument("name")
@click.option("--title", help="How visitors see it.")
@click.option("--url", help="Where it is.")
@click.option("--kind", help="What it is: `hub source kinds`. Options of the kind before are dropped.")
@click.option("--option", "-o", "options", multiple=True, metavar="KEY=VALUE", help="An option of the kind; KEY= takes it away.")
@click.option("--owner", help="E-mail address of whoever is told of failures; empty: nobody.")
@click.option("--rank", type=int, help="The lower, the more it is believed when sources disagree.")
@click.option("--deadline", type=click.IntRange(0), help="Minutes that a run may work; 0: a day, as for any source.")
@click.option("--guard-few", type=int, help="So many records may vanish without anybody's approval,")
@click.option("--guard-share", type=float, help="and so large a part of them, 0 to 1.")
@click.option("--ready", is_flag=True, help="A draft becomes a source that is harvested.")
@with_appcontext
def set_(
    name: str,
    title: str | None,
    url: str | None,
    kind: str | None,
    options: tuple[str, ...],
    owner: str | None,
    rank: int | None,
    deadline: int | None,
    guard_few: int | None,
    guard_share: float | None,
    ready: bool,
) -> None:
    """Change the settings of the source NAME; what is not given stays. With another kind, address or option its next pass is a full one."""
    source = found(name)
    before = altering.settings_of(source)
    given: dict[str, Any] = {
        "title": title, "url": url, "kind": kind, "owner": owner, "rank": rank, "deadline": deadline, "guard_few": guard_few,
        "guard_share": guard_share,
    }  # fmt: skip
    wanted = replace(before, **{key: value for key, value in given.items() if value is not None})
    old = {} if kind is not None and kind != before.kind else before.options
    wanted = replace(wanted, options={**old, **dict(pair(option) for option in options)}, deadline=wanted.deadline or None)
    try:
        altering.change(session(), COMMAND_LINE, source, wanted)
    except (sourcing.BadSource, leasing.AlreadyRunning) as error:
        raise Refused(str(error)) from error
    if ready:
        altering.make_ready(session(), COMMAND_LINE, source)
    session().commit()
    if wanted.rank != before.rank:
        merge_again(source.id)
    show_facts(source)


def merge_again(source_id: int) -> None:
    """What this source shares with others is merged anew."""
    merged = 0
    for count in altering.merge_again(session(), source_id):
        session().commit()
        merged += count
    click.echo(f"{merged} resources that it shares with other sources were merged again.", err=True)


@click.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@with_appcontext
def show(name: str, as_json: bool) -> None:
    """Show the settings, the state and the health of the source NAME. Secrets are masked."""
    source = found(name)
    if as_json:
        print_json(facts(source))
    else:
        show_facts(source)


def facts(source: Any) -> dict[str, Any]:
    """All of it as JSON has it, without secrets."""
    row = supervising.one(session(), source)
    state = {key: getattr(row, key) for key in ("doing", "health", "since", "last_state", "last_run", "good_at", "next_at", "records")}
    return {"id": source.id, "name": source.name, **altering.shown(altering.settings_of(source)), **scheduling.values_of(source), **state}


def show_facts(source: Any) -> None:
    """One line a fact."""
    for key, value in facts(source).items():
        text = (
            " ".join(f"{name}={part}" for name, part in value.items()) if isinstance(value, dict) else "-" if value is None else str(value)
        )
        click.echo(f"{key:<12} {cell(text)}".rstrip())


@click.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do it: without this, only say how many resources would leave.")
@with_appcontext
def retire(name: str, yes: bool) -> None:
    """Harvest the source NAME no longer, and withdraw all that it gave. `hub source restore` takes that back."""
    from hub.cli import harvest  # only here: harvesting loads much

    source = found(name)
    leaving = retiring.leaving(session(), source)
    if not yes:
        raise Refused(f"{leaving} resources that no other source has would leave the catalogue. Say --yes when that is meant.")
    try:
        run = retiring.retire(session(), COMMAND_LINE, source)
    except (leasing.AlreadyRunning, running.NotHarvested) as error:
        raise Refused(str(error)) from error
    with harvest.keeping_the_index(quiet=True):
        click.echo(harvest.withdraw(run.id))


@click.command()
@click.argument("name")
@with_appcontext
def restore(name: str) -> None:
    """Take the retirement of the source NAME back; the next harvest brings its records again."""
    source = found(name)
    if source.retired_at is None:
        raise Refused(f"{source.name} is not retired.")
    try:
        retiring.restore(session(), COMMAND_LINE, source)
    except leasing.AlreadyRunning as error:
        raise Refused(str(error)) from error
    session().commit()
    click.echo(f"{source.name} is a source again: hub harvest {source.name}")


@click.command()
@click.argument("name")
@with_appcontext
def remove(name: str) -> None:
    """Delete the draft NAME with its previews. A source that was harvested is retired instead."""
    try:
        retiring.remove_draft(session(), COMMAND_LINE, found(name))
    except (retiring.NotADraft, leasing.AlreadyRunning) as error:
        raise Refused(str(error)) from error
    session().commit()
