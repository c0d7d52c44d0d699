"""The second factor: each code is taken once, in its time, and for its own secret."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from hub.db import Session, db, now
from hub.models import Mail, Person
from hub.services import joining, verifying

RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890" of RFC 6238, appendix B


@pytest.fixture
def person(session):
    made = joining.add(session, "ada@example.org", "a long password", name="Ada")
    session.commit()
    return made


@pytest.fixture
def codes(session, person):
    """The second factor is on; its recovery codes."""
    secret = verifying.new_secret()
    made = verifying.turn_on(session, person, secret, pyotp.TOTP(secret).at(now() - timedelta(seconds=30)))
    session.commit()
    return made


def code(person, *, seconds=0):
    return pyotp.TOTP(person.totp_secret).at(now() + timedelta(seconds=seconds))


@pytest.mark.parametrize(("seconds", "wanted"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")])
def test_codes_are_those_of_the_standard(seconds, wanted):
    assert verifying.step_of(RFC_SECRET, wanted, datetime.fromtimestamp(seconds, UTC)) == seconds // 30


@pytest.mark.parametrize("offset", range(-90, 120, 5))
def test_a_clock_may_be_one_step_wrong_and_no_more(offset):
    here = datetime(2026, 11, 25, 12, 0, 0, tzinfo=UTC)
    made = pyotp.TOTP(RFC_SECRET).at(here + timedelta(seconds=offset))
    assert (verifying.step_of(RFC_SECRET, made, here) is not None) == (-30 <= offset < 60)


def test_setting_up_needs_a_code_of_the_secret(session, person):
    secret = verifying.new_secret()
    assert verifying.turn_on(session, person, secret, "000000") is None or pyotp.TOTP(secret).now() == "000000"
    assert verifying.turn_on(session, person, "not a secret", "123456") is None
    made = verifying.turn_on(session, person, secret, f" {pyotp.TOTP(secret).now()[:3]} {pyotp.TOTP(secret).now()[3:]}")
    assert made is not None and len(set(made)) == 10 and person.totp_secret == secret


def test_the_code_that_set_it_up_does_not_sign_in(session, person):
    secret = verifying.new_secret()
    used = pyotp.TOTP(secret).now()
    verifying.turn_on(session, person, secret, used)
    assert not verifying.take(session, person, used)


def test_no_code_is_taken_twice_nor_an_older_one_after_it(session, person, codes):
    later = code(person, seconds=30)
    assert verifying.take(session, person, later)
    assert not verifying.take(session, person, later)
    assert not verifying.take(session, person, code(person))


def test_a_recovery_code_is_taken_once_however_it_is_typed(session, person, codes):
    assert verifying.take(session, person, f"  {codes[0].upper().replace('-', ' ')} ")
    assert not verifying.take(session, person, codes[0])
    assert len(person.recovery_hashes) == 9
    assert all(verifying.take(session, person, one) for one in codes[1:])
    assert person.recovery_hashes == []


def test_new_recovery_codes_void_the_old_ones(session, person, codes):
    fresh = verifying.new_codes(person)
    assert not verifying.take(session, person, codes[0])
    assert verifying.take(session, person, fresh[0])


def test_turned_off_nothing_is_left_and_nothing_fits(session, person, codes):
    verifying.turn_off(session, person)
    session.commit()
    assert (person.totp_secret, person.totp_step, person.recovery_hashes) == (None, None, [])
    assert not verifying.take(session, person, codes[0])


@given(typed=st.text(max_size=200))
def test_whatever_is_typed_is_no_code(typed):
    assert verifying.step_of(RFC_SECRET, verifying.tidy(typed), now().replace(year=2100)) is None or typed.strip().isdigit()


@pytest.mark.parametrize("which", ["authenticator", "recovery"])
def test_one_code_lets_in_one_of_many_at_the_same_moment(app, session, person, codes, which):
    used = code(person, seconds=30) if which == "authenticator" else codes[0]
    number, answers, ready = person.id, [], threading.Barrier(5)

    def sign_in():
        with app.app_context(), Session(db.engine) as own:
            who = own.get_one(Person, number)
            own.commit()
            ready.wait()
            answers.append(verifying.take(own, who, used))
            own.commit()

    session.commit()
    threads = [threading.Thread(target=sign_in) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [False] * 4 + [True]


def test_the_owner_hears_of_it(session, person, codes):
    verifying.turn_off(session, person)
    session.commit()
    mails = session.scalars(select(Mail).order_by(Mail.id)).all()
    assert [mail.recipient for mail in mails] == [person.email] * 2
    assert "was switched on" in mails[0].subject and "两步验证已关闭" in mails[1].body
    assert not any(code in mail.body for mail in mails for code in codes)
