"""The hub as an OAI-PMH repository: every verb, every error, sets, dates, tokens and deletions, each answer valid by the schema's rules."""

from __future__ import annotations

import base64
import gzip
import itertools
import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from protego import Protego
from sqlalchemy import func, select, update

from config import from_env
from harvesters.record import Agent, Raw, Record, Withdrawn
from hub.app import create_app
from hub.db import db, now
from hub.exports import lrmi
from hub.models import Assignment, Concept, ConceptLabel, Resource, Run, Source
from hub.services import (
    arranging,
    assigning,
    cataloguing,
    classifying,
    grouping,
    hiding,
    indexing,
    joining,
    receiving,
    relabelling,
    resuming,
    seeding,
    uniting,
)
from hub.services.auditing import Actor
from hub.web.oai import answers

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parents[2] / "samples" / "oai_schemas" / "oai_pmh.xsd"))
NS = {"o": "http://www.openarchives.org/OAI/2.0/", "dc": "http://purl.org/dc/elements/1.1/"}
CODES = {"badVerb", "badArgument", "badResumptionToken", "cannotDisseminateFormat", "idDoesNotExist", "noMetadataFormats", "noRecordsMatch"}
ADA = Actor(1, "Ada")
MANY = 1_203
LONG = "𝒜" * grouping.LONGEST  # of all names that make a set, one of those that a setSpec writes longest


def document(answer: Any) -> etree._Element:
    """A valid answer with status 200."""
    assert answer.status_code == 200, answer.status_code
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    tree = etree.fromstring(answer.data)
    SCHEMA.assertValid(tree)
    return tree


def ask(client: FlaskClient, verb: str, /, **arguments: str) -> etree._Element:
    """The answer to a GET; `since` is `from`."""
    if "since" in arguments:
        arguments["from"] = arguments.pop("since")
    return document(client.get("/oai", query_string={"verb": verb, **arguments}))


def code(tree: etree._Element) -> str | None:
    found = tree.find("o:error", NS)
    return None if found is None else found.get("code")


def headers(tree: etree._Element) -> dict[str, etree._Element]:
    """Identifier -> header."""
    return {node.findtext("o:identifier", namespaces=NS) or "": node for node in tree.iter(f"{{{NS['o']}}}header")}


def sets_of(header: etree._Element) -> set[str]:
    return {node.text or "" for node in header.findall("o:setSpec", NS)}


def token_of(tree: etree._Element) -> etree._Element | None:
    return next(tree.iter(f"{{{NS['o']}}}resumptionToken"), None)


def everything(client: FlaskClient, verb: str = "ListIdentifiers", prefix: str = "oai_dc", **arguments: str) -> list[etree._Element]:
    """All pages of a list."""
    pages = [ask(client, verb, metadataPrefix=prefix, **arguments)]
    while (token := token_of(pages[-1])) is not None and token.text:
        pages.append(ask(client, verb, resumptionToken=token.text))
    return pages


def alive(app: Flask) -> set[str]:
    with app.app_context():
        gone = (Resource.withdrawn_at.is_(None), Resource.hidden_at.is_(None), Resource.merged_into_id.is_(None))
        return {f"oai:hub.example:{id}" for id in db.session.scalars(select(Resource.public_id).where(*gone))}


@pytest.fixture
def client(own_site: Flask) -> FlaskClient:
    return own_site.test_client()


# verbs


def test_identify_says_who_we_are_and_what_we_promise(visitor: FlaskClient, site: Flask) -> None:
    tree = ask(visitor, "Identify")
    said = {etree.QName(node).localname: node.text for node in tree.iterfind("o:Identify/*", NS)}
    assert (said["baseURL"], said["adminEmail"], said["protocolVersion"]) == ("https://hub.example/oai", "hub@example.org", "2.0")
    assert (said["deletedRecord"], said["granularity"], said["compression"]) == ("persistent", "YYYY-MM-DDThh:mm:ssZ", "gzip")
    stamps = [header.findtext("o:datestamp", namespaces=NS) for page in everything(visitor) for header in headers(page).values()]
    assert said["earliestDatestamp"] == min(filter(None, stamps))
    assert tree.findtext(".//{*}repositoryIdentifier") == "hub.example"


def test_what_the_answer_is_about_is_repeated(visitor: FlaskClient) -> None:
    request = ask(visitor, "ListRecords", metadataPrefix="oai_dc", since="2020-01-01", set="topic").find("o:request", NS)
    assert request is not None
    assert request.attrib == {"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2020-01-01", "set": "topic"}
    assert request.text == "https://hub.example/oai"
    refused = ask(visitor, "ListRecords", metadataPrefix="oai_dc", nonsense="1").find("o:request", NS)
    assert refused is not None and not refused.attrib


@pytest.mark.parametrize("prefix", ["oai_dc", "lom", "oai_lrmi"])
def test_every_resource_comes_in_every_format(visitor: FlaskClient, site: Flask, prefix: str) -> None:
    pages = everything(visitor, "ListRecords", prefix)
    found = {id: header for page in pages for id, header in headers(page).items()}
    assert {id for id, header in found.items() if header.get("status") is None} == alive(site)
    with_metadata = [record for page in pages for record in page.iter(f"{{{NS['o']}}}record") if record.find("o:metadata", NS) is not None]
    assert len(with_metadata) == len(alive(site))


def test_formats_are_listed_and_so_are_those_of_a_record(visitor: FlaskClient, site: Flask) -> None:
    prefixes = ["oai_dc", "lom", "oai_lrmi"]
    assert [node.text for node in ask(visitor, "ListMetadataFormats").iter("{*}metadataPrefix")] == prefixes
    one = min(alive(site))
    assert [node.text for node in ask(visitor, "ListMetadataFormats", identifier=one).iter("{*}metadataPrefix")] == prefixes
    schema = [node.text or "" for node in ask(visitor, "ListMetadataFormats").iter("{*}schema")][2]
    with visitor.get(schema.removeprefix("https://hub.example")) as answer:
        assert etree.fromstring(answer.data).get("targetNamespace") == lrmi.NAMESPACE


def test_a_record_alone_is_the_one_of_the_list(visitor: FlaskClient, site: Flask) -> None:
    records = everything(visitor, "ListRecords")[0].iter("{*}record")
    listed = {record.findtext("o:header/o:identifier", namespaces=NS): record for record in records}
    for identifier in sorted(alive(site))[:5]:
        alone = next(ask(visitor, "GetRecord", metadataPrefix="oai_dc", identifier=identifier).iter("{*}record"))
        assert etree.tostring(alone, method="c14n") == etree.tostring(listed[identifier], method="c14n")


def test_post_is_as_good_as_get(visitor: FlaskClient) -> None:
    asked = {"metadataPrefix": "oai_dc", "set": "type:course"}
    by_post = document(visitor.post("/oai", data={"verb": "ListIdentifiers", **asked}))
    assert headers(by_post).keys() == headers(ask(visitor, "ListIdentifiers", **asked)).keys() != set()


@pytest.mark.parametrize("media_type", ["application/json", "text/plain", "multipart/form-data; boundary=x"])
def test_a_body_of_another_kind_is_a_bad_argument(visitor: FlaskClient, media_type: str) -> None:
    assert code(document(visitor.post("/oai", data=b'{"verb": "Identify"}', content_type=media_type))) == "badArgument"


def test_odd_bodies_are_bad_arguments(visitor: FlaskClient) -> None:
    form = "application/x-www-form-urlencoded"
    for body in (b"verb=Identify&x=%00", b"verb=Identify&x=" + b"y" * 2_000_000, b"verb=Identify&" + b"a=b&" * 20_000):
        assert code(document(visitor.post("/oai", data=body, content_type=form))) == "badArgument"


def test_head_has_no_body_and_others_are_refused(visitor: FlaskClient) -> None:
    answer = visitor.head("/oai?verb=Identify")
    assert (answer.status_code, answer.data) == (200, b"")
    assert visitor.put("/oai").status_code == 405


def test_lists_are_packed_for_who_takes_it(visitor: FlaskClient) -> None:
    plain = visitor.get("/oai?verb=ListRecords&metadataPrefix=oai_dc")
    packed = visitor.get("/oai?verb=ListRecords&metadataPrefix=oai_dc", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < len(plain.data) / 3
    assert gzip.decompress(packed.data).partition(b"<request")[2] == plain.data.partition(b"<request")[2]


# errors


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "badVerb"),
        ("verb=", "badVerb"),
        ("verb=identify", "badVerb"),
        ("verb=Identify&verb=Identify", "badVerb"),
        ("verb=Identify&set=topic", "badArgument"),
        ("verb=ListRecords", "badArgument"),
        ("verb=GetRecord&identifier=oai:hub.example:x", "badArgument"),
        ("verb=GetRecord&metadataPrefix=oai_dc", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&until=2020-13-01", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2020-1-1", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2020-01-01T00:00:00", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2020-01-01T00:00:00.5Z", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=0000-01-01", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2021-01-01&until=2020-01-01", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2020-01-01&until=2021-01-01T00:00:00Z", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=a:", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=a%20b", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai%20dc", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&resumptionToken=x", "badArgument"),
        ("verb=ListRecords&resumptionToken=", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=x", "badResumptionToken"),
        ("verb=ListSets&resumptionToken=%E4%B8%AD", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=" + "A" * 3000, "badResumptionToken"),
        ("verb=Identify&resumptionToken=x", "badArgument"),
        ("verb=ListRecords&metadataPrefix=mods", "cannotDisseminateFormat"),
        ("verb=GetRecord&metadataPrefix=mods&identifier=oai:hub.example:x", "cannotDisseminateFormat"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:hub.example:0000000000", "idDoesNotExist"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:other.example:0000000000", "idDoesNotExist"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=invalid%22id%00", "idDoesNotExist"),
        ("verb=ListMetadataFormats&identifier=oai:hub.example:0000000000", "idDoesNotExist"),
        ("verb=ListRecords&metadataPrefix=oai_dc&until=1999-12-31", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=9999-12-31T23:59:59Z&until=9999-12-31T23:59:59Z", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=topic:there-is-none", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=colour:red", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=topic:a:b", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=source:~ZZ", "noRecordsMatch"),
    ],
)
def test_errors_are_those_of_the_protocol(visitor: FlaskClient, query: str, expected: str) -> None:
    assert code(document(visitor.get(f"/oai?{query}"))) == expected


NAMES = st.sampled_from(["verb", "metadataPrefix", "set", "from", "until", "identifier", "resumptionToken", "x"]) | st.text(max_size=5)
WORDS = (
    *("Identify", "ListRecords", "ListIdentifiers", "ListSets", "GetRecord", "ListMetadataFormats", "oai_dc", "lom", "topic", "source:%_"),
    *("2020-01-01", "2030-01-01T00:00:00Z", "0001-01-01", "9999-12-31", "oai:hub.example:0000000000", "institution:~E7~8E~8B"),
)
VALUES = st.sampled_from(WORDS) | st.text(max_size=30) | st.text("%~:_'\"\\[]", max_size=8) | st.just("9" * 5_000)
STARTS = ("verb=ListRecords&metadataPrefix=", "verb=ListSets&x=", "verb=GetRecord&metadataPrefix=oai_dc&identifier=")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(NAMES, VALUES), max_size=5), st.booleans())
def test_whatever_is_asked_the_answer_is_one_of_the_protocol(visitor: FlaskClient, pairs: list[tuple[str, str]], post: bool) -> None:
    written = urlencode(pairs, errors="surrogatepass")
    form = "application/x-www-form-urlencoded"
    answer = visitor.post("/oai", data=written, content_type=form) if post else visitor.get(f"/oai?{written}")
    found = code(document(answer))
    assert found is None or found in CODES


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(STARTS), st.binary(max_size=20))
def test_any_bytes_are_an_argument(visitor: FlaskClient, start: str, value: bytes) -> None:
    document(visitor.get("/oai?" + start + "".join(f"%{byte:02X}" for byte in value)))


# sets


def test_each_set_has_those_whose_headers_name_it(visitor: FlaskClient) -> None:
    specs = [node.text or "" for node in ask(visitor, "ListSets").iter("{*}setSpec")]
    assert {"topic", "provider", "source", "institution", "type", "licence", "source:repository", "type:course"} <= set(specs)
    named = {id: sets_of(header) for page in everything(visitor) for id, header in headers(page).items()}
    told = set().union(*named.values())
    assert told <= set(specs)
    for spec in {*told, *grouping.KINDS}:
        found = {id for page in everything(visitor, set=spec) for id in headers(page)}
        assert found == {id for id, sets in named.items() if any(one == spec or one.startswith(f"{spec}:") for one in sets)}, spec


@given(st.text(max_size=30))
def test_keys_of_sets_are_read_back_exactly(key: str) -> None:
    try:
        key.encode()
    except UnicodeEncodeError:
        return
    if key:
        assert grouping.SPEC.fullmatch(f"provider:{grouping.spell(key)}")
    assert grouping.unspell(grouping.spell(key)) == (None if "\0" in key else key)


@given(st.text("~0123456789ABCDEFabc_-.!* é", max_size=12))
def test_only_what_we_write_is_a_key(written: str) -> None:
    key = grouping.unspell(written)
    assert key is None or grouping.spell(key) == written


# dates


def test_from_and_until_are_both_included(client: FlaskClient, own_site: Flask) -> None:
    one, other = sorted(alive(own_site))[:2]
    with own_site.app_context():
        for identifier, moment in ((one, "2031-05-01T10:00:00.900000+00:00"), (other, "2031-05-01T10:00:01+00:00")):
            public_id = identifier.rpartition(":")[2]
            db.session.execute(update(Resource).where(Resource.public_id == public_id).values(updated_at=resuming.moment(moment)))
        db.session.commit()
    spans = {
        ("2031-05-01T10:00:00Z", "2031-05-01T10:00:00Z"): {one},
        ("2031-05-01T10:00:01Z", "2031-05-01T10:00:01Z"): {other},
        ("2031-05-01T10:00:00Z", "2031-05-01T10:00:01Z"): {one, other},
        ("2031-05-01", "2031-05-01"): {one, other},
        ("2031-05-02", "2031-05-02"): set(),
        ("2031-04-30", "2031-04-30"): set(),
    }
    for (since, until), expected in spans.items():
        tree = ask(client, "ListIdentifiers", metadataPrefix="oai_dc", since=since, until=until)
        assert set(headers(tree)) == expected
        assert (code(tree) == "noRecordsMatch") is not expected


def test_the_next_harvest_begins_before_what_may_still_be_committing(visitor: FlaskClient) -> None:
    before = now()
    said = ask(visitor, "Identify").findtext("o:responseDate", namespaces=NS)
    assert said is not None
    assert timedelta(seconds=59) < before - resuming.moment(said) < timedelta(seconds=70)


# what changes a record


Change = Callable[[Any, list[int]], None]


def hide(session: Any, ids: list[int]) -> None:
    hiding.hide(session, ADA, ids[:1], "Wrong")


def restore(session: Any, ids: list[int]) -> None:
    hiding.restore(session, ADA, ids[:1])


def merge(session: Any, ids: list[int]) -> None:
    uniting.unite(session, ids[1], ids[0], classifier=classifying.load(session), actor=ADA)


def unmerge(session: Any, ids: list[int]) -> None:
    match = session.scalar(select(uniting.Match.id).where(uniting.Match.state == "merged"))
    uniting.undo(session, match, classifier=classifying.load(session), actor=ADA)


def retopic(session: Any, ids: list[int]) -> None:
    own = select(Assignment.concept_id).where(Assignment.resource_id == ids[0])
    concept = session.scalar(select(Concept.id).where(Concept.id.not_in(own), Concept.scheme == "topic"))
    assigning.decide(session, ADA, [(ids[0], concept)], "accepted")


def topic_of(session: Any, id: int) -> str:
    own = select(Assignment.concept_id).where(Assignment.resource_id == id, Assignment.state == "accepted")
    found = session.scalar(select(Concept.notation).where(Concept.id.in_(own), Concept.scheme == "topic").limit(1))
    assert found is not None
    return str(found)


def move(session: Any, ids: list[int]) -> None:
    made = arranging.create(session, ADA, "topic", "elsewhere", broader="", names={"en": "Elsewhere entirely"})
    arranging.move(session, ADA, "topic", topic_of(session, ids[0]), made)


def retire(session: Any, ids: list[int]) -> None:
    notation = topic_of(session, ids[0])
    own = session.scalar(select(Concept.id).where(Concept.notation == notation, Concept.scheme == "topic"))
    session.execute(update(Concept).where(Concept.broader_id == own).values(broader_id=None))
    arranging.retire(session, ADA, "topic", notation)


def rename(session: Any, ids: list[int]) -> None:
    relabelling.add(session, "topic", topic_of(session, ids[0]), "en", "An entirely new name", preferred=True, actor=ADA)


def classify_again(session: Any, ids: list[int]) -> None:
    session.execute(update(Assignment).where(Assignment.resource_id == ids[0], Assignment.origin == "rule").values(state="suggested"))
    for _ in cataloguing.classify_again(session):
        session.commit()


def again(session: Any, ids: list[int]) -> None:
    cataloguing.refresh(session, ids[:1], classifier=classifying.load(session), at=now())


@pytest.mark.parametrize("change", [hide, merge, retopic, move, retire, rename, classify_again, again])
def test_a_change_moves_the_datestamp_and_is_seen_by_who_comes_again(client: FlaskClient, own_site: Flask, change: Change) -> None:
    with own_site.app_context():
        session = db.session
        topical = select(Assignment.resource_id).join(Concept).where(Concept.scheme == "topic", Assignment.state == "accepted")
        wanted = (
            select(Resource.id, Resource.public_id).where(Resource.id.in_(topical), Resource.withdrawn_at.is_(None)).order_by(Resource.id)
        )
        rows = session.execute(wanted.limit(2)).all()
        session.execute(update(Resource).values(updated_at=now() - timedelta(days=9)))
        session.commit()
        before = now().replace(microsecond=0)
        change(session(), [row.id for row in rows])
        session.commit()
    tree = ask(client, "ListRecords", metadataPrefix="oai_dc", since=f"{before.isoformat()[:19]}Z")
    assert f"oai:hub.example:{rows[0].public_id}" in headers(tree)


@pytest.mark.parametrize(("there", "back"), [(hide, restore), (merge, unmerge)])
def test_what_goes_is_deleted_keeps_its_sets_and_may_come_back(client: FlaskClient, own_site: Flask, there: Change, back: Change) -> None:
    with own_site.app_context():
        ids = list(db.session.scalars(select(Resource.id).where(Resource.withdrawn_at.is_(None)).order_by(Resource.id).limit(2)))
        identifier = f"oai:hub.example:{db.session.scalar(select(Resource.public_id).where(Resource.id == ids[0]))}"
    before = headers(ask(client, "GetRecord", metadataPrefix="lom", identifier=identifier))[identifier]
    for change, status in ((there, "deleted"), (back, None)):
        with own_site.app_context():
            change(db.session(), ids)
            db.session.commit()
        for prefix in ("oai_dc", "lom", "oai_lrmi"):
            tree = ask(client, "GetRecord", metadataPrefix=prefix, identifier=identifier)
            header = headers(tree)[identifier]
            assert header.get("status") == status
            assert (tree.find(".//o:metadata", NS) is None) is (status == "deleted")
            assert sets_of(header) == sets_of(before)
        source = next(spec for spec in sets_of(before) if spec.startswith("source:"))
        assert identifier in {id for page in everything(client, set=source) for id in headers(page)}
        assert (code(ask(client, "ListMetadataFormats", identifier=identifier)) == "noMetadataFormats") is (status == "deleted")


# long lists


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """A hub with more resources than a page has, which nobody changes but the tests that say so."""
    folder = tmp_path_factory.mktemp("long")
    shutil.copy(sqlite_template, folder / "hub.db")
    environment = {"HUB_DATA": str(folder), "SECRET_KEY": "only-for-tests-0123456789", "HUB_BASE_URL": "https://hub.example"}
    app = create_app({**from_env(environment), "TESTING": True})
    with app.app_context():
        session = db.session
        session.add(source := Source(name="long", title="Long", kind="csv", url="https://long.example/", created_at=now()))
        session.flush()
        session.add(run := Run(source_id=source.id, state="running", created_at=now()))
        session.flush()
        facts, classifier = cataloguing.facts(source), classifying.load(session())
        records = [
            Record(
                identifier=f"r{n}", title=f"Course number {n}", url=f"https://long.example/{n}", provider=f"Provider {n}",
                agents=(Agent(name="A & B"),), institution=LONG if n < 1_010 else None, raw=Raw(b"%d" % n, "text/plain", "https://long.example/"),
            )
            for n in range(MANY)
        ]  # fmt: skip
        receiving.receive(session(), facts, run.id, records, classifier=classifier)
        session.commit()
    yield app
    close(app)


def test_a_long_list_comes_whole_with_true_numbers(long: Flask) -> None:
    pages = everything(long.test_client(), "ListRecords")
    tokens = [token for page in pages if (token := token_of(page)) is not None]
    assert [(token.get("cursor"), token.get("completeListSize")) for token in tokens] == [("0", "1203"), ("500", "1203"), ("1000", "1203")]
    assert [bool(token.text) for token in tokens] == [True, True, False]
    found = [id for page in pages for id in headers(page)]
    assert len(found) == len(set(found)) == MANY
    assert set(found) == alive(long)


def test_the_longest_name_of_a_set_is_harvested_to_its_end(long: Flask) -> None:
    client = long.test_client()
    spec = f"institution:{grouping.spell(LONG)}"
    assert spec in {node.text for page in sets_in_pages(client) for node in page.iter("{*}setSpec")}
    pages = everything(client, set=spec)
    assert [len(headers(page)) for page in pages] == [1_000, 10]


def sets_in_pages(client: FlaskClient) -> list[etree._Element]:
    first = ask(client, "ListSets")
    token = token_of(first)
    assert token is not None and token.text
    return [first, ask(client, "ListSets", resumptionToken=token.text)]


def test_sets_come_in_pages_too(long: Flask) -> None:
    first, second = sets_in_pages(long.test_client())
    token = token_of(first)
    assert token is not None
    specs = [node.text for page in (first, second) for node in page.iter("{*}setSpec")]
    assert len(specs) == len(set(specs)) == int(token.get("completeListSize") or 0)
    assert sum((spec or "").startswith("provider:") for spec in specs) == MANY


def test_a_token_is_of_one_verb_and_survives_another_process(long: Flask) -> None:
    client = long.test_client()
    token = token_of(ask(client, "ListRecords", metadataPrefix="oai_dc"))
    assert token is not None and token.text
    assert code(ask(client, "ListIdentifiers", resumptionToken=token.text)) == "badResumptionToken"
    place = resuming.unseal(token.text, "only-for-tests-0123456789")
    assert (place.prefix, place.cursor, place.size) == ("oai_dc", 500, MANY)
    with pytest.raises(resuming.BadToken):
        resuming.unseal(token.text, "another secret")
    assert token_of(ask(client, "ListRecords", resumptionToken=token.text)) is not None
    assert token_of(ask(client, "ListRecords", resumptionToken=token.text)) is not None  # as often as one likes


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_an_altered_token_is_none(long: Flask, data: st.DataObject) -> None:
    client = long.test_client()
    place = resuming.Place("ListRecords", "oai_dc", None, None, None, ("2020-01-01T00:00:00.000000+00:00", 5), 500, 1203)
    token = resuming.seal(place, "only-for-tests-0123456789")
    at = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("ABCxyz012-_=. é"))
    altered = token[:at] + letter + token[at + 1 :]
    cut = token[:at] + token[at + 1 :]
    for other in {altered, cut, token + letter} - {token}:
        assert code(ask(client, "ListRecords", resumptionToken=other)) == "badResumptionToken"


@given(st.text(max_size=20), st.text(max_size=60), st.integers(0, 2**40))
def test_tokens_carry_whatever_they_are_given(secret: str, spec: str, number: int) -> None:
    try:
        (secret + spec).encode()
    except UnicodeEncodeError:
        return
    place = resuming.Place("ListRecords", "lom", spec, None, "2020-01-01", (spec, number), number, number)
    token = resuming.seal(place, secret)
    assert resuming.unseal(token, secret) == place
    assert base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))


def test_what_changes_while_somebody_reads_is_read_twice_and_never_missed(long: Flask) -> None:
    client = long.test_client()
    first = ask(client, "ListIdentifiers", metadataPrefix="oai_dc")
    early = list(headers(first))[:3]
    token = token_of(first)
    assert token is not None and token.text
    late = alive(long) - set(headers(first))
    with long.app_context():
        ids = [id.rpartition(":")[2] for id in (*early, *sorted(late)[:3])]
        db.session.execute(update(Resource).where(Resource.public_id.in_(ids)).values(updated_at=now()))
        db.session.commit()
    rest = [id for page in [ask(client, "ListIdentifiers", resumptionToken=token.text)] for id in headers(page)]
    assert set(rest) == late | set(early)
    assert len(rest) == len(set(rest))


def test_a_list_whose_rest_has_changed_meanwhile_ends_in_order(long: Flask) -> None:
    client = long.test_client()
    with long.app_context():
        id, public_id = db.session.execute(select(Resource.id, Resource.public_id).limit(1)).one()
    place = resuming.Place("ListRecords", "oai_dc", None, None, "2001-01-01", ("2000-01-01T00:00:00.000000+00:00", id), 500, 1203)
    tree = ask(client, "ListRecords", resumptionToken=resuming.seal(place, "only-for-tests-0123456789"))
    token = token_of(tree)
    assert list(headers(tree)) == [f"oai:hub.example:{public_id}"]  # the last one, once more
    assert token is not None and (token.text, token.get("cursor"), token.get("completeListSize")) == (None, "500", "1203")


MEANWHILE: Sequence[Change] = (hide, merge, retopic, restore, unmerge, move, rename, retire, again, hide, merge)


def test_a_list_read_while_everything_changes_and_the_hub_starts_again_is_whole(
    environment: dict[str, str], courses: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "HEADERS", 7)
    start = {**environment, "HUB_BASE_URL": "https://hub.example"}
    app = create_app({**from_env(start), "TESTING": True})
    with app.app_context():
        session = db.session()
        joining.add(session, "ada@example.org", courses.PASSWORD, name="Ada")
        source = courses.add_source(session, "many", "Many", "csv")
        run = courses.add_run(session, source, "running")
        courses.bring(session, source, run, [courses.plain(number) for number in range(90)])
        session.execute(update(Resource).values(updated_at=now() - timedelta(days=9)))
        session.commit()
        topical = select(Assignment.resource_id).join(Concept).where(Concept.scheme == "topic", Assignment.state == "accepted")
        ids = list(session.scalars(select(Resource.id).where(Resource.id.in_(topical)).order_by(Resource.id)))
        subjects = [ids[-2:], ids[:2], ids[len(ids) // 2 :][:2]]  # not read yet, read, about now

    replica: dict[str, Copy] = {}
    first = tree = ask(app.test_client(), "ListIdentifiers", metadataPrefix="oai_dc")
    for step in itertools.count():
        replica |= copies(tree)
        token = token_of(tree)
        if token is None or not token.text:
            break
        with app.app_context():
            session = db.session()
            if step < len(MEANWHILE):
                MEANWHILE[step](session, subjects[step % 3])
            one_goes_one_comes = [Withdrawn(identifier=f"course-{step + 20}"), courses.plain(200 + step)]
            courses.bring(session, session.scalars(select(Source)).one(), session.scalars(select(Run)).one(), one_goes_one_comes)
            if step == 5:
                indexing.rebuild(session, app.extensions["hub"].index)
        if step == 8:  # another process, with the same secret
            close(app)
            app = create_app({**from_env(start), "TESTING": True})
        assert step < 100, "the list does not end"
        tree = ask(app.test_client(), "ListIdentifiers", resumptionToken=token.text)
    assert step > 15
    since = first.findtext("o:responseDate", namespaces=NS)
    for page in everything(app.test_client(), since=since or ""):
        replica |= copies(page)
    whole = {id: copy for page in everything(app.test_client()) for id, copy in copies(page).items()}
    assert replica == whole
    assert {id for id, copy in whole.items() if copy[1] is None} == alive(app)
    assert len(whole) > 100 > len(alive(app))
    close(app)


Copy = tuple[str, str | None, set[str]]


def copies(tree: etree._Element) -> dict[str, Copy]:
    """What a harvester keeps of headers: identifier -> datestamp, status, sets."""
    return {id: (node.findtext("o:datestamp", "", NS), node.get("status"), sets_of(node)) for id, node in headers(tree).items()}


def close(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    app.extensions["hub"].index.close()


# who asks


@pytest.mark.parametrize(
    ("settings_", "host", "email", "base"),
    [
        ({"HUB_BASE_URL": "", "HUB_CONTACT": ""}, "courses.example", "postmaster@courses.example", "http://courses.example/oai"),
        (
            {"HUB_BASE_URL": "", "HUB_CONTACT": "https://x.example/contact"},
            "127.0.0.1:81",
            "postmaster@127.0.0.1",
            "http://127.0.0.1:81/oai",
        ),
        ({"HUB_BASE_URL": "", "HUB_CONTACT": ""}, "localhost", "postmaster@localhost.invalid", "http://localhost/oai"),
        (
            {"HUB_BASE_URL": "https://a.example/hub", "HUB_CONTACT": "mailto:b@c.example"},
            "x.example",
            "b@c.example",
            "https://a.example/hub/oai",
        ),
    ],
)
def test_our_name_is_the_configured_one_else_the_requests(
    own_site: Flask, settings_: dict[str, str], host: str, email: str, base: str
) -> None:
    own_site.config.update(settings_)
    tree = document(own_site.test_client().get("/oai?verb=Identify", headers={"Host": host}))
    assert (tree.findtext(".//{*}adminEmail"), tree.findtext(".//{*}baseURL")) == (email, base)


def test_polite_harvesters_may_ask(visitor: FlaskClient) -> None:
    rules = Protego.parse(visitor.get("/robots.txt").get_data(as_text=True))
    assert rules.can_fetch("https://hub.example/oai?verb=ListRecords&metadataPrefix=oai_dc", "any-harvester")
    assert not rules.can_fetch("https://hub.example/search?q=a", "any-harvester")
    assert visitor.get("/oai?verb=Identify").headers["X-Robots-Tag"] == "noindex"


def test_harvesters_come_later_when_the_database_is_away(own_site: Flask) -> None:
    path = Path(own_site.config["HUB_DATA"]) / "hub.db"
    with own_site.app_context():
        db.session.remove()
        db.engine.dispose()
    path.rename(path.with_suffix(".away"))
    path.mkdir()
    answer = own_site.test_client().get("/oai?verb=ListRecords&metadataPrefix=oai_dc")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")


def test_other_hosts_are_refused_here_too(own_site: Flask) -> None:
    own_site.config.update(HUB_BASE_URL="", TRUSTED_HOSTS=["hub.example"])
    for method in ("GET", "POST"):
        answer = own_site.test_client().open("/oai?verb=Identify", method=method, headers={"Host": "evil.example"})
        assert (answer.status_code, b"evil" in answer.data) == (400, False)


def test_a_vocabulary_that_is_loaded_again_moves_only_what_it_changed(own_site: Flask) -> None:
    with own_site.app_context():
        session = db.session
        then = now() - timedelta(days=9)
        session.execute(update(Resource).values(updated_at=then))
        session.commit()
        seeding.load_vocabulary(session())
        assert session.scalar(select(func.count()).where(Resource.updated_at > then)) == 0
        session.execute(
            update(ConceptLabel).where(ConceptLabel.text == "Cross-border e-commerce", ConceptLabel.preferred).values(text="Old name")
        )
        changed = select(ConceptLabel.concept_id).where(ConceptLabel.text == "Old name")
        about = set(session.scalars(select(Assignment.resource_id).where(Assignment.concept_id.in_(changed))))
        seeding.load_vocabulary(session())
        assert set(session.scalars(select(Resource.id).where(Resource.updated_at > then))) == about != set()
