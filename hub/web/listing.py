"""A question in an address, and addresses for the questions beside it: every facet, page and order is a plain link."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import quote, urlencode
from zlib import crc32

from flask import request
from werkzeug.datastructures import MultiDict

from hub.services import asking, finding
from hub.web import context, wording

PLAIN = re.compile(r"[A-Za-z0-9._-]{1,40}")
WORDS_MOST = 500
VALUE_MOST = 200
VALUES_MOST = 40  # chosen values in all facets together: every link of a page carries them all
LETTERS_MOST = 1_000  # characters of them together


@dataclass(frozen=True, slots=True)
class Listing:
    """One question, its answer, and the page on which both stand."""

    ask: asking.Ask
    page: finding.Page
    path: str  # of the page, without the question

    def address(self, ask: asking.Ask, *, sort: str | None = None, number: int = 1) -> str:
        """The same page with another question."""
        pairs = [("q", ask.words)] if ask.words else []
        pairs += [(name, value) for name in asking.SHOWN for value in ask.filters.get(name, ())]
        if (chosen := sort or ask.sort) != default_sort(ask.words):
            pairs.append(("sort", chosen))
        if number > 1:
            pairs.append(("page", str(number)))
        return self.path + ("?" + urlencode(pairs, quote_via=quote) if pairs else "")

    def toggled(self, name: str, value: str) -> str:
        """With this value of a facet chosen, or no longer."""
        chosen = self.ask.filters.get(name, ())
        if value in chosen:
            return self.address(self.ask.without(name, value))
        if name == "topic":  # the narrower topic takes the place of the broader one, and the other way round
            chosen = tuple(other for other in chosen if not related(other, value))
        return self.address(replace(self.ask, filters={**self.ask.filters, name: (*chosen, value)}))

    def at(self, number: int) -> str:
        """Another page of the same answer."""
        return self.address(self.ask, number=number)

    def sorted(self, sort: str) -> str:
        """In another order."""
        return self.address(self.ask, sort=sort)

    def clear(self) -> str:
        """Without filters."""
        return self.address(asking.Ask(words=self.ask.words, sort=self.ask.sort))

    def asking(self, words: str) -> str:
        """With other words."""
        return self.address(self.ask.asking(words))

    def anchor(self, name: str, value: str) -> str:
        """A stable id for the link of a choice, so that the focus finds it again after a swap."""
        return f"f-{name}-{value if PLAIN.fullmatch(value) else format(crc32(value.encode()), 'x')}"

    def all_values(self, name: str) -> str:
        """The page with all values of a facet."""
        question = self.address(asking.Ask(words=self.ask.words, filters=self.ask.narrowed, sort=self.ask.sort)).partition("?")[2]
        return f"/search/facets/{name}" + (f"?{question}" if question else "")

    def hidden(self) -> list[tuple[str, str]]:
        """The filters as fields of the search form, so that new words keep them."""
        pairs = [(name, value) for name in asking.SHOWN for value in self.ask.filters.get(name, ())]
        return [*pairs, ("sort", self.ask.sort)] if self.ask.sort != default_sort(self.ask.words) else pairs

    def numbers(self) -> list[int | None]:
        """Page numbers for the pager."""
        return pages_around(self.ask.page, self.page.pages)


def pages_around(here: int, last: int) -> list[int | None]:
    """The first page, the last, and those around this one; None where some are left out."""
    kept = sorted(number for number in {1, last, *range(here - 1, here + 3)} if 1 <= number <= last)
    found: list[int | None] = []
    for before, number in zip([0, *kept], kept, strict=False):
        if number > before + 1:
            found.append(None)
        found.append(number)
    return found


def related(one: str, other: str) -> bool:
    """Is one topic under the other? Their notations say so: `logistics.customs` is under `logistics`."""
    return one.startswith(f"{other}.") or other.startswith(f"{one}.")


def default_sort(words: str) -> str:
    """Without words there is no relevance to sort by."""
    return "relevance" if words.strip() else "newest"


def read(args: MultiDict[str, str], fixed: Mapping[str, tuple[str, ...]] | None = None) -> asking.Ask:
    """The question in an address. What cannot be meant is left out; nothing fails."""
    words = " ".join(args.get("q", "")[:WORDS_MOST].replace("\0", " ").split())
    chosen = chosen_values(args)
    for name, values in (fixed or {}).items():
        chosen[name] = tuple(value for value in chosen.get(name, ()) if name == "topic" and related(value, values[0]))
    sort = args.get("sort", "")
    return asking.Ask(
        words=words,
        filters={name: values for name, values in chosen.items() if values},
        fixed=fixed or {},
        sort=sort if sort in wording.SORTS else default_sort(words),
        page=page_number(args.get("page", "")),
    )


def chosen_values(args: MultiDict[str, str]) -> dict[str, tuple[str, ...]]:
    """The chosen values of each facet, as many as a page can carry in its links."""
    chosen: dict[str, tuple[str, ...]] = {}
    values_left, letters_left = VALUES_MOST, LETTERS_MOST
    for name in asking.SHOWN:
        for value in dict.fromkeys(value[:VALUE_MOST] for value in args.getlist(name)[:VALUES_MOST] if value):
            values_left, letters_left = values_left - 1, letters_left - len(value)
            if values_left >= 0 and letters_left >= 0:
                chosen[name] = (*chosen.get(name, ()), value)
    return chosen


def page_number(text: str) -> int:
    """A page's number: 1 for anything that is none, and never beyond the last page that we give."""
    return min(max(int(text), 1), finding.LAST_PAGE) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def answer(fixed: Mapping[str, tuple[str, ...]] | None = None) -> Listing:
    """The listing that the request's address asks for. Raises finding.SearchUnavailable."""
    ask = read(request.args, fixed)
    today = datetime.now(UTC).date()
    page = finding.find(context.session(), context.index(), ask, language=context.language(), today=today)
    return Listing(ask, page, request.path)
