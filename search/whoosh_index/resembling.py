"""Documents most like one."""

from __future__ import annotations

import json

import numpy as np

from search.analysis import GAP, STOP_WORDS, analyse
from search.whoosh_index.arrays import Array
from search.whoosh_index.fusing import K
from search.whoosh_index.matching import Match, added, found_in_few
from search.whoosh_index.nearness import LEAST, Meanings
from search.whoosh_index.paging import first
from search.whoosh_index.planning import forms
from search.whoosh_index.snapshot import Snapshot

MAX_TERMS = 16
CONSIDERED = 50  # of each ranking
COMMON = 0.1  # a word in more of the documents than this tells little
FEW = 200  # in a small index every word may tell


def similar(snapshot: Snapshot, id: int, limit: int, meanings: Meanings | None) -> tuple[int, ...]:
    """Ids, best first: by the words of title and keywords that tell most, and by meaning, as `fusing` joins two rankings."""
    document = snapshot.document(id)
    if document is None or limit <= 0:
        return ()
    rankings = [_by_words(snapshot, document)]
    vector = meanings.of(snapshot, document) if meanings else None
    if meanings and vector is not None:
        near = meanings.near(snapshot, vector, None, CONSIDERED + 1)
        rankings.append(near.docs[(near.docs != document) & (near.similarities >= LEAST)])
    where, values = added(rankings, [(1 / (K + 1 + np.arange(len(ranking)))).astype(np.float32) for ranking in rankings])
    order = np.lexsort((snapshot.ids[where], -values))[:limit]
    return tuple(snapshot.ids[where[order]].tolist())


def _by_words(snapshot: Snapshot, document: int) -> Array:
    """The documents that share the most telling words, best first."""
    matches = _telling(snapshot, document)
    where, total = added([made.docs for made in matches], [made.scores for made in matches if made.scores is not None])
    total = total * snapshot.formula().boosts[where]
    total, where = total[where != document], where[where != document]
    chosen = first(-total, CONSIDERED)
    ordered: Array = where[chosen][np.lexsort((snapshot.ids[where[chosen]], -total[chosen]))][:CONSIDERED]
    return ordered


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
