"""`hub mcp`: the catalogue for a program with a language model, over standard input and output."""

from __future__ import annotations

import os
import sys

import click
from flask.cli import with_appcontext

from hub.agents import messages, tools
from hub.cli.context import parts, session, setting
from hub.services.rationing import Allowance

LONGEST = 1_000_000  # bytes of one message


@click.command()
@with_appcontext
def mcp() -> None:
    """Serve the catalogue to an agent (Model Context Protocol): one JSON message a line on standard input and output."""
    database, allowance = session(), Allowance(str(setting("HUB_API_RATE")))
    hub = tools.Hub(database, parts().index, str(setting("HUB_BASE_URL")), str(setting("SITE_NAME")))
    while line := sys.stdin.buffer.readline(LONGEST + 1):
        if len(line) > LONGEST:
            while line and not line.endswith(b"\n"):
                line = sys.stdin.buffer.readline(LONGEST)
            line = b"too long"
        if not line.strip():
            continue
        given = messages.answer(hub, line, left=allowance.take("standard input"))
        database.rollback()  # the next message sees what has been committed meanwhile
        if given.message is not None:
            say(messages.written(given.message))


def say(text: str) -> None:
    """One line; ends the command when nobody listens any more."""
    try:
        sys.stdout.buffer.write(text.encode() + b"\n")
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(0)
