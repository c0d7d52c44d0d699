"""A feed reader by others, over HTTP: it reads all feeds in their three forms, takes nothing twice, and sees what has changed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from reader import Reader, make_reader
from sqlalchemy import select
from werkzeug.serving import WSGIRequestHandler, make_server

from hub.db import db, now
from hub.models import Institution, InstitutionName, Person, Resource, Shelf, ShelfItem

ANSWERS: list[tuple[str, int]] = []  # path, status


class Handler(WSGIRequestHandler):
    """Notes what was answered."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        ANSWERS.append((self.path, int(code)))


@pytest.fixture
def served(own_site: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a hub of this test alone, in which each kind of feed has news."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("READER_NO_VENDORED_FEEDPARSER", "1")  # its own copy needs a module that Python 3 has no more
    ANSWERS.clear()
    with own_site.app_context():
        school = db.session.scalars(select(Institution).filter_by(slug="harbour-school")).one()
        ones = list(db.session.scalars(select(Resource).where(Resource.institution.is_not(None), Resource.withdrawn_at.is_(None))))
        db.session.add(InstitutionName(institution_id=school.id, name=ones[0].institution))
        person = db.session.scalars(select(Person)).first()
        shelf = Shelf(public_id="shelf1", title="Trade", person_id=person.id, visibility="public", created_at=now(), updated_at=now())
        db.session.add(shelf)
        db.session.flush()
        db.session.add_all(
            ShelfItem(shelf_id=shelf.id, resource_id=one.id, first_id=one.id, position=place, note="", created_at=now())
            for place, one in enumerate(ones[:3])
        )
        db.session.commit()
    server = make_server("127.0.0.1", 0, own_site, threaded=True, request_handler=Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def news(reader: Reader, url: str) -> dict[str, tuple[str | None, str | None]]:
    """id -> title and link of a feed's entries."""
    return {entry.id: (entry.title, entry.link) for entry in reader.get_entries(feed=url)}


def test_a_reader_by_others_reads_all_and_sees_changes(served: str, own_site: Flask) -> None:
    with own_site.app_context():
        provider = db.session.scalar(select(Resource.provider_slug).where(Resource.provider_slug.is_not(None)))
    kinds = (
        "/search.{}?q=logistics", "/feeds/topics/logistics.{}", f"/feeds/providers/{provider}.{{}}",
        "/feeds/institutions/harbour-school.{}",
        "/shelves/shelf1/feed.{}",
    )  # fmt: skip
    feeds = {kind: [served + kind.format("feed.json" if form == "json" and kind.startswith("/search") else form)
                    for form in ("atom", "rss", "json")] for kind in kinds}  # fmt: skip
    reader = make_reader(":memory:")
    for url in (url for urls in feeds.values() for url in urls):
        reader.add_feed(url)
    first = list(reader.update_feeds_iter(scheduled=False))
    assert [result.value for result in first if isinstance(result.value, Exception)] == []
    for urls in feeds.values():
        atom, rss, json = (news(reader, url) for url in urls)
        assert atom == rss == json and atom, urls
        assert all(reader.get_feed(url).title and reader.get_feed(url).link.startswith("https://hub.example/") for url in urls)

    ANSWERS.clear()  # nothing has changed: nothing is sent
    assert all(result.value is None for result in reader.update_feeds_iter(scheduled=False))
    assert len(ANSWERS) == len(first) and {status for _, status in ANSWERS} == {304}

    found = feeds[kinds[0]]
    name = next(iter(news(reader, found[0])))
    with own_site.app_context():  # the same one under another title
        one = db.session.scalars(select(Resource).where(Resource.public_id == name.rpartition("/")[2])).one()
        one.title, one.updated_at = "Quite another title", one.updated_at + timedelta(hours=1)
        db.session.commit()
    changed = {result.url: result.value for result in reader.update_feeds_iter(scheduled=False) if result.value}
    for url in found:
        assert (changed[url].new, changed[url].modified) == (0, 1)
        entry = reader.get_entry((url, name))
        assert entry.title == "Quite another title" and entry.updated > entry.published
    reader.close()
