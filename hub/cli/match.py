"""`hub match`: pages of one and the same work."""

from __future__ import annotations

from dataclasses import asdict

import click
from flask.cli import with_appcontext

from hub.cli.context import Refused, cell, print_json, say, session
from hub.services import classifying, deciding, pairing, parting, queueing, uniting
from hub.services.auditing import COMMAND_LINE

WHY = {
    "same": "Both are the same page.",
    "merged": "One of them has been merged already.",
    "missing": "There is no such page or pair.",
    "different": "A person has said that they are different.",
}
WHY_NOT_SPLIT = {
    "missing": "There is no record with this number on a page.",
    "only": "The page has no other record: there is nothing to split.",
    "unread": "The record could never be read.",
}


@click.group()
def match() -> None:
    """Find pages of one and the same work, merge them, and part them again."""


@match.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@with_appcontext
def run(as_json: bool) -> None:
    """Look for doubles of everything that has changed since the last time: join the sure ones, suggest the likely ones.

    Can be broken off at any time: the next run goes on there.
    """
    outcome = pairing.run(session(), on_page=lambda found: None if as_json else say(f"\r{found.looked} looked at", nl=False, err=True))
    if as_json:
        print_json(asdict(outcome))
        return
    say(f"\r{outcome.looked} looked at, {outcome.compared} pairs compared, {outcome.merged} merged, {outcome.suggested} suggested")


@match.command("list")
@click.option("--state", type=click.Choice(queueing.STATES), default="suggested", show_default=True)
@click.option("--least", type=click.FloatRange(0, 1), default=0.0, show_default=True, help="The least score.")
@click.option("--source", help="Name of a source that lists one of the two.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="As JSON, with the reasons.")
@with_appcontext
def list_(state: str, least: float, source: str | None, limit: int, as_json: bool) -> None:
    """Pairs, one a line: number, score, the two public ids, the two titles."""
    found = queueing.queue(session(), queueing.Filter(state, least, source), limit=limit)
    if as_json:
        print_json([asdict(row) for row in found.rows])
        return
    for row in found.rows:
        ids, titles = (row.left.public_id, row.right.public_id), (cell(row.left.title), cell(row.right.title))
        say("\t".join((str(row.id), f"{row.score:.2f}", *ids, *titles)))


@match.command()
@click.argument("kept")
@click.argument("other")
@with_appcontext
def merge(kept: str, other: str) -> None:
    """Bring the records of OTHER to the page KEPT, to which OTHER redirects from then on. Pages by public id or by address."""
    current = session()
    try:
        number = deciding.propose(current, kept, other)
        page = deciding.found(current, kept)
        deciding.merge(current, number, page.public_id, classifier=classifying.load(current), actor=COMMAND_LINE)
    except uniting.CannotUnite as error:
        raise Refused(WHY[error.reason]) from error
    current.commit()
    click.echo(f"Merged as pair {number}. To undo it: hub match undo {number}")


@match.command()
@click.argument("number", type=int)
@with_appcontext
def undo(number: int) -> None:
    """Undo the merge of the pair with this NUMBER: both pages live again, each with its own records."""
    current = session()
    try:
        uniting.undo(current, number, classifier=classifying.load(current), actor=COMMAND_LINE)
    except (uniting.CannotUndo, uniting.CannotUnite) as error:
        raise Refused(f"Pair {number} is not merged.") from error
    current.commit()
    click.echo(f"Pair {number} is different from now on.")


@match.command()
@click.argument("record", type=int)
@with_appcontext
def split(record: int) -> None:
    """Give the RECORD with this number (`hub match records`) a page of its own: the one that it had, or a new one."""
    current = session()
    try:
        page = parting.split(current, record, classifier=classifying.load(current), actor=COMMAND_LINE)
    except parting.CannotSplit as error:
        raise Refused(WHY_NOT_SPLIT[error.reason]) from error
    current.commit()
    click.echo(queueing.sides(current, {page})[page].public_id)


@match.command()
@click.argument("one")
@click.argument("other")
@with_appcontext
def different(one: str, other: str) -> None:
    """Say that two pages are two works: the rule never joins them. Pages by public id or by address."""
    current = session()
    try:
        number = deciding.propose(current, one, other)
        deciding.different(current, number, actor=COMMAND_LINE)
    except uniting.CannotUnite as error:
        raise Refused(WHY[error.reason]) from error
    current.commit()
    click.echo(f"Pair {number} is different.")


@match.command()
@click.argument("page")
@with_appcontext
def records(page: str) -> None:
    """The records of a PAGE, one a line: number, source, identifier, state."""
    current = session()
    try:
        resource = deciding.found(current, page)
    except uniting.CannotUnite as error:
        raise Refused(WHY[error.reason]) from error
    for one in queueing.records_of(current, resource.id):
        say("\t".join((str(one.id), one.source, cell(one.identifier), one.state)))
