"""The `hub` command: finds the module of a command when it is called, so that `hub --help` imports none of them."""

from __future__ import annotations

import importlib
import sys

import click
from flask import Flask
from flask.cli import AppGroup, FlaskGroup, ScriptInfo

from hub.cli.memory import keep_small

COMMANDS = {  # name -> module, what it does (one line)
    "up": ("hub.cli.serving", "Set up, harvest the demo sources when the hub is empty, serve site and worker until Ctrl-C."),
    "init": ("hub.cli.setup", "Make the data folder, the database, the vocabulary, a secret and a first admin. Safe to repeat."),
    "serve": ("hub.cli.serving", "Serve the site in the foreground."),
    "worker": ("hub.cli.serving", "Work on queued harvests and keep the index up to date, in the foreground."),
    "source": ("hub.cli.source", "Add and list the sources that are harvested."),
    "harvest": ("hub.cli.harvest", "Harvest a source, or all of them."),
    "replay": ("hub.cli.replay", "Rebuild the catalogue from raw records, without network."),
    "run": ("hub.cli.run", "Look at harvest runs: state, counters, failures; stop, resume, retry, approve one."),
    "mail": ("hub.cli.mail", "Look at the mail that the hub wrote to owners of sources, send what waits."),
    "alerts": ("hub.cli.alerts", "Write to people what is new of what they search for and follow."),
    "record": ("hub.cli.record", "Look at what sources have given us."),
    "resource": ("hub.cli.resource", "Correct, hide and add resources, one or many; their history, step by step."),
    "topic": ("hub.cli.topic", "Topics that rules suggest: list, accept, reject."),
    "audit": ("hub.cli.audit", "Who changed what, with what stood there before and after."),
    "links": ("hub.cli.links", "Check where resources lead, and list what is broken."),
    "match": ("hub.cli.match", "Find pages of one and the same work, merge them, and part them again."),
    "search": ("hub.cli.search", "Search the catalogue."),
    "index": ("hub.cli.index", "Bring the search index up to date, show how it does, dump it, rebuild it."),
    "tuning": ("hub.cli.tuning", "Show and change the numbers by which results are ordered."),
    "vocabulary": ("hub.cli.vocabulary", "Load the topics and platforms anew, and sort the catalogue by them."),
    "check": ("hub.cli.index", "Compare the index with the database; exit status 0 only when they agree."),
    "dump": ("hub.cli.dump", "Write all resources and topics into files that the site offers to everybody."),
    "backup": ("hub.cli.backup", "Write the whole database into one file, while the hub works."),
    "restore": ("hub.cli.backup", "Bring a backup back, on either database, and make the index anew."),
    "mcp": ("hub.cli.mcp", "Serve the catalogue to a program with a language model, on standard input and output."),
    "user": ("hub.cli.user", "Add people who may sign in."),
    "key": ("hub.cli.key", "Keys with which the hub signs for learning platforms: look, make a new one."),
    "institution": ("hub.cli.institution", "Institutions, whether they are verified, who belongs to them."),
}
FATAL = 2


def load(name: str) -> click.Command:
    """The command of this name, from its module."""
    command = getattr(importlib.import_module(COMMANDS[name][0]), name)
    assert isinstance(command, click.Command)
    return command


class HubGroup(FlaskGroup):
    """Flask's command line with our commands, each imported when it is called."""

    def __init__(self) -> None:
        super().__init__(name="hub", add_default_commands=False, add_version_option=False, load_dotenv=False, help="Open Commerce Hub.")
        self.params = []  # the application is ours, its settings are the environment's: no --app, no --env-file

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Our commands, in the order in which a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command, imported now."""
        return load(name) if name in COMMANDS else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing one."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


class AppCommands(AppGroup):
    """Our commands as the application's own, each imported when it is called: a web process needs none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Ours, then what others have added."""
        return [*COMMANDS, *(name for name in super().list_commands(ctx) if name not in COMMANDS)]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command, imported now."""
        return load(name) if name in COMMANDS else super().get_command(ctx, name)


def register(app: Flask) -> None:
    """The same commands under `flask --app wsgi`."""
    app.cli = AppCommands(app.name)


def main() -> None:
    """Entry of the console script. What a user can mend is one sentence and exit status 2, never a traceback."""
    keep_small()
    try:
        HubGroup().main(prog_name="hub", obj=ScriptInfo(app_import_path="hub.app:for_commands", set_debug_flag=False))
    except Exception as error:
        if not (sentence := explained(error)):
            raise
        click.echo(f"Error: {sentence}", err=True)
        sys.exit(FATAL)


def explained(error: Exception) -> str:
    """A sentence for errors that come from settings, disk, database or index; empty for our own mistakes."""
    name, module = type(error).__name__, type(error).__module__
    if name in ("SettingsError", "IndexFault", "IndexDamaged", "BadQueue", "BadAddress", "BadSetting"):
        return str(error)
    if module.startswith("sqlalchemy") and name in ("OperationalError", "ProgrammingError"):
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
        if "no such table" in reason or "does not exist" in reason:
            return f"The database is not set up ({reason}): run `hub init`."
        return f"The database cannot be used: {reason}."
    if name == "NoSuchModuleError":
        return (
            "DATABASE_URL names a database that the hub cannot use: write postgresql://user:password@host/name or sqlite:////folder/hub.db."
        )
    if module == "sqlite3":
        return f"A database file cannot be used: {error}. Check that HUB_DATA is yours to write, and that its disk has space."
    if module.startswith("redis") and name in ("ConnectionError", "TimeoutError", "AuthenticationError", "ResponseError"):
        return f"The queue does not answer: {str(error).rstrip('.')}. Check QUEUE_URL, and that Redis runs there."
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        return f"{error.strerror or error}{where}."
    return ""


if __name__ == "__main__":
    main()
