"""Documents most like one: those that share its most telling words."""

from __future__ import annotations

import json

import numpy as np

from search.analysis import GAP, STOP_WORDS, analyse
from search.whoosh_index.matching import Match, added, found_in_few
from search.whoosh_index.paging import first
from search.whoosh_index.planning import forms
from search.whoosh_index.snapshot import Snapshot

MAX_TERMS = 16
COMMON = 0.1  # a word in more of the documents than this tells little
FEW = 200  # in a small index every word may tell


def similar(snapshot: Snapshot, id: int, limit: int) -> tuple[int, ...]:
    """Ids, best first. The words are those of the title and the keywords, by their rarity."""
    document = snapshot.document(id)
    if document is None or limit <= 0:
        return ()
    matches = _telling(snapshot, document)
    if not matches:
        return ()
    where, total = added([made.docs for made in matches], [made.scores for made in matches if made.scores is not None])
    total = total * snapshot.formula().boosts[where]
    total, where = total[where != document], where[where != document]
    chosen = first(-total, limit)
    order = np.lexsort((snapshot.ids[where[chosen]], -total[chosen]))[:limit]
    return tuple(snapshot.ids[where[chosen][order]].tolist())


def _telling(snapshot: Snapshot, document: int) -> list[Match]:
    segment, own = snapshot.place(document)
    title, keywords, _ = json.loads(segment.card(own))
    _, terms = analyse(f" {GAP} ".join([title, *keywords]))
    matches, most = [], max(FEW, int(COMMON * snapshot.count))
    for term in dict.fromkeys(terms):
        if len(term) > 1 and term not in STOP_WORDS:
            made = found_in_few(snapshot, forms(term), most)
            if made is not None and len(made.docs) > 1:
                matches.append(made)
    return sorted(matches, key=lambda made: len(made.docs))[:MAX_TERMS]
