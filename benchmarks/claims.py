"""What a benchmark claims, against what it measured: printed with PASS or FAIL, as text or as JSON, and told by the exit status."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One number and its bound, in the same unit."""

    what: str
    measured: float
    unit: str = ""
    at_least: float | None = None
    at_most: float | None = None

    @property
    def holds(self) -> bool:
        """Is the number within its bound?"""
        low = self.at_least is None or self.measured >= self.at_least
        return low and (self.at_most is None or self.measured <= self.at_most)

    def line(self) -> str:
        """As a person reads it."""
        sign, bound = ("at least", self.at_least) if self.at_least is not None else ("at most", self.at_most)
        unit = f" {self.unit}" if self.unit else ""
        return f"{'PASS' if self.holds else 'FAIL'}  {self.what}: {self.measured:.3g}{unit} ({sign} {bound:g}{unit})"

    def as_json(self) -> dict[str, object]:
        """As a script reads it."""
        return {
            "claim": self.what, "measured": round(self.measured, 4), "unit": self.unit,
            "at_least": self.at_least, "at_most": self.at_most, "holds": self.holds,
        }  # fmt: skip


def grid(corner: str, rows: Mapping[str, Mapping[str, Claim]]) -> str:
    """Claims as a table: row -> column -> claim."""
    columns = list(dict.fromkeys(name for row in rows.values() for name in row))
    lines = [[corner, *columns], *([what, *(_cell(row.get(name)) for name in columns)] for what, row in rows.items())]
    widths = [max(len(line[at]) for line in lines) for at in range(len(columns) + 1)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines)


def _cell(claim: Claim | None) -> str:
    if claim is None:
        return ""
    sign, bound = (">=", claim.at_least) if claim.at_least is not None else ("<=", claim.at_most)
    return f"{'PASS' if claim.holds else 'FAIL'} {claim.measured:.3g} ({sign} {bound:.3g}{' ' + claim.unit if claim.unit else ''})"


def conclude(measured: Mapping[str, object], claims: Sequence[Claim], *, as_json: bool, table: str = "") -> int:
    """Print the claims, or a table that has them, or everything as one JSON document; exit status: 0 when every claim holds, else 1."""
    if as_json:
        print(json.dumps({"machine": machine(), **measured, "claims": [claim.as_json() for claim in claims]}, indent=2))
    else:
        print(f"\non {machine()}")
        print(table or "\n".join(claim.line() for claim in claims))
    return 0 if all(claim.holds for claim in claims) else 1


def machine() -> str:
    """What it ran on; the load says how much else was going on."""
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}, load {load:.1f}"


def percentile(seconds: Sequence[float], part: int) -> float:
    """The value below which so many per cent are."""
    return sorted(seconds)[min(len(seconds) - 1, len(seconds) * part // 100)]
