"""What the API answers with: resources, and what lists have in common."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field, field_serializer


class Shape(BaseModel):
    """A value in an answer."""

    model_config = ConfigDict(from_attributes=True)


class Page(Shape):
    """A part of a list."""

    next: str | None = Field(None, description="Cursor of the next part; null at the end. The Link header has its whole address.")


class Paging(BaseModel):
    """Parameters of every list."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(20, ge=1, le=100, description="How many at most.")
    cursor: str | None = Field(None, max_length=1_000, description="`next` of the part before.")


class Label(Shape):
    """A concept of the vocabulary, named."""

    notation: str
    uri: str
    labels: dict[str, str] = Field(description="Language (BCP 47) to label.")
    origin: str = Field(description="Who says so: source, rule or person.")
    confidence: float


class Agent(Shape):
    """A person or an organisation with a part in a resource."""

    name: str
    role: str
    url: str | None
    organisation: bool | None


class Offering(Shape):
    """One run of a course."""

    identifier: str | None
    url: str | None
    provider: str | None
    start: datetime | None
    end: datetime | None
    enrolment_start: datetime | None
    enrolment_end: datetime | None
    pace: str | None
    mode: str | None
    price: Decimal | None
    currency: str | None
    certificate: bool | None


class Identifier(Shape):
    """A name that the whole world shares."""

    scheme: str
    value: str


class Origin(Shape):
    """A record behind a resource."""

    source: str
    source_title: str
    identifier: str
    url: str | None
    state: str
    first_seen_at: datetime
    last_seen_at: datetime


class Resource(Shape):
    """A resource of the catalogue. What nobody says is null or empty."""

    id: str = Field(description="Public id, never given twice.")
    page: str = Field(description="Its page on the site.")
    version: int
    title: str
    alternative_titles: list[str]
    summary: str | None
    description: str | None = Field(description="Sanitised HTML.")
    url: str | None = Field(description="Where a learner goes.")
    resource_type: str | None
    languages: list[str]
    subtitle_languages: list[str]
    agents: list[Agent]
    provider: str | None
    institution: str | None
    code: str | None
    licence: str | None = Field(description="SPDX identifier where there is one.")
    licence_family: str | None
    licence_url: str | None
    rights: str | None
    free: bool | None
    certificate: bool | None
    credits: Decimal | None
    duration: str | None
    workload_min: float | None
    workload_max: float | None
    levels: list[str]
    subjects: list[str]
    keywords: list[str]
    teaches: list[str]
    prerequisites: list[str]
    audience: list[str]
    image: str | None
    created: datetime | None
    published: datetime | None
    modified: datetime | None
    topics: list[Label]
    platforms: list[Label]
    identifiers: list[Identifier]
    same_as: list[str]
    offerings: list[Offering]
    completeness: int
    score: float | None = Field(description="Mean of its public reviews, 1 to 5.")
    reviews: int
    adoptions: int
    catalogued_at: datetime
    updated_at: datetime

    @field_serializer("credits", when_used="unless-none")
    def plain_credits(self, value: Decimal) -> str:
        """As it was written."""
        return format(value, "f")


class Provenance(Shape):
    """Where a value comes from."""

    source: str | None = Field(description="Name of the source whose record gave it.")
    inferred: bool = Field(description="A rule found it; no source says so.")
    corrected_at: datetime | None = Field(description="When a curator corrected it: their word stands.")


class ResourceInFull(Resource):
    """A resource with where the catalogue knows it from."""

    origins: list[Origin] = Field(description="The records behind it.")
    provenance: dict[str, Provenance] = Field(description="For each field, where its value comes from.")


class House(Shape):
    """An institution, named."""

    slug: str
    name: str
    name_zh: str | None
    kind: str
