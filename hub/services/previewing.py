"""A dry run: what a harvest would do, noted record by record, while the catalogue stays as it is.

The walk, the lease, the checkpoint and the counters are those of a harvest; only what a page brings goes to PreviewItem. The records
themselves, what a source has learned and the outbox are never written here.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, delete, exists, func, insert, null, select, update
from sqlalchemy.orm import Session

from harvesters import walk
from harvesters.record import Failure, Item, Record, Withdrawn
from hub.db import now
from hub.models.record import SourceRecord
from hub.models.run import PreviewItem, Run
from hub.services import leasing, merging, running, saving, shortening, withdrawing

FIRST = 200  # records of a preview of a new source
LOOKS = 50  # new records that are kept as they would look
TOLD = 1_000  # changed records whose differences are kept
SLICE = 1_000  # rows in one transaction
NAME_MOST = 2_500  # bytes of an identifier
KEPT_FOR = timedelta(days=7)
COUNTED = {
    "new": "created",
    "changed": "updated",
    "unchanged": "unchanged",
    "deleted": "withdrawn",
    "invalid": "failed",
}  # verdict -> column


def save(job: saving.Job, steps: Sequence[walk.Step]) -> None:
    """Note what these pages would do, with the counters and the checkpoint; a list of many thousands in slices, as a harvest does."""
    items = [item for step in steps for item in step.page.items]
    while len(items) > SLICE:
        note(job, items[:SLICE], ())
        items = items[SLICE:]
    note(job, items, steps)
    job.on_page(job.session.get_one(Run, job.run_id))
    job.session.commit()


def note(job: saving.Job, items: Sequence[Item], steps: Sequence[walk.Step]) -> None:
    """One transaction. A record that came already in this run counts once: as it came last."""
    session = job.session
    leasing.renew(session, job.source.id)
    run = session.get_one(Run, job.run_id)
    named = {item.identifier: item for item in items if item.identifier is not None}
    before = drop_earlier(session, run.id, list(named))
    rows = Judge(job, run).rows([*named.values(), *(item for item in items if item.identifier is None)])
    if rows:
        session.execute(insert(PreviewItem), rows)
    count(run, [row["verdict"] for row in rows], before)
    run.heartbeat_at = now()
    run.pages, run.received = run.pages + len(steps), run.received + len(items)
    run.bytes += sum(len(item.raw.body) for item in items if item.raw is not None)
    if steps:
        run.checkpoint = [walk.to_json(request) for request in steps[-1].remaining]
    for name, value in saving.learned(run, [step.page for step in steps]).items():
        setattr(run, name, value)
    session.commit()


def drop_earlier(session: Session, run_id: int, identifiers: Sequence[str]) -> list[str]:
    """Forget what this run has noted of these records, and say what it was: a list that was begun again brings them once more."""
    mine = (PreviewItem.run_id == run_id) & PreviewItem.identifier.in_(identifiers)
    verdicts = list(session.scalars(select(PreviewItem.verdict).where(mine)))
    if verdicts:
        session.execute(delete(PreviewItem).where(mine))
    return verdicts


def count(run: Run, came: Sequence[str], gone: Sequence[str]) -> None:
    """Counters of the run, as a harvest has them."""
    for verdicts, step in ((came, 1), (gone, -1)):
        for verdict in verdicts:
            column = COUNTED[verdict]
            setattr(run, column, getattr(run, column) + step)
            run.seen += step


class Judge:
    """Says of items what a harvest would do with them, by the rules of `receiving`."""

    def __init__(self, job: saving.Job, run: Run) -> None:
        self._session, self._source_id, self._run_id = job.session, job.source.id, run.id
        self._looks, self._told = LOOKS - run.created, TOLD - run.updated

    def rows(self, items: Sequence[Item]) -> list[dict[str, Any]]:
        """Rows of PreviewItem for items with different identifiers."""
        known = self._known([item.identifier for item in items if item.identifier is not None])
        return [self._row(item, known.get(item.identifier or "")) for item in items]

    def _known(self, identifiers: Sequence[str]) -> dict[str, Row[Any]]:
        columns: Any = (SourceRecord.identifier, SourceRecord.state, SourceRecord.title, SourceRecord.raw_hash)
        rows = self._session.execute(
            select(*columns).where(SourceRecord.source_id == self._source_id, SourceRecord.identifier.in_(identifiers))
        )
        return {str(row.identifier): row for row in rows}

    def _row(self, item: Item, known: Row[Any] | None) -> dict[str, Any]:
        row: dict[str, Any] = {
            "run_id": self._run_id, "identifier": name_of(item), "title": known.title if known else None, "values": null(),
            "differences": null(), "reason": None, "advice": None, "raw": None, "raw_type": "",
        }  # fmt: skip
        if isinstance(item, Record):
            return row | {"title": storable(item.title)} | self._of_record(item, known)
        if isinstance(item, Withdrawn):
            return row | {"verdict": "unchanged" if known is not None and known.state == "withdrawn" else "deleted"}
        return row | invalid(item)

    def _of_record(self, record: Record, known: Row[Any] | None) -> dict[str, Any]:
        if known is not None and known.state == "active" and known.raw_hash == hashlib.sha256(record.raw.body).digest():
            return {"verdict": "unchanged"}
        values = merging.values_of(record)
        before = None if known is None else self._values(record.identifier)
        if before is None:
            return self._new(values)
        if known is not None and known.state == "active" and before == values:
            return {"verdict": "unchanged"}
        self._told -= 1
        if self._told < 0:
            return {"verdict": "changed"}
        back = [["state", known.state, "active"]] if known is not None and known.state != "active" else []
        return {"verdict": "changed", "differences": back + shortening.differences(before, values)}

    def _values(self, identifier: str) -> Any:
        """The values that we have: read one by one, since most records of a page are as they were."""
        return self._session.scalar(select(SourceRecord.values).filter_by(source_id=self._source_id, identifier=identifier))

    def _new(self, values: dict[str, Any]) -> dict[str, Any]:
        self._looks -= 1
        return {"verdict": "new", "values": values} if self._looks >= 0 else {"verdict": "new"}


def name_of(item: Item) -> str | None:
    """The identifier as it can be noted; None for one that is too long for an index row of PostgreSQL (2,704 bytes)."""
    if item.identifier is None or len(item.identifier.encode("utf-8", "replace")) > NAME_MOST:
        return None
    return storable(item.identifier)


def storable(text: str) -> str:
    """The text with what no database stores replaced: a kind that an installed package brings may send anything."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def invalid(item: Failure) -> dict[str, Any]:
    """What is kept of a record that cannot be read."""
    url = item.raw.url if item.identifier is None else None
    return {
        "verdict": "invalid",
        "title": url,
        "reason": storable(item.reason),
        "advice": storable(item.advice) or None,
        "raw": zlib.compress(item.raw.body, 1),
        "raw_type": item.raw.media_type[:100],
    }


def finish(job: saving.Job) -> None:
    """The list came to its end: what has vanished is noted, by the rules by which a harvest withdraws it."""
    session = job.session
    leasing.renew(session, job.source.id)
    run = session.get_one(Run, job.run_id)
    run.checkpoint = []
    session.commit()
    judged = judge_vanished(job, run)
    running.end(run, "partial" if run.failed else "succeeded", reason=judged[0], advice=judged[1])
    session.commit()


def judge_vanished(job: saving.Job, run: Run) -> tuple[str | None, str | None]:
    """Reason and advice for the run: what would happen to records that it did not see, or why that cannot be said."""
    if job.limit is not None and run.received >= job.limit:  # a shorter list was read to its end
        return f"Only the first {job.limit} records were looked at: what has vanished was not judged.", None
    if run.total is not None and run.received < run.total:
        return f"The source announced {run.total} records but sent {run.received}: what has vanished was not judged.", None
    if not job.harvester.lists_all:
        return "This kind of source shows only its latest records: none of the others is taken to have vanished.", None
    gone = note_vanished(job)
    nameless = job.session.scalar(
        select(func.count()).where(PreviewItem.run_id == run.id, PreviewItem.verdict == "invalid", PreviewItem.identifier.is_(None))
    )
    if gone and nameless:
        return f"{gone} records were not seen, but {nameless} failures have no identifier and may be these: none would be withdrawn.", None
    before = withdrawing.count(job.session, job.source.id, withdrawing.LIVE)
    if withdrawing.is_held(run.source, gone, before):
        return f"{gone} records have vanished. That is more than this source may lose unasked: a harvest would wait for approval.", None
    if gone:
        run.withdrawn, run.seen = run.withdrawn + gone, run.seen + gone
        return f"{gone} records have vanished and would be withdrawn.", None
    if run.received == 0:
        return "The source answered, but it holds no records.", "Check the address and the options (a set, a path)."
    return None, None


def note_vanished(job: saving.Job) -> int:
    """Note the records that feed the catalogue and did not come, a part at a time; answers how many.

    One whose page could not be read has not vanished; a failure that is named by its address is a page of its own.
    """
    session, after = job.session, 0
    mine = PreviewItem.run_id == job.run_id
    came = exists().where(mine, PreviewItem.identifier == SourceRecord.identifier)
    failed = exists().where(mine, PreviewItem.verdict == "invalid", PreviewItem.identifier.in_((SourceRecord.url, SourceRecord.raw_url)))
    while rows := session.execute(
        select(SourceRecord.id, SourceRecord.identifier, SourceRecord.title)
        .where(SourceRecord.source_id == job.source.id, withdrawing.LIVE, ~came, ~failed, SourceRecord.id > after)
        .order_by(SourceRecord.id)
        .limit(SLICE)
    ).all():
        after = rows[-1].id
        session.execute(
            insert(PreviewItem),
            [{"run_id": job.run_id, "identifier": row.identifier, "verdict": "vanished", "title": row.title} for row in rows],
        )
        leasing.renew(session, job.source.id)
        session.commit()
    return session.scalar(select(func.count()).where(mine, PreviewItem.verdict == "vanished")) or 0


def forget(session: Session, source_id: int, *, but: int | None = None) -> None:
    """Delete what earlier previews of a source noted; their runs stay in the history. Commits, a part at a time."""
    wanted = select(Run.id).where(Run.source_id == source_id, Run.task == "preview", Run.id != (but or 0))
    delete_items(session, list(session.scalars(wanted.where(exists().where(PreviewItem.run_id == Run.id)))))


def forget_old(session: Session) -> None:
    """Delete what previews noted more than a week ago. Commits."""
    old = Run.created_at < now() - KEPT_FOR
    wanted = select(Run.id).where(Run.task == "preview", old, Run.state.not_in(("queued", "running")))
    delete_items(session, list(session.scalars(wanted.where(exists().where(PreviewItem.run_id == Run.id)))))


def delete_items(session: Session, run_ids: Sequence[int]) -> None:
    """Delete what these runs noted; none of them can be taken up again. Commits, a part at a time."""
    if not run_ids:
        return
    session.execute(update(Run).where(Run.id.in_(run_ids)).values(checkpoint=null()))
    while ids := session.scalars(select(PreviewItem.id).where(PreviewItem.run_id.in_(run_ids)).limit(SLICE)).all():
        session.execute(delete(PreviewItem).where(PreviewItem.id.in_(ids)))
        session.commit()
    session.commit()
