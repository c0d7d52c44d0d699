"""A page of harvested items -> source records, and through them the catalogue. Receiving it twice changes nothing. The caller commits."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.orm import Session

from harvesters.record import Item, Record, Withdrawn
from harvesters.record import Offering as HarvestedOffering
from hub.models.record import SourceRecord
from hub.models.resource import Offering, ResourceKey
from hub.services import cataloguing, failing, matching, merging, recording, validating
from hub.services.cataloguing import SourceFacts
from hub.services.classifying import Classifier
from hub.services.recording import Changes, Page

OFFERING_FIELDS = merging.VALUE_TYPES[HarvestedOffering]


def receive(
    session: Session,
    source: SourceFacts,
    run_id: int,
    items: Iterable[Item],
    *,
    classifier: Classifier,
    places: Mapping[str, str] | None = None,
    seen_by: int | None = None,
) -> Changes:
    """Bring a page of items into the catalogue and say what changed.

    An item that this run has already brought, unchanged, counts no more: a list that is begun again counts each record once.
    `places`: which page of the source holds which identifier.
    `seen_by`: the source was not asked for these; that harvest saw them, and what it has still to see stays as it is.
    """
    changes = Changes()
    for batch in without_doubles(items):
        page = Page(session, source, run_id, classifier, changes, places=places or {}, seen_by=seen_by)
        receive_batch(page, batch)
    return changes


def without_doubles(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Runs of items in which no identifier stands twice, in order: the last of two wins because it comes later."""
    batch: list[Item] = []
    names: set[str] = set()
    for item in items:
        if item.identifier is not None:
            if item.identifier in names:
                yield batch
                batch, names = [], set()
            names.add(item.identifier)
        batch.append(item)
    if batch:
        yield batch


def receive_batch(page: Page, items: Sequence[Item]) -> None:
    """Sort the items by what they do, then do each kind of work in a few statements."""
    known = known_records(page, [item.identifier for item in items if item.identifier is not None])
    page.counted = counted_pages(page, known)
    for item in items:
        row = known.get(item.identifier) if item.identifier is not None else None
        if row is not None and failing.was_missing(row, item):
            page.mended.append(row.identifier)
        if isinstance(item, Record):
            sort_record(page, item, row)
        elif isinstance(item, Withdrawn):
            withdraw_one(page, item, row)
        else:
            failing.keep(page, item, row)
    change_records(page)
    create_records(page)
    touch(page)
    failing.close(page)
    cataloguing.refresh(page.session, page.stale, classifier=page.classifier, at=page.at)


def known_records(page: Page, identifiers: Sequence[str]) -> dict[str, Row[Any]]:
    """What we have under these identifiers of this source."""
    columns: Any = (
        SourceRecord.id,
        SourceRecord.identifier,
        SourceRecord.raw_hash,
        SourceRecord.state,
        SourceRecord.resource_id,
        SourceRecord.seen_run_id,
        SourceRecord.page,
    )
    rows = page.session.execute(select(*columns).where(SourceRecord.source_id == page.source.id, SourceRecord.identifier.in_(identifiers)))
    return {str(row.identifier): row for row in rows}


def counted_pages(page: Page, known: Mapping[str, Row[Any]]) -> frozenset[str]:
    """Other pages of the source that held these records, and were seen in this run to be as they were."""
    others = {row.page for name, row in known.items() if row.page and row.page != page.places.get(name)} if page.places else ()
    return validating.seen_pages(page.session, page.source.id, page.run_id, others)


def sort_record(page: Page, record: Record, row: Row[Any] | None) -> None:
    """New, changed, or as it was."""
    if row is None:
        page.new.append(record)
        return
    if row.state == "active" and row.raw_hash == hashlib.sha256(record.raw.body).digest():
        if row.seen_run_id != page.run_id:
            page.changes.unchanged += row.page not in page.counted
            page.seen_again.append(row.id)
        if page.places and row.page != page.places.get(record.identifier):
            page.moved.append({"id": row.id, "page": page.places.get(record.identifier)})
        return
    page.changed.append((row.id, record))


def withdraw_one(page: Page, item: Withdrawn, row: Row[Any] | None) -> None:
    """A deletion that the source tells us. One that we never had is kept too: we announce it to our own harvesters."""
    if row is not None and row.state == "withdrawn":
        if row.seen_run_id != page.run_id:
            page.changes.unchanged += 1
            page.seen_again.append(row.id)
        return
    page.changes.withdrawn += 1
    if row is None:
        page.session.execute(insert(SourceRecord), [recording.tombstone(page, item)])
        return
    withdraw(page.session, [row.id], at=page.at, run_id=page.seen.get("seen_run_id"), datestamp=item.datestamp)
    if row.resource_id is not None:
        page.stale.add(row.resource_id)


def withdraw(session: Session, record_ids: Sequence[int], *, at: datetime, run_id: int | None, datestamp: datetime | None = None) -> None:
    """Mark source records as withdrawn; their resources are the caller's to refresh."""
    values: dict[str, Any] = {"state": "withdrawn", "withdrawn_at": at, "changed_at": at, "last_seen_at": at}
    if run_id is not None:
        values["seen_run_id"] = run_id
    if datestamp is not None:
        values["datestamp"] = datestamp
    session.execute(update(SourceRecord).where(SourceRecord.id.in_(record_ids)).values(values))


def change_records(page: Page) -> None:
    """Store records whose payload changed; the ones whose values did not are unchanged all the same."""
    if not page.changed:
        return
    before = {
        id: (state, values, changed_at)
        for id, state, values, changed_at in page.session.execute(
            select(SourceRecord.id, SourceRecord.state, SourceRecord.values, SourceRecord.changed_at).where(
                SourceRecord.id.in_([id for id, _ in page.changed])
            )
        )
    }
    rows, orphans, affected = [], [], []
    for id, record in page.changed:
        values = page.values_of(record)
        row = {"id": id, **recording.record_columns(page, record, values)}
        if before[id][:2] == ("active", values):
            page.changes.unchanged += 1
            rows.append(row)
            continue
        if before[id][1] is None:  # a tombstone or a failure until now
            page.changes.created += 1
            orphans.append((id, record))
        else:
            page.changes.updated += 1
            affected.append((id, record))
            row |= {"previous": before[id][1], "previous_at": before[id][2]} if before[id][1] != values else {}
        read_again = page.seen_by is not None and before[id][0] == "active"  # it did not change at its source: its place stays
        rows.append(row if read_again else row | {"changed_at": page.at})
    page.session.execute(update(SourceRecord), rows)
    adopt(page, orphans)
    replace_parts(page, affected)


def adopt(page: Page, orphans: Sequence[tuple[int, Record]]) -> None:
    """Give a resource to records that had none: joined to one that is there, or a new one."""
    if not orphans:
        return
    place = resources_for(page, [record for _, record in orphans])
    rows = [{"id": id, "resource_id": place[record.identifier]} for id, record in orphans]
    page.session.execute(update(SourceRecord), rows)
    add_parts(page, [(id, place[record.identifier], record) for id, record in orphans])


def replace_parts(page: Page, affected: Sequence[tuple[int, Record]]) -> None:
    """Offerings and keys of changed records; their resources are merged again."""
    if not affected:
        return
    ids = [id for id, _ in affected]
    owners = {
        id: resource_id
        for id, resource_id in page.session.execute(select(SourceRecord.id, SourceRecord.resource_id).where(SourceRecord.id.in_(ids)))
        if resource_id is not None
    }
    page.session.execute(delete(Offering).where(Offering.record_id.in_(ids)))
    page.session.execute(delete(ResourceKey).where(ResourceKey.record_id.in_(ids)))
    add_parts(page, [(id, owners[id], record) for id, record in affected if id in owners])
    page.stale.update(owners.values())


def create_records(page: Page) -> None:
    """Store new records and give each its resource."""
    if not page.new:
        return
    page.changes.created += len(page.new)
    place = resources_for(page, page.new)
    rows = [
        {
            "source_id": page.source.id,
            "identifier": record.identifier,
            "resource_id": place[record.identifier],
            **recording.record_columns(page, record, page.values_of(record)),
            **page.first_seen,
        }
        for record in page.new
    ]
    ids = page.session.scalars(insert(SourceRecord).returning(SourceRecord.id, sort_by_parameter_order=True), rows).all()
    add_parts(page, [(id, place[record.identifier], record) for id, record in zip(ids, page.new, strict=True)])


def resources_for(page: Page, records: Sequence[Record]) -> dict[str, int]:
    """identifier -> resource id: found by matching (to be merged again), or made now."""
    joined = matching.resources_for(page.session, page.source.id, records)
    page.stale.update(joined.values())
    firsts: dict[str, list[merging.Kept]] = defaultdict(list)  # the records of one group come to one new resource
    source = page.source
    for record in records:
        if record.identifier not in joined:
            kept = merging.Kept(source.name, source.title, source.rank, record.identifier, page.at, page.values_of(record))
            firsts[f"group {record.group}" if record.group else f"record {record.identifier}"].append(kept)
    groups = list(firsts.values())
    for group, id in zip(groups, cataloguing.create_resources(page.session, groups, classifier=page.classifier, at=page.at), strict=True):
        joined |= {kept.identifier: id for kept in group}
    return joined


def add_parts(page: Page, parts: Sequence[tuple[int, int, Record]]) -> None:
    """Offerings and keys of records: (record id, resource id, record)."""
    offerings = [
        {"record_id": id, "resource_id": resource_id, **{name: getattr(offering, name) for name in OFFERING_FIELDS}}
        for id, resource_id, record in parts
        for offering in record.offerings
    ]
    keys = [
        {"record_id": id, "resource_id": resource_id, "key": key} for id, resource_id, record in parts for key in matching.keys_of(record)
    ]
    if offerings:
        page.session.execute(insert(Offering), offerings)
    if keys:
        page.session.execute(insert(ResourceKey), keys)


def touch(page: Page) -> None:
    """Remember that this run saw these records."""
    if page.seen_again and page.seen:
        page.session.execute(
            update(SourceRecord).where(SourceRecord.id.in_(page.seen_again)).values(page.seen).execution_options(synchronize_session=False)
        )
    if page.moved:
        page.session.execute(update(SourceRecord), page.moved)
