"""Mail to the owner of a source: when its harvest fails for the first time, and when it works again. Nothing in between.

A message is a row (Mail) in the transaction that ends the run, so that none is lost and none is told of what did not happen. A worker
sends what waits; without a mail server it stays as `kept`, where an admin reads it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.mail import Mail
from hub.models.run import Run
from hub.services import posting

log = logging.getLogger(__name__)

TROUBLE = ("failed", "waiting")  # a run that needs somebody; one in which some records failed does not
WELL = ("succeeded", "partial")
PAUSES = (timedelta(0), timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
AT_ONCE = 20


def report(session: Session, run: Run) -> None:
    """Write to the owner of the source when its state has changed with this run. The caller commits, with the end of the run."""
    source = run.source
    if not source.owner or run.task != "harvest" or run.limited_to is not None:
        return
    if run.state in TROUBLE and not source.trouble_told:
        source.trouble_told = True
        write(session, source.owner, *trouble(run))
    elif run.state in WELL and source.trouble_told:
        source.trouble_told = False
        write(session, source.owner, *recovery(run))


def write(session: Session, recipient: str, subject: str, body: str) -> None:
    """Put a message where the worker finds it. The caller commits."""
    session.add(
        Mail(recipient=recipient[:254], subject=" ".join(subject.split())[:300], body=body, state="waiting", attempts=0, created_at=now())
    )


def trouble(run: Run) -> tuple[str, str]:
    """Subject and text of a first failure."""
    title = run.source.title
    waits = run.state == "waiting"
    what = "waits for your approval" if waits else "has failed"
    chinese = "等待您的确认" if waits else "失败"
    body = (
        f"The harvest of {title} ({run.source.name}) {what}.\n\n{run.reason or ''}\n{run.advice or ''}\n\n"
        f"Run {run.id}: /admin/runs/{run.id}\nThere will be no further mail about this source until it works again.\n\n"
        f"对“{title}”（{run.source.name}）的采集{chinese}。\n"
        f"运行编号 {run.id}：/admin/runs/{run.id}\n在恢复正常之前，不会再就此来源发送邮件。"
    )
    return f"Harvest {'waits' if waits else 'failed'}: {title} · 采集{'待确认' if waits else '失败'}", body


def recovery(run: Run) -> tuple[str, str]:
    """Subject and text of the recovery."""
    title = run.source.title
    body = (
        f"The harvest of {title} ({run.source.name}) works again: {run.seen} records seen, {run.failed} of them failed.\n"
        f"Run {run.id}: /admin/runs/{run.id}\n\n"
        f"“{title}”（{run.source.name}）的采集已恢复正常：共 {run.seen} 条记录，其中 {run.failed} 条失败。\n"
        f"运行编号 {run.id}：/admin/runs/{run.id}"
    )
    return f"Harvest works again: {title} · 采集已恢复", body


def send_waiting(session: Session, server: posting.Server | None, *, at: datetime | None = None) -> int:
    """Send what waits, each once at a time however many workers do; answers how many went out. Commits after each."""
    moment = at or now()
    if server is None:
        session.execute(update(Mail).where(Mail.state == "waiting").values(state="kept"))
        session.commit()
        return 0
    waiting = session.execute(select(Mail.id, Mail.attempts, Mail.created_at).where(Mail.state == "waiting").order_by(Mail.id)).all()
    session.commit()
    due = [(id, attempts) for id, attempts, made in waiting if made + PAUSES[min(attempts, len(PAUSES) - 1)] <= moment]
    return sum(send_one(session, server, id, attempts) for id, attempts in due[:AT_ONCE])


def send_one(session: Session, server: posting.Server, mail_id: int, attempts: int) -> bool:
    """Try one message: True when it went out. Another worker that has taken this attempt keeps it. Commits."""
    taken = update(Mail).where(Mail.id == mail_id, Mail.state == "waiting", Mail.attempts == attempts).values(attempts=attempts + 1)
    mine = session.execute(taken).rowcount  # type: ignore[attr-defined]
    session.commit()
    if not mine:
        return False
    row = session.execute(select(Mail.recipient, Mail.subject, Mail.body).where(Mail.id == mail_id)).one()
    session.commit()  # a slow mail server holds no transaction
    try:
        posting.send(server, row.recipient, row.subject, row.body)
    except posting.NotSent as error:
        over = error.lasting or attempts + 1 >= len(PAUSES)
        settled = {"reason": str(error)[:1000], "state": "failed" if over else "waiting"}
        log.warning("mail %s: attempt %s: not sent", mail_id, attempts + 1)
    else:
        settled = {"reason": None, "state": "sent", "sent_at": now()}  # type: ignore[dict-item]
    session.execute(update(Mail).where(Mail.id == mail_id).values(settled))
    session.commit()
    return settled["state"] == "sent"


def recent(session: Session, *, limit: int = 50) -> Sequence[Mail]:
    """The last messages, newest first."""
    return session.scalars(select(Mail).order_by(Mail.id.desc()).limit(limit)).all()
