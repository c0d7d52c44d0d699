"""A dry run: what it notes, and that it changes nothing."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from hub.db import db, now
from hub.models import PreviewItem, Run, SourceRecord
from hub.services import harvesting, previewing, running

JSON = {"Content-Type": "application/json"}
APART = {"run", "preview_item", "alembic_version", "source"}  # what a dry run writes; of the source only its lease


def contents(session):
    """Every row of every other table, and the sources without their leases."""
    session.commit()
    rows = {t.name: session.execute(select(t)).all() for t in db.metadata.sorted_tables if t.name not in APART}
    source = db.metadata.tables["source"]
    lasting = [column for column in source.columns if not column.name.startswith("lease")]
    return rows | {"source": session.execute(select(*lasting)).all()}


def verdicts(session, run):
    found = select(PreviewItem.verdict, func.count()).where(PreviewItem.run_id == run.id).group_by(PreviewItem.verdict)
    return dict(session.execute(found).all())


def adds_up(run):
    return run.seen == run.created + run.updated + run.unchanged + run.withdrawn + run.failed


def course(identifier, name="Course", **more):
    return {"id": identifier, "type": "courses", "attributes": {"name": name, "url": f"http://list.example/{identifier}", **more}}


def serve(hostile, *items):
    hostile.page("/list", hostile.answer(body=json.dumps({"links": {}, "data": list(items)}).encode(), headers=JSON))


@pytest.fixture
def preview(app, session):
    def work(source, **how):
        run = running.prepare(session, source, task="preview", **how)
        done = harvesting.work(session, app.extensions["hub"].fetching, run.id)
        session.expire_all()
        return done

    return work


@pytest.fixture
def moochub(make_source, hostile):
    return make_source(kind="moochub", url=hostile.url("/list"))


def test_a_new_source_is_looked_at_and_nothing_else_changes(session, make_source, repository, preview):
    source = make_source(url=repository.url, draft=True)
    before = contents(session)
    run = preview(source)
    assert (run.state, run.created, run.seen, run.task) == ("succeeded", 250, 250, "preview")
    assert verdicts(session, run) == {"new": 250} and contents(session) == before
    looks = session.scalars(select(PreviewItem).where(PreviewItem.values.is_not(None)).order_by(PreviewItem.id)).all()
    shown = [item for item in looks if item.values is not None]
    assert len(shown) == previewing.LOOKS and shown[0].values["title"] == shown[0].title


def test_what_changed_is_told_field_by_field(session, moochub, hostile, harvest, preview):
    serve(hostile, course("a", "First"), course("b", "Second"), course("c"))
    harvest(moochub)
    serve(hostile, course("a", "First, mended"), course("b", "Second"), course("c"), course("d"), {"id": "e", "type": "courses"})
    before = contents(session)
    run = preview(moochub)
    assert contents(session) == before
    assert verdicts(session, run) == {"changed": 1, "unchanged": 2, "new": 1, "invalid": 1}
    assert (run.updated, run.unchanged, run.created, run.failed, run.state) == (1, 2, 1, 1, "partial") and adds_up(run)
    changed, wrong = session.scalars(
        select(PreviewItem).where(PreviewItem.verdict.in_(("changed", "invalid"))).order_by(PreviewItem.verdict)
    )
    assert changed.differences == [["title", "First", "First, mended"]] and changed.title == "First, mended"
    assert wrong.identifier == "e" and wrong.reason and wrong.raw
    again = harvest(moochub)
    assert (again.updated, again.unchanged, again.created, again.failed) == (1, 2, 1, 1), "a harvest does what the preview said"


@pytest.mark.parametrize(("left", "said", "withdrawn"), [(8, "would be withdrawn", 2), (2, "would wait for approval", 0)])
def test_what_has_vanished_by_the_rules_of_a_harvest(session, moochub, hostile, harvest, preview, left, said, withdrawn):
    serve(hostile, *(course(f"c{n}") for n in range(10)))
    harvest(moochub)
    serve(hostile, *(course(f"c{n}") for n in range(left)))
    before = contents(session)
    run = preview(moochub)
    assert contents(session) == before
    assert verdicts(session, run) == {"unchanged": left, "vanished": 10 - left}
    assert said in run.reason and run.withdrawn == withdrawn and adds_up(run) and run.state == "succeeded"
    assert (harvest(moochub).state == "waiting") == (not withdrawn)


def test_what_could_not_be_read_has_not_vanished(session, moochub, hostile, harvest, preview):
    serve(hostile, *(course(f"c{n}") for n in range(6)))
    harvest(moochub)
    serve(hostile, *(course(f"c{n}") for n in range(4)), {"id": "c4", "type": "courses"})
    assert verdicts(session, preview(moochub)) == {"unchanged": 4, "invalid": 1, "vanished": 1}
    serve(hostile, *(course(f"c{n}") for n in range(4)), {"type": "courses", "attributes": {"name": ""}})
    run = preview(moochub)
    assert "no identifier" in run.reason and run.withdrawn == 0 and adds_up(run)


def test_a_feed_forgets_nothing(session, make_source, hostile, harvest, preview):
    def feed(*names):
        items = "".join(f"<item><guid>{n}</guid><title>Course {n}</title><link>http://f.example/{n}</link></item>" for n in names)
        body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>F</title>{items}</channel></rss>'.encode()
        hostile.page("/feed", hostile.answer(body=body, headers={"Content-Type": "application/rss+xml"}))

    source = make_source(kind="rss", url=hostile.url("/feed"))
    feed("a", "b")
    harvest(source)
    feed("b", "c")
    run = preview(source)
    assert verdicts(session, run) == {"unchanged": 1, "new": 1} and "latest" in run.reason


def test_deletions_and_returns(session, make_source, repository, harvest, preview):
    source = make_source(url=repository.url)
    harvest(source)
    repository.change(delete="0-2", touch="5-9")
    run = preview(source)
    assert run.full and verdicts(session, run) == {"deleted": 3, "changed": 5, "unchanged": 242}
    session.execute(update(SourceRecord).where(SourceRecord.identifier.endswith("0020")).values(state="withdrawn"))
    session.commit()
    back = session.scalar(
        select(PreviewItem.differences).where(PreviewItem.run_id == preview(source).id, PreviewItem.identifier.endswith("0020"))
    )
    assert back == [["state", "withdrawn", "active"]]


def test_a_limited_look_says_that_it_did_not_judge(session, make_source, repository, preview):
    source = make_source(url=repository.url)
    run = preview(source, limit=45)
    assert run.seen == 45 and "first 45" in run.reason and not verdicts(session, run).get("vanished")
    whole = preview(source, limit=1000)
    assert (whole.seen, whole.reason) == (250, None), "a list that is shorter was read whole"


def test_a_list_that_begins_again_counts_each_record_once(session, make_source, repository, preview):
    repository.change(expire=1)
    run = preview(make_source(url=repository.url))
    assert (run.restarts, run.seen, run.created) == (1, 250, 250) and verdicts(session, run) == {"new": 250}


def test_a_preview_that_was_killed_goes_on_and_one_that_is_stopped_ends(session, app, make_source, repository):
    source, fetching = make_source(url=repository.url), app.extensions["hub"].fetching

    class Killed(BaseException):
        """As abrupt as a signal that nobody can catch."""

    def die(run):
        if run.pages >= 3:
            raise Killed

    run = running.prepare(session, source, task="preview")
    with pytest.raises(Killed):
        harvesting.work(session, fetching, run.id, on_page=die)
    session.rollback()
    seen = session.get(Run, run.id).seen
    assert 0 < seen < 250
    assert running.prepare(session, source, task="preview").id == run.id
    assert harvesting.work(session, fetching, run.id).seen == 250 and verdicts(session, run) == {"new": 250}


def test_a_newer_preview_and_time_take_the_old_one_away(session, make_source, repository, preview):
    source, other = make_source(url=repository.url), make_source("other", url=repository.url)
    first, kept, second = preview(source, limit=5), preview(other, limit=5), preview(source, limit=7)
    assert (verdicts(session, first), verdicts(session, second), verdicts(session, kept)) == ({}, {"new": 7}, {"new": 5})
    session.get_one(Run, second.id).created_at = now() - previewing.KEPT_FOR - timedelta(hours=1)
    session.commit()
    previewing.forget_old(session)
    assert (verdicts(session, second), verdicts(session, kept)) == ({}, {"new": 5})


def test_a_draft_and_a_retired_source_are_not_harvested(session, make_source):
    with pytest.raises(running.NotHarvested, match="draft"):
        running.prepare(session, make_source(draft=True))
    retired = make_source("two", retired_at=now())
    for task in ("harvest", "preview"):
        with pytest.raises(running.NotHarvested, match="restore"):
            running.prepare(session, retired, task=task)
