"""`hub vocabulary`: the topics and platforms by which the catalogue is sorted."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from hub.cli.context import Refused, session
from hub.services import cataloguing, seeding


@click.group()
def vocabulary() -> None:
    """Load the topics and platforms anew, and sort the catalogue by them."""


@vocabulary.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def load(file: Path | None) -> None:
    """Load FILE (SKOS in Turtle; default: the vocabulary that comes with the hub), and give every resource its topics by rule again."""
    current = session()
    try:
        concepts = seeding.load_vocabulary(current, file.read_text(encoding="utf-8") if file else None)
    except (seeding.BadVocabulary, UnicodeDecodeError) as error:
        raise Refused(f"{file or 'The vocabulary'} cannot be loaded: {error}") from error
    current.commit()
    sorted_again = 0
    for count in cataloguing.classify_again(current):
        current.commit()
        sorted_again += count
    click.echo(f"{concepts} concepts, {sorted_again} resources sorted again")
