"""The register of adoptions, as visitors read it: all, an institution's, a resource's; those that they may see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from hub.models.account import Person
from hub.models.adoption import Adoption
from hub.models.institution import Institution
from hub.models.resource import Resource
from hub.services import acting, naming, paging
from hub.services.acting import Viewer
from hub.services.paging import Key, Place

PAGE = 20
SHOWN = 10  # on a resource's page
BATCH = 500
LISTED = 300  # institutions to choose from
COLUMNS = (
    Adoption.id, Adoption.course, Adoption.term, Adoption.students, Adoption.changes, Adoption.outcome, Adoption.visibility,
    Adoption.version, Adoption.created_at, Adoption.person_id, Adoption.institution_id, Adoption.resource_id, Person.name.label("person"),
    Institution.slug.label("institution_slug"), Institution.name, Institution.name_zh, Institution.kind,
    Resource.public_id, Resource.title, Resource.languages, Resource.withdrawn_at,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Use:
    """One entry. `name` and `name_zh` are the institution's."""

    id: int
    course: str
    term: str
    students: int | None
    changes: str
    outcome: str
    visibility: str
    version: int
    created_at: datetime
    person_id: int | None
    person: str | None
    institution_id: int
    institution_slug: str
    name: str
    name_zh: str | None
    kind: str
    resource_id: int
    public_id: str
    slug: str
    title: str
    language: str | None
    withdrawn_at: datetime | None


LATEST = (Key(Adoption.created_at, down=True), Key(Adoption.id, down=True))


@dataclass(frozen=True, slots=True)
class Uses:
    """Entries on one resource, and how many there are in all."""

    rows: tuple[Use, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Ask:
    """Which entries: an institution's, a resource's, with words; after which one."""

    institution: str = ""  # slug
    resource: str = ""  # public id
    words: str = ""
    after: Place | None = None
    limit: int = PAGE


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the entries, the latest first; what the next page comes after."""

    rows: tuple[Use, ...]
    following: Place | None


def visible(who: Viewer) -> ColumnElement[bool]:
    """The condition that this visitor sees an entry: it is visible to them and no moderator hid it, nor a curator its resource."""
    return and_(acting.visible(Adoption, who), Adoption.hidden_at.is_(None), Resource.hidden_at.is_(None))


def entries(who: Viewer) -> Any:
    """All entries that this visitor sees, with what stands around them."""
    return (
        select(*COLUMNS)
        .join(Institution, Institution.id == Adoption.institution_id)
        .join(Resource, Resource.id == Adoption.resource_id)
        .outerjoin(Person, Person.id == Adoption.person_id)
        .where(visible(who))
    )


def wanted(who: Viewer, ask: Ask) -> Any:
    """Those that were asked for."""
    found = entries(who)
    if ask.institution:
        found = found.where(Institution.slug == ask.institution)
    if ask.resource:
        found = found.where(Resource.public_id == ask.resource)
    for word in ask.words.split()[:10]:
        columns = (Adoption.course, Adoption.term, Adoption.changes, Adoption.outcome, Resource.title)
        found = found.where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    return found


def page(session: Session, who: Viewer, ask: Ask) -> Page:
    """The page that was asked for. One query."""
    rows, following = paging.part(session, wanted(who, ask), LATEST, after=ask.after, limit=ask.limit)
    return Page(tuple(_use(row) for row in rows), following)


def every(session: Session, who: Viewer, ask: Ask) -> Iterator[Use]:
    """All of them, the oldest first, read in batches."""
    last = 0
    while rows := session.execute(wanted(who, ask).where(Adoption.id > last).order_by(Adoption.id).limit(BATCH)).all():
        yield from (_use(row) for row in rows)
        last = rows[-1].id


def of_resource(session: Session, who: Viewer, resource_id: int) -> Uses:
    """The latest entries on a resource. Two queries."""
    rows = session.execute(
        entries(who).where(Adoption.resource_id == resource_id).order_by(Adoption.created_at.desc(), Adoption.id.desc()).limit(SHOWN)
    ).all()
    counted = select(func.count()).select_from(Adoption).join(Resource, Resource.id == Adoption.resource_id)
    total = session.scalar(counted.where(Adoption.resource_id == resource_id, visible(who))) or 0 if len(rows) == SHOWN else len(rows)
    return Uses(tuple(_use(row) for row in rows), total)


def one(session: Session, who: Viewer, number: int) -> Use | None:
    """An entry that this visitor sees."""
    row = session.execute(entries(who).where(Adoption.id == number)).first()
    return _use(row) if row is not None else None


def sees(session: Session, who: Viewer, number: int) -> bool:
    """Does this visitor see the entry?"""
    return one(session, who, number) is not None


def institutions(session: Session, who: Viewer) -> list[Institution]:
    """Those with entries that this visitor sees, by name, to choose from."""
    theirs = select(Adoption.id).join(Resource, Resource.id == Adoption.resource_id)
    having = exists(theirs.where(Adoption.institution_id == Institution.id, visible(who))).correlate(Institution)
    return list(session.scalars(select(Institution).where(having).order_by(Institution.name).limit(LISTED)))


def _use(row: Any) -> Use:
    return Use(
        id=row.id,
        course=row.course,
        term=row.term,
        students=row.students,
        changes=row.changes,
        outcome=row.outcome,
        visibility=row.visibility,
        version=row.version,
        created_at=row.created_at,
        person_id=row.person_id,
        person=row.person,
        institution_id=row.institution_id,
        institution_slug=row.institution_slug,
        name=row.name,
        name_zh=row.name_zh,
        kind=row.kind,
        resource_id=row.resource_id,
        public_id=row.public_id,
        slug=naming.slug(row.title),
        title=row.title,
        language=row.languages[0] if row.languages else None,
        withdrawn_at=row.withdrawn_at,
    )
