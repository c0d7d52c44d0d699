"""A source's settings, changed by a person: checked, written, noted in the audit log, and what no longer holds forgotten."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from harvesters import addresses, registry
from hub.db import now
from hub.models.record import SourceRecord
from hub.models.source import Source
from hub.services import auditing, cataloguing, classifying, forgetting, leasing, scheduling, sourcing
from hub.services.sourcing import BadSource

DEADLINE_MOST = 7 * 24 * 60  # minutes
RANK_MOST = 100_000
AT_ONCE = 500  # resources merged again in one transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a person may set. A secret option that is left out of `options` stays as it is."""

    title: str
    kind: str
    url: str
    options: Mapping[str, str]
    rank: int
    owner: str | None
    deadline: int | None  # minutes
    guard_few: int
    guard_share: float  # 0 .. 1


class Outdated(Exception):
    """Somebody else has changed the source since this person looked at it."""


def settings_of(source: Source) -> Settings:
    """The settings as they stand, secrets among them: never to be shown."""
    return Settings(
        title=source.title,
        kind=source.kind,
        url=source.url,
        options=dict(source.options),
        rank=source.rank,
        owner=source.owner,
        deadline=source.deadline,
        guard_few=source.guard_few,
        guard_share=source.guard_share,
    )


def mark(source: Source) -> str:
    """Another mark means other settings: what a form was made from."""
    written = json.dumps(asdict(settings_of(source)), sort_keys=True, default=str)
    return hashlib.sha256(written.encode("utf-8", "replace")).hexdigest()[:16]


def shown(settings: Settings) -> dict[str, Any]:
    """Settings as they may be shown and noted: without secrets."""
    return asdict(settings) | {"url": addresses.show(settings.url), "options": sourcing.masked(settings.kind, settings.options)}


def secrets(kind: str) -> set[str]:
    """The names of a kind's options that are never shown."""
    harvester = registry.kinds().get(kind)
    return {option.name for option in harvester.options if option.form == "secret"} if harvester else set()


def change(session: Session, actor: auditing.Actor, source: Source, wanted: Settings, *, seen: str | None = None) -> bool:
    """Write the settings; False when they stand there already. The caller commits, and calls `merge_again` when the rank has changed.

    `seen`: the mark of the settings that the person saw. Raises Outdated, BadSource, AlreadyRunning.
    """
    leasing.queue_up(session, source.id)
    session.refresh(source)
    if seen is not None and seen != mark(source):
        raise Outdated
    before, after = settings_of(source), completed(source, wanted)
    check(after)
    if before == after:
        return False
    if reads_otherwise := (before.kind, before.url, before.options) != (after.kind, after.url, after.options):
        if holder := leasing.is_held(session, source.id):
            raise leasing.AlreadyRunning(f"{source.name} is being harvested, by {holder}: stop that first.")
        forgetting.forget(session, source)
    for name, value in asdict(after).items():
        setattr(source, name, value)
    note(session, actor, source, before, after, secret_changed=reads_otherwise and secrets_differ(before, after))
    return True


def completed(source: Source, wanted: Settings) -> Settings:
    """With the secrets that were left out as they are, as long as the kind stays; without options that say nothing."""
    kept = {name: value for name, value in source.options.items() if name in secrets(source.kind)} if wanted.kind == source.kind else {}
    options = kept | {name: value for name, value in wanted.options.items() if value != ""}
    return Settings(**(asdict(wanted) | {"options": options, "owner": wanted.owner or None, "title": wanted.title or source.name}))


def check(settings: Settings) -> None:
    """Refuse what cannot be. Raises BadSource."""
    sourcing.check_url(settings.url)
    try:
        harvester = registry.kind(settings.kind)
    except registry.UnknownKind as error:
        raise BadSource(str(error), "kind") from error
    sourcing.check_options(harvester, settings.options)
    sourcing.check_owner(settings.owner)
    bounds: tuple[tuple[str, float | None, float, float], ...] = (
        ("rank", settings.rank, 0, RANK_MOST),
        ("deadline", settings.deadline, 1, DEADLINE_MOST),
        ("guard_few", settings.guard_few, 0, 1_000_000),
        ("guard_share", settings.guard_share, 0, 1),
    )
    for name, value, low, high in bounds:
        if value is not None and not low <= value <= high:
            raise BadSource(f"{name.replace('_', ' ')} must be from {low:g} to {high:g}.", name)
    if len(settings.title) > 200:
        raise BadSource("The title has more than 200 characters.", "title")


def secrets_differ(before: Settings, after: Settings) -> bool:
    """Has a secret changed? That it did may be noted, never what it is."""
    names = secrets(before.kind) | secrets(after.kind)
    return any(before.options.get(name) != after.options.get(name) for name in names)


def note(session: Session, actor: auditing.Actor, source: Source, before: Settings, after: Settings, *, secret_changed: bool) -> None:
    """Leave in the audit log what changed."""
    old, new = shown(before), shown(after)
    changed = [name for name in new if old[name] != new[name]]
    auditing.record(
        session,
        actor,
        "source.changed",
        auditing.Subject("source", source.id, source.title),
        before={name: old[name] for name in changed},
        after={name: new[name] for name in changed},
        note="A secret was changed." if secret_changed else "",
    )


def merge_again(session: Session, source_id: int) -> Iterator[int]:
    """Merge the resources that this source shares with others, after its rank changed: a part at a time, which the caller commits."""
    mine = select(SourceRecord.resource_id).where(SourceRecord.source_id == source_id, SourceRecord.state != "withdrawn")
    shared = (
        select(SourceRecord.resource_id)
        .where(SourceRecord.resource_id.in_(mine), SourceRecord.state != "withdrawn")
        .group_by(SourceRecord.resource_id)
        .having(func.count(SourceRecord.source_id.distinct()) > 1)
    )
    ids = [id for id in session.scalars(shared.order_by(SourceRecord.resource_id)) if id is not None]
    classifier = classifying.load(session) if ids else None
    for start in range(0, len(ids), AT_ONCE):
        assert classifier is not None
        cataloguing.refresh(session, ids[start : start + AT_ONCE], classifier=classifier, at=now())
        yield len(ids[start : start + AT_ONCE])


def make_ready(session: Session, actor: auditing.Actor, source: Source) -> None:
    """A draft becomes a source: it is harvested from now on. The caller commits."""
    if source.draft:
        source.draft = False
        scheduling.refresh(source)
        auditing.record(session, actor, "source.made_ready", auditing.Subject("source", source.id, source.title))


def add(session: Session, actor: auditing.Actor, name: str, settings: Settings, *, draft: bool = True) -> Source:
    """Add a source as a person wants it, as a draft at first. The caller commits. Raises BadSource."""
    check(settings)
    options = {option: value for option, value in settings.options.items() if value != ""}
    source = sourcing.add(
        session,
        name,
        settings.kind,
        settings.url,
        title=settings.title,
        options=options,
        rank=settings.rank,
        owner=settings.owner,
        draft=draft,
    )
    source.deadline, source.guard_few, source.guard_share = settings.deadline, settings.guard_few, settings.guard_share
    after = shown(settings_of(source)) | {"name": name, "draft": draft}
    auditing.record(session, actor, "source.added", auditing.Subject("source", source.id, source.title), after=after)
    return source
