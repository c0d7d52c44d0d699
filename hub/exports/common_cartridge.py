"""IMS Common Cartridge: links with a page about them -> the bytes of a package.

Version 1.3 for Canvas and others; the same as 1.1, for Moodle's own importer knows 1.0 and 1.1 alone (`backup/converter/imscc11`: it looks
for that version's namespace in the first 500 characters of the manifest). Equal values give equal bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from lxml import etree

MEDIA_TYPE = "application/vnd.ims.imsccv1p3"
SUFFIX = ".imscc"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
PROFILES = "http://www.imsglobal.org/profile/cc"
TITLE_MOST = 255  # characters: what Moodle's tables hold
TEXT_MOST = 10_000
PAGE = "attribution.html"
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, section 2.2
NOT_NAME = re.compile(r"[^A-Za-z0-9_-]")
STRAY = re.compile(r"%(?![0-9A-Fa-f]{2})")
KEPT = "%!$&'()*+,;=:@/~?"  # of an address as it is; a path has no question mark
PLAIN = str.maketrans("&<", "＆‹")
EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)  # of a ZIP


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the standard, by the number that stands in its namespaces."""

    number: int  # 1 or 3

    @property
    def name(self) -> str:
        """As the manifest says it."""
        return f"1.{self.number}.0"

    @property
    def base(self) -> str:
        """How its namespaces begin: `imsccv1p3`."""
        return f"imsccv1p{self.number}"

    @property
    def packaging(self) -> str:
        """The manifest's namespace."""
        return f"http://www.imsglobal.org/xsd/{self.base}/imscp_v1p1"

    @property
    def metadata(self) -> str:
        """Of the package's LOM."""
        return f"http://ltsc.ieee.org/xsd/{self.base}/LOM/manifest"

    @property
    def link(self) -> str:
        """Of a web link."""
        return f"http://www.imsglobal.org/xsd/{self.base}/imswl_v1p{self.number}"

    @property
    def link_type(self) -> str:
        """What the manifest calls one."""
        return f"imswl_xmlv1p{self.number}"

    def located(self) -> str:
        """Where the schemas of a manifest are."""
        place = f"{PROFILES}/ccv1p{self.number}"
        packaging = f"{self.packaging} {place}/ccv1p{self.number}_imscp_v1p2_v1p0.xsd"
        return f"{packaging} {self.metadata} {place}/LOM/ccv1p{self.number}_lommanifest_v1p0.xsd"


V13, V11 = Version(3), Version(1)


@dataclass(frozen=True, slots=True)
class Link:
    """One link. `id` is ours; `url` an absolute address of the web."""

    id: str
    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cartridge:
    """What goes into the package. `page` is a whole HTML document; `rights` says in a sentence what may be done with it."""

    id: str
    title: str
    description: str
    language: str  # BCP 47
    rights: str
    page_title: str
    page: str
    links: Sequence[Link]
    updated: datetime


def write(cartridge: Cartridge, version: Version = V13) -> bytes:
    """The package."""
    files = {"imsmanifest.xml": manifest(cartridge, version)}
    files |= {place(number, link): web_link(link, version) for number, link in enumerate(cartridge.links, 1)}
    files[PAGE] = NOT_XML.sub("", cartridge.page).encode()
    buffer, moment = io.BytesIO(), max(cartridge.updated.astimezone(UTC), EARLIEST)
    with zipfile.ZipFile(buffer, "w") as package:
        for name, body in files.items():
            entry = zipfile.ZipInfo(name, moment.timetuple()[:6])
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            package.writestr(entry, body)
    return buffer.getvalue()


def manifest(cartridge: Cartridge, version: Version) -> bytes:
    """imsmanifest.xml. Importers take the second level of items as modules or sections: the package is one of them."""
    root = etree.Element(
        f"{{{version.packaging}}}manifest",
        nsmap={None: version.packaging, "lomimscc": version.metadata, "xsi": XSI},  # type: ignore[dict-item]
    )
    root.set("identifier", name("shelf", cartridge.id))
    root.set(f"{{{XSI}}}schemaLocation", version.located())
    described(root, cartridge, version)
    organization = sub(sub(root, "organizations"), "organization", identifier="organization", structure="rooted-hierarchy")
    module = sub(sub(organization, "item", identifier="root"), "item", identifier="module")
    heading = title(cartridge.title)
    sub(module, "title").text = heading.translate(PLAIN) if version is V11 else heading  # Moodle (cc2moodle.php) puts it into XML as it is
    resources = sub(root, "resources")
    for number, link in enumerate(cartridge.links, 1):
        listed(module, f"item-{number}", f"link-{number}", link.title)
        resource = sub(resources, "resource", identifier=f"link-{number}", type=version.link_type)
        sub(resource, "file", href=place(number, link))
    listed(module, "item-attribution", "attribution", cartridge.page_title)
    sub(sub(resources, "resource", identifier="attribution", type="webcontent", href=PAGE), "file", href=PAGE)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def described(root: etree._Element, cartridge: Cartridge, version: Version) -> None:
    """Name and version of the standard, and the package's LOM in the order of its schema."""
    metadata = sub(root, "metadata")
    sub(metadata, "schema").text = "IMS Common Cartridge"
    sub(metadata, "schemaversion").text = version.name
    lom = etree.SubElement(metadata, f"{{{version.metadata}}}lom")
    general = sub(lom, "general")
    said(sub(general, "title"), title(cartridge.title), cartridge.language)
    sub(general, "language").text = cartridge.language
    if cartridge.description.strip():
        said(sub(general, "description"), text(cartridge.description)[:TEXT_MOST], cartridge.language)
    rights = sub(lom, "rights")
    sub(sub(rights, "copyrightAndOtherRestrictions"), "value").text = "yes"
    said(sub(rights, "description"), text(cartridge.rights)[:TEXT_MOST], cartridge.language)


def listed(module: etree._Element, identifier: str, target: str, words: str) -> None:
    """A line of the module."""
    sub(sub(module, "item", identifier=identifier, identifierref=target), "title").text = title(words)


def web_link(link: Link, version: Version) -> bytes:
    """The file of one link."""
    root = etree.Element(f"{{{version.link}}}webLink", nsmap={None: version.link, "xsi": XSI})  # type: ignore[dict-item]
    schema = f"{PROFILES}/ccv1p{version.number}/ccv1p{version.number}_imswl_v1p{version.number}.xsd"
    root.set(f"{{{XSI}}}schemaLocation", f"{version.link} {schema}")
    sub(root, "title").text = title(link.title)
    sub(root, "url", href=ascii_address(link.url), target="_blank")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def sub(parent: etree._Element, tag: str, **attributes: Any) -> etree._Element:
    """A part in the namespace of its parent."""
    return etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{tag}", attributes)


def said(parent: etree._Element, words: str, language: str) -> None:
    """A text in a language, as LOM has it."""
    sub(parent, "string", language=language).text = words


def place(number: int, link: Link) -> str:
    """The name of a link's file."""
    return f"links/{number:03}-{NOT_NAME.sub('', link.id)[:40]}.xml"


def name(what: str, id: str) -> str:
    """An identifier, which must begin with a letter and hold no odd characters (xs:ID)."""
    return f"{what}-{NOT_NAME.sub('', id)[:40]}"


def title(words: str) -> str:
    """A title of one line, and never of none."""
    return " ".join(text(words).split())[:TITLE_MOST].rstrip() or "–"


def text(words: str) -> str:
    """Without what XML cannot have."""
    return NOT_XML.sub("", words)


def ascii_address(url: str) -> str:
    """An address as importers check it: ASCII alone (RFC 3986)."""
    parts = urlsplit(url)
    try:
        host = parts.netloc.encode("ascii").decode()
    except UnicodeEncodeError:
        host = parts.netloc.encode("idna").decode()
    path, query, fragment = (quote(STRAY.sub("%25", part), safe=KEPT) for part in (parts.path, parts.query, parts.fragment))
    return urlunsplit((parts.scheme, host, path, query, fragment))
