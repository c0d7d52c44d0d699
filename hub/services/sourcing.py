"""The places that we harvest: added by hand or from the list of known public sources, listed, found by name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from harvesters import addresses, registry
from harvesters.errors import BadOptions
from harvesters.protocol import Harvester
from hub.db import now
from hub.models.record import SourceRecord
from hub.models.source import Source

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
RESERVED = frozenset({"new"})  # pages have this name
MASK = "..."  # stands for a secret


class BadSource(Exception):
    """This cannot be a source; the message says what is wrong and what to do, `field` where: name, kind, url, owner, or option:NAME."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A public source that is ready to be added by name (hub/presets.toml, docs/sources.md)."""

    name: str
    title: str
    kind: str
    url: str
    options: Mapping[str, str] = field(default_factory=dict)
    languages: tuple[str, ...] = ()
    region: str = ""
    holds: str = ""
    terms: str = ""


@cache
def presets() -> Mapping[str, Preset]:
    """The known public sources by name, in the file's order."""
    text = resources.files("hub").joinpath("presets.toml").read_text(encoding="utf-8")
    entries = tomllib.loads(text)["source"]
    return {entry["name"]: Preset(**{**entry, "languages": tuple(entry.get("languages", ()))}) for entry in entries}


def kinds() -> Mapping[str, Harvester]:
    """The kinds of source that somebody may add."""
    return {name: harvester for name, harvester in registry.kinds().items() if not harvester.internal}


def is_internal(source: Source) -> bool:
    """Is it fed by the hub itself, so that there is nothing to harvest?"""
    known = registry.kinds().get(source.kind)
    return known is not None and known.internal


def add(
    session: Session,
    name: str,
    kind: str,
    url: str,
    *,
    title: str = "",
    options: Mapping[str, str] | None = None,
    rank: int = 100,
    owner: str | None = None,
    draft: bool = False,
    demo: bool = False,
) -> Source:
    """Add a source. The caller commits. Raises BadSource on a name, kind, address or option that cannot be."""
    check_name(session, name)
    try:
        harvester = registry.kind(kind)
    except registry.UnknownKind as error:
        raise BadSource(str(error), "kind") from error
    if harvester.internal:
        told = f"A source of the kind {harvester.kind} is made by the hub itself: `hub resource add` adds a resource by hand."
        raise BadSource(told, "kind")
    check_url(url)
    check_options(harvester, options or {})
    check_owner(owner)
    source = Source(
        name=name,
        title=title or name,
        kind=harvester.kind,
        url=url,
        options=dict(options or {}),
        rank=rank,
        owner=owner or None,
        draft=draft,
        created_at=now(),
        facts={"demo": True} if demo else {},
    )
    session.add(source)
    session.flush()
    return source


def check_name(session: Session, name: str) -> None:
    """Refuse a name that cannot be in an address, or that another source has."""
    if not NAME.fullmatch(name) or name in RESERVED:
        raise BadSource(
            f"{name!r} cannot be a source's name: use up to 63 lower-case letters, digits, - and _, beginning with a letter or digit.",
            "name",
        )
    if session.scalar(select(Source.id).filter_by(name=name)) is not None:
        raise BadSource(f"There is a source named {name} already: choose another name.", "name")


def check_url(url: str) -> None:
    """Refuse what is no web address. Whether it is a public one is seen when it is asked."""
    try:
        parts = urlsplit(url)
        right = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        right = False
    if not right or re.search(r"[\s\x00-\x1f\x7f]", url):
        raise BadSource(f"{url!r} is not a web address: write it whole, such as https://repository.example.org/oai.", "url")


def check_owner(owner: str | None) -> None:
    """Refuse what is no e-mail address."""
    if owner and (len(owner) > 254 or not re.fullmatch(r"[^@\s\x00-\x1f<>,;]+@[^@\s\x00-\x1f<>,;]+\.[^@\s\x00-\x1f<>,;]+", owner)):
        raise BadSource(f"{owner[:100]!r} is not an e-mail address.", "owner")


def check_options(harvester: Harvester, options: Mapping[str, str]) -> None:
    """Refuse options that the kind does not know or cannot use, and ask for those that it needs."""
    known = {option.name for option in harvester.options}
    unknown = sorted(set(options) - known)
    if unknown:
        able = ", ".join(sorted(known)) or "none"
        raise BadSource(f"{harvester.kind} has no option {', '.join(unknown)}. Its options are: {able}.", f"option:{unknown[0]}")
    missing = [option.name for option in harvester.options if option.required and not options.get(option.name)]
    if missing:
        raise BadSource(f"{harvester.kind} needs the option {', '.join(missing)}: add --option {missing[0]}=….", f"option:{missing[0]}")
    if harvester.check:
        try:
            harvester.check(options)
        except BadOptions as error:
            raise BadSource(f"The option {error.option} cannot be used. {error}", f"option:{error.option}") from error


def shown_options(source: Source) -> dict[str, str]:
    """A source's options as they may be shown: a secret is there, and not told."""
    return masked(source.kind, source.options)


def masked(kind: str, options: Mapping[str, str]) -> dict[str, str]:
    """Options of a kind without their secrets. What the kind does not declare may be one: its package may have gone."""
    harvester = registry.kinds().get(kind)
    plain = {option.name for option in harvester.options if option.form != "secret"} if harvester else set[str]()
    return {name: value if name in plain else MASK for name, value in options.items()}


def shown_url(source: Source) -> str:
    """A source's address as it may be shown: without a password or a key."""
    return addresses.show(source.url)


def add_preset(session: Session, name: str) -> Source:
    """Add a known public source by its name. The caller commits. Raises BadSource."""
    preset = presets().get(name)
    if preset is None:
        raise BadSource(
            f"{name!r} is not in the list of known sources (hub source presets). For another one, give its kind and address too."
        )
    return add(session, preset.name, preset.kind, preset.url, title=preset.title, options=preset.options)


def get(session: Session, name: str) -> Source | None:
    """The source of this name, or of this id."""
    source = session.scalar(select(Source).filter_by(name=name))
    return source or (session.get(Source, int(name)) if name.isdecimal() and len(name) < 10 else None)


def named(session: Session, name: str) -> Source | None:
    """The source of this very name, for those who look after it; none that the hub feeds itself."""
    source = session.scalar(select(Source).filter_by(name=name[:64]))
    return None if source is None or is_internal(source) else source


def by_id(session: Session, source_id: int) -> Source:
    """The source of this id, which there is."""
    return session.get_one(Source, source_id)


def every(session: Session) -> Sequence[Source]:
    """All sources by name."""
    return session.scalars(select(Source).order_by(Source.name)).all()


def harvested(session: Session) -> Sequence[Source]:
    """The sources that are harvested: no drafts, none that are retired, none that is fed here."""
    found = session.scalars(select(Source).where(~Source.draft, Source.retired_at.is_(None)).order_by(Source.name))
    return [source for source in found if not is_internal(source)]


def sizes(session: Session) -> Mapping[int, int]:
    """source id -> how many live records it has."""
    counts = (
        select(SourceRecord.source_id, func.count())
        .where(SourceRecord.state != "withdrawn", SourceRecord.title.is_not(None))
        .group_by(SourceRecord.source_id)
    )
    return {source_id: count for source_id, count in session.execute(counts)}


def records(session: Session, source: Source) -> Sequence[tuple[str, str, str]]:
    """identifier, title, live|deleted of each record of a source that ever could be read or was deleted, by identifier."""
    rows = session.execute(
        select(SourceRecord.identifier, SourceRecord.title, SourceRecord.state)
        .where(SourceRecord.source_id == source.id, (SourceRecord.title.is_not(None)) | (SourceRecord.state == "withdrawn"))
        .order_by(SourceRecord.identifier)
    )
    return [(identifier, title or "", "deleted" if state == "withdrawn" else "live") for identifier, title, state in rows]
