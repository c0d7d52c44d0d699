"""DataCite metadata (versions 2 to 4, also inside oai_datacite) -> the values that Dublin Core has, and so a record."""

from __future__ import annotations

from lxml import etree

from harvesters.clean import dublin_core, xml

_DATES = {"issued": "issued", "available": "available", "created": "created", "updated": "modified"}


def holder(node: etree._Element) -> etree._Element | None:
    """The resource of DataCite, or of OpenAIRE, which borrows its elements, at or under `node`."""
    for found in node.iter(etree.Element):
        if xml.local(found) == "resource" and ("datacite" in str(found.tag) or "openaire" in str(found.tag)):
            return found
    return None


def values(resource: etree._Element) -> dublin_core.Values:
    """Element names of Dublin Core -> texts."""
    found: dict[str, list[str]] = {}

    def add(name: str, *said: str | None) -> None:
        found.setdefault(name, []).extend(words.strip() for words in said if words and words.strip())

    for node in resource.iter(etree.Element):
        name, words = xml.local(node), xml.content(node)
        if name == "title":
            add("alternative" if node.get("titleType") else "title", words)
        elif name in ("creatorName", "publisher", "language", "subject"):
            add(name.removesuffix("Name"), words)
        elif name == "contributorName":
            add("contributor", words)
        elif name == "identifier" or name == "alternateIdentifier":
            scheme = (node.get("identifierType") or node.get("alternateIdentifierType") or "").lower()
            add("identifier", f"{scheme}:{words}" if scheme in ("doi", "isbn", "issn") and words and ":" not in words else words)
        elif name == "resourceType":
            add("type", words, node.get("resourceTypeGeneral"))
        elif name == "rights":
            add("rights", node.get("rightsURI"), node.get("rightsIdentifier"), words)
        elif name == "licenseCondition":
            add("rights", node.get("uri"), words)
        elif name == "description":
            add("abstract" if node.get("descriptionType") == "Abstract" else "description", words)
        elif name == "date":
            add(_DATES.get((node.get("dateType") or "").lower(), "other date"), words)
        elif name == "publicationYear":
            add("year", words)
    if not any(name in found for name in ("issued", "available")):
        found["date"] = found.get("year", [])
    return found
