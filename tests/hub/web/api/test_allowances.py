"""How often programs may ask."""

from __future__ import annotations

from flask import Flask

from hub.web import allowances

from .conftest import Program, Programs


def test_who_asks_too_often_waits(own_site: Flask, program: Programs) -> None:
    own_site.config["HUB_API_RATE"] = "3/minute"
    allowances.register(own_site)
    nobody, mine = program(), program("student", "read")
    first = nobody.get("/rubric")
    assert (first.headers["RateLimit-Limit"], first.headers["RateLimit-Remaining"]) == ("3", "2")
    assert 0 < int(first.headers["RateLimit-Reset"]) <= 60
    assert first.headers["RateLimit-Policy"] == '"default";q=3;w=60' and first.headers["RateLimit"].startswith('"default";r=2;t=')
    nobody.get("/nothing"), nobody.get("/rubric"), nobody.get("/rubric")
    refused = nobody.get("/rubric")
    assert (refused.status_code, refused.mimetype) == (429, "application/problem+json")
    assert int(refused.headers["Retry-After"]) > 0 and refused.headers["RateLimit-Remaining"] == "0"
    assert mine.get("/rubric").status_code == 200
    elsewhere = nobody.get("/rubric", environ_overrides={"REMOTE_ADDR": "192.0.2.7"})
    assert elsewhere.status_code == 200


def test_a_house_is_one_network(own_site: Flask, program: Programs) -> None:
    own_site.config["HUB_API_RATE"] = "1/minute"
    allowances.register(own_site)
    nobody = program()
    assert nobody.get("/rubric", environ_overrides={"REMOTE_ADDR": "2001:db8::1"}).status_code == 200
    assert nobody.get("/rubric", environ_overrides={"REMOTE_ADDR": "2001:db8::2"}).status_code == 429
    assert nobody.get("/rubric", environ_overrides={"REMOTE_ADDR": "2001:db8:0:1::1"}).status_code == 200


def test_a_wrong_token_counts_for_its_network(own_site: Flask, program: Programs) -> None:
    own_site.config["HUB_API_RATE"] = "1/minute"
    allowances.register(own_site)
    guesser = Program(own_site.test_client(), "och_" + "a" * 46)
    assert guesser.get("/rubric").status_code == 401
    assert guesser.get("/rubric").status_code == 429


def test_networks() -> None:
    assert allowances.network("192.0.2.1") == "192.0.2.1"
    assert allowances.network("::ffff:192.0.2.1") == "192.0.2.1"
    assert allowances.network("2001:db8::9") == "2001:db8::/64"
    assert allowances.network("") == "nowhere"
