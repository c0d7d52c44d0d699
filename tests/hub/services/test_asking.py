"""Questions: what is fixed by the page, what is chosen, and licences asked as purposes."""

from __future__ import annotations

import pytest

from hub.services.asking import NOTHING, USES, Ask


def test_a_chosen_value_stands_for_the_fixed_one() -> None:
    ask = Ask(fixed={"topic": ("logistics",)}, filters={"topic": ("logistics.customs",), "type": ("course",)})
    assert ask.narrowed == {"topic": ("logistics.customs",), "type": ("course",)}
    assert Ask(fixed={"topic": ("logistics",)}).narrowed == {"topic": ("logistics",)}


@pytest.mark.parametrize(
    ("use", "licence", "expected"),
    [
        ((), ("cc-by",), ("cc-by",)),
        (("adapt",), (), USES["adapt"]),
        (("adapt",), ("cc-by", "cc-by-nd"), ("cc-by",)),
        (("adapt",), ("cc-by-nd",), (NOTHING,)),
        (("nonsense",), (), (NOTHING,)),
    ],
)
def test_purposes_are_licences(use: tuple[str, ...], licence: tuple[str, ...], expected: tuple[str, ...]) -> None:
    ask = Ask(filters={name: values for name, values in (("use", use), ("licence", licence)) if values})
    assert ask.narrowed == {"licence": expected}


def test_two_purposes_are_either() -> None:
    licences = Ask(filters={"use": ("adapt", "sell")}).licences
    assert licences is not None
    assert set(licences) == {*USES["adapt"], *USES["sell"]}


def test_without_leaves_the_rest() -> None:
    ask = Ask(words="a", filters={"type": ("course", "video"), "free": ("yes",)}, sort="title", page=3)
    assert ask.without("type", "video") == Ask(words="a", filters={"type": ("course",), "free": ("yes",)}, sort="title")
    assert ask.without("free", "yes").filters == {"type": ("course", "video")}
