"""What users of other harvesters report, one test each: a run against a server that misbehaves in just that way."""

from __future__ import annotations

import gzip
import json
import threading
import time

import pytest
from sqlalchemy import delete, func, select

from hub.models import Failure, Offering, Outbox, Resource, Run, SourceRecord
from hub.services import harvesting, indexing, running, sourcing

STAMP = "2019-03-04T05:06:07Z"  # the servers' clock here: neither ours nor a record's
COUNTS = ("created", "updated", "unchanged", "withdrawn", "failed")


# --- an OAI-PMH repository, page by page


def record(identifier, title="Live commerce", *, stamp="2018-01-01T00:00:00Z", deleted=False, metadata=True):
    status = ' status="deleted"' if deleted else ""
    inner = (
        '<metadata><oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{title}</dc:title><dc:identifier>http://courses.example/{identifier}</dc:identifier></oai_dc:dc></metadata>"
    )
    head = f"<header{status}><identifier>{identifier}</identifier><datestamp>{stamp}</datestamp></header>"
    return f"<record>{head}{inner if metadata else ''}</record>"


def oai(inner, clock=STAMP):
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>{clock}</responseDate>'
        f"<request>http://r.example/oai</request>{inner}</OAI-PMH>"
    ).encode()


def listed(*records, token=None, size=""):
    last = "" if token is None else f"<resumptionToken{size}>{token}</resumptionToken>"
    return oai(f"<ListRecords>{''.join(records)}{last}</ListRecords>")


def identify(*, deleted="persistent", granularity="YYYY-MM-DDThh:mm:ssZ", earliest="<earliestDatestamp>2001-01-01</earliestDatestamp>"):
    return oai(
        f"<Identify><repositoryName>R</repositoryName><protocolVersion>2.0</protocolVersion>{earliest}"
        f"<deletedRecord>{deleted}</deletedRecord><granularity>{granularity}</granularity></Identify>"
    )


def no(code, text="no"):
    return oai(f'<error code="{code}">{text}</error>')


class Oai:
    """Sets the pages of a repository at the hostile server, and tells what was asked."""

    IDENTIFY = "/oai?verb=Identify"
    FIRST = "/oai?verb=ListRecords&metadataPrefix=oai_dc"

    def __init__(self, hostile):
        self.hostile, self.url = hostile, hostile.url("/oai")
        self.identify()

    def identify(self, **said):
        self.hostile.page(self.IDENTIFY, self.xml(identify(**said)))

    def xml(self, body, status=200):
        return self.hostile.answer(status, body, {"Content-Type": "text/xml; charset=utf-8"})

    def first(self, *bodies):
        self.hostile.page(self.FIRST, *(self.xml(body) if isinstance(body, bytes) else body for body in bodies))

    def after(self, token, *bodies):
        path = f"/oai?verb=ListRecords&resumptionToken={token}"
        self.hostile.page(path, *(self.xml(body) if isinstance(body, bytes) else body for body in bodies))

    def since(self, when, *bodies):
        self.hostile.page(f"{self.FIRST}&from={when}", *map(self.xml, bodies))

    def asked(self):
        return [path.removeprefix("/oai?verb=") for path in self.hostile.paths()]


@pytest.fixture
def repo(hostile):
    return Oai(hostile)


@pytest.fixture
def source(make_source, repo):
    return make_source(url=repo.url)


# --- other kinds


def course(identifier, **attributes):
    found = {"name": f"Course {identifier}", "url": f"http://list.example/{identifier}"} | attributes
    return {"id": identifier, "type": "courses", "attributes": found}


def courses(*items, follow=None):
    data = [course(item) if isinstance(item, str) else item for item in items]
    return json.dumps({"links": {"next": follow} if follow else {}, "data": data}).encode()


def page_of(title):
    block = json.dumps({"@context": "https://schema.org", "@type": "Course", "name": title, "description": "About selling online."})
    return f'<!doctype html><html><head><script type="application/ld+json">{block}</script></head><body></body></html>'.encode()


def sitemap(*addresses):
    entries = "".join(f"<url><loc>{address}</loc></url>" for address in addresses)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'.encode()


# --- what a run left


def counts(run):
    assert run.seen == sum(getattr(run, name) for name in COUNTS), "the counters must always add up"
    return {name: getattr(run, name) for name in COUNTS if getattr(run, name)}


def names(session, source, state="live"):
    return [identifier for identifier, _, found in sourcing.records(session, source) if found == state]


def live(session):
    return session.scalar(select(func.count()).select_from(Resource).where(Resource.withdrawn_at.is_(None)))


# --- runs


def test_cancel_does_something_in_a_hung_fetch(app, session, repo, source):
    repo.first(listed(record("a"), token="t1"))
    repo.after("t1", repo.hostile.hang())
    run = running.prepare(session, source)

    def work():
        with app.app_context():
            from hub.db import db

            harvesting.work(db.session(), app.extensions["hub"].fetching, run.id)

    worker = threading.Thread(target=work)
    worker.start()
    until = time.monotonic() + 20
    while "ListRecords&resumptionToken=t1" not in repo.asked() and time.monotonic() < until:
        time.sleep(0.02)
    session.rollback()
    running.ask_to_stop(session, run.id)
    session.commit()
    worker.join(20)
    assert not worker.is_alive()
    session.expire_all()
    assert (run.state, run.reason) == ("cancelled", "Stopped on request.") and names(session, source) == ["a"]
    assert run.checkpoint and source.lease_owner is None, "the next harvest goes on there"


def test_a_stop_asked_of_a_run_whose_worker_died_ends_it(session, source):
    run = running.prepare(session, source)
    run.state = "running"
    session.commit()
    assert running.state_of(session, run) == "interrupted" and running.abandoned(session) == [run.id]
    running.ask_to_stop(session, run.id)
    session.commit()
    session.refresh(run)
    assert run.state == "cancelled" and run.reason and not running.abandoned(session)


def test_a_run_is_bounded_in_time(session, repo, source, harvest, monkeypatch):
    monkeypatch.setattr(running, "LONGEST", running.LONGEST * 0)
    repo.first(listed(record("a")))
    run = harvest(source)
    assert run.state == "failed" and "works longer" in run.reason


def test_a_mistake_of_the_hub_ends_the_run_instead_of_repeating_it_for_ever(session, repo, source, harvest):
    repo.first(listed(record("a")))
    run = running.prepare(session, source)
    run.checkpoint = [{"nonsense": 1}]
    session.commit()
    done = harvest(source)
    assert done.id == run.id and done.state == "failed" and "The hub itself failed" in done.reason
    assert harvest(source).state == "succeeded"


def test_pages_are_not_gathered_twice_after_a_kill(app, session, repo, source, harvest):
    class Killed(BaseException):
        pass

    def die(run):
        raise Killed

    repo.first(listed(*map(record, (f"a{n}" for n in range(60))), token="t1"))
    repo.after("t1", listed(record("b"), token="t2"))
    repo.after("t2", listed(record("c")))
    run = running.prepare(session, source)
    with pytest.raises(Killed):
        harvesting.work(session, app.extensions["hub"].fetching, run.id, on_page=die)
    session.rollback()
    done = harvest(source)
    assert done.id == run.id and done.state == "succeeded" and counts(done) == {"created": 62}
    assert repo.asked().count("ListRecords&metadataPrefix=oai_dc") == 1


def test_the_run_is_resumed_where_the_source_failed(session, repo, source, harvest):
    repo.first(listed(record("a"), token="t1"))
    repo.after("t1", repo.hostile.answer(404), listed(record("b")))
    failed = harvest(source)
    assert failed.state == "failed" and "404" in failed.reason and counts(failed) == {"created": 1}
    done = harvest(source)
    assert done.id == failed.id and done.state == "succeeded" and counts(done) == {"created": 2}
    assert repo.asked().count("ListRecords&metadataPrefix=oai_dc") == 1


def test_counts_are_right_and_records_are_not_doubled(session, repo, source, harvest):
    repo.first(listed(record("a"), record("b")), listed(record("b", "Live commerce, new"), record("a")))
    harvest(source)
    run = harvest(source, full=True)
    assert counts(run) == {"updated": 1, "unchanged": 1} and names(session, source) == ["a", "b"]
    assert session.scalar(select(func.count()).select_from(SourceRecord)) == 2 == live(session)


def test_clearing_the_history_does_not_double_the_next_harvest(session, repo, source, harvest):
    repo.first(listed(record("a"), record("b")))
    harvest(source)
    session.execute(delete(Failure))
    session.execute(delete(Run))
    session.commit()
    assert counts(harvest(source, full=True)) == {"unchanged": 2} and live(session) == 2


def test_two_sources_with_the_same_identifiers_do_not_overwrite_each_other(session, hostile, make_source, harvest):
    json_ = {"Content-Type": "application/json"}
    for name in ("one", "two"):
        item = course("1", name=f"Course of {name}", url=f"http://{name}.example/1")
        hostile.page(f"/{name}", hostile.answer(body=courses(item), headers=json_))
    sources = [make_source(name, kind="moochub", url=hostile.url(f"/{name}")) for name in ("one", "two")]
    for source in sources:
        harvest(source)
    assert [sourcing.records(session, source) for source in sources] == [[("1", "Course of one", "live")], [("1", "Course of two", "live")]]
    assert live(session) == 2


def test_the_index_hears_of_every_record_and_check_finds_what_it_does_not_have(app, session, repo, source, harvest):
    index = app.extensions["hub"].index
    repo.first(listed(record("a"), record("b")))
    harvest(source)
    assert not indexing.check(session, index).agrees, "the changes are still on their way"
    indexing.drain(session, index)
    assert indexing.check(session, index).agrees and index.count() == 2
    lost = session.scalars(select(Resource.id).order_by(Resource.id)).first()
    index.apply([], [lost])
    assert indexing.check(session, index).missing == (lost,)
    assert indexing.repair(session, index).agrees and index.count() == 2


def test_a_death_between_index_and_outbox_repeats_and_loses_nothing(app, session, repo, source, harvest):
    index = app.extensions["hub"].index
    repo.first(listed(record("a")))
    harvest(source)
    kept = session.scalars(select(Outbox.resource_id)).all()
    indexing.drain(session, index)
    session.add_all(Outbox(resource_id=id) for id in kept)  # as if the process had died before it could remove them
    session.commit()
    indexing.drain(session, index)
    assert indexing.check(session, index).agrees and index.count() == 1


def test_one_bad_source_does_not_block_the_others(hostile, make_source, harvest):
    hostile.page("/good", hostile.answer(body=courses("a"), headers={"Content-Type": "application/json"}))
    bad = make_source("bad", kind="moochub", url=hostile.url("/gone"))
    good = make_source("good", kind="moochub", url=hostile.url("/good"))
    assert [harvest(source).state for source in (bad, good)] == ["failed", "succeeded"]


# --- resumption tokens


@pytest.mark.parametrize("status", [200, 400, 404, 422, 500])
def test_an_expired_token_loses_nothing_whatever_its_status(session, repo, source, harvest, status):
    repo.first(listed(record("a"), token="t1"), listed(record("a"), token="t2"))
    repo.after("t1", repo.xml(no("badResumptionToken", "expired"), status))
    repo.after("t2", listed(record("b")))
    run = harvest(source)
    assert (run.state, run.restarts) == ("succeeded", 1) and counts(run) == {"created": 2}


def test_a_token_that_always_expires_ends_with_a_reason(session, repo, source, harvest):
    repo.first(listed(record("a"), token="t1"))
    repo.after("t1", no("badResumptionToken", "who are you"))
    run = harvest(source)
    assert run.state == "failed" and "resumption token" in run.reason and names(session, source) == ["a"]
    assert repo.asked().count("ListRecords&metadataPrefix=oai_dc") == 1 + harvesting.RESTARTS


def test_tokens_that_go_on_expiring_end_nothing_while_each_time_brings_more(session, repo, source, harvest):
    times = 2 * harvesting.RESTARTS
    repo.first(*(listed(record("a"), token=f"t{n}") for n in range(times + 1)))
    for n in range(times):
        repo.after(f"t{n}", listed(record(f"b{n}"), token=f"u{n}"))
        repo.after(f"u{n}", no("badResumptionToken", "expired"))
    repo.after(f"t{times}", listed(record("end")))
    run = harvest(source)
    assert (run.state, run.restarts) == ("succeeded", times) and run.created == times + 2


@pytest.mark.parametrize("token", ["", " \n "])
def test_an_empty_token_is_the_end(repo, source, harvest, token):
    repo.first(listed(record("a"), token=token, size=' completeListSize="1" cursor="0"'))
    assert harvest(source).state == "succeeded" and len(repo.asked()) == 3


def test_the_same_token_for_ever_ends_with_a_reason(session, repo, source, harvest):
    repo.first(listed(record("a"), token="t1"))
    repo.after("t1", listed(record("b"), token="t1"))
    run = harvest(source)
    assert run.state == "failed" and "circles" in run.reason and names(session, source) == ["a", "b"]
    assert len(repo.asked()) < 10


@pytest.mark.parametrize("status", [200, 404, 422])
def test_a_token_though_nothing_follows(session, repo, source, harvest, status):
    repo.first(listed(record("a"), token="t1"))
    repo.after("t1", repo.xml(no("noRecordsMatch"), status))
    assert harvest(source).state == "succeeded" and names(session, source) == ["a"]


def test_an_empty_page_with_a_token_is_not_the_end(session, repo, source, harvest):
    repo.first(listed(record("a"), token="t1"))
    repo.after("t1", listed(token="t2"))
    repo.after("t2", listed(record("b")))
    assert harvest(source).state == "succeeded" and names(session, source) == ["a", "b"]


def test_a_token_goes_back_exactly_as_it_came(session, repo, source, harvest):
    repo.first(listed(record("a"), token="a%2Fb&amp;c=1 d+e"))
    repo.after("a%252Fb%26c%3D1%20d%2Be", listed(record("b")))
    assert harvest(source).state == "succeeded" and names(session, source) == ["a", "b"]


def test_a_list_that_changes_between_its_pages_loses_nothing(session, repo, source, harvest):
    repo.first(listed(record("d"), record("b", "Old"), token="t1"))
    repo.after("t1", listed(record("b", "New"), record("a"), token="t2"))  # unsorted, and `b` once more, changed
    repo.after("t2", listed(record("c"), record("d", deleted=True)))  # `d` went in the meantime
    run = harvest(source)
    assert run.state == "succeeded" and counts(run)["created"] == 4
    assert sourcing.records(session, source) == [
        ("a", "Live commerce", "live"), ("b", "New", "live"), ("c", "Live commerce", "live"), ("d", "Live commerce", "deleted"),
    ]  # fmt: skip
    assert live(session) == 3


# --- what changed since


def test_the_next_harvest_begins_at_the_first_pages_response_date(session, repo, source, harvest):
    repo.first(oai(f"<ListRecords>{record('a', stamp='2030-01-01T00:00:00Z')}<resumptionToken>t1</resumptionToken></ListRecords>"))
    repo.after("t1", oai(f"<ListRecords>{record('b')}</ListRecords>", clock="2019-03-04T09:00:00Z"))
    repo.since("2019-03-04T05%3A06%3A06Z", no("noRecordsMatch"))
    assert harvest(source).state == "succeeded" and source.stamp == STAMP
    run = harvest(source)
    assert (run.state, run.full, run.seen) == ("succeeded", False, 0), "one second of overlap, nothing new"
    assert names(session, source) == ["a", "b"], "an incremental pass withdraws nothing that it does not name"


def test_a_repository_of_days_is_asked_in_days(repo, source, harvest):
    repo.identify(granularity="YYYY-MM-DD")
    repo.first(listed(record("a", stamp="2018-01-01")))
    repo.since("2019-03-03", listed(record("a", "Live commerce, second edition", stamp="2019-03-04")))
    harvest(source)
    assert counts(harvest(source)) == {"updated": 1}


@pytest.mark.parametrize(
    "earliest", ["", "<earliestDatestamp>0000-00-00</earliestDatestamp>", "<earliestDatestamp>2099-01-01</earliestDatestamp>"]
)
def test_a_missing_or_wrong_earliest_datestamp_hides_nothing(repo, source, harvest, earliest):
    repo.identify(earliest=earliest)
    repo.first(listed(record("a")))
    assert counts(harvest(source)) == {"created": 1}
    assert not any("from=" in path for path in repo.asked())


@pytest.mark.parametrize("promise", ["no", "transient"])
def test_deletions_that_nobody_tells_are_found_by_a_complete_pass(session, repo, source, harvest, promise):
    repo.identify(deleted=promise)
    repo.first(listed(record("a"), record("b")), listed(record("a")))
    harvest(source)
    run = harvest(source)
    assert run.full and counts(run) == {"unchanged": 1, "withdrawn": 1} and "vanished" in run.reason
    assert names(session, source, "deleted") == ["b"] and live(session) == 1


def test_tombstones_do_not_break_the_harvest(session, repo, source, harvest):
    gone = record("gone", deleted=True, metadata=False)
    repo.first(listed(gone, record("a"), record("odd", deleted=True)))
    run = harvest(source)
    assert run.state == "succeeded" and counts(run) == {"created": 1, "withdrawn": 2}
    assert names(session, source) == ["a"] and names(session, source, "deleted") == ["gone", "odd"], "deleted is deleted, metadata or not"


# --- bytes


@pytest.mark.parametrize("bad", [b"\x01", b"\xff\xfe", b"<b>", b"&#2;"])
def test_characters_that_are_no_xml_cost_one_record(session, repo, source, harvest, bad):
    body = listed(record("a"), record("bad", "Bad WORD here"), record("c")).replace(b"WORD", bad)
    repo.first(body)
    run = harvest(source)
    assert run.state == "partial" and counts(run) == {"created": 2, "failed": 1} and names(session, source) == ["a", "c"]
    failure = session.scalars(select(Failure)).one()
    assert failure.identifier == "bad" and failure.reason and failure.raw


def test_truncated_xml_is_not_the_end(session, repo, source, harvest):
    repo.first(listed(record("a"), record("b"), token="t1"))
    whole = listed(record("c"), record("d"))
    repo.after("t1", whole[: whole.index(b"<record>", len(whole) // 2) + 40])
    run = harvest(source)
    assert run.state == "failed" and run.reason and live(session) >= 2, "what came before is kept"
    repo.after("t1", whole)
    assert harvest(source).state == "succeeded" and names(session, source) == ["a", "b", "c", "d"]


def test_a_list_shorter_than_announced_withdraws_nothing(session, repo, source, harvest):
    repo.identify(deleted="no")
    repo.first(listed(*map(record, "abcd")), listed(record("a"), token="", size=' completeListSize="4"'))
    harvest(source)
    run = harvest(source)
    assert run.state == "partial" and "announced 4" in run.reason and names(session, source) == list("abcd")


def test_finished_with_nothing_imported_says_so(session, repo, source, harvest):
    repo.first(no("noRecordsMatch"))
    run = harvest(source)
    assert run.state == "succeeded" and "holds no records" in run.reason and run.advice


def test_a_page_for_people_with_status_200_is_no_success(session, repo, source, harvest):
    repo.hostile.page(
        Oai.IDENTIFY, repo.hostile.answer(body=b"<!doctype html><title>Log in</title>", headers={"Content-Type": "text/html"})
    )
    repo.hostile.page(Oai.FIRST, repo.hostile.answer(body=b"<!doctype html><title>Log in</title>", headers={"Content-Type": "text/html"}))
    run = harvest(source)
    assert run.state == "failed" and "/oai" in run.reason and run.advice


def test_a_source_that_loses_everything_overnight_waits_for_a_person(session, repo, source, harvest):
    repo.identify(deleted="no")
    repo.first(listed(*map(record, "abcdefghijkl")), no("noRecordsMatch"))
    harvest(source)
    run = harvest(source)
    assert run.state == "waiting" and live(session) == 12


def test_an_identifier_twice_inside_one_page_is_one_record(session, repo, source, harvest):
    repo.first(listed(record("a", "First"), record("b"), record("a", "Second")))
    run = harvest(source)
    assert sourcing.records(session, source) == [("a", "Second", "live"), ("b", "Live commerce", "live")] and live(session) == 2
    assert run.state == "succeeded" and counts(run)["created"] == 2


@pytest.mark.parametrize("written", ["2026-02-30", "32 May 2026", "TBD", "0000-00-00", 20260230, None, "99999-01-01"])
def test_a_date_that_is_none_costs_the_date_alone(session, hostile, make_source, harvest, written):
    item = course("a", startDate=[written], endDate=["2026-12-24"])
    hostile.page("/list", hostile.answer(body=courses(item), headers={"Content-Type": "application/json"}))
    run = harvest(make_source(kind="moochub", url=hostile.url("/list")))
    assert run.state == "succeeded" and counts(run) == {"created": 1}
    assert not session.scalars(select(Offering.start).where(Offering.start.is_not(None))).all()


# --- other places


@pytest.mark.parametrize(
    "place", ["http://10.0.0.1/more", "http://169.254.169.254/latest", "http://[::ffff:10.0.0.1]/x", "https://2130706434/"]
)
def test_a_next_link_to_a_refused_place_is_not_followed(session, hostile, make_source, harvest, place):
    hostile.page("/list", hostile.answer(body=courses("a", follow=place), headers={"Content-Type": "application/json"}))
    source = make_source(kind="moochub", url=hostile.url("/list"))
    run = harvest(source)
    assert run.state == "failed" and names(session, source) == ["a"], "what came before is kept"
    assert run.reason and run.advice


@pytest.mark.parametrize("packing", ["gz", "gz with Content-Encoding", "named gz, but plain"])
def test_sitemaps_in_gzip_or_not(session, hostile, make_source, harvest, packing):
    plain = sitemap(hostile.url("/c/1"), hostile.url("/c/2"))
    if packing == "gz with Content-Encoding":
        hostile.page("/sitemap.xml.gz", hostile.compressed(plain))
    else:
        hostile.page("/sitemap.xml.gz", hostile.answer(body=gzip.compress(plain) if packing == "gz" else plain))
    for n in "12":
        hostile.page(f"/c/{n}", hostile.answer(body=page_of(f"Course {n}"), headers={"Content-Type": "text/html"}))
    run = harvest(make_source(kind="jsonld", url=hostile.url("/sitemap.xml.gz")))
    assert run.state == "succeeded" and counts(run) == {"created": 2}


def test_robots_txt_is_obeyed_for_the_pages_of_a_sitemap(session, hostile, make_source, harvest):
    hostile.page("/robots.txt", hostile.answer(body=b"User-agent: *\nDisallow: /private/\n"))
    hostile.page("/map.xml", hostile.answer(body=sitemap(hostile.url("/c/1"), hostile.url("/private/2"))))
    hostile.page("/c/1", hostile.answer(body=page_of("Course 1"), headers={"Content-Type": "text/html"}))
    run = harvest(make_source(kind="jsonld", url=hostile.url("/map.xml")))
    assert counts(run) == {"created": 1, "failed": 1} and "/private/2" not in hostile.paths()
    assert "robots.txt" in session.scalars(select(Failure.reason)).one()
