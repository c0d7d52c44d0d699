"""Test queries and what people said of their results: 0 no answer, 1 a little, 2 well, 3 exactly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.judgement import JudgedQuery, Judgement
from hub.models.resource import Resource
from hub.services import finding, summarising
from hub.services.asking import Ask
from hub.services.summarising import Summary
from search.index import Index
from search.metrics import GRADES, RELEVANT

LANGUAGES = ("en", "zh-Hans")
JUDGED = 20  # results to judge
QUERIES_MOST = 200  # each is searched twice for a comparison, while somebody waits
INTENT_MOST = 1_000
HOPS = 20  # merged into, merged into, …

Grades = Mapping[int, int]  # id of a resource -> grade


class BadQuery(Exception):
    """A test query that cannot be added: `reason` is `empty`, `twice` or `many`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One test query, with the grades of resources that can still be found."""

    id: int
    words: str
    language: str
    intent: str
    grades: Grades

    @property
    def relevant(self) -> int:
        """How many resources answer it."""
        return sum(grade >= RELEVANT for grade in self.grades.values())


@dataclass(frozen=True, slots=True)
class Result:
    """A resource to judge; `place` is None beyond the first results, where it is listed because it was judged."""

    place: int | None
    resource: Summary
    grade: int | None


def queries(session: Session) -> tuple[Judged, ...]:
    """All test queries, by language and words."""
    rows = session.scalars(select(JudgedQuery).order_by(JudgedQuery.language, JudgedQuery.words)).all()
    grades = grades_of(session, [row.id for row in rows])
    return tuple(judged(row, grades.get(row.id, {})) for row in rows)


def query(session: Session, query_id: int) -> Judged | None:
    """One of them; None when there is none."""
    row = session.get(JudgedQuery, query_id)
    return judged(row, grades_of(session, [row.id]).get(row.id, {})) if row else None


def judged(row: JudgedQuery, grades: Grades) -> Judged:
    """A row as a value."""
    return Judged(id=row.id, words=row.words, language=row.language, intent=row.intent, grades=grades)


def add(session: Session, words: str, language: str, intent: str = "") -> int:
    """A new test query; answers its number. The caller commits. Raises BadQuery."""
    words = " ".join(words.replace("\0", " ").split())[:500]
    if not words:
        raise BadQuery("empty")
    if session.scalar(select(JudgedQuery.id).filter_by(words=words, language=language)) is not None:
        raise BadQuery("twice")
    if (session.scalar(select(func.count()).select_from(JudgedQuery)) or 0) >= QUERIES_MOST:
        raise BadQuery("many")
    row = JudgedQuery(words=words, language=language, intent=intent.strip()[:INTENT_MOST], created_at=now())
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:  # somebody added it at this moment
        session.rollback()
        raise BadQuery("twice") from error
    return row.id


def remove(session: Session, query_id: int) -> bool:
    """Take a test query away with its grades; False when there is none. The caller commits."""
    row = session.get(JudgedQuery, query_id)
    if row is not None:
        session.delete(row)
    return row is not None


def results(session: Session, index: Index, query: Judged) -> tuple[Result, ...]:
    """The first results by the tuning in force, then other resources that were judged, best first. Raises finding.SearchUnavailable."""
    first = finding.order(session, index, Ask(words=query.words), limit=JUDGED)
    others = sorted((id for id in query.grades if id not in first), key=lambda id: (-query.grades[id], id))
    places = {id: place for place, id in enumerate(first, start=1)}
    found = summarising.in_order(session, (*first, *others))
    return tuple(Result(places.get(one.id), one, query.grades.get(one.id)) for one in found)


def judge(session: Session, query_id: int, grades: Mapping[str, int | None]) -> int:
    """Set grades by public id (None: not judged); answers how many changed. The caller commits.

    What was said of a resource before it was merged gives way to what is said of the one that took its place.
    """
    keys = {key for key, grade in grades.items() if grade is None or grade in GRADES}
    ids = {row.public_id: row.id for row in session.execute(select(Resource.public_id, Resource.id).where(Resource.public_id.in_(keys)))}
    rows = session.execute(select(Judgement.id, Judgement.resource_id).where(Judgement.query_id == query_id)).all()
    standing = living(session, {row.resource_id for row in rows} | set(ids.values()))
    present = grades_of(session, [query_id]).get(query_id, {})
    wanted = {standing[id]: grades[key] for key, id in ids.items() if id in standing}
    changed = {id: grade for id, grade in wanted.items() if present.get(id) != grade}
    session.execute(delete(Judgement).where(Judgement.id.in_([row.id for row in rows if standing.get(row.resource_id) in changed])))
    for id, grade in changed.items():
        if grade is not None:
            session.add(Judgement(query_id=query_id, resource_id=id, grade=grade, judged_at=now()))
    session.flush()
    return len(changed)


def grades_of(session: Session, query_ids: Iterable[int]) -> Mapping[int, Grades]:
    """Grades by query and resource. What was merged counts for what it was merged into, by the best grade; what is gone, not at all."""
    rows = session.execute(
        select(Judgement.query_id, Judgement.resource_id, Judgement.grade).where(Judgement.query_id.in_(list(query_ids)))
    ).all()
    standing = living(session, {row.resource_id for row in rows})
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for row in rows:
        if (target := standing.get(row.resource_id)) is not None:
            found[row.query_id][target] = max(row.grade, found[row.query_id].get(target, 0))
    return found


def living(session: Session, ids: set[int]) -> dict[int, int]:
    """Resource -> the one that stands for it now, itself as a rule; those that are withdrawn are left out."""
    now_at = {id: id for id in ids}
    merged = select(Resource.id, Resource.merged_into_id).where(Resource.merged_into_id.is_not(None))
    for _ in range(HOPS):
        moved = {row.id: row.merged_into_id for row in session.execute(merged.where(Resource.id.in_(set(now_at.values()))))}
        if not moved:
            break
        now_at = {id: moved.get(place) or place for id, place in now_at.items()}
    here = set(session.scalars(select(Resource.id).where(Resource.id.in_(set(now_at.values())), Resource.withdrawn_at.is_(None))))
    return {id: place for id, place in now_at.items() if place in here}
