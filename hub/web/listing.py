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

from hub.services import asking, finding, phrasing
from hub.services.phrasing import UNSEEN, default_sort, page_number, related
from hub.web import context, wording

__all__ = ["UNSEEN", "Listing", "address_of", "answer", "asked", "default_sort", "fields", "page_number", "pages_around", "read"]

PLAIN = re.compile(r"[A-Za-z0-9._-]{1,40}")


@dataclass(frozen=True, slots=True)
class Listing:
    """One question, its answer, and the page on which both stand."""

    ask: asking.Ask
    page: finding.Page
    path: str  # of the page, without the question

    def address(self, ask: asking.Ask, *, sort: str | None = None, number: int = 1) -> str:
        """The same page with another question."""
        return address_of(self.path, ask, sort=sort, number=number)

    def why(self, public_id: str) -> str | None:
        """The page that says why a result stands where it does; None when no words were searched."""
        words = self.page.relaxed.words if self.page.relaxed else self.ask.words
        return address_of(f"/search/why/{public_id}", replace(self.ask, words=words, filters=self.ask.narrowed)) if words else None

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

    def editing(self) -> str:
        """The page on which curators change all of it."""
        return address_of("/admin/resources/bulk", self.ask)

    def tagging(self) -> str:
        """The page on which teachers tag all of it."""
        return address_of("/search/tag", self.ask)

    def taken(self, suffix: str) -> str:
        """All of it as a file, or its newest as a feed: the page's own filters are asked like those that were chosen, but for what no
        search can be asked, a source: its files are at its own address."""
        if not set(self.ask.fixed) <= set(asking.SHOWN):
            kind = {"atom": "feed.atom", "rss": "feed.rss", "feed.json": "feed.json"}.get(suffix, f"items.{suffix}")
            return address_of(f"{self.path}/{kind}", self.ask)
        return address_of(f"/search.{suffix}", replace(self.ask, filters={**self.ask.fixed, **self.ask.filters}, fixed={}))

    def clear(self) -> str:
        """Without filters."""
        return self.address(replace(self.ask, filters={}))

    def narrower(self, notation: str) -> str:
        """Without the other names of this concept."""
        return self.address(replace(self.ask, less=(*self.ask.less, notation)))

    def wider(self, notation: str) -> str:
        """With the other names of this concept again."""
        return self.address(replace(self.ask, less=tuple(one for one in self.ask.less if one != notation)))

    def typed_only(self, only: bool) -> str:
        """With nothing but what was typed, or with all other names again."""
        return self.address(replace(self.ask, only=only, less=() if not only else self.ask.less))

    def asking(self, words: str) -> str:
        """With other words."""
        return self.address(self.ask.asking(words))

    def anchor(self, name: str, value: str) -> str:
        """A stable id for the link of a choice, so that the focus finds it again after a swap."""
        return f"f-{name}-{value if PLAIN.fullmatch(value) else format(crc32(value.encode()), 'x')}"

    def all_values(self, name: str) -> str:
        """The page with all values of a facet."""
        question = self.address(replace(self.ask, filters=self.ask.narrowed)).partition("?")[2]
        return f"/search/facets/{name}" + (f"?{question}" if question else "")

    def hidden(self) -> list[tuple[str, str]]:
        """Fields of the search form that new words keep: all but the other names that were not wanted for the old ones."""
        return fields(replace(self.ask, less=()))

    def kept(self) -> list[tuple[str, str]]:
        """Fields of a form that keeps the words."""
        return fields(self.ask)

    def question(self) -> str:
        """What is searched, in the one way to write it: for who keeps it."""
        return phrasing.written(self.ask)

    def numbers(self) -> list[int | None]:
        """Page numbers for the pager."""
        return pages_around(self.ask.page, self.page.pages)


def address_of(path: str, ask: asking.Ask, *, sort: str | None = None, number: int = 1) -> str:
    """A page with a question."""
    pairs = [("q", ask.words)] if ask.words else []
    pairs += fields(ask if sort is None else replace(ask, sort=sort))
    if number > 1:
        pairs.append(("page", str(number)))
    return path + ("?" + urlencode(pairs, quote_via=quote) if pairs else "")


def fields(ask: asking.Ask) -> list[tuple[str, str]]:
    """A question without its words and page, as fields of an address or a form."""
    pairs = [(name, value) for name in asking.SHOWN for value in ask.filters.get(name, ())]
    if ask.sort != default_sort(ask.words):
        pairs.append(("sort", ask.sort))
    if ask.only:
        pairs.append(("only", "1"))
    return [*pairs, *(("less", notation) for notation in ask.less)]


def pages_around(here: int, last: int) -> list[int | None]:
    """The first page, the last, and those around this one; None where some are left out."""
    kept = sorted(number for number in {1, last, *range(here - 1, here + 3)} if 1 <= number <= last)
    found: list[int | None] = []
    for before, number in zip([0, *kept], kept, strict=False):
        if number > before + 1:
            found.append(None)
        found.append(number)
    return found


def read(args: MultiDict[str, str], fixed: Mapping[str, tuple[str, ...]] | None = None) -> asking.Ask:
    """The question in an address. What cannot be meant is left out; nothing fails."""
    ask = phrasing.read(args.to_dict(flat=False), fixed)
    return ask if ask.sort in wording.SORTS else replace(ask, sort=default_sort(ask.words))


def asked(fixed: Mapping[str, tuple[str, ...]] | None = None) -> asking.Ask:
    """The question in the request's address, with the tags of the institution that the visitor acts for."""
    seat = context.viewer().seat
    return replace(read(request.args, fixed), house=seat.institution_id if seat else None)


def answer(fixed: Mapping[str, tuple[str, ...]] | None = None) -> Listing:
    """The listing that the request's address asks for. Raises finding.SearchUnavailable."""
    ask = asked(fixed)
    today = datetime.now(UTC).date()
    page = finding.find(context.session(), context.index(), ask, language=context.language(), today=today)
    return Listing(ask, page, request.path)
