"""What repositories of different makes put into the fifteen elements: the shapes are theirs, the words are invented."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from harvesters.record import Identifier, Record

PAGE = (
    '<?xml version="1.0"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-01-01T00:00:00Z</responseDate><ListRecords>'
    "<record><header><identifier>{name}</identifier><datestamp>2024-01-15</datestamp></header><metadata>"
    '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">{fields}</oai_dc:dc>'
    "</metadata>{about}</record></ListRecords></OAI-PMH>"
)


@pytest.fixture
def dc(ask):
    """(element, text) pairs -> the record."""

    def build(*fields: tuple[str, str], name: str = "oai:repo.example.org:1", about: str = "") -> Record:
        written = "".join(f"<dc:{element}>{words}</dc:{element}>" for element, words in (("title", "Selling online"), *fields))
        (item,) = ask("oai-pmh", PAGE.format(name=name, fields=written, about=about), url="https://repo.example.org/oai").items
        assert isinstance(item, Record)
        return item

    return build


@pytest.mark.parametrize(
    ("fields", "address"),
    [
        # EPrints: the file is the identifier, the page about it the relation.
        (
            [
                ("relation", "https://repo.example.org/45/"),
                ("identifier", "https://repo.example.org/45/1/paper.pdf"),
                ("relation", "https://publisher.example.com/x"),
            ],
            "https://repo.example.org/45/",
        ),
        # EPrints without a file: only a citation stands in the identifier.
        ([("identifier", "  Rossi (2012) Selling.  "), ("relation", "https://repo.example.org/46/")], "https://repo.example.org/46/"),
        # A relation elsewhere is another work.
        ([("identifier", "call number 7"), ("relation", "https://elsewhere.example.com/46/")], None),
        ([("relation", "https://repo.example.org/")], None),
        (
            [("identifier", "https://repo.example.org/f/a.jpg"), ("identifier", "https://repo.example.org/items/1")],
            "https://repo.example.org/items/1",
        ),
        ([("identifier", "URI: https://repo.example.org/c/1")], "https://repo.example.org/c/1"),
        ([("identifier", "http://dx.doi.org/10.1234/AB.1")], "https://doi.org/10.1234/AB.1"),
        ([("identifier", "10.1234/ab.1")], "https://doi.org/10.1234/ab.1"),
        ([("relation", "info:eu-repo/semantics/altIdentifier/doi/10.1234/ab.1")], "https://doi.org/10.1234/ab.1"),
        ([("identifier", "ftp://repo.example.org/a"), ("identifier", "hdl:1234/5")], "https://hdl.handle.net/1234/5"),
    ],
)
def test_where_people_read_about_it(dc, fields, address):
    assert dc(*fields).url == address


@pytest.mark.parametrize(
    ("written", "known"),
    [
        (["cc_by_nc_4"], "CC-BY-NC-4.0"),
        (["cc_by"], "CC-BY"),
        (["CC BY", "https://creativecommons.org/licenses/by/4.0/"], "CC-BY-4.0"),
        (["In copyright", "https://creativecommons.org/licenses/by-sa/3.0/"], "CC-BY-SA-3.0"),
        (["https://creativecommons.org/licenses/by/4.0/", "All rights reserved"], "CC-BY-4.0"),
        (["CC BY", "CC BY-NC 4.0"], "CC-BY"),
        (["info:eu-repo/semantics/openAccess"], None),
    ],
)
def test_the_most_exact_of_several_statements_of_rights(dc, written, known):
    record = dc(*(("rights", words) for words in written))
    assert record.licence == known
    assert all(words in record.rights for words in written)


def test_markup_in_a_description_is_kept_and_markup_in_a_title_is_not(dc):
    record = dc(
        ("description", "Of <i>small</i> shops<br/>and <p>large <b>ones</b></p> too"),
        ("title", "Trade of &amp;lt;i&amp;gt;Coffea&amp;lt;/i&amp;gt; &amp;amp; tea"),
    )
    assert record.description == "Of <i>small</i> shops<br>and <p>large ones</p> too"
    assert record.alternative_titles == ("Trade of Coffea & tea",)
    assert record.languages == () and record.subjects == ()


def test_names_with_a_dot(dc):
    record = dc(
        ("contributor.author", "Li, Wei"),
        ("contributor.advisor", "Okoro, Ada"),
        ("date.accessioned", "2001-01-01"),
        ("date.issued", "2018"),
        ("description.provenance", "Submitted by somebody"),
        ("description.abstract", "About shops."),
        ("identifier.uri", "https://repo.example.org/9"),
        ("language.iso", "en"),
        ("subject.lcsh", "Trade"),
    )
    assert [(agent.name, agent.role) for agent in record.agents] == [("Li, Wei", "creator"), ("Okoro, Ada", "contributor")]
    assert (record.url, record.languages, record.subjects) == ("https://repo.example.org/9", ("en",), ("Trade",))
    assert (record.description, record.published) == ("About shops.", datetime(2018, 1, 1, tzinfo=UTC))


def test_people_in_one_element(dc):
    record = dc(
        ("creator", "Costa, Ana; Universidade do Porto Novo"), ("creator", "Smith, J.; Doe, A."), ("contributor", "University of Nowhere")
    )
    assert [agent.name for agent in record.agents] == ["Costa, Ana", "Smith, J.", "Doe, A.", "University of Nowhere"]


def test_types_and_other_names(dc):
    record = dc(
        ("type", "http://purl.org/coar/resource_type/c_6501"),
        ("relation", "info:eu-repo/semantics/altIdentifier/doi/10.1234/AB"),
        ("relation", "info:eu-repo/semantics/reference/doi/10.9999/other"),
    )
    assert record.resource_type == "article" and record.identifiers == (Identifier(scheme="doi", value="10.1234/ab"),)
    assert dc(("type", "Moving Image; Text")).resource_type == "video"


def test_what_is_told_about_the_record_is_not_the_record(dc):
    provenance = (
        "<about><p:provenance xmlns:p='urn:p'><p:identifier>oai:other:9</p:identifier><p:title>Not this</p:title></p:provenance></about>"
    )
    record = dc(about=provenance)
    assert (record.identifier, record.alternative_titles) == ("oai:repo.example.org:1", ())
