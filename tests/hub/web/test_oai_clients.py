"""Harvesters by others, and our own, against a live server: as many records come in as there are, and changes are heard of."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from oaipmh_scythe import HTTPConfig, Scythe
from sickle import Sickle
from sickle.oaiexceptions import BadResumptionToken, NoRecordsMatch
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from hub.db import db, now
from hub.models import Concept, Resource, SourceRecord
from hub.models import Source as SourceModel
from hub.services import hiding
from hub.services.auditing import Actor

Served = tuple[Flask, str]
ADA = Actor(1, "Ada")


@pytest.fixture
def served(own_site: Flask, courses: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A hub of this test alone, with more than two pages of resources, and its address."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with own_site.app_context():
        fill(db.session(), courses, 1_100)
    server = make_server("127.0.0.1", 0, own_site, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield own_site, f"http://127.0.0.1:{server.server_port}/oai"
    server.shutdown()
    thread.join()
    server.server_close()


def fill(session: Session, courses: ModuleType, many: int) -> None:
    source = courses.add_source(session, "many", "Many", "csv")
    run = courses.add_run(session, source, "succeeded")
    courses.bring(session, source, run, [courses.record(f"many-{n}", f"课程 & course <{n}>", code=f"M{n}") for n in range(many)])
    session.commit()


def ids(app: Flask, *, gone: bool) -> set[str]:
    """Public ids of what can be found, or of what cannot."""
    with app.app_context():
        rows = db.session.execute(select(Resource.public_id, Resource.withdrawn_at, Resource.hidden_at, Resource.merged_into_id))
        return {row.public_id for row in rows if (row[1:] != (None, None, None)) is gone}


def hide(app: Flask, public_id: str) -> None:
    with app.app_context():
        id = db.session.scalars(select(Resource.id).where(Resource.public_id == public_id)).one()
        hiding.hide(db.session(), ADA, [id], "Wrong")
        db.session.commit()


def named(identifier: str) -> str:
    return identifier.removeprefix("oai:hub.example:")


def test_sickle_harvests_everything_and_what_changed(served: Served) -> None:
    app, url = served
    client = Sickle(url)
    identity = client.Identify()
    assert (identity.deletedRecord, identity.granularity) == ("persistent", "YYYY-MM-DDThh:mm:ssZ")
    assert [found.metadataPrefix for found in client.ListMetadataFormats()] == ["oai_dc", "lom", "oai_lrmi"]
    for prefix in ("oai_dc", "lom"):
        records = list(client.ListRecords(metadataPrefix=prefix))
        found = [named(record.header.identifier) for record in records if not record.deleted]
        assert len(found) == len(set(found)) >= 1_100
        assert set(found) == ids(app, gone=False)
        assert {named(record.header.identifier) for record in records if record.deleted} == ids(app, gone=True)
    titles = {record.metadata["title"][0] for record in client.ListRecords(metadataPrefix="oai_dc", ignore_deleted=True)}
    assert "课程 & course <7>" in titles
    with app.app_context():
        db.session.execute(update(Resource).values(updated_at=now() - timedelta(days=2)))
        db.session.commit()
    before = f"{now().isoformat()[:19]}Z"
    with pytest.raises(NoRecordsMatch):
        client.ListRecords(metadataPrefix="oai_dc", **{"from": before})
    one = min(ids(app, gone=False))
    hide(app, one)
    (changed,) = client.ListIdentifiers(metadataPrefix="oai_dc", **{"from": before})
    assert (named(changed.identifier), changed.deleted) == (one, True)
    assert client.GetRecord(identifier=changed.identifier, metadataPrefix="lom").deleted
    with pytest.raises(BadResumptionToken):
        client.ListRecords(resumptionToken="forged")


def test_sickle_harvests_sets(served: Served) -> None:
    app, url = served
    client = Sickle(url)
    specs = {found.setSpec for found in client.ListSets()}
    assert "source:many" in specs
    assert sum(1 for _ in client.ListIdentifiers(metadataPrefix="lom", set="source:many")) == 1_100
    with app.app_context():
        notations = set(db.session.scalars(select(Concept.notation).where(Concept.scheme == "topic", Concept.retired_at.is_(None))))
    assert {f"topic:{notation}" for notation in notations} <= specs


def test_scythe_harvests_everything_by_get_and_post(served: Served) -> None:
    app, url = served
    for method in ("GET", "POST"):
        with Scythe(url, http_config=HTTPConfig(http_method=method)) as client:
            assert client.identify().baseURL == "https://hub.example/oai"  # type: ignore[attr-defined]
            found = [named(str(header.identifier)) for header in client.list_identifiers(ignore_deleted=True)]  # type: ignore[union-attr]
            assert len(found) == len(set(found))
            assert set(found) == ids(app, gone=False)
    with Scythe(url) as client:
        records = list(client.list_records(metadata_prefix="lom", set_="source:many", ignore_deleted=True))
        assert len(records) == 1_100


@pytest.mark.parametrize("prefix", ["", "oai_dc", "lom"])
def test_another_hub_harvests_this_one(
    served: Served, app: Flask, session: Session, make_source: Callable[..., SourceModel], harvest: Callable[..., Any], prefix: str
) -> None:
    theirs, url = served
    source = make_source("hub", url=url, options={"prefix": prefix} if prefix else {})
    run = harvest(source)
    assert (run.state, run.failed, run.created) == ("succeeded", 0, len(ids(theirs, gone=False)))
    have = {named(one.identifier): one for one in session.scalars(select(SourceRecord).where(SourceRecord.state == "active"))}
    assert set(have) == ids(theirs, gone=False)
    assert source.tracks_deletions is True
    values = next(one.values for one in have.values() if one.title == "课程 & course <7>")
    assert values is not None and values["url"] == "https://courses.example/many-7"
    assert prefix == "oai_dc" or values["code"] == "M7"
    one = min(ids(theirs, gone=False))
    hide(theirs, one)
    again = harvest(source)
    assert (again.state, again.withdrawn) == ("succeeded", 1)
    session.expire_all()
    assert have[one].state == "withdrawn"
