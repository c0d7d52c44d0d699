"""A resource as schema.org data (JSON-LD) in one XML element of a namespace of our own, so that OAI-PMH can carry it: `oai_lrmi`.

`<oai_lrmi:resource>` holds one JSON object as text, the document that the resource's page has too; hub/static/schemas/oai_lrmi.xsd says so.
"""

from __future__ import annotations

import json

from hub.exports import jsonld
from hub.exports.markup import attribute, text
from hub.exports.oai_pmh import XSI, Format
from hub.exports.site import Site
from hub.services.describing import Description

UNSTAMPED = ("aggregateRating",)  # changes without a change of the record, which a datestamp would have to tell
NAMESPACE = "https://open-commerce-hub.example/ns/oai_lrmi/1.0/"


def format_at(schemas: str) -> Format:
    """The format; `schemas` is the folder where the hub serves its schemas."""
    return Format("oai_lrmi", f"{schemas}oai_lrmi.xsd", NAMESPACE)


def write(one: Description, site: Site, schemas: str) -> str:
    """The element."""
    said = {name: value for name, value in jsonld.resource(one, site).items() if name not in UNSTAMPED}
    words = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    place = attribute(f"{NAMESPACE} {format_at(schemas).schema}")
    return f'<oai_lrmi:resource xmlns:oai_lrmi="{NAMESPACE}" {XSI} xsi:schemaLocation="{place}">{text(words)}</oai_lrmi:resource>'
