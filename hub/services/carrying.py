"""Which element of a kind's format carries a field: what a provider has to fill. docs/metadata.md has the whole table."""

from __future__ import annotations

from collections.abc import Mapping

DUBLIN_CORE: Mapping[str, str] = {
    "text": "dc:description",
    "url": "dc:identifier",
    "licence": "dc:rights",
    "languages": "dc:language",
    "resource_type": "dc:type",
    "agents": "dc:creator",
    "levels": "dcterms:educationLevel",
    "keywords": "dc:subject",
}
SCHEMA_ORG: Mapping[str, str] = {
    "text": "schema:description",
    "url": "schema:url",
    "licence": "schema:license",
    "languages": "schema:inLanguage",
    "resource_type": "schema:learningResourceType",
    "agents": "schema:author",
    "levels": "schema:educationalLevel",
    "keywords": "schema:keywords",
    "free": "schema:isAccessibleForFree",
    "duration": "schema:timeRequired",
}
MOOCHUB: Mapping[str, str] = {
    "text": "description",
    "url": "url",
    "licence": "license",
    "languages": "inLanguage",
    "resource_type": "learningResourceType",
    "agents": "creator",
    "levels": "educationalLevel",
    "keywords": "keywords",
    "free": "access",
    "duration": "duration",
}
OPEN_EDX: Mapping[str, str] = {
    "text": "short_description",
    "url": "marketing_url",
    "licence": "license",
    "languages": "language",
    "agents": "staff",
    "levels": "level_type",
    "keywords": "subjects",
    "duration": "weeks_to_complete",
}
FEED: Mapping[str, str] = {
    "text": "description",
    "url": "link",
    "licence": "dc:rights",
    "languages": "dc:language",
    "resource_type": "dc:type",
    "agents": "dc:creator",
    "levels": "course:level",
    "keywords": "category",
    "duration": "course:length",
}
COLUMNS: Mapping[str, str] = {
    "text": "description",
    "url": "url",
    "licence": "licence",
    "languages": "language",
    "resource_type": "type",
    "agents": "author",
    "levels": "level",
    "keywords": "keywords",
    "free": "free",
    "duration": "duration",
}
LOM: Mapping[str, str] = {
    "text": "general/description",
    "url": "technical/location",
    "licence": "rights/description",
    "languages": "general/language",
    "resource_type": "educational/learningResourceType",
    "agents": "lifeCycle/contribute",
    "levels": "educational/context",
    "keywords": "general/keyword",
    "free": "rights/cost",
    "duration": "educational/typicalLearningTime",
}
KINDS: Mapping[str, Mapping[str, str]] = {
    "oai-pmh": DUBLIN_CORE,
    "jsonld": SCHEMA_ORG,
    "moochub": MOOCHUB,
    "openedx": OPEN_EDX,
    "rss": FEED,
    "csv": COLUMNS,
}


def known(kind: str) -> bool:
    """Do we know how this kind writes its fields?"""
    return kind in KINDS


def element(kind: str, options: Mapping[str, str], field: str) -> str | None:
    """The name of the element, column or key; None where the kind's format has none, or we do not know it."""
    if kind == "oai-pmh" and "lom" in options.get("prefix", ""):
        return LOM.get(field)
    return KINDS.get(kind, {}).get(field)
