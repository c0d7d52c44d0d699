"""Common Cartridge packages, opened as the importers of Canvas and Moodle open them, and held to a schema.

What is looked for is what these read: Canvas `lib/cc/importer/standard` (org_converter, weblink_converter, webcontent_converter), Moodle
`backup/converter/imscc11/lib.php` (detect_format) and `backup/cc` (cc2moodle, entity11.resource).
"""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from hub.exports import common_cartridge as cc
from hub.exports.common_cartridge import V11, V13, Cartridge, Link, Version

THEN = datetime(2026, 3, 2, 9, 30, 4, tzinfo=UTC)
HOSTILE = '<script>alert("x")</script>]]>&amp;\x00\x08\ufffe "\'\n..\\../etc/passwd'
RNG = 'xmlns="http://relaxng.org/ns/structure/1.0" datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes"'
LOCATED = '<attribute name="schemaLocation" ns="http://www.w3.org/2001/XMLSchema-instance"/>'
ID = '<attribute name="identifier"><data type="ID"/></attribute>'
GRAMMAR = """<grammar {rng} ns="{cp}">
<start><element name="manifest">{id}{located}
 <element name="metadata"><element name="schema"><value>IMS Common Cartridge</value></element>
  <element name="schemaversion"><value>{version}</value></element>
  <element name="lom" ns="{lom}"><element name="general"><element name="title"><ref name="said"/></element>
    <element name="language"><data type="language"/></element>
    <optional><element name="description"><ref name="said"/></element></optional></element>
   <element name="rights"><element name="copyrightAndOtherRestrictions">
     <element name="value"><choice><value>yes</value><value>no</value></choice></element></element>
    <element name="description"><ref name="said"/></element></element></element></element>
 <element name="organizations"><element name="organization">{id}
  <attribute name="structure"><value>rooted-hierarchy</value></attribute>
  <element name="item">{id}<oneOrMore><ref name="item"/></oneOrMore></element></element></element>
 <element name="resources"><oneOrMore><element name="resource">{id}
  <attribute name="type"><choice><value>webcontent</value><value>{link}</value></choice></attribute>
  <optional><attribute name="href"><data type="anyURI"/></attribute></optional>
  <oneOrMore><element name="file"><attribute name="href"><data type="anyURI"/></attribute></element></oneOrMore></element></oneOrMore>
 </element></element></start>
<define name="item"><element name="item">{id}
 <optional><attribute name="identifierref"><data type="IDREF"/></attribute></optional>
 <element name="title"><data type="string"><param name="minLength">1</param></data></element>
 <zeroOrMore><ref name="item"/></zeroOrMore></element></define>
<define name="said"><element name="string" ns="{lom}">
 <attribute name="language"><data type="language"/></attribute><text/></element></define>
</grammar>"""
LINK = """<element name="webLink" ns="{wl}" {rng}>{located}<element name="title"><text/></element>
 <element name="url"><attribute name="href"><data type="anyURI"/></attribute><attribute name="target"/></element></element>"""


def made(*links: Link, title: str = "Selling abroad", **values: object) -> Cartridge:
    given_ = {
        "id": "abc123", "title": title, "description": "For the autumn.", "language": "en", "rights": "Each its own.",
        "page_title": "Attribution", "page": "<!doctype html><title>A</title><p>é</p>", "links": links, "updated": THEN,
    }  # fmt: skip
    return Cartridge(**{**given_, **values})  # type: ignore[arg-type]


def opened(body: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        assert package.testzip() is None
        names = package.namelist()
        assert len(names) == len(set(names)) and all(re.fullmatch(r"[A-Za-z0-9_./-]+", name) and ".." not in name for name in names)
        return {name: package.read(name) for name in names}


def in_canvas(files: dict[str, bytes]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Modules with their items, (title, address or file), as Canvas makes them of a manifest whose namespaces it has taken away."""
    root = etree.fromstring(files["imsmanifest.xml"])
    for element in root.iter():
        element.tag = etree.QName(element).localname
    resources = {one.get("identifier"): one for one in root.findall("resources/resource")}
    modules = []
    for module in root.findall("organizations/organization/item/item"):
        items = []
        for item in module.findall("item"):
            resource = resources[item.get("identifierref")]
            place = resource.find("file").get("href")
            if re.match(r"\Aimswl", resource.get("type")):
                link = etree.fromstring(files[place])
                items.append((item.findtext("title"), link.find("{*}url").get("href")))
            else:
                assert resource.get("type") == "webcontent" and resource.get("href") == place and place in files
                items.append((item.findtext("title"), place))
        modules.append((module.findtext("title"), items))
    return modules


def in_moodle(files: dict[str, bytes]) -> list[tuple[str, str]]:
    """Names and addresses, as Moodle's reader of 1.1 finds them by XPath."""
    beginning = re.sub(r"\s", "", files["imsmanifest.xml"][:500].decode().lower()).replace('"', "").replace("'", "")
    assert "xmlns=http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1" in beginning
    names = {"imscc": "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1", "lomimscc": "http://ltsc.ieee.org/xsd/imsccv1p1/LOM/manifest"}
    root = etree.fromstring(files["imsmanifest.xml"])
    for heading in root.xpath("/imscc:manifest/imscc:organizations/imscc:organization/imscc:item/imscc:item/imscc:title", namespaces=names):
        etree.fromstring(f"<SUMMARY>{heading.text}</SUMMARY>")  # as create_node_course_sections_section does, which escapes nothing
    path = "/imscc:manifest/imscc:metadata/lomimscc:lom/lomimscc:general/lomimscc:title/lomimscc:string"
    assert root.xpath(path, namespaces=names)
    found = []
    for item in root.xpath("//imscc:item[@identifierref]", namespaces=names):
        where = f'/imscc:manifest/imscc:resources/imscc:resource[@identifier="{item.get("identifierref")}"]'
        (resource,) = root.xpath(where, namespaces=names)
        if resource.get("type") == "imswl_xmlv1p1":
            link = etree.fromstring(files[resource.xpath("imscc:file/@href", namespaces=names)[0]])
            (address,) = link.xpath("/wl:webLink/wl:url/@href", namespaces={"wl": "http://www.imsglobal.org/xsd/imsccv1p1/imswl_v1p1"})
            found.append((item.findtext("imscc:title", namespaces=names), address))
    return found


def valid(files: dict[str, bytes], version: Version) -> None:
    """Against the schemas above."""
    names = {"cp": version.packaging, "lom": version.metadata, "version": version.name, "link": version.link_type, "wl": version.link}
    grammar, one = (text.format(rng=RNG, located=LOCATED, id=ID, **names) for text in (GRAMMAR, LINK))
    etree.RelaxNG(etree.fromstring(grammar)).assertValid(etree.fromstring(files["imsmanifest.xml"]))
    link = etree.RelaxNG(etree.fromstring(one))
    for name, body in files.items():
        if name.startswith("links/"):
            link.assertValid(etree.fromstring(body))


@pytest.mark.parametrize("version", [V13, V11])
def test_what_canvas_makes_of_it(version: Version) -> None:
    files = opened(
        cc.write(made(Link("r1", "Customs", "https://a.example/1?b=c&d=e"), Link("r2", "Parcels", "https://a.example/2")), version)
    )
    assert in_canvas(files) == [
        (
            "Selling abroad",
            [("Customs", "https://a.example/1?b=c&d=e"), ("Parcels", "https://a.example/2"), ("Attribution", "attribution.html")],
        )
    ]
    valid(files, version)


def test_what_moodle_makes_of_it() -> None:
    links = Link("r1", "海关 & Zoll", "https://例子.example/海关?q=é#teil")
    files = opened(cc.write(made(links, title="Marketing & <Sales>"), V11))
    assert in_moodle(files) == [("海关 & Zoll", "https://xn--fsqu00a.example/%E6%B5%B7%E5%85%B3?q=%C3%A9#teil")]


def test_names_are_those_of_version_1_3() -> None:
    files = opened(cc.write(made(Link("r1", "Customs", "https://a.example/1"))))
    manifest = files["imsmanifest.xml"].decode()
    for text in (
        'xmlns="http://www.imsglobal.org/xsd/imsccv1p3/imscp_v1p1"',
        'xmlns:lomimscc="http://ltsc.ieee.org/xsd/imsccv1p3/LOM/manifest"',
        "http://www.imsglobal.org/profile/cc/ccv1p3/ccv1p3_imscp_v1p2_v1p0.xsd",
        "http://www.imsglobal.org/profile/cc/ccv1p3/LOM/ccv1p3_lommanifest_v1p0.xsd",
        "<schemaversion>1.3.0</schemaversion>",
        'type="imswl_xmlv1p3"',
    ):
        assert text in manifest
    assert 'xmlns="http://www.imsglobal.org/xsd/imsccv1p3/imswl_v1p3"' in files["links/001-r1.xml"].decode()


def test_equal_values_are_equal_bytes() -> None:
    one = made(Link("r1", "Customs", "https://a.example/1"))
    assert cc.write(one) == cc.write(one) != cc.write(one, V11)


def test_an_empty_shelf_and_old_times() -> None:
    files = opened(cc.write(made(updated=datetime(1970, 1, 1, tzinfo=UTC), description="")))
    assert in_canvas(files) == [("Selling abroad", [("Attribution", "attribution.html")])]
    valid(files, V13)


def test_hostile_titles_and_identifiers() -> None:
    links = [Link("../../x", HOSTILE, "https://a.example/<>\"'{}"), Link("../../x", "\x00", "https://a.example/")]
    files = opened(cc.write(made(*links, title=HOSTILE, description=HOSTILE, page=HOSTILE)))
    valid(files, V13)
    ((title, items),) = in_canvas(files)
    assert title == items[0][0] == '<script>alert("x")</script>]]>&amp; "\' ..\\../etc/passwd' and items[1][0] == "–"
    assert items[0][1] == "https://a.example/%3C%3E%22'%7B%7D"


texts = st.text(max_size=300)


@given(title=texts, description=texts, page=texts, rights=texts, titles=st.lists(texts, max_size=4), path=texts)
def test_any_text_gives_a_valid_package(title: str, description: str, page: str, rights: str, titles: list[str], path: str) -> None:
    links = [Link(f"r{n}", words, f"https://a.example/{path.replace(chr(92), '').strip() or 'x'}") for n, words in enumerate(titles)]
    try:
        for link in links:
            urlsplit(link.url)
    except ValueError:
        return
    page = page.encode("utf-8", "ignore").decode()
    for version in (V13, V11):
        files = opened(cc.write(made(*links, title=title, description=description, page=page, rights=rights), version))
        valid(files, version)
        assert len(in_canvas(files)[0][1]) == len(links) + 1
