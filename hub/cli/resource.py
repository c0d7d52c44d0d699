"""`hub resource`: what curators do with resources, from the command line."""

from __future__ import annotations

import json
from typing import Any

import click
from flask.cli import with_appcontext

from hub.cli.context import Refused, cell, parts, print_json, session
from hub.services import adding, asking, auditing, curating, editing, finding, hiding, reverting, reviewing, sweeping
from hub.services.auditing import COMMAND_LINE

IDENTIFIER = click.argument("public_id", metavar="ID")
JSON = click.option("--json", "as_json", is_flag=True, help="As JSON.")
NOTE = click.option("--note", default="", help="Why, for those who read the history.")


@click.group()
def resource() -> None:
    """Correct, hide, add resources, and see what was done with them."""


def number(public_id: str) -> int:
    """The number of a resource. Raises Refused."""
    found = curating.find(session(), public_id.partition("-")[0])
    if found is None:
        raise Refused(f"There is no resource {public_id}. Its id stands in the address of its page.")
    return found


def page(public_id: str) -> editing.EditPage:
    """A resource that lives. Raises Refused."""
    number(public_id)
    found = editing.page(session(), public_id.partition("-")[0])
    if found is None:
        raise Refused(f"Resource {public_id} is withdrawn, or was merged into another one.")
    return found


def field_of(name: str) -> str:
    """A field that can be corrected. Raises Refused."""
    if name not in curating.FIELDS:
        raise Refused(f"{name!r} is no field that can be corrected. There are: {', '.join(curating.FIELDS)}.")
    return name


@resource.command()
@IDENTIFIER
@JSON
@with_appcontext
def show(public_id: str, as_json: bool) -> None:
    """Show the fields of resource ID: what stands there, and whose word it is."""
    found = page(public_id)
    if as_json:
        fields = {f.name: {"value": f.text, "locked": f.locked, "source": f.source_text, "disagrees": f.disagrees} for f in found.fields}
        print_json({"id": found.public_id, "title": found.title, "hidden_at": found.hidden_at, "fields": fields})
        return
    for field in found.fields:
        if field.text or field.locked:
            mark = "!" if field.disagrees else "*" if field.locked else " "
            click.echo(f"{mark} {field.name:<20} {cell(field.text)[:200]}")
    click.echo("* corrected by a curator, ! and the source says something else now" + (" (hidden)" if found.hidden_at else ""))


@resource.command()
@IDENTIFIER
@click.argument("field")
@click.argument("value")
@NOTE
@with_appcontext
def correct(public_id: str, field: str, value: str, note: str) -> None:
    """Correct FIELD of resource ID to VALUE, which may be empty; lists are one value a line (\\n)."""
    found = page(public_id)
    try:
        parsed = curating.parse(field_of(field), value.replace("\\n", "\n"))
    except curating.BadValue as error:
        raise Refused(f"{field}: {error}") from error
    changed(curating.change(session(), COMMAND_LINE, {found.id: {field: parsed}}, note=note))


@resource.command()
@IDENTIFIER
@click.argument("field")
@with_appcontext
def release(public_id: str, field: str) -> None:
    """Let the source say again what stands in FIELD of resource ID."""
    found = page(public_id)
    changed(curating.change(session(), COMMAND_LINE, {found.id: {field_of(field): curating.RELEASED}}))


@resource.command()
@IDENTIFIER
@click.argument("field")
@with_appcontext
def keep(public_id: str, field: str) -> None:
    """Keep the correction of FIELD of resource ID though the source says something else now."""
    changed(curating.keep(session(), COMMAND_LINE, page(public_id).id, [field_of(field)]))


@resource.command()
@click.option("--disagreeing", is_flag=True, help="Only those of which the source says something else now.")
@click.option("--limit", default=50, show_default=True, help="How many.")
@JSON
@with_appcontext
def corrections(disagreeing: bool, limit: int, as_json: bool) -> None:
    """List the corrections, the latest first."""
    rows = reviewing.corrections(session(), disagreeing=disagreeing, limit=limit).corrections
    if as_json:
        print_json([row_of(one) for one in rows])
        return
    for one in rows:
        click.echo(f"{one.public_id}\t{one.field}\t{cell(one.text)}\t{cell(one.source_text)}\t{'disagrees' if one.disagrees else ''}")


def row_of(one: reviewing.Corrected) -> dict[str, Any]:
    """A correction as JSON."""
    values = {"value": one.text, "source_then": one.looked_text, "source_now": one.source_text, "disagrees": one.disagrees}
    return {"id": one.public_id, "field": one.field, **values, "person": one.person, "at": one.at, "note": one.note}


@resource.command()
@IDENTIFIER
@click.argument("reason")
@with_appcontext
def hide(public_id: str, reason: str) -> None:
    """Take resource ID out of search, lists and sight, for a REASON that others will read."""
    try:
        changed(hiding.hide(session(), COMMAND_LINE, [number(public_id)], reason))
    except hiding.NoReason as error:
        raise Refused("Say why it is hidden.") from error


@resource.command()
@IDENTIFIER
@with_appcontext
def restore(public_id: str) -> None:
    """Show resource ID again."""
    changed(hiding.restore(session(), COMMAND_LINE, [number(public_id)]))


@resource.command()
@IDENTIFIER
@JSON
@with_appcontext
def history(public_id: str, as_json: bool) -> None:
    """List what people did with resource ID, the latest first; the number of a step is what `revert` takes."""
    events = reverting.history(session(), number(public_id))
    if as_json:
        print_json([auditing.as_json(event) for event in events])
        return
    for event in events:
        cells = (f"{event.at:%Y-%m-%d %H:%M}", event.person, event.action, auditing.line(event)[:200], event.note)
        click.echo("\t".join([str(event.id), *map(cell, cells)]))


@resource.command()
@click.argument("event", type=int)
@with_appcontext
def revert(event: int) -> None:
    """Put back what stood there before the step with the number EVENT of `hub resource history`."""
    found = reverting.event(session(), event)
    if found is None:
        raise Refused(f"There is no step {event} that can be taken back.")
    changed(reverting.revert(session(), COMMAND_LINE, [found]).done)


@resource.command()
@click.argument("file", type=click.File("rb"))
@click.option("--known", is_flag=True, help="Add it though there is one with the same title or address.")
@with_appcontext
def add(file: Any, known: bool) -> None:
    """Add the resource that FILE (JSON; - is the standard input) describes by the names of fields, and print its id."""
    try:
        values = json.loads(file.read())
    except ValueError as error:
        raise Refused(f"The file is not JSON: {error}.") from error
    if not isinstance(values, dict):
        raise Refused('The file must hold one object, such as {"title": "…", "url": "https://…"}.')
    try:
        texts = adding.texts_of(values)
        if not known and (like := adding.like(session(), texts)):
            raise Refused(f"Perhaps it is here already, as {like[0].public_id} ({like[0].title}). If not, say --known.")
        resource_id, _own = adding.add(session(), COMMAND_LINE, texts)
    except adding.BadFields as error:
        raise Refused(str(error)) from error
    session().commit()
    click.echo(curating.public_id(session(), resource_id))


@resource.command()
@IDENTIFIER
@with_appcontext
def withdraw(public_id: str) -> None:
    """Withdraw what was added to resource ID by hand."""
    changed(adding.take_back(session(), COMMAND_LINE, number(public_id)))


@resource.command()
@click.argument("query")
@click.option("--filter", "-f", "filters", multiple=True, metavar="FACET=VALUE", help="A filter of the search; may be repeated.")
@click.option("--do", "verb", required=True, type=click.Choice(sweeping.VERBS), help="What is done to each.")
@click.option("--value", default="", help="The topic, level, language or type; why they are hidden.")
@click.option("--dry-run", is_flag=True, help="Only say how many they are.")
@with_appcontext
def bulk(query: str, filters: tuple[str, ...], verb: str, value: str, dry_run: bool) -> None:
    """Change every result of the search for QUERY ("" is all), at most 10,000, and print the number that `undo` takes."""
    chosen: dict[str, tuple[str, ...]] = {}
    for pair in filters:
        name, separator, wanted = pair.partition("=")
        if not separator or name not in asking.SHOWN:
            raise Refused(f"--filter {pair!r} must be written FACET=VALUE. Facets: {', '.join(asking.SHOWN)}.")
        chosen[name] = (*chosen.get(name, ()), wanted)
    try:
        change = sweeping.check(session(), sweeping.Change(verb, value))
        ids = sweeping.ids_of(session(), parts().index, asking.Ask(words=query, filters=chosen))
        if dry_run:
            click.echo(f"{len(ids)} resources")
            return
        edits = set()
        for edit, _count in sweeping.sweep(session(), COMMAND_LINE, ids, change):
            session().commit()
            edits.add(edit)
        click.echo("".join(map(str, edits)) or "0 resources: nothing was done")
    except sweeping.BadChange as error:
        raise Refused(f"That cannot be done: {error}.") from error
    except sweeping.TooMany as error:
        raise Refused(f"More than {sweeping.MOST} resources: narrow the search.") from error
    except finding.SearchUnavailable as error:
        raise Refused(f"The index cannot be read: {error}") from error


@resource.command()
@click.argument("edit", type=int)
@with_appcontext
def undo(edit: int) -> None:
    """Take back the edit of many resources with the number EDIT, but where somebody has changed the same since."""
    found = sweeping.get(session(), edit)
    if found is None or found.undone:
        raise Refused(f"There is no edit {edit} that can be taken back.")
    done = left = 0
    for undone in sweeping.undo(session(), COMMAND_LINE, edit):
        session().commit()
        done, left = done + undone.done, left + undone.left
    click.echo(f"{done} resources are as they were" + (f", {left} were left: somebody has changed them since" if left else ""))


def changed(count: int) -> None:
    """Commit, and say whether something changed."""
    session().commit()
    click.echo("Done." if count else "It was so already.")
