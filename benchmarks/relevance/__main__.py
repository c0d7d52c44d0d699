"""How good the first hits are: `python -m benchmarks.relevance [--half tune|test|all] [--set name=number]... [--systems NAME]...`.

Asks our engine, the same without one of its parts, and its peers every judged query (README.md), over the corpus, and prints nDCG@10,
MRR and recall@50. `--tune name=number,number... ` looks for better numbers of the ranking on one half and prints what they do on the other.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.claims import conclude
from benchmarks.relevance.built import Built
from benchmarks.relevance.climbing import climb
from benchmarks.relevance.judged import HALVES, judgements, queries
from benchmarks.relevance.measuring import Judge
from benchmarks.relevance.reporting import as_json, claims, each, table
from benchmarks.relevance.systems import OURS, ours, systems
from search.tuning import BOUNDS, BadTuning, Tuning, tuning


def main() -> int:
    """Measure, or tune."""
    parser = options()
    chosen = parser.parse_args()
    try:
        numbers = tuning({name: value for name, (value,) in pairs(chosen.set, several=False).items()})
        grid = pairs(chosen.tune, several=True)
    except (BadTuning, ValueError) as trouble:
        parser.error(str(trouble))
    with tempfile.TemporaryDirectory() as name:
        folder = chosen.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        built = Built(folder, fresh=chosen.fresh)
        return tune(built, numbers, grid) if grid else measure(built, numbers, chosen)


def options() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=(*HALVES, "all"), default="all")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=NUMBER", help="a number of search.tuning")
    parser.add_argument("--tune", action="append", default=[], metavar="NAME=NUMBER,...", help="numbers to try")
    parser.add_argument("--systems", action="append", metavar="NAME", help="only those that begin so; may be given again")
    parser.add_argument("--keep", metavar="FOLDER", type=Path, help="keep indexes and vectors there, for the next time")
    parser.add_argument("--fresh", action="store_true", help="write our index again, although it was kept")
    parser.add_argument("--each", action="store_true", help="print nDCG@10 query by query too")
    parser.add_argument("--own", action="store_true", help="as if there were no documents in other languages than the query's")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    return parser


def pairs(given: Sequence[str], *, several: bool) -> dict[str, list[float]]:
    """`name=number` as typed. Raises ValueError for a name that is no number of the ranking, and for what is no number."""
    found = {}
    for text in given:
        name, _, values = text.partition("=")
        if name not in BOUNDS:
            raise ValueError(f"{name!r} is no number of the ranking; there are {', '.join(BOUNDS)}")
        found[name] = [float(value) for value in (values.split(",") if several else [values])]
    return found


def measure(built: Built, numbers: Tuning, chosen: argparse.Namespace) -> int:
    """Every system that is asked for; answers the exit status."""
    judge = Judge(queries(chosen.half), judgements(), built.names, own=chosen.own)
    wanted = tuple(chosen.systems or [""])
    measured = {name: judge.measure(name, system) for name, system in systems(built, numbers).items() if name.startswith(wanted)}
    if not measured:
        print(f"There is no such system; there are {', '.join(systems(built, numbers))}", file=sys.stderr)
        return 2
    if not chosen.json:
        print(table(measured))
        if chosen.each:
            print(f"\n{each(list(measured.values()))}")
    return conclude({"half": chosen.half, "systems": as_json(measured)}, claims(measured), as_json=chosen.json)


def tune(built: Built, start: Tuning, grid: dict[str, list[float]]) -> int:
    """Climb on the half for tuning, then compare start and end on both."""
    judges = {half: Judge(queries(half), judgements(), built.names) for half in HALVES}

    def score(half: str, numbers: Tuning) -> float:
        return judges[half].measure(OURS, ours(built, numbers)).part("all").ndcg

    end = climb(start, grid, lambda numbers: score("tune", numbers))
    for half in HALVES:
        print(f"{half}: nDCG@10 {score(half, start):.4f} -> {score(half, end):.4f}")
    print(" ".join(f"--set {name}={value:g}" for name, value in end.numbers.items() if value != start.numbers[name]) or "nothing is better")
    return 0


if __name__ == "__main__":
    sys.exit(main())
