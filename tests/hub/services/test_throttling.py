"""Counts of tries hold when many try at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import create_engine, select, update
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.account import SignInFailure, Throttle
from hub.services import joining, throttling

HOUR = timedelta(hours=1)


@pytest.fixture
def at_once(tmp_path: Path) -> Callable[[Callable[[Session], object]], list[object]]:
    """Eight people do the same at the same moment, each in a session of their own."""
    engine = create_engine(f"sqlite:///{tmp_path / 'hub.db'}")
    for model in (Throttle, SignInFailure):
        model.__table__.create(engine)
    start = Barrier(8)

    def one(what: Callable[[Session], object]) -> object:
        with Session(engine) as session:
            start.wait()
            answer = what(session)
            session.commit()
            return answer

    def run(what: Callable[[Session], object]) -> list[object]:
        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(one, [what] * 8))

    return run


def test_of_eight_at_once_as_many_pass_as_may(at_once: Callable[[Callable[[Session], object]], list[object]]) -> None:
    answers = at_once(lambda session: throttling.allow(session, "register", most=4, per=HOUR))
    assert sorted(map(bool, answers)) == [False] * 4 + [True] * 4


def test_of_eight_wrong_passwords_at_once_each_counts(at_once: Callable[[Callable[[Session], object]], list[object]]) -> None:
    at_once(lambda session: joining.count_failure(session, ["account", "address"]))
    counts = at_once(lambda session: session.scalars(select(SignInFailure.count)).all())
    assert counts[0] == [8, 8]


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::9", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_an_address_of_ipv6_counts_as_its_line(address: str, counted: str) -> None:
    assert throttling.origin(address) == counted


def test_wrong_passwords_from_many_addresses_of_one_line_wait_together(session: Session) -> None:
    for number in range(joining.FREE_TRIES):
        assert joining.sign_in(session, f"p{number}@school.example", "wrong", address=f"2001:db8::{number + 1:x}") is None
    with pytest.raises(joining.TooManyTries):
        joining.sign_in(session, "another@school.example", "wrong", address="2001:db8::ffff")


def test_a_window_that_is_over_begins_anew(session: Session) -> None:
    assert [throttling.allow(session, "k", most=2, per=HOUR) for _ in range(4)] == [True, True, False, False]
    session.execute(update(Throttle).values(since=now() - HOUR))
    assert throttling.allow(session, "k", most=2, per=HOUR)
    assert not throttling.allow(session, "k", most=0, per=HOUR)
