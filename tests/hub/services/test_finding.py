"""An order that is measured or judged waits for the meaning of its words."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from hub.services import finding
from hub.services.asking import Ask
from search.document import Hits
from search.query import Query


@dataclass
class Asked:
    """An index that finds nothing, and keeps what it was asked."""

    queries: list[Query] = field(default_factory=list)

    def find(self, query: Query) -> Hits:
        self.queries.append(query)
        return Hits(total=0, hits=(), facets={})


def test_orders_wait_visitors_do_not(session: Session) -> None:
    index = Asked()
    finding.order(session, index, Ask(words="course"), limit=10)  # type: ignore[arg-type]
    finding.matches(index, Ask(words="course"), limit=10)  # type: ignore[arg-type]
    assert [query.patience for query in index.queries] == [finding.PATIENT, 0.05]
