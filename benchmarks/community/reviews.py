"""Reviews, votes, replies, decisions, complaints."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from benchmarks.community.rows import BEGIN, Rows
from hub.models import Complaint, Criterion, Cycle, Decision, HelpfulVote, Reply, Review, ReviewScore, Rubric
from hub.models.shelf import VISIBILITIES


def judgements(made: Rows) -> None:
    """Reviews by a rubric of six criteria, votes, replies, decisions, complaints."""
    rubric = made.session.scalar(select(Rubric.id).where(Rubric.institution_id.is_(None), Rubric.retired_at.is_(None))) or new_rubric(made)
    criteria = list(made.session.scalars(select(Criterion.id).where(Criterion.rubric_id == rubric)))
    cycle = Cycle(institution_id=None, name="2025", starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31), created_at=BEGIN)
    made.session.add(cycle)
    made.session.flush()
    first = made.following(Review)
    scores: list[dict[str, Any]] = []
    made.put(
        Review,
        (
            review(made, first + n, cycle.id, rubric, criteria, scores, who)
            for n, who in enumerate(made.some(made.size.reviews, lambda: (*made.teacher(), made.popular())))
        ),
    )
    made.put(ReviewScore, scores)
    votes = made.some(made.size.reviews, lambda: (first + int(made.size.reviews * made.rng.random() ** 3), made.person()))
    there = set(made.session.scalars(select(Review.id)))
    made.put(HelpfulVote, ({"review_id": review, "person_id": person} for review, person in votes if review in there))
    made.put(
        Reply,
        (
            {
                "review_id": id,
                "institution_id": made.first_house,
                "text": "Thank you.",
                "version": 1,
                "created_at": BEGIN,
                "updated_at": BEGIN,
            }
            for id in sorted(there)[:: max(2, len(there) // 500)]
        ),
    )
    made.put(
        Complaint,
        (
            {
                "subject": "review",
                "subject_id": id,
                "person_id": made.first_person + n % made.size.people,
                "reason": "spam",
                "text": "",
                "state": "open",
                "answer": "",
                "created_at": BEGIN,
            }
            for n, id in enumerate(sorted(there)[1 :: max(2, len(there) // 300)])
        ),
    )
    pairs = made.some(made.size.decisions, lambda: (made.house(), made.popular()))
    made.put(
        Decision,
        (
            {
                "institution_id": house,
                "resource_id": id,
                "first_id": id,
                "cycle_id": cycle.id,
                "verdict": ("adopt", "pilot", "reject")[n % 3],
                "reason": "It fits the second term.",
                "visibility": VISIBILITIES[3 - n % 2],
                "version": 1,
                "created_at": made.when(),
                "updated_at": BEGIN,
            }
            for n, (house, id) in enumerate(pairs)
        ),
    )


def new_rubric(made: Rows) -> int:
    """One by which people can review where the hub has none yet."""
    rubric = Rubric(institution_id=None, name={"en": "Made up"}, edition=1, source="", created_at=BEGIN)
    made.session.add(rubric)
    made.session.flush()
    meaning = {"en": [str(n) for n in range(1, 6)]}
    made.session.add_all(
        Criterion(rubric_id=rubric.id, position=n, key=f"c{n}", name={"en": f"Criterion {n}"}, meaning=meaning, weight=1)
        for n in range(1, 7)
    )
    made.session.flush()
    return rubric.id


def review(
    made: Rows, number: int, cycle: int, rubric: int, criteria: Sequence[int], scores: list[dict[str, Any]], who: tuple[int, int, int]
) -> dict[str, Any]:
    person, house, id = who
    values = [made.rng.choice((2, 3, 4, 4, 5, 5)) for _ in criteria]
    scores += [{"review_id": number, "criterion_id": criterion, "value": value} for criterion, value in zip(criteria, values, strict=True)]
    moment = made.when()
    return {
        "id": number,
        "resource_id": id,
        "first_id": id,
        "person_id": person,
        "institution_id": house,
        "cycle_id": cycle,
        "rubric_id": rubric,
        "score": sum(values) / len(values),
        "evidence": "Two classes of 40.",
        "comment": "Clear, and up to date. " * 4,
        "own": False,
        "visibility": "public",
        "helpful": 0,
        "version": 1,
        "created_at": moment,
        "updated_at": moment,
    }
