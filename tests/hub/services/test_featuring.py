"""Good examples: shown, noted, put in order, taken away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.db import now
from hub.models import Resource, Shelf
from hub.services import acting, featuring, permitting

from .houses import house, person

Make = Callable[..., object]


@pytest.fixture
def pages(session: Session, make_source: Make, make_record: Make, receive: Make) -> list[Resource]:
    """Three pages."""
    receive(make_source(), [make_record(name, f"Course {name}") for name in "abc"])
    return list(session.scalars(select(Resource).order_by(Resource.id)))


def shelf(session: Session, visibility: str = "public") -> Shelf:
    made = Shelf(public_id=f"s{visibility}", title="A shelf", visibility=visibility, created_at=now(), updated_at=now())
    session.add(made)
    session.commit()
    return made


def test_curators_choose_note_and_order_them(session: Session, pages: list[Resource]) -> None:
    school = house(session)
    cora = person(session, "cora", school, "curator")
    rows = [featuring.feature(session, cora, school, f"why {page.title}", resource=page.public_id) for page in pages]
    featuring.feature(session, cora, school, "", shelf=shelf(session).public_id)
    session.commit()

    def titles() -> list[str]:
        return [one.title for one in featuring.examples(session, acting.ANYBODY, school.id)]

    assert titles() == ["Course a", "Course b", "Course c", "A shelf"]
    assert featuring.move(session, cora, school, rows[2].id, up=True) == 2
    assert featuring.move(session, cora, school, rows[0].id, up=True) is None
    assert titles() == ["Course a", "Course c", "Course b", "A shelf"]
    assert featuring.annotate(session, cora, school, rows[0].id, "better")
    assert not featuring.annotate(session, cora, school, rows[0].id, "better")
    featuring.remove(session, cora, school, rows[1].id)
    session.commit()
    assert titles() == ["Course a", "Course c", "A shelf"]
    with pytest.raises(featuring.Already):
        featuring.feature(session, cora, school, "", resource=pages[0].public_id)


def test_what_is_gone_or_not_public_is_not_shown(session: Session, pages: list[Resource]) -> None:
    school = house(session)
    cora = person(session, "cora", school, "curator")
    kept = shelf(session)
    featuring.feature(session, cora, school, "", resource=pages[0].public_id)
    featuring.feature(session, cora, school, "", shelf=kept.public_id)
    pages[0].withdrawn_at = pages[1].hidden_at = now()
    pages[2].merged_into_id = pages[0].id
    kept.visibility = "private"
    session.commit()
    assert featuring.examples(session, acting.ANYBODY, school.id) == ()
    assert [(one.resource, one.shelf) for one in featuring.examples(session, cora, school.id, all_of_them=True)] == [(None, None)] * 2
    for page in pages:
        with pytest.raises(featuring.NothingThere):
            featuring.feature(session, cora, school, "", resource=page.public_id)
    with pytest.raises(featuring.NothingThere):
        featuring.feature(session, cora, school, "", shelf=kept.public_id)


def test_who_may_and_how_many(session: Session, pages: list[Resource]) -> None:
    school, other = house(session), house(session, "Another School")
    cora = person(session, "cora", school, "curator")
    row = featuring.feature(session, cora, school, "", resource=pages[0].public_id)
    session.commit()
    for stranger in (person(session, "tom", school, "teacher"), person(session, "oscar", other), person(session, "ada", admin=True)):
        with pytest.raises(permitting.NotAllowed):
            featuring.feature(session, stranger, school, "", resource=pages[1].public_id)
        with pytest.raises(permitting.NotAllowed):
            featuring.remove(session, stranger, school, row.id)
    with pytest.raises(featuring.NothingThere):
        featuring.remove(session, person(session, "olga", other), other, row.id)
