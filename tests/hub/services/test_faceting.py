"""Facets from counts: trees that open where one has chosen, months that are still to come."""

from __future__ import annotations

from datetime import date

from hub.services.asking import Ask
from hub.services.faceting import ALL, counted, first, groups, tree, upcoming
from hub.services.labelling import Term, Terms, Vocabulary
from search.document import Count, Hits

TOPICS = Terms(
    {
        term.notation: term
        for term in (Term("a", "A", None), Term("a.x", "AX", "a"), Term("a.y", "AY", "a"), Term("b", "B", None), Term("b.x", "BX", "b"))
    }
)
COUNTS = (Count("b", 9), Count("a", 7), Count("a.y", 5), Count("a.x", 2), Count("b.x", 1))


def values(choices: object) -> list[tuple[str, int, bool]]:
    return [(choice.value, choice.depth, choice.selected) for choice in choices]  # type: ignore[attr-defined]


def test_a_closed_tree_shows_main_topics_by_number() -> None:
    assert values(tree(COUNTS, TOPICS, (), (), 6)) == [("b", 0, False), ("a", 0, False)]


def test_a_chosen_topic_opens_the_way_to_it() -> None:
    expected = [("b", 0, False), ("a", 0, False), ("a.y", 1, True), ("a.x", 1, False)]
    assert values(tree(COUNTS, TOPICS, ("a.y",), (), 6)) == expected
    assert values(tree(COUNTS, TOPICS, ("a",), (), 1)) == [("b", 0, False), ("a", 0, True), ("a.y", 1, False)]


def test_a_topic_s_own_page_begins_under_it() -> None:
    assert values(tree(COUNTS, TOPICS, (), ("a",), 6)) == [("a.y", 0, False), ("a.x", 0, False)]


def test_all_values_are_the_whole_tree() -> None:
    assert [value for value, _, _ in values(tree(COUNTS, TOPICS, (), (), ALL))] == ["b", "b.x", "a", "a.y", "a.x"]


def test_months_that_are_over_are_left_out() -> None:
    counts = (Count("2026-10", 5), Count("2027-02", 1), Count("anytime", 2), Count("2026-11", 4))
    assert [count.value for count in upcoming(counts, date(2026, 11, 30))] == ["anytime", "2026-11", "2027-02"]


def test_selected_values_are_always_shown() -> None:
    hits = Hits(total=9, hits=(), facets={"type": tuple(Count(f"t{number}", 9 - number) for number in range(9))})
    ask = Ask(filters={"type": ("t8",)})
    (group,) = groups(hits, ask, Vocabulary(TOPICS, TOPICS), today=date(2026, 11, 1), show=3)
    assert [choice.value for choice in group.choices] == ["t0", "t1", "t2", "t8"]
    assert (group.size, group.selected) == (9, 1)
    assert first((), 3) == ()


def test_stars_are_the_highest_first_and_adoption_is_yes_or_nothing() -> None:
    hits = Hits(total=9, hits=(), facets={"score": (Count("3", 5), Count("4", 2)), "adopted": (Count("yes", 3),)})
    found = {
        group.name: group
        for group in groups(hits, Ask(filters={"score": ("4",)}), Vocabulary(TOPICS, TOPICS), today=date(2026, 11, 1), show=6)
    }
    assert {choice.value: (choice.count, choice.selected) for choice in found["score"].choices} == {"3": (5, False), "4": (2, True)}
    assert [(choice.value, choice.count) for choice in found["adopted"].choices] == [("yes", 3)]


def test_purposes_are_counted_under_the_chosen_licence() -> None:
    hits = Hits(total=9, hits=(), facets={"licence": (Count("cc-by", 4), Count("cc-by-nd", 3), Count("all-rights-reserved", 2))})
    assert {c.value: c.count for c in counted(hits, Ask(), "use")} == {"copy": 7, "adapt": 4, "sell": 7}
    assert {c.value: c.count for c in counted(hits, Ask(filters={"licence": ("cc-by-nd",)}), "use")} == {"copy": 3, "adapt": 0, "sell": 3}
    assert [c.value for c in counted(hits, Ask(filters={"use": ("adapt",)}), "licence")] == ["cc-by"]
