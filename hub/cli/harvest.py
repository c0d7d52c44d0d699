"""`hub harvest`: one source, or all, now or by the worker."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import click
from flask.cli import with_appcontext

from hub.cli import preview
from hub.cli.context import Refused, cell, parts, print_json, say, session, setting
from hub.cli.keeper import Keeper
from hub.services import auditing, harvesting, indexing, leasing, running, sourcing
from hub.services.auditing import COMMAND_LINE, Subject

COUNTS = ("seen", "created", "updated", "unchanged", "withdrawn", "failed")
STATUS = {"succeeded": 0, "partial": 1, "waiting": 1, "queued": 0}
REFUSED = {"state": "refused", **dict.fromkeys(COUNTS, 0)}  # a source that could not be begun, among all
SHOWN = 20  # failures printed; `hub run failures` has all


@click.command()
@click.argument("name", required=False)
@click.option("--all", "everything", is_flag=True, help="Every source, one after the other.")
@click.option("--limit", type=click.IntRange(1), help="Stop after so many records.")
@click.option("--full", is_flag=True, help="Ask for everything, from the beginning, also where the source could tell what changed.")
@click.option("--dry-run", is_flag=True, help="Only say what a harvest would do: the catalogue stays as it is.")
@click.option("--enqueue", is_flag=True, help="Leave it to the worker, and print the run's id.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@with_appcontext
def harvest(name: str | None, everything: bool, limit: int | None, full: bool, dry_run: bool, enqueue: bool, as_json: bool) -> None:
    """Harvest the source NAME and make what it gave searchable.

    Exit status: 0 all well, 1 some records failed (or the run waits for approval), 2 the run failed.
    """
    ids = chosen(name, everything)
    if dry_run:
        if everything or enqueue:
            raise Refused("--dry-run looks at one source, now: name it.")
        look(ids[0], limit=limit, as_json=as_json)
    if enqueue:
        sys.exit(max(queue_or_tell(source_id, full=full, limit=limit, alone=not everything) for source_id in ids))
    try:
        with ended_by_signals(), keeping_the_index(quiet=as_json):
            summaries = [work_or_tell(source_id, full=full, limit=limit, quiet=as_json, alone=not everything) for source_id in ids]
    except KeyboardInterrupt as stop:
        say("\nStopped. What came is kept and searchable; the next harvest goes on there.", err=True)
        sys.exit(128 + (stop.args[0] if stop.args else signal.SIGINT))
    if as_json:
        print_json(summaries if everything else summaries[0])
    sys.exit(max((STATUS.get(str(summary["state"]), 2) for summary in summaries), default=0))


def look(source_id: int, *, limit: int | None, as_json: bool) -> NoReturn:
    """A dry run in this process, printed; ends with the exit status of a harvest."""
    run = prepare(source_id, full=False, limit=limit, task="preview")
    progress = Progress(run.source.name, quiet=as_json)
    try:
        with ended_by_signals():
            run = harvesting.work(session(), parts().fetching, run.id, on_page=progress.show)
    except leasing.AlreadyRunning as error:
        raise Refused(str(error)) from error
    except KeyboardInterrupt as stop:
        say("\nStopped.", err=True)
        sys.exit(128 + (stop.args[0] if stop.args else signal.SIGINT))
    progress.end()
    told = preview.summary(run)
    if as_json:
        print_json(told)
    else:
        preview.show(told)
    sys.exit(STATUS.get(run.state, 2))


def chosen(name: str | None, everything: bool) -> list[int]:
    """Ids of the sources that were named. Raises Refused."""
    if (name is None) == (not everything):
        raise Refused("Name one source, or say --all.")
    current = session()
    if everything:
        found = [source.id for source in sourcing.harvested(current)]
        if not found:
            raise Refused("There are no sources yet: `hub source add` adds one.")
        return found
    source = sourcing.get(current, name or "")
    if source is None:
        raise Refused(f"There is no source named {name}. `hub source list` shows them.")
    if sourcing.is_internal(source):
        raise Refused(f"{source.name} holds what people add or programs send: there is nothing to harvest.")
    return [source.id]


def prepare(source_id: int, *, full: bool, limit: int | None, task: str = "harvest", urgent: bool = False) -> Any:
    """The run to work on. Raises Refused while another process harvests this source."""
    current = session()
    source = sourcing.by_id(current, source_id)
    try:
        run = running.prepare(current, source, task=task, full=full, limit=limit, urgent=urgent, cause=COMMAND_LINE.name)
    except (leasing.AlreadyRunning, running.NotHarvested) as error:
        raise Refused(str(error)) from error
    note(run, "start")
    return run


def note(run: Any, verb: str) -> None:
    """Leave in the audit log what was asked of a run, and commit."""
    auditing.record(session(), COMMAND_LINE, f"run.{verb}", Subject("run", run.id, run.source.title), after={"task": run.task})
    session().commit()


def queue(source_id: int, *, full: bool, limit: int | None, urgent: bool) -> int:
    """Prepare a run and give it to the worker; answers its id."""
    run_id = int(prepare(source_id, full=full, limit=limit, urgent=urgent).id)
    parts().jobs.harvest(run_id)
    return run_id


def queue_or_tell(source_id: int, *, full: bool, limit: int | None, alone: bool) -> int:
    """As `queue`, printed; answers the exit status. One of several sources that is busy does not keep the others waiting."""
    try:
        say(str(queue(source_id, full=full, limit=limit, urgent=alone)))
    except Refused as error:
        if alone:
            raise
        say(error.message, err=True)
        return error.exit_code
    return 0


@contextmanager
def keeping_the_index(*, quiet: bool) -> Iterator[None]:
    """What is harvested meanwhile becomes searchable meanwhile: a second process writes the index, on a second core."""
    if setting("SEARCH_URL").startswith("memory:"):
        yield
        indexing.drain(session(), parts().index)
        return
    with Keeper() as keeper:
        yield
        if not quiet and (left := indexing.waiting(session())):
            say(f"Indexing the last {left} changes …", err=True)
        keeper.finish()
    if indexing.waiting(session()):  # the second process could not: do it here, and let its error be seen
        indexing.drain(session(), parts().index)


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end this as Ctrl-C does: in order, after the page that is being saved."""

    def stop(number: int, _frame: object) -> None:
        raise KeyboardInterrupt(number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def withdraw(run_id: int) -> str:
    """Work on the run that empties a retired source; answers what came of it."""
    with ended_by_signals():
        return str(harvesting.work(session(), parts().fetching, run_id).reason)


def work_or_tell(source_id: int, *, full: bool, limit: int | None, quiet: bool, alone: bool) -> dict[str, object]:
    """As `work`; one of several sources that cannot be begun does not keep the others waiting."""
    try:
        return work(source_id, full=full, limit=limit, quiet=quiet)
    except Refused as error:
        if alone:
            raise
        name = sourcing.by_id(session(), source_id).name
        say(f"{name}: {error.message}", err=True)
        return {**REFUSED, "source": name, "reason": error.message}


def work(source_id: int, *, full: bool, limit: int | None, quiet: bool) -> dict[str, object]:
    """Harvest one source with a progress line, print its summary, give it as values."""
    return work_on(prepare(source_id, full=full, limit=limit), quiet=quiet)


def work_on(run: Any, *, quiet: bool) -> dict[str, object]:
    """Work on a prepared run with a progress line, print its summary, give it as values."""
    source_name = run.source.name
    progress = Progress(source_name, quiet=quiet)
    if not quiet and run.pages:
        say(f"{source_name}: taking up run {run.id} again after {run.seen} records", err=True)
    try:
        run = harvesting.work(session(), parts().fetching, run.id, on_page=progress.show)
    except leasing.AlreadyRunning as error:
        raise Refused(str(error)) from error
    progress.end()
    failed = running.failures(session(), run.id)
    summary = {
        "source": source_name, "run": run.id, "task": run.task, "state": run.state, **{name: getattr(run, name) for name in COUNTS},
        "pages": run.pages, "bytes": run.bytes, "seconds": round(progress.seconds, 2), "reason": run.reason, "advice": run.advice,
        "failures": [{"identifier": f.identifier, "stage": f.stage, "reason": f.reason, "advice": f.advice, "url": f.url} for f in failed],
    }  # fmt: skip
    if not quiet:
        print_summary(summary, progress.rate(run.seen))
    return summary


def work_now_or_queue(runs: list[Any], *, enqueue: bool, as_json: bool, several: bool = False) -> None:
    """Work on prepared runs in this process, or leave them to the worker; ends with the exit status of a harvest."""
    if enqueue:
        for run in runs:
            parts().jobs.harvest(run.id)
            say(str(run.id))
        return
    try:
        with ended_by_signals(), keeping_the_index(quiet=as_json):
            summaries = [work_on(run, quiet=as_json) for run in runs]
    except KeyboardInterrupt as stop:
        say("\nStopped. What was done is kept; hub run resume goes on there.", err=True)
        sys.exit(128 + (stop.args[0] if stop.args else signal.SIGINT))
    if as_json:
        print_json(summaries if several else summaries[0])
    sys.exit(max((STATUS.get(str(summary["state"]), 2) for summary in summaries), default=0))


def print_summary(summary: dict[str, Any], rate: str) -> None:
    """A clear summary: state, counts, rate, then each failure with identifier and reason."""
    say(f"{summary['source']}: {summary['state']}, run {summary['run']}, {summary['pages']} pages, {rate}")
    say("  " + ", ".join(f"{name} {summary[name]}" for name in COUNTS))
    for text in (summary["reason"], summary["advice"]):
        if text:
            say(f"  {cell(text)}")
    for failure in summary["failures"][:SHOWN]:
        name = cell(failure["identifier"] or failure["url"] or "(no identifier)")
        say(f"  failed: {name}: {cell(failure['reason'])} {cell(failure['advice'])}".rstrip())
    if len(summary["failures"]) > SHOWN:
        say(f"  and {len(summary['failures']) - SHOWN} more: hub run failures {summary['run']}")


class Progress:
    """A line that moves on a terminal; on anything else one line every ten seconds."""

    def __init__(self, name: str, *, quiet: bool) -> None:
        self._name, self._quiet = name, quiet
        self._began = time.monotonic()
        self._live = sys.stderr is not None and sys.stderr.isatty()
        self._shown = self._began
        self.seconds = 0.0

    def show(self, run: Any) -> None:
        """One more page."""
        moment = time.monotonic()
        if self._quiet or moment - self._shown < (0.1 if self._live else 10.0):
            return
        self._shown, self.seconds = moment, moment - self._began
        counts = ", ".join(f"{name} {getattr(run, name)}" for name in COUNTS if name == "seen" or getattr(run, name))
        line = f"{self._name}: {bar(run.received, run.total)}{counts}, {self.rate(run.seen)}"
        say(f"\r\033[K{line}" if self._live else line, nl=not self._live, err=True)

    def end(self) -> None:
        """Clear the line."""
        self.seconds = time.monotonic() - self._began
        if self._live and not self._quiet:
            say("\r\033[K", nl=False, err=True)

    def rate(self, seen: int) -> str:
        """Records a second."""
        return f"{seen / max(self.seconds, 0.001):.0f} records/s"


def bar(done: int, total: int | None, width: int = 24) -> str:
    """A bar when the source says how many there are."""
    if not total:
        return ""
    full = min(width, width * done // total)
    return f"[{'#' * full}{'.' * (width - full)}] {min(100, 100 * done // total)} % of {total}, "
