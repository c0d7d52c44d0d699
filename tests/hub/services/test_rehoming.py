"""What people said of a page when it is merged, and when the merge is undone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.db import now
from hub.models import Adoption, Bookmark, Institution, Membership, Outbox, Person, Resource, SourceRecord, Tag, Tagging
from hub.services import acting, classifying, joining, parting, tallying, uniting
from hub.services.auditing import COMMAND_LINE

Make = Callable[..., object]


@pytest.fixture
def pages(
    session: Session, make_source: Callable[..., object], make_record: Callable[..., object], receive: Callable[..., object]
) -> list[int]:
    """Three pages."""
    for name in ("one", "two", "three"):
        receive(make_source(name), [make_record(name, f"A course that is called {name}")])
    return list(session.scalars(select(Resource.id).order_by(Resource.id)))


@pytest.fixture
def people(session: Session) -> list[Person]:
    """Two people of one institution."""
    school = Institution(slug="school", name="School", kind="university", created_at=now(), updated_at=now())
    session.add(school)
    found = [joining.add(session, f"{name}@school.example", "correct horse battery") for name in ("ann", "bob")]
    session.flush()
    session.add_all(Membership(person_id=p.id, institution_id=school.id, role="teacher", created_at=now()) for p in found)
    session.commit()
    return found


def keep(session: Session, person: Person, resource_id: int, note: str = "") -> None:
    moment = now()
    when = {"created_at": moment, "updated_at": moment}
    session.add(Bookmark(person_id=person.id, resource_id=resource_id, first_id=resource_id, note=note, status="interested", **when))
    session.commit()


def kept(session: Session) -> dict[int, list[str]]:
    """Page -> notes of the bookmarks that stand there."""
    found: dict[int, list[str]] = {}
    for resource_id, note in session.execute(select(Bookmark.resource_id, Bookmark.note).order_by(Bookmark.note)):
        found.setdefault(resource_id, []).append(note)
    return found


def unite(session: Session, kept_id: int, other_id: int) -> int:
    match = uniting.unite(session, kept_id, other_id, classifier=classifying.load(session), actor=COMMAND_LINE)
    session.commit()
    return match


def undo(session: Session, match: int) -> None:
    uniting.undo(session, match, classifier=classifying.load(session), actor=COMMAND_LINE)
    session.commit()


def test_bookmarks_follow_and_go_back_each_to_its_page(session: Session, pages: list[int], people: list[Person]) -> None:
    one, two, three = pages
    ann, bob = people
    keep(session, ann, one, "ann on one")
    keep(session, ann, two, "ann on two")
    keep(session, bob, two, "bob on two")
    keep(session, bob, three, "bob on three")
    before = kept(session)
    first = unite(session, one, two)
    assert kept(session) == {one: ["ann on one", "bob on two"], two: ["ann on two"], three: ["bob on three"]}, "one's own word stays"
    second = unite(session, three, one)
    assert kept(session) == {three: ["ann on one", "bob on three"], one: ["bob on two"], two: ["ann on two"]}
    undo(session, second)
    assert kept(session) == {one: ["ann on one", "bob on two"], two: ["ann on two"], three: ["bob on three"]}
    undo(session, first)
    assert kept(session) == before


def test_a_merge_in_the_middle_is_undone_alone(session: Session, pages: list[int], people: list[Person]) -> None:
    one, two, three = pages
    keep(session, people[0], two, "two")
    first = unite(session, one, two)
    unite(session, three, one)
    assert kept(session) == {three: ["two"]}
    undo(session, first)
    assert kept(session) == {two: ["two"]}


def test_a_record_that_is_split_off_takes_its_old_page_s_things_along(session: Session, pages: list[int], people: list[Person]) -> None:
    one, two, _ = pages
    record = session.scalars(select(SourceRecord.id).where(SourceRecord.resource_id == two)).one()
    keep(session, people[0], two, "two")
    unite(session, one, two)
    parting.split(session, record, classifier=classifying.load(session), actor=COMMAND_LINE)
    session.commit()
    assert kept(session) == {two: ["two"]}


def test_counts_follow_and_the_index_hears_of_it(session: Session, pages: list[int], people: list[Person]) -> None:
    one, two, _ = pages
    school = session.scalars(select(Institution)).one()
    tag = Tag(institution_id=school.id, name="Cross-border", key="cross-border", created_at=now())
    session.add(tag)
    session.flush()
    for id in (one, two):
        session.add(Tagging(tag_id=tag.id, resource_id=id, first_id=id, created_at=now()))
    moment = now()
    session.add(
        Adoption(resource_id=two, first_id=two, institution_id=school.id, course="Trade", term="2026", created_at=moment, updated_at=moment)
    )
    tallying.tally(session, pages)
    tallying.count_uses(session, [tag.id])
    session.commit()
    assert tag.uses == 2 and session.get_one(Resource, two).adoption_count == 1
    match = unite(session, one, two)
    assert tag.uses == 2, "the one that stays out of sight is counted until it is back"
    assert (session.get_one(Resource, one).adoption_count, session.get_one(Resource, two).adoption_count) == (1, 0)
    session.query(Outbox).delete()
    undo(session, match)
    assert (session.get_one(Resource, one).adoption_count, session.get_one(Resource, two).adoption_count) == (0, 1)
    assert set(session.scalars(select(Outbox.resource_id))) >= {one, two}


def test_a_member_sees_what_is_for_members_and_partners(session: Session, people: list[Person]) -> None:
    ann = acting.viewer(session, people[0])
    assert ann.seat is not None and ann.seat.slug == "school"
    assert ann.may(ann.seat.institution_id, "teacher") and not ann.may(ann.seat.institution_id, "curator")
    assert not ann.is_curator
    school = session.scalars(select(Institution)).one()
    school.verified_at = now()
    session.scalars(select(Membership).where(Membership.person_id == people[0].id)).one().role = "curator"
    session.commit()
    assert acting.viewer(session, people[0]).is_curator, "of a verified institution"
