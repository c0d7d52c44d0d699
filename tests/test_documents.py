"""The documents: every link between them leads to a file and a heading, every document is in the index, every `make` task exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted(path for pattern in ("*.md", "docs/*.md", "demo/*.md", "benchmarks/*.md") for path in ROOT.glob(pattern))
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def anchors(path: Path) -> set[str]:
    """The names of a document's headings, as forges make them: lower case, blanks to hyphens, no signs."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", path.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    for place, anchor in LINK.findall(FENCED.sub("", document.read_text("utf-8"))):
        target = (document.parent / place).resolve() if place else document
        assert target.exists(), f"{place} is not there"
        assert not anchor or anchor in anchors(target), f"{place}#{anchor} is no heading"


def test_the_index_names_every_document() -> None:
    index = (ROOT / "docs/README.md").read_text("utf-8")
    assert [path.name for path in (ROOT / "docs").glob("*.md") if path.name != "README.md" and f"]({path.name}" not in index] == []


def test_every_make_task_that_is_told_exists() -> None:
    tasks = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    told = {task for path in DOCUMENTS for task in re.findall(r"(?:`|^|&& )make ([a-z]+)", path.read_text("utf-8"), re.MULTILINE)}
    assert told <= tasks
