"""What an institution's page shows, to whom, and in how many queries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from hub.db import db, now
from hub.models import (
    Adoption,
    Criterion,
    Cycle,
    Decision,
    Institution,
    Person,
    Resource,
    Review,
    ReviewScore,
    Rubric,
    Shelf,
    ShelfItem,
    Tag,
    Tagging,
)
from hub.services import acting, allying, awaiting, featuring, governing, indexing, mustering, portraying
from hub.services.acting import Viewer

from .houses import house, person

Make = Callable[..., object]
TODAY = date(2026, 6, 1)


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that the database gets meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def fill(app: Flask, session: Session, make_source: Make, make_record: Make, receive: Make) -> Callable[[int], list[Resource]]:
    """So many pages that the school made, in the index."""
    made = []

    def bring(count: int) -> list[Resource]:
        source = made[0] if made else make_source()
        made.append(source)
        receive(source, [make_record(f"r{n}", f"Course {n}", institution="Example School") for n in range(count)])
        indexing.drain(session, app.extensions["hub"].index)
        return list(session.scalars(select(Resource).order_by(Resource.id)))

    return bring


def cycle(session: Session) -> Cycle:
    made = Cycle(name="2026", starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31), created_at=now())
    session.add(made)
    session.flush()
    return made


def review(
    session: Session, resource: Resource, by: Viewer, institution: Institution, within: Cycle, rubric: Rubric, **more: object
) -> Review:
    values = {"score": 4.0, "created_at": now(), "updated_at": now(), "first_id": resource.id, **more}
    made = Review(
        resource_id=resource.id, person_id=by.person_id, institution_id=institution.id, cycle_id=within.id, rubric_id=rubric.id, **values
    )
    session.add(made)
    session.flush()
    return made


def do_everything(session: Session, school: Institution, firm: Institution, ann: Viewer, lee: Viewer, pages: list[Resource]) -> None:
    """Each page is tagged, on a shelf, decided on and used by the school; the firm reviews and uses it too."""
    within = cycle(session)
    rubric = Rubric(name={"en": "Rubric"}, edition=school.id, created_at=now())
    tag = Tag(institution_id=school.id, name="export", key="export", uses=len(pages), created_at=now())
    shelf = Shelf(
        public_id="s1",
        title="Exports",
        person_id=ann.person_id,
        institution_id=school.id,
        visibility="partners",
        created_at=now(),
        updated_at=now(),
    )
    session.add_all([rubric, tag, shelf])
    session.flush()
    criteria = [
        Criterion(rubric_id=rubric.id, position=n, key=f"k{n}", name={"en": f"Criterion {n}"}, meaning={}, weight=1) for n in range(2)
    ]
    session.add_all(criteria)
    session.flush()
    for number, page in enumerate(pages):
        same = {"resource_id": page.id, "first_id": page.id, "created_at": now()}
        both = {**same, "updated_at": now()}
        session.add(Tagging(tag_id=tag.id, person_id=ann.person_id, **same))
        session.add(ShelfItem(shelf_id=shelf.id, position=number, **same))
        session.add(Decision(institution_id=school.id, cycle_id=within.id, verdict="adopt", visibility="institution", **both))
        session.add(Adoption(institution_id=school.id, person_id=ann.person_id, course="EC1", term="2026", **both))
        session.add(Adoption(institution_id=firm.id, person_id=lee.person_id, course="Training", term="2026", **both))
        given = review(session, page, lee, firm, within, rubric)
        session.add_all(ReviewScore(review_id=given.id, criterion_id=one.id, value=4 + place) for place, one in enumerate(criteria))
        if number < 24:
            featuring.feature(session, ann, school, "", resource=page.public_id)
    session.commit()


def test_what_each_visitor_sees(app: Flask, session: Session, fill: Callable[[int], list[Resource]]) -> None:
    pages = fill(3)
    school, firm = house(session, verified=True), house(session, "Parcel Works", kind="enterprise")
    ann, lee, nora = person(session, "ann", school), person(session, "lee", firm), person(session, "nora")
    governing.claim(session, ann, school, "Example School")
    do_everything(session, school, firm, ann, lee, pages)
    index = app.extensions["hub"].index

    def look(viewer: Viewer) -> portraying.Portrait:
        return portraying.page(session, index, viewer, school, TODAY)

    seen = look(acting.ANYBODY)
    n = seen.numbers
    assert (n.opened, n.shelves, n.tags, n.taggings, n.reviews, n.adoptions, n.elsewhere, n.elsewhere_at, n.members) == (
        3,
        0,
        1,
        3,
        0,
        3,
        3,
        1,
        1,
    )
    assert [(mark.name["en"], mark.mean) for mark in seen.marks] == [("Criterion 0", 4.0), ("Criterion 1", 5.0)] and seen.marked_by == 3
    assert (seen.shelves, seen.decisions, seen.queue) == ((), (), None)
    assert len(seen.examples) == 3 and len(seen.newest) == 3 and {line.kind for line in seen.lately} == {"adoption"}
    assert look(nora).decisions == () and look(lee).shelves == (), "not partners yet"
    allying.request(session, ann, school, firm, "")
    allying.answer(session, lee, firm, school, "accept")
    session.commit()
    assert [line.title for line in look(lee).shelves] == ["Exports"] and look(lee).decisions == ()
    own = look(ann)
    assert own.numbers.shelves == 1 and len(own.decisions) == 3 and own.queue is not None and own.queue.total == 3
    assert {line.kind for line in own.lately} == {"adoption", "decision", "shelf", "partner"}


def test_hidden_things_and_resources_are_not_told(app: Flask, session: Session, fill: Callable[[int], list[Resource]]) -> None:
    pages = fill(2)
    school, firm = house(session), house(session, "Parcel Works")
    ann, lee = person(session, "ann", school), person(session, "lee", firm)
    do_everything(session, school, firm, ann, lee, pages)
    pages[0].hidden_at = now()
    session.execute(db.update(Adoption).where(Adoption.resource_id == pages[1].id).values(hidden_at=now()))
    session.commit()
    seen = portraying.page(session, app.extensions["hub"].index, ann, school, TODAY)
    assert seen.adoptions == () and [line.about for line in seen.decisions] == [pages[1].public_id]
    assert seen.queue is not None and [one.resource.id for one in seen.queue.waiting] == [pages[1].id]


def test_the_number_of_queries_does_not_grow(app: Flask, session: Session, fill: Callable[[int], list[Resource]]) -> None:
    pages, index = fill(30), app.extensions["hub"].index
    counts = []
    for name, number in (("Few School", 3), ("Many School", 30)):
        school, firm = house(session, name, verified=True), house(session, f"{name} Works")
        ann, lee = person(session, f"ann{number}", school), person(session, f"lee{number}", firm)
        do_everything_again(session, school, firm, ann, lee, pages[:number])
        session.expire_all()
        session.get(Institution, school.id)
        with counted() as statements:
            portraying.page(session, index, ann, school, TODAY)
        counts.append(len(statements))
        with counted() as listed:
            mustering.listed(session)
        counts.append(len(listed))
    assert counts[0] == counts[2] and counts[1] == counts[3]
    assert counts[0] <= 32


def do_everything_again(session: Session, school: Institution, firm: Institution, ann: Viewer, lee: Viewer, pages: list[Resource]) -> None:
    """The same for another school: one cycle is enough, and shelves have names of their own."""
    session.execute(db.update(Cycle).values(name=f"before {school.id}"))
    session.execute(db.update(Shelf).values(public_id=f"of{school.id}"))
    do_everything(session, school, firm, ann, lee, pages)


def test_what_waits_for_review(session: Session, fill: Callable[[int], list[Resource]]) -> None:
    pages = fill(3)
    school, firm = house(session), house(session, "Parcel Works")
    ann, lee = person(session, "ann", school), person(session, "lee", firm)
    do_everything(session, school, firm, ann, lee, pages)
    found = awaiting.queue(session, school, TODAY)
    assert (found.total, found.cycle) == (3, "2026")
    assert [(one.resource.id, one.tags, one.shelves, one.courses, one.reviews) for one in found.waiting] == [
        (page.id, 1, 1, 1, 0) for page in reversed(pages)
    ]
    within, rubric = session.scalars(select(Cycle)).one(), session.scalars(select(Rubric)).one()
    review(session, pages[0], ann, school, within, rubric)
    pages[1].withdrawn_at = now()
    session.commit()
    assert [one.resource.id for one in awaiting.queue(session, school, TODAY).waiting] == [pages[2].id]
    own = Cycle(institution_id=school.id, name="Summer", starts_on=date(2026, 6, 1), ends_on=date(2026, 8, 31), created_at=now())
    session.add(own)
    session.commit()
    again = awaiting.queue(session, school, TODAY)
    assert (again.cycle, [one.resource.id for one in again.waiting]) == ("Summer", [pages[2].id, pages[0].id]), "a new cycle asks anew"
    assert awaiting.queue(session, firm, TODAY).total == 0, "the firm has reviewed what it uses"
    assert awaiting.queue(session, school, date(2030, 1, 1)).cycle is None


def test_institutions_are_listed_by_kind_words_and_verified(session: Session) -> None:
    for number in range(26):
        house(session, f"School {number:02}", verified=number % 2 == 0)
    firm = house(session, "Parcel Works", kind="enterprise")
    firm.name_zh, firm.place = "包裹公司", "Shenzhen"
    house(session, "Left School").closed_at = now()
    session.commit()
    found = mustering.listed(session)
    assert (found.total, found.pages, len(found.entries), found.kinds) == (27, 2, 24, {"university": 26, "enterprise": 1})
    assert [one.name for one in mustering.listed(session, page=2).entries] == ["School 23", "School 24", "School 25"]
    assert mustering.listed(session, kind="enterprise", verified=True).total == 0
    assert mustering.listed(session, verified=True).total == 13
    for words in ("parcel", "包裹", "SHEN works"):
        assert [one.slug for one in mustering.listed(session, words=words).entries] == ["parcel-works"], words
    assert mustering.listed(session, words="%").total == 0
    assert [one.name for one in mustering.listed(session, state="closed").entries] == ["Left School"]
    assert mustering.listed(session, state="unverified").total == 14
    assert session.scalars(select(Person)).all() == []
