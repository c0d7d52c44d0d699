"""Records that could not be read: kept with their bytes, open until a run brings them in or they fail again."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import Row, insert, update

from harvesters.record import Failure, Item, Record, Withdrawn
from hub.models.record import SourceRecord
from hub.models.run import Failure as KeptFailure
from hub.services import recording
from hub.services.recording import Page


def was_missing(row: Row[Any], item: Item) -> bool:
    """Does this item bring what could not be read before?"""
    return (isinstance(item, Record) and row.state != "active") or (isinstance(item, Withdrawn) and row.state == "failed")


def keep(page: Page, item: Failure, row: Row[Any] | None) -> None:
    """Keep what could not be read, with its bytes; a resource that it fed stays as it was."""
    hashed = hashlib.sha256(item.raw.body).digest()
    if row is not None and row.state == "failed" and row.seen_run_id == page.run_id and row.raw_hash == hashed:
        return
    page.changes.failed += 1
    page.session.execute(insert(KeptFailure), [recording.failure_row(page, item)])
    if row is not None:
        replace(page, row.identifier)
    columns = {
        "state": "failed",
        "error": item.reason,
        **recording.raw_columns(item.raw),
    }
    if row is not None and row.state == "withdrawn":
        page.seen_again.append(row.id)  # it stays withdrawn until it can be read
    elif row is not None:
        page.session.execute(update(SourceRecord).where(SourceRecord.id == row.id).values(columns | page.seen))
    elif item.identifier is not None:
        fresh = {"source_id": page.source.id, "identifier": item.identifier, **page.first_seen}
        page.session.execute(insert(SourceRecord), [columns | fresh])


def replace(page: Page, identifier: str) -> None:
    """What failed in this run stands for what failed under the same name before."""
    page.session.execute(
        update(KeptFailure)
        .where(KeptFailure.source_id == page.source.id, KeptFailure.identifier == identifier, KeptFailure.run_id != page.run_id)
        .where(KeptFailure.mended_at.is_(None), KeptFailure.again_run_id.is_(None))
        .values(again_run_id=page.run_id)
        .execution_options(synchronize_session=False)
    )


def close(page: Page) -> None:
    """What failed under these names before has come in now."""
    if page.mended:
        page.session.execute(
            update(KeptFailure)
            .where(KeptFailure.source_id == page.source.id, KeptFailure.identifier.in_(page.mended), KeptFailure.mended_at.is_(None))
            .values(mended_at=page.at)
            .execution_options(synchronize_session=False)
        )
