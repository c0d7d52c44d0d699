"""JSON-LD as the text of one XML element, as repositories carry schema.org data over OAI-PMH -> a record."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from lxml import etree

from harvesters.clean import linked_data, schema_org, xml
from harvesters.record import Failure, Item, Raw, Record


def document(metadata: etree._Element) -> str | None:
    """The text of the one element in `metadata`, when it is a JSON object; else None."""
    held = list(metadata.iterchildren(etree.Element))
    words = (xml.content(held[0]) or "").strip() if len(held) == 1 and len(held[0]) == 0 else ""
    return words if words.startswith("{") else None


def item(written: str, name: str, datestamp: datetime | None, raw: Raw) -> Item:
    """The record under the repository's own name for it, or why there is none."""
    try:
        nodes = linked_data.document(linked_data.block(written)).nodes
    except ValueError as error:
        return Failure(
            reason=f"The record is no JSON: {error}", raw=raw, identifier=name, datestamp=datestamp, advice="Ask the repository to mend it."
        )
    found = schema_org.learning(nodes) or list(nodes)
    if not found:
        return Failure(reason="The record says nothing.", raw=raw, identifier=name, datestamp=datestamp, advice="Ask the repository.")
    made = schema_org.record(found[0], raw)
    return replace(made, identifier=name, datestamp=datestamp) if isinstance(made, Record | Failure) else made
