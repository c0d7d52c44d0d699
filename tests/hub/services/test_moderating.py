"""Reports: what can be reported by whom, and what moderators make of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.db import now
from hub.models import Adoption, AuditEvent, Comment, Complaint, Institution, Mail, Membership, Person, Resource, Shelf
from hub.services import acting, complaining, moderating
from hub.services.acting import ANYBODY, Viewer

SITE = "https://hub.example"


@pytest.fixture
def person(session: Session) -> Callable[..., Viewer]:
    """A person; `moderator`: of the hub; `house`: where they are a curator."""

    def make(name: str, *, moderator: bool = False, house: Institution | None = None) -> Viewer:
        row = Person(email=f"{name}@example.org", name=name, password_hash="", session_key=name, is_curator=moderator, created_at=now())
        session.add(row)
        session.flush()
        if house is not None:
            session.add(Membership(person_id=row.id, institution_id=house.id, role="curator", created_at=now()))
        session.commit()
        return acting.viewer(session, row)

    return make


@pytest.fixture
def house(session: Session) -> Institution:
    """A verified institution."""
    row = Institution(slug="z", name="Zhejiang Institute", kind="university", verified_at=now(), created_at=now(), updated_at=now())
    session.add(row)
    session.commit()
    return row


@pytest.fixture
def things(session: Session, house: Institution, person: Callable[..., Viewer]) -> dict[str, Any]:
    """A shelf with a comment, and an adoption, all of Wang's."""
    wang = person("wang", house=house)
    moment = {"created_at": now(), "updated_at": now()}
    resource = Resource(public_id="r1", title="Selling", **moment)
    shelf = Shelf(public_id="s1", title="Good ones", about="Ours", person_id=wang.person_id, visibility="public", **moment)
    session.add_all([resource, shelf])
    session.flush()
    whose = {"person_id": wang.person_id, "institution_id": house.id}
    comment = Comment(shelf_id=shelf.id, text="Rude", created_at=now(), **whose)
    used = {"resource_id": resource.id, "first_id": resource.id, "course": "Export basics", "term": "2026"}
    adoption = Adoption(**used, **whose, **moment)
    session.add_all([comment, adoption])
    session.commit()
    return {"shelf": shelf, "comment": comment, "adoption": adoption, "institution": house, "resource": resource, "wang": wang}


@pytest.mark.parametrize(
    ("subject", "text", "path"),
    [
        ("shelf", "Good ones\n\nOurs", "/shelves/s1"),
        ("comment", "Rude", "/shelves/s1"),
        ("adoption", "Export basics", "/resources/r1"),
        ("institution", "Zhejiang Institute", "/institutions/z"),
    ],
)
def test_what_is_reported_is_shown_in_its_place(
    session: Session, things: dict[str, Any], person: Callable[..., Viewer], subject: str, text: str, path: str
) -> None:
    reader, mode = person("sun"), person("mode", moderator=True)
    complaining.complain(session, reader, subject, things[subject].id, "spam", "  See  ")
    session.commit()
    (one,) = moderating.reports(session, mode).reports
    assert one.about is not None
    assert (one.subject, one.about.text, one.about.path, one.text, one.reporter) == (subject, text, path, "See", "sun")
    moderating.decide(session, mode, one.id, "upheld", "No", site=SITE)
    session.commit()
    hidden = subject in ("comment", "adoption")
    assert [mail.recipient for mail in session.scalars(select(Mail))] == (["wang@example.org"] if hidden else [])
    assert (getattr(things[subject], "hidden_at", None) is not None) == hidden


@pytest.mark.parametrize("subject", ["shelf", "comment", "adoption"])
def test_what_one_does_not_see_one_does_not_report(
    session: Session, things: dict[str, Any], person: Callable[..., Viewer], subject: str
) -> None:
    things["shelf"].visibility, things["adoption"].visibility = "private", "institution"
    session.commit()
    with pytest.raises(complaining.NotThere):
        complaining.complain(session, person("sun"), subject, things[subject].id, "spam", "")


def test_a_report_is_made_once_by_somebody_with_a_reason(session: Session, things: dict[str, Any], person: Callable[..., Viewer]) -> None:
    reader, number = person("sun"), things["comment"].id
    for reason, text in (("none", ""), ("spam", "x" * (complaining.TEXT_MOST + 1))):
        with pytest.raises(complaining.BadComplaint):
            complaining.complain(session, reader, "comment", number, reason, text)
    with pytest.raises(complaining.NotAllowed):
        complaining.complain(session, ANYBODY, "comment", number, "spam", "")
    complaining.complain(session, reader, "comment", number, "spam", "")
    with pytest.raises(complaining.AlreadyReported):
        complaining.complain(session, reader, "comment", number, "abuse", "")
    with pytest.raises(complaining.NotThere):
        complaining.complain(session, reader, "person", 1, "spam", "")


def test_nobody_reports_without_end(session: Session, things: dict[str, Any], person: Callable[..., Viewer]) -> None:
    reader = person("sun")
    session.add_all(
        Complaint(subject="comment", subject_id=1000 + n, person_id=reader.person_id, reason="spam", state="open", created_at=now())
        for n in range(complaining.A_DAY)
    )
    session.commit()
    with pytest.raises(complaining.TooMany):
        complaining.complain(session, reader, "shelf", things["shelf"].id, "spam", "")
    for row in session.scalars(select(Complaint)):
        row.created_at = now() - timedelta(days=2)
    assert complaining.complain(session, reader, "shelf", things["shelf"].id, "spam", "")


def test_moderators_of_the_hub_alone_decide_and_not_on_their_own(
    session: Session, things: dict[str, Any], house: Institution, person: Callable[..., Viewer]
) -> None:
    mode, curator = person("mode", moderator=True), person("cora", house=house)
    comment = things["comment"]
    number = complaining.complain(session, curator, "comment", comment.id, "spam", "")
    for who in (curator, things["wang"], ANYBODY):
        with pytest.raises(complaining.NotAllowed):
            moderating.reports(session, who)
        with pytest.raises(complaining.NotAllowed):
            moderating.decide(session, who, number, "dismissed", "", site=SITE)
    comment.person_id = mode.person_id
    with pytest.raises(complaining.NotAllowed):
        moderating.decide(session, mode, number, "dismissed", "", site=SITE)
    with pytest.raises(complaining.NotThere):
        moderating.decide(session, mode, number + 99, "dismissed", "", site=SITE)


def test_all_reports_of_one_thing_are_settled_together(session: Session, things: dict[str, Any], person: Callable[..., Viewer]) -> None:
    mode, number = person("mode", moderator=True), things["adoption"].id
    resource = things["resource"]
    first, second = (complaining.complain(session, person(name), "adoption", number, "wrong", "") for name in ("sun", "li"))
    moderating.decide(session, mode, second, "upheld", "It is not so", site=SITE)
    session.commit()
    assert moderating.reports(session, mode).total == 0 and moderating.reports(session, mode, decided=True).total == 2
    with pytest.raises(moderating.AlreadyDecided):
        moderating.decide(session, mode, first, "dismissed", "", site=SITE)
    assert resource.adoption_count == 0
    moderating.restore(session, mode, first, "It is so", site=SITE)
    session.commit()
    assert resource.adoption_count == 1 and things["adoption"].hidden_at is None
    with pytest.raises(moderating.AlreadyDecided):
        moderating.restore(session, mode, first, "", site=SITE)
    deeds = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert deeds == ["complaint.made", "complaint.made", "complaint.upheld", "complaint.restored"]


def test_what_is_gone_can_still_be_settled(session: Session, things: dict[str, Any], person: Callable[..., Viewer]) -> None:
    mode = person("mode", moderator=True)
    number = complaining.complain(session, person("sun"), "comment", things["comment"].id, "spam", "")
    session.delete(things["comment"])
    session.commit()
    assert moderating.reports(session, mode).reports[0].about is None
    moderating.decide(session, mode, number, "upheld", "", site=SITE)
    assert session.scalars(select(Mail)).all() == []
