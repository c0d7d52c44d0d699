"""Harvest runs, for admins."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from hub.services import auditing, leasing, running, watching
from hub.web import context
from hub.web.api import addresses, cursors
from hub.web.api.operations import Answer, Call, operation
from hub.web.api.shapes import Page, Paging, Shape
from hub.web.problems import Problem


class RunsQuery(Paging):
    """Which runs."""

    source: str = Field("", max_length=64, description="Name of a source.")
    state: Literal["queued", "running", "waiting", "succeeded", "partial", "failed", "cancelled"] | None = None
    task: Literal["harvest", "retry", "replay", "preview", "retire"] | None = None


class Run(Shape):
    """One pass over a source. seen = created + updated + unchanged + withdrawn + failed."""

    id: int
    source: str
    task: str
    state: str
    cause: str
    full: bool
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    total: int | None
    pages: int
    bytes: int
    seen: int
    created: int
    updated: int
    unchanged: int
    withdrawn: int
    failed: int
    reason: str | None
    advice: str | None


class Runs(Page):
    """Some runs, the newest first."""

    total: int
    items: list[Run]


class Failure(Shape):
    """A record that a run could not bring in."""

    id: int
    identifier: str | None
    stage: str
    reason: str
    advice: str
    at: datetime
    open: bool


class Failures(Page):
    """Some failures of a run."""

    total: int
    items: list[Failure]


class HarvestWanted(BaseModel):
    """What is to be harvested."""

    model_config = ConfigDict(extra="forbid")

    full: bool = Field(False, description="Every page, whatever is remembered of it.")


@operation("GET", "/runs", tag="Sources", scope="admin", query=RunsQuery, answer=Runs)
def list_runs(call: Call) -> Answer:
    """Runs, the newest first"""
    asked: RunsQuery = call.query
    (after,) = cursors.read(asked.cursor, int) or (None,)
    found = watching.runs(
        context.session(), after=after, state=asked.state, source=asked.source or None, task=asked.task or "", limit=asked.limit
    )  # fmt: skip
    following = cursors.write(found.following) if found.following else None
    items = [Run.model_validate(one) for one in found.runs]
    return Answer(Runs(total=found.total, items=items, next=following), headers=addresses.links(following))


@operation("GET", "/runs/{run:int}", tag="Sources", scope="admin", answer=Run, errors=(404,))
def get_run(call: Call) -> Answer:
    """One run"""
    return Answer(Run.model_validate(run_of(call.path["run"])))


def run_of(number: int) -> Any:
    """The run of this number. Raises Problem (404)."""
    found = watching.run(context.session(), number)
    if found is None:
        raise Problem(404, "There is no such run.")
    return found


@operation("GET", "/runs/{run:int}/failures", tag="Sources", scope="admin", query=Paging, answer=Failures, errors=(404,))
def list_failures(call: Call) -> Answer:
    """What a run could not bring in, and why"""
    number = run_of(call.path["run"]).id
    (after,) = cursors.read(call.query.cursor, int) or (None,)
    found = watching.failures(context.session(), number, after=after, limit=call.query.limit)
    following = cursors.write(found.following) if found.following else None
    items = [Failure.model_validate(one) for one in found.failures]
    return Answer(Failures(total=found.total, items=items, next=following), headers=addresses.links(following))


@operation(
    "POST", "/sources/{name}/runs", tag="Sources", scope="admin", curates=True, body=HarvestWanted, answer=Run, status=202,
    errors=(404, 409), body_example={"full": False},
)  # fmt: skip
def start_run(call: Call) -> Answer:
    """Start a harvest of a source"""
    session = context.session()
    source = watching.source(session, call.path["name"][:64])
    if source is None:
        raise Problem(404, "There is no such source.")
    try:
        run = running.prepare(session, source, full=call.body.full, urgent=True, cause=call.who.name)
    except (leasing.AlreadyRunning, running.NotHarvested) as error:
        session.rollback()
        raise Problem(409, str(error), code="not_now") from None
    note(call, run.id, run.source.title, "start", task=run.task)
    context.jobs().harvest(run.id)
    there = {"Location": addresses.in_api(f"/runs/{run.id}")}
    return Answer(Run.model_validate(run_of(run.id)), status=202, headers=there)


def note(call: Call, number: int, title: str, verb: str, **after: str) -> None:
    """Leave in the audit log what was asked of a run, and commit."""
    auditing.record(context.session(), call.who.actor, f"run.{verb}", auditing.Subject("run", number, title), after=after or None)
    context.session().commit()


@operation("POST", "/runs/{run:int}/cancel", tag="Sources", scope="admin", curates=True, answer=Run, status=202, errors=(404, 409))
def cancel_run(call: Call) -> Answer:
    """Ask a run to stop; of one that waits for approval, keep what has vanished"""
    found = run_of(call.path["run"])
    if found.finished_at is not None and found.state != "waiting":
        raise Problem(409, f"The run has ended: it is {found.state}.", code="ended")
    running.ask_to_stop(context.session(), found.id)
    note(call, found.id, found.source_title, "reject" if found.state == "waiting" else "stop")
    return Answer(Run.model_validate(run_of(found.id)), status=202)
