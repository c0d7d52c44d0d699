"""Mail to owners of sources, to a real mail server on loopback."""

from __future__ import annotations

import socket
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from hub.db import now
from hub.models.mail import Mail
from hub.services import mailing, posting, running, withdrawing


class Box:
    """Takes messages, or says no."""

    def __init__(self):
        self.messages, self.answers = [], []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def box():
    return Box()


@pytest.fixture
def server(box):
    with socket.socket() as free:  # the library asks for a number, and has no way to say which one it was given
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield posting.parse(f"smtp://127.0.0.1:{port}?tls=none", "hub@example.org", site="Hub https://hub.example")
    controller.stop()


@pytest.fixture
def ended(session, make_source):
    """End a run of the source as given, as a run ends."""
    source = make_source(owner="owner@example.org", title="Courses 课程")

    def end(state, **values):
        run = running.prepare(session, source, full=True, **values)
        running.end(run, state, reason="The source answered 404.", advice="Check the address.")
        mailing.report(session, run)
        session.commit()
        return run

    return end


def mails(session):
    return [(one.state, one.subject) for one in session.scalars(select(Mail).order_by(Mail.id))]


def test_the_first_failure_and_the_recovery_are_told_and_nothing_else(session, ended):
    for state in ("succeeded", "failed", "failed", "cancelled", "waiting", "succeeded", "partial", "failed"):
        ended(state)
    subjects = [subject.partition(":")[0] for _, subject in mails(session)]
    assert subjects == ["Harvest failed", "Harvest works again", "Harvest failed"]


def test_a_run_that_waits_is_told_and_its_approval_is_the_recovery(session, ended):
    run = ended("waiting")
    assert withdrawing.approve(session, run.id) == 0
    session.commit()
    assert [subject.partition(":")[0] for _, subject in mails(session)] == ["Harvest waits", "Harvest works again"]


def test_what_is_no_whole_harvest_and_a_source_without_owner_are_not_told(session, ended, make_source):
    ended("failed", limit=3), ended("failed", task="replay")
    run = running.prepare(session, make_source("other"))
    running.end(run, "failed")
    mailing.report(session, run)
    session.commit()
    assert mails(session) == []


def test_a_failing_harvest_writes_with_its_end(session, make_source, harvest, hostile):
    hostile.page("/list", hostile.answer(404))
    run = harvest(make_source(kind="moochub", url=hostile.url("/list"), owner="owner@example.org"))
    (one,) = session.scalars(select(Mail))
    assert run.state == "failed" and "404" in one.body and f"/admin/runs/{run.id}" in one.body and "采集失败" in one.body


def test_what_waits_is_sent_once(session, ended, server, box):
    ended("failed")
    assert [mailing.send_waiting(session, server) for _ in range(2)] == [1, 0]
    (message,) = box.messages
    assert (message["To"], message["From"]) == ("owner@example.org", "hub@example.org")
    assert message["Subject"] == "Harvest failed: Courses 课程 · 采集失败"
    text = message.get_content()
    assert "The source answered 404." in text and "Hub https://hub.example" in text
    assert mails(session)[0][0] == "sent"


def test_without_a_mail_server_it_is_kept(session, ended):
    ended("failed")
    assert mailing.send_waiting(session, None) == 0 and mails(session)[0][0] == "kept"


def test_a_mail_server_that_is_busy_is_tried_again_later_and_not_for_ever(session, ended, server, box):
    ended("failed")
    box.answers = ["451 Later"]
    assert mailing.send_waiting(session, server) == 0
    one = session.scalars(select(Mail)).one()
    session.refresh(one)
    assert (one.state, one.attempts) == ("waiting", 1) and "451" in one.reason
    assert mailing.send_waiting(session, server) == 0 and one.attempts == 1, "its time has not come"
    assert mailing.send_waiting(session, server, at=now() + timedelta(minutes=2)) == 1
    session.refresh(one)
    assert (one.state, one.reason) == ("sent", None)
    one.state, one.attempts, box.answers = "waiting", len(mailing.PAUSES) - 1, ["451 Later"]
    session.commit()
    mailing.send_waiting(session, server, at=now() + timedelta(days=2))
    session.refresh(one)
    assert one.state == "failed"


def test_a_recipient_that_is_refused_is_not_tried_again(session, ended, server, box):
    ended("failed")
    box.answers = ["550 Nobody of this name"]
    mailing.send_waiting(session, server)
    one = session.scalars(select(Mail)).one()
    session.refresh(one)
    assert (one.state, one.attempts) == ("failed", 1) and "Nobody of this name" in one.reason


def test_a_mail_server_that_is_not_there_is_a_reason(session, ended):
    ended("failed")
    mailing.send_waiting(session, posting.parse("smtp://user:secret@127.0.0.1:9?tls=none", "hub@example.org"))
    one = session.scalars(select(Mail)).one()
    session.refresh(one)
    assert one.state == "waiting" and "127.0.0.1:9" in one.reason and "secret" not in one.reason


def test_no_text_becomes_a_header(session, server, box):
    mailing.write(session, "owner@example.org", "Title\r\nBcc: victim@example.org\r\n\r\nBody", "Text\r\n.\r\nMAIL FROM:<x@x>")
    mailing.write(session, "owner@example.org\r\nBcc: victim@example.org", "Title", "Text")
    session.commit()
    assert mailing.send_waiting(session, server) == 1
    (message,) = box.messages
    assert message["Bcc"] is None and message["Subject"] == "Title Bcc: victim@example.org Body"
    assert "MAIL FROM" in message.get_content()
    assert sorted(state for state, _ in mails(session)) == ["failed", "sent"]


@given(st.text(max_size=40), st.text(max_size=20))
def test_no_address_holds_a_second_one(local, more):
    text = f"{local}@example.org{more}"
    if posting.is_address(text):
        assert not set(text) & set(" \r\n,;<>\0") and text.count("@") == 1


@pytest.mark.parametrize(
    ("url", "sender"),
    [
        ("http://mail", "a@b.org"),
        ("smtp://", "a@b.org"),
        ("smtp://mail:99999999", "a@b.org"),
        ("smtp://mail?tls=maybe", "a@b.org"),
        ("smtp://mail", "nobody"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(url, sender):
    with pytest.raises(posting.BadServer):
        posting.parse(url, sender)


def test_the_setting_is_read():
    server = posting.parse("smtp://us%40er:p%3Ass@mail.example", "hub@example.org")
    assert (server.host, server.port, server.tls, server.user, server.password) == ("mail.example", 587, "starttls", "us@er", "p:ss")
    assert posting.parse("smtp://mail.example:465", "hub@example.org").tls == "ssl"
