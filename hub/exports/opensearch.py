"""OpenSearch 1.1: how a browser, or another hub, searches here. https://github.com/dewitt/opensearch"""

from __future__ import annotations

import json
from collections.abc import Iterable

from lxml import etree

from hub.exports import atom, rss
from hub.exports.site import Site

MEDIA_TYPE = "application/opensearchdescription+xml"
SUGGESTIONS = "application/x-suggestions+json"
NAMESPACE = "http://a9.com/-/spec/opensearch/1.1/"
SHORT, LONG, DESCRIPTION = 16, 48, 1024  # characters that the specification allows


def describe(site: Site, description: str) -> bytes:
    """The description document, in UTF-8."""
    root = etree.Element(f"{{{NAMESPACE}}}OpenSearchDescription", nsmap={None: NAMESPACE})  # type: ignore[dict-item]  # as in atom.py
    for name, value in (
        ("ShortName", site.name[:SHORT].strip()),
        ("LongName", site.name[:LONG].strip()),
        ("Description", description[:DESCRIPTION]),
        ("InputEncoding", "UTF-8"),
        ("OutputEncoding", "UTF-8"),
        ("Language", "*"),
    ):
        etree.SubElement(root, f"{{{NAMESPACE}}}{name}").text = atom.NOT_XML.sub("", value)
    image = etree.SubElement(root, f"{{{NAMESPACE}}}Image", type="image/svg+xml")
    image.text = f"{site.address}/static/favicon.svg"
    for media_type, template, rel in (
        ("text/html", "/search?q={searchTerms}&page={startPage?}", "results"),
        (atom.MEDIA_TYPE, "/search.atom?q={searchTerms}", "results"),
        (rss.MEDIA_TYPE, "/search.rss?q={searchTerms}", "results"),
        (SUGGESTIONS, "/suggest.json?q={searchTerms}", "suggestions"),
        (MEDIA_TYPE, "/opensearch.xml", "self"),
    ):
        etree.SubElement(root, f"{{{NAMESPACE}}}Url", type=media_type, rel=rel, template=site.address + template)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def suggest(typed: str, found: Iterable[tuple[str, str]]) -> bytes:
    """Suggestions: what was typed, the texts, remarks to them, and their addresses (OpenSearch Suggestions 1.1)."""
    texts = list(found)
    return json.dumps([typed, [text for text, _ in texts], ["" for _ in texts], [address for _, address in texts]]).encode()
