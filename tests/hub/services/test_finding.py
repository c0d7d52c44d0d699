"""An order that is measured or judged waits for the meaning of its words."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from hub.db import now
from hub.models import Tag
from hub.services import finding
from hub.services.asking import Ask
from search.document import Hits
from search.query import Query

from .houses import house


@dataclass
class Asked:
    """An index that finds nothing, and keeps what it was asked."""

    queries: list[Query] = field(default_factory=list)

    def find(self, query: Query) -> Hits:
        self.queries.append(query)
        return Hits(total=0, hits=(), facets={})


def test_words_of_tags_are_those_of_one_s_own_house_and_those_that_are_chosen(session: Session) -> None:
    own, other = house(session), house(session, "Far Away")
    tags = {}
    for name, of, uses in (("customs", own, 3), ("freight", own, 1), ("unused", own, 0), ("theirs", other, 5), ("chosen", other, 1)):
        tags[name] = Tag(institution_id=of.id, name=name, key=name, uses=uses, created_at=now())
        session.add(tags[name])
    session.commit()
    chosen = Ask(filters={"tag": (str(tags["chosen"].id), "-1", "²", "9" * 12)})
    assert finding.wording_of_tags(session, Ask()) == {}
    assert finding.wording_of_tags(session, chosen) == {str(tags["chosen"].id): "chosen"}
    assert sorted(finding.wording_of_tags(session, replace(chosen, house=own.id)).values()) == ["chosen", "customs", "freight"]
    assert sorted(finding.wording_of_tags(session, Ask(house=other.id)).values()) == ["chosen", "theirs"]


def test_orders_wait_visitors_do_not(session: Session) -> None:
    index = Asked()
    finding.order(session, index, Ask(words="course"), limit=10)  # type: ignore[arg-type]
    finding.matches(index, Ask(words="course"), limit=10)  # type: ignore[arg-type]
    assert [query.patience for query in index.queries] == [finding.PATIENT, 0.05]
