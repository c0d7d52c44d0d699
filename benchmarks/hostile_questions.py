"""Questions that nobody means well: any number of them, the same for one seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from urllib.parse import quote, quote_from_bytes

PATHS = (
    "/search",
    "/search",
    "/search",
    "/search/facets/topic",
    "/search/facets/provider",
    "/suggest",
    "/topics/marketing",
    "/providers/x",
)
FACETS = ("topic", "type", "language", "use", "level", "platform", "free", "certificate", "start", "provider", "institution", "licence")
OTHERS = ("sort", "page", "find", "order", "lang", "source")
COMMON = ("the", "of", "and", "data", "course", "shop", "market", "payment", "live", "电商", "直播", "营销", "a", "e", "学")
SIGNS = ('"', "(", ")", "*", "-", "+", "|", ":", " OR ", " AND ", "NOT ", "title:", "topic:", "provider:", "institution:", "language:", " ")
STRANGE = (
    "\0", "\x1b[31m", "\u202e", "\u200b", "\ufeff", "😀", "👩‍👩‍👧‍👦", "شراء", "עברית", "﷽", "İ", "ß", "ﬁ", "e\u0301", "Å", "𝕏", "㍿",
    "\ud800", "\udfff",
    "' OR 1=1; --", "'; DROP TABLE resource; --", "<script>alert(1)</script>", "{{7*7}}", "${7*7}", "../../etc/passwd", "%00",
    "\\", "(a+)+$", "(.*a){20}", "[^]", "\r\nSet-Cookie: x=1", "9" * 400, "-1", "1e9", "NaN", "٣",
)  # fmt: skip
LETTERS = "abcdefghijklmnopqrstuvwxyz"
MOST = 10_000  # characters


def addresses(seed: int) -> Iterator[str]:
    """One hostile address after the other, without end."""
    rng = random.Random(seed)
    while True:
        if rng.random() < 0.05:
            name = quote(typed(rng)[:200], safe="", errors="surrogatepass")
            yield f"/{rng.choice(('topics', 'providers', 'search/facets', 'resources'))}/{name}"
            continue
        yield f"{rng.choice(PATHS)}?{'&'.join(pair(rng, name) for name in names(rng))}"


def names(rng: random.Random) -> list[str]:
    """What is asked: words nearly always, sometimes many facets."""
    chosen = ["q"] if rng.random() < 0.9 else []
    chosen += rng.choices(OTHERS, k=rng.choice((0, 0, 1, 2)))
    if rng.random() < 0.1:
        return chosen + [name for name in FACETS for _ in range(rng.choice((1, 8, 64)))]
    return chosen + rng.choices(FACETS, k=rng.choice((0, 0, 1, 3)))


def pair(rng: random.Random, name: str) -> str:
    """One name with its value: text, or bytes that are no text."""
    if rng.random() < 0.05:
        return f"{name}={quote_from_bytes(rng.randbytes(rng.choice((1, 20, 2_000))))}"
    text = typed(rng) if name == "q" else typed(rng)[: rng.choice((5, 40, 300))]
    return f"{name}={quote(text[:MOST], safe='', errors='surrogatepass')}"


def typed(rng: random.Random) -> str:
    """A text of one of several bad kinds."""
    kind = rng.randrange(9)
    if kind == 0:  # operators alone
        return "".join(rng.choices(SIGNS, k=rng.choice((1, 10, 400))))
    if kind == 1:  # words and operators
        return "".join(rng.choice(SIGNS) + rng.choice(COMMON) for _ in range(rng.choice((3, 16, 60))))
    if kind == 2:  # beginnings
        return rng.choice((" ", " OR ", " -")).join(
            f"{rng.choice(('', 'title:', 'provider:'))}{letter}*" for letter in rng.sample(LETTERS, 26)
        )
    if kind == 3:  # alternatives
        return " OR ".join(rng.choices(COMMON, k=rng.choice((5, 40))))
    if kind == 4:  # phrases
        return " ".join(f'"{" ".join(rng.choices(COMMON, k=rng.choice((2, 3, 8))))}"' for _ in range(rng.choice((1, 12))))
    if kind == 5:  # parentheses
        return "(" * rng.choice((1, 9, 3_000)) + rng.choice(COMMON) + ")" * rng.choice((0, 1, 3_000))
    if kind == 6:  # one thing again and again
        return rng.choice((*STRANGE, *SIGNS, *COMMON)) * rng.choice((1, 50, 5_000))
    if kind == 7:  # words that nobody has
        return " ".join("".join(rng.choices(LETTERS, k=rng.randrange(3, 12))) for _ in range(rng.choice((1, 8, 40))))
    return "".join(rng.choice((*STRANGE, *SIGNS, *COMMON)) for _ in range(rng.choice((2, 30, 500))))
