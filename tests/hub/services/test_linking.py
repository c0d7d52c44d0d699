"""Which links there are, and what their answers mean over time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select, update

from harvesters.record import Offering, Withdrawn
from hub.models import Link, Outbox, Resource, Source
from hub.services import documenting, linking
from hub.services.probing import Finding

OK, GONE, BUSY = Finding("ok", 200), Finding("missing", 404, "not there"), Finding("busy", 503, "later")
SILENT, NOWHERE = Finding("silent", None, "no answer"), Finding("nowhere", None, "no such host")
BEGIN = datetime(2026, 5, 1, tzinfo=UTC)


def links(session):
    return session.scalars(select(Link).order_by(Link.id)).all()


@pytest.fixture
def resource(session, make_source, make_record, receive):
    receive(make_source(), [make_record("a", url="https://one.academy/a", offerings=(Offering(url="https://two.academy/a"),))])
    linking.gather(session)
    return session.scalars(select(Resource)).one()


def answers(session, link, *findings):
    """Give a link these answers, each when it is due; the moments at which it was asked."""
    at, moments = BEGIN, []
    for finding in findings:
        linking.record(session, link, finding, at=at)
        session.flush()
        linking.settle(session, [link.resource_id])
        moments.append(at)
        at = link.next_at
    session.commit()
    return moments


def test_every_address_of_a_resource_once(session, resource):
    assert [(link.url, link.host, link.state) for link in links(session)] == [
        ("https://one.academy/a", "one.academy", "unchecked"),
        ("https://two.academy/a", "two.academy", "unchecked"),
    ]
    linking.gather(session)
    assert len(links(session)) == 2


@pytest.mark.parametrize("url", ["https://repository.example/a", "http://localhost:80/a", "https://x.invalid/", "https:///a", None])
def test_addresses_that_lead_nowhere_by_agreement_are_not_asked(session, make_source, make_record, receive, url):
    receive(make_source(), [make_record("a", url=url)])
    linking.gather(session)
    assert links(session) == []


def test_links_follow_the_resource(session, resource, make_record, receive, make_source):
    answers(session, links(session)[1], OK)
    source = session.scalars(select(Source)).one()
    receive(source, [make_record("a", url="https://three.academy/a", offerings=(Offering(url="https://two.academy/a"),))])
    linking.gather(session, since=BEGIN)
    assert {(link.url, link.state) for link in links(session)} == {
        ("https://three.academy/a", "unchecked"),
        ("https://two.academy/a", "ok"),
    }
    receive(source, [Withdrawn(identifier="a")])
    linking.gather(session)
    assert links(session) == []


def test_one_failure_is_a_doubt_three_over_days_are_broken(session, resource):
    link = links(session)[0]
    moments = answers(session, link, GONE)
    assert (link.state, link.failures) == ("doubtful", 1)
    moments = answers(session, link, *[GONE] * 4)
    assert link.state == "broken" and link.failing_since == BEGIN
    steps = [later - earlier for earlier, later in pairwise(moments)]
    assert steps == sorted(steps) and steps[0] >= timedelta(hours=0.9)
    assert moments[-1] - link.failing_since >= timedelta(days=3)


def test_three_failures_in_a_day_are_not_enough(session, resource):
    link = links(session)[0]
    for hours in range(5):
        linking.record(session, link, GONE, at=BEGIN + timedelta(hours=hours))
    assert link.state == "doubtful"


@pytest.mark.parametrize(("finding", "days", "state"), [
    (BUSY, 400, "doubtful"), (SILENT, 29, "doubtful"), (SILENT, 31, "broken"), (NOWHERE, 6, "doubtful"), (NOWHERE, 8, "broken"),
])  # fmt: skip
def test_how_long_each_kind_of_failure_is_waited_out(session, resource, finding, days, state):
    link = links(session)[0]
    for day in (0, 1, 2, days):
        linking.record(session, link, finding, at=BEGIN + timedelta(days=day))
    assert link.state == state


def test_a_good_answer_ends_all_doubt(session, resource):
    link = links(session)[0]
    answers(session, link, *[GONE] * 5, OK)
    assert (link.state, link.failures, link.failing_since) == ("ok", 0, None)
    assert timedelta(days=12) < link.next_at - link.checked_at < timedelta(days=16)
    session.expire_all()
    assert resource.links == "ok"


def test_broken_stays_broken_until_it_works(session, resource):
    link = links(session)[0]
    answers(session, link, *[GONE] * 5, BUSY, SILENT)
    assert link.state == "broken"


def test_a_refused_address_is_no_failure(session, resource):
    answers(session, links(session)[0], OK, Finding("refused", None, "robots.txt"))
    assert links(session)[0].state == "refused"
    session.expire_all()
    assert resource.links is None


def test_the_resource_hears_and_so_does_the_index(session, resource):
    first, second = links(session)
    session.execute(Outbox.__table__.delete())
    version = resource.version
    answers(session, first, *[GONE] * 5)
    session.expire_all()
    assert (resource.links, resource.version) == ("broken", version + 1)
    assert session.scalars(select(Outbox.resource_id)).all() == [resource.id]
    [document] = documenting.documents(session, [resource.id])
    assert document.signals["links"] == 0
    answers(session, second, OK)
    session.expire_all()
    assert resource.links == "elsewhere"
    [document] = documenting.documents(session, [resource.id])
    assert 0 < document.signals["links"] < 0.5
    answers(session, first, OK)
    [document] = documenting.documents(session, [resource.id])
    assert "links" not in document.signals


def test_a_doubt_does_not_reach_the_page(session, resource):
    answers(session, links(session)[0], OK, GONE)
    session.expire_all()
    assert resource.links == "ok"


def test_what_is_called_fine_stays_so_until_it_is_another_finding(session, resource):
    link = links(session)[0]
    answers(session, link, *[GONE] * 5)
    link.waived = link.finding
    answers(session, link, GONE)
    assert (link.state, link.waived) == ("ok", "missing 404")
    answers(session, link, Finding("missing", 410, "gone for good"))
    assert (link.state, link.waived, link.failures) == ("doubtful", None, 1)


def test_a_hidden_resource_is_left_alone(session, resource):
    session.execute(update(Resource).values(hidden_at=BEGIN))
    linking.gather(session)
    assert links(session) == []
