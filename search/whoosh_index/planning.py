"""A query's tree -> a plan in terms of the index: what to look up, and how the parts combine."""

from __future__ import annotations

from dataclasses import dataclass

from search.analysis import STOP_WORDS, asked, positions, stem, whole_words
from search.query import Both, Either, Everything, Node, Not, Phrase, Widened, Word

TITLE_FIELD = "title"
MAX_ROW = 8  # words that are looked for side by side


@dataclass(frozen=True, slots=True)
class All:
    """Every document."""


@dataclass(frozen=True, slots=True)
class Find:
    """A word and its relatives, in the text or in the titles."""

    term: str
    title: bool = False


@dataclass(frozen=True, slots=True)
class Begin:
    """All words that begin so."""

    prefix: str
    title: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """These positions one after the other."""

    words: tuple[str, ...]
    title: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a facet that has these words."""

    facet: str
    words: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class And:
    """All of `parts`, none of `none_of`."""

    parts: tuple[Plan, ...]
    none_of: tuple[Plan, ...] = ()


@dataclass(frozen=True, slots=True)
class Or:
    """Any of `parts`."""

    parts: tuple[Plan, ...]


@dataclass(frozen=True, slots=True)
class Prefer:
    """`part`; what also has one of these scores more: whole Chinese words, or the words typed side by side in the title."""

    part: Plan
    better: tuple[Find | Sequence, ...]


@dataclass(frozen=True, slots=True)
class Widen:
    """`part`, or at lower weight any of `others`."""

    part: Plan
    others: tuple[Plan, ...]


Plan = All | Find | Begin | Sequence | Value | And | Or | Prefer | Widen


def plan(node: Node) -> Plan:
    """What a query asks for; what has no words in it asks for nothing and is left out."""
    return _plan(node) or All()


def _plan(node: Node) -> Plan | None:
    match node:
        case Both(parts):
            return _both(parts)
        case Either(parts):
            made = tuple(found for part in parts if (found := _plan(part)) is not None)
            return Or(made) if len(made) > 1 else made[0] if made else None
        case Not(part):
            gone = _plan(part)
            return None if gone is None else And((All(),), (gone,))
        case Widened(part, others):
            return _widened(_plan(part), tuple(one for other in others if (one := _plan(other)) is not None))
        case Everything():
            return All()
        case Phrase(text, field):
            return _words(positions(text), field)
        case Word(text, field, prefix):
            return _word(text, field, prefix=prefix)


def _widened(part: Plan | None, others: tuple[Plan, ...]) -> Plan | None:
    return Widen(part, others) if part is not None and others else part


def _both(parts: tuple[Node, ...]) -> Plan | None:
    wanted: list[Plan] = []
    gone: list[Plan] = []
    plain = [part for part in parts if not (isinstance(part, Word) and _stops(part))]
    kept = plain if any(not isinstance(part, Not) for part in plain) else list(parts)
    for made in _joining(kept):
        if isinstance(made, And) and made.parts == (All(),):
            gone.extend(made.none_of)
        else:
            wanted.append(made)
    if not wanted and not gone:
        return None
    if not gone and len(wanted) == 1:
        return wanted[0]
    row = _side_by_side(parts)
    whole = And(tuple(wanted) or (All(),), tuple(gone))
    return Prefer(whole, (row,)) if row and len(wanted) > 1 else whole


def _side_by_side(parts: tuple[Node, ...]) -> Sequence | None:
    """The plain words of a query as a phrase of a title, function words too."""
    words = [word for part in parts if isinstance(part, Word) and _plain(part) for word in positions(part.text) if word]
    return Sequence(tuple(words), title=True) if 1 < len(words) <= MAX_ROW else None


def _stops(word: Word) -> bool:
    return not word.field and not word.prefix and word.text.casefold() in STOP_WORDS


def _joining(parts: list[Node]) -> list[Plan]:
    """The parts' plans, where `e commerce` may also be found as `ecommerce`."""
    plans: list[Plan] = []
    at = 0
    while at < len(parts):
        pair, made = parts[at : at + 2], _plan(parts[at])
        second = _plan(pair[1]) if len(pair) == 2 and _single_letter(pair[0]) and _plain(pair[1]) else None
        if isinstance(made, Find) and isinstance(second, Find) and len(second.term) > 2:
            made, at = Or((Find(made.term + second.term), And((made, second)))), at + 1
        if made is not None:
            plans.append(made)
        at += 1
    return plans


def _plain(node: Node) -> bool:
    return isinstance(node, Word) and not node.prefix and not node.field


def _single_letter(node: Node) -> bool:
    return isinstance(node, Word) and _plain(node) and len(node.text) == 1 and node.text.isascii() and node.text.isalpha()


def _words(words: list[str], field: str) -> Plan | None:
    words = [word for word in words if word]
    if not words:
        return None
    if field and field != TITLE_FIELD:
        return Value(field, tuple(words))
    return Sequence(tuple(words), title=field == TITLE_FIELD)


def _word(text: str, field: str, *, prefix: bool) -> Plan | None:
    if field and field != TITLE_FIELD:
        words = tuple(word for word in positions(text) if word)
        return Value(field, words, prefix) if words else None
    title = field == TITLE_FIELD
    made: list[Plan] = []
    for part in asked(text):
        every: list[Plan] = [Find(term, title) for term in part.terms]
        whole: Plan = every[0] if len(every) == 1 else And(tuple(every))
        made.append(Or((Find(part.joined, title), whole)) if part.joined else whole)
    if prefix and made and isinstance(made[-1], Find):
        made[-1] = Begin(made[-1].term, title)
    if not made:
        return None
    whole = made[0] if len(made) == 1 else And(tuple(made))
    wanted = tuple(Find(term, title) for term in dict.fromkeys(whole_words(text)))
    return Prefer(whole, wanted) if wanted else whole


def forms(term: str) -> tuple[str, ...]:
    """The terms whose weights add up to a word's frequency: its stem, all that share it, and last the exact word (again)."""
    root = stem(term)
    return (root, "~" + root, term)
