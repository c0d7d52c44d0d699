"""Tags on resources: an institution's own words, put there by its teachers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.institution import Institution
from hub.models.resource import Resource
from hub.models.tag import Tag, Tagging
from hub.services import auditing, cataloguing, tallying, tidying
from hub.services.acting import Seat, Viewer
from hub.services.auditing import Subject

NAME_MOST, KEY_MOST = 80, 120  # characters; one can stand for many when they are compared
EACH_MOST = 30  # tags of one institution on one resource
TAGS_MOST = 5_000  # of one institution
SEPARATORS = re.compile(r"[,，、;；\n]")
SHOWN_MOST = 200  # tags of all institutions on one page


class NotAllowed(Exception):
    """This visitor may not tag for that institution, or not take this tag away."""


class BadTag(Exception):
    """What was typed is no tag; `why`: empty | long | many (on the resource) | full (the institution has too many); `part`: which."""

    def __init__(self, why: str, part: str = "") -> None:
        super().__init__(f"{why}: {part}" if part else why)
        self.why, self.part = why, part


def key(name: str) -> str:
    """A tag as it is compared: full and half width, large and small letters, any blanks are alike (NFKC, case folded)."""
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).split())


def split(typed: str) -> list[str]:
    """What was typed, between commas and the like, each tag once as it was written first. Raises BadTag."""
    found: dict[str, str] = {}
    for part in SEPARATORS.split(typed[:10_000]):
        name = tidying.one_line(part, NAME_MOST + 1)
        if name and key(name):
            if len(name) > NAME_MOST or len(key(name)) > KEY_MOST:
                raise BadTag("long", name[:30])
            found.setdefault(key(name), name)
    if not found:
        raise BadTag("empty")
    return list(found.values())


def need_teacher(who: Viewer) -> Seat:
    """Where the visitor acts as a teacher. Raises NotAllowed."""
    if who.seat is None or not who.seat.may("teacher"):
        raise NotAllowed
    return who.seat


def put(session: Session, who: Viewer, resource_ids: Sequence[int], names: Sequence[str], *, group: int | None = None) -> list[int]:
    """These tags on these resources, in the name of the institution acted for; what is there stays. Answers the numbers of the taggings
    that are new. The caller commits. Raises NotAllowed, BadTag."""
    seat = need_teacher(who)
    if len(names) > EACH_MOST:
        raise BadTag("many")
    hold(session, seat.institution_id)
    tags = [tag_of(session, seat.institution_id, name) for name in names]
    tag_ids = list(dict.fromkeys(tag.id for tag in tags))
    pairs = select(Tagging.tag_id, Tagging.resource_id).where(Tagging.tag_id.in_(tag_ids), Tagging.resource_id.in_(resource_ids))
    there = {(tag_id, resource_id) for tag_id, resource_id in session.execute(pairs)}
    room = room_of(session, seat.institution_id, resource_ids)
    made = []
    for resource_id in dict.fromkeys(resource_ids):
        wanted = [id for id in tag_ids if (id, resource_id) not in there]
        if len(wanted) > EACH_MOST - room.get(resource_id, 0):
            raise BadTag("many")
        made += [
            Tagging(tag_id=id, resource_id=resource_id, first_id=resource_id, person_id=who.person_id, created_at=now()) for id in wanted
        ]
    session.add_all(made)
    session.flush()
    heard(session, {one.resource_id for one in made}, {one.tag_id for one in made})
    if made and group is None:
        tell(session, who, "resource.tagged", {one.resource_id for one in made}, [tag.name for tag in tags])
    return [one.id for one in made]


def hold(session: Session, institution_id: int) -> None:
    """Whoever else tags for this institution waits until the transaction ends: so no word is made twice."""
    session.execute(update(Institution).where(Institution.id == institution_id).values(version=Institution.version))


def tag_of(session: Session, institution_id: int, name: str) -> Tag:
    """The institution's tag of this name, or the one that it was merged into; made when there is none. Raises BadTag."""
    found = session.scalar(select(Tag).where(Tag.institution_id == institution_id, Tag.key == key(name)))
    if found is not None:
        return standing(session, found)
    if (session.scalar(select(func.count()).where(Tag.institution_id == institution_id)) or 0) >= TAGS_MOST:
        raise BadTag("full")
    made = Tag(institution_id=institution_id, name=name, key=key(name), uses=0, version=1, created_at=now())
    session.add(made)
    session.flush()
    return made


def standing(session: Session, tag: Tag) -> Tag:
    """The tag that stands for this one now."""
    for _ in range(20):
        if tag.merged_into_id is None:
            break
        tag = session.get_one(Tag, tag.merged_into_id)
    return tag


def room_of(session: Session, institution_id: int, resource_ids: Collection[int]) -> dict[int, int]:
    """resource -> how many tags of the institution it has."""
    rows = session.execute(
        select(Tagging.resource_id, func.count())
        .join(Tag, Tag.id == Tagging.tag_id)
        .where(Tag.institution_id == institution_id, Tagging.resource_id.in_(resource_ids))
        .group_by(Tagging.resource_id)
    )
    return {resource_id: count for resource_id, count in rows}


def take(session: Session, who: Viewer, tagging_id: int, resource_id: int) -> bool:
    """Take a tag off a resource: whoever put it there, and the institution's curators. False when it is not there. The caller commits.
    Raises NotAllowed."""
    row = session.execute(
        select(Tagging, Tag).join(Tag, Tag.id == Tagging.tag_id).where(Tagging.id == tagging_id, Tagging.resource_id == resource_id)
    ).one_or_none()
    if row is None:
        return False
    tagging, tag = row
    own = who.person_id is not None and tagging.person_id == who.person_id and who.may(tag.institution_id, "teacher")
    if not own and not who.may(tag.institution_id, "curator"):
        raise NotAllowed
    session.execute(delete(Tagging).where(Tagging.id == tagging_id))
    heard(session, {resource_id}, {tag.id})
    tell(session, who, "resource.untagged", {resource_id}, [tag.name])
    return True


def heard(session: Session, resource_ids: Collection[int], tag_ids: Collection[int]) -> None:
    """Counts and index follow."""
    for start in range(0, len(resource_ids), 500):
        some = sorted(resource_ids)[start : start + 500]
        session.execute(update(Resource).where(Resource.id.in_(some)).values(version=Resource.version + 1))
    cataloguing.announce(session, sorted(resource_ids))
    if tag_ids:
        tallying.count_uses(session, list(tag_ids))


def tell(session: Session, who: Viewer, action: str, resource_ids: Iterable[int], names: Sequence[str]) -> None:
    """Leave an event for each resource."""
    rows = session.execute(select(Resource.id, Resource.title).where(Resource.id.in_(list(resource_ids)))).all()
    institution = who.seat.name if who.seat else ""
    for id, title in rows:
        after = {"tags": list(names), "institution": institution}
        auditing.record(session, who.actor, action, Subject("resource", id, title), after=after)


@dataclass(frozen=True, slots=True)
class OnResource:
    """A tag as the page of a resource shows it; `mine`: this visitor may take it away."""

    tagging_id: int
    tag_id: int
    name: str
    mine: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The tags of one institution."""

    institution: Institution
    tags: tuple[OnResource, ...]


@dataclass(frozen=True, slots=True)
class Tags:
    """All tags of a resource, those of the institution acted for first; `seat`: for which this visitor may add some."""

    groups: tuple[Group, ...]
    seat: Seat | None


def on_resource(session: Session, who: Viewer, resource_id: int) -> Tags:
    """What the resource's page shows this visitor. One query."""
    rows = session.execute(
        select(Tagging, Tag, Institution)
        .join(Tag, Tag.id == Tagging.tag_id)
        .join(Institution, Institution.id == Tag.institution_id)
        .where(Tagging.resource_id == resource_id)
        .order_by(Institution.name, Tag.name, Tag.id)
        .limit(SHOWN_MOST)
    ).all()
    groups: dict[int, tuple[Institution, list[OnResource]]] = {}
    for tagging, tag, house in rows:
        own = who.person_id is not None and tagging.person_id == who.person_id and who.may(house.id, "teacher")
        shown = OnResource(tagging.id, tag.id, tag.name, own or who.may(house.id, "curator"))
        groups.setdefault(house.id, (house, []))[1].append(shown)
    here = who.seat.institution_id if who.seat else None
    ordered = sorted(groups.values(), key=lambda pair: pair[0].id != here)
    seat = who.seat if who.seat and who.seat.may("teacher") else None
    return Tags(tuple(Group(house, tuple(tags)) for house, tags in ordered), seat)


def suggestions(session: Session, who: Viewer, typed: str, *, limit: int = 10) -> list[str]:
    """Tags of the institution acted for that have what was typed last, the most used first."""
    if who.seat is None:
        return []
    last = key(SEPARATORS.split(typed[-500:])[-1])
    wanted = select(Tag.name).where(Tag.institution_id == who.seat.institution_id, Tag.merged_into_id.is_(None))
    if last:
        wanted = wanted.where(Tag.key.contains(last[:NAME_MOST], autoescape=True))
    return list(session.scalars(wanted.order_by(Tag.uses.desc(), Tag.name).limit(limit)))
