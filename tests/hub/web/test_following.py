"""Kept searches, follows, feeds and alerts as people meet them."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from types import ModuleType

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from sqlalchemy import select, update

from hub.db import db, now
from hub.models import Bookmark, Dismissal, Follow, Mail, Person, Resource, SavedSearch, Shelf
from hub.services import alerting, joining

Csrf = Callable[[FlaskClient], str]
SCRIPT = '<script>alert("x")</script>'
SITE = alerting.Site("https://hub.example", "secret")
ATOM = {"a": "http://www.w3.org/2005/Atom"}


def join(app: Flask, courses: ModuleType, csrf: Csrf, name: str) -> FlaskClient:
    with app.app_context():
        person = joining.add(db.session(), f"{name}@school.example", courses.PASSWORD, name=name.title())
        person.confirmed_at = now()
        db.session.commit()
    client = app.test_client()
    data = {"csrf_token": csrf(client), "email": f"{name}@school.example", "password": courses.PASSWORD}
    assert client.post("/login", data=data).status_code == 303
    return client


@pytest.fixture
def ann(own_site: Flask, courses: ModuleType, csrf: Csrf) -> FlaskClient:
    return join(own_site, courses, csrf, "ann")


@pytest.fixture
def ben(own_site: Flask, courses: ModuleType, csrf: Csrf) -> FlaskClient:
    return join(own_site, courses, csrf, "ben")


def post(client: FlaskClient, csrf: Csrf, path: str, **data: str) -> object:
    return client.post(path, data={"csrf_token": csrf(client), **data})


def only_search(app: Flask) -> SavedSearch:
    with app.app_context():
        found = db.session.scalars(select(SavedSearch)).one()
        db.session.expunge(found)
        return found


def test_the_same_filters_in_another_order_are_the_same_search(own_site: Flask, ann: FlaskClient, csrf: Csrf) -> None:
    post(ann, csrf, "/me/searches", query="q=data&type=course&language=en&language=zh&sort=title&page=3")
    answer = post(ann, csrf, "/me/searches", query="language=zh&language=en&q=+data&type=course")
    assert answer.status_code == 303
    assert only_search(own_site).query == "q=data&type=course&language=en&language=zh"
    assert "You keep this search already" in ann.get("/me/searches").get_data(as_text=True)


@pytest.mark.parametrize("query", ["", "sort=newest", "page=7", "nonsense=1", "q=%00"])
def test_a_search_for_everything_is_not_kept(own_site: Flask, ann: FlaskClient, csrf: Csrf, query: str) -> None:
    assert post(ann, csrf, "/me/searches", query=query).status_code == 422
    with own_site.app_context():
        assert db.session.scalars(select(SavedSearch)).all() == []


@pytest.mark.parametrize("data", [{"alert": "hourly"}, {"name": "x" * 201}])
def test_a_form_that_is_wrong_says_so_and_keeps_what_was_typed(ann: FlaskClient, csrf: Csrf, data: dict[str, str]) -> None:
    answer = post(ann, csrf, "/me/searches", query="q=data", **data)
    assert answer.status_code == 422
    assert 'value="q=data"' in answer.get_data(as_text=True)


def test_who_is_not_signed_in_comes_back_to_the_form(own_site: Flask, csrf: Csrf) -> None:
    visitor = own_site.test_client()
    answer = post(visitor, csrf, "/me/searches", query="q=data")
    assert answer.status_code == 303 and "/login?next=/me/searches/new" in answer.headers["Location"]
    assert "/me/searches/new?query=q%3Ddata" in visitor.get("/search?q=data").get_data(as_text=True)


def test_a_search_is_renamed_opened_deleted_and_kept_again(own_site: Flask, ann: FlaskClient, csrf: Csrf) -> None:
    post(ann, csrf, "/me/searches", query="q=data")
    number = only_search(own_site).id
    assert post(ann, csrf, f"/me/searches/{number}", name=SCRIPT, alert="weekly").status_code == 303
    page = ann.get("/me/searches").get_data(as_text=True)
    assert SCRIPT not in page and "&lt;script&gt;" in page
    assert post(ann, csrf, f"/me/searches/{number}/open").headers["Location"] == "/search?q=data"
    removed = post(ann, csrf, f"/me/searches/{number}/delete").headers["Location"]
    assert "Keep it again" in ann.get(removed).get_data(as_text=True)
    assert post(ann, csrf, f"/me/searches/{number}", name="x", alert="none").status_code == 404


def test_nobody_else_reaches_a_search_or_a_follow(own_site: Flask, ann: FlaskClient, ben: FlaskClient, csrf: Csrf) -> None:
    post(ann, csrf, "/me/searches", query="q=data")
    post(ann, csrf, "/me/follows", subject="topic", key="marketing")
    for path in (
        "/me/searches/1",
        "/me/searches/1/open",
        "/me/searches/1/renew",
        "/me/searches/1/delete",
        "/me/follows/1",
        "/me/follows/1/delete",
    ):
        assert post(ben, csrf, path, name="mine", alert="daily").status_code == 404
    with own_site.app_context():
        assert db.session.scalars(select(Follow.alert)).all() == ["none"]
        assert db.session.scalars(select(SavedSearch.alert)).all() == ["none"]


def test_the_feed_of_a_search_needs_no_cookie_and_gets_a_new_address(own_site: Flask, ann: FlaskClient, csrf: Csrf) -> None:
    post(ann, csrf, "/me/searches", query="type=course", name=SCRIPT)
    token, visitor = only_search(own_site).token, own_site.test_client()
    answer = visitor.get(f"/feeds/searches/{token}.atom")
    root = etree.fromstring(answer.data)
    assert root.findall("a:entry", ATOM) and SCRIPT in (root.findtext("a:title", namespaces=ATOM) or "")
    assert "noindex" in answer.headers["X-Robots-Tag"] and "Set-Cookie" not in answer.headers
    again = visitor.get(f"/feeds/searches/{token}.atom", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    since = visitor.get(f"/feeds/searches/{token}.atom", headers={"If-Modified-Since": answer.headers["Last-Modified"]})
    assert since.status_code == 304
    post(ann, csrf, "/me/searches/1/renew")
    assert visitor.get(f"/feeds/searches/{token}.atom").status_code == 404
    assert visitor.get(f"/feeds/searches/{only_search(own_site).token}.atom").status_code == 200


def test_following_twice_is_following_once_and_strange_things_cannot_be_followed(own_site: Flask, ann: FlaskClient, csrf: Csrf) -> None:
    for _ in range(2):
        answer = post(ann, csrf, "/me/follows", subject="topic", key="marketing", next="https://evil.example/")
        assert answer.headers["Location"].startswith("/")
    assert "You follow this" in ann.get("/topics/marketing").get_data(as_text=True)
    for subject, key in (("topic", "nothing"), ("person", "1"), ("", ""), ("shelf", "x" * 300)):
        assert post(ann, csrf, "/me/follows", subject=subject, key=key).status_code == 404
    with own_site.app_context():
        assert len(db.session.scalars(select(Follow)).all()) == 1


def test_a_shelf_that_may_not_be_seen_cannot_be_followed_and_says_nothing_later(
    own_site: Flask, ann: FlaskClient, ben: FlaskClient, csrf: Csrf
) -> None:
    with own_site.app_context():
        ann_id = db.session.scalars(select(Person.id).where(Person.email == "ann@school.example")).one()
        shelf = Shelf(public_id="shelf1", title="Secret plans", person_id=ann_id, visibility="public", created_at=now(), updated_at=now())
        db.session.add(shelf)
        db.session.commit()
    assert post(ben, csrf, "/me/follows", subject="shelf", key="shelf1").status_code == 303
    assert "Secret plans" in ben.get("/me/follows").get_data(as_text=True)
    with own_site.app_context():
        db.session.execute(update(Shelf).values(visibility="private"))
        db.session.commit()
    ben.get("/about")  # shows what was flashed
    assert "Secret plans" not in ben.get("/me/follows").get_data(as_text=True)
    assert "Secret plans" not in ben.get("/").get_data(as_text=True)
    assert post(ben, csrf, "/me/follows", subject="shelf", key="shelf1").status_code == 404


def test_a_shelf_is_followed_on_its_page_and_news_of_it_come_everywhere(
    own_site: Flask, ann: FlaskClient, ben: FlaskClient, csrf: Csrf
) -> None:
    with own_site.app_context():
        people = dict(db.session.execute(select(Person.email, Person.id)).all())
        shelf = Shelf(
            public_id="shelf1", title="Trade", person_id=people["ann@school.example"], visibility="public", created_at=now(),
            updated_at=now(),
        )  # fmt: skip
        db.session.add(shelf)
        page = db.session.scalars(select(Resource).where(Resource.withdrawn_at.is_(None), Resource.merged_into_id.is_(None))).first()
        assert page is not None
        resource, title = page.public_id, page.title
        db.session.commit()
    button = '<input type="hidden" name="subject" value="shelf"><input type="hidden" name="key" value="shelf1">'
    assert button in ben.get("/shelves/shelf1").get_data(as_text=True)
    assert "/me/follows/new?subject=shelf&amp;key=shelf1" in own_site.test_client().get("/shelves/shelf1").get_data(as_text=True)
    assert post(ben, csrf, "/me/follows", subject="shelf", key="shelf1", next="/shelves/shelf1").headers["Location"] == "/shelves/shelf1"
    assert 'action="/me/follows/1/delete"' in ben.get("/shelves/shelf1").get_data(as_text=True)
    post(ben, csrf, "/me/follows/1", alert="daily")
    post(ann, csrf, f"/resources/{resource}/shelve", put="shelf1")
    old(own_site)
    assert "New from what you follow" in ben.get("/").get_data(as_text=True)
    with own_site.app_context():
        assert alerting.send(db.session(), own_site.extensions["hub"].index, SITE) == alerting.Told(1, 1)
        mail = db.session.scalars(select(Mail)).one()
    assert "Shelf: Trade (1)" in mail.body and f"Added: {title}" in mail.body
    assert title in own_site.test_client().get("/shelves/shelf1/feed.atom").get_data(as_text=True)
    assert post(ben, csrf, "/me/follows/1/delete", next="/shelves/shelf1").status_code == 303
    assert button in ben.get("/shelves/shelf1").get_data(as_text=True)


def test_news_and_advice_stand_on_the_front_page_with_reasons(own_site: Flask, ann: FlaskClient, csrf: Csrf) -> None:
    assert "New from what you follow" not in ann.get("/").get_data(as_text=True)
    post(ann, csrf, "/me/follows", subject="topic", key="marketing")
    page = ann.get("/").get_data(as_text=True)
    assert "New from what you follow" in page and "Because you follow " in page
    with own_site.app_context():
        who = db.session.scalars(select(Person.id).where(Person.email == "ann@school.example")).one()
        for id in db.session.scalars(select(Resource.id)):
            db.session.add(
                Bookmark(person_id=who, resource_id=id, first_id=id, note="", status="stopped", created_at=now(), updated_at=now())
            )
        db.session.commit()
    assert "Because you" not in ann.get("/me/recommendations").get_data(as_text=True)


def test_what_does_not_interest_is_recommended_no_more_until_it_is_taken_back(
    own_site: Flask, ann: FlaskClient, ben: FlaskClient, csrf: Csrf
) -> None:
    for client in (ann, ben):
        post(client, csrf, "/me/follows", subject="topic", key="marketing")
    page = ann.get("/me/recommendations").get_data(as_text=True)
    shown = re.findall(r'action="/resources/(\w+)/dismiss"', page)
    assert f'action="/resources/{shown[0]}/dismiss"' in ann.get("/").get_data(as_text=True)
    for _ in range(2):
        answer = post(ann, csrf, f"/resources/{shown[0]}/dismiss", next="https://evil.example/")
        assert answer.headers["Location"].startswith("/")
    undo = f'action="/resources/{shown[0]}/recommendable"'
    page = ann.get("/me/recommendations").get_data(as_text=True)
    assert undo in page and f'action="/resources/{shown[0]}/dismiss"' not in page
    assert undo not in ann.get("/me/recommendations").get_data(as_text=True), "said once"
    assert f'action="/resources/{shown[0]}/dismiss"' in ben.get("/me/recommendations").get_data(as_text=True), "her own matter"
    assert post(ann, csrf, f"/resources/{shown[0]}/recommendable").headers["Location"] == "/me/recommendations"
    assert f'action="/resources/{shown[0]}/dismiss"' in ann.get("/me/recommendations").get_data(as_text=True)


def test_nothing_that_is_not_there_is_dismissed(own_site: Flask, ann: FlaskClient, csrf: Csrf) -> None:
    assert post(ann, csrf, "/resources/nothing/dismiss").status_code == 404
    with own_site.app_context():
        hidden = db.session.scalars(select(Resource).where(Resource.merged_into_id.is_(None))).first()
        assert hidden is not None
        hidden.hidden_at, public_id = now(), hidden.public_id
        db.session.commit()
    assert post(ann, csrf, f"/resources/{public_id}/dismiss").status_code == 404
    with own_site.app_context():
        assert db.session.scalars(select(Dismissal)).all() == []


def test_public_feeds_are_linked_from_their_pages(own_site: Flask) -> None:
    visitor = own_site.test_client()
    assert 'href="/feeds/topics/marketing.atom"' in visitor.get("/topics/marketing").get_data(as_text=True)
    root = etree.fromstring(visitor.get("/feeds/topics/marketing.atom").data)
    entries = root.findall("a:entry", ATOM)
    assert entries and all(entry.findtext("a:id", namespaces=ATOM).startswith("https://hub.example/") for entry in entries)
    with own_site.app_context():
        slug = db.session.scalars(select(Resource.provider_slug).where(Resource.provider_slug.is_not(None))).first()
    assert etree.fromstring(visitor.get(f"/feeds/providers/{slug}.atom").data).findall("a:entry", ATOM)
    for path in ("/feeds/topics/nothing.atom", "/feeds/institutions/nobody.atom", "/feeds/providers/nobody.atom", "/feeds/searches/x.atom"):
        assert visitor.get(path).status_code == 404


def old(app: Flask) -> None:
    """All that is kept and followed has not been looked at for long."""
    with app.app_context():
        long_ago = now() - timedelta(days=3000)
        db.session.execute(update(SavedSearch).values(newest_id=0, checked_at=long_ago))
        db.session.execute(update(Follow).values(checked_at=long_ago))
        db.session.commit()


def test_one_mail_tells_all_that_is_due_and_tells_it_once(own_site: Flask, ann: FlaskClient, csrf: Csrf) -> None:
    post(ann, csrf, "/me/searches", query="type=course", alert="daily")
    post(ann, csrf, "/me/searches", query="q=data", alert="none")
    post(ann, csrf, "/me/follows", subject="topic", key="marketing")
    post(ann, csrf, "/me/follows/1", alert="weekly")
    old(own_site)
    assert re.search(r"new results?</span>", ann.get("/me/searches").get_data(as_text=True))
    with own_site.app_context():
        index = own_site.extensions["hub"].index
        assert alerting.send(db.session(), index, SITE) == alerting.Told(1, 1)
        assert alerting.send(db.session(), index, SITE) == alerting.Told(0, 0)
        mail = db.session.scalars(select(Mail)).one()
    assert mail.recipient == "ann@school.example"
    assert "Topic: " in mail.body and "主题" in mail.body and "https://hub.example/resources/" in mail.body
    assert "q=data" not in mail.body


def test_the_way_out_is_one_press_without_signing_in(own_site: Flask, ann: FlaskClient, csrf: Csrf) -> None:
    post(ann, csrf, "/me/searches", query="type=course", alert="daily")
    old(own_site)
    with own_site.app_context():
        site = alerting.Site("https://hub.example", str(own_site.config["SECRET_KEY"]))
        alerting.send(db.session(), own_site.extensions["hub"].index, site)
        body = db.session.scalars(select(Mail.body)).one()
    path = re.search(r"https://hub\.example(/alerts/\S+)", body)[1]
    visitor = own_site.test_client()
    assert visitor.get(path).status_code == 200
    assert only_search(own_site).alert == "daily", "looking changes nothing"
    assert post(visitor, csrf, path).status_code == 200
    assert only_search(own_site).alert == "none"
    for wrong in (path[:-1], path[:-1] + ("0" if path[-1] != "0" else "1"), "/alerts/1", "/alerts/é.1", "/alerts/99999999999.x"):
        assert visitor.get(wrong).status_code == 404


def test_who_has_no_confirmed_address_gets_no_mail(own_site: Flask, ann: FlaskClient, csrf: Csrf) -> None:
    post(ann, csrf, "/me/searches", query="type=course", alert="daily")
    old(own_site)
    with own_site.app_context():
        db.session.execute(update(Person).values(confirmed_at=None))
        db.session.commit()
        assert alerting.send(db.session(), own_site.extensions["hub"].index, SITE).mails == 0
        assert db.session.scalars(select(Mail)).all() == []


def test_two_workers_at_a_time_tell_nobody_twice(own_site: Flask, ann: FlaskClient, ben: FlaskClient, csrf: Csrf) -> None:
    for client in (ann, ben):
        post(client, csrf, "/me/searches", query="type=course", alert="daily")
    old(own_site)
    start, mails = threading.Barrier(2), []

    def work() -> None:
        with own_site.app_context():
            start.wait()
            mails.append(alerting.send(db.session(), own_site.extensions["hub"].index, SITE).mails)
            db.session.remove()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with own_site.app_context():
        told = db.session.scalars(select(Mail.recipient).order_by(Mail.recipient)).all()
    assert told == ["ann@school.example", "ben@school.example"]
    assert sum(mails) == 2


def test_a_mail_is_in_the_language_of_its_reader(own_site: Flask, ann: FlaskClient, csrf: Csrf) -> None:
    post(ann, csrf, "/me/searches", query="type=course", alert="daily")
    old(own_site)
    with own_site.app_context():
        db.session.execute(update(Person).values(language="zh-Hans"))
        db.session.commit()
        alerting.send(db.session(), own_site.extensions["hub"].index, SITE)
        mail = db.session.scalars(select(Mail)).one()
    assert "停止所有提醒" in mail.body and "Stop all alerts" not in mail.body
