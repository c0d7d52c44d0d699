"""What every answer of an OAI-PMH 2.0 repository is wrapped in. Specification: http://www.openarchives.org/OAI/openarchivesprotocol.html

Elements, their order and their attributes are those of http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from hub.exports.markup import attribute, element, text

MEDIA_TYPE = "text/xml"
# Each metadata element binds this prefix itself (section 3.4): harvesters cut it out of the answer before they read it.
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/" {XSI} '
    'xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/ http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd">'
)
ARGUMENTS = ("verb", "identifier", "metadataPrefix", "from", "until", "set", "resumptionToken")  # as the schema names them
IDENTIFIER_NAMESPACE = "http://www.openarchives.org/OAI/2.0/oai-identifier"
DOMAIN = re.compile(r"[a-zA-Z][a-zA-Z0-9\-]*(\.[a-zA-Z][a-zA-Z0-9\-]*)+")  # what oai-identifier.xsd takes for a repository


@dataclass(frozen=True, slots=True)
class Format:
    """A metadata format of the repository."""

    prefix: str
    schema: str
    namespace: str


@dataclass(frozen=True, slots=True)
class Identity:
    """What Identify says. `host` is what stands in the identifiers."""

    name: str
    base_url: str
    emails: Sequence[str]
    earliest: datetime
    host: str


@dataclass(frozen=True, slots=True)
class Token:
    """The end of an incomplete list: `value` asks for the rest, and is empty where nothing is left."""

    value: str
    cursor: int
    size: int


def stamp(moment: datetime) -> str:
    """A UTCdatetime, to the second: "2026-03-02T09:00:00Z"."""
    return f"{moment.astimezone(UTC).isoformat()[:19]}Z"


def answer(base_url: str, at: datetime, said: Mapping[str, str], body: str) -> str:
    """The document. `said`: the arguments of the request; none after badVerb and badArgument (section 3.2)."""
    arguments = "".join(f' {name}="{attribute(said[name])}"' for name in ARGUMENTS if name in said)
    request = f"<request{arguments}>{text(base_url)}</request>"
    return f"{HEAD}<responseDate>{stamp(at)}</responseDate>{request}{body}</OAI-PMH>\n"


def error(code: str, message: str) -> str:
    """An error (section 3.6)."""
    return f'<error code="{code}">{text(message)}</error>'


def listing(verb: str, entries: Iterable[str], token: Token | None = None) -> str:
    """The entries of one verb, and where its list goes on."""
    return f"<{verb}>{''.join(entries)}{'' if token is None else resumption(token)}</{verb}>"


def resumption(token: Token) -> str:
    """Where the list goes on; it does not expire."""
    return f'<resumptionToken completeListSize="{token.size}" cursor="{token.cursor}">{text(token.value)}</resumptionToken>'


def header(identifier: str, moment: datetime, sets: Iterable[str], *, deleted: bool) -> str:
    """The header of a record."""
    status = ' status="deleted"' if deleted else ""
    specs = "".join([f"<setSpec>{spec}</setSpec>" for spec in sets])  # encoded already: nothing in them needs escaping
    return f"<header{status}><identifier>{text(identifier)}</identifier><datestamp>{stamp(moment)}</datestamp>{specs}</header>"


def record(header: str, metadata: str | None) -> str:
    """A record; one that is deleted has no metadata."""
    return f"<record>{header}</record>" if metadata is None else f"<record>{header}<metadata>{metadata}</metadata></record>"


def identify(identity: Identity) -> str:
    """Who the repository is, and what it promises (section 4.2)."""
    return (
        "<Identify>"
        + element("repositoryName", identity.name)
        + element("baseURL", identity.base_url)
        + "<protocolVersion>2.0</protocolVersion>"
        + "".join(element("adminEmail", email) for email in identity.emails)
        + f"<earliestDatestamp>{stamp(identity.earliest)}</earliestDatestamp>"
        + "<deletedRecord>persistent</deletedRecord><granularity>YYYY-MM-DDThh:mm:ssZ</granularity><compression>gzip</compression>"
        + scheme(identity.host)
        + "</Identify>"
    )


def scheme(host: str) -> str:
    """How identifiers are made (http://www.openarchives.org/OAI/2.0/guidelines-oai-identifier.htm). Nothing where the repository has no
    domain name: the guidelines know no other."""
    if not DOMAIN.fullmatch(host):
        return ""
    return (
        f'<description><oai-identifier xmlns="{IDENTIFIER_NAMESPACE}" {XSI} '
        f'xsi:schemaLocation="{IDENTIFIER_NAMESPACE} http://www.openarchives.org/OAI/2.0/oai-identifier.xsd">'
        f"<scheme>oai</scheme><repositoryIdentifier>{host}</repositoryIdentifier><delimiter>:</delimiter>"
        f"<sampleIdentifier>oai:{host}:0123456789</sampleIdentifier></oai-identifier></description>"
    )


def metadata_format(one: Format) -> str:
    """A format (section 4.4)."""
    return (
        "<metadataFormat>"
        + element("metadataPrefix", one.prefix)
        + element("schema", one.schema)
        + element("metadataNamespace", one.namespace)
        + "</metadataFormat>"
    )


def set_entry(spec: str, name: str) -> str:
    """A set (section 4.6)."""
    return f"<set><setSpec>{spec}</setSpec><setName>{text(name)}</setName></set>"
