"""The one place where a query of the set is widened by other names, as the site does it before it asks the index."""

from __future__ import annotations

from functools import cache

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from hub.db import Base
from hub.services import glossing
from hub.services.glossing import Glosses
from hub.services.seeding import load_vocabulary
from hub.services.widening import widen
from search.query import Query


def widened(query: Query) -> Query:
    """The query with `Widened` nodes where the vocabulary that comes with the hub knows other words."""
    return widen(query, _glosses()).query


@cache
def _glosses() -> Glosses:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        load_vocabulary(session)
        return glossing.read(session)
