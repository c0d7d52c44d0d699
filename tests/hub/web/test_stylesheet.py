"""The stylesheet's tokens keep their contrast, and colours stand nowhere else."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[3] / "hub" / "static"
CSS = (STATIC / "app.css").read_text(encoding="utf-8")
TOKEN = re.compile(r"--([a-z-]+): (?:light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)|(#[0-9a-f]{6}));")
TOKENS = {match[1]: (match[2] or match[4], match[3] or match[4]) for match in TOKEN.finditer(CSS)}
TEXT = [
    ("text", "bg"),
    ("text", "surface"),
    ("muted", "bg"),
    ("muted", "surface"),
    ("muted", "sunken"),
    ("primary", "bg"),
    ("primary", "surface"),
    ("on-primary", "primary"),
    ("on-primary", "primary-hover"),
    ("primary", "primary-soft"),
    ("text", "primary-soft"),
    ("on-accent", "accent"),
    ("on-accent", "accent-hover"),
    ("ok", "ok-soft"),
    ("warn", "warn-soft"),
    ("bad", "bad-soft"),
    ("bad", "surface"),
    ("info", "info-soft"),
    ("on-hero", "hero"),
    ("on-hero-muted", "hero"),
    ("visited", "bg"),
    ("text", "accent-soft"),
]
EDGES = [("control", "bg"), ("control", "surface"), ("focus", "bg"), ("focus", "surface"), ("accent", "hero")]


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2, definition)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize(("scheme", "name"), [(0, "light"), (1, "dark")])
def test_text_and_edges_can_be_seen(scheme: int, name: str) -> None:
    """4.5 for text, 3 for edges of controls and focus (WCAG 1.4.3, 1.4.11)."""
    for pairs, least in ((TEXT, 4.5), (EDGES, 3.0)):
        for front, back in pairs:
            ratio = contrast(TOKENS[front][scheme], TOKENS[back][scheme])
            assert ratio >= least, f"{name}: {front} on {back} is {ratio:.2f}"


def test_colours_stand_in_the_token_layer_alone() -> None:
    """Covers excepted: their palettes are pictures."""
    layer = CSS.index("@layer tokens {"), CSS.index("@layer base {")
    outside = CSS[: layer[0]] + CSS[layer[1] :]
    lines = [line for line in outside.splitlines() if re.search(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|oklch)\(", line)]
    assert [line for line in lines if ".cover" not in line and ".mosaic" not in line] == []


def test_sizes_stay_within_the_budget() -> None:
    """CSS at most 12 KB, our script 4 KB, all scripts 30 KB, compressed; fonts 60 KB."""
    packed = {path.name: len(gzip.compress(path.read_bytes(), 9)) for path in STATIC.rglob("*.*") if path.suffix in {".css", ".js"}}
    scripts = [size for name, size in packed.items() if name.endswith(".js")]
    assert packed["app.css"] <= 12_000
    assert packed["app.js"] <= 4_000
    assert sum(scripts) <= 30_000
    assert sum(path.stat().st_size for path in STATIC.rglob("*.woff2")) <= 60_000
