"""Settings and their versions, names in the catalogue, domains, verification."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models import AuditEvent, InstitutionName
from hub.services import founding, governing, indexing, permitting
from hub.services.founding import BadFact, NameTaken

from .houses import house, person, who

Make = Callable[..., object]


def test_settings_change_with_their_version(session: Session) -> None:
    school = house(session)
    ann = person(session, "ann", school)
    facts = replace(founding.facts_of(school), place="Wuhan", joining="domain")
    assert governing.save(session, ann, school, facts, version=1) == 2
    session.commit()
    session.refresh(school)
    assert (school.place, school.joining, school.version) == ("Wuhan", "domain", 2)
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "institution.changed")).one()
    assert (event.before, event.after) == ({"place": "", "joining": "invited"}, {"place": "Wuhan", "joining": "domain"})
    assert governing.save(session, ann, school, facts, version=2) == 0, "nothing differs"


def test_a_stale_form_changes_nothing_and_says_what_differs(session: Session) -> None:
    school = house(session)
    ann = person(session, "ann", school)
    before = founding.facts_of(school)
    governing.save(session, ann, school, replace(before, place="Wuhan"), version=1)
    session.commit()
    session.refresh(school)
    with pytest.raises(governing.Stale) as stale:
        governing.save(session, ann, school, replace(before, about="We teach."), version=1)
    assert set(stale.value.fields) == {"place", "about"}
    session.rollback()
    assert (school.place, school.about) == ("Wuhan", "")


def test_who_may_change_them(session: Session) -> None:
    school, other = house(session), house(session, "Another School")
    facts = replace(founding.facts_of(school), place="Wuhan")
    strangers = [person(session, "cora", school, "curator"), person(session, "oscar", other), person(session, "nora")]
    for stranger in strangers:
        with pytest.raises(permitting.NotAllowed):
            governing.save(session, stranger, school, facts, version=1)
    assert governing.save(session, person(session, "ada", admin=True), school, facts, version=1) == 1


def test_what_a_verification_vouches_for_is_for_admins_of_the_hub(session: Session) -> None:
    school = house(session, verified=True)
    ann, ada = person(session, "ann", school), person(session, "ada", admin=True)
    renamed = replace(founding.facts_of(school), name="Peking University")
    with pytest.raises(governing.Vouched):
        governing.save(session, ann, school, renamed, version=1)
    house(session, "Peking University")
    with pytest.raises(NameTaken):
        governing.save(session, ada, school, renamed, version=1)
    assert governing.save(session, ada, school, replace(renamed, name="Peking School"), version=1) == 1
    session.refresh(school)
    assert (school.slug, school.name) == ("example-school", "Peking School"), "the address stays"


def test_names_in_the_catalogue_are_for_verified_institutions_and_like_their_own(session: Session) -> None:
    school = house(session, "Fudan University")
    ann, ada = person(session, "ann", school), person(session, "ada", admin=True)
    with pytest.raises(governing.NotVerified):
        governing.claim(session, ann, school, "复旦大学")
    governing.decide(session, ada.actor, school, "verify")
    session.commit()
    governing.claim(session, ann, school, "复旦大学")
    with pytest.raises(governing.NotItsName):
        governing.claim(session, ann, school, "Harvard University")
    governing.claim(session, ada, school, "Harvard University")
    session.commit()
    other = house(session, "Harvard University", verified=True)
    with pytest.raises(governing.Taken) as taken:
        governing.claim(session, person(session, "oscar", other), other, "Harvard University")
    assert taken.value.slug == "fudan-university"
    kept = governing.known(session, school.id)
    assert [name for _id, name in kept.names] == ["Harvard University", "复旦大学"]
    assert governing.release(session, ann, school, kept.names[0][0])
    assert not governing.release(session, ann, school, 999)
    with pytest.raises(permitting.NotAllowed):
        governing.release(session, person(session, "rea", other), school, kept.names[1][0])


def test_names_are_suggested_from_the_catalogue(app: Flask, session: Session, make_source: Make, make_record: Make, receive: Make) -> None:
    records = [
        make_record(str(n), f"Course {n}", institution=name) for n, name in enumerate(["复旦大学", "复旦大学", "Harvard University"])
    ]
    receive(make_source(), records)
    index = app.extensions["hub"].index
    indexing.drain(session, index)
    school = house(session, "Fudan University")
    assert governing.suggested(session, index, school) == (("复旦大学", 2),)
    session.add(InstitutionName(institution_id=school.id, name="复旦大学"))
    session.commit()
    assert governing.suggested(session, index, school) == ()


@pytest.mark.parametrize("typed", ["", "school", "gmail.com", "QQ.com", "a b.cn", "x@school.edu.cn", "-a.cn", "a..cn", "https://a.cn"])
def test_what_is_no_domain_of_one_institution(session: Session, typed: str) -> None:
    with pytest.raises(BadFact):
        governing.add_domain(session, person(session, "ada", admin=True), house(session), typed)


def test_a_domain_is_one_institution_s_and_entered_by_admins_of_the_hub(session: Session) -> None:
    school, other = house(session), house(session, "Another School")
    ada = person(session, "ada", admin=True)
    assert governing.add_domain(session, ada, school, " @School.EXAMPLE. ").domain == "school.example"
    with pytest.raises(governing.Taken):
        governing.add_domain(session, ada, other, "school.example")
    with pytest.raises(permitting.NotAllowed):
        governing.add_domain(session, person(session, "ann", school), school, "other.example")
    assert governing.drop_domain(session, ada, school, governing.known(session, school.id).domains[0][0])


def test_curators_of_a_verified_institution_are_curators_of_the_catalogue(session: Session) -> None:
    school = house(session)
    cora, ada = person(session, "cora", school, "curator"), person(session, "ada", admin=True)
    assert not cora.is_curator
    assert governing.decide(session, ada.actor, school, "verify", note="I know them")
    assert not governing.decide(session, ada.actor, school, "verify")
    assert who(session, cora.person_id).is_curator
    governing.decide(session, ada.actor, school, "close")
    assert who(session, cora.person_id).seats == ()
    with pytest.raises(permitting.NotAllowed):
        permitting.need(cora, school, "teacher")
    governing.decide(session, ada.actor, school, "reopen")
    governing.decide(session, ada.actor, school, "unverify")
    session.commit()
    assert who(session, cora.person_id).seats and not who(session, cora.person_id).is_curator
    actions = session.scalars(select(AuditEvent.action).where(AuditEvent.action != "institution.founded").order_by(AuditEvent.id)).all()
    assert actions == ["institution.verified", "institution.closed", "institution.reopened", "institution.unverified"]
