"""Changes that operations make: all of one, or nothing and a problem that says why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from hub.web import context
from hub.web.problems import Problem

T = TypeVar("T")
Told = Mapping[type[Exception], Callable[[Any], Problem]]  # what a service refuses -> what the program hears; the first that fits


def commit(work: Callable[[], T], told: Told) -> T:
    """Do something and commit it. Raises the Problem that stands for what the service raises."""
    session = context.session()
    try:
        done = work()
    except tuple(told) as error:
        session.rollback()
        raise next(problem for kind, problem in told.items() if isinstance(error, kind))(error) from None
    session.commit()
    return done


def stale(_error: Any = None) -> Problem:
    """Somebody else was quicker, or the sender saw something else."""
    return Problem(412, "It is not as you saw it: read it again.")


def not_allowed(_error: Any = None) -> Problem:
    """What somebody hears who may see it, and no more."""
    return Problem(403, "The token's person may not do this.", code="not_allowed")


def refused(error: Any) -> Problem:
    """What somebody hears who may not: nothing of what they do not see."""
    return not_allowed() if error.seen else Problem(404, "There is no such thing.")
