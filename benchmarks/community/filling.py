"""A community for benchmarks and for tests of pages, any number of people: rows go in by bulk, for the resources that there are.

The whole index has to be rebuilt afterwards.
"""

from __future__ import annotations

import random

from sqlalchemy.orm import Session

from benchmarks.community import lists, people, reviews, uses
from benchmarks.community.rows import Made, Rows, Size
from hub.models.institution import ROLES

STEPS = (
    people.houses, people.folk, people.partners, lists.words, lists.lists, lists.study, reviews.judgements, uses.uses, uses.news,
    uses.counts,
)  # fmt: skip


def fill(session: Session, size: Size, *, seed: int = 5) -> Made:
    """Everything. Commits."""
    made = Rows(session, size, random.Random(seed))
    for step in STEPS:
        step(made)
        session.commit()
    return Made("house-0", {role: f"{role}@house-0.example" for role in ROLES})
