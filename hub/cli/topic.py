"""`hub topic`: topics that rules suggest, and people's word on them."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from hub.cli.context import Refused, cell, print_json, session
from hub.services import assigning, curating, suggesting
from hub.services.auditing import COMMAND_LINE


@click.group()
def topic() -> None:
    """List the topics that rules suggest, accept and reject them."""


@topic.command("list")
@click.option("--topic", "notation", default="", help="Only this topic (its notation).")
@click.option("--least", default=0.0, show_default=True, help="Only from this confidence on (0 to 1).")
@click.option("--limit", default=50, show_default=True, help="How many.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@with_appcontext
def list_(notation: str, least: float, limit: int, as_json: bool) -> None:
    """List what waits for somebody's word, surest first: resource, topic, confidence, title, the words that speak for it."""
    found = suggesting.waiting(session(), topic=notation, least=least, limit=limit)
    if as_json:
        names = ("scheme", "confidence", "title", "evidence")
        print_json([{"id": s.public_id, "topic": s.notation} | {name: getattr(s, name) for name in names} for s in found.suggestions])
        return
    for one in found.suggestions:
        words = ", ".join(f"{word} ({place})" for word, place in one.evidence)
        click.echo(f"{one.public_id}\t{one.notation}\t{one.confidence}\t{cell(one.title)}\t{cell(words)}")


@topic.command()
@click.argument("public_id", metavar="ID")
@click.argument("notation")
@click.option("--platform", is_flag=True, help="NOTATION names a platform.")
@with_appcontext
def accept(public_id: str, notation: str, platform: bool) -> None:
    """Say that resource ID is about the topic NOTATION, suggested or not."""
    decide(public_id, notation, "accepted", platform=platform)


@topic.command()
@click.argument("public_id", metavar="ID")
@click.argument("notation")
@click.option("--platform", is_flag=True, help="NOTATION names a platform.")
@with_appcontext
def reject(public_id: str, notation: str, platform: bool) -> None:
    """Say that resource ID is not about the topic NOTATION: no rule will bring it back."""
    decide(public_id, notation, "rejected", platform=platform)


def decide(public_id: str, notation: str, state: str, *, platform: bool) -> None:
    """Keep a person's word. Raises Refused."""
    resource_id = curating.find(session(), public_id.partition("-")[0])
    concept = assigning.concept_id(session(), notation, "platform" if platform else "topic")
    if resource_id is None or concept is None:
        raise Refused(f"There is no resource {public_id}." if resource_id is None else f"There is no topic {notation} in the vocabulary.")
    done = assigning.decide(session(), COMMAND_LINE, [(resource_id, concept)], state)
    session().commit()
    click.echo("Done." if done else "It was so already.")
