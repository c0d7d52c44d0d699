"""Whatever the audit log keeps has words for those who read it."""

from __future__ import annotations

import re
from pathlib import Path

from hub.web.deeds import ACTIONS, SUBJECTS

SERVICES = Path(__file__).parents[3] / "hub" / "services"
RECORDED = re.compile(r'(?:auditing\.record|\btell|_tell|note_down|log_of)\([^()"]*(?:\([^()]*\)[^()"]*)*"([a-z-]+\.[a-z-]+)"')
NAMED = re.compile(r'Subject\("(\w+)"')


def sources() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(SERVICES.glob("*.py")))


def test_every_deed_that_is_recorded_has_words() -> None:
    found = set(RECORDED.findall(sources()))
    assert len(found) > 40
    assert found - ACTIONS.keys() == set()


def test_everything_that_deeds_are_done_to_has_words() -> None:
    found = set(NAMED.findall(sources()))
    assert len(found) > 5
    assert found - SUBJECTS.keys() == set()
