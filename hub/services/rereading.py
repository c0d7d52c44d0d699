"""One stored payload read again by its kind, without network: what a retry and a replay share."""

from __future__ import annotations

import logging
import zlib

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from harvesters.errors import HarvestError, RecordError
from harvesters.protocol import Harvester
from harvesters.record import Failure, Item, Raw
from hub.models.run import Run

log = logging.getLogger(__name__)


def payload(raw: bytes, media_type: str, url: str) -> Raw:
    """A payload as it was harvested, out of its columns."""
    return Raw(zlib.decompress(raw) if raw else b"", media_type, url)


def read(harvester: Harvester, raw: Raw, options: dict[str, str], identifier: str | None) -> Item:
    """What this payload holds, a Failure when it cannot be read. Raises nothing: one payload is no reason to stop before the others."""
    try:
        return harvester.read(raw, options)
    except (HarvestError, RecordError) as error:
        return Failure(identifier=identifier, reason=str(error), raw=raw, advice=getattr(error, "advice", ""))
    except Exception as error:  # a kind, which may be an installed package, may fail in any way
        log.exception("the kind %s failed over a payload of %s", harvester.kind, raw.url)
        reason = f"The kind {harvester.kind} failed over this record: {type(error).__name__}."
        return Failure(identifier=identifier, reason=reason, raw=raw, advice="The log has the details: report them to the kind's makers.")


def last_harvest(session: Session, source_id: int) -> int:
    """The harvest that saw the source last, 0 when there was none: what is read again counts as seen by that one."""
    return session.scalar(select(func.max(Run.id)).where(Run.source_id == source_id, Run.task == "harvest")) or 0
