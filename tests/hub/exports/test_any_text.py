"""Whatever stands in a field, each format stays readable for the readers that others wrote, and says it again."""

from __future__ import annotations

import csv
import io
import json
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import bibtexparser
import feedparser
import rispy
from bibtexparser.middlewares import LatexDecodingMiddleware
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from lxml import etree

from hub.exports import atom, bibtex, csl, json_feed, jsonl, jsonld, moochub, ris, rss, spreadsheet
from hub.services.describing import Agent, Description

from .descriptions import SITE, THEN, descriptions, full, make

SCHEMAS = Path(__file__).parent / "schemas"
MOOCHUB = {v: Draft202012Validator(json.loads((SCHEMAS / f"moochub-{v}.json").read_text())) for v in moochub.VERSIONS}
anything = st.text(max_size=40)


def hostile(value: str) -> Description:
    """The same text in every field that can hold one."""
    return replace(
        full(),
        **dict.fromkeys(("summary", "description", "text", "provider", "institution", "code", "rights"), value),
        **dict.fromkeys(("alternative_titles", "keywords", "subjects", "teaches", "prerequisites", "audience"), (value,)),
        title=value,
        agents=(Agent(value, "creator", value, False), Agent(value, "instructor", None, None), Agent(value, "publisher", None, True)),
        url=value,
        image=value,
        licence_url=value,
        same_as=(value,),
        identifiers=(("doi", value),),
    )


def plain(value: str) -> str:
    """On one line, without controls: as formats of lines write it."""
    return ris.one_line(value)


@settings(max_examples=200, deadline=None)
@given(st.lists(anything, min_size=1, max_size=3))
def test_ris_is_read_by_rispy(values: list[str]) -> None:
    text = "".join(ris.write(hostile(value), SITE) for value in values)
    entries = rispy.loads(text)
    assert len(entries) == len(values)
    for entry, value in zip(entries, values, strict=True):
        assert entry["type_of_reference"] == "ELEC"
        assert entry.get("title", "") == plain(value)
        assert entry.get("authors", []) == ([plain(value)] if plain(value) else [])
        assert entry["accession_number"] == "abcd2345"


@settings(max_examples=200, deadline=None)
@given(st.lists(anything, min_size=1, max_size=3))
def test_bibtex_is_read_by_bibtexparser(values: list[str]) -> None:
    text = "".join(bibtex.write(replace(hostile(value), public_id=f"id{number}"), SITE) for number, value in enumerate(values))
    library = bibtexparser.parse_string(text)
    assert library.failed_blocks == []
    assert [entry.key for entry in library.entries] == [f"hub-id{number}" for number in range(len(values))]
    for entry, value in zip(library.entries, values, strict=True):
        if plain(value):
            assert unlatex(entry.fields_dict["title"].value.removeprefix("{").removesuffix("}")) == plain(value)


def unlatex(value: str) -> str:
    """The text that TeX would print."""
    for sign, mark in sorted(bibtex.MARKS.items(), key=lambda pair: -len(pair[1])):
        value = value.replace(mark, f"\0{ord(sign)};")
    for sign in bibtex.MARKS:
        value = value.replace(f"\0{ord(sign)};", sign)
    return value


@settings(max_examples=200, deadline=None)
@given(anything)
def test_csl_and_json_lines_are_one_object_a_line(value: str) -> None:
    one = hostile(value)
    for text in (csl.write(one, SITE), jsonl.write(one, SITE)):
        assert "\n" not in text and "\r" not in text
        assert json.loads(text).get("title", "") == value
    assert json.loads(jsonl.write(one, SITE)).get("keywords", [""]) == [value]


@settings(max_examples=300, deadline=None)
@given(anything)
def test_no_cell_is_a_formula_and_every_cell_comes_back(value: str) -> None:
    from harvesters.clean.cells import unquoted

    lines = spreadsheet.header() + spreadsheet.write(hostile(value.replace("\0", "")), SITE, THEN)
    header, row = csv.reader(io.StringIO(lines.removeprefix(spreadsheet.BYTE_ORDER_MARK), newline=""))
    assert header == list(spreadsheet.COLUMNS)
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")) for cell in row)
    assert unquoted(dict(zip(header, row, strict=True))["title"]) == value.replace("\0", "")


@settings(max_examples=200, deadline=None)
@given(anything)
def test_schema_org_data_cannot_end_its_element(value: str) -> None:
    script = jsonld.script(hostile(value), SITE)
    assert not set("<>&\u2028\u2029") & set(script)
    assert json.loads(script).get("name", "") == value


@settings(max_examples=150, deadline=None)
@given(descriptions(), st.sampled_from(moochub.VERSIONS))
def test_moochub_is_as_its_schema_says(one: Description, version: str) -> None:
    links = dict.fromkeys(("self", "first", "last"), "https://hub.example/moochub/courses")
    said = json.loads(moochub.write([replace(one, public_id="other"), full()], links, SITE, version))
    MOOCHUB[version].validate(said)


# Feeds


def feed(value: str) -> atom.Feed:
    entry = atom.Entry(
        id="urn:x:1", title=value, link="https://hub.example/r/1?a=1&b=2", updated=THEN, summary=value, author=value, language="en"
    )
    return atom.Feed(
        id="https://hub.example/f", title=value, link="https://hub.example/", own_link="https://hub.example/f.x", updated=THEN,
        author="Hub", entries=(entry,), language="en",
    )  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(anything)
def test_feeds_are_sound_whatever_they_say(value: str) -> None:
    kept = atom.NOT_XML.sub("", value)
    root = etree.fromstring(rss.write(feed(value)))
    assert (root.findtext("channel/item/title") or "").split() == kept.split()
    made = json.loads(json_feed.write(feed(value)))
    assert made["version"] == "https://jsonfeed.org/version/1.1"
    assert made["items"][0]["title"] == value and made["items"][0]["content_text"] == value
    for written in (atom.write(feed(value)), rss.write(feed(value))):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the reader's own
            assert feedparser.parse(written).bozo == 0


def test_a_feed_reader_finds_the_same_in_all_three() -> None:
    made = [feedparser.parse(written(feed("A & <b>"))) for written in (atom.write, rss.write)]
    found: list[Any] = [(read.feed.title, read.entries[0].link, read.entries[0].id, read.entries[0].author) for read in made]
    feed_of_json = json.loads(json_feed.write(feed("A & <b>")))  # feedparser 6.0 reads none of these
    one = feed_of_json["items"][0]
    found.append((feed_of_json["title"], one["url"], one["id"], one["authors"][0]["name"]))
    assert len(set(found)) == 1, found


def test_latex_reads_what_bibtex_says() -> None:
    library = bibtexparser.parse_string(
        bibtex.write(make(title="50% of C&A_#1 {x} ~ ^ \\ $", keywords=("a,b",)), SITE), append_middleware=[LatexDecodingMiddleware()]
    )
    assert library.failed_blocks == []
    title = library.entries[0].fields_dict["title"].value
    assert "50% of C&A_#1" in title and "$" in title
    assert library.entries[0].fields_dict["keywords"].value == "a b"
