# ruff: noqa: E501  (an example a line)
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from harvesters.errors import ExpiredToken, SourceError
from harvesters.kinds import oai_pmh
from harvesters.protocol import Request, Response
from harvesters.record import Failure, Identifier, Record, Withdrawn

BASE = "https://repository.example.org/oai"
NS = 'xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/"'


def envelope(inside: str) -> str:
    return f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-03-01T10:00:00Z</responseDate>{inside}</OAI-PMH>'


def record(fields: str, identifier: str = "oai:e:1", datestamp: str = "2026-01-01") -> str:
    header = f"<header><identifier>{identifier}</identifier><datestamp>{datestamp}</datestamp></header>"
    return f"<record>{header}<metadata><oai_dc:dc {NS}>{fields}</oai_dc:dc></metadata></record>"


def identify(granularity: str, deleted: str = "persistent") -> str:
    return envelope(f"<Identify><deletedRecord>{deleted}</deletedRecord><granularity>{granularity}</granularity></Identify>")


def query(request: Request) -> dict[str, list[str]]:
    return parse_qs(urlsplit(request.url).query)


def follow(request: Request, body: str, options: Mapping[str, str] | None = None) -> tuple:
    return oai_pmh.parse(request, Response(url=request.url, body=body.encode()), options or {}).follow


def test_the_first_run_asks_identify_then_everything():
    (first,) = oai_pmh.start(BASE + "?verb=Identify&key=1", {}, None)
    assert query(first) == {"verb": ["Identify"], "key": ["1"]} and first.optional
    (formats,) = follow(first, identify("YYYY-MM-DD"))
    assert query(formats) == {"verb": ["ListMetadataFormats"], "key": ["1"]} and formats.optional
    assert query(formats.otherwise[0]) == {"verb": ["ListRecords"], "metadataPrefix": ["oai_dc"], "key": ["1"]}
    (listed,) = follow(first, identify("YYYY-MM-DD"), {"prefix": "oai_dc"})
    assert query(listed) == {"verb": ["ListRecords"], "metadataPrefix": ["oai_dc"], "key": ["1"]}
    assert listed == first.otherwise[0]


@pytest.mark.parametrize(("granularity", "expected"), [("YYYY-MM-DD", "2026-02-28"), ("YYYY-MM-DDThh:mm:ssZ", "2026-03-01T09:59:59Z")])
def test_later_runs_ask_from_one_unit_before(granularity, expected):
    (first,) = oai_pmh.start(BASE, {"set": "e&c", "prefix": "oai_qdc"}, "2026-03-01T10:00:00Z")
    page = oai_pmh.parse(first, Response(url=first.url, body=identify(granularity).encode()), {"set": "e&c", "prefix": "oai_qdc"})
    assert query(page.follow[0]) == {"verb": ["ListRecords"], "metadataPrefix": ["oai_qdc"], "set": ["e&c"], "from": [expected]}
    assert page.tracks_deletions is True
    assert query(first.otherwise[0])["from"] == ["2026-02-28"]


def test_a_repository_that_cannot_identify_itself_is_listed_all_the_same():
    (first,) = oai_pmh.start(BASE, {}, None)
    for answer in ("<html><title>Oops</title></html>", envelope('<error code="badVerb">no</error>'), "", "nonsense"):
        assert follow(first, answer) == first.otherwise
    assert oai_pmh.parse(first, Response(url=BASE, body=identify("x", "transient").encode()), {}).tracks_deletions is False


def test_tokens_go_back_as_they_came_and_nothing_beside_them(ask):
    body = envelope(
        f'<ListRecords>{record("<dc:title>T</dc:title>")}<resumptionToken completeListSize="7"> a%20b/c&amp;d+e=商 </resumptionToken></ListRecords>'
    )
    page = ask("oai-pmh", body, context={"base": BASE + "?key=1"})
    assert query(page.follow[0]) == {"verb": ["ListRecords"], "resumptionToken": ["a%20b/c&d+e=商"], "key": ["1"]}
    assert page.total == 7 and page.stamp == "2026-03-01T10:00:00Z"
    later = ask("oai-pmh", body.replace("2026-03-01T10", "2026-03-01T11"), context=page.follow[0].context)
    assert later.stamp == "2026-03-01T10:00:00Z"


def test_an_empty_token_is_the_end(ask):
    for token in ("<resumptionToken/>", "<resumptionToken> \n</resumptionToken>", ""):
        assert ask("oai-pmh", envelope(f"<ListRecords>{record('<dc:title>T</dc:title>')}{token}</ListRecords>")).follow == ()


def test_errors(ask):
    page = ask("oai-pmh", envelope('<error code="noRecordsMatch"/>'))
    assert page.items == () and page.stamp == "2026-03-01T10:00:00Z"
    with pytest.raises(ExpiredToken, match="gone"):
        ask("oai-pmh", envelope('<error code="badResumptionToken">gone</error>'))
    with pytest.raises(SourceError, match="cannotDisseminateFormat: no marc here"):
        ask("oai-pmh", envelope('<error code="cannotDisseminateFormat">no marc here</error>'))
    with pytest.raises(SourceError, match='HTML page called "Log in"'):
        ask("oai-pmh", "<!DOCTYPE html><html><head><title>Log in</title></head></html>")
    with pytest.raises(SourceError, match="root is <feed>"):
        ask("oai-pmh", "<feed/>")
    with pytest.raises(SourceError, match="document type"):
        ask("oai-pmh", '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>')
    with pytest.raises(SourceError, match="cut in the middle at line 1"):
        ask("oai-pmh", envelope(f"<ListRecords>{record('<dc:title>T</dc:title>')}")[:-20])


def test_a_whole_record(ask):
    fields = (
        "<dc:title>跨境电商</dc:title><dc:title>Cross-border e-commerce</dc:title><dc:creator>Li, Wei</dc:creator><dc:publisher>Example University</dc:publisher>"
        "<dc:identifier>files/a.pdf</dc:identifier><dc:identifier>https://e.org/a.pdf</dc:identifier><dc:identifier>https://e.org/a</dc:identifier><dc:identifier>ISBN 978-0-306-40615-7</dc:identifier>"
        "<dc:language>zh_CN</dc:language><dc:language>chi</dc:language><dc:date>2025-05-01</dc:date><dc:date>32 May</dc:date><dc:type>Course</dc:type>"
        "<dc:rights>Free to read</dc:rights><dc:rights>https://creativecommons.org/licenses/by/4.0/deed.zh</dc:rights><dc:subject>payments; logistics</dc:subject><dc:description>&lt;b&gt;All&lt;/b&gt; of it</dc:description>"
    )
    (item,) = ask("oai-pmh", envelope(f"<ListRecords>{record(fields)}</ListRecords>")).items
    assert isinstance(item, Record)
    assert (item.title, item.alternative_titles, item.url) == ("跨境电商", ("Cross-border e-commerce",), "https://e.org/a")
    assert (item.languages, item.resource_type, item.licence) == (("zh-Hans",), "course", "CC-BY-4.0")
    assert item.licence_url == "https://creativecommons.org/licenses/by/4.0/deed.zh"
    assert item.subjects == ("payments", "logistics") and item.description == "<b>All</b> of it"
    assert item.published == datetime(2025, 5, 1, tzinfo=UTC) and item.datestamp == datetime(2026, 1, 1, tzinfo=UTC)
    assert [(agent.name, agent.role) for agent in item.agents] == [("Li, Wei", "creator"), ("Example University", "publisher")]
    assert item.identifiers == (Identifier(scheme="isbn", value="9780306406157"),)


def test_one_bad_record_costs_one_record(ask, own_samples):
    page = ask("oai-pmh", (own_samples / "oai_pmh" / "damaged.xml").read_bytes())
    assert [type(item) for item in page.items] == [Record, Failure, Record, Withdrawn, Failure]
    assert [item.identifier for item in page.items] == [f"oai:e:{number}" for number in range(1, 6)]
    assert page.items[0].title == "Live commerce & small farms"
    assert "not well-formed" in page.items[1].reason and b"Never closed" in page.items[1].raw.body
    assert "<record>" not in page.items[2].description and "inside a text" in page.items[2].description
    assert page.items[4].reason == "The record has no title." and page.items[4].datestamp is None
    assert query(page.follow[0])["resumptionToken"] == ["next%20page/2&x=y+z"] and page.total == 12


@pytest.mark.parametrize("spoiler", [b"\x08", b"\xff\xfe", b"<b>", b"</dc:title></dc:title>", b"&#1;"])
def test_spoilt_bytes_are_kept_as_they_came(ask, spoiler):
    good, other = record("<dc:title>Good</dc:title>", "oai:e:1"), record("<dc:title>Also good</dc:title>", "oai:e:3")
    bad = record("<dc:title>商BAD</dc:title>", "oai:e:2").encode().replace(b"BAD", b"B" + spoiler + b"D")
    page = ask("oai-pmh", envelope(f"<ListRecords>{good}@@{other}</ListRecords>").encode().replace(b"@@", bad))
    assert [type(item) for item in page.items] == [Record, Failure, Record]
    assert page.items[1].identifier == "oai:e:2" and spoiler in page.items[1].raw.body


def test_white_space_before_the_declaration_and_names_of_html(ask):
    page = ask(
        "oai-pmh",
        '\r\n <?xml version="1.0"?>' + envelope(f"<ListRecords>{record('<dc:title>A&nbsp;B & C &unknown;</dc:title>')}</ListRecords>"),
    )
    assert page.items[0].title == "A B & C &unknown;"


def test_records_without_header_parts(ask):
    page = ask(
        "oai-pmh",
        envelope(
            "<ListRecords><record><header><datestamp>2026</datestamp></header></record><record><header status='deleted'><identifier>x</identifier></header></record></ListRecords>"
        ),
    )
    assert isinstance(page.items[0], Failure) and page.items[0].reason == "The record has no identifier."
    assert page.items[1] == Withdrawn(identifier="x", datestamp=None, raw=page.items[1].raw)


def test_real_repository_erasmus(ask, samples):
    page = ask("oai-pmh", (samples / "oai_dc" / "erasmus_listrecords_2004.xml").read_bytes())
    assert len(page.items) == 81 and sum(isinstance(item, Withdrawn) for item in page.items) == 2 and not page.follow
    first = page.items[0]
    assert (first.identifier, first.title, first.url) == (
        "hdl:1765/9",
        "The Causality of Supply Relationships",
        "http://hdl.handle.net/1765/9",
    )
    assert first.languages == ("en",) and first.licence is None and first.rights.startswith("Copyright 2001, G. de Jong")
    assert first.datestamp == datetime(2004, 2, 3, 10, 58, 5, tzinfo=UTC) and first.published == datetime(2001, 1, 4, tzinfo=UTC)
    assert first.identifiers == (Identifier(scheme="handle", value="1765/9"),) and "commitment" in first.subjects
    assert page.stamp == "2004-02-17T13:44:55Z"


def test_real_pages_of_sickle(ask, samples):
    folder = samples / "oai_dc"
    page = ask("oai-pmh", (folder / "sickle_ListRecords.xml").read_bytes())
    assert [type(item) for item in page.items] == [Withdrawn, Record] and page.total == 8
    assert query(page.follow[0])["resumptionToken"] == ["ListRecords2.xml"]
    assert page.items[1].resource_type == "article" and page.items[1].languages == ("en",)
    assert ask("oai-pmh", (folder / "sickle_GetRecord_utf8test.xml").read_bytes()).items[0].agents[0].name == "某人"
    assert ask("oai-pmh", (folder / "sickle_noRecordsMatch.xml").read_bytes()).items == ()
    with pytest.raises(ExpiredToken):
        ask("oai-pmh", (folder / "sickle_badResumptionToken.xml").read_bytes())
    (first,) = oai_pmh.start("http://test.example.com/oai", {}, "2013-02-27T10:01:15Z")
    (formats,) = follow(first, (folder / "sickle_Identify.xml").read_text())
    (listed,) = follow(formats, (folder / "sickle_ListMetadataFormats.xml").read_text())
    assert query(listed)["from"] == ["2013-02-26"] and query(listed)["metadataPrefix"] == ["oai_dc"]
