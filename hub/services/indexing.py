"""Resource -> document; the outbox drained into the index; the index checked, mended and rebuilt from the database.

The outbox is the only way in. Dying between the index's commit and the removal of the outbox rows repeats a put, which is harmless.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, select
from sqlalchemy.orm import Session

from hub.models.outbox import Outbox
from hub.models.record import SourceRecord
from hub.models.resource import Offering, Resource
from hub.models.source import Source
from hub.models.topic import Assignment, Concept, ConceptLabel
from search.document import Document, Origin
from search.index import Index, IndexFault

BATCH = 2_000  # outbox rows at a time
CHUNK = 500  # resources loaded at a time
PATIENCE = 1.5  # seconds that a change may wait for others to come along
LOOK = 0.1  # seconds between two looks at the outbox
TEXT = 20_000  # characters of a description that the index reads
COLUMNS = (
    Resource.id, Resource.version, Resource.title, Resource.alternative_titles, Resource.text, Resource.resource_type, Resource.languages,
    Resource.agents, Resource.provider, Resource.institution, Resource.licence_family, Resource.free, Resource.certificate, Resource.levels,
    Resource.subjects, Resource.keywords, Resource.teaches, Resource.updated_at, Resource.completeness,
)  # fmt: skip


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


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What documents need of the concepts: for each id its scheme, the notations and the preferred labels up to its top concept."""

    scheme: Mapping[int, str]
    path: Mapping[int, tuple[str, ...]]
    labels: Mapping[int, tuple[str, ...]]  # of the concept and of those above it


def vocabulary(session: Session) -> Vocabulary:
    """The concepts as they stand."""
    rows = {row.id: row for row in session.execute(select(Concept.id, Concept.scheme, Concept.notation, Concept.broader_id))}
    lines: dict[int, list[int]] = {}
    for id, row in rows.items():
        lines[id], above = [id], row
        while above.broader_id in rows and len(lines[id]) < 10:
            above = rows[above.broader_id]
            lines[id].append(above.id)
    own: dict[int, list[str]] = defaultdict(list)
    for concept_id, text in session.execute(select(ConceptLabel.concept_id, ConceptLabel.text).where(ConceptLabel.preferred)):
        own[concept_id].append(text)
    return Vocabulary(
        scheme={id: row.scheme for id, row in rows.items()},
        path={id: tuple(rows[one].notation for one in line) for id, line in lines.items()},
        labels={id: tuple(text for one in line for text in own[one]) for id, line in lines.items()},
    )


def live() -> Any:
    """The condition of a resource that search shows."""
    return Resource.withdrawn_at.is_(None) & Resource.merged_into_id.is_(None)


def documents(session: Session, ids: Iterable[int], words: Vocabulary | None = None) -> Iterator[Document]:
    """The documents of those of these resources that search shows, in order of id. Reads a chunk at a time, and keeps none."""
    words = words or vocabulary(session)
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), CHUNK):
        chunk = ordered[start : start + CHUNK]
        rows = session.execute(select(*COLUMNS).where(Resource.id.in_(chunk), live()).order_by(Resource.id)).all()
        offers = grouped(
            session.execute(select(Offering.resource_id, Offering.start, Offering.pace).where(Offering.resource_id.in_(chunk)))
        )
        origins = origins_of(session, chunk)
        concepts = grouped(
            session.execute(
                select(Assignment.resource_id, Assignment.concept_id).where(
                    Assignment.resource_id.in_(chunk), Assignment.state == "accepted"
                )
            )
        )
        for row in rows:
            yield document(row, offers.get(row.id, ()), [pair[1] for pair in concepts.get(row.id, ())], origins.get(row.id, ()), words)


def grouped(rows: Iterable[Any]) -> dict[int, list[Any]]:
    """Rows by their first column."""
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(row)
    return found


def origins_of(session: Session, ids: Sequence[int]) -> dict[int | None, list[Origin]]:
    """resource id -> the live source records behind it."""
    found: dict[int | None, list[Origin]] = defaultdict(list)
    rows = session.execute(
        select(SourceRecord.resource_id, Source.name, SourceRecord.identifier, SourceRecord.title)
        .join(Source, Source.id == SourceRecord.source_id)
        .where(SourceRecord.resource_id.in_(ids), SourceRecord.state != "withdrawn", SourceRecord.title.is_not(None))
        .order_by(SourceRecord.id)
    )
    for resource_id, name, identifier, title in rows:
        found[resource_id].append(Origin(source=name, identifier=identifier, title=title or ""))
    return found


def document(row: Row[Any], offers: Sequence[Row[Any]], concepts: Sequence[int], origins: Sequence[Origin], words: Vocabulary) -> Document:
    """One resource as the index sees it."""
    facets: dict[str, tuple[str, ...]] = {
        "type": one(row.resource_type),
        "language": tuple(row.languages),
        "level": tuple(row.levels),
        "licence": one(row.licence_family),
        "provider": one(row.provider),
        "institution": one(row.institution),
        "free": ("yes",) if row.free else (),
        "certificate": ("yes",) if row.certificate else (),
        "start": starts(offers),
        "source": tuple(dict.fromkeys(origin.source for origin in origins)),
        "topic": notations(concepts, "topic", words),
        "platform": notations(concepts, "platform", words),
    }
    names = [agent["name"] for agent in row.agents] + [name for name in (row.provider, row.institution) if name]
    return Document(
        id=row.id,
        version=row.version,
        title=row.title,
        alternative_titles=tuple(row.alternative_titles),
        description=row.text[:TEXT],
        keywords=tuple(
            dict.fromkeys([*row.keywords, *row.subjects, *row.teaches[:20], *(t for c in concepts for t in words.labels.get(c, ()))])
        ),
        people=tuple(dict.fromkeys(names)),
        language=row.languages[0] if row.languages else "",
        facets={name: values for name, values in facets.items() if values},
        numbers={"updated": int(row.updated_at.timestamp()), "starts": next_start(offers)},
        weight=1.0 + (row.completeness - 50) / 500,  # a well-described record may win a close race: 0.9 .. 1.1
        origins=tuple(origins),
    )


def one(value: str | None) -> tuple[str, ...]:
    """A facet with at most one value."""
    return (value,) if value else ()


def notations(concepts: Sequence[int], scheme: str, words: Vocabulary) -> tuple[str, ...]:
    """Notations of these concepts and of all above them: a topic counts what its narrower ones count."""
    return tuple(dict.fromkeys(n for concept in concepts if words.scheme.get(concept) == scheme for n in words.path[concept]))


def starts(offers: Sequence[Row[Any]]) -> tuple[str, ...]:
    """`anytime` for self-paced offers, and the months in which others start: values that stay true as time goes on."""
    found = ["anytime" for offer in offers if offer.pace == "self"]
    found += [f"{offer.start:%Y-%m}" for offer in offers if offer.start is not None and offer.pace != "self"]
    return tuple(dict.fromkeys(found))[:50]


def next_start(offers: Sequence[Row[Any]]) -> int:
    """Epoch seconds of the last start that we know, -1 when we know none."""
    known: list[datetime] = [offer.start for offer in offers if offer.start is not None]
    return max((int(start.timestamp()) for start in known), default=-1)


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
        puts = list(documents(session, ids))
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


def follow(session: Session, index: Index, *, stopped: Callable[[], bool], pause: Callable[[float], None] = time.sleep) -> None:
    """Keep the index up with the catalogue until `stopped`, then drain and return.

    Changes wait up to PATIENCE for others: one commit of 2,000 documents costs little more than one of 20.
    """
    since = None
    while not stopped():
        count = waiting(session)
        since = None if not count else since or time.monotonic()
        if count >= BATCH or (since is not None and time.monotonic() - since >= PATIENCE):
            sync(session, index)
            since = None
        else:
            pause(LOOK)
    drain(session, index)


def check(session: Session, index: Index) -> Difference:
    """Compare the index with the database, resource by resource, version by version, record by record."""
    missing, extra, stale = [], [], []
    held = {entry.id: (entry.version, frozenset((o.source, o.identifier) for o in entry.origins)) for entry in index.entries()}
    for id, version, origins in expected(session):
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
        select(Resource.id, Resource.version).where(live(), Resource.id > after).order_by(Resource.id).limit(CHUNK)
    ).all():
        origins = origins_of(session, [row.id for row in rows])
        for row in rows:
            yield row.id, row.version, frozenset((o.source, o.identifier) for o in origins.get(row.id, ()))
        after = rows[-1].id


def repair(session: Session, index: Index) -> Difference:
    """Mend what differs through the outbox, or an index that cannot be read by writing it anew; answers what is left."""
    try:
        difference = check(session, index)
    except IndexFault:
        session.rollback()
        rebuild(session, index)
        difference = check(session, index)
    ids = {*difference.missing, *difference.extra, *difference.stale}
    session.add_all(Outbox(resource_id=id) for id in ids)
    session.commit()
    drain(session, index)
    return check(session, index)


def rebuild(session: Session, index: Index, *, on_document: Callable[[int], None] = lambda done: None) -> int:
    """Write a new index beside the old one from the database, and swap; answers how many documents. Changes meanwhile wait."""
    count = session.scalar(select(func.count()).select_from(Resource).where(live())) or 0
    began = session.scalar(select(func.max(Outbox.id))) or 0
    with index.writing():
        done = index.rebuild(counted(all_documents(session), on_document), expected=count)
        session.rollback()
        session.execute(delete(Outbox).where(Outbox.id <= began))
        session.commit()
    return done


def all_documents(session: Session) -> Iterator[Document]:
    """Every document, a chunk at a time."""
    words, after = vocabulary(session), 0
    while ids := session.scalars(select(Resource.id).where(live(), Resource.id > after).order_by(Resource.id).limit(CHUNK)).all():
        yield from documents(session, ids, words)
        after = ids[-1]


def counted(found: Iterable[Document], on_document: Callable[[int], None]) -> Iterator[Document]:
    """The same documents, told one by one."""
    for done, document in enumerate(found, start=1):
        yield document
        on_document(done)
