"""LTI 1.3, played over HTTP with a platform of our own on loopback: real keys, real signatures, and every way in which it may lie."""

from __future__ import annotations

import base64
import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from joserfc.jwk import RSAKey
from lxml import html
from sqlalchemy import delete, select

from hub.app import create_app
from hub.db import db, now
from hub.models import LaunchNonce, Platform, Resource, Shelf, ShelfItem, SigningKey
from hub.services import keying
from hub.services.auditing import COMMAND_LINE

from .conftest import close, settings

BASE = "https://hub.example"
CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
DEEP = "https://purl.imsglobal.org/spec/lti-dl/claim/"
LINK, PICK = "LtiResourceLinkRequest", "LtiDeepLinkingRequest"


@pytest.fixture(scope="module")
def place(filled: Path, tmp_path_factory: pytest.TempPathFactory, lms_place: Any) -> Iterator[Flask]:
    """A hub with a catalogue and two shelves that knows the platform."""
    folder = tmp_path_factory.mktemp("lti") / "hub"
    shutil.copytree(filled, folder)
    app = create_app({**settings(folder, f"sqlite:///{folder / 'hub.db'}"), "HUB_HARVEST_ALLOW": ("127.0.0.1",)})
    with app.app_context():
        for name, seen in (("openshelf", "public"), ("ownshelf", "private")):
            shelf = Shelf(public_id=name, kind="shelf", title=f"<b>Shelf</b> {name}", visibility=seen, created_at=now(), updated_at=now())
            db.session.add(shelf)
            db.session.flush()
            for number, resource in enumerate(some(3), 1):
                values = {"resource_id": resource.id, "first_id": resource.id, "position": number, "note": f"Note {number}"}
                db.session.add(ShelfItem(shelf_id=shelf.id, created_at=now(), **values))
        db.session.commit()
    yield app
    close(app)


@pytest.fixture
def hub(place: Flask, lms: Any) -> Flask:
    """The same, with the platform registered and nothing of it used yet."""
    place.config["HUB_HARVEST_ALLOW"] = ("127.0.0.1",)
    place.extensions["hub"].keyring._kept.clear()
    with place.app_context():
        for model in (Platform, LaunchNonce):
            db.session.execute(delete(model))
        db.session.add(
            Platform(
                title="Course place", issuer=lms.issuer, client_id=lms.client_id, deployment_ids=[lms.deployment],
                login_url=f"{lms.issuer}/auth?site=1", jwks_url=f"{lms.issuer}/jwks", created_at=now(), accepted_at=now(),
            )
        )  # fmt: skip
        db.session.commit()
    return place


def some(many: int) -> list[Resource]:
    wanted = select(Resource).where(Resource.withdrawn_at.is_(None), Resource.merged_into_id.is_(None), Resource.hidden_at.is_(None))
    return list(db.session.scalars(wanted.order_by(Resource.id).limit(many)))


def resource(app: Flask) -> tuple[str, str]:
    """Public id and title of a resource."""
    with app.app_context():
        found = some(1)[0]
        return found.public_id, found.title


def begin(client: FlaskClient, lms: Any, kind: str = LINK, target: str = f"{BASE}/lti/launch", *, by: str = "post", **more: str) -> Any:
    """The platform sends the browser to us."""
    sent = {
        "iss": lms.issuer, "login_hint": "teacher-1", "target_link_uri": target, "client_id": lms.client_id,
        "lti_deployment_id": lms.deployment, "lti_message_hint": f"{kind} {target}", **more,
    }  # fmt: skip
    sent = {name: value for name, value in sent.items() if value != "-"}
    return client.get("/lti/login", query_string=sent) if by == "get" else client.post("/lti/login", data=sent)


def message(client: FlaskClient, lms: Any, kind: str = LINK, target: str = f"{BASE}/lti/launch", **more: str) -> dict[str, str]:
    """What the browser then brings from the platform."""
    away = begin(client, lms, kind, target, **more)
    assert away.status_code == 302, away.get_data(as_text=True)
    there = requests.get(away.location, timeout=10)
    form = html.document_fromstring(there.text).forms[0]
    assert form.action == f"{BASE}/lti/launch"
    return dict(form.fields)


def launch(client: FlaskClient, lms: Any, kind: str = LINK, target: str = f"{BASE}/lti/launch", **more: str) -> Any:
    return client.post("/lti/launch", data=message(client, lms, kind, target, **more))


def told(answer: Any) -> str:
    return " ".join(html.document_fromstring(answer.get_data(as_text=True)).xpath("string(//main)").split())


@pytest.mark.parametrize("by", ["get", "post"])
def test_a_link_in_a_course_shows_its_resource(hub: Flask, lms: Any, by: str) -> None:
    public_id, title = resource(hub)
    client = hub.test_client()
    answer = launch(client, lms, target=f"{BASE}/resources/{public_id}", by=by)
    assert answer.status_code == 200 and title in told(answer)
    assert answer.headers["Content-Security-Policy"].endswith("frame-ancestors *"), "as its widget: above a course there may be other sites"
    assert "X-Frame-Options" not in answer.headers and "Set-Cookie" not in answer.headers
    with hub.app_context():
        used = db.session.scalars(select(Platform)).one().used_at
        assert used is not None and used.hour == 0, "to the day"


def test_a_launch_without_any_cookie_works(hub: Flask, lms: Any) -> None:
    answer = launch(hub.test_client(use_cookies=False), lms, target=f"{BASE}/shelves/openshelf")
    assert answer.status_code == 200 and "Note 2" in told(answer) and "<b>Shelf</b>" in told(answer)


def test_any_other_place_of_ours_is_the_search_box_and_what_is_not_public_is_not_shown(hub: Flask, lms: Any) -> None:
    for target in ("/", "/lti/launch", "/search?q=cross%20border", "/embed/search?q=cross+border", "/about", "/shelves", "/resources/"):
        answer = launch(hub.test_client(), lms, target=BASE + target)
        page = html.document_fromstring(answer.get_data(as_text=True))
        assert answer.status_code == 200 and page.xpath("//input[@name='q']/@value") == (["cross border"] if "q=" in target else [""])
    for target in ("/resources/nothing", "/shelves/ownshelf", "/shelves/nothing", "/resources/%00"):
        answer = launch(hub.test_client(), lms, target=BASE + target)
        assert answer.status_code == 404 and "Note 1" not in told(answer), target


def test_es256_is_taken_too_and_a_new_key_is_fetched_once(hub: Flask, lms: Any) -> None:
    client = hub.test_client()
    assert launch(client, lms).status_code == 200
    lms.key, lms.shown = lms.curve, [lms.key, lms.curve]
    keyring = hub.extensions["hub"].keyring
    for kept in keyring._kept.values():
        kept.at -= 60  # the keys are a minute old
    assert launch(client, lms).status_code == 200
    assert lms.asked.count("/jwks") == 2


def test_an_unknown_key_makes_us_ask_again_but_not_each_time(hub: Flask, lms: Any) -> None:
    lms.key = RSAKey.generate_key(2048, auto_kid=True)  # never published
    answers = [launch(hub.test_client(), lms) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {401} and "does not publish the key" in told(answers[0])
    assert lms.asked.count("/jwks") == 1, "the keys are quite young"


LIES: dict[str, tuple[dict[str, Any], int, str]] = {
    "nonce": ({"nonce": "another"}, 401, "nonce"),
    "no nonce": ({"nonce": None}, 401, "nonce"),
    "issuer": ({"iss": "https://evil.example"}, 401, "iss"),
    "no issuer": ({"iss": None}, 401, "iss"),
    "audience": ({"aud": "somebody"}, 401, "aud"),
    "no audience": ({"aud": None}, 401, "aud"),
    "several without azp": ({"aud": ["hub-client", "other"]}, 401, "azp"),
    "azp": ({"azp": "other"}, 401, "azp"),
    "expired": ({"exp": time.time() - 120}, 401, "exp"),
    "no exp": ({"exp": None}, 401, "exp"),
    "exp no number": ({"exp": "tomorrow"}, 401, "exp"),
    "exp nan": ({"exp": float("nan")}, 401, "exp"),
    "old": ({"iat": time.time() - 90_000}, 401, "iat"),
    "from the future": ({"iat": time.time() + 3_000}, 401, "iat"),
    "deployment": ({f"{CLAIM}deployment_id": "2"}, 401, "deployment"),
    "no deployment": ({f"{CLAIM}deployment_id": None}, 400, "deployment_id"),
    "deployment no text": ({f"{CLAIM}deployment_id": ["1"]}, 400, "deployment_id"),
    "long deployment": ({f"{CLAIM}deployment_id": "1" * 300}, 400, "deployment_id"),
    "message": ({f"{CLAIM}message_type": "LtiSubmissionReviewRequest"}, 400, "message_type"),
    "no message": ({f"{CLAIM}message_type": None}, 400, "message_type"),
    "message no text": ({f"{CLAIM}message_type": {}}, 400, "message_type"),
    "version": ({f"{CLAIM}version": "LTI-1p0"}, 400, "version"),
    "no version": ({f"{CLAIM}version": None}, 400, "version"),
    "elsewhere": ({f"{CLAIM}target_link_uri": "https://evil.example/"}, 400, "target_link_uri"),
    "like ours": ({f"{CLAIM}target_link_uri": "https://hub.example.evil.example/"}, 400, "target_link_uri"),
    "with our name as user": ({f"{CLAIM}target_link_uri": "https://hub.example@evil.example/"}, 400, "target_link_uri"),
    "other scheme": ({f"{CLAIM}target_link_uri": "javascript:alert(1)"}, 400, "target_link_uri"),
    "plain http": ({f"{CLAIM}target_link_uri": "http://hub.example/"}, 400, "target_link_uri"),
    "no target": ({f"{CLAIM}target_link_uri": None}, 400, "target_link_uri"),
    "no link": ({f"{CLAIM}resource_link": None}, 400, "id"),
    "link no object": ({f"{CLAIM}resource_link": "1"}, 400, "id"),
    "roles": ({f"{CLAIM}roles": "Instructor"}, 400, "roles"),
}


def test_a_message_that_is_not_right_is_refused(hub: Flask, lms: Any) -> None:
    for lie, (lms.claims, status, word) in LIES.items():
        answer = launch(hub.test_client(), lms)
        assert answer.status_code == status and word in told(answer), (lie, told(answer))
        assert "Location" not in answer.headers and "Traceback" not in answer.get_data(as_text=True), lie


def test_two_audiences_with_azp_are_taken(hub: Flask, lms: Any) -> None:
    lms.claims = {"aud": ["other", "hub-client"], "azp": "hub-client"}
    assert launch(hub.test_client(), lms).status_code == 200


@pytest.mark.parametrize("how", ["unsigned", "with_the_public_key", "by_another", "without_kid"])
def test_a_token_that_the_platform_has_not_signed_is_refused(hub: Flask, lms: Any, how: str) -> None:
    lms.sign = getattr(lms, how)
    answer = launch(hub.test_client(), lms)
    assert answer.status_code == 401 and "invalid_token" in told(answer)


def test_state_and_token_work_once(hub: Flask, lms: Any) -> None:
    client = hub.test_client()
    first = message(client, lms)
    assert client.post("/lti/launch", data=first).status_code == 200
    again = client.post("/lti/launch", data=first)
    assert again.status_code == 400 and "used already" in told(again)
    second = message(client, lms)
    replayed = client.post("/lti/launch", data={"state": second["state"], "id_token": first["id_token"]})
    assert replayed.status_code == 401 and "nonce" in told(replayed)
    assert client.post("/lti/launch", data=second).status_code == 400, "its state is used up by the bad try"


def test_a_state_belongs_to_its_browser(hub: Flask, lms: Any) -> None:
    mine, other = hub.test_client(), hub.test_client()
    brought = message(mine, lms)
    begin(other, lms)
    answer = other.post("/lti/launch", data=brought)
    assert answer.status_code == 400 and "another browser" in told(answer)
    assert mine.post("/lti/launch", data=brought).status_code == 200, "it was not used up by the other one"


def test_the_cookie_is_for_frames_where_https_is(hub: Flask, lms: Any) -> None:
    plain, safe = begin(hub.test_client(), lms), hub.test_client()
    assert "SameSite=Lax" in plain.headers["Set-Cookie"]
    sent = {"iss": lms.issuer, "login_hint": "x", "target_link_uri": BASE, "client_id": lms.client_id}
    cookie = safe.post("/lti/login", data=sent, base_url="https://localhost").headers["Set-Cookie"]
    assert "Secure" in cookie and "SameSite=None" in cookie and "HttpOnly" in cookie and "Path=/lti/launch" in cookie


def test_an_old_or_foreign_state_is_nothing(hub: Flask, lms: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    client = hub.test_client()
    brought = message(client, lms)
    for state in ("", "x", brought["state"][:-2] + "AA", "a.b.c", "x" * 9_000, "é"):
        assert client.post("/lti/launch", data={**brought, "state": state}).status_code == 400
    ahead = time.time() + 700
    monkeypatch.setattr(time, "time", lambda: ahead)
    answer = client.post("/lti/launch", data=brought)
    assert answer.status_code == 400 and "ten minutes" in told(answer)


def test_what_is_no_token_is_refused(hub: Flask, lms: Any) -> None:
    for token in ("", "x", "a.b.c", "é.é.é", "x" * 200_000, "e30.e30.e30", "bnVsbA.bnVsbA.bnVsbA"):
        client = hub.test_client()
        answer = client.post("/lti/launch", data={**message(client, lms), "id_token": token})
        assert answer.status_code in (400, 401) and "Traceback" not in answer.get_data(as_text=True), token[:20]
    assert client.get("/lti/launch").status_code == 405


LOGINS: list[tuple[dict[str, str], int, str]] = [
    ({"iss": "https://unknown.example"}, 401, "unauthorized_client"),
    ({"iss": "-"}, 401, "unauthorized_client"),
    ({"client_id": "other"}, 401, "unauthorized_client"),
    ({"lti_deployment_id": "9"}, 401, "unauthorized_client"),
    ({"login_hint": "-"}, 400, "login_hint"),
    ({"login_hint": "x" * 9_000}, 400, "login_hint"),
    ({"target_link_uri": "https://evil.example/"}, 400, "target_link_uri"),
]


def test_a_login_that_is_not_right_is_refused(hub: Flask, lms: Any) -> None:
    for change, status, word in LOGINS:
        for by in ("get", "post"):
            answer = begin(hub.test_client(), lms, by=by, **change)
            assert answer.status_code == status and word in told(answer) and "Location" not in answer.headers


def test_a_login_writes_nothing_and_needs_no_client_where_there_is_one_registration(hub: Flask, lms: Any) -> None:
    assert begin(hub.test_client(), lms, client_id="-", lti_deployment_id="-", lti_message_hint="-").status_code == 302
    with hub.app_context():
        kept = db.session.scalars(select(Platform)).one()
        values = {name: getattr(kept, name) for name in ("issuer", "login_url", "jwks_url")}
        db.session.add(Platform(title="Second", client_id="second", deployment_ids=[], created_at=now(), accepted_at=now(), **values))
        db.session.commit()
    answer = begin(hub.test_client(), lms, client_id="-", lti_deployment_id="-")
    assert answer.status_code == 400 and "client_id has to say" in told(answer)


def test_the_platform_s_own_error_is_told_as_it_names_it(hub: Flask) -> None:
    client = hub.test_client()
    for sent, shown in (("login_required", "login_required"), ("<script>alert(1)</script>", "invalid_request")):
        answer = client.post("/lti/launch", data={"error": sent, "error_description": "<b>", "state": "x"})
        assert answer.status_code == 400 and shown in told(answer) and "<script>alert" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("body", [(500, b""), (200, b"<html>"), (200, b"[]"), (200, b'{"keys": 7}'), (200, b"[" * 100_000), (302, b"")])
def test_keys_that_cannot_be_had_are_told_and_asked_again_later(hub: Flask, lms: Any, body: tuple[int, bytes]) -> None:
    lms.broken = body
    for _again in range(2):
        answer = launch(hub.test_client(), lms)
        assert answer.status_code in (401, 503)
    assert lms.asked.count("/jwks") == 1


def test_keys_in_a_private_network_are_not_asked_unless_the_operator_allows_it(hub: Flask, lms: Any) -> None:
    hub.config["HUB_HARVEST_ALLOW"] = ()
    answer = launch(hub.test_client(), lms)
    assert answer.status_code == 503 and "temporarily_unavailable" in told(answer) and "/jwks" not in lms.asked


# Deep linking


def fields(answer: Any) -> dict[str, Any]:
    """Hidden fields of the picker's form."""
    page = html.document_fromstring(answer.get_data(as_text=True))
    return {one.get("name"): one.get("value") for one in page.xpath("//form//input[@type='hidden']")}


def sent_back(client: FlaskClient, lms: Any, answer: Any) -> dict[str, Any]:
    """The answer's form is sent to the platform, which checks it with our published keys."""
    page = html.document_fromstring(answer.get_data(as_text=True))
    form = page.forms[0]
    assert form.action == f"{lms.issuer}/return?course=7" and page.xpath("//form//button")
    assert f"form-action {lms.issuer};" in answer.headers["Content-Security-Policy"]
    requests.post(form.action, data=dict(form.fields), timeout=10)
    return lms.received(client.get("/lti/jwks.json").get_json())


def test_a_teacher_picks_resources_and_a_shelf(hub: Flask, lms: Any) -> None:
    client = hub.test_client(use_cookies=False)
    first = launch(client, lms, PICK)
    assert first.status_code == 200 and f"frame-ancestors {lms.issuer}" in first.headers["Content-Security-Policy"]
    assert "form-action 'self'" in first.headers["Content-Security-Policy"] and "openshelf" in told(first) and "ownshelf" not in told(first)
    searched = client.post("/lti/pick", data={**fields(first), "q": "logistics", "pick": "s-openshelf"})
    page = html.document_fromstring(searched.get_data(as_text=True))
    found = [value for value in page.xpath("//input[@name='pick']/@value") if value.startswith("r-")]
    assert found and page.xpath("//input[@name='pick'][@checked]/@value") == ["s-openshelf"], "what was ticked stays"
    answer = client.post(
        "/lti/pick", data={**fields(searched), "q": "logistics", "pick": ["s-openshelf", found[0]], "kind": "ltiResourceLink", "do": "send"}
    )
    claims = sent_back(client, lms, answer)
    items = claims[f"{DEEP}content_items"]
    assert claims[f"{DEEP}data"] == "course-7-é" and [item["type"] for item in items] == ["ltiResourceLink"] * 2
    assert items[0]["url"] == f"{BASE}/shelves/openshelf" and items[1]["url"] == f"{BASE}/resources/{found[0][2:]}" and items[1]["title"]
    for item in items:  # what was put there opens
        assert launch(hub.test_client(), lms, target=item["url"]).status_code == 200


def test_plain_links_and_each_of_a_shelf(hub: Flask, lms: Any) -> None:
    client = hub.test_client()
    hidden = fields(launch(client, lms, PICK))
    answer = client.post("/lti/pick", data={**hidden, "pick": "i-openshelf", "kind": "link", "do": "send"})
    items = sent_back(client, lms, answer)[f"{DEEP}content_items"]
    with hub.app_context():
        pages = {one.public_id: one.url or "" for one in some(3)}
        right = [url if url.startswith("https://") else f"{BASE}/resources/{id}" for id, url in pages.items()]
    assert [item["url"] for item in items] == right and "javascript:alert(1)" in pages.values(), "which is no address to link to"
    assert {item["type"] for item in items} == {"link"}


def test_a_platform_that_takes_one_link_gets_one(hub: Flask, lms: Any) -> None:
    client, (public_id, _title) = hub.test_client(), resource(hub)
    given = {"deep_link_return_url": f"{lms.issuer}/return?course=7", "accept_presentation_document_targets": ["iframe"]}
    lms.claims = {f"{DEEP}deep_linking_settings": {**given, "accept_types": ["link", "file"], "accept_multiple": False}}
    first = launch(client, lms, PICK)
    page = html.document_fromstring(first.get_data(as_text=True))
    assert page.xpath("//input[@name='pick'][@type='radio']") and not page.xpath("//input[@type='checkbox']")
    picks = ["s-openshelf", "i-openshelf", f"r-{public_id}"]
    answer = client.post("/lti/pick", data={**fields(first), "pick": picks, "kind": "ltiResourceLink", "do": "send"})
    claims = sent_back(client, lms, answer)
    assert [item["type"] for item in claims[f"{DEEP}content_items"]] == ["link"] and f"{DEEP}data" not in claims


def test_a_platform_that_takes_nothing_of_ours_is_told(hub: Flask, lms: Any) -> None:
    client = hub.test_client()
    given = {"deep_link_return_url": f"{lms.issuer}/return?course=7", "accept_presentation_document_targets": []}
    lms.claims = {f"{DEEP}deep_linking_settings": {**given, "accept_types": ["image"]}}
    answer = client.post("/lti/pick", data={**fields(launch(client, lms, PICK)), "pick": "s-openshelf", "do": "send"})
    claims = sent_back(client, lms, answer)
    assert claims[f"{DEEP}content_items"] == [] and "ltiResourceLink" in claims[f"{DEEP}errormsg"]


def test_cancelling_sends_nothing_back(hub: Flask, lms: Any) -> None:
    client = hub.test_client()
    answer = client.post("/lti/pick", data={**fields(launch(client, lms, PICK)), "pick": "s-openshelf", "do": "cancel"})
    assert sent_back(client, lms, answer)[f"{DEEP}content_items"] == []


def test_what_cannot_be_picked_is_left_out_and_nothing_is_sent_twice(hub: Flask, lms: Any) -> None:
    client, (public_id, _title) = hub.test_client(), resource(hub)
    hidden = fields(launch(client, lms, PICK))
    for pick in ("s-ownshelf", "i-ownshelf", "r-nothing", "x", "", "r-", "s-" + "x" * 5_000, "r-é"):
        answer = client.post("/lti/pick", data={**hidden, "pick": pick, "do": "send"})
        assert sent_back(client, lms, answer)[f"{DEEP}content_items"] == [], pick
    answer = client.post("/lti/pick", data={**hidden, "pick": ["i-openshelf", f"r-{public_id}", "i-openshelf"], "do": "send"})
    assert len(sent_back(client, lms, answer)[f"{DEEP}content_items"]) == 3, "the resource stands on the shelf"


def test_the_picker_s_form_is_sealed_and_for_an_hour(hub: Flask, lms: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    client = hub.test_client()
    hidden = fields(launch(client, lms, PICK))
    state = message(client, lms)["state"]
    for errand in ("", "x", hidden["errand"][:-2] + "AA", state, "x" * 100_000):
        answer = client.post("/lti/pick", data={"errand": errand, "do": "send"})
        assert answer.status_code == 400 and "does not come from" in told(answer)
    ahead = time.time() + 3_700
    monkeypatch.setattr(time, "time", lambda: ahead)
    late = client.post("/lti/pick", data=hidden)
    assert late.status_code == 400 and "An hour has passed" in told(late)


SETTINGS: list[Any] = [
    None, "x", [], {},
    {"deep_link_return_url": "javascript:alert(1)", "accept_types": ["link"], "accept_presentation_document_targets": ["iframe"]},
    {"deep_link_return_url": "https://lms.example/", "accept_types": "link", "accept_presentation_document_targets": ["iframe"]},
    {"deep_link_return_url": "https://lms.example/", "accept_types": [1], "accept_presentation_document_targets": ["iframe"]},
    {"deep_link_return_url": "https://lms.example/", "accept_types": ["link"]},
    {"deep_link_return_url": ["https://lms.example/"], "accept_types": ["link"], "accept_presentation_document_targets": []},
    {"deep_link_return_url": "https://lms.example/", "accept_types": [], "accept_presentation_document_targets": [], "data": 7},
]  # fmt: skip


def test_deep_linking_settings_that_are_not_right_are_refused(hub: Flask, lms: Any) -> None:
    for given in SETTINGS:
        lms.claims = {f"{DEEP}deep_linking_settings": given}
        answer = launch(hub.test_client(), lms, PICK)
        assert answer.status_code == 400 and "invalid_request" in told(answer), given


def test_return_addresses_never_widen_the_policy_beyond_their_site(hub: Flask, lms: Any) -> None:
    evil = "https://lms.example/x;script-src%20*;/a b'*"
    given = {"deep_link_return_url": evil, "accept_types": ["link"], "accept_presentation_document_targets": []}
    lms.claims = {f"{DEEP}deep_linking_settings": given}
    answer = launch(hub.test_client(), lms, PICK)
    assert answer.headers["Content-Security-Policy"].endswith(f"frame-ancestors {lms.issuer} https://lms.example")


def test_sites_that_the_platform_signs_for_may_show_the_picker(hub: Flask, lms: Any) -> None:
    """Canvas in the cloud shows us on the site of the school, which is neither its issuer nor where one signs in."""
    lms.claims = {
        f"{CLAIM}launch_presentation": {"return_url": "https://School.instructure.example/courses/1", "locale": "en"},
        f"{CLAIM}tool_platform": {"guid": "x", "url": "https://lms.example:8443/a"},
    }
    policy = launch(hub.test_client(), lms, PICK).headers["Content-Security-Policy"]
    assert policy.endswith(f"frame-ancestors {lms.issuer} https://school.instructure.example https://lms.example:8443")


def test_keys_are_public_halves_and_a_new_one_waits_a_day(hub: Flask, lms: Any) -> None:
    client, secret = hub.test_client(), hub.config["SECRET_KEY"]
    with hub.app_context():
        db.session.execute(delete(SigningKey))
        db.session.commit()
    assert client.get("/lti/jwks.json").get_json() == {"keys": []}
    hidden = fields(launch(client, lms, PICK))
    client.post("/lti/pick", data={**hidden, "do": "send"})
    first = client.get("/lti/jwks.json").get_json()["keys"]
    assert len(first) == 1 and set(first[0]) == {"kty", "n", "e", "kid", "use", "alg"}
    with hub.app_context():
        keying.renew(db.session(), secret, COMMAND_LINE)
        db.session.commit()
        assert "PRIVATE" not in (kept := db.session.scalars(select(SigningKey.private)).first() or "") and '"d"' not in kept
    second = client.get("/lti/jwks.json").get_json()["keys"]
    assert len(second) == 2 and second[1] == first[0]
    assert sent_back(client, lms, client.post("/lti/pick", data={**hidden, "do": "send"}))
    assert header_of(lms.returned[-1]["JWT"])["kid"] == first[0]["kid"], "the one that platforms have fetched"


def header_of(token: str) -> Any:
    """What a token says of itself."""
    return json.loads(base64.urlsafe_b64decode(token.partition(".")[0] + "=="))


def test_the_configuration_for_canvas(hub: Flask) -> None:
    told_ = hub.test_client().get("/lti/config.json").get_json()
    assert told_["oidc_initiation_url"] == f"{BASE}/lti/login" and told_["public_jwk_url"] == f"{BASE}/lti/jwks.json"
    placements = told_["extensions"][0]["settings"]["placements"]
    assert {one["message_type"] for one in placements} == {LINK, PICK} and all(
        one["target_link_uri"] == f"{BASE}/lti/launch" for one in placements
    )
