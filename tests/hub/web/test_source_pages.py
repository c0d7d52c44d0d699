"""Sources for admins: the list, one source, its settings, its schedule, its end; adding one; previews."""

from __future__ import annotations

import shutil
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select, update

from config import from_env
from demo.server import running as demo_sources
from hub.app import create_app
from hub.db import db, now
from hub.models import AuditEvent, PreviewItem, Run, Source, SourceRecord
from hub.services import auditing, harvesting, retiring, running

Csrf = Callable[[FlaskClient], str]
HERE = "/admin/sources/repository"


@pytest.fixture(scope="module")
def demo() -> Iterator[str]:
    """The demo sources on loopback."""
    with demo_sources() as address:
        yield address


@pytest.fixture
def own_site(filled: Path, tmp_path: Path) -> Iterator[Flask]:
    """A hub of this test alone, which may ask loopback; nobody harvests at it."""
    shutil.copytree(filled, tmp_path / "hub")
    environment = {
        "HUB_DATA": str(tmp_path / "hub"),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'hub' / 'hub.db'}",
        "SECRET_KEY": "only-for-tests-0123456789",
        "HUB_HARVEST_ALLOW": "127.0.0.1",
    }
    app = create_app({**from_env(environment), "TESTING": True, "PROPAGATE_EXCEPTIONS": True})
    with app.app_context():
        db.session.execute(update(Source).values(lease_owner=None, lease_at=None))
        db.session.execute(update(Run).where(Run.state == "running").values(state="failed", finished_at=now()))
        db.session.commit()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    app.extensions["hub"].index.close()


def page(client: FlaskClient, path: str) -> html.HtmlElement:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return html.document_fromstring(answer.get_data(as_text=True))


def form_values(document: html.HtmlElement, action: str) -> dict[str, str]:
    """What a browser would send from the form with this action, untouched."""
    form = next(form for form in document.forms if (form.action or "").startswith(action))
    return {name: value for name, value in form.form_values() if value is not None}


def work(app: Flask, run_id: int) -> str:
    """Do what the worker does."""
    with app.app_context():
        return str(harvesting.work(db.session(), app.extensions["hub"].fetching, run_id).state)


def source_of(app: Flask, name: str) -> Source | None:
    with app.app_context():
        found = db.session.scalar(select(Source).filter_by(name=name))
        db.session.expunge_all()
        return found


def actions(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


PATHS = (
    "/admin/sources", HERE, f"{HERE}/edit", f"{HERE}/schedule", f"{HERE}/retire", "/admin/sources/new", "/admin/sources/new/rss",
    f"{HERE}/preview/1", f"{HERE}/preview/1/progress", f"{HERE}/preview/1/raw/1",
)  # fmt: skip
POSTS = (
    "harvest", "pause", "preview", "edit", "schedule", "retire", "restore", "preview/1/harvest", "preview/1/discard", "preview/1/stop",
)  # fmt: skip


def test_only_admins(own_site: Flask, csrf: Csrf, courses: object) -> None:
    visitor, reader = own_site.test_client(), own_site.test_client()
    reader.post("/login", data={"csrf_token": csrf(reader), "email": "reader@example.org", "password": courses.PASSWORD})  # type: ignore[attr-defined]
    for path in PATHS:
        assert visitor.get(path).status_code == 303 and reader.get(path).status_code == 403, path
    for path in (*(f"{HERE}/{post}" for post in POSTS), "/admin/sources/new", "/admin/sources/new/rss"):
        assert visitor.post(path, data={"csrf_token": csrf(visitor)}).status_code == 303, path
        assert reader.post(path, data={"csrf_token": csrf(reader)}).status_code == 403, path
    assert actions(own_site) == []


def test_the_list_says_how_each_source_does_and_narrows(admin: FlaskClient) -> None:
    rows = {row.xpath("string(th/a)"): row.text_content() for row in page(admin, "/admin/sources").xpath("//tbody/tr")}
    assert "Works" in rows["中国慕课平台"] and "Failing since" in rows["Silent site"]
    for query, expected in (
        ("health=failing", ["Silent site", "Example repository"]),
        ("find=MOOC", ["中国慕课平台"]),
        ("health=stale", []),
    ):
        found = page(admin, f"/admin/sources?{query}").xpath("//tbody/tr/th/a/text()")
        assert sorted(found) == sorted(expected), query


def test_one_source_shows_what_is_known_of_it(admin: FlaskClient, own_site: Flask) -> None:
    with own_site.app_context():
        db.session.execute(update(Source).where(Source.name == "repository").values(schedule="0 3 * * *", timezone="Asia/Shanghai"))
        db.session.commit()
    document = page(admin, HERE)
    assert "https://source.example/oai" in document.text_content()
    times = document.xpath("//section[@aria-labelledby='h-schedule']//li/text()")
    assert len(times) == 5 and all(time.endswith("03:00 CST") for time in times)
    assert len(document.xpath("//section[@aria-labelledby='h-runs']//tbody/tr")) == 2
    assert len(document.xpath("//section[@aria-labelledby='h-charts']//figure")) == 3
    assert admin.get("/admin/sources/nobody").status_code == 404


def test_every_page_of_a_source_leads_to_the_others(admin: FlaskClient) -> None:
    for start in (HERE, "/admin/runs/1", f"{HERE}/records"):
        links = set(page(admin, start).xpath("//main//div[@class='stack']//a/@href"))
        assert start == HERE or HERE in links, start
        for link in {one for one in links if one.startswith("/")}:
            assert admin.get(link).status_code in (200, 303), (start, link)
    wanted = {f"{HERE}/records", "/sources/repository/report", "/sources/repository", "/admin/failures?source=repository"}
    assert wanted <= set(page(admin, HERE).xpath("//main//a/@href"))
    failing = page(admin, "/admin/sources/silent")
    assert failing.xpath("//div[contains(@class, 'notice')]//a[starts-with(@href, '/admin/runs/')]")


def test_settings_are_changed_and_noted(admin: FlaskClient, own_site: Flask) -> None:
    values = form_values(page(admin, f"{HERE}/edit"), f"{HERE}/edit?")
    answer = admin.post(
        f"{HERE}/edit?kind=oai-pmh", data={**values, "title": "New title", "rank": "7", "guard_share": "25", "owner": "a@b.example"}
    )
    assert answer.status_code == 303, answer.get_data(as_text=True)
    source = source_of(own_site, "repository")
    assert source and (source.title, source.rank, source.guard_share, source.owner) == ("New title", 7, 0.25, "a@b.example")
    with own_site.app_context():
        event = db.session.scalars(select(AuditEvent)).one()
        assert (event.action, event.person, event.before["rank"], event.after["rank"]) == ("source.changed", "Ada", 100, 7)
    again = form_values(page(admin, f"{HERE}/edit"), f"{HERE}/edit?")
    admin.post(f"{HERE}/edit?kind=oai-pmh", data=again)
    assert actions(own_site) == ["source.changed"], "saving what stands there is no change"


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("url", "ftp://a.example"), ("url", ""), ("rank", "many"), ("rank", "-1"), ("rank", "1.5"), ("owner", "nobody"), ("title", ""),
        ("deadline", "0"), ("guard_share", "101"), ("guard_few", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_comes_back_with_what_was_typed(admin: FlaskClient, field: str, typed: str) -> None:
    values = form_values(page(admin, f"{HERE}/edit"), f"{HERE}/edit?")
    answer = admin.post(f"{HERE}/edit?kind=oai-pmh", data={**values, field: typed, "note": ""})
    document = html.document_fromstring(answer.get_data(as_text=True))
    assert answer.status_code == 422 and document.xpath("//div[@id='errors']//a/@href") == [f"#{field}"]
    assert document.get_element_by_id(field).value == typed and document.xpath("//title")[0].text.startswith("Error:")


def test_another_address_forgets_what_was_learned(admin: FlaskClient, own_site: Flask) -> None:
    with own_site.app_context():
        db.session.execute(update(Source).values(stamp="2026-01-01", tracks_deletions=True))
        db.session.execute(update(Run).values(checkpoint=[{"url": "https://source.example/oai?page=2"}]))
        db.session.commit()
    values = form_values(page(admin, f"{HERE}/edit"), f"{HERE}/edit?")
    assert admin.post(f"{HERE}/edit?kind=oai-pmh", data={**values, "url": "https://other.example/oai"}).status_code == 303
    source = source_of(own_site, "repository")
    assert source and (source.url, source.stamp, source.tracks_deletions) == ("https://other.example/oai", None, None)
    with own_site.app_context():
        left = db.session.execute(select(Run.source_id, Run.checkpoint)).all()
        assert all((checkpoint is None) == (source_id == source.id) for source_id, checkpoint in left)


def test_two_admins_do_not_overwrite_each_other(admin: FlaskClient, own_site: Flask) -> None:
    values = form_values(page(admin, f"{HERE}/edit"), f"{HERE}/edit?")
    assert admin.post(f"{HERE}/edit?kind=oai-pmh", data={**values, "title": "Theirs"}).status_code == 303
    answer = admin.post(f"{HERE}/edit?kind=oai-pmh", data={**values, "title": "Mine"})
    document = html.document_fromstring(answer.get_data(as_text=True))
    assert answer.status_code == 409 and "Theirs" in document.xpath("string(//div[@id='errors'])")
    assert document.get_element_by_id("title").value == "Mine"
    assert (source_of(own_site, "repository") or Source()).title == "Theirs"
    again = form_values(document, f"{HERE}/edit?")
    assert admin.post(f"{HERE}/edit?kind=oai-pmh", data=again).status_code == 303
    assert (source_of(own_site, "repository") or Source()).title == "Mine"


def test_a_secret_is_kept_and_never_shown(admin: FlaskClient, own_site: Flask) -> None:
    secret = "wstoken-0123456789abcdef"
    with own_site.app_context():
        moved = {"kind": "moodle", "url": "https://moodle.example", "options": {"token": secret}}
        db.session.execute(update(Source).where(Source.name == "repository").values(moved))
        db.session.commit()
    assert secret not in html.tostring(page(admin, HERE)).decode()
    document = page(admin, f"{HERE}/edit")
    assert secret not in html.tostring(document).decode()
    values = form_values(document, f"{HERE}/edit?")
    assert admin.post(f"{HERE}/edit?kind=moodle", data={**values, "title": "Other"}).status_code == 303
    assert (source_of(own_site, "repository") or Source()).options == {"token": secret}
    values = form_values(page(admin, f"{HERE}/edit"), f"{HERE}/edit?")
    assert admin.post(f"{HERE}/edit?kind=moodle", data={**values, "option_token": "another-secret-1234"}).status_code == 303
    assert (source_of(own_site, "repository") or Source()).options == {"token": "another-secret-1234"}
    with own_site.app_context():
        noted = str([(event.before, event.after, event.note) for event in db.session.scalars(select(AuditEvent))])
    assert secret not in noted and "another-secret" not in noted and "A secret was changed." in noted


def test_a_schedule_is_tried_set_paused_and_taken_away(admin: FlaskClient, own_site: Flask, csrf: Csrf) -> None:
    def send(**values: str) -> tuple[int, str]:
        answer = admin.post(f"{HERE}/schedule", data={"csrf_token": csrf(admin), "timezone": "Asia/Shanghai", **values})
        return answer.status_code, answer.get_data(as_text=True)

    assert "five fields" in send(expression="often", do="set")[1] and "no time zone" in send(expression="0 3 * * *", timezone="Moon")[1]
    status, text = send(expression="30 4 * * 1", do="look")
    assert status == 200 and text.count("04:30 CST") == 5 and (source_of(own_site, "repository") or Source()).schedule is None
    assert send(expression="30 4 * * 1", do="set")[0] == 303
    source = source_of(own_site, "repository")
    assert source and source.schedule == "30 4 * * 1" and source.next_at
    admin.post(f"{HERE}/pause", data={"csrf_token": csrf(admin), "paused": "1"})
    source = source_of(own_site, "repository")
    assert source and source.paused and source.next_at is None
    assert send(expression="", do="set")[0] == 303 and (source_of(own_site, "repository") or Source(schedule="x")).schedule is None
    assert actions(own_site) == ["source.schedule"] * 3


def test_a_source_is_retired_by_a_run_and_comes_back(admin: FlaskClient, own_site: Flask, csrf: Csrf) -> None:
    with own_site.app_context():
        live = len(db.session.scalars(select(SourceRecord.id).where(SourceRecord.source_id == 1, SourceRecord.state == "active")).all())
    assert str(live) in page(admin, f"{HERE}/retire").xpath("string(//main)")
    assert admin.post(f"{HERE}/retire", data={"csrf_token": csrf(admin)}).status_code == 303
    with own_site.app_context():
        run = db.session.scalars(select(Run).order_by(Run.id.desc()).limit(1)).one()
        assert (run.task, run.state, run.urgent) == ("retire", "queued", True)
    assert work(own_site, run.id) == "succeeded"
    with own_site.app_context():
        states = set(db.session.scalars(select(SourceRecord.state).where(SourceRecord.source_id == 1)))
        assert states == {"withdrawn"} and db.session.get_one(Run, run.id).withdrawn == live
    assert "Retired since" in page(admin, HERE).text_content() and "/sources/repository" not in admin.get("/sources").get_data(as_text=True)
    admin.post(f"{HERE}/harvest", data={"csrf_token": csrf(admin)})
    assert admin.post(f"{HERE}/restore", data={"csrf_token": csrf(admin)}).status_code == 303
    source = source_of(own_site, "repository")
    assert source and source.retired_at is None
    with own_site.app_context():
        tasks = db.session.execute(select(Run.task, Run.state, Run.full).order_by(Run.id.desc()).limit(2)).all()
        assert tasks[0] == ("harvest", "queued", True) and tasks[1].task == "retire"
    assert actions(own_site) == ["source.retired", "source.restored"]


@pytest.mark.parametrize(
    ("path", "kind", "title"),
    [("/repository/oai", "oai-pmh", "OAI-PMH"), ("/feed/courses.xml", "rss", "RSS"), ("/site/sitemap.xml", "jsonld", "JSON-LD")],
)
def test_an_address_alone_becomes_a_previewed_source(
    admin: FlaskClient, own_site: Flask, csrf: Csrf, demo: str, path: str, kind: str, title: str
) -> None:
    answer = admin.post("/admin/sources/new", data={"csrf_token": csrf(admin), "address": demo + path})
    assert answer.status_code == 200
    found = html.document_fromstring(answer.get_data(as_text=True))
    assert title in found.xpath("string(//h3)") and demo + path in found.xpath("string(//tbody)")
    form = page(admin, found.xpath("//article//a/@href")[0])
    values = form_values(form, f"/admin/sources/new/{kind}")
    answer = admin.post(f"/admin/sources/new/{kind}", data={**values, "name": "fresh", "title": "Fresh source"})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    place = answer.headers["Location"]
    assert "every 2s" in admin.get(place).get_data(as_text=True) and admin.get(f"{place}/progress").status_code == 200
    run_id = int(place.rpartition("/")[2])
    assert work(own_site, run_id) in ("succeeded", "partial")
    ended = admin.get(f"{place}/progress")
    assert ended.status_code == 286 and ended.headers["HX-Refresh"] == "true"
    document = page(admin, place)
    assert 1 <= len(document.xpath("//li[@class='result']")) <= 5
    assert page(admin, f"{place}?show=new").xpath("//main//li")
    assert "/sources/fresh" not in admin.get("/sources").get_data(as_text=True), "a draft is for admins"
    assert admin.post(f"{place}/harvest", data={"csrf_token": csrf(admin)}).status_code == 303
    source = source_of(own_site, "fresh")
    assert source and not source.draft
    with own_site.app_context():
        run = db.session.scalars(select(Run).order_by(Run.id.desc()).limit(1)).one()
        assert (run.task, run.urgent, run.state) == ("harvest", True, "queued")
    assert work(own_site, run.id) in ("succeeded", "partial")
    again = admin.post("/admin/sources/new", data={"csrf_token": csrf(admin), "address": demo + path}).get_data(as_text=True)
    assert "known already" in again and 'href="/admin/sources/fresh"' in again
    assert actions(own_site) == ["source.added", "source.made_ready", "run.start"]


def test_a_draft_is_discarded_with_its_preview(admin: FlaskClient, own_site: Flask, csrf: Csrf, demo: str) -> None:
    values = form_values(page(admin, f"/admin/sources/new/rss?name=gone&title=Gone&url={demo}/feed/courses.xml"), "/admin/sources/new/rss")
    place = admin.post("/admin/sources/new/rss", data=values).headers["Location"]
    work(own_site, int(place.rpartition("/")[2]))
    assert admin.post(f"{place}/discard", data={"csrf_token": csrf(admin)}).status_code == 303
    assert source_of(own_site, "gone") is None and admin.get(place).status_code == 404
    with own_site.app_context():
        assert db.session.scalars(select(PreviewItem.id)).all() == []


def test_what_is_invalid_is_shown_with_its_bytes_as_text(admin: FlaskClient, own_site: Flask, csrf: Csrf, courses: object) -> None:
    hostile: str = courses.HOSTILE  # type: ignore[attr-defined]
    with own_site.app_context():
        run = Run(source_id=1, task="preview", state="partial", created_at=now(), finished_at=now(), checkpoint=[])
        db.session.add(run)
        db.session.flush()
        values = {"title": hostile, "keywords": [hostile], "agents": [{"name": hostile}]}
        bad = {"identifier": "bad", "reason": f"Broken {hostile}", "raw": zlib.compress(hostile.encode()), "raw_type": "text/html"}
        rows = [
            {"verdict": "invalid", **bad},
            {"verdict": "changed", "identifier": "c", "title": hostile, "differences": [["title", "x", hostile], ["free", None, True]]},
            {"verdict": "new", "identifier": "n", "title": hostile, "values": values},
            {"verdict": "vanished", "identifier": "v", "title": hostile},
        ]
        db.session.add_all(PreviewItem(run_id=run.id, **row) for row in rows)
        db.session.commit()
        place = f"{HERE}/preview/{run.id}"
    document = page(admin, place)
    assert not document.xpath("//script[not(@src)]") and not document.xpath("//img") and document.text_content().count(hostile) >= 5
    link = document.xpath("//section[@aria-labelledby='h-invalid']//td/a/@href")[0]
    raw = page(admin, link)
    assert raw.xpath("string(//pre)") == hostile and not raw.xpath("//pre/*")
    for verdict in ("new", "changed", "unchanged", "deleted", "vanished", "invalid"):
        assert admin.get(f"{place}?show={verdict}").status_code == 200
    assert admin.get(place.replace("repository", "mooc")).status_code == 404
    assert admin.post(f"{place}/discard", data={"csrf_token": csrf(admin)}).status_code == 303
    assert "Nothing is noted" in page(admin, place).text_content()


@pytest.mark.parametrize(
    "address", ["http://10.0.0.1/oai", "http://169.254.169.254/latest/meta-data", "http://[::1]:9/feed", "http://2130706433/"]
)
def test_the_hub_asks_no_inner_address_for_anybody(admin: FlaskClient, csrf: Csrf, address: str) -> None:
    answer = admin.post("/admin/sources/new", data={"csrf_token": csrf(admin), "address": address})
    document = html.document_fromstring(answer.get_data(as_text=True))
    assert answer.status_code == 200 and "Nothing here is recognised" in document.text_content()
    answers = document.xpath("//details//tbody//td/text()")
    assert answers and not any(text.startswith("200") for text in answers)


@pytest.mark.parametrize("address", ["", "not an address", "javascript:alert(1)", "ftp://a.example/x"])
def test_what_is_no_address_is_told(admin: FlaskClient, csrf: Csrf, address: str) -> None:
    answer = admin.post("/admin/sources/new", data={"csrf_token": csrf(admin), "address": address})
    assert answer.status_code == 422 and 'id="address-error"' in answer.get_data(as_text=True)


def test_names_are_free_and_proper(admin: FlaskClient, csrf: Csrf) -> None:
    values = {"csrf_token": csrf(admin), "title": "T", "url": "https://a.example/f", "rank": "1", "guard_few": "5", "guard_share": "10"}
    for name in ("repository", "new", "No Name", ""):
        answer = admin.post("/admin/sources/new/rss", data={**values, "name": name})
        assert answer.status_code == 422 and 'id="name-error"' in answer.get_data(as_text=True), name
    assert admin.get("/admin/sources/new/nothing").status_code == 404


def test_every_kind_and_every_known_source_has_its_form(admin: FlaskClient) -> None:
    document = page(admin, "/admin/sources/new")
    for kind in document.xpath("//select[@id='kind']/option/@value"):
        assert page(admin, f"/admin/sources/new/{kind}").get_element_by_id("url") is not None
    chosen = admin.get("/admin/sources/new/known?preset=hoou", follow_redirects=True).get_data(as_text=True)
    assert "https://www.hoou.de/sitemap.xml" in chosen and "/(materials|projects)/" in chosen


def test_what_was_added_by_hand_is_no_source_to_harvest_or_retire(own_site: Flask, admin: FlaskClient, csrf: Csrf) -> None:
    typed = {"csrf_token": csrf(admin), "title": "Dropshipping ethics", "url": "https://a.example/ethics", "type": "course"}
    assert admin.post("/admin/resources/new", data=typed).status_code == 303
    assert "by-hand" not in admin.get("/admin/sources").get_data(as_text=True)
    for verb in ("harvest", "preview", "pause", "schedule", "retire", "restore"):
        assert admin.post(f"/admin/sources/by-hand/{verb}", data={"csrf_token": csrf(admin)}).status_code == 404, verb
    with own_site.app_context():
        source = db.session.scalars(select(Source).filter_by(name="by-hand")).one()
        with pytest.raises(running.NotHarvested):
            retiring.retire(db.session(), auditing.COMMAND_LINE, source)


def test_a_preview_of_a_retired_source_does_not_begin_its_harvest(own_site: Flask, admin: FlaskClient, csrf: Csrf) -> None:
    place = admin.post(f"{HERE}/preview", data={"csrf_token": csrf(admin)}).headers["Location"]
    with own_site.app_context():
        db.session.execute(update(Source).where(Source.name == "repository").values(retired_at=now()))
        db.session.commit()
    answer = admin.post(f"{place}/harvest", data={"csrf_token": csrf(admin)}, follow_redirects=True)
    assert "is a draft or retired" in answer.get_data(as_text=True)


def test_only_what_is_retired_is_restored(own_site: Flask, admin: FlaskClient, csrf: Csrf) -> None:
    answer = admin.post("/admin/sources/mooc/restore", data={"csrf_token": csrf(admin)}, follow_redirects=True)
    assert "Nothing was changed." in answer.get_data(as_text=True)
    with own_site.app_context():
        assert db.session.scalar(select(AuditEvent).filter_by(action="source.restored")) is None


def test_options_of_a_kind_that_has_gone_are_not_shown(own_site: Flask, admin: FlaskClient) -> None:
    with own_site.app_context():
        gone = {"kind": "of-a-package-that-has-gone", "options": {"token": "s3cret-token"}}
        db.session.execute(update(Source).where(Source.name == "mooc").values(gone))
        db.session.commit()
    for path in ("/admin/sources/mooc", "/admin/sources", "/sources/mooc", "/sources/mooc/report", "/sources/mooc/report.json"):
        answer = admin.get(path)
        assert answer.status_code == 200 and "s3cret-token" not in answer.get_data(as_text=True), path
