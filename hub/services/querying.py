"""What a visitor asked -> the query that the index is asked: the same question is always read, and widened, the same way."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from sqlalchemy.orm import Session

from hub.services import adjusting, glossing, widening
from hub.services.asking import Ask
from hub.services.widening import Widening
from search import query
from search.document import SORTS, Hits
from search.index import Index, IndexFault
from search.query import Query
from search.tuning import Tuning

WARMING = "电子商务平台运营"  # long enough to be cut into words
LAST_PAGE = 500  # nobody reads further; machines use the exports


class SearchUnavailable(Exception):
    """The index cannot be read just now (it is being rebuilt, or broken); resource pages still work."""


def read(
    session: Session,
    ask: Ask,
    *,
    limit: int = 0,
    facets: tuple[str, ...] = (),
    values: int = 0,
    tags: tuple[str, ...] = (),
    tuning: Tuning | None = None,
) -> Widening:
    """The query of a question, with what was added to it; ranked by this tuning, or the one in force. `values` of each facet, 0: all;
    of tags these alone, and none at all without any."""
    page = min(max(ask.page, 1), LAST_PAGE)
    sort = ask.sort if ask.sort in SORTS else "relevance"
    if sort == "relevance" and not ask.words.strip():
        sort = "newest"
    weights = tuning or adjusting.in_force(session)
    typed = query.parse(ask.words, filters=ask.narrowed, sort=sort, offset=(page - 1) * limit, limit=limit, facets=facets, tuning=weights)
    listed = typed.facets if tags else tuple(name for name in typed.facets if name != "tag")
    typed = replace(typed, values=values, facets=listed, wanted={"tag": tags} if tags else {})
    return widening.widen(typed, glossing.read(session), only=ask.only, less=ask.less)


def find(index: Index, asked: Query) -> Hits:
    """Ask the index. Raises SearchUnavailable."""
    try:
        return index.find(asked)
    except IndexFault as fault:
        raise SearchUnavailable(str(fault)) from fault


def warm(index: Index) -> None:
    """Have the dictionary of Chinese words, the language model and the facets loaded before a visitor waits for them."""
    with suppress(IndexFault):
        index.find(query.parse(WARMING))


def total(session: Session, index: Index, ask: Ask) -> int:
    """How many match. Raises SearchUnavailable."""
    return find(index, replace(read(session, ask).query, offset=0)).total
