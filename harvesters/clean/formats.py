"""Metadata formats of repositories: which one to ask for, and reading whatever came by its own names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from lxml import etree

from harvesters.clean import datacite, dublin_core, embedded, lom, mods
from harvesters.record import Item, Raw

DEFAULT = "oai_dc"  # every repository has to offer it (OAI-PMH 2.0, section 3.4)
# LOM says what Dublin Core cannot: level, duration, audience. DataCite and MODS say little more of a learning resource than oai_dc does,
# whose habits are known best: they are read where somebody asks for them, or where a repository breaks the rule above.
_LINKED = ("oai_lrmi",)
_LOMS = ("oai_lom", "lom", "lom_ims", "ims_lom", "imslom", "ieee_lom", "lomv1.0")
# JSON-LD says all that LOM says, and runs of a course with their prices.
_PREFERRED = (
    _LINKED,
    _LOMS,
    (DEFAULT,),
    ("oai_datacite", "datacite", "oai_openaire"),
    ("mods",),
)
_LOM = ("ltsc.ieee.org", "imsmd", "/lom")


def best(offered: Sequence[tuple[str, str]]) -> str:
    """The prefix to ask for, of those offered as (prefix, namespace)."""
    for wanted in _PREFERRED:
        for prefix, namespace in offered:
            if prefix.lower() in wanted or (wanted is _LOMS and any(mark in namespace.lower() for mark in _LOM)):
                return prefix
    return DEFAULT


def item(metadata: etree._Element | None, name: str, datestamp: datetime | None, raw: Raw) -> Item:
    """The record in a metadata element, read by what stands in it, whatever was asked for."""
    if metadata is None:
        return dublin_core.record({}, name, datestamp, raw)
    written = embedded.document(metadata)
    if written is not None:
        return embedded.item(written, name, datestamp, raw)
    inner = lom.holder(metadata)
    if inner is not None:
        return lom.record(inner, name, datestamp, raw)
    for form in (datacite, mods):
        found = form.holder(metadata)
        if found is not None:
            return dublin_core.record(form.values(found), name, datestamp, raw)
    return dublin_core.record(dublin_core.values(metadata), name, datestamp, raw)
