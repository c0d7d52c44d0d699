"""A question as the text of an address, and back: the same for pages, kept searches, feeds and mail."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from urllib.parse import parse_qs, quote

from hub.services import asking, querying
from search.document import SORTS

UNSEEN = re.compile("[\0\u202a-\u202e\u2066-\u2069]")  # NUL, and what turns the direction of the text that follows on the page
WORDS_MOST = 500
VALUE_MOST = 200
VALUES_MOST = 40  # chosen values in all facets together: every link of a page carries them all
LETTERS_MOST = 1_000  # characters of them together; and of the concepts whose other names are not wanted
NOTATION_MOST = 80
PAIRS_MOST = 400  # fields of an address that are looked at
SPECIAL = re.compile(r"[%&+=#;\x00-\x20\x7f]")
Fields = Mapping[str, Sequence[str]]


def read(args: Fields, fixed: Mapping[str, tuple[str, ...]] | None = None) -> asking.Ask:
    """The question in the fields of an address. What cannot be meant is left out; nothing fails."""
    words = " ".join(UNSEEN.sub(" ", first(args, "q")[:WORDS_MOST]).split())
    chosen = chosen_values(args)
    for name, values in (fixed or {}).items():
        chosen[name] = tuple(value for value in chosen.get(name, ()) if name == "topic" and related(value, values[0]))
    sort = first(args, "sort")
    return asking.Ask(
        words=words,
        filters={name: values for name, values in chosen.items() if values},
        fixed=fixed or {},
        sort=sort if sort in SORTS else default_sort(words),
        page=page_number(first(args, "page")),
        only=first(args, "only") == "1",
        less=unwanted(args),
    )


def at_page(ask: asking.Ask, page: int) -> asking.Ask:
    """Another page of the same question."""
    return replace(ask, page=page)


def first(args: Fields, name: str) -> str:
    """The first value of a field."""
    return next(iter(args.get(name, ())), "")


def default_sort(words: str) -> str:
    """Without words there is no relevance to sort by."""
    return "relevance" if words.strip() else "newest"


def related(one: str, other: str) -> bool:
    """Is one topic under the other? Their notations say so: `logistics.customs` is under `logistics`."""
    return one.startswith(f"{other}.") or other.startswith(f"{one}.")


def unwanted(args: Fields) -> tuple[str, ...]:
    """The concepts whose other names are not wanted, as many as a page can carry in its links."""
    kept = dict.fromkeys(value[:NOTATION_MOST] for value in list(args.get("less", ()))[:VALUES_MOST] if value)
    return tuple(value for value, letters in zip(kept, accumulate(map(len, kept)), strict=True) if letters <= LETTERS_MOST)


def chosen_values(args: Fields) -> dict[str, tuple[str, ...]]:
    """The chosen values of each facet, as many as a page can carry in its links."""
    chosen: dict[str, tuple[str, ...]] = {}
    values_left, letters_left = VALUES_MOST, LETTERS_MOST
    for name in asking.SHOWN:
        for value in dict.fromkeys(value[:VALUE_MOST] for value in list(args.get(name, ()))[:VALUES_MOST] if value):
            values_left, letters_left = values_left - 1, letters_left - len(value)
            if values_left >= 0 and letters_left >= 0:
                chosen[name] = (*chosen.get(name, ()), value)
    return chosen


def page_number(text: str) -> int:
    """A page's number: 1 for anything that is none, and never beyond the last page that we give."""
    return min(max(int(text), 1), querying.LAST_PAGE) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def parse(question: str) -> asking.Ask:
    """The question of an address, as typed or as `written` writes it."""
    try:
        return read(parse_qs(question, max_num_fields=PAIRS_MOST))
    except ValueError:  # more fields than anybody means
        return asking.Ask(sort="newest")


def written(ask: asking.Ask) -> str:
    """The one way to write what is searched: order and page of the list, and the order of choices, make no other search."""
    pairs = [("q", ask.words)] if ask.words else []
    pairs += [(name, value) for name in asking.SHOWN for value in sorted(set(ask.filters.get(name, ())))]
    pairs += [("only", "1")] if ask.only else [("less", notation) for notation in sorted(set(ask.less))]
    return "&".join(f"{name}={SPECIAL.sub(lambda found: quote(found[0]), value)}" for name, value in pairs)


def one_way(question: str) -> str:
    """The text of a question in the one way to write it."""
    return written(replace(parse(question), page=1))


def address(question: str) -> str:
    """The page of a kept search, in letters that every program reads."""
    return "/search?" + quote(question, safe="&=%+")
