"""The editor of the vocabulary: who may, what a form does, what it refuses, and that search follows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from lxml import html

from hub.services import glossing

Csrf = Callable[[FlaskClient], str]
HERE = "/admin/vocabulary/topic/cross-border"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Search sees an edit with the next question, not five seconds later."""
    monkeypatch.setattr(glossing, "FRESH", -1.0)


def text(client: FlaskClient, path: str, language: str = "en") -> str:
    answer = client.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def labels(client: FlaskClient) -> list[str]:
    return html.document_fromstring(text(client, HERE)).xpath("//ul[contains(@class,'labels')]/li/span/span[1]/text()")


@pytest.mark.parametrize("path", ["/admin/vocabulary", HERE])
def test_only_admins(visitor: FlaskClient, path: str) -> None:
    assert visitor.get(path).status_code == 303
    assert visitor.get(path).headers["Location"].startswith("/login?next=")


def test_a_reader_is_told_who_may(own_site: object, csrf: Csrf, courses: object) -> None:
    client = own_site.test_client()  # type: ignore[attr-defined]
    client.post("/login", data={"csrf_token": csrf(client), "email": "reader@example.org", "password": courses.PASSWORD})  # type: ignore[attr-defined]
    assert client.get(HERE).status_code == 403
    assert client.post(HERE, data={"csrf_token": csrf(client), "text": "x", "language": "en"}).status_code == 403


def test_find_a_concept_in_both_languages(admin: FlaskClient) -> None:
    for typed in ("last-mile", "末端配送"):
        page = html.document_fromstring(text(admin, f"/admin/vocabulary?find={typed}"))
        assert [link.get("href") for link in page.xpath("//ul[contains(@class,'columns')]//a")] == [
            "/admin/vocabulary/topic/logistics.last-mile"
        ]
    assert "No label has these letters." in text(admin, "/admin/vocabulary?find=zzzz")
    assert "跨境电子商务" in text(admin, "/admin/vocabulary", "zh-CN")


def test_a_new_label_widens_the_search_and_a_removed_one_does_not(admin: FlaskClient, csrf: Csrf) -> None:
    assert "Also searched" not in text(admin, "/search?q=parcels+abroad")
    answer = admin.post(HERE, data={"csrf_token": csrf(admin), "text": "Parcels  abroad", "language": "en"})
    assert (answer.status_code, answer.headers["Location"]) == (303, HERE)
    assert "“Parcels abroad” was added." in text(admin, HERE)
    assert "Parcels abroad" in labels(admin)
    assert "Also searched" in text(admin, "/search?q=parcels+abroad")
    gone = {"csrf_token": csrf(admin), "text": "Parcels abroad", "language": "en"}
    assert admin.post(f"{HERE}/remove", data=gone).status_code == 303
    assert "“Parcels abroad” was removed." in text(admin, HERE)
    assert "Also searched" not in text(admin, "/search?q=parcels+abroad")
    admin.post(f"{HERE}/remove", data=gone)
    assert "Somebody removed that label meanwhile." in text(admin, HERE)


def test_the_name_on_pages_changes(admin: FlaskClient, csrf: Csrf) -> None:
    chosen = {"csrf_token": csrf(admin), "text": "global e-commerce", "language": "en"}
    assert admin.post(f"{HERE}/prefer", data=chosen).status_code == 303
    assert html.document_fromstring(text(admin, HERE)).xpath("string(//h1)") == "global e-commerce"
    admin.post(f"{HERE}/remove", data=chosen)
    assert "Choose another name first" in text(admin, HERE)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Enter a label."),
        ("?!", "needs letters"),
        ("x" * 101, "at most 100 characters"),
        ("cross border Ecommerce", "has that label already"),
        ("Payment Gateway", "Payment gateways"),
        ("<script>alert(1)</script> payment gateway", None),
    ],
)
def test_what_is_refused_is_said_beside_the_field(admin: FlaskClient, csrf: Csrf, typed: str, said: str | None) -> None:
    answer = admin.post(HERE, data={"csrf_token": csrf(admin), "text": typed, "language": "en"})
    assert answer.status_code == (303 if said is None else 422)
    if said is not None:
        page = html.document_fromstring(answer.get_data(as_text=True))
        assert said in page.xpath("string(//p[@id='text-error'])")
        assert page.xpath("string(//input[@id='text']/@value)") == typed
        assert page.xpath("string(//title)").startswith("Error:")
    else:
        assert not html.document_fromstring(text(admin, HERE)).xpath("//main//script")


def test_bad_addresses_languages_and_tokens(admin: FlaskClient, csrf: Csrf) -> None:
    for path in ("/admin/vocabulary/topic/nothing", "/admin/vocabulary/other/logistics", f"{HERE}/other"):
        assert admin.get(path).status_code in (404, 405), path
    assert admin.post(HERE, data={"csrf_token": csrf(admin), "text": "x y", "language": "de"}).status_code == 422
    assert admin.post(HERE, data={"text": "x y", "language": "en"}).status_code == 400
    assert admin.post(f"{HERE}/remove", data={"csrf_token": csrf(admin)}).status_code == 303


def test_a_new_concept_moved_retired_and_used_again(admin: FlaskClient, csrf: Csrf) -> None:
    new, here = "/admin/vocabulary/new", "/admin/vocabulary/topic/logistics.quantum"
    sent = {
        "csrf_token": csrf(admin),
        "scheme": "topic",
        "notation": "logistics.quantum",
        "broader": "logistics",
        "english": "Quantum parcels",
    }
    bad = admin.post(new, data=sent | {"notation": "Not a code"})
    assert bad.status_code == 422 and "lower-case letters" in bad.get_data(as_text=True)
    assert admin.post(new, data=sent | {"english": "Customs"}).status_code == 422
    assert admin.post(new, data=sent).headers["Location"] == here
    arrange = {"csrf_token": csrf(admin)}
    assert admin.post(f"{here}/arrange", data=arrange | {"do": "move", "broader": "service"}).status_code == 303
    assert html.document_fromstring(text(admin, here)).xpath("//select[@id='broader']/option[@selected]/@value") == ["service"]
    admin.post(f"{here}/arrange", data=arrange | {"do": "retire"})
    assert "This concept is retired" in text(admin, here) and "Retired" in text(admin, "/admin/vocabulary")
    admin.post(f"{here}/arrange", data=arrange | {"do": "restore"})
    assert "This concept is retired" not in text(admin, here)
    admin.post("/admin/vocabulary/topic/logistics/arrange", data=arrange | {"do": "retire"})
    assert "Narrower concepts are still in use" in text(admin, "/admin/vocabulary/topic/logistics")
    assert admin.post(f"{here}/arrange", data=arrange | {"do": "x"}).status_code == 400
    assert "Concept moved" in text(admin, "/admin/audit?subject=topic")
