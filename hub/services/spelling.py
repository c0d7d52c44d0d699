"""Typed words in a row, word by word and ideograph by ideograph, and where the row may be parted without asking for something else.

A short run of ideographs is one thing (物流管理 is not 物流 and 管理); a long one is cut into words by the engine anyway, and so it may
be here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from hub.services.glossing import singular
from search import analysis
from search.query import Node, Word

SURE = 3  # ideographs of a label that may stand anywhere in a long run; a shorter one must end where words of the dictionary do


@dataclass(frozen=True, slots=True)
class Piece:
    """One word or ideograph: which of the typed words it is in, where it stands there, and the run of ideographs that it is part of."""

    word: str
    owner: int
    start: int
    end: int
    run: tuple[int, int] | None  # where the run begins and ends in its typed word


def is_plain(node: Node) -> bool:
    """A word that may stand anywhere in a text, whole."""
    return isinstance(node, Word) and not node.field and not node.prefix and bool(analysis.tokens(node.text))


class Row:
    """Plain words that were typed one after the other."""

    def __init__(self, typed: Sequence[Word]) -> None:
        self._typed = typed
        self.pieces = [piece for owner, word in enumerate(typed) for piece in pieces(owner, word.text)]
        self._cuts: dict[tuple[int, tuple[int, int]], frozenset[int]] = {}

    def key(self, at: int, end: int) -> str:
        """The words of a stretch, as labels are looked up."""
        return "".join(piece.word for piece in self.pieces[at:end])

    def text(self, at: int, end: int) -> str:
        """A stretch as it was typed."""
        owners = groupby(self.pieces[at:end], lambda piece: piece.owner)
        return " ".join(self._slice(list(stretch)) for _, stretch in owners)

    def part(self, at: int, end: int) -> list[Node]:
        """A stretch as words."""
        return [Word(self._slice(list(stretch))) for _, stretch in groupby(self.pieces[at:end], lambda piece: piece.owner)]

    def rest(self, at: int, end: int) -> list[Node]:
        """A stretch without a label: whole words as they are, what is left of a long run word by word, as the engine would have cut it."""
        made: list[Node] = []
        for owner, stretch in groupby(self.pieces[at:end], lambda piece: piece.owner):
            found = list(stretch)
            if sum(piece.owner == owner for piece in self.pieces) == len(found):
                made.append(self._typed[owner])
                continue
            for run, inside in groupby(found, lambda piece: piece.run):
                text = self._slice(list(inside))
                whole = run is None or len(text) == run[1] - run[0]
                made += [Word(word) for word in ([text] if whole else analysis.cut(text)) if word not in analysis.STOP_CHARACTERS]
        return made

    def may_part(self, at: int, end: int) -> bool:
        """May this stretch be taken out of its row?"""
        few = sum(piece.run is not None for piece in self.pieces[at:end]) < SURE
        return all(self._may_cut(place, by_dictionary=few) for place in (at, end))

    def _may_cut(self, place: int, *, by_dictionary: bool) -> bool:
        if place in (0, len(self.pieces)):
            return True
        before, after = self.pieces[place - 1], self.pieces[place]
        if before.owner != after.owner:
            return True
        if before.run is None or before.run != after.run:
            return before.run != after.run  # between scripts; but e-commerce is not parted
        long = after.run[1] - after.run[0] > analysis.LONG_RUN if after.run else False
        return long and (not by_dictionary or after.start in self._dictionary_cuts(after))

    def _dictionary_cuts(self, piece: Piece) -> frozenset[int]:
        """Where words of the dictionary begin in a piece's run."""
        assert piece.run is not None
        begin, end = piece.run
        kept = self._cuts.get((piece.owner, piece.run))
        if kept is None:
            places = [begin]
            for word in analysis.cut(analysis.fold(self._typed[piece.owner].text[begin:end])):
                places.append(places[-1] + len(word))
            kept = self._cuts[piece.owner, piece.run] = frozenset(places)
        return kept

    def _slice(self, stretch: list[Piece]) -> str:
        return self._typed[stretch[0].owner].text[stretch[0].start : stretch[-1].end]


def pieces(owner: int, text: str) -> list[Piece]:
    """The words and ideographs of one typed word."""
    tokens = analysis.tokens(text)
    runs: dict[int, tuple[int, int]] = {}  # where an ideograph stands -> the run around it
    for _, stretch in groupby(enumerate(token for token in tokens if token.ideograph), lambda pair: pair[1].start - pair[0]):
        run = [token for _, token in stretch]
        runs |= dict.fromkeys((token.start for token in run), (run[0].start, run[-1].end))
    return [Piece(singular(token.text), owner, token.start, token.end, runs.get(token.start)) for token in tokens]
