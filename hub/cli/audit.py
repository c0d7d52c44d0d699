"""`hub audit`: who did what."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from hub.cli.context import cell, print_json, session
from hub.services import auditing


@click.command()
@click.option("--person", default="", help="Only what this person did.")
@click.option("--action", default="", help="Only this action, or what begins with it (resource.).")
@click.option("--subject", default="", help="Only this kind of thing: resource, source, run, record, topic, person.")
@click.option("--number", "subject_id", type=int, help="Only the thing of this number.")
@click.option("--limit", default=50, show_default=True, help="How many, the newest first.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@with_appcontext
def audit(person: str, action: str, subject: str, subject_id: int | None, limit: int, as_json: bool) -> None:
    """List what people changed, the newest first."""
    page = auditing.events(session(), subject=subject, subject_id=subject_id, action=action, person=person, limit=limit)
    if as_json:
        print_json([auditing.as_json(event) for event in page.events])
        return
    for event in page.events:
        cells = (f"{event.at:%Y-%m-%d %H:%M}", event.person, event.action, event.label, auditing.line(event)[:300], event.note)
        click.echo("\t".join([str(event.id), *map(cell, cells)]))
