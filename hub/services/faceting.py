"""What the index counted -> facets to choose from, labelled, in the order of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from hub.services.asking import SHOWN, USE, USES, Ask
from hub.services.labelling import Terms, Vocabulary
from search.document import Count, Hits

LONG = ("provider", "institution")  # of their values a page hears of the first only
ALL = 10_000  # values of a facet on its own page


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet. `label` is None where the page knows the word for the value."""

    value: str
    label: str | None
    count: int
    selected: bool
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """One facet: its most useful choices, and how many there are in all."""

    name: str
    choices: tuple[Choice, ...]
    size: int
    selected: int


def groups(hits: Hits, ask: Ask, vocabulary: Vocabulary, *, today: date, show: int) -> tuple[Group, ...]:
    """The facets in the order of the page, empty ones left out."""
    made = []
    for name in SHOWN:
        selected = ask.filters.get(name, ())
        counts = [count for count in counted(hits, ask, name) if count.count or count.value in selected]
        if name == "topic":
            choices = tree(counts, vocabulary.topics, selected, ask.fixed.get(name, ()), show)
            counts = [count for count in counts if is_below(vocabulary.topics, count.value, ask.fixed.get(name, ()))]
        elif name in ask.fixed:
            continue
        else:
            ordered = upcoming(counts, today) if name == "start" else counts
            choices = first([Choice(c.value, label(vocabulary, name, c.value), c.count, c.value in selected) for c in ordered], show)
        if choices:
            size = max(len(counts), hits.sizes.get(name, 0)) if name in LONG else len(counts)
            made.append(Group(name, choices, size, len(selected)))
    return tuple(made)


def counted(hits: Hits, ask: Ask, name: str) -> Sequence[Count]:
    """The counts of a facet. Purposes and licences are one facet of the index: each is counted under the other's choice."""
    if name == USE:
        counts = {count.value: count.count for count in hits.facets.get("licence", ())}
        chosen = ask.filters.get("licence", ())
        return [Count(use, sum(counts.get(f, 0) for f in families if not chosen or f in chosen)) for use, families in USES.items()]
    found = hits.facets.get(name, ())
    if name == "licence" and ask.filters.get(USE):
        fit = {family for use in ask.filters[USE] for family in USES.get(use, ())}
        return [count for count in found if count.value in fit]
    return found


def label(vocabulary: Vocabulary, facet: str, value: str) -> str | None:
    """The catalogue's own word for a value; None where the page has to know it."""
    if facet == "topic":
        return vocabulary.topics.label(value)
    if facet == "platform":
        return vocabulary.platforms.label(value)
    if facet == "tag":
        return vocabulary.tags.get(value)
    return value if facet in {"provider", "institution"} else None


def first(choices: Sequence[Choice], show: int) -> tuple[Choice, ...]:
    """The first ones, and every selected one beside them."""
    return (*choices[:show], *(choice for choice in choices[show:] if choice.selected))


def is_below(topics: Terms, notation: str, fixed: Sequence[str]) -> bool:
    """Is this a topic under the page's own one? Every topic is, where the page has none."""
    return not fixed or any(over.notation in fixed for over in topics.above(notation))


def upcoming(counts: Sequence[Count], today: date) -> tuple[Count, ...]:
    """`anytime` first, then the months from this one on; months that are over are history."""
    this_month = today.strftime("%Y-%m")
    later = sorted((c for c in counts if c.value != "anytime" and c.value >= this_month), key=lambda c: c.value)
    return (*(c for c in counts if c.value == "anytime"), *later)


def tree(counts: Sequence[Count], topics: Terms, selected: Sequence[str], fixed: Sequence[str], show: int) -> tuple[Choice, ...]:
    """Main topics, most frequent first; a chosen one shows the topics under it. On a topic's own page: those under it."""
    counted = {count.value: count.count for count in counts}
    opened = {over.notation for value in selected for over in topics.above(value)} | set(selected)

    def under(notation: str | None, depth: int) -> list[Choice]:
        terms = sorted((t for t in topics.below(notation) if t.notation in counted), key=lambda t: -counted[t.notation])
        made: list[Choice] = []
        for place, term in enumerate(terms):
            open_here = term.notation in opened
            if place < show or open_here:
                made.append(Choice(term.notation, term.label, counted[term.notation], term.notation in selected, depth))
                if open_here or show == ALL:
                    made += under(term.notation, depth + 1)
        return made

    return tuple(under(fixed[0] if fixed else None, 0))
