"""The texts whose meaning is taken: bounded, and without what a language model chokes on."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from hashlib import blake2b

PASSAGE, QUERY = 300, 200  # characters
SUBJECTS = 2  # more of them blur the vector: benchmarks and docs/search.md
UNPRINTABLE = re.compile(r"[\x00-\x20\x7f-\xa0]+")


def plain(text: str, most: int) -> str:
    """At most so many characters in Unicode's compatible form (NFKC), on one line, without control characters or lone surrogates.

    The form matters for safety: a character that the model's own normalising would make much longer (U+FDFA) breaks its bounds.
    """
    whole = text[: 8 * most].encode("utf-8", "replace").decode("utf-8")
    return UNPRINTABLE.sub(" ", unicodedata.normalize("NFKC", UNPRINTABLE.sub(" ", whole).strip()[:most])).strip()[:most].strip()


def passage_of(title: str, keywords: Iterable[str]) -> str:
    """The text that stands for a document: its title and its first keywords that say something else."""
    parts = [plain(title, PASSAGE)]
    for keyword in keywords:
        written = plain(keyword, PASSAGE)
        if written and written.casefold() not in {part.casefold() for part in parts}:
            parts.append(written)
        if len(parts) > SUBJECTS:
            break
    return ". ".join(part for part in parts if part)[:PASSAGE]


def fingerprint(text: str) -> int:
    """64 bits that tell whether a text has changed; never 0."""
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "little") or 1
