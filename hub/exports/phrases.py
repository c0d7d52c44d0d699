"""What several formats have to say in the same way: licences, work a week, the run that counts, people by role."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from harvesters.clean import licence
from hub.services.describing import Agent, Description, Run

_WEEKS = re.compile(r"P(\d+)W")
FAR = datetime(9999, 1, 1, tzinfo=UTC)
MAKERS = ("creator", "instructor", "contributor")  # whom a citation names: those of the first role that anybody has


def moment(value: datetime | None) -> str | None:
    """ISO 8601 in UTC, to the microsecond where there are any: "2026-03-02T09:00:00Z"."""
    return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def web(value: str | None) -> str | None:
    """An address of the web; anything else is not to be linked."""
    return value if value and value.lower().startswith(("http://", "https://")) and not set(value) & set('\r\n\t <>"') else None


def terms(one: Description) -> tuple[str | None, str | None]:
    """The licence and its address, when this address does not say another one."""
    where = web(one.licence_url)
    said = licence.licence(where)
    return one.licence, where if said is None or said == one.licence else None


def weeks(duration: str | None) -> str | None:
    """The length in words where it has weeks, "6 weeks": not every format knows them."""
    found = _WEEKS.fullmatch(duration or "")
    return f"{found[1]} week{'' if found[1] == '1' else 's'}" if found else None


def workload(one: Description) -> str | None:
    """Hours a week in words."""
    low, high = one.workload_min, one.workload_max
    if low is None and high is None:
        return None
    if low is None:
        return f"up to {hours(high)} hours per week"
    if high is None:
        return f"at least {hours(low)} hours per week"
    return f"{hours(low)} hours per week" if low == high else f"{hours(low)} to {hours(high)} hours per week"


def hours(value: float | None) -> str:
    """At most two decimals."""
    return f"{value or 0:.2f}".rstrip("0").rstrip(".")


def by_role(one: Description, *roles: str) -> list[Agent]:
    """Those who have one of these roles, each name once."""
    return list({agent.name: agent for agent in reversed(one.agents) if agent.role in roles}.values())[::-1]


def makers(one: Description) -> list[Agent]:
    """Whom a citation names."""
    return next((found for role in MAKERS if (found := by_role(one, role))), [])


def publisher(one: Description) -> str | None:
    """Whom a citation names as publisher."""
    named = by_role(one, "publisher")
    return named[0].name if named else one.provider or one.institution


def next_run(runs: Iterable[Run], today: datetime) -> Run | None:
    """The one run that a table has place for: the next to begin, else the last that began, else the first of all."""
    runs = list(runs)
    coming = min((run for run in runs if run.start and run.start >= today), key=lambda run: run.start or FAR, default=None)
    past = max((run for run in runs if run.start and run.start < today), key=lambda run: run.start or today, default=None)
    return coming or past or next(iter(runs), None)
