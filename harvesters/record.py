"""The values that we harvest: a record as its source gave it, cleaned, before the catalogue merges it into a resource.

Field names follow the union model of `docs/metadata.md`. Unknown stays None (or empty); nothing here is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

RESOURCE_TYPES = ("course", "programme", "textbook", "video", "article", "dataset", "tool", "case", "exercise", "podcast", "material")
LEVELS = ("school", "vocational", "undergraduate", "postgraduate", "professional", "introductory", "intermediate", "advanced")


@dataclass(frozen=True, slots=True)
class Raw:
    """One record's payload exactly as the source sent it, and the address of the page that held it."""

    body: bytes
    media_type: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A person or an organisation with a part in a resource."""

    name: str
    role: str = "creator"  # creator | instructor | contributor | publisher | provider
    url: str | None = None
    organisation: bool | None = None  # None: the source does not say


@dataclass(frozen=True, slots=True, kw_only=True)
class Offering:
    """One run of a course: when it can be taken, at what price, with which certificate. Times are UTC."""

    identifier: str | None = None  # the run's own identifier at the source
    url: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    enrolment_start: datetime | None = None
    enrolment_end: datetime | None = None
    pace: str | None = None  # self | instructor
    mode: str | None = None  # online | onsite | blended
    price: Decimal | None = None  # 0 is free; None is unknown
    currency: str | None = None  # ISO 4217
    certificate: bool | None = None
    provider: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """A name that the whole world shares: `doi`, `isbn` (13 digits), `issn`, `handle`."""

    scheme: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One live record of a source."""

    identifier: str  # unique in its source, exactly as the source writes it
    title: str  # plain text
    raw: Raw
    datestamp: datetime | None = None  # when the source last changed it
    url: str | None = None  # where a learner goes; http(s)
    resource_type: str | None = None  # one of RESOURCE_TYPES
    alternative_titles: tuple[str, ...] = ()
    summary: str | None = None  # plain text, short
    description: str | None = None  # sanitised HTML
    languages: tuple[str, ...] = ()  # BCP 47
    subtitle_languages: tuple[str, ...] = ()
    agents: tuple[Agent, ...] = ()
    provider: str | None = None  # the platform that offers it
    institution: str | None = None  # who made it
    code: str | None = None  # course code
    group: str | None = None  # records of one source with the same group are runs of one resource
    identifiers: tuple[Identifier, ...] = ()
    same_as: tuple[str, ...] = ()  # addresses of the same work elsewhere
    licence: str | None = None  # SPDX identifier or one of clean.licence.OTHER
    licence_url: str | None = None
    rights: str | None = None  # what the source wrote about rights, plain text
    free: bool | None = None
    certificate: bool | None = None
    credits: Decimal | None = None  # ECTS
    offerings: tuple[Offering, ...] = ()
    duration: str | None = None  # ISO 8601
    workload_min: float | None = None  # hours a week
    workload_max: float | None = None
    levels: tuple[str, ...] = ()  # of LEVELS
    subjects: tuple[str, ...] = ()  # in the source's own words
    keywords: tuple[str, ...] = ()
    teaches: tuple[str, ...] = ()
    prerequisites: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    image: str | None = None
    created: datetime | None = None
    published: datetime | None = None
    modified: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """The source says that it has deleted this record."""

    identifier: str
    datestamp: datetime | None = None
    raw: Raw | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A record that we could not read. It is kept with its bytes, so that nothing is lost and somebody can mend it."""

    reason: str  # one sentence for the source's owner: what is wrong, and where
    raw: Raw
    identifier: str | None = None
    datestamp: datetime | None = None
    advice: str = ""  # what to do about it


Item = Record | Withdrawn | Failure
