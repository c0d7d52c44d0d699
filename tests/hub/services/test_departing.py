"""Who is the last admin does not go, even when two of them go at the same moment."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.db import db, now
from hub.models import Institution, Membership, Person
from hub.services import departing, joining


@pytest.mark.parametrize("of", ["hub", "institution"])
def test_of_two_last_admins_who_go_at_the_same_moment_one_stays(app: Flask, session: Session, of: str) -> None:
    house = Institution(slug="school", name="School", kind="university", created_at=now(), updated_at=now())
    people = [joining.add(session, f"{name}@school.example", "correct horse", name=name, admin=of == "hub") for name in ("ann", "bea")]
    session.add(house)
    session.flush()
    if of == "institution":
        session.add_all(Membership(person_id=one.id, institution_id=house.id, role="admin", created_at=now()) for one in people)
    numbers, barrier, said = [one.id for one in people], threading.Barrier(2), list[str]()
    session.commit()

    def go(number: int) -> None:
        with app.app_context():
            own = db.session()
            person = own.get_one(Person, number)
            own.rollback()
            barrier.wait(10)
            try:
                departing.depart(own, person)
                own.commit()
                said.append("gone")
            except departing.StillNeeded as error:
                own.rollback()
                said.append("needed")
                assert error.hub == (of == "hub") and bool(error.institutions) == (of == "institution")
            db.session.remove()

    threads = [threading.Thread(target=go, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(said) == ["gone", "needed"]
    session.expire_all()
    assert len(session.scalars(select(Person).where(Person.id.in_(numbers))).all()) == 1
