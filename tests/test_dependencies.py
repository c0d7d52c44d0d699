"""docs/dependencies.md names every direct dependency with reason, licence and health; every package that runs is used."""

from __future__ import annotations

import ast
import re
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
SECTIONS = {
    "To run": PROJECT["dependencies"],
    "To install": PROJECT["optional-dependencies"]["build"],
    "To develop": PROJECT["optional-dependencies"]["dev"],
    "To search by meaning": PROJECT["optional-dependencies"]["semantic"],
}
LOCKS = {
    "requirements.lock": ["To run", "To install"],
    "requirements-dev.lock": ["To run", "To install", "To develop"],
    "requirements-semantic.lock": ["To search by meaning"],
}
NEVER_IMPORTED = {
    "psycopg",
    "redis",
    "tzdata",
}  # SQLAlchemy, huey and zoneinfo import these, by the address or the name that they are given


def package(requirement: str) -> str:
    """The name in a requirement."""
    return re.split(r"[\[<>=!~; ]", requirement)[0]


def listed(heading: str) -> dict[str, list[str]]:
    """Package -> the other cells of its row, under this heading."""
    section = (ROOT / "docs/dependencies.md").read_text("utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line.startswith("| `")]
    assert len(rows) == len({row[0] for row in rows}), "a package stands twice"
    return {row[0].strip("`"): row[1:] for row in rows}


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_dependency_is_explained(heading: str) -> None:
    told = listed(heading)
    assert set(told) == {package(requirement) for requirement in SECTIONS[heading]}
    assert all(len(cells) == 3 and all(cells) for cells in told.values())


def pinned(lock: str) -> dict[str, str]:
    """Package -> version."""
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / lock).read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_files_pin_every_dependency(lock: str) -> None:
    assert set(pinned(lock)) >= {package(requirement) for heading in LOCKS[lock] for requirement in SECTIONS[heading]}


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_files_agree(lock: str) -> None:
    main = pinned("requirements.lock")
    assert {name: version for name, version in pinned(lock).items() if main.get(name, version) != version} == {}


def imported() -> set[str]:
    """The packages that our own code imports, by the names under which they are installed."""
    modules: set[str] = set()
    for file in [*ROOT.glob("*.py"), *(path for folder in ("hub", "harvesters", "search") for path in (ROOT / folder).rglob("*.py"))]:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                modules.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module.partition(".")[0])
    owners = packages_distributions()
    return {name.lower().replace("_", "-") for module in modules for name in owners.get(module, [])}


def test_every_package_that_runs_is_used() -> None:
    unused = {package(requirement) for requirement in PROJECT["dependencies"]} - imported() - NEVER_IMPORTED
    assert not unused
