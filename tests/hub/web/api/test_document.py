"""What the API says of itself."""

from __future__ import annotations

from flask import Flask
from openapi_spec_validator import validate

from .conftest import Program


def test_the_document_is_valid_openapi(anybody: Program) -> None:
    answer = anybody.get("/openapi.json")
    assert answer.status_code == 200
    assert answer.json["openapi"] == "3.1.0"
    validate(answer.json)
    named = [one["operationId"] for methods in answer.json["paths"].values() for one in methods.values()]
    assert len(named) == len(set(named))
    assert anybody.get("/openapi.json", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_no_route_is_missing_in_the_document(site: Flask, anybody: Program) -> None:
    import re

    told = {(path, method.upper()) for path, methods in anybody.get("/openapi.json").json["paths"].items() for method in methods}
    there = set()
    for rule in site.url_map.iter_rules():
        if rule.rule.startswith("/api/") and rule.endpoint not in ("api.document", "api.index"):
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule.removeprefix("/api/v1"))
            there |= {(path, method) for method in rule.methods or () if method not in ("HEAD", "OPTIONS")}
    assert there == told


def test_the_page_shows_every_operation(anybody: Program) -> None:
    for language in ("en", "zh-Hans"):
        answer = anybody.get("/", headers={"Accept-Language": language})
        assert answer.status_code == 200
        for methods in anybody.get("/openapi.json").json["paths"].values():
            for one in methods.values():
                assert f'id="{one["operationId"]}"' in answer.text
        assert "curl" in answer.text


def test_the_page_tells_every_operation_in_both_languages(site: Flask, anybody: Program) -> None:
    told = [one["summary"] for methods in anybody.get("/openapi.json").json["paths"].values() for one in methods.values()]
    english, chinese = (site.test_client().get("/api/v1/", headers={"Accept-Language": tag}).text for tag in ("en", "zh-CN"))
    for summary in told:
        assert f"· {summary}</summary>" in english, summary
        assert f"· {summary}</summary>" not in chinese, summary
