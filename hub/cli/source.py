"""`hub source`: the places that are harvested."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from hub.cli.context import Refused, cell, print_json, session
from hub.services import sourcing


@click.group()
def source() -> None:
    """Add and list the sources that are harvested."""


@source.command()
@click.argument("name")
@click.argument("kind", required=False)
@click.argument("url", required=False)
@click.option("--option", "-o", "options", multiple=True, metavar="KEY=VALUE", help="An option of the kind; may be repeated.")
@click.option("--title", default="", help="How visitors see it; default: its name.")
@click.option("--rank", default=100, show_default=True, help="The lower, the more it is believed when sources disagree.")
@with_appcontext
def add(name: str, kind: str | None, url: str | None, options: tuple[str, ...], title: str, rank: int) -> None:
    """Add a source, and print its id. With NAME alone: one of `hub source presets`."""
    if (kind is None) != (url is None):
        raise Refused("Give NAME, KIND and URL, or the NAME of a preset alone.")
    current = session()
    try:
        if kind is None or url is None:
            made = sourcing.add_preset(current, name)
        else:
            made = sourcing.add(current, name, kind, url, title=title, options=dict(pair(option) for option in options), rank=rank)
    except sourcing.BadSource as error:
        raise Refused(str(error)) from error
    current.commit()
    click.echo(made.id)


def pair(option: str) -> tuple[str, str]:
    """key=value. Raises Refused when there is no `=`."""
    key, separator, value = option.partition("=")
    if not separator or not key.strip():
        raise Refused(f"--option {option!r} must be written KEY=VALUE.")
    return key.strip(), value


@source.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@with_appcontext
def list_(as_json: bool) -> None:
    """List the sources with kind, records, last complete pass and address."""
    current = session()
    sizes = sourcing.sizes(current)
    rows = [
        {
            "id": s.id, "name": s.name, "title": s.title, "kind": s.kind, "url": s.url, "options": sourcing.shown_options(s),
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
