"""What `hub harvest --dry-run` prints: what a harvest would do."""

from __future__ import annotations

import json
from typing import Any

from hub.cli.context import cell, say, session
from hub.services import presenting

SHOWN = 20  # records of each sort
LONGEST = 100  # characters of a value on a line


def summary(run: Any) -> dict[str, Any]:
    """A dry run as JSON has it."""
    found = presenting.preview(session(), run.id)
    counts = dict(found.counts) if found else {}
    return {
        "source": run.source.name, "run": run.id, "task": "preview", "state": run.state, "seen": run.seen, **counts,
        "reason": run.reason, "advice": run.advice,
        "first": [{"identifier": look.identifier, **look.values} for look in presenting.looks(session(), run.id, limit=SHOWN)],
        "differences": [
            {"identifier": item.identifier, "title": item.title, "differences": [list(one) for one in item.differences]}
            for item in items(run.id, "changed")
        ],
        "vanishing": [{"identifier": item.identifier, "title": item.title} for item in items(run.id, "vanished")],
        "failures": [{"identifier": item.identifier, "reason": item.reason, "advice": item.advice} for item in items(run.id, "invalid")],
    }  # fmt: skip


def items(run_id: int, verdict: str) -> Any:
    """The first records of this verdict."""
    return presenting.items(session(), run_id, verdict, limit=SHOWN).items


def show(told: dict[str, Any]) -> None:
    """Counts, then the first records of each sort."""
    say(f"{told['source']}: {told['state']}, dry run {told['run']}: nothing was changed")
    say("  " + ", ".join(f"{name} {told.get(name, 0)}" for name in presenting.VERDICTS))
    for text in (told["reason"], told["advice"]):
        if text:
            say(f"  {cell(text)}")
    for record in told["first"]:
        say(f"  new: {cell(record['title'])} ({cell(record['identifier'] or '-')})")
    for record in told["differences"]:
        say(f"  changed: {cell(record['title'] or '')} ({cell(record['identifier'] or '-')})")
        for field, before, after in record["differences"]:
            say(f"    {field}: {short(before)} -> {short(after)}")
    for record in told["vanishing"]:
        say(f"  vanished: {cell(record['title'] or '')} ({cell(record['identifier'])})")
    for record in told["failures"]:
        say(f"  invalid: {cell(' '.join((record['identifier'] or '(no identifier)', record['reason'], record['advice'] or '')))}")
    rest = {name: told.get(name, 0) - SHOWN for name in ("new", "changed", "vanished", "invalid") if told.get(name, 0) > SHOWN}
    if rest:
        more = ", ".join(f"{count} more {name}" for name, count in rest.items())
        say(f"  … and {more}: the site shows all of them, at /admin/sources/{told['source']}/preview/{told['run']}")


def short(value: Any) -> str:
    """A value on one line."""
    text = cell(value if isinstance(value, str) else "-" if value is None else json.dumps(value, ensure_ascii=False))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
