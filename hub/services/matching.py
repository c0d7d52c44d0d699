"""Same work or not: which resource a new record belongs to.

Within a source, records are one resource only when the source groups them (runs of one course). Across sources a shared strong key
(canonical address, DOI, ISBN, or course code with its organisation) joins them, when exactly one resource has the key, the titles
agree, and that resource has no record of this source yet. In doubt two pages stay two pages: a double can be merged later, a wrong
merge hides a course.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from harvesters.clean import html, url
from harvesters.record import Record
from hub.models.record import SourceRecord
from hub.models.resource import Resource, ResourceKey
from hub.services import comparing
from hub.services.comparing import Facts

SHARED_SCHEMES = ("doi", "isbn", "handle")
PEOPLE = ("creator", "instructor")
ALIKE = 0.34  # share of common words that two titles need (Jaccard), beside a shared key
WORDS = re.compile(r"[a-z0-9]+|[^\W\d_a-z]")


def keys_of(record: Record) -> tuple[str, ...]:
    """The strong keys of a record, each once: `url:`, `doi:`, `isbn:`, `handle:` and `code:` (code with organisation)."""
    found = [f"url:{key}" for address in (record.url, *record.same_as) if address and (key := url.canonical(address))]
    found += [f"{i.scheme}:{i.value.lower()}" for i in record.identifiers if i.scheme in SHARED_SCHEMES]
    if record.code and record.institution:
        found.append(f"code:{fold(record.institution)}/{fold(record.code)}")
    return tuple(dict.fromkeys(found))


def keys_of_address(address: str) -> tuple[str, ...]:
    """The key of an address; nothing for one that cannot be read."""
    return (f"url:{key}",) if (key := url.canonical(address)) else ()


def facts_of(record: Record) -> Facts:
    """What is compared of a record."""
    return comparing.facts(
        record.title,
        other_titles=record.alternative_titles,
        keys=keys_of(record),
        institution=record.institution,
        provider=record.provider,
        resource_type=record.resource_type,
        languages=record.languages,
        people=[agent.name for agent in record.agents if agent.role in PEOPLE and not agent.organisation],
        text=" ".join(filter(None, (record.summary, html.plain(record.description or "")))),
    )


def fold(text: str) -> str:
    """Letters and digits alone, width and case folded: how two spellings of a name are compared."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def alike(one: str, other: str) -> bool:
    """Do two titles share enough words (characters, in Chinese) to be titles of one work?"""
    left, right = (set(WORDS.findall(unicodedata.normalize("NFKC", text).casefold())) for text in (one, other))
    return fold(one) == fold(other) or (bool(left and right) and len(left & right) / len(left | right) >= ALIKE)


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
    """The resources of other sources that share a strong key with these records."""
    keys = {r.identifier: keys_of(r) for r in records}
    sharing = {(key, r.group or r.identifier) for r in records for key in keys[r.identifier]}  # runs of one course share theirs rightly
    often = Counter(key for key, _ in sharing)
    holders = resources_with(session, source_id, [key for key, times in often.items() if times == 1])
    titles = free_resources(session, source_id, {id for ids in holders.values() for id in ids})
    joined: dict[str, int] = {}
    taken: dict[int, str] = {}  # resource -> the group (or the record) that has joined it: one of this source each
    for record in records:
        for key in keys[record.identifier]:
            ids = holders.get(key, set())
            only = next(iter(ids)) if len(ids) == 1 else None
            mine = record.group or record.identifier
            if only in titles and taken.get(only, mine) == mine and alike(record.title, titles[only]):
                joined[record.identifier] = only
                taken[only] = mine
                break
    return joined


def resources_with(session: Session, source_id: int, keys: Sequence[str]) -> Mapping[str, set[int]]:
    """key -> the resources that other sources' records give it to."""
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
    return holders


def free_resources(session: Session, source_id: int, ids: set[int]) -> dict[int, str]:
    """id -> title of those resources that have no record of this source yet."""
    if not ids:
        return {}
    taken = select(SourceRecord.resource_id).where(SourceRecord.source_id == source_id, SourceRecord.resource_id.in_(ids))
    rows = session.execute(select(Resource.id, Resource.title).where(Resource.id.in_(ids), Resource.id.not_in(taken)))
    return {id: title for id, title in rows}
