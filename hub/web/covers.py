"""A picture for every resource: tiles of simple shapes, drawn from the SHA-256 of its public id.

The same id gives the same picture, for ever. All tiles of one colour are one path, and shapes are relative paths turned by quarters,
so that twenty pictures stay small in a page.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable

from markupsafe import Markup

TILE = 40
PALETTES = 6  # teal, coral, blue, amber, olive, rose: the classes s0 to s5 of the stylesheet
Step = tuple[str, tuple[int, ...]]  # "l" dx dy | "a" radius large sweep dx dy | "m" dx dy | "z"
Shape = tuple[int, int, tuple[Step, ...]]  # where it begins inside the tile, and its steps


def _round(radius: int, sweep: int) -> tuple[Step, ...]:
    """A whole circle from its top: two half arcs."""
    return (("a", (radius, 1, sweep, 0, 2 * radius)), ("a", (radius, 1, sweep, 0, -2 * radius)), ("z", ()))


QUARTER: Shape = (0, 0, (("l", (40, 0)), ("a", (40, 0, 1, -40, 40)), ("z", ())))
LEAF: Shape = (0, 0, (("l", (20, 0)), ("a", (20, 0, 1, 20, 20)), ("l", (0, 20)), ("l", (-20, 0)), ("a", (20, 0, 1, -20, -20)), ("z", ())))
HALF: Shape = (0, 0, (("l", (40, 0)), ("a", (20, 0, 1, -40, 0)), ("z", ())))
TRIANGLE: Shape = (0, 0, (("l", (40, 0)), ("l", (-40, 40)), ("z", ())))
DISC: Shape = (20, 4, _round(16, 0))
SQUARE: Shape = (0, 0, (("l", (40, 0)), ("l", (0, 40)), ("l", (-40, 0)), ("z", ())))
RING: Shape = (20, 0, (*_round(20, 0), ("m", (0, 10)), *_round(10, 1)))
SHAPES = (QUARTER, QUARTER, LEAF, HALF, TRIANGLE, DISC, SQUARE, RING, LEAF)


def _turned(x: int, y: int, quarters: int) -> tuple[int, int]:
    for _ in range(quarters):
        x, y = -y, x
    return x, y


def _numbers(values: Iterable[int]) -> str:
    """Numbers as a path wants them: a minus sign separates as well as a space does."""
    return " ".join(str(value) for value in values).replace(" -", "-")


def _straight(command: str, dx: int, dy: int) -> str:
    """A line or a move, in its shortest spelling."""
    if command == "l" and not dy:
        return f"h{dx}"
    if command == "l" and not dx:
        return f"v{dy}"
    return command + _numbers((dx, dy))


def _path(shape: Shape, quarters: int) -> tuple[int, int, str]:
    """Where the turned shape begins in its tile, and its steps in SVG's path language."""
    begin_x, begin_y, steps = shape
    x, y = _turned(begin_x - TILE // 2, begin_y - TILE // 2, quarters)
    words = []
    for command, values in steps:
        if command == "z":
            words.append("z")
        elif command == "a":
            radius, large, sweep, dx, dy = values
            words.append("a" + _numbers((radius, radius, 0, large, sweep, *_turned(dx, dy, quarters))))
        else:
            words.append(_straight(command, *_turned(values[0], values[1], quarters)))
    return x + TILE // 2, y + TILE // 2, "".join(words)


PATHS = tuple(tuple(_path(shape, quarters) for quarters in range(4)) for shape in SHAPES)
GROUND = "h40v40h-40z"


def _tiles(chance: bytes, columns: int, rows: int, colours: int) -> tuple[dict[int, list[str]], dict[int, list[str]]]:
    """Path data by colour: grounds and the shapes on them. Four bytes of chance a tile."""
    grounds: dict[int, list[str]] = defaultdict(list)
    shapes: dict[int, list[str]] = defaultdict(list)
    for place in range(columns * rows):
        x, y = place % columns * TILE, place // columns * TILE
        first, second, turn, choice = chance[place * 4 : place * 4 + 4]
        ground = first % colours
        colour = (ground + 1 + second % (colours - 1)) % colours
        if ground:  # colour 0 is the picture's own background
            grounds[ground].append(f"M{x} {y}{GROUND}")
        begin_x, begin_y, steps = PATHS[choice % len(SHAPES)][turn % 4]
        shapes[colour].append(f"M{x + begin_x} {y + begin_y}{steps}")
    return grounds, shapes


def _paths(chance: bytes, columns: int, rows: int, colours: int) -> str:
    layers = _tiles(chance, columns, rows, colours)
    return "".join(f'<path class="k{colour}" d="{"".join(layer[colour])}"/>' for layer in layers for colour in sorted(layer))


def palette_of(topic: str | None) -> int:
    """A palette for a main topic: any topic has one, the same one always; without a topic it is teal."""
    return hashlib.sha256(topic.encode()).digest()[0] % PALETTES if topic else 0


def cover(public_id: str, topic: str | None = None, *, square: bool = False, fill: bool = False) -> Markup:
    """The picture of a resource, four tiles by two; `square` shows the two columns in the middle, `fill` fills a box of any shape."""
    paths = _paths(hashlib.sha256(public_id.encode()).digest(), 4, 2, 4)
    box = "40 0 80 80" if square else "0 0 160 80"
    cut = ' preserveAspectRatio="xMidYMid slice"' if fill else ""
    return Markup(  # noqa: S704 - made of our own numbers only
        f'<svg class="cover s{palette_of(topic)}" viewBox="{box}"{cut} aria-hidden="true">{paths}</svg>'
    )


def mosaic(seed: str, *, size: int = 5, colours: int = 6) -> Markup:
    """The large picture beside the home page's search box."""
    chance = b"".join(hashlib.sha256(f"{seed}{part}".encode()).digest() for part in range(size * size * 4 // 32 + 1))
    side = size * TILE
    paths = _paths(chance, size, size, colours)
    return Markup(f'<svg class="mosaic" viewBox="0 0 {side} {side}" aria-hidden="true">{paths}</svg>')  # noqa: S704
