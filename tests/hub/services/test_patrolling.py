"""Rounds of the link checker over a real site on loopback."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from harvesters.errors import Cancelled
from harvesters.fetch import Fetcher, Limits
from harvesters.pacing import Pacing
from hub.db import now
from hub.models import Link, Resource
from hub.services import linking, patrolling
from hub.services.probing import Finding, Prober

QUICK = Limits(connect=2.0, read=1.0, total=1.0, retries=0, waits=0, size=100_000, interval=0)


@pytest.fixture
def prober(web):
    with Fetcher(allow=[web.place], agent="TestHub/1.0", limits=QUICK, pacing=Pacing()) as made:
        yield Prober(made)


@pytest.fixture
def catalogue(session, make_source, make_record, receive):
    """Resources with these addresses, and their links."""

    def fill(*urls):
        receive(make_source(), [make_record(f"r{number}", f"Course {number}", url=url) for number, url in enumerate(urls)])
        linking.gather(session)

    return fill


class Answers:
    """Stands where a Prober stands: what each host answers."""

    def __init__(self, answer):
        self.answer, self.asked = answer, []

    def probe(self, address, *, title=""):
        self.asked.append(address)
        return self.answer(address)


def states(session):
    session.expire_all()
    return {state: count for state, count in session.execute(select(Link.state, func.count()).group_by(Link.state))}


def test_a_round_asks_what_is_due_once(session, catalogue, web, prober, site_parts):
    web.pages |= {"/c/0": site_parts.page("<title>Course 0</title>"), "/c/1": site_parts.page("", status=410)}
    catalogue(web.url("/c/0"), web.url("/c/1"))
    done = patrolling.Round(session, prober).walk()
    assert (done.checked, done.broken, done.offline) == (2, 0, False)
    assert states(session) == {"ok": 1, "doubtful": 1}
    assert patrolling.Round(session, prober).walk().checked == 0


def test_a_limit_and_one_resource(session, catalogue):
    catalogue(*(f"https://h{number}.academy/a" for number in range(5)))
    prober = Answers(lambda address: Finding("ok", 200))
    assert patrolling.Round(session, prober).walk(limit=2).checked == 2
    one = session.scalars(select(Resource.id).order_by(Resource.id)).first()
    assert patrolling.Round(session, prober).walk(resource_id=one).checked == 1
    assert prober.asked[-1] == "https://h0.academy/a"


def test_hosts_take_turns(session, catalogue):
    catalogue("https://a.academy/1", "https://a.academy/2", "https://a.academy/3", "https://b.academy/1")
    prober = Answers(lambda address: Finding("ok", 200))
    patrolling.Round(session, prober).walk()
    assert prober.asked[:2] == ["https://a.academy/1", "https://b.academy/1"]


def test_when_nobody_answers_it_is_our_own_network(session, catalogue):
    catalogue(*(f"https://h{number}.academy/a" for number in range(20)))
    prober = Answers(lambda address: Finding("silent", None, "no answer"))
    done = patrolling.Round(session, prober).walk()
    assert done.offline and done.checked == patrolling.SILENT_HOSTS
    assert states(session) == {"unchecked": 20}
    assert session.scalar(select(func.count()).where(Link.next_at > now())) == patrolling.SILENT_HOSTS


def test_one_answer_shows_that_the_others_are_to_blame(session, catalogue):
    catalogue(*(f"https://h{number}.academy/a" for number in range(12)))
    prober = Answers(lambda address: Finding("ok", 200) if "h6." in address else Finding("silent", None, "no answer"))
    done = patrolling.Round(session, prober).walk()
    assert not done.offline
    assert states(session) == {"ok": 1, "doubtful": 11}


def test_few_silent_links_count(session, catalogue):
    catalogue("https://h.academy/a")
    patrolling.Round(session, Answers(lambda address: Finding("nowhere", None, "no such host"))).walk()
    assert states(session) == {"doubtful": 1}


def test_it_stops_when_asked_and_leaves_nothing_half_done(session, catalogue):
    catalogue(*(f"https://h{number}.academy/a" for number in range(5)))
    stop = threading.Event()

    def answer(address):
        if "h1." in address:
            raise Cancelled("The run was stopped.")
        return Finding("ok", 200)

    assert patrolling.Round(session, Answers(answer)).walk(stopped=stop.is_set).checked == 1
    assert states(session) == {"ok": 1, "unchecked": 4}
    stop.set()
    assert patrolling.Round(session, Answers(answer)).walk(stopped=stop.is_set).checked == 0


def test_two_processes_do_not_ask_the_same_link(session, catalogue):
    catalogue("https://h.academy/a")
    [due] = patrolling.due(session, limit=10)
    assert patrolling.claim(session, due)
    assert not patrolling.claim(session, due)


def test_no_transaction_is_open_while_a_host_is_asked(session, catalogue):
    catalogue("https://h.academy/a")
    seen = []

    def answer(address):
        seen.append(session.in_transaction())
        return Finding("ok", 200)

    patrolling.Round(session, Answers(answer)).walk()
    assert seen == [False]


def test_a_link_that_vanishes_meanwhile_is_no_trouble(session, catalogue):
    catalogue("https://h.academy/a")

    def answer(address):
        session.execute(Link.__table__.delete())
        session.commit()
        return Finding("ok", 200)

    assert patrolling.Round(session, Answers(answer)).walk().checked == 1


def test_due_links_are_found_by_the_index(session, catalogue):
    catalogue("https://h.academy/a")
    session.execute(update(Link).values(next_at=now() + timedelta(days=1)))
    assert patrolling.due(session, limit=10) == []


def test_a_patrol_makes_one_round_at_a_time():
    began, goes_on, ended = threading.Event(), threading.Event(), threading.Event()

    def work(since):
        began.set()
        assert goes_on.wait(10)
        ended.set()

    patrol = patrolling.Patrol(work)
    assert patrol.wake()
    assert began.wait(10)
    assert not patrol.wake()
    goes_on.set()
    assert ended.wait(10)
