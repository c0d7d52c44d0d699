"""Same work or not: which resource a new record belongs to.

Within a source, records are one resource only when the source groups them (runs of one course). Across sources those are compared that
share a key (canonical address, DOI, ISBN, handle, course code with its organisation, title with its institution); the record joins
when exactly one of them is surely the same work, and has no record of this source yet. In doubt two pages stay two pages: a double
can be merged later (`pairing`), a wrong merge hides a course.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from harvesters.clean import html, url
from harvesters.record import Record
from hub.models.record import SourceRecord
from hub.models.resource import ResourceKey
from hub.services import blocking, comparing, gathering
from hub.services.comparing import Facts

SHARED_SCHEMES = ("doi", "isbn", "handle")
TITLES_MOST = 5  # resources with one title of one institution that are compared


def keys_of(record: Record) -> tuple[str, ...]:
    """The keys of a record, each once: `url:`, `doi:`, `isbn:`, `handle:`, `code:` (code with organisation), and `title:` (a hash of title
    and institution), which says less than the others."""
    found = [f"url:{key}" for address in (record.url, *record.same_as) if address and (key := url.canonical(address))]
    found += [f"{i.scheme}:{i.value.lower()}" for i in record.identifiers if i.scheme in SHARED_SCHEMES]
    if record.code and record.institution:
        found.append(f"code:{fold(record.institution)}/{fold(record.code)}")
    if key := blocking.title_key(record.title, record.institution):
        found.append(key)
    return tuple(dict.fromkeys(found))


def keys_of_address(address: str) -> tuple[str, ...]:
    """The key of an address; nothing for one that cannot be read."""
    return (f"url:{key}",) if (key := url.canonical(address)) else ()


def facts_of(record: Record) -> Facts:
    """What is compared of a record."""
    return comparing.facts(
        record.title,
        other_titles=record.alternative_titles,
        keys=[key for key in keys_of(record) if not key.startswith("title:")],
        institution=record.institution,
        provider=record.provider,
        resource_type=record.resource_type,
        languages=record.languages,
        people=[agent.name for agent in record.agents if agent.role in gathering.PEOPLE and not agent.organisation],
        text=" ".join(filter(None, (record.summary, html.plain(record.description or "")))),
    )


def fold(text: str) -> str:
    """Letters and digits alone, width and case folded: how two spellings of a name are compared."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def resources_for(session: Session, source_id: int, records: Sequence[Record]) -> dict[str, int]:
    """identifier -> id of the resource that each of these new records joins; the ones that need a new resource are not in it."""
    found = by_group(session, source_id, {r.group for r in records if r.group})
    joined = {r.identifier: found[r.group] for r in records if r.group in found}
    rest = [r for r in records if r.identifier not in joined]
    return joined | by_key(session, source_id, rest)


def by_group(session: Session, source_id: int, groups: Iterable[str]) -> Mapping[str | None, int]:
    """The resources that already have a record of these groups of this source."""
    rows = session.execute(
        select(SourceRecord.group, SourceRecord.resource_id)
        .where(SourceRecord.source_id == source_id, SourceRecord.group.in_(list(groups)), SourceRecord.resource_id.is_not(None))
        .order_by(SourceRecord.id)
    )
    return {group: resource_id for group, resource_id in rows if resource_id is not None}


def by_key(session: Session, source_id: int, records: Sequence[Record]) -> dict[str, int]:
    """The resources of other sources that these records are surely of."""
    keys = {r.identifier: keys_of(r) for r in records}
    sharing = {(key, r.group or r.identifier) for r in records for key in keys[r.identifier]}  # runs of one course share theirs rightly
    often = Counter(key for key, _ in sharing)
    holders = resources_with(session, source_id, [key for key, times in often.items() if times == 1])
    free = free_resources(session, source_id, {id for ids in holders.values() for id in ids})
    known = gathering.facts(session, free, shown=False)
    joined: dict[str, int] = {}
    taken: dict[int, str] = {}  # resource -> the group (or the record) that has joined it: one of this source each
    for record in records:
        near = {id for key in keys[record.identifier] for id in holders.get(key, ()) if id in known}
        mine = record.group or record.identifier
        only = surely(facts_of(record), {id: known[id] for id in near}) if near else None
        if only is not None and taken.setdefault(only, mine) == mine:
            joined[record.identifier] = only
    return joined


def surely(record: Facts, known: Mapping[int, Facts]) -> int | None:
    """The one resource that is the record's work beyond doubt; None when there is none, or more than one."""
    sure = [id for id, other in known.items() if comparing.compare(record, other).score >= comparing.HIGH]
    return sure[0] if len(sure) == 1 else None


def resources_with(session: Session, source_id: int, keys: Sequence[str]) -> Mapping[str, set[int]]:
    """key -> the resources that other sources' records give it to; a strong key that several have is left out."""
    holders: dict[str, set[int]] = defaultdict(set)
    if not keys:
        return holders
    rows = session.execute(
        select(ResourceKey.key, ResourceKey.resource_id)
        .join(SourceRecord, SourceRecord.id == ResourceKey.record_id)
        .where(ResourceKey.key.in_(keys), SourceRecord.source_id != source_id, SourceRecord.state != "withdrawn")
    )
    for key, resource_id in rows:
        holders[key].add(resource_id)
    return {key: ids for key, ids in holders.items() if len(ids) == 1 or (key.startswith("title:") and len(ids) <= TITLES_MOST)}


def free_resources(session: Session, source_id: int, ids: set[int]) -> set[int]:
    """Those resources that have no record of this source yet."""
    if not ids:
        return set()
    taken = select(SourceRecord.resource_id).where(SourceRecord.source_id == source_id, SourceRecord.resource_id.in_(ids))
    return ids - set(session.scalars(taken))
