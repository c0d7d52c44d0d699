"""How well doubles are found: `python -m benchmarks.matching [--half tune|test|all] [--each]`, or `--resources N` for how long it takes.

Compares the judged pairs (README.md) by the rule that merges pages, and prints precision and recall of automatic merges, category by
category. Without the corpus (HUB_CORPUS, ../shared/corpus) only the demo's own pairs are measured, which proves little.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import asdict
from pathlib import Path

from benchmarks.claims import Claim, conclude
from benchmarks.matching import scale
from benchmarks.matching.judging import Verdict, counted, table, verdicts
from benchmarks.matching.pairs import HALVES, known, pairs
from benchmarks.real_courses import corpus_folder

PRECISION, RECALL = 0.99, 0.85
SECONDS = 0.006  # a resource: ten minutes for a hundred thousand
MEGABYTES = 200


def main() -> int:
    """Measure."""
    chosen = options().parse_args()
    if chosen.corpus:
        os.environ["HUB_CORPUS"] = str(chosen.corpus)
    return measure_time(chosen) if chosen.resources else measure_verdicts(chosen)


def options() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=(*HALVES, "all"), default="all")
    parser.add_argument("--corpus", metavar="FOLDER", type=Path, help="where the corpus is (HUB_CORPUS)")
    parser.add_argument("--each", action="store_true", help="print every pair that went wrong, with its reasons (titles of the corpus!)")
    parser.add_argument("--resources", type=int, metavar="N", help="how long a pass over a made catalogue of this size takes")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    return parser


def measure_verdicts(chosen: argparse.Namespace) -> int:
    """Precision and recall, on one half or on each of them."""
    if not corpus_folder().is_dir() and not chosen.json:
        print(f"There is no corpus at {corpus_folder()} (HUB_CORPUS): only the pairs of the demo are measured.")
    found = verdicts(pairs(), known())
    halves = HALVES if chosen.half == "all" else (chosen.half,)
    claims, measured = [], {}
    for half in halves:
        mine = [one for one in found if one.pair.half == half]
        claims += claimed(half, mine)
        measured[half] = {f"{verdict} {category}": row for (verdict, category), row in counted(mine).items()}
    shown = [one for one in found if one.pair.half in halves]
    text = (
        table(shown)
        + "\n"
        + "\n".join(claim.line() for claim in claims)
        + ("\n" + "\n".join(one.line() for one in shown if one.wrong) if chosen.each else "")
    )
    return conclude(measured, claims, as_json=chosen.json, table=text)


def claimed(half: str, found: list[Verdict]) -> list[Claim]:
    """What is claimed of one half."""
    joined = [one for one in found if one.joined]
    same = [one for one in found if one.pair.same]
    hits = sum(one.pair.same for one in joined)
    return [
        Claim(what=f"{half}: precision of automatic merges", measured=hits / max(1, len(joined)), at_least=PRECISION),
        Claim(what=f"{half}: recall of automatic merges ({hits} of {len(same)})", measured=hits / max(1, len(same)), at_least=RECALL),
    ]


def measure_time(chosen: argparse.Namespace) -> int:
    """How long a pass takes, and whether it was right."""
    found = scale.measure(chosen.resources)
    claims = [
        Claim(what="CPU of a pass", measured=found.cpu, unit="s", at_most=SECONDS * found.resources),
        Claim(what="memory that a pass takes", measured=found.megabytes, unit="MB", at_most=MEGABYTES),
        Claim(what="doubles that were made and joined", measured=found.merged / found.doubles, at_least=RECALL),
        Claim(what="wrong merges", measured=found.wrong, at_most=0),
        Claim(what="a pass over an unchanged catalogue", measured=found.again, unit="s", at_most=2),
    ]
    lines = "\n".join(f"{name:<12}{value:g}" for name, value in asdict(found).items())
    return conclude(asdict(found), claims, as_json=chosen.json, table=lines + "\n" + "\n".join(claim.line() for claim in claims))


if __name__ == "__main__":
    raise SystemExit(main())
