"""Why a resource stands where it does among the results of a question."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models.resource import Resource
from hub.services import finding, judging, querying, summarising
from hub.services.asking import Ask
from hub.services.summarising import Summary
from search.explanation import Explanation, Reason
from search.index import Index, IndexFault

LOOKED_AT = 100  # results among which the place on the page is looked for
COMMON, RARE = 0.2, 0.01  # of all resources


@dataclass(frozen=True, slots=True)
class Because:
    """One word: what the index says of it, how much of the words' score it brings, and how usual it is (common, usual or rare)."""

    reason: Reason
    share: float  # 0 .. 1
    usual: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """A resource and its reasons; without an explanation the index does not have it (yet)."""

    resource: Summary
    ask: Ask
    place: int | None  # in the list as visitors see it; None beyond the first LOOKED_AT
    explanation: Explanation | None
    words: tuple[Because, ...]
    documents: int

    @property
    def sum(self) -> float:
        """What the words bring, before the signals."""
        return sum(because.reason.score for because in self.words)

    @property
    def factor(self) -> float:
        """All signals together."""
        product = 1.0
        for signal in self.explanation.signals if self.explanation else ():
            product *= signal.factor
        return product

    @property
    def order(self) -> str:
        """What decided: `sort` (another order was chosen), `both`, `words`, `meaning`, `neither`."""
        if self.ask.sort != "relevance":
            return "sort"
        by_words = self.explanation is not None and self.explanation.matches
        by_meaning = self.explanation is not None and self.explanation.meaning_rank is not None
        if by_words:
            return "both" if by_meaning else "words"
        return "meaning" if by_meaning and self.place else "neither"  # one that is near, but not near enough, is not shown


def why(session: Session, index: Index, public_id: str, ask: Ask) -> Why | None:
    """The reasons of one resource, or of the one that it was merged into; None when there is none that can be found.

    Raises finding.SearchUnavailable.
    """
    id = session.scalar(select(Resource.id).filter_by(public_id=public_id))
    place = judging.living(session, {id}).get(id) if id is not None else None
    resource = summarising.summaries(session, [place]).get(place) if place is not None else None
    if resource is None:
        return None
    try:
        documents, explanation = index.count(), index.explain(querying.read(session, ask, limit=finding.PAGE).query, resource.id)
    except IndexFault as fault:
        raise finding.SearchUnavailable(str(fault)) from fault
    return Why(
        resource=resource,
        ask=ask,
        place=place_of(session, index, ask, resource.id),
        explanation=explanation,
        words=because(explanation.reasons, documents) if explanation else (),
        documents=documents,
    )


def place_of(session: Session, index: Index, ask: Ask, id: int) -> int | None:
    """Its place in the list; None beyond the first ones. What has not the words stands on the first page only."""
    found = querying.find(index, querying.read(session, replace(ask, page=1), limit=LOOKED_AT).query)
    place = worded = 0
    for hit in found.hits:
        shown = not hit.related or worded < finding.PAGE or found.total <= finding.PAGE
        place, worded = place + shown, worded + (not hit.related)
        if hit.id == id:
            return place if shown else None
    return None


def because(reasons: tuple[Reason, ...], documents: int) -> tuple[Because, ...]:
    """Words, those that bring most first."""
    whole = sum(reason.score for reason in reasons)
    found = sorted(reasons, key=lambda reason: -reason.score)
    return tuple(Because(one, one.score / whole if whole > 0 else 0.0, usual(one.documents, documents)) for one in found)


def usual(having: int, documents: int) -> str:
    """How usual a word is in the catalogue."""
    part = having / documents if documents else 0.0
    return "common" if part > COMMON else "rare" if part < RARE or having <= 2 else "usual"
