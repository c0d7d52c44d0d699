"""JSON-LD inside one XML element."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from harvesters.clean import embedded, formats
from harvesters.record import Failure, Raw, Record

RAW = Raw(b"<record/>", "application/xml", "https://hub.example/oai")
THEN = datetime(2026, 3, 2, tzinfo=UTC)


def metadata(text: str) -> etree._Element:
    node = etree.Element("metadata")
    etree.SubElement(node, "{urn:x}resource").text = text
    return node


def test_the_repositorys_name_and_date_are_the_records() -> None:
    item = formats.item(metadata('{"@type": "Course", "@id": "https://a.example/1", "name": "Pay & ship"}'), "oai:a:1", THEN, RAW)
    assert isinstance(item, Record)
    assert (item.identifier, item.datestamp, item.title, item.resource_type) == ("oai:a:1", THEN, "Pay & ship", "course")


@pytest.mark.parametrize("text", ['{"name": ', "{}", '{"@type": "Course"}', '{"@type": "Person", "name": 5}', "{" * 5_000])
def test_what_says_nothing_is_a_failure_with_its_name(text: str) -> None:
    item = formats.item(metadata(text), "oai:a:1", THEN, RAW)
    assert isinstance(item, Failure | Record)
    assert item.identifier == "oai:a:1"


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff"), max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    node = metadata("{" + text)
    assert embedded.document(node) is not None
    assert formats.item(node, "oai:a:1", THEN, RAW).identifier == "oai:a:1"


def test_dublin_core_is_not_taken_for_json() -> None:
    node = etree.fromstring('<metadata><dc xmlns="urn:dc"><title>{x}</title></dc></metadata>')
    assert embedded.document(node) is None


def test_json_ld_is_asked_for_first() -> None:
    assert formats.best([("oai_dc", ""), ("lom", ""), ("oai_lrmi", "")]) == "oai_lrmi"
    assert formats.best([("oai_dc", ""), ("x", "http://ltsc.ieee.org/xsd/LOM")]) == "x"
