"""A file of learning object metadata by itself: one `lom` or several, or the imsmanifest.xml of a content package (IMS CP, SCORM)."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from harvesters.clean import lom, xml
from harvesters.errors import SourceError
from harvesters.protocol import Harvester, Page, Request, Response
from harvesters.record import Failure, Item, Raw
from harvesters.sightings import lom_file as sighting

MEDIA_TYPE = "application/xml"
MOST = 10_000  # objects of one file
_KEPT = ("metadata", "lom")


def start(address: str, options: Mapping[str, str], since: str | None) -> tuple[Request, ...]:
    return (Request(url=address, step="page", headers={"Accept": "application/xml, text/xml;q=0.9, */*;q=0.5"}),)


def parse(request: Request, response: Response, options: Mapping[str, str]) -> Page:
    """Every object in the file; of a package the package itself, not its single files."""
    document = xml.parse(response.body, response.media_type, response.charset, url=response.url, expected="learning object metadata")
    root = document.root
    objects = [root] if xml.local(root) == "manifest" else [node for node in root.iter(etree.Element) if xml.local(node) == "lom"][:MOST]
    if not objects or lom.holder(objects[0]) is None:
        raise SourceError(
            f"The XML from {response.url} holds no learning object metadata: its root is <{xml.local(root)}>.",
            advice="Give the address of a lom file, or of a package's imsmanifest.xml.",
        )
    return Page(items=tuple(_item(node, Raw(_source(node), MEDIA_TYPE, response.url)) for node in objects), total=len(objects))


def _source(node: etree._Element) -> bytes:
    """A manifest without the list of its files, which may be long."""
    if xml.local(node) == "manifest":
        for child in list(node):
            if xml.local(child) != "metadata":
                node.remove(child)
    return xml.source(node)


def read(raw: Raw, options: Mapping[str, str]) -> Item:
    """One stored object."""
    try:
        return _item(xml.element(raw.body), raw)
    except ValueError as error:
        return Failure(reason=f"The stored object is not well-formed XML: {error}.", raw=raw)


def _item(node: etree._Element, raw: Raw) -> Item:
    inner = lom.holder(node)
    if inner is None:
        return Failure(reason="The object holds no learning object metadata.", raw=raw)
    kind = next((value for name, value in node.attrib.items() if str(name).endswith("packageType")), None)
    name = node.get("identifier") if xml.local(node) == "manifest" else None
    return lom.record(inner, name, None, raw, str(kind) if kind else None)


HARVESTER = Harvester(
    kind="lom",
    aliases=("imsmanifest", "ims", "scorm"),
    title="LOM file or content package",
    start=start,
    parse=parse,
    read=read,
    recognise=sighting.recognise,
)
