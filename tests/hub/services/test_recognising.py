"""From an address to a proposal: bounded in time, safe, and told."""

from __future__ import annotations

import pytest

from hub.services import recognising, sourcing

FEED = b'<?xml version="1.0"?><rss version="2.0"><channel><title>News of courses</title></channel></rss>'


@pytest.fixture
def ask(app, session):
    return lambda address, **how: recognising.recognise(session, app.extensions["hub"].fetching, address, **how)


def test_a_feed_is_proposed_with_its_title_and_a_free_name(ask, hostile, make_source):
    make_source("127-0-0-1")
    hostile.page("/feed", hostile.answer(body=FEED, headers={"Content-Type": "application/rss+xml"}))
    found = ask(hostile.url("/feed"))
    first = found.proposals[0]
    assert (first.kind, first.title, first.name, first.address) == ("rss", "News of courses", "127-0-0-1-2", hostile.url("/feed"))
    assert found.asked[0].status == 200 and found.known == ()


def test_an_address_that_is_known_is_told_however_it_is_written(ask, hostile, make_source):
    hostile.page("/feed", hostile.answer(body=FEED, headers={"Content-Type": "application/rss+xml"}))
    make_source("mine", url=hostile.url("/feed/"))
    assert ask(hostile.url("/feed")).known == (("mine", "Mine"),)


def test_a_server_that_hangs_costs_no_more_than_the_time_given(ask, hostile):
    hostile.page("/slow", hostile.hang())
    found = ask(hostile.url("/slow"), seconds=1.0)
    assert found.proposals == () and found.asked[0].reason == "It did not answer in time." and len(found.asked) < 5


@pytest.mark.parametrize("target", ["http://10.0.0.1/", "http://169.254.169.254/latest/", "file:///etc/passwd"])
def test_a_redirect_leads_to_no_inner_address(ask, hostile, target):
    hostile.page("/away", hostile.redirect(target))
    found = ask(hostile.url("/away"), seconds=3.0)
    assert found.proposals == () and found.asked[0].status in (None, 302) and found.asked[0].reason


@pytest.mark.parametrize("body", [b"", b"\x00\xff" * 100, b"<", b"{", b"[" * 5000, b"<OAI-PMH", b"<rss><title>\xff</title>"])
def test_any_bytes_are_survived(ask, hostile, body):
    hostile.page("/odd", hostile.answer(body=body, headers={"Content-Type": "application/json"}))
    assert ask(hostile.url("/odd"), seconds=5.0).asked[0].status == 200


@pytest.mark.parametrize("address", ["", "courses", "ftp://a.example", "http://", "https://a b"])
def test_what_is_no_address_is_refused(ask, address):
    with pytest.raises(sourcing.BadSource):
        ask(address)


def test_a_bare_host_is_taken_for_a_site():
    assert recognising.whole(" courses.example/list ") == "https://courses.example/list"
