"""The outbox drained into the index; the index checked, mended and rebuilt from the database.

The outbox is the only way in. Dying between the index's commit and the removal of the outbox rows repeats a put, which is harmless.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, select, true
from sqlalchemy.orm import Session

from hub.models.outbox import Outbox
from hub.models.resource import Resource
from hub.services import documenting
from search.document import Document
from search.index import Index, IndexDamaged

BATCH = 2_000  # outbox rows at a time


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the index and the database disagree: ids of resources."""

    missing: tuple[int, ...]
    extra: tuple[int, ...]
    stale: tuple[int, ...]  # another version, or other source records
    waiting: int  # outbox rows: changes on their way

    @property
    def agrees(self) -> bool:
        """Nothing to mend and nothing on its way."""
        return not (self.missing or self.extra or self.stale or self.waiting)


def sync(session: Session, index: Index, *, batch: int = BATCH) -> int:
    """Bring one batch of the outbox into the index; answers how many rows are done. Commits.

    The index is held for writing from before the outbox is read until after its rows are gone, so that no older state of a resource
    can come after a newer one.
    """
    with index.writing():
        session.rollback()  # see what others have committed by now
        rows = session.execute(select(Outbox.id, Outbox.resource_id).order_by(Outbox.id).limit(batch)).all()
        if not rows:
            return 0
        ids = {resource_id for _, resource_id in rows}
        puts = list(documenting.documents(session, ids))
        session.rollback()
        index.apply(puts, ids.difference(document.id for document in puts))
        session.execute(delete(Outbox).where(Outbox.id.in_([id for id, _ in rows])))
        session.commit()
        return len(rows)


def drain(session: Session, index: Index) -> int:
    """Bring the whole outbox into the index; answers how many rows."""
    done = 0
    while count := sync(session, index):
        done += count
    return done


def waiting(session: Session) -> int:
    """How many changes the index has still to hear of."""
    count = session.scalar(select(func.count()).select_from(Outbox)) or 0
    session.rollback()
    return count


def size(session: Session, *, last: int | None = None) -> int:
    """How many resources the index should have, once it has heard of all changes; up to the `last` one."""
    return session.scalar(select(func.count()).select_from(Resource).where(documenting.live(), up_to(last))) or 0


def up_to(last: int | None) -> ColumnElement[bool]:
    """Resources that are no newer than this one."""
    return true() if last is None else Resource.id <= last


def check(session: Session, index: Index, *, on_document: Callable[[int], None] = lambda done: None) -> Difference:
    """Compare the index with the database, resource by resource, version by version, record by record, after every byte with its checksum.

    Raises IndexDamaged when the files are not what was written.
    """
    index.verify()
    missing, extra, stale = [], [], []
    held = {entry.id: (entry.version, frozenset((o.source, o.identifier) for o in entry.origins)) for entry in index.entries()}
    for done, (id, version, origins) in enumerate(expected(session), start=1):
        on_document(done)
        has = held.pop(id, None)
        if has is None:
            missing.append(id)
        elif has != (version, origins):
            stale.append(id)
    extra = sorted(held)
    return Difference(tuple(missing), tuple(extra), tuple(stale), waiting(session))


def expected(session: Session) -> Iterator[tuple[int, int, frozenset[tuple[str, str]]]]:
    """id, version and origins of each resource that search shows."""
    after = 0
    while rows := session.execute(
        select(Resource.id, Resource.version).where(documenting.live(), Resource.id > after).order_by(Resource.id).limit(documenting.CHUNK)
    ).all():
        origins = documenting.origins_of(session, [row.id for row in rows])
        for row in rows:
            yield row.id, row.version, frozenset((o.source, o.identifier) for o in origins.get(row.id, ()))
        after = rows[-1].id


def repair(session: Session, index: Index, *, on_document: Callable[[int], None] = lambda done: None) -> Difference:
    """Mend what differs through the outbox, or a damaged index by writing it anew; answers what is left."""
    try:
        difference = check(session, index, on_document=on_document)
    except IndexDamaged:
        session.rollback()
        rebuild(session, index, on_document=on_document)
        difference = check(session, index, on_document=on_document)
    ids = {*difference.missing, *difference.extra, *difference.stale}
    session.add_all(Outbox(resource_id=id) for id in ids)
    session.commit()
    drain(session, index)
    return check(session, index, on_document=on_document)


def rebuild(session: Session, index: Index, *, on_document: Callable[[int], None] = lambda done: None) -> int:
    """Write a new index beside the old one from the database, and swap; answers how many documents. Changes meanwhile wait.

    What is added meanwhile comes through the outbox afterwards: a catalogue that grows is no reason to refuse the new index.
    """
    heard = session.scalars(select(Outbox.id)).all()  # these and no others: ids do not commit in their order
    last = session.scalar(select(func.max(Resource.id)))  # after the outbox was read, so that nothing stands in neither
    count = size(session, last=last)
    with index.writing():
        done = index.rebuild(counted(all_documents(session, last=last), on_document), expected=count)
        session.rollback()
        for start in range(0, len(heard), BATCH):
            session.execute(delete(Outbox).where(Outbox.id.in_(heard[start : start + BATCH])))
        session.commit()
    return done


def all_documents(session: Session, *, last: int | None = None) -> Iterator[Document]:
    """Every document, up to that of the `last` resource, a chunk at a time."""
    words, after = documenting.vocabulary(session), 0
    while ids := session.scalars(
        select(Resource.id).where(documenting.live(), up_to(last), Resource.id > after).order_by(Resource.id).limit(documenting.CHUNK)
    ).all():
        yield from documenting.documents(session, ids, words)
        after = ids[-1]


def counted(found: Iterable[Document], on_document: Callable[[int], None]) -> Iterator[Document]:
    """The same documents, told one by one."""
    for done, document in enumerate(found, start=1):
        yield document
        on_document(done)
