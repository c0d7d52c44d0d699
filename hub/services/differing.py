"""What changed between two sets of values, field by field and word by word."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

TOKEN = re.compile(r"[^\W\u3400-\u9fff]+|[\u3400-\u9fff]|\s+|[^\w\s]|_")
LONGEST = 20_000  # characters of a value that are compared word by word
TOKENS = 3_000


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a value: `same`, `gone` or `new`."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that is not as it was."""

    field: str
    before: str | None
    after: str | None
    parts: tuple[Part, ...]  # both in one, in reading order


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Difference, ...]:
    """The fields whose values differ, those of `after` first, in their order."""
    fields = dict.fromkeys((*after, *before))
    return tuple(difference(name, before.get(name), after.get(name)) for name in fields if before.get(name) != after.get(name))


def difference(name: str, before: Any, after: Any) -> Difference:
    """One field."""
    old, new = text_of(before), text_of(after)
    return Difference(name, old, new, tuple(marked(old or "", new or "")))


def text_of(value: Any) -> str | None:
    """A value as text: lists a line each, what has parts as JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list):
        return "\n".join(text_of(one) or "" for one in value)
    return json.dumps(value, ensure_ascii=False)


def marked(before: str, after: str) -> Iterator[Part]:
    """Both texts in one: joined, the parts that are `same` or `gone` are the first, those that are `same` or `new` the second."""
    old, new = tokens(before), tokens(after)
    if len(old) > TOKENS or len(new) > TOKENS or max(len(before), len(after)) > LONGEST:
        old, new = [before], [after]
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Part("same", "".join(old[a:b]))
            continue
        if gone := "".join(old[a:b]):
            yield Part("gone", gone)
        if fresh := "".join(new[c:d]):
            yield Part("new", fresh)


def tokens(text: str) -> list[str]:
    """Words, blanks and signs; a Chinese character is a word."""
    return TOKEN.findall(text)
