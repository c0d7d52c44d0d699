"""Records that programs send to the hub: nothing is asked of anybody, and each payload is one record as JSON, in the fields of `Record`.

What is sent is checked strictly, since whoever sends it can mend it at once: an unknown field, a wrong type or a value that is none is a
failure that says where.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from harvesters.clean import dates, duration, html, identifier, language, licence, money, text, url
from harvesters.protocol import Harvester, Page, Request, Response
from harvesters.record import Agent, Failure, Identifier, Item, Offering, Raw, Record

MEDIA_TYPE = "application/json"
NAME_MOST, MONEY_MOST = 500, 9_999_999
ERRORS_TOLD = 5


def cleaned(read: Callable[[Any], Any], what: str) -> BeforeValidator:
    """A cleaner as a check: what it makes nothing of is wrong."""

    def check(value: Any) -> Any:
        if value is None:
            return None
        found = read(value)
        if found is None:
            raise ValueError(f"is no {what}")
        return found

    return BeforeValidator(check)


def text_alone(read: Callable[[str], Any]) -> Callable[[Any], Any]:
    """Numbers are no texts here."""
    return lambda value: read(value) if isinstance(value, str) else None


Line = Annotated[str, cleaned(text_alone(text.line), "text that can be read"), Field(max_length=2_000)]
Name = Annotated[str, cleaned(text_alone(text.identifier), "name of a record"), Field(max_length=NAME_MOST)]
Plain = Annotated[str, cleaned(text_alone(lambda value: html.plain(value, text.SUMMARY)), "text that can be read")]
Rich = Annotated[str, cleaned(text_alone(html.rich), "text that can be read")]
Address = Annotated[str, cleaned(text_alone(url.absolute), "web address")]
Language = Annotated[str, cleaned(text_alone(language.tag), "language (BCP 47)")]
Moment = Annotated[datetime, cleaned(text_alone(dates.moment), "date (ISO 8601)")]
Licence = Annotated[str, cleaned(text_alone(licence.licence), "licence that we know")]
Duration = Annotated[str, cleaned(text_alone(duration.duration), "duration (ISO 8601)")]
Currency = Annotated[str, cleaned(text_alone(money.currency), "currency (ISO 4217)")]
Lines = Annotated[list[Line], Field(max_length=text.LIST)]
Price = Annotated[Decimal, Field(ge=0, le=MONEY_MOST, decimal_places=2)]
Hours = Annotated[float, Field(ge=0, le=168)]
Levels = Literal["school", "vocational", "undergraduate", "postgraduate", "professional", "introductory", "intermediate", "advanced"]
Types = Literal["course", "programme", "textbook", "video", "article", "dataset", "tool", "case", "exercise", "podcast", "material"]


class Entry(BaseModel):
    """Parts of a record know their fields and no others."""

    model_config = ConfigDict(extra="forbid")


class SentAgent(Entry):
    """A person or an organisation."""

    name: Line
    role: Literal["creator", "instructor", "contributor", "publisher", "provider"] = "creator"
    url: Address | None = None
    organisation: bool | None = None


class SentOffering(Entry):
    """One run of a course."""

    identifier: Line | None = None
    url: Address | None = None
    start: Moment | None = None
    end: Moment | None = None
    enrolment_start: Moment | None = None
    enrolment_end: Moment | None = None
    pace: Literal["self", "instructor"] | None = None
    mode: Literal["online", "onsite", "blended"] | None = None
    price: Price | None = None
    currency: Currency | None = None
    certificate: bool | None = None
    provider: Line | None = None


class SentIdentifier(Entry):
    """A name that the whole world shares."""

    scheme: Literal["doi", "isbn", "issn", "handle"]
    value: Annotated[str, Field(min_length=1, max_length=2_000)]


class SentRecord(Entry):
    """One record. `identifier` is its name at the sender: sending it again changes the record. What is unknown is left out."""

    identifier: Name
    title: Line
    datestamp: Moment | None = None
    url: Address | None = None
    resource_type: Types | None = None
    alternative_titles: Lines = []
    summary: Plain | None = None
    description: Rich | None = None
    languages: Annotated[list[Language], Field(max_length=20)] = []
    subtitle_languages: Annotated[list[Language], Field(max_length=100)] = []
    agents: Annotated[list[SentAgent], Field(max_length=text.LIST)] = []
    provider: Line | None = None
    institution: Line | None = None
    code: Line | None = None
    group: Name | None = None
    identifiers: Annotated[list[SentIdentifier], Field(max_length=20)] = []
    same_as: Annotated[list[Address], Field(max_length=50)] = []
    licence: Licence | None = None
    licence_url: Address | None = None
    rights: Plain | None = None
    free: bool | None = None
    certificate: bool | None = None
    credits: Annotated[Decimal, Field(ge=0, le=999, decimal_places=2)] | None = None
    offerings: Annotated[list[SentOffering], Field(max_length=200)] = []
    duration: Duration | None = None
    workload_min: Hours | None = None
    workload_max: Hours | None = None
    levels: Annotated[list[Levels], Field(max_length=8)] = []
    subjects: Lines = []
    keywords: Lines = []
    teaches: Lines = []
    prerequisites: Lines = []
    audience: Lines = []
    image: Address | None = None
    created: Moment | None = None
    published: Moment | None = None
    modified: Moment | None = None


def start(address: str, options: Mapping[str, str], since: str | None) -> tuple[Request, ...]:
    """Nothing is asked."""
    return ()


def parse(request: Request, response: Response, options: Mapping[str, str]) -> Page:
    """Never needed: nothing is asked."""
    return Page()


def read(raw: Raw, options: Mapping[str, str]) -> Item:
    """What a program sent -> the record, or what is wrong with it."""
    try:
        sent = SentRecord.model_validate_json(raw.body)
    except ValidationError as error:
        return Failure(reason=told(error), raw=raw, identifier=name_of(raw), advice="Send the record again when it is mended.")
    values = {name: kept(getattr(sent, name)) for name in SentRecord.model_fields if name != "identifiers"}
    return Record(raw=raw, identifiers=names_of(sent.identifiers), **values)


def told(error: ValidationError) -> str:
    """What is wrong, and where, in one sentence."""
    found = error.errors()
    parts = [f"{'/'.join(map(str, one['loc'])) or 'the record'}: {one['msg']}"[:300] for one in found[:ERRORS_TOLD]]
    return "; ".join(parts) + (f"; and {len(found) - ERRORS_TOLD} more." if len(found) > ERRORS_TOLD else ".")


def name_of(raw: Raw) -> str | None:
    """The name of a record that cannot be read otherwise."""

    class Named(BaseModel):
        """Its name alone."""

        identifier: Name

    try:
        return Named.model_validate_json(raw.body).identifier
    except ValidationError:
        return None


def names_of(sent: list[SentIdentifier]) -> tuple[Identifier, ...]:
    """Names in the one way to write them; what is none is left out."""
    clean = {"doi": identifier.doi, "isbn": identifier.isbn, "issn": identifier.issn, "handle": identifier.handle}
    found = {Identifier(scheme=one.scheme, value=value): None for one in sent if (value := clean[one.scheme](one.value))}
    return tuple(found)


def kept(value: Any) -> Any:
    """A value of the model -> as a Record has it."""
    if isinstance(value, SentAgent):
        return Agent(**value.model_dump())
    if isinstance(value, SentOffering):
        return Offering(**value.model_dump())
    if isinstance(value, list):
        parts = [kept(part) for part in value]
        return tuple(dict.fromkeys(parts))
    return value


HARVESTER = Harvester(
    kind="pushed", title="Sent by programs over the API", start=start, parse=parse, read=read, lists_all=False, internal=True
)
