"""The records of a source read again from their raw payloads, without network: when a mapping rule or the merging has changed.

Values, offerings, keys and resources become what a new harvest of the same bytes would make of them. Tombstones stay, nothing is doubled,
a record that cannot be read any more keeps its old values and is listed. A transaction holds AT_ONCE records and the place reached.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from harvesters.errors import Cancelled
from harvesters.fetch import Fetcher
from harvesters.record import Failure, Item, Record, Withdrawn
from hub.models.curation import Curation
from hub.models.record import SourceRecord
from hub.models.resource import Offering, Resource, ResourceKey
from hub.models.run import Run
from hub.services import cataloguing, failing, matching, merging, receiving, rereading, running, saving
from hub.services.recording import Changes, Page

AT_ONCE = 200
COLUMNS = (
    SourceRecord.id, SourceRecord.identifier, SourceRecord.state, SourceRecord.raw, SourceRecord.raw_type, SourceRecord.raw_url,
    SourceRecord.raw_hash, SourceRecord.seen_run_id, SourceRecord.resource_id, SourceRecord.datestamp, SourceRecord.values,
)  # fmt: skip


def replay(job: saving.Job, fetch: Fetcher, run: Run) -> None:
    """Every record of the source, in the order of their numbers."""
    after = int(run.checkpoint[0]["after"]) if run.checkpoint else 0
    run.total = job.session.scalar(select(func.count()).select_from(SourceRecord).where(SourceRecord.source_id == job.source.id))
    job.session.commit()
    wanted = select(*COLUMNS).where(SourceRecord.source_id == job.source.id).order_by(SourceRecord.id).limit(AT_ONCE)
    while rows := job.session.execute(wanted.where(SourceRecord.id > after)).all():
        job.session.commit()  # reading the payloads takes its time
        if job.stopped():
            raise Cancelled("The run was stopped.")
        after = rows[-1].id
        live = [row for row in rows if row.state != "withdrawn"]
        save(job, live, [reread(job, row) for row in live], tombstones=len(rows) - len(live), after=after)
        job.on_page(job.session.get_one(Run, job.run_id))
        job.session.commit()
    finish(job)


def reread(job: saving.Job, row: Row[Any]) -> Item:
    """What the kind reads now, under the name that the record has."""
    item = rereading.read(job.harvester, rereading.payload(row.raw, row.raw_type, row.raw_url), job.options, row.identifier)
    return renamed(item, row.identifier)


def renamed(item: Item, identifier: str) -> Item:
    """The same item of the record that we know by this name: a new rule for names must not double what is there."""
    if item.identifier == identifier:
        return item
    return replace(item, identifier=identifier)


def save(job: saving.Job, rows: Sequence[Row[Any]], items: Sequence[Item], *, tombstones: int, after: int) -> None:
    """One handful in one transaction, with the counters and the place reached."""

    def store(sound: Sequence[Item]) -> Changes:
        saving.claim(job)
        changes = bring(job, rows, sound)
        changes.unchanged += tombstones
        columns = {"checkpoint": [{"after": after}], "received": Run.received + len(rows) + tombstones, "pages": Run.pages + 1}
        saving.count(job, changes, columns)
        return changes

    saving.soundly(job, items, store)


def bring(job: saving.Job, rows: Sequence[Row[Any]], items: Sequence[Item]) -> Changes:
    """Values, parts and resources of these records as they are read now."""
    page = Page(job.session, job.source, job.run_id, job.classifier, Changes(), seen_by=0)
    states = dict(
        job.session.execute(select(SourceRecord.id, SourceRecord.state).where(SourceRecord.id.in_([row.id for row in rows]))).all()
    )
    same: list[tuple[Row[Any], Record]] = []
    for row, item in zip(rows, items, strict=True):
        if states.get(row.id) != row.state:  # somebody withdrew it in this moment
            page.changes.unchanged += 1
        elif isinstance(item, Failure):
            failing.keep(page, item, row)
        elif isinstance(item, Withdrawn):
            receiving.withdraw_one(page, item, row)
        elif row.state == "active" and row.values == page.values_of(item) and row.datestamp == item.datestamp:
            page.changes.unchanged += 1
            same.append((row, item))
        else:
            page.mended += [row.identifier] if row.state == "failed" else []
            page.changed.append((row.id, item))
    receiving.change_records(page)
    receiving.replace_parts(page, with_other_parts(job.session, same))
    failing.close(page)
    page.stale |= merged_otherwise(job.session, {row.resource_id for row, _ in same if row.resource_id is not None} - page.stale)
    cataloguing.refresh(job.session, page.stale, classifier=job.classifier, at=page.at)
    return page.changes


def with_other_parts(session: Session, same: Sequence[tuple[Row[Any], Record]]) -> list[tuple[int, Record]]:
    """Records whose values are as they were, but not their offerings or keys."""
    ids = [row.id for row, _ in same]
    names = receiving.OFFERING_FIELDS
    offerings: dict[int, Counter[tuple[Any, ...]]] = defaultdict(Counter)
    for id, *values in session.execute(
        select(Offering.record_id, *(getattr(Offering, name) for name in names)).where(Offering.record_id.in_(ids))
    ):
        offerings[id][tuple(values)] += 1
    keys: dict[int, set[str]] = defaultdict(set)
    for id, key in session.execute(select(ResourceKey.record_id, ResourceKey.key).where(ResourceKey.record_id.in_(ids))):
        keys[id].add(key)
    return [
        (row.id, record)
        for row, record in same
        if keys[row.id] != set(matching.keys_of(record))
        or offerings[row.id] != Counter(tuple(getattr(offering, name) for name in names) for offering in record.offerings)
    ]


def merged_otherwise(session: Session, resource_ids: set[int]) -> set[int]:
    """Resources that their records would make look different now. What a person wrote is not compared: it stands whatever they say."""
    ids = sorted(resource_ids)
    live = cataloguing.live_records(session, ids)
    said: dict[int, set[str]] = defaultdict(set)
    for id, field in session.execute(select(Curation.resource_id, Curation.field).where(Curation.resource_id.in_(ids))):
        said[id].add(field)
    found: set[int] = set()
    for resource in session.execute(select(Resource.__table__).where(Resource.id.in_(ids))):
        merged = merging.merge(live[resource.id]) if resource.id in live else {}
        records = (merged.pop("provenance", None) or {}).get("records")
        skipped = said[resource.id] | ({"completeness", "text"} if said[resource.id] else set())
        same = all(getattr(resource, name) == value for name, value in merged.items() if name not in skipped)
        if not same or resource.provenance.get("records") != records or resource.withdrawn_at is not None:
            found.add(resource.id)
    return found


def finish(job: saving.Job) -> None:
    """Say what came of it."""
    saving.claim(job)
    run = running.get(job.session, job.run_id)
    assert run is not None
    job.session.refresh(run)
    run.checkpoint = []
    if run.failed:
        reason = f"{run.failed} of {run.seen} records cannot be read any more; they keep the values that they had."
        running.end(run, "partial", reason=reason, advice="The reasons stand below. Their old values stay in the catalogue.")
    else:
        running.end(run, "succeeded")
    job.session.commit()
