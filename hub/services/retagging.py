"""An institution's words, kept in order by its curators: renamed, merged, told to mean the same as a topic, deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session, aliased

from hub.models.institution import Institution
from hub.models.tag import Tag, Tagging
from hub.models.topic import Concept, ConceptLabel
from hub.services import auditing, tagging, tidying
from hub.services.acting import Viewer
from hub.services.auditing import Subject
from hub.services.tagging import BadTag, NotAllowed

PAGE = 50
ABOUT_MOST = 1_000  # characters
SORTS = ("name", "uses")


class Stale(Exception):
    """Somebody has changed the tag since the form was opened."""


class Taken(Exception):
    """The institution has a tag of that name: `tag_id`. The two can be merged."""

    def __init__(self, tag_id: int) -> None:
        super().__init__(f"tag {tag_id} has that name")
        self.tag_id = tag_id


class InUse(Exception):
    """A tag that stands on resources is not deleted."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A tag with its institution, and the topic that means the same: notation and scheme."""

    tag: Tag
    institution: Institution
    topic: str | None


def get(session: Session, tag_id: int) -> Shown | None:
    """The tag with this number, merged or not."""
    row = session.execute(
        select(Tag, Institution, Concept.notation)
        .join(Institution, Institution.id == Tag.institution_id)
        .outerjoin(Concept, (Concept.id == Tag.concept_id) & Concept.retired_at.is_(None))
        .where(Tag.id == tag_id)
    ).one_or_none()
    return None if row is None else Shown(*row)


def alike(session: Session, tag: Tag, *, limit: int = 20) -> Sequence[Shown]:
    """What other institutions call the same."""
    rows = session.execute(
        select(Tag, Institution, Concept.notation)
        .join(Institution, Institution.id == Tag.institution_id)
        .outerjoin(Concept, Concept.id == Tag.concept_id)
        .where(Tag.key == tag.key, Tag.id != tag.id, Tag.merged_into_id.is_(None))
        .order_by(Tag.uses.desc(), Tag.id)
        .limit(limit)
    )
    return [Shown(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Page:
    """Some tags of an institution, of so many."""

    rows: tuple[Shown, ...]
    total: int


def page(session: Session, institution: Institution, *, words: str = "", sort: str = "name", number: int = 1) -> Page:
    """Its tags. Two queries."""
    wanted = select(Tag.id).where(Tag.institution_id == institution.id, Tag.merged_into_id.is_(None))
    if words:
        wanted = wanted.where(Tag.key.contains(tagging.key(words)[:80], autoescape=True))
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    order = (Tag.uses.desc(), Tag.key) if sort == "uses" else (Tag.key, Tag.id)
    rows = session.execute(
        select(Tag, Concept.notation)
        .outerjoin(Concept, Concept.id == Tag.concept_id)
        .where(Tag.id.in_(wanted))
        .order_by(*order)
        .offset((number - 1) * PAGE)
        .limit(PAGE)
    )
    return Page(tuple(Shown(tag, institution, topic) for tag, topic in rows), total)


def need(who: Viewer, tag: Tag) -> None:
    """Raises NotAllowed."""
    if not who.may(tag.institution_id, "curator"):
        raise NotAllowed


def change(session: Session, who: Viewer, tag: Tag, *, name: str, about: str, topic: str, version: int) -> None:
    """Another name, text or topic ("" none). The caller commits. Raises NotAllowed, BadTag, Taken, Stale; LookupError for an unknown
    topic."""
    need(who, tag)
    tagging.hold(session, tag.institution_id)
    names = tagging.split(name) if name.strip() else []
    if len(names) != 1:
        raise BadTag("empty" if not names else "several")
    concept_id = session.scalar(select(Concept.id).where(Concept.scheme == "topic", Concept.notation == topic)) if topic else None
    if topic and concept_id is None:
        raise LookupError(topic)
    there = session.scalar(select(Tag).where(Tag.institution_id == tag.institution_id, Tag.key == tagging.key(names[0]), Tag.id != tag.id))
    if there is not None and tagging.standing(session, there).id != tag.id:
        raise Taken(tagging.standing(session, there).id)
    before, moved = facts(tag), concept_id != tag.concept_id
    if tag.version != version:
        raise Stale
    if there is not None:
        swap(session, there, tag)
    values = {"name": names[0], "key": tagging.key(names[0]), "about": tidying.paragraphs(about, ABOUT_MOST), "concept_id": concept_id}
    changed = update(Tag).where(Tag.id == tag.id, Tag.version == version).values(version=version + 1, **values)
    if not session.execute(changed, execution_options={"synchronize_session": False}).rowcount:  # type: ignore[attr-defined]
        raise Stale
    session.refresh(tag)
    if moved:
        tagging.heard(session, resources(session, tag.id), ())
    if facts(tag) != before:
        tell(session, who, "tag.changed", tag, before, facts(tag))


def swap(session: Session, merged: Tag, tag: Tag) -> None:
    """A tag takes the name of one that was merged into it, which gets the other's: both lead to the same page."""
    name, key = tag.name, tag.key
    session.execute(update(Tag).where(Tag.id == tag.id).values(key=f"\n{tag.id}"), execution_options={"synchronize_session": False})
    session.execute(update(Tag).where(Tag.id == merged.id).values(name=name, key=key), execution_options={"synchronize_session": False})
    session.refresh(merged)


def resources(session: Session, tag_id: int) -> set[int]:
    """Where a tag stands."""
    return set(session.scalars(select(Tagging.resource_id).where(Tagging.tag_id == tag_id)))


def merge(session: Session, who: Viewer, tag: Tag, into: Tag) -> None:
    """One word instead of two: the resources of the one get the other, its page leads there. The caller commits. Raises NotAllowed;
    ValueError for a tag of another institution, of itself, or one that was merged."""
    need(who, tag)
    tagging.hold(session, tag.institution_id)
    session.refresh(tag)
    session.refresh(into)
    if tag.id == into.id or tag.institution_id != into.institution_id or tag.merged_into_id or into.merged_into_id:
        raise ValueError("these two cannot be merged")
    there = aliased(Tagging)
    double = exists(select(there.id).where(there.tag_id == into.id, there.resource_id == Tagging.resource_id))
    changed = resources(session, tag.id)
    quiet = {"synchronize_session": False}
    session.execute(update(Tagging).where(Tagging.tag_id == tag.id, ~double).values(tag_id=into.id), execution_options=quiet)
    session.execute(delete(Tagging).where(Tagging.tag_id == tag.id), execution_options=quiet)
    session.execute(update(Tag).where(Tag.merged_into_id == tag.id).values(merged_into_id=into.id), execution_options=quiet)
    before = facts(tag)
    tag.merged_into_id, tag.version = into.id, tag.version + 1
    session.flush()
    tagging.heard(session, changed, (tag.id, into.id))
    tell(session, who, "tag.merged", tag, {**before, "resources": len(changed)}, {"into": into.name})
    session.expire_all()


def remove(session: Session, who: Viewer, tag: Tag) -> None:
    """Delete a word that stands nowhere. The caller commits. Raises NotAllowed, InUse."""
    need(who, tag)
    tagging.hold(session, tag.institution_id)
    used = session.scalar(select(Tagging.id).where(Tagging.tag_id == tag.id).limit(1))
    led = session.scalar(select(Tag.id).where(Tag.merged_into_id == tag.id).limit(1))
    if used is not None or led is not None:
        raise InUse
    tell(session, who, "tag.deleted", tag, facts(tag), None)
    session.execute(delete(Tag).where(Tag.id == tag.id))


def likely_topics(session: Session, tag: Tag) -> list[str]:
    """Notations of topics with a label that is compared like the tag."""
    rows = session.execute(
        select(Concept.notation, ConceptLabel.text)
        .join(Concept, Concept.id == ConceptLabel.concept_id)
        .where(Concept.scheme == "topic", Concept.retired_at.is_(None))
    )
    return list(dict.fromkeys(notation for notation, text in rows if tagging.key(text) == tag.key))


def facts(tag: Tag) -> dict[str, object]:
    """A tag as the audit log keeps it."""
    return {"name": tag.name, "about": tag.about, "topic": tag.concept_id}


def tell(session: Session, who: Viewer, action: str, tag: Tag, before: object, after: object) -> None:
    """Leave an event."""
    auditing.record(session, who.actor, action, Subject("tag", tag.id, tag.name), before=before, after=after)
