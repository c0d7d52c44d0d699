"""`hub links`: whether the addresses of resources still lead somewhere."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from hub.cli.context import Refused, cell, parts, print_json, session
from hub.services import linking, mending, patrolling, reading
from hub.services.probing import Prober


@click.group()
def links() -> None:
    """Check where resources lead, and list what is broken."""


@links.command()
@click.option("--limit", type=click.IntRange(1), help="Ask at most so many.")
@click.option("--resource", metavar="ID", help="Ask all addresses of one resource, due or not.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@with_appcontext
def check(limit: int | None, resource: str | None, as_json: bool) -> None:
    """Ask the links that are due, now, in this process."""
    current, how = session(), parts().links
    resource_id = None if resource is None else found(resource)
    linking.gather(current)
    with how.fetching(lambda: False) as fetch:
        done = patrolling.Round(current, Prober(fetch), every=how.every).walk(limit=limit, resource_id=resource_id)
    if as_json:
        print_json({"checked": done.checked, "broken": done.broken, "offline": done.offline})
    else:
        click.echo(f"{done.checked} links asked, {done.broken} of them broken.")
    if done.offline:
        raise Refused("No host answers: is this machine offline? Nothing was counted against the links.")


def found(public_id: str) -> int:
    """The number of a resource. Raises Refused."""
    number = reading.number(session(), public_id)
    if number is None:
        raise Refused(f"There is no resource {public_id}: give what stands in its address after /resources/.")
    return number


@links.command("list")
@click.option("--state", default="", help="Only those in this state: broken, doubtful, refused, ok or unchecked.")
@click.option("--limit", default=1000, show_default=True, type=click.IntRange(1), help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@with_appcontext
def list_(state: str, limit: int, as_json: bool) -> None:
    """List links, those that fail first: state, resource, address, what it answered (tab-separated)."""
    if state and state not in mending.STATES:
        raise Refused(f"There is no state {state!r}: use {', '.join(mending.STATES)}.")
    rows = mending.links(session(), state=state, limit=limit).links
    if as_json:
        names = ("url", "state", "status", "reason", "leads_to", "waived", "failing_since", "checked_at", "next_at")
        print_json([{"resource": one.public_id, "title": one.title, **{name: getattr(one, name) for name in names}} for one in rows])
        return
    for one in rows:
        click.echo(f"{one.state}\t{one.public_id}\t{cell(one.url)}\t{cell(one.reason or str(one.status or ''))}")
