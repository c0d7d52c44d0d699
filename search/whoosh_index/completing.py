"""Type-ahead: lines of a title or a keyword, found in the mapped file by the beginning of any of their words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from search.analysis import fold, positions
from search.document import Completion
from search.query import parse
from search.whoosh_index.matching import match, value_lines
from search.whoosh_index.planning import plan
from search.whoosh_index.snapshot import Snapshot

MAX_TYPED = 80
MAX_SEEN = 1_500  # places looked at in one call
MAX_CHECKED = 12  # keywords whose frequency is looked up
SHARES = {"keyword": 3, "provider": 2, "institution": 2}  # of a list of eight; titles take the rest


@dataclass(slots=True)
class _Line:
    """One line that fits: how often it was met, and a document that has it."""

    title: bool
    first: bool  # what was typed begins the line
    document: int
    start: int  # where its document's lines start in the segment
    begin: int  # and where this one does
    met: int = 1


def complete(snapshot: Snapshot, typed: str, limit: int) -> tuple[Completion, ...]:
    """Keywords first, then names, then titles; what begins a line before what begins a later word."""
    words = [word for word in positions(typed[:MAX_TYPED]) if word]
    if not words or limit <= 0:
        return ()
    wanted = " ".join(words)
    lines = _lines(snapshot, f" {wanted}".encode("utf-8", "replace"))
    kinds = {
        "keyword": list(_keywords(snapshot, [line for line in lines if not line.title], limit)),
        "provider": _names(snapshot, "provider", wanted, limit),
        "institution": _names(snapshot, "institution", wanted, limit),
        "title": list(_titles(snapshot, [line for line in lines if line.title], limit)),
    }
    return _shared(kinds, limit)


def _shared(kinds: dict[str, list[Completion]], limit: int) -> tuple[Completion, ...]:
    """Each kind gets its share, titles the rest, and what is left over goes to whoever has more. No text twice."""
    seen: dict[str, Completion] = {}
    for found in kinds.values():
        for made in found:
            seen.setdefault(fold(made.text), made)
    unique = {kind: [made for made in seen.values() if made.kind == kind] for kind in kinds}
    taken = {kind: min(len(unique[kind]), max(1, share * limit // 8)) for kind, share in SHARES.items()}
    taken["title"] = min(len(unique["title"]), max(0, limit - sum(taken.values())))
    for kind in kinds:
        taken[kind] += min(len(unique[kind]) - taken[kind], max(0, limit - sum(taken.values())))
    return tuple(made for kind in kinds for made in unique[kind][: taken[kind]])[:limit]


def _lines(snapshot: Snapshot, wanted: bytes) -> list[_Line]:
    found: dict[bytes, _Line] = {}
    left = MAX_SEEN
    for base, segment in sorted(zip(snapshot.bases, snapshot.segments, strict=False), key=lambda pair: pair[1].size):
        places = segment.find_in_lines(wanted, left)
        left -= len(places)
        owners = np.searchsorted(segment.line_ends, places, side="right")
        firsts = np.where(owners > 0, segment.line_ends[owners - 1], 0)
        for at, document, first in zip(places, owners.tolist(), firsts.tolist(), strict=True):
            begin, text = segment.line_around(at, int(first))
            _meet(snapshot, found, text, _Line(begin == first, at == begin, base + document, int(first), begin))
    return list(found.values())


def _meet(snapshot: Snapshot, found: dict[bytes, _Line], text: bytes, line: _Line) -> None:
    """Lines of the same words count as one; of titles the one of the smallest id that is still there."""
    if line.title and not snapshot.live[line.document]:
        return
    known = found.setdefault(text, line)
    if known is not line:
        known.met += 1
        if known.title and snapshot.ids[line.document] < snapshot.ids[known.document]:
            known.document = line.document


def _titles(snapshot: Snapshot, lines: list[_Line], limit: int) -> Iterator[Completion]:
    def rank(line: _Line) -> tuple[bool, int, float, int]:
        return not line.first, -line.met, -float(snapshot.formula().boosts[line.document]), int(snapshot.ids[line.document])

    for line in sorted(lines, key=rank)[:limit]:
        yield Completion(text=_card(snapshot, line.document)[0], kind="title", id=int(snapshot.ids[line.document]))


def _keywords(snapshot: Snapshot, lines: list[_Line], limit: int) -> Iterator[Completion]:
    """Only those that a search finds: a keyword's document may be gone."""
    order = sorted(lines, key=lambda line: (not line.first, -line.met))[:MAX_CHECKED]
    found = []
    for line in order:
        segment, _ = snapshot.place(line.document)
        text = _card(snapshot, line.document)[1][segment.line_number(line.start, line.begin) - 1]
        having = len(match(snapshot, plan(parse(text).root)).docs)
        if having:
            found.append((not line.first, -having, text))
    for _, _, text in sorted(found)[:limit]:
        yield Completion(text=text, kind="keyword")


def _card(snapshot: Snapshot, document: int) -> tuple[str, list[str]]:
    segment, own = snapshot.place(document)
    title, keywords, _ = json.loads(segment.card(own))
    return title, keywords


def _names(snapshot: Snapshot, name: str, wanted: str, limit: int) -> list[Completion]:
    facet = snapshot.facet(name)
    lines = value_lines(snapshot, name)
    fitting = [at for at, line in enumerate(lines) if " " + wanted in line]
    counts = snapshot.totals(name)
    order = sorted(fitting, key=lambda at: (not lines[at].startswith(" " + wanted), -int(counts[at]), facet.values[at]))
    return [Completion(text=facet.values[at], kind=name) for at in order if counts[at]][:limit]
