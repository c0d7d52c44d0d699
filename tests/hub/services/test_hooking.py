"""Webhooks: what they hear, once and in order; how messages are signed, sent, tried again and given up."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
import standardwebhooks as verifier
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from harvesters.fetch import Fetcher, Limits
from harvesters.protocol import Request, Response
from hub.app import webhooks_for
from hub.db import now
from hub.models import AuditEvent, Delivery, Resource, Run, Webhook
from hub.services import acting, delivering, heeding, hooking
from hub.services.acting import Viewer

ADA = Viewer(None, "Ada", is_admin=True)
LATER = timedelta(minutes=5)
EVERYTHING = ("resource.changed", "resource.gone", "run.finished")


@pytest.fixture
def hook(session: Session, receiver: Any) -> Webhook:
    made, _ = hooking.create(session, ADA, receiver.url, EVERYTHING)
    session.commit()
    return made


def pass_on(app: Flask, session: Session, at: datetime) -> tuple[int, int]:
    """What the worker does each minute: (messages written, messages taken)."""
    with webhooks_for(app)(lambda: False) as fetch:
        return heeding.heed(session, site="https://hub.example", at=at), delivering.deliver(session, fetch, clock=lambda: at)


def told(receiver: Any) -> list[Any]:
    return [json.loads(message.body) for message in receiver.messages]


def test_changes_are_told_once_and_those_that_are_gone_without_their_title(
    app: Flask, session: Session, hook: Webhook, receiver: Any, make_source: Any, make_record: Any, receive: Any
) -> None:
    receive(make_source(), [make_record("1", "Secret title"), make_record("2", "Live commerce")])
    hidden = session.scalars(select(Resource).where(Resource.title == "Secret title")).one()
    hidden.hidden_at = now()
    session.commit()
    at = now() + LATER
    assert pass_on(app, session, at) == (2, 2)
    assert pass_on(app, session, at) == (0, 0)
    changed, gone = sorted(told(receiver), key=lambda message: message["type"])
    assert (changed["type"], gone["type"]) == ("resource.changed", "resource.gone")
    assert [one["title"] for one in changed["data"]["resources"]] == ["Live commerce"]
    assert gone["data"]["resources"][0]["page"] == f"https://hub.example/resources/{hidden.public_id}"
    assert "Secret" not in json.dumps(gone)


def test_what_changed_a_moment_ago_waits_and_what_came_before_the_webhook_is_not_told(
    app: Flask, session: Session, receiver: Any, make_source: Any, make_record: Any, receive: Any
) -> None:
    receive(make_source(), [make_record("1", "Before")])
    hooking.create(session, ADA, receiver.url, EVERYTHING)
    receive(session.scalars(select(Run)).one().source, [make_record("2", "After")])
    assert pass_on(app, session, now()) == (0, 0)
    assert pass_on(app, session, now() + LATER) == (1, 1)
    assert [one["title"] for one in told(receiver)[0]["data"]["resources"]] == ["After"]


def test_a_thousand_changes_of_one_moment_are_told_in_parts_and_none_twice(
    app: Flask, session: Session, hook: Webhook, receiver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heeding, "AT_ONCE", 25)
    monkeypatch.setattr(heeding, "TOLD", 10)
    at = now()
    session.add_all(Resource(public_id=f"r{n:03}", title=str(n), created_at=at, updated_at=at) for n in range(60))
    session.commit()
    while pass_on(app, session, at + LATER) != (0, 0):
        pass
    ids = [one["id"] for message in told(receiver) for one in message["data"]["resources"]]
    assert sorted(ids) == [f"r{n:03}" for n in range(60)] and max(len(m["data"]["resources"]) for m in told(receiver)) == 10


def test_the_end_of_a_run_is_told_with_its_counters(app: Flask, session: Session, hook: Webhook, receiver: Any, make_source: Any) -> None:
    at = now()
    session.add(Run(source_id=make_source("one").id, state="partial", created_at=at, finished_at=at, seen=3, created=2, failed=1))
    session.add(Run(source_id=make_source("two").id, state="succeeded", task="preview", created_at=at, finished_at=at))
    session.commit()
    pass_on(app, session, at + LATER)
    (message,) = told(receiver)
    assert message["type"] == "run.finished"
    assert {name: message["data"]["run"][name] for name in ("source", "state", "seen", "created", "failed")} == {
        "source": "one",
        "state": "partial",
        "seen": 3,
        "created": 2,
        "failed": 1,
    }


def test_only_the_chosen_events_are_told(
    app: Flask, session: Session, receiver: Any, make_source: Any, make_record: Any, receive: Any
) -> None:
    hooking.create(session, ADA, receiver.url, ("run.finished",))
    receive(make_source(), [make_record("1")])
    assert pass_on(app, session, now() + LATER) == (0, 0)


def test_a_message_is_signed_as_standard_webhooks_has_it(app: Flask, session: Session, receiver: Any) -> None:
    """By the library that the standard itself gives to receivers, which refuses old messages too."""
    made, former = hooking.create(session, ADA, receiver.url, EVERYTHING)
    fresh = hooking.renew(session, ADA, made)
    assert fresh != former
    for good in ((former, fresh), (fresh,)):
        session.add(heeding.ping(made.id, now()))
        session.commit()
        pass_on(app, session, now())
        message = receiver.messages[-1]
        for secret in (former, fresh):
            if secret in good:
                assert verifier.Webhook(secret).verify(message.body, message.headers)["type"] == "ping"
            else:
                with pytest.raises(verifier.WebhookVerificationError):
                    verifier.Webhook(secret).verify(message.body, message.headers)
        made.renewed_at = now() - delivering.OVERLAP
        session.commit()


def test_each_attempt_has_its_own_time_and_lease_however_long_the_pass_takes(session: Session) -> None:
    """Receivers refuse a timestamp of long ago, and a lease that is over lets another worker send the same message."""
    made, _ = hooking.create(session, ADA, "https://receiver.example/", EVERYTHING)
    session.add_all(heeding.ping(made.id, now()) for _ in range(3))
    session.commit()
    clock, sent = [now() + LATER], []

    def slow(asked: Request) -> Response:
        leased = session.scalars(select(Delivery.next_at).where(Delivery.public_id == asked.headers["Webhook-Id"])).one()
        sent.append((clock[0], int(asked.headers["Webhook-Timestamp"]), leased))
        clock[0] += timedelta(minutes=4)
        return Response(url=asked.url, status=200, headers={}, body=b"")

    assert delivering.deliver(session, slow, clock=lambda: clock[0]) == 3
    assert all(stamped == int(at.timestamp()) and leased == at + delivering.LEASE for at, stamped, leased in sent)


def test_a_receiver_that_takes_nothing_holds_up_the_others_for_one_attempt(app: Flask, session: Session, receiver: Any) -> None:
    bad, good = (hooking.create(session, ADA, url, EVERYTHING)[0] for url in ("http://127.0.0.1:9/refused", receiver.url))
    session.add_all(heeding.ping(hook.id, now()) for hook in (bad, bad, bad, good))
    session.commit()
    assert pass_on(app, session, now()) == (0, 1)
    attempts = session.scalars(select(Delivery.attempts).where(Delivery.webhook_id == bad.id).order_by(Delivery.id)).all()
    assert attempts == [1, 0, 0]


def test_what_was_sent_is_listed_in_parts_and_one_webhook_by_itself(
    session: Session, hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hooking, "SHOWN", 2)
    session.add_all(heeding.ping(hook.id, now()) for _ in range(5))
    session.commit()
    seen, before = [], None
    while True:
        part, before = hooking.deliveries(session, hook.id, before=before)
        seen += [one.id for one in part]
        if before is None:
            break
    assert seen == sorted(seen, reverse=True) and len(seen) == 5
    found = hooking.get(session, hook.id)
    assert found is not None and (found.waiting, found.failed) == (5, 0) and hooking.get(session, hook.id + 1) is None


def test_what_is_not_taken_is_tried_again_with_the_same_id_and_then_given_up(
    app: Flask, session: Session, hook: Webhook, receiver: Any
) -> None:
    session.add(heeding.ping(hook.id, now()))
    session.commit()
    receiver.status, at = 500, now()
    for pause in (timedelta(0), *delivering.PAUSES):
        assert pass_on(app, session, at + pause - timedelta(seconds=1)) == (0, 0)
        at += pause
        pass_on(app, session, at)
    (delivery,) = session.scalars(select(Delivery))
    session.refresh(delivery)
    assert (delivery.state, delivery.attempts, delivery.status) == ("failed", len(delivering.PAUSES) + 1, 500)
    assert len(receiver.messages) == delivery.attempts
    assert {message.headers["webhook-id"] for message in receiver.messages} == {delivery.public_id}
    receiver.status = 204
    assert hooking.again(session, hook.id, delivery.id)
    session.commit()
    assert pass_on(app, session, now()) == (0, 1)
    session.refresh(hook)
    assert hook.failures == 0 and not hooking.again(session, hook.id, delivery.id)


def test_a_receiver_that_says_gone_is_left_alone_until_somebody_goes_on(
    app: Flask, session: Session, hook: Webhook, receiver: Any, make_source: Any, make_record: Any, receive: Any
) -> None:
    session.add(heeding.ping(hook.id, now()))
    session.commit()
    receiver.status = 410
    pass_on(app, session, now())
    session.refresh(hook)
    assert hook.paused_at is not None
    receive(make_source(), [make_record("1")])
    assert pass_on(app, session, now() + LATER) == (0, 0)
    hooking.resume(session, ADA, hook)
    session.commit()
    receiver.status = 200
    assert pass_on(app, session, now() + LATER) == (1, 1)


def test_a_redirect_is_a_failure_and_is_not_followed(app: Flask, session: Session, hook: Webhook, receiver: Any) -> None:
    session.add(heeding.ping(hook.id, now()))
    session.commit()
    receiver.status, receiver.headers = 302, {"Location": receiver.url}
    pass_on(app, session, now())
    assert len(receiver.messages) == 1
    assert session.scalars(select(Delivery.state)).one() == "waiting"


def test_a_private_address_is_refused_before_anything_is_sent(session: Session) -> None:
    made, _ = hooking.create(session, ADA, "http://127.0.0.1:9/hook", EVERYTHING)
    session.add(heeding.ping(made.id, now()))
    session.commit()

    def never(*_: Any, **__: Any) -> Any:
        raise AssertionError("a connection was made")

    with Fetcher(agent="test", limits=Limits(retries=0), connect=never) as fetch:
        delivering.deliver(session, fetch)
    assert "127.0.0.1" in (session.scalars(select(Delivery.reason)).one() or "")


def test_two_workers_send_a_message_once(app: Flask, session: Session, hook: Webhook, receiver: Any) -> None:
    session.add(heeding.ping(hook.id, now()))
    session.commit()
    (delivery,) = session.scalars(select(Delivery))
    with webhooks_for(app)(lambda: False) as fetch:
        assert delivering.deliver_one(session, fetch, delivery.id, 0)
        assert not delivering.deliver_one(session, fetch, delivery.id, 0)
    assert len(receiver.messages) == 1


def test_a_crowd_that_waits_stops_the_telling_and_loses_nothing(
    app: Flask, session: Session, hook: Webhook, receiver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heeding, "WAITING_MOST", 1)
    receiver.status, at = 503, now()
    session.add(Resource(public_id="a", title="A", created_at=at, updated_at=at))
    session.commit()
    pass_on(app, session, at + LATER)
    session.add(Resource(public_id="b", title="B", created_at=at, updated_at=at + LATER))
    session.commit()
    assert pass_on(app, session, at + 2 * LATER)[0] == 0
    receiver.status = 200
    pass_on(app, session, at + 4 * LATER)
    pass_on(app, session, at + 5 * LATER)
    assert [m["data"]["resources"][0]["id"] for m in told(receiver)][-2:] == ["a", "b"]


@pytest.mark.parametrize(
    ("url", "events", "field", "reason"),
    [
        ("", EVERYTHING, "url", "missing"),
        ("ftp://receiver.example/", EVERYTHING, "url", "address"),
        ("https://user:secret@receiver.example/", EVERYTHING, "url", "address"),
        ("https://receiver.example/" + "x" * 2_000, EVERYTHING, "url", "long"),
        ("https://receiver.example/", (), "events", "missing"),
        ("https://receiver.example/", ("everything",), "events", "unknown"),
    ],
)
def test_what_cannot_be_a_webhook_is_named(session: Session, url: str, events: tuple[str, ...], field: str, reason: str) -> None:
    with pytest.raises(hooking.BadWebhook) as bad:
        hooking.create(session, ADA, url, events)
    assert (bad.value.field, bad.value.reason) == (field, reason)


def test_making_and_removing_are_written_down_without_the_secret(session: Session, hook: Webhook) -> None:
    hooking.remove(session, ADA, hook)
    session.commit()
    events = session.scalars(select(AuditEvent)).all()
    assert [event.action for event in events] == ["webhook.create", "webhook.remove"]
    assert hook.secret not in str([(event.before, event.after, event.label) for event in events])
    assert acting.ANYBODY.actor.id is None and session.scalars(select(Webhook)).all() == []
