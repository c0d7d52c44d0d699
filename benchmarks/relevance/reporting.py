"""What was measured, as a table, and what is claimed of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from benchmarks.claims import Claim
from benchmarks.relevance.measuring import PARTS, Measured
from benchmarks.relevance.metrics import difference
from benchmarks.relevance.systems import OURS

HYBRID = 1.10  # ours against the same without meaning
WITHOUT = "ours, no meaning"
PEERS = {"SQLite FTS5": "FTS5", "Whoosh as it comes": "Whoosh"}


def table(measured: Mapping[str, Measured]) -> str:
    """A line for each system: nDCG@10, MRR, recall@50 by language; holes; and ours less this one, query by query."""
    count = len(next(iter(measured.values())).asked)
    lines = [
        f"{count} queries        {'English':^17}  {'Chinese':^17}  {'all':^17}",
        f"{'':18} {'  '.join(['nDCG   MRR   R@50'] * 3)}  holes  ours less this (nDCG, all)",
    ]
    return "\n".join(lines + [line(one, measured.get(OURS)) for one in measured.values()])


def line(one: Measured, ours: Measured | None) -> str:
    """One system."""
    parts = [one.part(name) for name in PARTS]
    numbers = "  ".join(f"{part.ndcg:.3f} {part.mrr:.3f} {part.recall:.3f}" for part in parts)
    return f"{one.name:18} {numbers}  {parts[-1].holes:5.0f}  {versus(one, ours)}".rstrip()


def versus(one: Measured, ours: Measured | None) -> str:
    """Paired: the mean, its interval, and for how many queries ours is better and worse."""
    if ours is None or one.name == OURS:
        return ""
    gap = difference(ours.gains, one.gains)
    return f"{gap.mean:+.3f} [{gap.low:+.3f} {gap.high:+.3f}]  better {gap.better}, worse {gap.worse}"


def claims(measured: Mapping[str, Measured]) -> list[Claim]:
    """Of those systems that were measured. A peer counts by the better of its two ways to ask."""
    if OURS not in measured:
        return []
    ours, found = measured[OURS].part("all").ndcg, []
    if WITHOUT in measured:
        words = measured[WITHOUT].part("all").ndcg
        found.append(Claim(what="nDCG@10, ours to the same without meaning", measured=ours / max(words, 1e-9), at_least=HYBRID))
    for said, name in PEERS.items():
        theirs = [one.part("all").ndcg for one in measured.values() if one.name.startswith(name)]
        if theirs:
            found.append(Claim(what=f"nDCG@10, ours to {said}", measured=ours / max(*theirs, 1e-9), at_least=1.0))
    return found


def each(measured: Sequence[Measured]) -> str:
    """nDCG query by query, for all systems."""
    lines = []
    for at, asked in enumerate(measured[0].asked):
        gains = "  ".join(f"{one.gains[at]:.2f}" for one in measured)
        lines.append(f"{asked.id} {asked.half}  {gains}  {asked.query}")
    return "\n".join(["columns: " + " | ".join(one.name for one in measured), *lines])


def as_json(measured: Mapping[str, Measured]) -> dict[str, object]:
    """The same for a script."""
    return {name: {part: asdict(one.part(part)) for part in PARTS} for name, one in measured.items()}
