"""What Zotero makes of our RIS and COinS, by the rules of its translators (RIS.js, openurl.js), written down here in short."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import pytest
import rispy

from harvesters.record import RESOURCE_TYPES
from hub.exports import coins, ris
from hub.services.describing import Description

from .descriptions import SITE, full

ITEM_TYPES = {  # TY -> item type, of those that we write
    "EBOOK": "book", "VIDEO": "videoRecording", "EJOUR": "journalArticle", "DATA": "dataset", "COMP": "computerProgram",
    "SOUND": "audioRecording", "ELEC": "webpage", "GEN": "journalArticle",
}  # fmt: skip
WANTED = {
    "textbook": "book", "video": "videoRecording", "article": "journalArticle", "dataset": "dataset", "tool": "computerProgram",
    "podcast": "audioRecording",
}  # fmt: skip
FIELDS = {  # where a tag goes, by item type; "" is any other
    "TI": {"": "title"}, "AB": {"": "abstractNote"}, "UR": {"": "url"}, "DA": {"": "date"}, "DO": {"": "DOI"}, "DP": {"": "libraryCatalog"},
    "AN": {"": "archiveLocation"}, "KW": {"": "tags"}, "N1": {"": "notes"},
    "LA": {"": "language", "computerProgram": "programmingLanguage"},
    "SN": {"": "ISBN", "journalArticle": "ISSN"},
    "PB": {"": "publisher", "videoRecording": "studio", "computerProgram": "company", "dataset": "repository", "audioRecording": "label"},
    "AU": {"": "author", "videoRecording": "director", "computerProgram": "programmer", "audioRecording": "composer"},
    "A2": {"journalArticle": "editor", "book": "seriesEditor", "audioRecording": "performer"},
    "T2": {"webpage": "websiteTitle", "book": "series", "journalArticle": "publicationTitle", "computerProgram": "seriesTitle"},
    "M3": {"webpage": "websiteType", "": "DOI"},
}  # fmt: skip
NOT_OF = {"webpage": ("publisher", "ISBN"), "journalArticle": ("publisher",), "videoRecording": ("ISSN",)}


def item_of(text: str) -> dict[str, Any]:
    """RIS.js, doImport: a line a tag; what a type has no place for is dropped."""
    item: dict[str, Any] = {}
    for line in text.split("\r\n"):
        tag, _, value = line.partition("  - ")
        if tag == "TY":
            item["itemType"] = ITEM_TYPES[value]
            continue
        field = FIELDS.get(tag, {}).get(item.get("itemType", ""), FIELDS.get(tag, {}).get(""))
        if field and field not in NOT_OF.get(item["itemType"], ()):
            item.setdefault(field, []).append(value)
    return item


@pytest.mark.parametrize("resource_type", [*RESOURCE_TYPES, None])
def test_unapi_brings_an_item_of_the_right_type_with_all_of_it(resource_type: str | None) -> None:
    one = replace(full(), resource_type=resource_type, identifiers=(("isbn", "9780306406157"), ("issn", "2049-3630")))
    item = item_of(ris.write(one, SITE))
    assert item["itemType"] == WANTED.get(resource_type or "", "webpage")
    assert item["title"] == [one.title] and item["url"] == [one.url] and item["abstractNote"] == [one.text]
    assert item["date"] == ["2026/03/02/"]
    assert ["Ada Lovelace"] in [item.get(role) for role in ("author", "director", "programmer", "composer")]
    assert "Instructor: Chen, Hao; Contributor: Example College" in item["notes"]
    assert not {"editor", "seriesEditor", "programmingLanguage", "series", "seriesTitle"} & set(item)
    assert "Example Press" in [(item.get(field) or [""])[0] for field in ("websiteTitle", "publicationTitle", *FIELDS["PB"].values())]
    if item["itemType"] != "computerProgram":
        assert item["language"] == ["en"]
    assert item.get("ISBN", ["9780306406157"]) == ["9780306406157"] and item.get("ISSN", ["2049-3630"]) == ["2049-3630"]
    if item["itemType"] == "webpage":
        assert item.get("websiteType") == ([resource_type.capitalize()] if resource_type else None)
    assert len(rispy.loads(ris.write(one, SITE))) == 1


def context_object(text: str) -> dict[str, Any]:
    """openurl.js, parseContextObject: the type by the format; which key is the title follows from it, at the place where it stands."""
    pairs = [(key, unquote(value.replace("+", " "))) for key, _, value in (part.partition("=") for part in text.split("&"))]
    formats = {coins.BOOK: "book", coins.JOURNAL: "journalArticle", coins.DUBLIN_CORE: "webpage"}
    item: dict[str, Any] = {"itemType": formats[dict(pairs)["rft_val_fmt"]], "creators": []}
    titles = {"book": "rft.btitle", "journalArticle": "rft.atitle"}
    plain = {"rft.date": "date", "rft.pub": "publisher", "rft.publisher": "publisher", "rft.language": "language",
             "rft.description": "abstractNote", "rft.rights": "rights", "rft.source": "publicationTitle"}  # fmt: skip
    for key, value in pairs:
        if key == "rft.type":
            item["itemType"] = value
        elif key == titles.get(item["itemType"], "rft.title"):
            item["title"] = value
        elif key in ("rft.au", "rft.creator"):
            item["creators"].append(value)
        elif key in plain:
            item[plain[key]] = value
        elif key == "rft_id" and value.startswith("http"):
            item["url"] = value
    return item


@pytest.mark.parametrize("resource_type", [*RESOURCE_TYPES, None])
def test_coins_say_title_people_and_place_of_every_type(resource_type: str | None) -> None:
    one: Description = replace(full(), resource_type=resource_type)
    item = context_object(coins.write(one, SITE))
    wanted = {**WANTED, "podcast": "podcast"}
    assert item["itemType"] == wanted.get(resource_type or "", "webpage")
    assert item["title"] == one.title and item["creators"] == ["Ada Lovelace"] and item["url"] == one.url
    assert item["date"] == "2026-03-02" and item["language"] == "en"
    assert item["itemType"] == "book" or item["abstractNote"] == one.text
