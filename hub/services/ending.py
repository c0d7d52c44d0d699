"""The end of a run that could not come to its own: stopped, failed, or with its database gone. What it had is kept."""

from __future__ import annotations

import time

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from hub.models.run import Run
from hub.services import mailing, running

RESTART = 15.0  # seconds that a database may take to come back, before a run ends without a word of its own
MEND = "Check that it runs and has space, then harvest again."


def reset(session: Session) -> None:
    """Roll back, also when the connection broke in the middle of a statement."""
    try:
        session.rollback()
    except SQLAlchemyError:
        session.invalidate()


def words(error: SQLAlchemyError) -> str:
    """What the database itself said, in one line."""
    return str(getattr(error, "orig", None) or error).strip().partition("\n")[0].rstrip(".")


def close_when_it_is_back(session: Session, run_id: int, error: SQLAlchemyError) -> None:
    """End a run whose database failed. A restarted one is back in a moment; raises `error` when it is not."""
    until = time.monotonic() + RESTART
    while True:
        try:
            return close(session, run_id, "failed", f"The database failed: {words(error)}.", MEND)
        except SQLAlchemyError:
            if time.monotonic() > until:
                raise error from None
            time.sleep(1)


def close(session: Session, run_id: int, state: str, reason: str, advice: str, *, pages_before: int | None = None) -> None:
    """End a run that could not come to its end, keeping what it had. With no page more than `pages_before` its checkpoint is forgotten:
    the next run would only fail at the same place again."""
    reset(session)
    run = session.get_one(Run, run_id)
    running.end(run, state, reason=reason, advice=advice)
    if run.pages == pages_before:
        run.checkpoint = None
    mailing.report(session, run)
    session.commit()
