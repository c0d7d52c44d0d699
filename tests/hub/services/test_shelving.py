"""Who reads a shelf, who changes it, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from hub.models import AuditEvent, Partnership, Shelf, ShelfItem
from hub.services import sharing, shelving
from hub.services.acting import ANYBODY
from hub.services.shelving import NotAllowed, Stale, Wanted

from .shelf_stage import Stage, resources, set_stage, shelf_of

PEOPLE = ("ann", "tom", "cleo", "sam", "pat", "max", "lone")


@pytest.fixture
def stage(
    session: Session, make_source: Callable[..., object], make_record: Callable[..., object], receive: Callable[..., object]
) -> Stage:
    receive(make_source("one"), [make_record(f"r{n}", f"A course that is called {n}") for n in range(4)])
    return set_stage(session, resources(session))


def readers(session: Session, stage: Stage, shelf: Shelf) -> set[str]:
    """Who of all may read it."""
    people = {name: getattr(stage, name) for name in PEOPLE} | {"anybody": ANYBODY}
    return {name for name, who in people.items() if shelving.get(session, who, shelf.public_id)}


def changers(session: Session, stage: Stage, shelf: Shelf) -> set[str]:
    """Who of all may change what stands on it."""
    people = {name: getattr(stage, name) for name in PEOPLE} | {"anybody": ANYBODY}
    return {name for name, who in people.items() if shelving.may_change(session, who, shelf)}


STAFF, MEMBERS = {"ann", "tom", "cleo"}, {"ann", "tom", "cleo", "sam"}


@pytest.mark.parametrize(
    ("visibility", "read", "change"),
    [
        ("private", {"ann"}, {"ann"}),
        ("institution", MEMBERS, STAFF),
        ("partners", MEMBERS | {"pat"}, STAFF),
        ("public", {*PEOPLE, "anybody"}, STAFF),
    ],
)
def test_each_visibility_lets_in_its_own(session: Session, stage: Stage, visibility: str, read: set[str], change: set[str]) -> None:
    shelf = shelf_of(session, stage.ann, stage.pages, visibility=visibility, house_id=stage.school.id)
    assert (readers(session, stage, shelf), changers(session, stage, shelf)) == (read, change)


def test_an_editor_reads_and_changes_what_is_private(session: Session, stage: Stage) -> None:
    shelf = shelf_of(session, stage.ann, stage.pages)
    sharing.give_to_person(session, stage.ann, shelf, " PAT@school.example ")
    assert readers(session, stage, shelf) == changers(session, stage, shelf) == {"ann", "pat"}
    with pytest.raises(NotAllowed):
        shelving.remove(session, stage.pat, shelf)


def test_a_partner_changes_it_for_as_long_as_it_is_one(session: Session, stage: Stage) -> None:
    shelf = shelf_of(session, stage.ann, stage.pages, visibility="institution", house_id=stage.school.id)
    sharing.give_to_institution(session, stage.ann, shelf, stage.partner.slug)
    assert changers(session, stage, shelf) == STAFF | {"pat"}
    session.execute(update(Partnership).values(state="ended"))
    assert changers(session, stage, shelf) == STAFF
    assert readers(session, stage, shelf) == MEMBERS


def test_nobody_learns_who_has_an_account(session: Session, stage: Stage) -> None:
    shelf = shelf_of(session, stage.ann, stage.pages)
    said = []
    for email in ("max@school.example", "nobody@school.example", "", "x" * 5_000):
        with pytest.raises(sharing.NobodyThere) as caught:
            sharing.give_to_person(session, stage.ann, shelf, email)
        said.append(caught.value.args)
    assert len(set(said)) == 1 and sharing.editors(session, shelf) == []


def test_an_institution_that_is_no_partner_is_given_nothing(session: Session, stage: Stage) -> None:
    shelf = shelf_of(session, stage.ann, stage.pages, visibility="institution", house_id=stage.school.id)
    for slug in (stage.other.slug, stage.school.slug, "nowhere"):
        with pytest.raises(sharing.NoPartner):
            sharing.give_to_institution(session, stage.ann, shelf, slug)
    with pytest.raises(sharing.NoPartner):
        sharing.give_to_institution(session, stage.ann, shelf_of(session, stage.ann, []), stage.partner.slug)


def test_given_twice_is_given_once_and_taken_back(session: Session, stage: Stage) -> None:
    shelf = shelf_of(session, stage.ann, stage.pages)
    for _ in range(2):
        sharing.give_to_person(session, stage.ann, shelf, "tom@school.example")
    (editor,) = sharing.editors(session, shelf)
    with pytest.raises(NotAllowed):
        sharing.take_from(session, stage.sam, shelf, editor.id)
    sharing.take_from(session, stage.tom, shelf, editor.id)
    assert sharing.editors(session, shelf) == [], "everybody may give up what was given to them"


def test_only_teachers_make_shelves_of_an_institution(session: Session, stage: Stage) -> None:
    for who, house in ((stage.sam, stage.school), (stage.max, stage.school), (stage.lone, stage.school), (ANYBODY, stage.school)):
        with pytest.raises(NotAllowed):
            shelving.make(session, who, Wanted(title="Trade", visibility="public", institution_id=house.id))
    for visibility in ("institution", "partners"):
        with pytest.raises(NotAllowed):
            shelving.make(session, stage.ann, Wanted(title="Trade", visibility=visibility))


def test_who_opened_the_form_too_early_changes_nothing(session: Session, stage: Stage) -> None:
    shelf = shelf_of(session, stage.ann, stage.pages, visibility="public", house_id=stage.school.id)
    house, seen = stage.school.id, shelf.version
    shelving.change(session, stage.ann, shelf, Wanted(title="Ann's", visibility="public", institution_id=house), version=seen)
    with pytest.raises(Stale):
        shelving.change(session, stage.cleo, shelf, Wanted(title="Cleo's", visibility="public", institution_id=house), version=seen)
    session.refresh(shelf)
    assert (shelf.title, shelf.version) == ("Ann's", seen + 1)


def test_a_curator_renames_it_but_takes_it_from_nobody(session: Session, stage: Stage) -> None:
    shelf = shelf_of(session, stage.ann, stage.pages, visibility="institution", house_id=stage.school.id)
    house = stage.school.id
    shelving.change(session, stage.cleo, shelf, Wanted(title="Better", visibility="partners", institution_id=house), version=shelf.version)
    for wanted in (Wanted(title="Mine", visibility="public"), Wanted(title="Gone", visibility="private", institution_id=house)):
        with pytest.raises(NotAllowed):
            shelving.change(session, stage.cleo, shelf, wanted, version=shelf.version)
    with pytest.raises(NotAllowed):
        shelving.change(
            session, stage.tom, shelf, Wanted(title="Tom's", visibility="partners", institution_id=house), version=shelf.version
        )
    assert (shelf.title, shelf.visibility, shelf.institution_id) == ("Better", "partners", house)


def test_what_nobody_else_sees_leaves_no_trace(session: Session, stage: Stage) -> None:
    events = select(func.count()).select_from(AuditEvent).where(AuditEvent.action.like("shelf.%"))
    shelf = shelf_of(session, stage.ann, stage.pages)
    shelving.remove(session, stage.ann, shelf)
    assert session.scalar(events) == 0
    shelf = shelf_of(session, stage.ann, stage.pages, visibility="public")
    shelving.remove(session, stage.ann, shelf)
    kept = session.scalars(select(AuditEvent.action).where(AuditEvent.action.like("shelf.%")).order_by(AuditEvent.id)).all()
    assert kept == ["shelf.created", "shelf.added", "shelf.deleted"]
    assert session.scalar(select(func.count()).select_from(ShelfItem)) == 0
