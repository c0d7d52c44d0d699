"""Adoptions, what people follow and search for; and the counts that services keep beside the rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select, update

from benchmarks.community.rows import BEGIN, WORDS, Rows
from hub.models import Adoption, Follow, HelpfulVote, Resource, Review, SavedSearch, Tag, Tagging
from hub.models.shelf import VISIBILITIES


def uses(made: Rows) -> None:
    """Adoptions."""
    made.put(
        Adoption,
        (
            {
                "resource_id": (id := made.popular()),
                "first_id": id,
                "institution_id": made.house(),
                "person_id": made.teacher()[0],
                "course": f"Trade {n % 40}",
                "term": "Autumn 2026",
                "students": 20 + n % 200,
                "changes": "Units 3 and 4.",
                "outcome": "It went well.",
                "visibility": VISIBILITIES[3 - n % 2],
                "version": 1,
                "created_at": made.when(),
                "updated_at": BEGIN,
            }
            for n in range(made.size.adoptions)
        ),
    )


def news(made: Rows) -> None:
    """What people follow and search for; the first student most."""
    subjects = [
        ("topic", "logistics"),
        ("topic", "marketing"),
        *(("institution", f"house-{n}") for n in range(min(40, made.size.institutions))),
    ]
    pairs = dict.fromkeys(
        [
            *((made.first_person, one) for one in subjects),
            *made.some(made.size.follows, lambda: (made.person(), made.rng.choice(subjects))),
        ]
    )
    made.put(
        Follow,
        (
            {"person_id": person, "subject": subject, "key": key, "alert": "none", "checked_at": BEGIN, "created_at": BEGIN}
            for person, (subject, key) in pairs
        ),
    )
    made.put(
        SavedSearch,
        (
            {
                "person_id": made.first_person if n < 1 + made.size.searches // 400 else made.person(),
                "name": f"Search {n}",
                "query": f"q={WORDS[n % len(WORDS)]}+{n}",
                "alert": "none",
                "token": f"{n:043}",
                "newest_id": 0,
                "checked_at": BEGIN,
                "created_at": BEGIN,
            }
            for n in range(made.size.searches)
        ),
    )


def counts(made: Rows) -> None:
    """What services keep beside the rows."""

    def of(what: Any, *where: Any) -> Any:
        return select(what).where(*where).scalar_subquery()

    session = made.session
    session.execute(update(Tag).values(uses=of(func.count(), Tagging.tag_id == Tag.id)))
    session.execute(update(Review).values(helpful=of(func.count(), HelpfulVote.review_id == Review.id)))
    reviews = (Review.resource_id == Resource.id, Review.visibility == "public")
    adoptions = (Adoption.resource_id == Resource.id, Adoption.visibility == "public")
    session.execute(
        update(Resource).values(
            score=of(func.avg(Review.score), *reviews),
            review_count=of(func.count(), *reviews),
            adoption_count=of(func.count(Adoption.institution_id.distinct()), *adoptions),
            version=Resource.version + 1,
        )
    )
