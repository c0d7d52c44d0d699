"""The demo repository's answers to OAI-PMH 2.0 requests, made from demo/sources/repository/records.xml.

Resumption tokens carry their whole request, so that they never expire while the server runs.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

OAI = "{http://www.openarchives.org/OAI/2.0/}"
SETS = {"courses": "Courses 课程", "textbooks": "Textbooks 教材", "cases": "Case studies 案例", "media": "Media and data 媒体与数据"}
PAGE_SIZE = 15
DAY, SECOND = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
LISTING = {"metadataPrefix", "from", "until", "set", "resumptionToken"}
ARGUMENTS: dict[str, set[str]] = {
    "Identify": set(),
    "ListMetadataFormats": {"identifier"},
    "ListSets": {"resumptionToken"},
    "GetRecord": {"identifier", "metadataPrefix"},
    "ListRecords": LISTING,
    "ListIdentifiers": LISTING,
}
for prefix, address in {
    "": "http://www.openarchives.org/OAI/2.0/",
    "oai_dc": "http://www.openarchives.org/OAI/2.0/oai_dc/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}.items():
    ET.register_namespace(prefix, address)


class ProtocolError(Exception):
    """One of the error codes of OAI-PMH 2.0, section 3.6."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Slice:
    """What a listing asks for, and where in it this answer begins. A token is its fields."""

    start: int = 0
    since: str = ""
    until: str = ""
    of_set: str = ""

    def token(self, start: int) -> str:
        return f"oai_dc!{start}!{self.since}!{self.until}!{self.of_set}"


class Repository:
    """Answers requests about the records of one ListRecords document."""

    def __init__(self, document: bytes) -> None:
        self.records = sorted(ET.fromstring(document).iter(f"{OAI}record"), key=datestamp)

    def answer(self, arguments: Mapping[str, Sequence[str]], base_url: str) -> bytes:
        root = ET.Element(f"{OAI}OAI-PMH")
        ET.SubElement(root, f"{OAI}responseDate").text = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        request = ET.SubElement(root, f"{OAI}request")
        request.text = base_url
        try:
            asked = checked(arguments)
            request.attrib.update(asked)
            root.append(self.verbs()[asked["verb"]](asked | {"baseURL": base_url}))
        except ProtocolError as error:
            if error.code in {"badVerb", "badArgument"}:
                request.attrib.clear()
            ET.SubElement(root, f"{OAI}error", code=error.code).text = str(error)
        document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
        return document

    def verbs(self) -> dict[str, Callable[[Mapping[str, str]], ET.Element]]:
        return {
            "Identify": self.identify,
            "ListMetadataFormats": self.formats,
            "ListSets": self.sets,
            "GetRecord": self.get,
            "ListRecords": self.list_records,
            "ListIdentifiers": self.list_records,
        }

    def identify(self, asked: Mapping[str, str]) -> ET.Element:
        return element(
            "Identify",
            repositoryName="Qiantang University of Commerce: open teaching repository",
            baseURL=asked["baseURL"],
            protocolVersion="2.0",
            adminEmail="library@qiantang.example",
            earliestDatestamp=datestamp(self.records[0]),
            deletedRecord="persistent",
            granularity="YYYY-MM-DDThh:mm:ssZ",
        )

    def formats(self, asked: Mapping[str, str]) -> ET.Element:
        if "identifier" in asked:
            self.known(asked["identifier"])
        listing = ET.Element(f"{OAI}ListMetadataFormats")
        schema, space = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd", "http://www.openarchives.org/OAI/2.0/oai_dc/"
        listing.append(element("metadataFormat", metadataPrefix="oai_dc", schema=schema, metadataNamespace=space))
        return listing

    def sets(self, asked: Mapping[str, str]) -> ET.Element:
        if "resumptionToken" in asked:
            raise ProtocolError("badResumptionToken", "The list of sets has one page.")
        listing = ET.Element(f"{OAI}ListSets")
        listing.extend(element("set", setSpec=spec, setName=name) for spec, name in SETS.items())
        return listing

    def get(self, asked: Mapping[str, str]) -> ET.Element:
        require_format(asked)
        if "identifier" not in asked:
            raise ProtocolError("badArgument", "GetRecord needs an identifier.")
        found = ET.Element(f"{OAI}GetRecord")
        found.append(self.known(asked["identifier"]))
        return found

    def known(self, identifier: str) -> ET.Element:
        for record in self.records:
            if record.findtext(f"{OAI}header/{OAI}identifier") == identifier:
                return record
        raise ProtocolError("idDoesNotExist", "No record has this identifier.")

    def list_records(self, asked: Mapping[str, str]) -> ET.Element:
        wanted = resumed(asked["resumptionToken"]) if "resumptionToken" in asked else first(asked)
        chosen = [record for record in self.records if fits(record, wanted)]
        if not chosen:
            raise ProtocolError("noRecordsMatch", "No record matches.")
        if wanted.start >= len(chosen):
            raise ProtocolError("badResumptionToken", "The list ends before this token.")
        end = wanted.start + PAGE_SIZE
        listing = ET.Element(f"{OAI}{asked['verb']}")
        headers_only = asked["verb"] == "ListIdentifiers"
        listing.extend(header(record) if headers_only else record for record in chosen[wanted.start : end])
        if len(chosen) > PAGE_SIZE:
            token = ET.SubElement(listing, f"{OAI}resumptionToken", completeListSize=str(len(chosen)), cursor=str(wanted.start))
            token.text = wanted.token(end) if end < len(chosen) else None
        return listing


def checked(arguments: Mapping[str, Sequence[str]]) -> dict[str, str]:
    if any(len(values) != 1 for values in arguments.values()):
        raise ProtocolError("badArgument", "An argument is repeated.")
    asked = {name: values[0] for name, values in arguments.items()}
    verb = asked.get("verb", "")
    if verb not in ARGUMENTS:
        raise ProtocolError("badVerb", "The verb is missing or unknown.")
    if not set(asked) - {"verb"} <= ARGUMENTS[verb]:
        raise ProtocolError("badArgument", f"{verb} does not know one of the arguments.")
    if "resumptionToken" in asked and len(asked) > 2:
        raise ProtocolError("badArgument", "resumptionToken is an exclusive argument.")
    return asked


def require_format(asked: Mapping[str, str]) -> None:
    if "metadataPrefix" not in asked:
        raise ProtocolError("badArgument", "metadataPrefix is missing.")
    if asked["metadataPrefix"] != "oai_dc":
        raise ProtocolError("cannotDisseminateFormat", "This repository has oai_dc only.")


def first(asked: Mapping[str, str]) -> Slice:
    require_format(asked)
    since, until = asked.get("from", ""), asked.get("until", "")
    if not all(real_date(value) for value in (since, until) if value):
        raise ProtocolError("badArgument", "from and until are dates: YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ.")
    if since and until and (len(since) != len(until) or since > until):
        raise ProtocolError("badArgument", "from and until need the same granularity, and from comes first.")
    return Slice(0, since, until, asked.get("set", ""))


def real_date(value: str) -> bool:
    if not (DAY.fullmatch(value) or SECOND.fullmatch(value)):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def resumed(token: str) -> Slice:
    parts = token.split("!")
    if len(parts) != 5 or parts[0] != "oai_dc" or not re.fullmatch(r"[1-9][0-9]{0,5}", parts[1]):
        raise ProtocolError("badResumptionToken", "This token is not one of ours.")
    return Slice(int(parts[1]), *parts[2:])


def fits(record: ET.Element, wanted: Slice) -> bool:
    stamp = datestamp(record)
    late_enough = stamp[: len(wanted.since)] >= wanted.since
    early_enough = not wanted.until or stamp[: len(wanted.until)] <= wanted.until
    return late_enough and early_enough and wanted.of_set in ("", record.findtext(f"{OAI}header/{OAI}setSpec"))


def datestamp(record: ET.Element) -> str:
    return record.findtext(f"{OAI}header/{OAI}datestamp", "")


def header(record: ET.Element) -> ET.Element:
    found = record.find(f"{OAI}header")
    assert found is not None
    return found


def element(tag: str, **children: str) -> ET.Element:
    made = ET.Element(f"{OAI}{tag}")
    for name, text in children.items():
        ET.SubElement(made, f"{OAI}{name}").text = text
    return made
