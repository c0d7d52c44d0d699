"""Names of institutions, and which of them mean the same one: 复旦大学 is Fudan University, and Caltech has a longer name."""

from __future__ import annotations

import functools
import html
import re
import unicodedata
from pathlib import Path

NAMES = Path(__file__).parents[1] / "vocabulary" / "institutions.tsv"
EMPTY = frozenset(  # words that do not tell an institution from another
    (
        *("the", "of", "at", "in", "and", "for", "a", "an", "de", "la", "los", "las", "del", "di", "da", "do", "des", "du", "der", "die"),
        *("das", "et", "y", "e", "system", "inc", "ltd", "llc", "co", "corp", "corporation", "x"),
    )
)
UNIVERSITY = ("univ", "universidad", "universidade", "universita", "universitat", "universite", "universiteit", "universitet", "univerzita")
SAME = dict.fromkeys(UNIVERSITY, "university") | {"inst": "institute", "instituto": "institute", "tech": "technology"}
COMMON = frozenset(("university", "institute", "college", "school", "business", "technology", "science", "state"))  # in many names
WORDS = re.compile(r"[a-z0-9]+|[^\W\da-z_]+")


def words(name: str) -> frozenset[str]:
    """The words that tell an institution from another."""
    folded = unicodedata.normalize("NFKD", html.unescape(name[:200])).casefold()
    plain = "".join(c for c in folded if not unicodedata.combining(c)).replace("'", "").replace("’", "")
    return frozenset(SAME.get(word, word) for word in WORDS.findall(plain)) - EMPTY


@functools.cache
def known() -> dict[frozenset[str], str]:
    """Words of a name -> the one name that we use of this institution."""
    found: dict[frozenset[str], str] = {}
    for line in NAMES.read_text(encoding="utf-8").splitlines():
        names = [name.strip() for name in line.split("\t") if name.strip()]
        if not line.startswith("#"):
            found |= {words(name): names[0] for name in names}
    return found


@functools.lru_cache(maxsize=20_000)
def folded(name: str) -> frozenset[str]:
    """An institution's name as it is compared: the same for all names of it that we know."""
    own = words(name)
    main = known().get(own)
    return words(main) if main else own


def agree(one: str | None, other: str | None) -> bool | None:
    """Whether two names mean the same institution; None when nobody can say: one is missing, or may be a part of the other."""
    left, right = (folded(name) if name else frozenset() for name in (one, other))
    if not left or not right:
        return None
    if left == right:
        return True
    own, others = left - COMMON, right - COMMON
    return None if own and others and (own <= others or others <= own) else False
