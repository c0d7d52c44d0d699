"""docs/commands.md tells of every command, every option and every default, and of nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from hub.cli.main import COMMANDS, load

ROOT = Path(__file__).parents[3]
HEADING = re.compile(r"^### (hub [a-z -]+)$", re.MULTILINE)
ROW = re.compile(r"^\| (`-[^|]*) \|([^|]*)\| [^|]+ \|$", re.MULTILINE)


def leaves(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    """The commands below this one, each with its whole name."""
    if isinstance(command, click.Group):
        for word, below in command.commands.items():
            yield from leaves(f"{name} {word}", below)
    else:
        yield name, command


def existing() -> dict[str, click.Command]:
    """Every command that there is."""
    return dict(pair for name in COMMANDS for pair in leaves(f"hub {name}", load(name)))


def documented() -> dict[str, str]:
    """Name -> section of docs/commands.md."""
    parts = HEADING.split((ROOT / "docs/commands.md").read_text("utf-8"))
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def plain(text: str) -> str:
    """A table's cell without its marks."""
    return text.replace("`", "").strip()


def shown_default(option: click.Option) -> str:
    """The default as a table should have it: none for flags and for options that may be left out."""
    return str(option.default) if option.show_default and not option.is_flag else ""


def test_every_command_has_a_section() -> None:
    assert list(documented()) == list(dict.fromkeys(documented())), "a section stands twice"
    assert set(documented()) == set(existing())


@pytest.mark.parametrize("name", sorted(existing()))
def test_a_section_lists_the_options_with_their_defaults(name: str) -> None:
    told = {frozenset(plain(names).split(", ")): plain(default) for names, default in ROW.findall(documented().get(name, ""))}
    options = [p for p in existing()[name].params if isinstance(p, click.Option)]
    assert told == {frozenset(option.opts): shown_default(option) for option in options}


@pytest.mark.parametrize("name", sorted(existing()))
def test_a_section_names_the_arguments(name: str) -> None:
    section = documented().get(name, "")
    arguments = [p.human_readable_name.strip("[]") for p in existing()[name].params if isinstance(p, click.Argument)]
    assert all(argument in section for argument in arguments), arguments


def test_links_in_the_overview_lead_somewhere() -> None:
    text = (ROOT / "docs/commands.md").read_text("utf-8")
    assert set(re.findall(r"\]\(#([a-z-]+)\)", text)) == {name.replace(" ", "-") for name in documented()}
