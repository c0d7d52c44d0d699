"""Resource -> document: what the index is told of a resource."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from hub.models.record import SourceRecord
from hub.models.resource import Offering, Resource
from hub.models.source import Source
from hub.models.tag import Tag, Tagging
from hub.models.topic import Assignment, Concept, ConceptLabel
from hub.services import weighing
from hub.services.asking import USES
from search.document import FOREVER, Document, Origin

CHUNK = 500  # resources loaded at a time
TEXT = 20_000  # characters of a description that the index reads
COLUMNS = (
    Resource.id, Resource.version, Resource.title, Resource.alternative_titles, Resource.text, Resource.resource_type, Resource.languages,
    Resource.agents, Resource.provider, Resource.institution, Resource.licence_family, Resource.free, Resource.certificate, Resource.levels,
    Resource.subjects, Resource.keywords, Resource.teaches, Resource.updated_at, Resource.completeness, Resource.content_modified,
    Resource.content_published, Resource.links, Resource.score, Resource.review_count, Resource.adoption_count,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What documents need of the concepts: for each id its scheme, the notations and the preferred labels up to its top concept."""

    scheme: Mapping[int, str]
    path: Mapping[int, tuple[str, ...]]
    labels: Mapping[int, tuple[str, ...]]  # of the concept and of those above it


def vocabulary(session: Session) -> Vocabulary:
    """The concepts as they stand."""
    wanted = select(Concept.id, Concept.scheme, Concept.notation, Concept.broader_id).where(Concept.retired_at.is_(None))
    rows = {row.id: row for row in session.execute(wanted)}
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
        labels={id: tuple(text for one in line for text in own[one]) for id, line in lines.items()},  # of retired ones none
    )


def live() -> Any:
    """The condition of a resource that search shows."""
    return Resource.withdrawn_at.is_(None) & Resource.merged_into_id.is_(None) & Resource.hidden_at.is_(None)


def documents(session: Session, ids: Iterable[int], words: Vocabulary | None = None) -> Iterator[Document]:
    """The documents of those of these resources that search shows, in order of id. Reads a chunk at a time, and keeps none."""
    words = words or vocabulary(session)
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), CHUNK):
        chunk = ordered[start : start + CHUNK]
        rows = session.execute(select(*COLUMNS).where(Resource.id.in_(chunk), live()).order_by(Resource.id)).all()
        offers = grouped(
            session.execute(
                select(Offering.resource_id, Offering.start, Offering.end, Offering.pace).where(Offering.resource_id.in_(chunk))
            )
        )
        origins = origins_of(session, chunk)
        concepts = grouped(
            session.execute(
                select(Assignment.resource_id, Assignment.concept_id).where(
                    Assignment.resource_id.in_(chunk), Assignment.state == "accepted"
                )
            )
        )
        tags = grouped(
            session.execute(
                select(Tagging.resource_id, Tagging.tag_id, Tag.concept_id)
                .join(Tag, Tag.id == Tagging.tag_id)
                .where(Tagging.resource_id.in_(chunk))
                .order_by(Tagging.id)
            )
        )
        for row in rows:
            yield document(
                row,
                offers.get(row.id, ()),
                [pair[1] for pair in concepts.get(row.id, ())],
                origins.get(row.id, ()),
                words,
                tags.get(row.id, ()),
            )


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


def document(
    row: Row[Any],
    offers: Sequence[Row[Any]],
    concepts: Sequence[int],
    origins: Sequence[Origin],
    words: Vocabulary,
    tags: Sequence[Row[Any]] = (),
) -> Document:
    """One resource as the index sees it. A tag that means the same as a topic makes the resource one about that topic."""
    concepts = tuple(dict.fromkeys((*concepts, *(tag.concept_id for tag in tags if tag.concept_id in words.path))))
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
        "score": weighing.bands(row.score),
        "adopted": ("yes",) if row.adoption_count else (),
        "tag": tuple(str(tag.tag_id) for tag in tags),
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
        numbers={
            "updated": seconds(row.updated_at),
            "starts": latest(offer.start for offer in offers),
            "modified": seconds(row.content_modified or row.content_published),
            "until": until(offers),
            "rating": weighing.number(row.score, row.review_count),
            "adoptions": row.adoption_count,
        },
        signals={"completeness": row.completeness / 100}
        | openness(row.licence_family)
        | reachable(row.links)
        | weighing.signals(row.score, row.review_count, row.adoption_count),
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


def latest(moments: Iterable[datetime | None]) -> int:
    """Epoch seconds of the last moment that we know, -1 when we know none."""
    return max((seconds(moment) for moment in moments), default=-1)


def seconds(moment: datetime | None) -> int:
    """Epoch seconds, -1 when unknown."""
    return -1 if moment is None else int(moment.timestamp())


def until(offers: Sequence[Row[Any]]) -> int:
    """Epoch seconds till which somebody can still begin or take part, -1 when no offer says."""
    if any(offer.pace == "self" and offer.end is None for offer in offers):
        return FOREVER
    return latest(moment for offer in offers for moment in (offer.start, offer.end))


def openness(family: str | None) -> dict[str, float]:
    """How much a licence lets a teacher do: 1 to adapt and pass on, half of it to pass on unchanged; nothing where no licence is known."""
    if family is None or family == "unknown":
        return {}
    return {"open_licence": 1.0 if family in USES["adapt"] else 0.5 if family in USES["copy"] else 0.0}


def reachable(links: str | None) -> dict[str, float]:
    """A broken link puts a resource lower, less so where another offer of it works; one that works is no merit."""
    return {"broken": {"links": 0.0}, "elsewhere": {"links": 0.25}}.get(links or "", {})
