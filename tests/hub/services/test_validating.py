"""Pages that are as they were are not read again, and nothing is missed for it."""

from __future__ import annotations

import hashlib
import json

import pytest
from sqlalchemy import select

from hub.models import SourceRecord
from hub.models.run import Failure, Validator
from hub.services import harvesting, running, sourcing, validating, withdrawing

COUNTS = ("created", "updated", "unchanged", "withdrawn", "failed")


def counts(run):
    assert run.seen == sum(getattr(run, name) for name in COUNTS), "the counters must always add up"
    return {name: getattr(run, name) for name in COUNTS if getattr(run, name)}


class Lists:
    """A list of several pages, whose server answers 304 to whoever has the page; `etags=False`: only the bytes tell."""

    def __init__(self, hostile, *, etags=True):
        self.hostile, self.etags, self.sent = hostile, etags, []
        self.url = hostile.url("/1")

    def serve(self, *pages):
        """Each page: the identifiers that it holds, or (identifier, title) pairs; one without title fails."""
        for number, items in enumerate(pages, 1):
            named = [item if isinstance(item, tuple) else (item, f"Course {item}") for item in items]
            data = [{"id": i, "type": "courses", "attributes": {"name": n, "url": f"http://x.example/{i}"}} for i, n in named]
            following = self.hostile.url(f"/{number + 1}") if number < len(pages) else None
            self.page(f"/{number}", json.dumps({"links": {"next": following}, "data": data}).encode())

    def page(self, path, body, media_type="application/json"):
        etag = f'"{hashlib.sha256(body).hexdigest()[:12]}"'
        headers = {"Content-Type": media_type, **({"ETag": etag} if self.etags else {})}
        whole, same = self.hostile.answer(body=body, headers=headers), self.hostile.answer(304, b"", {"ETag": etag})

        def turn(talk):
            unchanged = self.etags and talk.request.headers.get("if-none-match") == etag
            self.sent.append((path, 304 if unchanged else 200))
            return (same if unchanged else whole)(talk)

        self.hostile.page(path, turn)

    def took(self):
        """What was sent since the last time."""
        sent, self.sent = self.sent, []
        return [f"{path} {status}" for path, status in sent]


@pytest.fixture
def lists(hostile):
    return Lists(hostile)


@pytest.fixture
def source(make_source, lists):
    return make_source(kind="moochub", url=lists.url)


def live(session, source):
    return [identifier for identifier, _, state in sourcing.records(session, source) if state == "live"]


def test_pages_that_are_as_they_were_are_not_sent_again(session, lists, source, harvest):
    lists.serve("ab", "cd", "e")
    assert counts(harvest(source)) == {"created": 5} and lists.took() == ["/1 200", "/2 200", "/3 200"]
    run = harvest(source)
    assert counts(run) == {"unchanged": 5} and (run.received, run.pages, run.state) == (5, 3, "succeeded")
    assert lists.took() == ["/1 304", "/2 304", "/3 304"]
    assert not session.scalars(select(SourceRecord).where(withdrawing.vanished(run.id))).all()


def test_the_bytes_tell_where_the_server_does_not(session, hostile, make_source, harvest):
    lists = Lists(hostile, etags=False)
    source = make_source(kind="moochub", url=lists.url)
    lists.serve("ab", "c")
    harvest(source)
    records = session.scalars(select(SourceRecord)).all()
    for record in records:
        record.raw_hash = b"would be read as changed"
    session.commit()
    assert counts(harvest(source)) == {"unchanged": 3}, "nothing was read"


def test_only_the_page_that_changed_is_read(lists, source, harvest, session):
    lists.serve("ab", "cd", "ef", "gh")
    harvest(source)
    lists.took()
    lists.serve("ab", [("c", "Course c, new"), "x"], "ef", "gh")
    assert counts(harvest(source)) == {"created": 1, "updated": 1, "unchanged": 6, "withdrawn": 1}
    assert lists.took() == ["/1 304", "/2 200", "/3 304", "/4 304"] and live(session, source) == list("abcefghx")


def test_a_page_that_is_no_more_takes_its_records_with_it(lists, source, harvest, session):
    lists.serve("ab", "cd", "ef")
    harvest(source)
    lists.serve("ab", "cd")
    assert counts(harvest(source)) == {"unchanged": 4, "withdrawn": 2} and live(session, source) == list("abcd")
    assert len(session.scalars(select(Validator)).all()) == 2


def test_a_record_that_moves_to_another_page_is_never_lost(lists, source, harvest, session):
    lists.serve("abc", "de")
    harvest(source)
    lists.serve("abc", "dec")  # c is on both pages now
    assert counts(harvest(source)) == {"unchanged": 5}
    lists.serve("abc", "de")  # and on the first alone again, which has not changed all the time
    assert counts(harvest(source)) == {"unchanged": 5} and live(session, source) == list("abcde")
    lists.serve("ab", "dec")
    assert counts(harvest(source)) == {"unchanged": 5} and live(session, source) == list("abcde")
    lists.took()
    harvest(source)
    assert lists.took() == ["/1 304", "/2 304"]


def test_a_page_with_a_failure_is_read_until_it_has_none(lists, source, harvest, session):
    lists.serve(["a", ("b", "")], "c")
    assert counts(harvest(source)) == {"created": 2, "failed": 1}
    lists.took()
    assert counts(harvest(source)) == {"unchanged": 2, "failed": 1} and lists.took() == ["/1 200", "/2 304"]
    lists.serve("ab", "c")
    assert counts(harvest(source)) == {"created": 1, "unchanged": 2}
    assert session.scalars(select(Failure.mended_at).order_by(Failure.id.desc())).first()
    lists.took()
    harvest(source)
    assert lists.took() == ["/1 304", "/2 304"]


@pytest.mark.parametrize("what", ["withdrawn", "failed"])
def test_a_record_that_is_no_longer_alive_has_its_page_read(lists, source, harvest, session, what):
    lists.serve("ab")
    harvest(source)
    record = session.scalars(select(SourceRecord)).first()
    record.state = what
    session.commit()
    lists.took()
    assert counts(harvest(source))["unchanged"] == 1 and lists.took() == ["/1 200"]
    session.expire_all()
    assert record.state == "active"


def test_everything_means_everything(lists, source, harvest, session):
    lists.serve("ab", "c")
    harvest(source)
    lists.took()
    assert counts(harvest(source, full=True)) == {"unchanged": 3} and lists.took() == ["/1 200", "/2 200"]
    assert counts(harvest(source)) == {"unchanged": 3} and lists.took() == ["/1 304", "/2 304"]


def test_other_settings_and_another_version_of_the_hub_forget(lists, source, harvest, session, monkeypatch):
    lists.serve("ab")
    harvest(source)
    source.options = {"something": "else"}
    session.commit()
    lists.took()
    harvest(source)
    assert lists.took() == ["/1 200"]
    monkeypatch.setattr(validating, "hub_version", lambda: "99")
    harvest(source)
    assert lists.took() == ["/1 200"] and len(session.scalars(select(Validator)).all()) == 1
    harvest(source)
    assert lists.took() == ["/1 304"]


def test_a_run_that_was_killed_goes_on_and_misses_nothing(app, session, lists, source, harvest):
    class Killed(BaseException):
        pass

    lists.serve(*[[f"{letter}{n}" for n in range(60)] for letter in "abc"])
    harvest(source)
    run = running.prepare(session, source)

    def die(run):
        raise Killed

    with pytest.raises(Killed):
        harvesting.work(session, app.extensions["hub"].fetching, run.id, on_page=die)
    session.rollback()
    session.expire_all()
    lists.took()
    done = harvest(source)
    assert done.id == run.id and counts(done) == {"unchanged": 180} and done.received == 180


def test_a_long_page_comes_in_slices_and_is_known_again(lists, source, harvest, monkeypatch, session):
    from hub.services import saving

    monkeypatch.setattr(saving, "SLICE", 7)
    lists.serve([str(n) for n in range(30)])
    harvest(source)
    lists.took()
    assert counts(harvest(source)) == {"unchanged": 30} and lists.took() == ["/1 304"]
    lists.serve([str(n) for n in range(1, 30)])
    assert counts(harvest(source)) == {"unchanged": 29, "withdrawn": 1}
    lists.took()
    assert counts(harvest(source)) == {"unchanged": 29} and lists.took() == ["/1 304"]


def page_of(title):
    block = json.dumps({"@context": "https://schema.org", "@type": "Course", "name": title, "description": "About selling online."})
    return f'<!doctype html><html><head><script type="application/ld+json">{block}</script></head><body></body></html>'.encode()


def sitemap(hostile, **stamps):
    entries = "".join(f"<url><loc>{hostile.url(f'/{name}')}</loc><lastmod>{stamp}</lastmod></url>" for name, stamp in stamps.items())
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'.encode()


def test_a_sitemap_that_names_the_version_that_we_have_saves_the_request(session, hostile, make_source, harvest):
    lists = Lists(hostile, etags=False)
    site = make_source("site", kind="jsonld", url=hostile.url("/sitemap.xml"))

    def serve(**stamps):
        body, date = sitemap(hostile, **stamps), "Wed, 03 Jun 2026 10:00:00 GMT"
        hostile.page("/sitemap.xml", hostile.answer(body=body, headers={"Content-Type": "application/xml", "Date": date}))

    for name in "abc":
        lists.page(f"/{name}", page_of(f"Course {name}"), "text/html")
    serve(a="2026-01-01", b="2026-05-01T10:00:00Z", c="2026-06-03")
    assert counts(harvest(site)) == {"created": 3} and len(lists.took()) == 3
    assert counts(harvest(site)) == {"unchanged": 3}
    assert lists.took() == ["/c 200"], "what changed today may change once more"
    lists.page("/b", page_of("Course b, new"), "text/html")
    serve(a="2026-01-01", b="2026-05-02T10:00:00Z", c="2026-06-03")
    assert counts(harvest(site)) == {"updated": 1, "unchanged": 2} and lists.took() == ["/b 200", "/c 200"]
    serve(a="2026-01-01", c="2026-06-03")
    assert counts(harvest(site)) == {"unchanged": 2, "withdrawn": 1}


def test_an_expired_place_begins_again_without_what_is_remembered(session, repository, make_source, harvest):
    source = make_source(url=repository.url)
    harvest(source)
    assert not session.scalars(select(Validator)).all(), "it tells what has changed: nothing of its pages is remembered"
    repository.change(expire=1)
    assert counts(harvest(source, full=True)) == {"unchanged": 250}
