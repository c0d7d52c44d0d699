"""What the catalogue shows: resources, their offerings, and the identifiers by which they are recognised."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Numeric, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Moment, db


class Resource(db.Model):  # type: ignore[name-defined]
    """A course or learning resource as a visitor sees it; fed by one or more source records.

    Every value stands here merged; `provenance` says for each field which record it came from, and whether a rule inferred it.
    """

    __table_args__ = (
        Index(None, "updated_at"),
        Index(None, "created_at"),
        Index(None, "provider_slug"),
        Index(None, "merged_into_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)  # in addresses; stable, never reused
    version: Mapped[int] = mapped_column(default=1)  # grows with each change; the index is compared by it
    title: Mapped[str] = mapped_column(Text)
    alternative_titles: Mapped[list[str]] = mapped_column(JSON, default=list)
    summary: Mapped[str | None] = mapped_column(Text)  # plain text
    description: Mapped[str | None] = mapped_column(Text)  # sanitised HTML
    text: Mapped[str] = mapped_column(Text, default="")  # summary and description as plain text, for search and snippets
    url: Mapped[str | None] = mapped_column(Text)
    resource_type: Mapped[str | None] = mapped_column(String(20))
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    subtitle_languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    agents: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)  # name, role, url, organisation
    provider: Mapped[str | None] = mapped_column(Text)
    provider_slug: Mapped[str | None] = mapped_column(String(100))
    institution: Mapped[str | None] = mapped_column(Text)
    code: Mapped[str | None] = mapped_column(Text)
    licence: Mapped[str | None] = mapped_column(String(60))  # SPDX identifier, None when no source says
    licence_family: Mapped[str | None] = mapped_column(String(30))
    licence_url: Mapped[str | None] = mapped_column(Text)
    rights: Mapped[str | None] = mapped_column(Text)
    free: Mapped[bool | None]
    certificate: Mapped[bool | None]
    credits: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    duration: Mapped[str | None] = mapped_column(String(40))  # ISO 8601
    workload_min: Mapped[float | None]  # hours a week
    workload_max: Mapped[float | None]
    levels: Mapped[list[str]] = mapped_column(JSON, default=list)
    subjects: Mapped[list[str]] = mapped_column(JSON, default=list)
    keywords: Mapped[list[str]] = mapped_column(JSON, default=list)
    teaches: Mapped[list[str]] = mapped_column(JSON, default=list)
    prerequisites: Mapped[list[str]] = mapped_column(JSON, default=list)
    audience: Mapped[list[str]] = mapped_column(JSON, default=list)
    image: Mapped[str | None] = mapped_column(Text)
    content_created: Mapped[Moment | None]
    content_published: Mapped[Moment | None]
    content_modified: Mapped[Moment | None]
    provenance: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # as `merging.merge` makes it
    completeness: Mapped[int] = mapped_column(default=0)  # per cent of the fields that matter to a teacher
    score: Mapped[float | None]  # mean of independent reviews, 1 .. 5; this and the two below as `tallying` counts them
    review_count: Mapped[int] = mapped_column(default=0)  # those that make the score
    adoption_count: Mapped[int] = mapped_column(default=0)  # institutions that use it and say so in public
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]
    hidden_at: Mapped[Moment | None]  # a curator took it out of sight; nothing is lost, and it can be restored
    links: Mapped[str | None] = mapped_column(String(10))  # ok | broken | elsewhere (broken, but another offer works); None: unknown
    withdrawn_at: Mapped[Moment | None]  # its last source took it back; we keep it for those who saved it
    matched_at: Mapped[Moment | None]  # when its doubles were last looked for; older than `updated_at`: to be looked for again
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("resource.id"), index=True)  # its page redirects there, for ever


class Offering(db.Model):  # type: ignore[name-defined]
    """One run of a course, as one source record announces it."""

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey(Resource.id), index=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("source_record.id", ondelete="CASCADE"), index=True)
    identifier: Mapped[str | None] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    provider: Mapped[str | None] = mapped_column(Text)
    start: Mapped[Moment | None]
    end: Mapped[Moment | None]
    enrolment_start: Mapped[Moment | None]
    enrolment_end: Mapped[Moment | None]
    pace: Mapped[str | None] = mapped_column(String(20))  # self | instructor
    mode: Mapped[str | None] = mapped_column(String(20))  # online | onsite | blended
    price: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    currency: Mapped[str | None] = mapped_column(String(3))
    certificate: Mapped[bool | None]


class ResourceKey(db.Model):  # type: ignore[name-defined]
    """A name by which the same work is recognised at another source: its canonical address, DOI, ISBN, or code and organisation."""

    __table_args__ = (Index(None, "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("source_record.id", ondelete="CASCADE"), index=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey(Resource.id), index=True)
    key: Mapped[str] = mapped_column(Text)  # "url:…", "doi:…", "isbn:…", "code:…"
