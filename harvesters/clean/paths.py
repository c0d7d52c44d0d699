"""Where a value stands in JSON, as an administrator writes it: `result.list[0].name`. Own and small, linear in what it reads, bounded.

a.b.c           the member c of b of a; after a list: of each of its entries
a[0]  a[-1]     one entry of a list
a[*]            each entry of a list, each value of an object
["a name.x"]    a member whose name holds a dot, a space or a bracket
(nothing)       the value itself
a.b|c           c where a.b says nothing
a + b           what a says, and then what b says
=CC-BY-4.0      these words, always
https://e.org/{school.code}-{id}    words with values in them; nothing when one of them is missing
    people[*] > {first} {last}          the right side within each value of the left one
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

LONGEST = 1_000  # characters of an expression
MOST_STEPS = 30  # of one path
MOST_VALUES = 200  # of one field
MOST_ITEMS = 100_000
_STEP = re.compile(r'\[(?:(-?\d{1,9})|(\*)|"([^"\]]{1,200})"|\'([^\'\]]{1,200})\')\]|\.?([^.\[\]|{}"\'\s][^.\[\]|{}"\']{0,200})')
_HOLE = re.compile(r"\{([^{}]{0,300})\}")

Step = str | int | None  # a name, a place, each


@dataclass(frozen=True, slots=True)
class Path:
    """Steps from a value to others."""

    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """Words (those between the holes), and the paths that fill the holes."""

    words: tuple[str, ...]
    holes: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Within:
    """What stands within each value at the end of a path."""

    way: Path
    part: Path | Template


Part = Path | Template | Within


@dataclass(frozen=True, slots=True)
class Expression:
    """Alternatives, each of which may have several parts."""

    alternatives: tuple[tuple[Part, ...], ...]


@lru_cache(maxsize=2_000)
def compiled(written: str) -> Expression:
    """ValueError says what is wrong with the expression."""
    if len(written) > LONGEST:
        raise ValueError(f"it is longer than {LONGEST} characters")
    return Expression(tuple(tuple(_part(part.strip()) for part in _split(one, " + ")) for one in _split(written, "|")))


def _split(written: str, mark: str) -> list[str]:
    """At the mark, but not inside braces or quoted names."""
    parts, here, depth, quote = [], 0, 0, ""
    for place, character in enumerate(written):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'" and written[place - 1 : place] == "[":
            quote = character
        elif character in "{}":
            depth += 1 if character == "{" else -1
        elif depth == 0 and written.startswith(mark, place) and place >= here:
            parts.append(written[here:place])
            here = place + len(mark)
    return [*parts, written[here:]]


def _part(written: str) -> Part:
    if written.startswith("="):
        return Template((written[1:].strip(),), ())
    way, within, inner = written.partition(" > ")
    return Within(path(way), _one(inner.strip())) if within else _one(written)


def _one(written: str) -> Path | Template:
    if "{" in written or "}" in written:
        words = _HOLE.sub("{}", written).split("{}")
        if any("{" in word or "}" in word for word in words):
            raise ValueError(f'a brace in "{written[:100]}" has no partner')
        return Template(tuple(words), tuple(path(found) for found in _HOLE.findall(written)))
    return path(written)


@lru_cache(maxsize=2_000)
def path(written: str) -> Path:
    """One path; ValueError says where it cannot be read."""
    written = written.strip()
    if written.startswith("$"):
        written = written[1:]
    steps: list[Step] = []
    here = 1 if written.startswith(".") and len(written) == 1 else 0
    while here < len(written):
        found = _STEP.match(written, here)
        if found is None or (here > 0 and found[5] and written[here] != "."):
            raise ValueError(f'"{written[:100]}" cannot be read from its character {here + 1}: "{written[here : here + 20]}"')
        place, each, quoted, single, name = found.groups()
        steps.append(int(place) if place else None if each else (quoted or single or name.strip()))
        here = found.end()
    if len(steps) > MOST_STEPS:
        raise ValueError(f'"{written[:100]}" has more than {MOST_STEPS} steps')
    return Path(tuple(steps))


def follow(value: object, way: Path, most: int = MOST_VALUES) -> list[object]:
    """The values at the end of the path, at most `most` at any step."""
    found = [value]
    for step in way.steps:
        found = [inner for node in found for inner in _inner(node, step, most)][:most]
    return found


def _inner(node: object, step: Step, most: int) -> Sequence[object]:
    if step is None:
        return node[:most] if isinstance(node, list) else list(node.values())[:most] if isinstance(node, dict) else ()
    if isinstance(step, int):
        return [node[step]] if isinstance(node, list) and -len(node) <= step < len(node) else ()
    if isinstance(node, list):
        return [entry[step] for entry in node[:most] if isinstance(entry, dict) and step in entry]
    return [node[step]] if isinstance(node, dict) and step in node else ()


def texts(value: object, expression: Expression) -> list[str]:
    """What the first alternative that says anything says, as texts."""
    for alternative in expression.alternatives:
        found = [text for part in alternative for text in _texts(value, part)][:MOST_VALUES]
        if found:
            return found
    return []


def _texts(value: object, part: Part) -> list[str]:
    if isinstance(part, Within):
        return [text for node in _entries(follow(value, part.way)) for text in _texts(node, part.part)][:MOST_VALUES]
    if isinstance(part, Path):
        return [text for node in follow(value, part) for text in _scalars(node)][:MOST_VALUES]
    filled = [next((text for node in follow(value, hole) for text in _scalars(node)), None) for hole in part.holes]
    if any(text is None for text in filled):
        return []
    inner = [*(text or "" for text in filled), ""]
    whole = "".join(word + text for word, text in zip(part.words, inner, strict=True))
    return [whole] if whole else []


def _entries(nodes: Sequence[object]) -> list[object]:
    return [entry for node in nodes for entry in (node if isinstance(node, list) else [node])][:MOST_VALUES]


def _scalars(node: object) -> list[str]:
    nodes = node[:MOST_VALUES] if isinstance(node, list) else [node]
    return [text for text in map(written, nodes) if text]


def written(node: object) -> str:
    """A text, a number as JSON writes it (5.0 is 5), true or false; "" for everything else."""
    if isinstance(node, bool):
        return "true" if node else "false"
    if isinstance(node, float):
        return str(int(node)) if node.is_integer() and abs(node) < 1e15 else repr(node)
    return str(node) if isinstance(node, int) and abs(node) < 10**30 else node.strip() if isinstance(node, str) else ""


def items(value: object, expression: Expression) -> list[object] | None:
    """The entries of the list or lists at the end of the path; an object alone is one entry; None where there is nothing of that name."""
    for alternative in expression.alternatives:
        ends = [end for part in alternative if isinstance(part, Path) for end in follow(value, part, MOST_ITEMS)]
        if ends:
            lists = [end if isinstance(end, list) else [] if end is None else [end] for end in ends]
            return [entry for entries in lists for entry in entries][:MOST_ITEMS]
    return None
