"""Feeds of different makes: the shapes are theirs, the words are invented."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from harvesters.errors import SourceError
from harvesters.record import Failure, Identifier, Record, Withdrawn

RSS = (
    '<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:cc="http://web.resource.org/cc/"'
    ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>{}</channel></rss>'
)
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0" {}>{}</feed>'


@pytest.fixture
def item(ask):
    def build(inside: str) -> Record:
        (found,) = ask("rss", RSS.format(f"<item><title>Selling</title><link>https://pod.example.org/1</link>{inside}</item>")).items
        assert isinstance(found, Record)
        return found

    return build


@pytest.mark.parametrize(
    ("enclosure", "kind"), [("audio/mpeg", "podcast"), ("video/mp4", "video"), ("image/png", None), ("application/pdf", None)]
)
def test_what_comes_with_an_item_tells_its_type(item, enclosure, kind):
    assert item(f'<enclosure url="https://pod.example.org/1.bin" type="{enclosure}"/>').resource_type == kind


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("ada@example.org (Ada Okoro)", ["Ada Okoro"]),
        ("Ada Okoro &lt;ada@example.org&gt;", ["Ada Okoro"]),
        ("Ada Okoro", ["Ada Okoro"]),
        ("ada@example.org", []),
    ],
)
def test_an_author_is_a_name_without_an_address(item, written, names):
    assert [agent.name for agent in item(f"<author>{written}</author>").agents] == names


def test_licences_as_attributes_and_publishers(item):
    record = item('<cc:license rdf:resource="http://creativecommons.org/licenses/by/2.0/"/><dc:publisher>Shop School</dc:publisher>')
    assert record.licence == "CC-BY-2.0" and [(agent.name, agent.role) for agent in record.agents] == [("Shop School", "publisher")]


def test_a_channel_of_films(ask):
    entry = (
        '<entry xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns:media="http://search.yahoo.com/mrss/"><id>yt:video:1</id>'
        '<yt:videoId>1</yt:videoId><title>Lecture</title><link rel="alternate" href="https://film.example.org/1"/><media:group>'
        '<media:title>Lecture</media:title><media:thumbnail url="https://film.example.org/1.jpg"/>'
        "<media:description>Of shops.\n\nAnd ships.</media:description></media:group></entry>"
    )
    (record,) = ask("rss", ATOM.format("", entry)).items
    assert (record.resource_type, record.description) == ("video", "<p>Of shops.</p><p>And ships.</p>")
    assert record.image == "https://film.example.org/1.jpg"


def test_papers_have_their_doi(ask):
    entry = '<entry><id>http://papers.example.org/1</id><title>P</title><x:doi xmlns:x="urn:x">10.1234/AB</x:doi></entry>'
    (record,) = ask("rss", ATOM.format("", entry)).items
    assert record.identifiers == (Identifier(scheme="doi", value="10.1234/ab"),)


def test_bases_and_languages_from_outside_in(ask):
    entries = (
        '<entry><id>a</id><title>A</title><link href="p/1"/></entry>'
        '<entry xml:base="y/" xml:lang="fr"><id>b</id><title>B</title><link href="2"/></entry>'
    )
    one, two = ask("rss", ATOM.format('xml:lang="de" xml:base="https://base.example.org/x/"', entries)).items
    assert (one.url, one.languages) == ("https://base.example.org/x/p/1", ("de",))
    assert (two.url, two.languages) == ("https://base.example.org/x/y/2", ("fr",))


def test_deleted_entries(ask):
    page = ask("rss", ATOM.format("", '<at:deleted-entry ref="tag:1" when="2026-01-02T00:00:00Z"/><at:deleted-entry/>'))
    gone, nameless = page.items
    assert isinstance(gone, Withdrawn) and (gone.identifier, gone.datestamp) == ("tag:1", datetime(2026, 1, 2, tzinfo=UTC))
    assert isinstance(nameless, Failure)


def test_a_document_type_that_declares_nothing_is_passed_over(ask):
    feed = RSS.format("<item><title>Tea&nbsp;trade</title><link>https://old.example.org/1</link></item>")
    for doctype in (
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/publish/formats/rss-0.91.dtd">',
        '<!-- old --><!DOCTYPE rss SYSTEM "file:///etc/passwd">\n',
        "<!DOCTYPE rss>",
    ):
        assert [item.title for item in ask("rss", f'<?xml version="1.0"?>{doctype}{feed}').items] == ["Tea trade"]
    for refused in ('<!DOCTYPE rss [<!ENTITY a "b">]>', '<!DOCTYPE rss SYSTEM "a" [ ]>', "<!DOCTYPE rss><!DOCTYPE rss>"):
        with pytest.raises(SourceError, match="document type"):
            ask("rss", refused + feed)
