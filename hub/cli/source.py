"""`hub source`: the places that are harvested."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click
from flask.cli import with_appcontext

from hub.cli import source_settings as settings
from hub.cli.context import Refused, cell, parts, print_json, session
from hub.cli.schedule import schedule
from hub.services import auditing, publishing, recognising, reporting, sourcing
from hub.services.auditing import COMMAND_LINE, Subject


@click.group()
def source() -> None:
    """Add, list and change the sources that are harvested."""


for command in (settings.set_, settings.show, settings.retire, settings.restore, settings.remove):
    source.add_command(command)


source.add_command(schedule)


@source.command()
@click.argument("name")
@click.argument("kind", required=False, metavar="[KIND]")
@click.argument("url", required=False)
@click.option("--option", "-o", "options", multiple=True, metavar="KEY=VALUE", help="An option of the kind; may be repeated.")
@click.option("--title", default="", help="How visitors see it; default: its name.")
@click.option("--rank", default=100, show_default=True, help="The lower, the more it is believed when sources disagree.")
@click.option("--owner", help="E-mail address of whoever is told when a harvest fails, and when it works again.")
@click.option("--draft", is_flag=True, help="Only for previews at first: nothing is harvested until `hub source set NAME --ready`.")
@with_appcontext
def add(
    name: str, kind: str | None, url: str | None, options: tuple[str, ...], title: str, rank: int, owner: str | None, draft: bool
) -> None:
    """Add a source, and print its id: NAME KIND URL; NAME URL asks the address what it is; NAME alone is one of `hub source presets`."""
    current = session()
    given = dict(settings.pair(option) for option in options)
    try:
        if kind is None:
            made = sourcing.add_preset(current, name)
        else:
            if url is None:
                kind, url, proposed, named = best(name, kind)
                given, title = {**proposed, **given}, title or named
            made = sourcing.add(current, name, kind, url, title=title, options=given, rank=rank, owner=owner, draft=draft)
    except sourcing.BadSource as error:
        raise Refused(str(error)) from error
    after = {"kind": made.kind, "url": sourcing.shown_url(made), "options": sourcing.shown_options(made), "draft": made.draft}
    auditing.record(current, COMMAND_LINE, "source.added", Subject("source", made.id, made.title), after=after)
    current.commit()
    click.echo(made.id)


def best(name: str, address: str) -> tuple[str, str, dict[str, str], str]:
    """Kind, address, options and title of what an address turns out to be. Raises Refused, BadSource."""
    if "." not in address and "/" not in address:
        raise Refused("Give NAME, KIND and URL, NAME and URL, or the NAME of a preset alone.")
    found = recognising.recognise(session(), parts().fetching, address)
    if not found.proposals:
        raise Refused(f"{address} is of no kind that is known here. `hub source recognise` says what was asked; give the kind by hand.")
    chosen = found.proposals[0]
    click.echo(f"{name}: {chosen.kind_title} at {cell(chosen.address)}. {cell(chosen.reason)}", err=True)
    return chosen.kind, chosen.address, dict(chosen.options), chosen.title


@source.command()
@click.argument("address")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@with_appcontext
def recognise(address: str, as_json: bool) -> None:
    """Ask an ADDRESS, and say what kinds of source it may be. Exit status 1: of no kind that is known."""
    try:
        found = recognising.recognise(session(), parts().fetching, address)
    except sourcing.BadSource as error:
        raise Refused(str(error)) from error
    if as_json:
        print_json(asdict(found))
    else:
        show_recognition(found)
    sys.exit(0 if found.proposals else 1)


def show_recognition(found: recognising.Recognition) -> None:
    """What was asked, what came, what that means."""
    for one in found.asked:
        came = f"{one.status}, {one.media_type or 'no type'}, {one.size} bytes" if not one.reason else one.reason
        click.echo(f"asked {cell(one.address)}: {cell(came)}", err=True)
    for name, title in found.known:
        click.echo(f"known already: {name} ({cell(title)})", err=True)
    for proposal in found.proposals:
        options = "".join(f" {key}={cell(value)}" for key, value in proposal.options.items())
        click.echo(f"{proposal.kind:<12} {proposal.confidence:.2f}  {cell(proposal.address)}{options}\n{'':<18} {cell(proposal.reason)}")
    if not found.proposals:
        click.echo("Of no kind that is known here. `hub source kinds` lists those that can be described by hand.", err=True)


@source.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@with_appcontext
def list_(as_json: bool) -> None:
    """List the sources with kind, records, last complete pass and address."""
    current = session()
    sizes = sourcing.sizes(current)
    rows = [
        {
            "id": s.id, "name": s.name, "title": s.title, "kind": s.kind, "url": sourcing.shown_url(s),
            "options": sourcing.shown_options(s),
            "records": sizes.get(s.id, 0), "complete_at": s.complete_at.isoformat() if s.complete_at else None,
        }
        for s in sourcing.every(current)
    ]  # fmt: skip
    if as_json:
        print_json(rows)
    elif not rows:
        click.echo("No sources yet. `hub source presets` lists public ones that can be added by name.")
    for row in [] if as_json else rows:
        seen = str(row["complete_at"])[:16] if row["complete_at"] else "never"
        click.echo(f"{row['name']:<24} {row['kind']:<10} {row['records']:>8}  {seen:<16}  {row['url']}")


@source.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@with_appcontext
def presets(as_json: bool) -> None:
    """List public sources that are ready to be added by name."""
    found = list(sourcing.presets().values())
    if as_json:
        print_json(
            [{"name": p.name, "title": p.title, "kind": p.kind, "url": p.url, "options": dict(p.options), "holds": p.holds} for p in found]
        )
        return
    for preset in found:
        options = "".join(f" {key}={value}" for key, value in preset.options.items())
        click.echo(f"{preset.name:<26} {preset.kind:<10} {preset.url}{options}\n{'':<26} {cell(preset.title)}")
    click.echo("\nAdd one: hub source add NAME")


@source.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def kinds(as_json: bool) -> None:
    """List the kinds of source with their options."""
    found = sourcing.kinds().values()
    if as_json:
        print_json([{"kind": h.kind, "title": h.title, "options": [o.name for o in h.options]} for h in found])
        return
    for harvester in found:
        click.echo(f"{harvester.kind:<12} {harvester.title}")
        for option in harvester.options:
            meaning = option.help or option.label
            click.echo(f"{'':<12}   {option.name:<18} {meaning}{' (required)' if option.required else ''}")


@source.command()
@click.argument("name")
@click.option("--renew", is_flag=True, help="Make the report anew first.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@with_appcontext
def report(name: str, renew: bool, as_json: bool) -> None:
    """Show the quality of a source's records: what is missing, what fails, what is broken."""
    current = session()
    one = sourcing.get(current, name)
    if one is None:
        raise Refused(f"There is no source named {name}. `hub source list` shows them.")
    if renew:
        reporting.keep(current, one)
        current.commit()
    made = publishing.get(current, name)
    if made is None or made.found is None:
        raise Refused(f"There is no report of {name} yet: harvest it, or add --renew.")
    if as_json:
        print_json(made.as_dict())
        return
    counts = made.found["records"]
    average = made.found["completeness"]["average"]
    click.echo(f"{counts['active']} records, {counts['failed']} failed, {counts['withdrawn']} withdrawn; completeness {average} %")
    for lack in made.found["missing"]:
        click.echo(f"missing {lack['field']}\t{lack['count']}\t{lack['share']:.1%}\t{made.elements.get(lack['field'], '')}")
    for problem in made.found["problems"]:
        click.echo(f"failed\t{problem['count']}\t{cell(problem['reason'])}\t{cell(problem['advice'])}")
    for word in made.found["unknown"]:
        click.echo(f"unknown {word['field']}\t{word['count']}\t{cell(word['value'])}")
    click.echo(f"links broken\t{made.found['links']['broken']}")
    click.echo(f"addresses shared\t{made.found['doubles']['count']}")
