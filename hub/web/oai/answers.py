"""The six verbs of OAI-PMH: arguments -> the document that answers them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from hub.exports import dublin_core, lom, lrmi, oai_pmh
from hub.exports.oai_pmh import Format, Identity, Token
from hub.exports.site import Site
from hub.services import disclosing, grouping, resuming
from hub.services.disclosing import Ask, Entry
from hub.services.resuming import Place
from hub.web.oai import arguments
from hub.web.oai.arguments import Refused

SETS = 1_000  # of a page
PUBLIC_ID = re.compile(r"[0-9a-z]{1,16}")


@dataclass(frozen=True, slots=True)
class Repository:
    """Who answers. Addresses are absolute; `schemas` ends in a slash, `site` does not."""

    base_url: str
    site: str
    schemas: str
    name: str
    email: str
    host: str  # in identifiers
    secret: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A metadata format: what is read of a resource for it, how many make a page, and how one is written."""

    format: Callable[[Repository], Format]
    form: str  # brief or full, as `disclosing.page` has it
    page: int
    write: Callable[[Entry, Repository], str]


def oai_dc(entry: Entry, us: Repository) -> str:
    """The metadata in Dublin Core."""
    assert entry.brief is not None
    return dublin_core.write(entry.brief, page_of(entry, us))


def ieee_lom(entry: Entry, us: Repository) -> str:
    """The metadata in LOM."""
    assert entry.full is not None
    return lom.write(entry.full, page_of(entry, us))


def oai_lrmi(entry: Entry, us: Repository) -> str:
    """The metadata as JSON-LD."""
    assert entry.full is not None
    return lrmi.write(entry.full, Site(us.site, us.name), us.schemas)


KINDS: Mapping[str, Kind] = {
    "oai_dc": Kind(lambda us: dublin_core.FORMAT, "brief", 500, oai_dc),
    "lom": Kind(lambda us: lom.FORMAT, "full", 250, ieee_lom),
    "oai_lrmi": Kind(lambda us: lrmi.format_at(us.schemas), "full", 250, oai_lrmi),
}
HEADERS = 1_000  # of a page of ListIdentifiers


def answer(session: Any, us: Repository, pairs: arguments.Pairs | None) -> str:
    """The document. Whatever the arguments are, it is one that OAI-PMH.xsd allows."""
    at = disclosing.settled()
    said: dict[str, str] = {}
    try:
        found = arguments.check(pairs)
        said = arguments.repeated(found)
        body = VERBS[found["verb"]](session, us, found)
    except Refused as refused:
        if refused.code in ("badVerb", "badArgument"):
            said = {}
        body = oai_pmh.error(refused.code, refused.message)
    return oai_pmh.answer(us.base_url, at, said, body)


def identify(session: Any, us: Repository, found: Mapping[str, str]) -> str:
    """Section 4.2."""
    earliest = disclosing.earliest(session) or disclosing.settled()
    return oai_pmh.identify(Identity(us.name, us.base_url, [us.email], earliest, us.host))


def list_metadata_formats(session: Any, us: Repository, found: Mapping[str, str]) -> str:
    """Section 4.4. Every resource is there in every format; one that is gone, in none."""
    if "identifier" in found:
        there = disclosing.is_known(session, public_id(us, found["identifier"]))
        if there is None:
            raise no_such()
        if not there:
            raise Refused("noMetadataFormats", "The record was deleted.")
    return oai_pmh.listing("ListMetadataFormats", (oai_pmh.metadata_format(kind.format(us)) for kind in KINDS.values()))


def list_sets(session: Any, us: Repository, found: Mapping[str, str]) -> str:
    """Section 4.6. After the last name that was given, so that sets which come or go meanwhile do no harm."""
    sets = grouping.sets(session)
    place = resumed(us, found) or Place("ListSets", None, None, None, None, ("", 0), 0, len(sets))
    rest = [pair for pair in sets if pair[0] > str(place.after[0])]
    if not rest:
        raise Refused("badResumptionToken", "The list has ended.")
    shown = rest[:SETS]
    token = following(us, place, (shown[-1][0], 0), len(shown), more=len(rest) > SETS)
    return oai_pmh.listing("ListSets", (oai_pmh.set_entry(spec, name) for spec, name in shown), token)


def get_record(session: Any, us: Repository, found: Mapping[str, str]) -> str:
    """Section 4.1."""
    kind = kind_of(found["metadataPrefix"])
    entry = disclosing.one(session, public_id(us, found["identifier"]), form=kind.form)
    if entry is None:
        raise no_such()
    return oai_pmh.listing("GetRecord", [record(entry, us, kind)])


def list_identifiers(session: Any, us: Repository, found: Mapping[str, str]) -> str:
    """Section 4.3."""
    return listed(session, us, found, lambda entry, kind: header(entry, us))


def list_records(session: Any, us: Repository, found: Mapping[str, str]) -> str:
    """Section 4.5."""
    return listed(session, us, found, lambda entry, kind: record(entry, us, kind))


def listed(session: Any, us: Repository, found: Mapping[str, str], write: Callable[[Entry, Kind], str]) -> str:
    """A page of headers or records, and where it goes on."""
    verb = found["verb"]
    place = resumed(us, found) or Place(
        verb, found.get("metadataPrefix"), found.get("set"), found.get("from"), found.get("until"), ("", 0), 0, -1
    )
    kind = kind_of(place.prefix or "")
    span = arguments.span(place.since, place.until)
    ask = Ask(place.set, span.since, span.before)
    form, limit = (kind.form, kind.page) if verb == "ListRecords" else ("header", HEADERS)
    after = (resuming.moment(place.after[0]), place.after[1]) if place.after[0] else None
    page = disclosing.page(session, ask, form=form, limit=limit, after=after)
    if page.last is None and after is not None:
        # All that was to come has changed and left the span or the set. No list may be empty, and an error would end a harvest that is
        # complete: the last record comes once more.
        page = disclosing.again(session, after[1], form=form)
    if page.last is None:
        raise Refused("noRecordsMatch", "There are no records for these arguments.")
    if place.size < 0:
        place = replace(place, size=disclosing.count(session, ask) if page.more else page.many)
    token = following(us, place, (resuming.micros(page.last[0]), page.last[1]), page.many, more=page.more)
    return oai_pmh.listing(verb, [write(entry, kind) for entry in page.entries], token)


def resumed(us: Repository, found: Mapping[str, str]) -> Place | None:
    """Where the list goes on; None for a new one. Raises Refused."""
    if "resumptionToken" not in found:
        return None
    try:
        place = resuming.unseal(found["resumptionToken"], us.secret)
    except resuming.BadToken:
        place = None
    if place is None or place.verb != found["verb"]:
        raise Refused("badResumptionToken", "This token was not made here for this verb, or somebody changed it.")
    return place


def following(us: Repository, place: Place, last: tuple[str, int], many: int, *, more: bool) -> Token | None:
    """The token at the end of a page; none where all fits into one (section 3.5)."""
    if not more and not place.cursor:
        return None
    done = place.cursor + many
    size = max(place.size, done + more)
    value = resuming.seal(replace(place, after=last, cursor=done, size=size), us.secret) if more else ""
    return Token(value, place.cursor, size)


def kind_of(prefix: str) -> Kind:
    """The format. Raises Refused."""
    if prefix not in KINDS:
        raise Refused("cannotDisseminateFormat", f"There is no such format. Formats: {', '.join(KINDS)}.")
    return KINDS[prefix]


def public_id(us: Repository, identifier: str) -> str:
    """The resource that an identifier of ours names. Raises Refused."""
    start, _, id = identifier.rpartition(":")
    if start.lower() != f"oai:{us.host}" or not PUBLIC_ID.fullmatch(id):
        raise no_such()
    return id


def no_such() -> Refused:
    return Refused("idDoesNotExist", "There is and was no such record here.")


def header(entry: Entry, us: Repository) -> str:
    """The header of a record."""
    return oai_pmh.header(f"oai:{us.host}:{entry.public_id}", entry.updated_at, entry.sets, deleted=entry.gone)


def record(entry: Entry, us: Repository, kind: Kind) -> str:
    """A record with its metadata; without them when it is gone."""
    return oai_pmh.record(header(entry, us), None if entry.gone else kind.write(entry, us))


def page_of(entry: Entry, us: Repository) -> str:
    """The address of the resource's page that never changes."""
    return f"{us.site}/resources/{entry.public_id}"


VERBS: Mapping[str, Callable[[Any, Repository, Mapping[str, str]], str]] = {
    "Identify": identify,
    "ListMetadataFormats": list_metadata_formats,
    "ListSets": list_sets,
    "GetRecord": get_record,
    "ListIdentifiers": list_identifiers,
    "ListRecords": list_records,
}
