"""OAI-PMH 2.0 repositories, records in LOM, Dublin Core, DataCite or MODS. Specification: http://www.openarchives.org/OAI/openarchivesprotocol.html"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from lxml import etree

from harvesters.clean import dates, dublin_core, formats, text, xml
from harvesters.errors import ExpiredToken, ProtocolError, SourceError
from harvesters.protocol import Harvester, Option, Page, Request, Response
from harvesters.record import Failure, Item, Raw, Withdrawn
from harvesters.sightings import oai_pmh as sighting

MEDIA_TYPE = "application/xml"
SHAPE = xml.Shape(
    start=re.compile(r"<(?:[\w.-]{1,40}:)?record(?=[\s>])(?=[^<>]{0,500}>\s{0,500}<(?:[\w.-]{1,40}:)?header[\s>/])"),
    end=re.compile(r"</(?:[\w.-]{1,40}:)?record\s{0,50}>"),
    tail=re.compile(r"<(?:[\w.-]{1,40}:)?resumptionToken|</(?:[\w.-]{1,40}:)?(?:ListRecords|GetRecord|OAI-PMH)"),
    namespaces=' xmlns="http://www.openarchives.org/OAI/2.0/"'
    + "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in dublin_core.NAMESPACES),
)
_ARGUMENTS = {"verb", "metadataprefix", "set", "from", "until", "resumptiontoken", "identifier"}
_ADVICE = {
    "cannotDisseminateFormat": "Set the option prefix to a format that the repository's ListMetadataFormats names.",
    "noSetHierarchy": "Leave the option set out: the repository has no sets.",
    "badVerb": "Check that the address is the repository's base URL, without arguments.",
    "badArgument": "Check the options set and prefix.",
}


def start(address: str, options: Mapping[str, str], since: str | None) -> tuple[Request, ...]:
    """Identify first, for the granularity and the promise about deletions; a repository that cannot is asked for its list at once."""
    context = {"since": since} if since else {}
    # Every repository has to take days (section 3.3.1), so they are safe where Identify did not answer.
    plain = _list(address, options.get("set", ""), options.get("prefix") or formats.DEFAULT, _from(since, days=True))
    return (
        Request(
            url=_url(address, "verb=Identify"), step="identify", context=context | {"base": address}, optional=True, otherwise=(plain,)
        ),
    )


def _url(address: str, arguments: str) -> str:
    """The base URL with arguments; those of the protocol that somebody pasted with the address are dropped, others stay."""
    parts = urlsplit(address)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name.lower() not in _ARGUMENTS]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "&".join(filter(None, (urlencode(kept), arguments))), ""))


def _list(address: str, chosen: str, prefix: str, since: str | None) -> Request:
    arguments = {"verb": "ListRecords", "metadataPrefix": prefix}
    if chosen:
        arguments["set"] = chosen
    if since:
        arguments["from"] = since
    return Request(url=_url(address, urlencode(arguments)), step="list", context={"base": address})


def _from(since: str | None, *, days: bool) -> str | None:
    """One unit of the granularity before `since`: what changed in the same unit may have been missed then."""
    moment = dates.moment(since)
    if moment is None:
        return None
    if days:
        return (moment - timedelta(days=1)).strftime("%Y-%m-%d")
    return (moment - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse(request: Request, response: Response, options: Mapping[str, str]) -> Page:
    """One answer. `noRecordsMatch` is an empty page (section 3.6), `badResumptionToken` an ExpiredToken, any other error a ProtocolError.

    Errors belong in answers with status 200 (section 3.1.1), yet many servers send them with 400, 404 or 422.
    """
    if request.step == "identify":
        return _identify(request, response, options)
    if request.step == "formats":
        return _formats(request, response, options)
    document = _document(response)
    root = document.root
    stamp = request.context.get("stamp") or _stamp(root, response)
    if _empty(root):
        return Page(stamp=stamp)
    if response.status >= 400:
        raise SourceError(f"{response.url} answered {response.status}.")
    if document.pieces is None:
        items = tuple(_item(record, Raw(xml.source(record), MEDIA_TYPE, response.url)) for record in _records(root))
    else:
        items = tuple(_piece(piece, response.url) for piece in document.pieces)
    follow, total = _next(request, root, stamp)
    return Page(items=items, follow=follow, stamp=stamp, total=total)


def _document(response: Response) -> xml.Document:
    document = xml.parse(response.body, response.media_type, response.charset, shape=SHAPE, url=response.url, expected="an OAI-PMH answer")
    if xml.local(document.root) != "OAI-PMH":
        raise SourceError(
            f"The answer from {response.url} is XML, but not of OAI-PMH: its root is <{xml.local(document.root)}>.",
            advice="Check that the address is the repository's base URL; it often ends in /oai or /oai/request.",
        )
    return document


def _identify(request: Request, response: Response, options: Mapping[str, str]) -> Page:
    """What the repository says of itself, and the list to ask for; where that cannot be read, the list as `start` would ask for it."""
    try:
        root = _document(response).root
        identify = _child(root, "Identify")
    except SourceError:
        identify = None
    if identify is None:
        return Page(follow=request.otherwise)
    seconds = "hh" in (_text(identify, "granularity") or "").lower()
    since = _from(request.context.get("since"), days=not seconds)
    deleted = (_text(identify, "deletedRecord") or "").strip().lower()
    base = request.context.get("base", request.url)
    prefix = options.get("prefix", "").strip()
    follow = _list(base, options.get("set", ""), prefix or formats.DEFAULT, since)
    if not prefix:
        context = {"base": base} | ({"from": since} if since else {})
        follow = Request(url=_url(base, "verb=ListMetadataFormats"), step="formats", context=context, optional=True, otherwise=(follow,))
    return Page(follow=(follow,), tracks_deletions=deleted == "persistent")


def _formats(request: Request, response: Response, options: Mapping[str, str]) -> Page:
    """The best format that the repository offers, and the list in it; in oai_dc where the answer cannot be read."""
    try:
        answer = _child(_document(response).root, "ListMetadataFormats")
    except SourceError:
        answer = None
    if answer is None:
        return Page(follow=request.otherwise)
    offered = [((_text(one, "metadataPrefix") or "").strip(), _text(one, "metadataNamespace") or "") for one in answer]
    prefix = formats.best([pair for pair in offered if pair[0]])
    return Page(follow=(_list(request.context.get("base", request.url), options.get("set", ""), prefix, request.context.get("from")),))


def _empty(root: etree._Element) -> bool:
    """True when nothing matched; raises for every other error."""
    errors = [(child.get("code") or "error", " ".join((xml.content(child) or "").split())) for child in root if xml.local(child) == "error"]
    codes = {code for code, _ in errors}
    if not codes:
        return False
    if codes == {"noRecordsMatch"}:
        return True
    words = "; ".join(f"{code}: {said[:500]}" if said else code for code, said in errors[:5])
    if "badResumptionToken" in codes:
        raise ExpiredToken(
            f"The repository does not know the resumption token any more ({words}).",
            advice="The list has to be asked for from its beginning.",
        )
    advice = next((_ADVICE[code] for code, _ in errors if code in _ADVICE), "Ask the repository's administrator.")
    raise ProtocolError(f"The repository answered with an error: {words}", advice=advice)


def _stamp(root: etree._Element, response: Response) -> str | None:
    """The repository's own clock on the first page; its HTTP header where the answer has no readable time. Never ours."""
    for said in (_text(root, "responseDate"), response.headers.get("date")):
        moment = dates.moment(said)
        if moment:
            return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    return None


def _records(root: etree._Element) -> Iterator[etree._Element]:
    for answer in root:
        if xml.local(answer) in ("ListRecords", "GetRecord"):
            yield from (child for child in answer if xml.local(child) == "record")


def _next(request: Request, root: etree._Element, stamp: str | None) -> tuple[tuple[Request, ...], int | None]:
    answer = _child(root, "ListRecords")
    found = None if answer is None else _child(answer, "resumptionToken")
    if found is None:
        return (), None
    size = found.get("completeListSize", "").strip()
    total = int(size) if size.isascii() and size.isdigit() and len(size) < 10 else None
    token = (xml.content(found) or "").strip()
    if not token:
        return (), total
    base = request.context.get("base", request.url)
    # An exclusive argument (section 3.5): nothing but the verb may stand beside it.
    url = _url(base, "verb=ListRecords&resumptionToken=" + quote(token, safe=""))
    return (Request(url=url, step="list", context={"base": base} | ({"stamp": stamp} if stamp else {})),), total


def _piece(piece: etree._Element | xml.Broken, url: str) -> Item:
    if not isinstance(piece, xml.Broken):
        return _item(piece, Raw(xml.source(piece), MEDIA_TYPE, url))
    return _broken(piece, Raw(piece.body, MEDIA_TYPE, url))


def _broken(piece: xml.Broken, raw: Raw) -> Failure:
    named = re.search(rb"<(?:[\w.-]{1,40}:)?identifier[^<>]{0,200}>([^<>]{1,1000})<", piece.body)
    return Failure(
        reason=f"The record is not well-formed XML: {piece.reason}.",
        raw=raw,
        identifier=text.identifier(named[1].decode("utf-8", "replace")) if named else None,
        advice="Ask the repository to mend the record.",
    )


def read(raw: Raw, options: Mapping[str, str]) -> Item:
    """One stored <record>."""
    try:
        return _item(xml.element(raw.body), raw)
    except ValueError:
        piece = xml.read_piece(raw.body, SHAPE.namespaces)
    return _broken(piece, raw) if isinstance(piece, xml.Broken) else _item(piece, raw)


def _item(record: etree._Element, raw: Raw) -> Item:
    header = _child(record, "header")
    identifier = text.identifier(None if header is None else _text(header, "identifier"))
    if header is None or identifier is None:
        return Failure(reason="The record has no identifier.", raw=raw, advice="Every OAI-PMH record needs one in its header.")
    datestamp: datetime | None = dates.moment((_text(header, "datestamp") or "").strip())
    if (header.get("status") or "").strip().lower() == "deleted":
        return Withdrawn(identifier=identifier, datestamp=datestamp, raw=raw)
    return formats.item(_child(record, "metadata"), identifier, datestamp, raw)


def _child(node: etree._Element, name: str) -> etree._Element | None:
    return next((child for child in node if xml.local(child) == name), None)


def _text(node: etree._Element, name: str) -> str | None:
    return xml.content(_child(node, name))


HARVESTER = Harvester(
    kind="oai-pmh",
    aliases=("oai", "oaipmh", "oai-dc"),
    title="OAI-PMH 2.0 repository",
    answers_errors=True,
    start=start,
    parse=parse,
    read=read,
    probe=sighting.probe,
    recognise=sighting.recognise,
    options=(
        Option(name="set", label="Set", help="Only this set of the repository (setSpec), for example: courses"),
        Option(
            name="prefix",
            label="Metadata prefix",
            help="A format of the repository: oai_dc, oai_lom, mods … Empty: LOM where it is offered, else oai_dc.",
        ),
    ),
)
