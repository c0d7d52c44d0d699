# ruff: noqa: E501  (an example a line)
"""LOM in its bindings, DataCite and MODS, in OAI-PMH and in files of their own."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters import registry
from harvesters.clean import formats
from harvesters.errors import SourceError
from harvesters.protocol import Request, Response
from harvesters.record import Agent, Failure, Identifier, Record

ANSWER = '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-01-01T00:00:00Z</responseDate><ListRecords><record><header><identifier>oai:e.org:1</identifier><datestamp>2026-01-01</datestamp></header><metadata>{}</metadata></record></ListRecords></OAI-PMH>'
CARD = "BEGIN:VCARD&#13;\nVERSION:3.0&#13;\nFN:Zhang San&#13;\nN:Zhang;San&#13;\nORG:Example University&#13;\nEND:VCARD"
IEEE = f"""<lom xmlns="http://ltsc.ieee.org/xsd/LOM"><general>
<identifier><catalog>DOI</catalog><entry>doi:10.1234/abc</entry></identifier>
<title><string language="de">Elektronischer Handel</string><string language="en">Electronic Commerce</string></title><language>en</language>
<description><string language="de">Deutsch</string><string language="en">How goods are sold online.</string></description>
<keyword><string language="en">payment</string></keyword><keyword><string language="en">logistics</string></keyword><aggregationLevel><source>LOMv1.0</source><value>3</value></aggregationLevel></general>
<lifeCycle><contribute><role><source>LOMv1.0</source><value>author</value></role><entity>{CARD}</entity><date><dateTime>2025-3-2</dateTime></date></contribute>
<contribute><role><source>LOMv1.0</source><value>publisher</value></role><entity>BEGIN:VCARD\nORG:Example Press\nEND:VCARD</entity><date><dateTime>2025-09-01</dateTime></date></contribute></lifeCycle>
<technical><format>application/pdf</format><location>https://e.org/files/a.pdf</location><location>https://e.org/course/1</location><duration><duration>PT30M</duration></duration></technical>
<educational><learningResourceType><source>LOMv1.0</source><value>exercise</value></learningResourceType><intendedEndUserRole><source>LOMv1.0</source><value>learner</value></intendedEndUserRole>
<context><source>LOMv1.0</source><value>higher education</value></context><typicalAgeRange><string language="en">18-99</string></typicalAgeRange><difficulty><source>LOMv1.0</source><value>easy</value></difficulty>
<typicalLearningTime><duration>PT20H</duration></typicalLearningTime></educational>
<rights><cost><source>LOMv1.0</source><value>no</value></cost><copyrightAndOtherRestrictions><source>LOMv1.0</source><value>yes</value></copyrightAndOtherRestrictions><description><string language="en">https://creativecommons.org/licenses/by-sa/4.0/</string></description></rights>
<classification><purpose><source>LOMv1.0</source><value>discipline</value></purpose><taxonPath><source><string language="en">DDC</string></source><taxon><id>658</id><entry><string language="en">Management</string></entry></taxon><taxon><id>658.84</id><entry><string language="en">Marketing channels</string></entry></taxon></taxonPath></classification>
<classification><purpose><source>LOMv1.0</source><value>prerequisite</value></purpose><keyword><string language="en">Statistics</string></keyword></classification></lom>"""
IMS = f"""<record xmlns="http://www.imsglobal.org/xsd/imsmd_rootv1p2p1"><general>
<title><langstring xml:lang="de">Elektronischer Handel</langstring><langstring xml:lang="en">Electronic Commerce</langstring></title><catalogentry><catalog>DOI</catalog><entry><langstring xml:lang="x-none">doi:10.1234/abc</langstring></entry></catalogentry>
<language>en</language><description><langstring xml:lang="en">How goods are sold online.</langstring></description><keyword><langstring xml:lang="en">payment</langstring><langstring xml:lang="en">logistics</langstring></keyword>
<aggregationlevel><source><langstring>LOMv1.0</langstring></source><value><langstring>3</langstring></value></aggregationlevel></general>
<lifecycle><contribute><role><source><langstring xml:lang="x-none">LOMv1.0</langstring></source><value><langstring xml:lang="x-none">Author</langstring></value></role><centity><vcard>{CARD}</vcard></centity><date><datetime>2025-03-02</datetime></date></contribute>
<contribute><role><value><langstring>Publisher</langstring></value></role><centity><vcard>BEGIN:VCARD\nORG:Example Press\nEND:VCARD</vcard></centity><date><datetime>2025-09-01</datetime></date></contribute></lifecycle>
<technical><location type="URI">https://e.org/files/a.pdf</location><location type="URI">https://e.org/course/1</location></technical>
<educational><learningresourcetype><source><langstring>LOMv1.0</langstring></source><value><langstring>Exercise</langstring></value></learningresourcetype><intendedenduserrole><value><langstring>learner</langstring></value></intendedenduserrole><context><value><langstring>Higher Education</langstring></value></context><typicalagerange><langstring>18-99</langstring></typicalagerange><difficulty><value><langstring>easy</langstring></value></difficulty>
<typicallearningtime><datetime>PT20H</datetime></typicallearningtime></educational>
<rights><cost><source><langstring>LOMv1.0</langstring></source><value><langstring>no</langstring></value></cost><description><langstring>https://creativecommons.org/licenses/by-sa/4.0/</langstring></description></rights>
<classification><purpose><source><langstring>x</langstring></source><value><langstring>Discipline</langstring></value></purpose><taxonpath><taxon><id>658</id><entry><langstring>Management</langstring></entry></taxon><taxon><entry><langstring>Marketing channels</langstring></entry></taxon></taxonpath></classification>
<classification><purpose><value><langstring>Prerequisite</langstring></value></purpose><keyword><langstring>Statistics</langstring></keyword></classification></record>"""
VDEX = (
    IEEE.replace("<lom ", "<l:lom xmlns:l='https://other.example/LOM' ")
    .replace("</lom>", "</l:lom>")
    .replace("<source>LOMv1.0</source>", "<source>http://purl.example/vdex/x.xml</source>")
)


@pytest.mark.parametrize("binding", [IEEE, IMS, VDEX], ids=["ieee", "ims", "vdex"])
def test_the_bindings_of_lom_give_the_same_record(ask, binding):
    (item,) = ask("oai-pmh", ANSWER.format(binding)).items
    assert isinstance(item, Record)
    assert (item.identifier, item.title, item.alternative_titles, item.languages) == (
        "oai:e.org:1",
        "Electronic Commerce",
        ("Elektronischer Handel",),
        ("en",),
    )
    assert (item.url, item.description, item.resource_type) == ("https://e.org/course/1", "How goods are sold online.", "exercise")
    assert item.identifiers == (Identifier(scheme="doi", value="10.1234/abc"),)
    assert item.agents == (
        Agent(name="Zhang San", role="creator", organisation=False),
        Agent(name="Example Press", role="publisher", organisation=True),
    )
    assert (item.institution, item.provider, item.free, item.licence, item.duration) == (
        "Example University",
        "Example Press",
        True,
        "CC-BY-SA-4.0",
        "PT20H",
    )
    assert item.levels == ("undergraduate", "postgraduate", "introductory") and item.audience == ("learner", "18-99")
    assert (
        item.subjects == ("Management", "Marketing channels")
        and item.prerequisites == ("Statistics",)
        and item.keywords == ("payment", "logistics")
    )
    assert item.created == datetime(2025, 3, 2, tzinfo=UTC) and item.published == datetime(2025, 9, 1, tzinfo=UTC)


DATACITE = """<oai_datacite xmlns="http://schema.datacite.org/oai/oai-1.1/"><payload><resource xmlns="http://datacite.org/schema/kernel-4"><identifier identifierType="DOI">10.5281/zenodo.1</identifier>
<creators><creator><creatorName nameType="Personal">Li, Si</creatorName><affiliation>Somewhere</affiliation></creator></creators><titles><title>Live commerce</title><title titleType="AlternativeTitle">LC</title></titles>
<publisher>Zenodo</publisher><publicationYear>2025</publicationYear><subjects><subject>retail</subject></subjects><contributors><contributor contributorType="Editor"><contributorName>Wang, Wu</contributorName></contributor></contributors>
<dates><date dateType="Issued">2025-05-06</date><date dateType="Updated">2025-06-01</date></dates><language>en</language><resourceType resourceTypeGeneral="Audiovisual">Video</resourceType>
<rightsList><rights rightsURI="https://creativecommons.org/licenses/by/4.0/legalcode">CC BY 4.0</rights></rightsList><descriptions><description descriptionType="Abstract">&lt;p&gt;About it&lt;/p&gt;</description></descriptions></resource></payload></oai_datacite>"""
MODS = """<mods xmlns="http://www.loc.gov/mods/v3" xmlns:xlink="http://www.w3.org/1999/xlink"><titleInfo><nonSort>The</nonSort><title>Economics of platforms</title><subTitle>an introduction</subTitle></titleInfo><titleInfo type="translated"><title>Ökonomie</title></titleInfo>
<name type="personal"><namePart type="family">Li</namePart><namePart type="given">Si</namePart><role><roleTerm type="code">aut</roleTerm></role></name><name><namePart>Wang Wu</namePart><role><roleTerm>edt</roleTerm></role></name>
<typeOfResource>text</typeOfResource><genre>lecture notes</genre><originInfo><publisher>Example Press</publisher><dateIssued>2024-02-03</dateIssued></originInfo><language><languageTerm type="code">eng</languageTerm></language>
<abstract>About platforms.</abstract><subject><topic>Markets</topic></subject><relatedItem><titleInfo><title>A series</title></titleInfo></relatedItem><identifier type="isbn">9780306406157</identifier><location><url>https://e.org/m/1</url></location>
<accessCondition type="use" xlink:href="https://creativecommons.org/licenses/by-nc/4.0/">free</accessCondition></mods>"""


def test_datacite(ask):
    (item,) = ask("oai-pmh", ANSWER.format(DATACITE)).items
    assert (item.title, item.alternative_titles, item.url, item.licence) == (
        "Live commerce",
        ("LC",),
        "https://doi.org/10.5281/zenodo.1",
        "CC-BY-4.0",
    )
    assert [(agent.name, agent.role) for agent in item.agents] == [
        ("Li, Si", "creator"),
        ("Wang, Wu", "contributor"),
        ("Zenodo", "publisher"),
    ]
    assert (item.published.day, item.modified.month, item.resource_type, item.description, item.subjects) == (
        6,
        6,
        "video",
        "<p>About it</p>",
        ("retail",),
    )


def test_mods(ask):
    (item,) = ask("oai-pmh", ANSWER.format(MODS)).items
    assert (item.title, item.alternative_titles, item.url, item.licence) == (
        "The Economics of platforms: an introduction",
        ("Ökonomie",),
        "https://e.org/m/1",
        "CC-BY-NC-4.0",
    )
    assert [(agent.name, agent.role) for agent in item.agents] == [
        ("Li, Si", "creator"),
        ("Wang Wu", "contributor"),
        ("Example Press", "publisher"),
    ]
    assert (item.languages, item.subjects, item.resource_type, item.identifiers[0].value) == (
        ("en",),
        ("Markets",),
        "material",
        "9780306406157",
    )


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        ([("oai_dc", ""), ("mods", ""), ("oai_lom", "")], "oai_lom"),
        ([("oai_dc", ""), ("x", "http://ltsc.ieee.org/xsd/LOM")], "x"),
        ([("oai_datacite", ""), ("oai_dc", "")], "oai_dc"),
        ([("mods", ""), ("oai_datacite", "")], "oai_datacite"),
        ([("marc", "")], "oai_dc"),
        ([], "oai_dc"),
    ],
)
def test_the_format_that_is_chosen(offered, chosen):
    assert formats.best(offered) == chosen


def test_the_answer_of_list_metadata_formats_decides_and_keeps_the_date():
    harvester = registry.kind("oai-pmh")
    offer = "<metadataFormat><metadataPrefix>{}</metadataPrefix><schema/><metadataNamespace/></metadataFormat>"
    body = f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListMetadataFormats>{offer.format("oai_dc")}{offer.format("lom")}</ListMetadataFormats></OAI-PMH>'
    request = Request(url="https://e.org/oai", step="formats", context={"base": "https://e.org/oai", "from": "2026-01-01"})
    (listed,) = harvester.parse(request, Response(url=request.url, body=body.encode()), {"set": "oer"}).follow
    assert listed.url == "https://e.org/oai?verb=ListRecords&metadataPrefix=lom&set=oer&from=2026-01-01"
    other = Request(url="https://e.org/oai", step="formats", otherwise=(listed,))
    assert harvester.parse(other, Response(url=request.url, body=b"<html>no"), {}).follow == (listed,)


def test_files_of_their_own(ask):
    (item,) = ask("lom", IEEE).items
    assert (item.identifier, item.title) == ("doi:10.1234/abc", "Electronic Commerce")
    two = ask("lom", f"<all>{IEEE}{IEEE.replace('10.1234/abc', '10.1234/abd')}</all>").items
    assert [entry.identifier for entry in two] == ["doi:10.1234/abc", "doi:10.1234/abd"]
    (untitled,) = ask("lom", "<lom><general><identifier><entry>x</entry></identifier></general></lom>").items
    assert isinstance(untitled, Failure) and untitled.advice == "Give general a title."
    with pytest.raises(SourceError, match="holds no learning object metadata: its root is <rss>"):
        ask("lom", "<rss/>")


def test_real_lom(ask, samples):
    items = ask("oai-pmh", (samples / "oai_lom/constructed_lom_erasmus.xml").read_bytes()).items
    assert len(items) == 4 and all(isinstance(item, Record) for item in items)
    first = items[0]
    assert (first.title, first.url, first.languages) == ("The Causality of Supply Relationships", "http://hdl.handle.net/1765/9", ("en",))
    assert [agent.name for agent in first.agents] == ["Jong, G. de", "Nooteboom, B."] and first.keywords[0] == "Automobile industries"
    (course,) = ask("lom", (samples / "oai_lom/mit_ocw_imsmanifest_lom.xml").read_bytes()).items
    assert (course.title, course.code, course.resource_type) == ("Mathematics for Computer Science", "6.042J", "course")
    assert course.subjects == ("Engineering", "Computer Science", "Mathematics", "Applied Mathematics")
    assert [agent.name for agent in course.agents] == ["Meyer, Albert R.", "Chlipala, Adam"]


@given(binding=st.sampled_from([IEEE, IMS, DATACITE, MODS]), place=st.floats(0, 1), length=st.integers(0, 60), piece=st.sampled_from(["", "<a>", "</string>", "<value/>", "&", "\x00", "<taxon><entry/>", "x" * 50]))  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_any_wound(binding, place, length, piece):
    start = int(len(binding) * place)
    body = ANSWER.format(binding[:start] + piece + binding[start + length :])
    harvester = registry.kind("oai-pmh")
    try:
        page = harvester.parse(Request(url="https://e.org/x", step="list"), Response(url="https://e.org/x", body=body.encode()), {})
    except SourceError as error:
        assert str(error)
        return
    assert all(harvester.read(item.raw, {}) == item for item in page.items)
