"""`hub search`: what a visitor would find."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from flask.cli import with_appcontext

from hub.cli.context import Refused, cell, parts, print_json, session
from hub.services import asking, finding

FILTERS = ("topic", "platform", "type", "language", "level", "licence", "provider", "institution")


@click.command()
@click.argument("words", nargs=-1)
@click.option(
    "--filter", "-f", "filters", multiple=True, metavar="FACET=VALUE", help=f"Narrow by a facet ({', '.join(FILTERS)}, …); may be repeated."
)
@click.option(
    "--sort", type=click.Choice(["relevance", "newest", "rating", "adopted", "start", "title"]), default="relevance", show_default=True
)
@click.option("--limit", type=click.IntRange(1, 100), default=10, show_default=True, help="How many to show.")
@click.option("--page", type=click.IntRange(1, 500), default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="As JSON, with facets.")
@with_appcontext
def search(words: tuple[str, ...], filters: tuple[str, ...], sort: str, limit: int, page: int, as_json: bool) -> None:
    """Search the catalogue for WORDS, as the site does: "a phrase", -without, provider:edX."""
    ask = asking.Ask(words=" ".join(words), filters=chosen(filters), sort=sort, page=page)
    try:
        found = finding.find(session(), parts().index, ask, language="en", today=datetime.now(UTC).date(), limit=limit)
    except finding.SearchUnavailable as error:
        raise Refused(f"The index cannot be read: {error} `hub index rebuild` makes a new one.") from error
    if as_json:
        print_json(values(found))
        return
    click.echo(f"{found.total} resources")
    for added in found.added:
        click.echo(f"Also searched for {cell(added.typed)}: {', '.join(cell(name) for name in added.others)}")
    if found.relaxed:
        click.echo(f"Results for {found.relaxed.words} instead:")
    for place, one in enumerate(found.results, start=1 + (page - 1) * limit):
        facts = ", ".join(part for part in (one.resource.provider, *one.resource.languages, one.resource.licence) if part)
        click.echo(f"{place:>3}. {cell(one.resource.title)}\n     {facts}  /resources/{one.resource.public_id}")
    if found.suggestion:
        click.echo(f"Did you mean: {found.suggestion}")


def chosen(filters: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """FACET=VALUE, several values of one facet together. Raises Refused on a facet that there is not."""
    found: dict[str, tuple[str, ...]] = {}
    for written in filters:
        name, _, value = written.partition("=")
        if name not in asking.ASKED or not value:
            raise Refused(f"--filter {written!r} must be FACET=VALUE with a facet of: {', '.join(asking.ASKED)}.")
        found[name] = (*found.get(name, ()), value)
    return found


def values(found: finding.Page) -> dict[str, object]:
    """The answer as JSON has it."""
    return {
        "total": found.total,
        "results": [
            {
                "id": one.resource.public_id,
                "title": one.resource.title,
                "provider": one.resource.provider,
                "languages": list(one.resource.languages),
                "licence": one.resource.licence,
                "snippet": "".join(part.text for part in one.snippet),
            }
            for one in found.results
        ],
        "facets": {group.name: {choice.value: choice.count for choice in group.choices} for group in found.groups},
        "suggestion": found.suggestion,
        "added": [{"topic": one.notation, "typed": one.typed, "names": list(one.others)} for one in found.added],
        "relaxed": found.relaxed.words if found.relaxed else None,
    }
