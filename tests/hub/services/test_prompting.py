"""Topics in the type-ahead: under any of their names, in both languages, by sound, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from hub.services import prompting
from hub.services.prompting import Topic

Prompt = Callable[..., tuple[Topic, ...]]


@pytest.fixture
def prompt(session: Session) -> Prompt:
    def topics(typed: str, language: str = "en") -> tuple[Topic, ...]:
        return prompting.topics(session, typed, language=language)

    return topics


def test_by_the_beginning_of_any_word(prompt: Prompt) -> None:
    assert prompt("logist")[0] == Topic("logistics", "Logistics and supply chain", "")
    assert all("supply ch" in (topic.label + topic.note).casefold() for topic in prompt("supply ch"))
    assert prompt("zzzz") == ()


def test_another_name_is_shown_beside_the_label(prompt: Prompt) -> None:
    assert prompt("跨境电商")[0] == Topic("cross-border", "Cross-border e-commerce", "跨境电商")
    assert prompt("cross-border e-commerce", "zh-Hans")[0] == Topic("cross-border", "跨境电子商务", "Cross-border e-commerce")


@pytest.mark.parametrize("typed", ["kjds", "kuajingdianshang", "kua jing dian shang", "KJDS"])
def test_by_sound_in_both_ways(prompt: Prompt, typed: str) -> None:
    assert prompt(typed, "zh-Hans")[0].notation == "cross-border"


def test_two_letters_of_sound_are_for_chinese_readers(prompt: Prompt) -> None:
    assert prompt("wl", "zh-Hans")
    assert prompt("wl") == ()


def test_never_many_and_never_twice(prompt: Prompt) -> None:
    for typed in ("e", "ec", "电", "电商", "com", "co", "", " ", "%", "电" * 200):
        found = prompt(typed)
        assert len(found) <= prompting.MOST
        assert len({topic.notation for topic in found}) == len(found)
    assert prompt("e") == ()
