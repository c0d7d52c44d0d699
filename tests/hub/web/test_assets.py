"""Vendored files are what their packages gave, every icon that a page may show is in the sprite, files are kept while they are the same."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers

from hub.web import assets, templating, wording

ROOT = Path(__file__).parents[3]
VENDOR = ROOT / "hub" / "static" / "vendor"


def test_vendored_files_match_the_recorded_sums() -> None:
    sums = dict(reversed(line.split("  ")) for line in (VENDOR / "SHA256SUMS").read_text().splitlines())
    assert set(sums) == {path.name for path in VENDOR.iterdir()} - {"SHA256SUMS"}
    for name, digest in sums.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest, name


def test_every_vendored_package_has_version_integrity_and_licence() -> None:
    for package in tomllib.loads((ROOT / "vendor.toml").read_text())["package"]:
        assert re.fullmatch(r"\d+\.\d+\.\d+", package["version"])
        assert package["integrity"].startswith("sha512-")
        assert any("LICENSE" in file["as"] for file in package["files"])


def test_every_icon_is_in_the_sprite() -> None:
    """Names in calls of `icon` and in the tables that choose one."""
    sprite = set(re.findall(r'<symbol id="([^"]+)"', (VENDOR / "icons.svg").read_text()))
    wanted = {*wording.TYPE_ICONS.values(), *(sign for _, sign in wording.STATE_LOOKS.values()), *templating.TOPIC_ICONS.values()}
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        wanted.update(re.findall(r"icon\('([a-z0-9-]+)'", text))
        wanted.update(re.findall(r"sign='([a-z0-9-]+)'", text))
        wanted.update(re.findall(r"empty\('([a-z0-9-]+)'", text))
    assert wanted - sprite == set()


def headers(visitor: FlaskClient, path: str, encoding: str = "gzip") -> Headers:
    """The headers of an answer, which is closed: its file with it."""
    with visitor.get(path, headers={"Accept-Encoding": encoding}) as answer:
        assert answer.status_code == 200
        return answer.headers


def test_a_file_under_its_hash_is_kept_for_ever(site: Flask, visitor: FlaskClient) -> None:
    with site.test_request_context():
        address = assets.static_url("app.css")
    assert "immutable" in headers(visitor, address)["Cache-Control"]
    assert "immutable" not in headers(visitor, "/static/app.css?v=0123456789")["Cache-Control"]
    assert "immutable" in headers(visitor, "/static/vendor/htmx-2.0.11.min.js")["Cache-Control"]
    assert "Cookie" not in headers(visitor, address)["Vary"]


def test_text_leaves_compressed_and_what_is_packed_already_does_not(visitor: FlaskClient) -> None:
    packed = headers(visitor, "/static/app.css")
    assert packed["Content-Encoding"] == "gzip"
    assert int(packed["Content-Length"]) < 12_000
    assert headers(visitor, "/search")["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in headers(visitor, "/static/vendor/figtree-5.3.0-latin.woff2")
    assert "Content-Encoding" not in headers(visitor, "/healthz")
    assert "Content-Encoding" not in headers(visitor, "/static/app.css", "identity")
