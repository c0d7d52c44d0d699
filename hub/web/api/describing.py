"""Descriptions of the catalogue as the API's shapes."""

from __future__ import annotations

from typing import Any

from hub.services.describing import Description
from hub.web.api import addresses
from hub.web.api.shapes import Identifier, Provenance, Resource, ResourceInFull

SAME = tuple(name for name in Resource.model_fields if name not in ("id", "page", "identifiers"))


def values(one: Description) -> dict[str, Any]:
    """What both shapes have."""
    found = {name: getattr(one, name) for name in SAME}
    identifiers = [Identifier(scheme=scheme, value=value) for scheme, value in one.identifiers]
    return {**found, "id": one.public_id, "page": addresses.page_of(one.public_id, one.slug), "identifiers": identifiers}


def resource(one: Description) -> Resource:
    """A resource in a list."""
    return Resource.model_validate(values(one))


def in_full(one: Description) -> ResourceInFull:
    """A resource by itself."""
    return ResourceInFull.model_validate({**values(one), "origins": list(one.origins), "provenance": provenance(one)})


def provenance(one: Description) -> dict[str, Provenance]:
    """field -> which source gave it, whether a rule inferred it, when a person corrected it. Names of fields are those of the answer."""
    records, places = one.provenance.get("records", ()), one.provenance.get("fields", {})
    inferred, corrected = one.provenance.get("inferred", ()), one.provenance.get("corrected", {})
    found = {}
    for name in {*places, *inferred, *corrected}:
        place = places.get(name)
        source = records[place][0] if isinstance(place, int) and place < len(records) else None
        shown = name.removeprefix("content_")
        found[shown] = Provenance(source=source, inferred=name in inferred, corrected_at=corrected.get(name))
    return dict(sorted(found.items()))
