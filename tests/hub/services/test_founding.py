"""Institutions begin, and no second one of the same name."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models import AuditEvent, Membership
from hub.services import founding
from hub.services.founding import BadFact, Facts, NameTaken

from .houses import house, person, who


def test_the_founder_is_its_admin_and_acts_for_it(session: Session) -> None:
    ann = person(session, "ann")
    made = founding.found(
        session, ann.actor, Facts(name="  Zhejiang\u202e  School ", kind="university", place="Hangzhou"), admin_id=ann.person_id
    )
    session.commit()
    assert (made.slug, made.name, made.verified_at) == ("zhejiang-school", "Zhejiang School", None)
    seat = who(session, ann.person_id).seat
    assert seat is not None and (seat.institution_id, seat.role) == (made.id, "admin")
    event = session.scalars(select(AuditEvent)).one()
    assert (event.action, event.person, event.after["place"]) == ("institution.founded", "Ann", "Hangzhou")


@pytest.mark.parametrize("name", ["Example School", "example  SCHOOL", "Example, school!", "示例学校"])
def test_a_name_or_address_that_is_taken_leads_to_who_has_it(session: Session, name: str) -> None:
    founding.found(session, person(session, "ann").actor, Facts(name="Example School", name_zh="示例学校", kind="university"))
    with pytest.raises(NameTaken) as taken:
        founding.found(session, person(session, "bob").actor, Facts(name=name, kind="agency"))
    assert taken.value.slug == "example-school"


@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("name", Facts(name=" \u200b ", kind="university")),
        ("name", Facts(name="!!!", kind="university")),
        ("kind", Facts(name="A", kind="cult")),
        ("url", Facts(name="A", kind="agency", url="javascript:alert(1)")),
        ("url", Facts(name="A", kind="agency", url="https://user:secret@host.example/")),
        ("url", Facts(name="A", kind="agency", url="https://host.example:99999999/")),
        ("visibility", Facts(name="A", kind="agency", visibility="all")),
        ("domain_role", Facts(name="A", kind="agency", domain_role="admin")),
    ],
)
def test_what_cannot_be_kept_is_named(session: Session, field: str, facts: Facts) -> None:
    with pytest.raises(BadFact) as bad:
        founding.clean(facts)
    assert bad.value.field == field


def test_an_institution_called_new_does_not_hide_the_form(session: Session) -> None:
    assert house(session, "New").slug == "new-institution"
    assert house(session, "浙江商学院").slug == "浙江商学院"


def test_founding_is_bounded(session: Session) -> None:
    ann = person(session, "ann")
    for _ in range(founding.FOUNDED_A_DAY):
        founding.refuse_often(session, ann.person_id or 0)
    with pytest.raises(founding.TooOften):
        founding.refuse_often(session, ann.person_id or 0)
    assert session.scalars(select(Membership)).all() == []
