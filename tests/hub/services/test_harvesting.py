"""A run from its first page to its end, against real servers on loopback."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from harvesters.record import Failure as HarvestFailure
from harvesters.record import Raw, Withdrawn
from hub.models import Failure, Resource, Run, SourceRecord
from hub.services import harvesting, indexing, leasing, running, saving, sourcing, withdrawing

COUNTS = ("seen", "created", "updated", "unchanged", "withdrawn", "failed")


def counts(run):
    found = {name: getattr(run, name) for name in COUNTS}
    assert found["seen"] == sum(found[name] for name in COUNTS[1:]), "the counters must always add up"
    return {name: count for name, count in found.items() if count}


def live(session):
    return session.scalar(select(func.count()).select_from(Resource).where(Resource.withdrawn_at.is_(None)))


def dump(session, source):
    return "".join(
        f"{identifier}\t{title if state == 'live' else ''}\t{state}\n" for identifier, title, state in sourcing.records(session, source)
    )


def courses(*ids, url="http://list.example"):
    """A MOOChub list."""
    items = [{"id": i, "type": "courses", "attributes": {"name": f"Course {i}", "url": f"{url}/{i}"}} for i in ids]
    return json.dumps({"links": {}, "data": items}).encode()


@pytest.fixture
def moochub(make_source, hostile):
    """A source whose list is the page /list of the hostile server."""
    return make_source(kind="moochub", url=hostile.url("/list"))


def serve(hostile, *bodies, module=None):
    hostile.page("/list", *(hostile.answer(body=body, headers={"Content-Type": "application/json"}) for body in bodies))


def test_a_repository_comes_whole_and_then_only_what_changed(session, make_source, repository, harvest):
    source = make_source(url=repository.url)
    run = harvest(source)
    assert (run.state, run.total, run.full) == ("succeeded", 250, True) and counts(run) == {"seen": 250, "created": 250}
    assert dump(session, source) == repository.tsv()
    assert source.stamp and source.tracks_deletions and source.complete_at and source.lease_owner is None
    repository.change(touch="0-9", delete="20-24", add=5)
    second = harvest(source)
    assert not second.full and second.since == run.stamp
    found = counts(second)
    assert (found["updated"], found["withdrawn"], found["created"]) == (10, 5, 5)
    assert dump(session, source) == repository.tsv()
    assert live(session) == 250


def test_a_forced_full_pass_changes_nothing(session, make_source, repository, harvest):
    source = make_source(url=repository.url)
    harvest(source)
    run = harvest(source, full=True)
    assert counts(run) == {"seen": 250, "unchanged": 250} and run.full


def test_an_expired_token_begins_the_list_again_and_counts_each_record_once(session, make_source, repository, harvest):
    source = make_source(url=repository.url)
    repository.change(expire=1)
    run = harvest(source)
    assert (run.state, run.restarts) == ("succeeded", 1) and counts(run) == {"seen": 250, "created": 250}
    assert dump(session, source) == repository.tsv()


def test_a_limited_look_takes_so_many_and_leaves_no_checkpoint(session, make_source, repository, harvest):
    source = make_source(url=repository.url)
    run = harvest(source, limit=45)
    assert counts(run) == {"seen": 45, "created": 45} and not run.checkpoint and source.stamp is None
    assert counts(harvest(source)) == {"seen": 250, "created": 205, "unchanged": 45}


def test_a_run_that_was_killed_goes_on_at_its_checkpoint(session, app, make_source, repository):
    source = make_source(url=repository.url)
    run = running.prepare(session, source)

    class Killed(BaseException):
        """As abrupt as a signal that nobody can catch."""

    def die(run):
        if run.pages >= 4:
            raise Killed

    with pytest.raises(Killed):
        harvesting.work(session, app.extensions["hub"].fetching, run.id, on_page=die)
    session.rollback()
    stopped = session.get(Run, run.id)
    assert stopped.state == "running" and 0 < stopped.seen < 250 and stopped.checkpoint
    seen, pages = stopped.seen, stopped.pages
    again = running.prepare(session, source)
    assert again.id == run.id
    done = harvesting.work(session, app.extensions["hub"].fetching, again.id)
    assert done.state == "succeeded" and counts(done) == {"seen": 250, "created": 250}
    assert seen < 250 and done.pages < pages + 8, "the pages before the checkpoint are not asked again"


def test_a_source_that_fails_midway_keeps_what_it_gave_and_goes_on_next_time(session, make_source, hostile, harvest):
    source = make_source(kind="moochub", url=hostile.url("/list"))
    first = json.loads(courses("a", "b"))
    first["links"] = {"next": hostile.url("/more")}
    serve(hostile, json.dumps(first).encode())
    hostile.page("/more", hostile.answer(404), hostile.answer(body=courses("c"), headers={"Content-Type": "application/json"}))
    run = harvest(source)
    assert run.state == "failed" and "404" in run.reason and counts(run) == {"seen": 2, "created": 2}
    again = harvest(source)
    assert (again.id, again.state) == (run.id, "succeeded") and counts(again) == {"seen": 3, "created": 3}


def test_a_checkpoint_that_fails_at_once_is_not_tried_for_ever(session, make_source, hostile, harvest):
    source = make_source(kind="moochub", url=hostile.url("/list"))
    first = json.loads(courses("a"))
    first["links"] = {"next": hostile.url("/more")}
    serve(hostile, json.dumps(first).encode())
    hostile.page("/more", hostile.answer(404))
    ids = [harvest(source).id for _ in range(3)]
    assert ids[0] == ids[1] != ids[2], "the third run begins anew"


def test_one_bad_record_costs_one_record(session, make_source, hostile, harvest):
    source = make_source(kind="moochub", url=hostile.url("/list"))
    data = json.loads(courses("a", "b"))
    data["data"].insert(1, {"id": "x", "type": "courses", "attributes": {"url": "http://list.example/x"}})
    serve(hostile, json.dumps(data).encode())
    run = harvest(source)
    assert run.state == "partial" and counts(run) == {"seen": 3, "created": 2, "failed": 1}
    failure = session.scalars(select(Failure)).one()
    assert failure.identifier and "title" in failure.reason and failure.run_id == run.id


def test_a_record_that_the_database_refuses_costs_one_record(session, make_source, hostile, harvest):
    source = make_source(kind="moochub", url=hostile.url("/list"))
    body = courses("a", "b").replace(b'"id": "b"', b'"id": "b\\ud800"')
    serve(hostile, body)
    run = harvest(source)
    assert run.state in ("partial", "succeeded") and run.seen == 2 and run.created >= 1


def test_a_record_that_vanished_is_withdrawn(session, make_source, hostile, harvest):
    source = make_source(kind="moochub", url=hostile.url("/list"))
    serve(hostile, courses(*range(20)), courses(*range(18)))
    harvest(source)
    run = harvest(source)
    assert run.state == "succeeded" and counts(run) == {"seen": 20, "unchanged": 18, "withdrawn": 2}
    assert live(session) == 18


def test_many_that_vanished_wait_for_approval(session, make_source, hostile, harvest):
    source = make_source(kind="moochub", url=hostile.url("/list"))
    serve(hostile, courses(*range(20)), courses(*range(5)))
    harvest(source)
    run = harvest(source)
    assert run.state == "waiting" and "15 of 20" in run.reason and live(session) == 20
    assert len(withdrawing.waiting_for(session, run.id)) == 15
    assert withdrawing.approve(session, run.id) == 15 and withdrawing.approve(session, run.id) is None
    session.commit()
    assert run.state == "succeeded" and live(session) == 5 and counts(run)["withdrawn"] == 15


def test_an_approval_is_done_in_parts_and_leaves_the_rest_to_a_run_that_begins_meanwhile(
    session, make_source, hostile, harvest, monkeypatch
):
    monkeypatch.setattr(withdrawing, "AT_ONCE", 4)
    source = make_source(kind="moochub", url=hostile.url("/list"))
    serve(hostile, courses(*range(20)), courses(*range(5)))
    harvest(source)
    run = harvest(source)

    def begin_another(_):
        with Session(session.get_bind()) as other:
            other.execute(update(Run).where(Run.id == run_id, Run.withdrawn == 8).values(state="cancelled"))
            other.commit()

    run_id = run.id
    event.listen(session, "after_commit", begin_another)
    assert withdrawing.approve(session, run.id) == 8
    session.commit()
    event.remove(session, "after_commit", begin_another)
    assert run.state == "cancelled" and live(session) == 12


def test_an_empty_answer_of_a_source_that_had_records_withdraws_nothing(session, make_source, hostile, harvest):
    source = make_source(kind="moochub", url=hostile.url("/list"))
    serve(hostile, courses(*range(20)), courses())
    harvest(source)
    assert harvest(source).state == "waiting" and live(session) == 20


def test_a_failed_record_has_not_vanished(session, make_source, hostile, harvest):
    source = make_source(kind="moochub", url=hostile.url("/list"))
    broken = json.loads(courses(*range(20)))
    del broken["data"][3]["attributes"]["name"]
    serve(hostile, courses(*range(20)), json.dumps(broken).encode())
    harvest(source)
    run = harvest(source)
    assert counts(run)["failed"] == 1 and "withdrawn" not in counts(run) and live(session) == 20


@pytest.mark.parametrize(
    ("body", "said"),
    [(b"<html><title>Sign in</title></html>", "HTML"), (b"{", "JSON"), (b"", "empty"), (b'{"data": 7}', "list")],
)
def test_an_answer_that_is_not_of_the_kind_ends_the_run_with_a_reason(session, make_source, hostile, harvest, body, said):
    source = make_source(kind="moochub", url=hostile.url("/list"))
    serve(hostile, body)
    run = harvest(source)
    assert run.state == "failed" and run.seen == 0
    assert hostile.url("/list") in run.reason and (said.lower() in run.reason.lower() or "MOOChub" in run.reason)
    assert source.lease_owner is None


def test_a_host_that_does_not_answer_ends_the_run_with_a_reason(session, make_source, harvest):
    source = make_source(url="http://127.0.0.1:9/oai")
    run = harvest(source)
    assert run.state == "failed" and "127.0.0.1:9" in run.reason and run.advice


def test_an_address_that_is_not_public_is_refused_without_being_asked(session, make_source, harvest):
    run = harvest(make_source(url="http://10.0.0.1/oai"))
    assert run.state == "failed" and "10.0.0.1" in run.reason and "HUB_HARVEST_ALLOW" in (run.reason + run.advice)


def test_a_kind_that_is_not_there_ends_the_run_with_a_reason(session, make_source, harvest):
    run = harvest(make_source(kind="gopher"))
    assert run.state == "failed" and "gopher" in run.reason


def test_a_source_has_one_run_at_a_time(session, make_source, repository):
    source = make_source(url=repository.url)
    session.execute(update(type(source)).values(lease_owner="elsewhere/1/2", lease_at=func.now()))
    leasing.acquire(session, make_source("other").id)
    source.lease_at = source.created_at
    session.commit()
    with pytest.raises(leasing.AlreadyRunning, match="elsewhere"):
        running.prepare(session, source)


def test_the_index_follows(session, app, make_source, repository, harvest):
    source, index = make_source(url=repository.url), app.extensions["hub"].index
    harvest(source)
    assert indexing.waiting(session) == 250 and not indexing.check(session, index).agrees
    assert indexing.drain(session, index) == 250
    assert indexing.check(session, index).agrees and index.count() == 250
    repository.change(touch="0-9", delete="20-24")
    harvest(source)
    indexing.drain(session, index)
    assert indexing.check(session, index).agrees and index.count() == 245
    held = {o.identifier for entry in index.entries() for o in entry.origins}
    assert held == set(session.scalars(select(SourceRecord.identifier).where(SourceRecord.state == "active")))


def test_an_index_that_lost_its_way_is_mended_and_rebuilt(session, app, make_source, repository, harvest):
    index = app.extensions["hub"].index
    harvest(make_source(url=repository.url))
    indexing.drain(session, index)
    entries = list(index.entries())
    index.apply([], [entry.id for entry in entries[:7]])
    session.execute(update(Resource).where(Resource.id == entries[9].id).values(version=99))
    session.commit()
    difference = indexing.check(session, index)
    assert (len(difference.missing), len(difference.stale), difference.extra) == (7, 1, ())
    assert indexing.repair(session, index).agrees
    index.apply([], [entry.id for entry in entries])
    assert indexing.rebuild(session, index) == 250 and indexing.check(session, index).agrees


def test_a_catalogue_that_grows_meanwhile_does_not_stop_a_rebuild(session, app, make_source, repository, make_record, receive, harvest):
    index, late = app.extensions["hub"].index, make_source("late", kind="csv", url="http://late.example/list")
    harvest(make_source(url=repository.url))

    def grow(done):
        if done == 1:
            receive(late, [make_record(f"late{n}", f"Late course {n}") for n in range(50)])

    assert indexing.rebuild(session, index, on_document=grow) == 250
    indexing.drain(session, index)
    assert index.count() == 300 and indexing.check(session, index).agrees


def csv_list(*names, bad=0):
    rows = [f"https://list.example/{name},{name},Course {name}" for name in names] + [
        f"https://list.example/bad{n},bad{n}," for n in range(bad)
    ]
    return "\n".join(["url,id,title", *rows]).encode()


def test_a_row_that_failed_spares_itself_and_not_the_whole_list(session, make_source, hostile, harvest):
    source = make_source(kind="csv", url=hostile.url("/list"), options={"identifier": "id"})
    for body in (csv_list(*range(20)), csv_list(*range(18), bad=1)):
        hostile.page("/list", hostile.answer(body=body, headers={"Content-Type": "text/csv"}))
        run = harvest(source)
    found = counts(run)
    assert found["failed"] == 1
    assert found.get("withdrawn") == 2 or "no identifier" in (run.reason or ""), "withdrawn, or said why not"


def test_a_page_that_could_not_be_read_is_no_record_that_vanishes(session, make_source, hostile, harvest, make_record, receive):
    source = make_source(kind="moochub", url=hostile.url("/list"))
    serve(hostile, courses(*range(8)))
    harvest(source)
    session.add(
        SourceRecord(
            source_id=source.id,
            identifier="http://x/1",
            state="failed",
            raw=b"",
            raw_hash=b"",
            first_seen_at=source.created_at,
            last_seen_at=source.created_at,
            changed_at=source.created_at,
        )
    )
    session.commit()
    run = harvest(source)
    assert run.state == "succeeded" and counts(run) == {"seen": 8, "unchanged": 8}
    assert sourcing.sizes(session) == {source.id: 8}


def test_a_list_begun_again_is_counted_again(session, make_source, repository, harvest):
    repository.change(expire=1)
    run = harvest(make_source(url=repository.url))
    assert (run.restarts, run.received, run.total) == (1, 250, 250)


def test_a_run_killed_after_its_last_page_has_only_to_be_finished(session, make_source, hostile, harvest):
    source = make_source(kind="moochub", url=hostile.url("/list"))
    serve(hostile, courses("a", "b"))
    run = harvest(source)
    asked = len(hostile.paths())
    run.state, run.finished_at, source.complete_at = "running", None, None
    session.commit()
    again = harvest(source)
    assert (again.id, again.state, again.received) == (run.id, "succeeded", 2) and len(hostile.paths()) == asked
    assert source.complete_at is not None


def test_a_long_list_comes_in_slices(session, make_source, hostile, harvest, monkeypatch):
    monkeypatch.setattr(saving, "SLICE", 7)
    source = make_source(kind="moochub", url=hostile.url("/list"))
    serve(hostile, courses(*range(30)))
    run = harvest(source)
    assert counts(run) == {"seen": 30, "created": 30} and (run.received, run.pages) == (30, 1)


def test_a_process_that_lost_its_lease_stops_writing(session, app, make_source, repository):
    source = make_source(url=repository.url)
    run = running.prepare(session, source)

    def taken(run):
        session.execute(update(type(source)).where(type(source).id == run.source_id).values(lease_owner="elsewhere/1/2"))
        session.commit()

    done = harvesting.work(session, app.extensions["hub"].fetching, run.id, on_page=taken)
    assert done.state == "running" and done.seen < 250, "the other process goes on with it"


def test_a_withdrawn_record_that_comes_back_broken_stays_withdrawn(session, app, make_source, make_record, receive):
    source = make_source()
    receive(source, [make_record("a")])
    receive(source, [Withdrawn(identifier="a")])
    indexing.drain(session, app.extensions["hub"].index)
    receive(source, [HarvestFailure(identifier="a", reason="broken", raw=Raw(b"?", "", "u"))])
    assert session.scalars(select(SourceRecord.state)).one() == "withdrawn"
    assert indexing.check(session, app.extensions["hub"].index).agrees
