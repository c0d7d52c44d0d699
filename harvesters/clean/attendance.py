"""How a course takes place, in a source's own words -> the mode and the pace of an offering."""

from __future__ import annotations

import re

_MODES = tuple((re.compile(pattern), mode) for pattern, mode in (
    (r"blended|hybrid|mixed|混合", "blended"),
    (r"on-?\s?site|in[\s-]person|face[\s-]to[\s-]face|offline|classroom|presential|presencial|线下|線下|面授", "onsite"),
    (r"online|distance|virtual|mooc|e-?learning|remote|synchronous|线上|在线|線上|网络", "online"),
))  # fmt: skip
_SELF = re.compile(r"(?<![a-z])self(?![a-z])|self[\s-]?paced|(?<![a-z])asynchronous|on[\s-]demand|自主|随到随学")
_TAUGHT = re.compile(r"(?<![a-z])instructor|(?<![a-z])synchronous|scheduled")
_LONGEST = 1_000


def mode(said: str) -> str | None:
    """blended, onsite or online; the first that the words name."""
    text = said[:_LONGEST].lower()
    return next((name for pattern, name in _MODES if pattern.search(text)), None)


def pace(said: str) -> str | None:
    """self or instructor."""
    text = said[:_LONGEST].lower()
    return "self" if _SELF.search(text) else "instructor" if _TAUGHT.search(text) else None
