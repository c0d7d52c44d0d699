"""What every answer says about safety, and which hosts get an answer."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import abort

from hub.web import security, site


@pytest.mark.parametrize("path", ["/", "/search", "/nowhere", "/healthz", "/suggest?q=a", "/login", "/admin/runs"])
def test_every_answer_has_the_headers(visitor: FlaskClient, path: str) -> None:
    answer = visitor.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert policy == security.POLICY
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert "Strict-Transport-Security" not in answer.headers
    assert "Strict-Transport-Security" in visitor.get(path, base_url="https://localhost").headers


def application(**settings: object) -> Flask:
    """The site alone, with a page of the test's own: no database, no index."""
    app = Flask("hub", template_folder="../templates", static_folder="static")
    app.config.from_mapping(SECRET_KEY="only-for-tests-0123456789", PROPAGATE_EXCEPTIONS=False, **settings)
    site.register(app)

    @app.get("/error/<int:status>")
    def error(status: int) -> str:
        if status == 599:
            raise ValueError("a fault of ours with <b>details</b>")
        abort(status)

    return app


def test_only_our_hosts_are_answered() -> None:
    visitor = application(HUB_ALLOWED_HOSTS=("hub.example", ".campus.example")).test_client()
    for host, status in (("hub.example", 200), ("a.campus.example", 200), ("evil.example", 400), ("hub.example.evil.example", 400)):
        assert visitor.get("/about", base_url=f"http://{host}").status_code == status, host


def test_forwarded_headers_count_only_behind_a_proxy_of_ours() -> None:
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
    assert "Strict-Transport-Security" not in application().test_client().get("/about", headers=forwarded).headers
    assert "Strict-Transport-Security" in application(HUB_TRUSTED_PROXIES=1).test_client().get("/about", headers=forwarded).headers


@pytest.mark.parametrize("status", [400, 403, 404, 405, 410, 413, 429])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_errors_have_pages_in_the_visitor_s_language(status: int, language: str) -> None:
    answer = application().test_client().get(f"/error/{status}", headers={"Accept-Language": language})
    text = answer.get_data(as_text=True)
    assert answer.status_code == status
    assert f'lang="{"zh-Hans" if language == "zh" else "en"}"' in text
    assert str(status) in text
    assert ('role="search"' in text) == (status in {404, 410})


@pytest.mark.parametrize(("status", "shown"), [(500, 500), (503, 503), (599, 500)])
def test_our_own_faults_show_a_plain_page(status: int, shown: int) -> None:
    answer = application().test_client().get(f"/error/{status}")
    text = answer.get_data(as_text=True)
    assert answer.status_code == shown
    assert "Traceback" not in text and "details" not in text
    assert "出错了" in text or "服务繁忙" in text
    assert answer.headers["Content-Security-Policy"] == security.POLICY


def test_a_method_that_is_not_there_names_the_ones_that_are(visitor: FlaskClient) -> None:
    assert "GET" in visitor.delete("/about").headers.get("Allow", "")


def test_cookies_are_for_this_site_alone() -> None:
    client = application(HUB_SECURE=True).test_client()
    cookies = client.get("/about", base_url="https://localhost").headers.getlist("Set-Cookie")
    assert cookies
    assert all("SameSite=Lax" in cookie and "Secure" in cookie for cookie in cookies)
    assert any("HttpOnly" in cookie for cookie in cookies)
