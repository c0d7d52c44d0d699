"""A client that somebody else's program made of the document works against a real server."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server

from ..cast import Stage
from .conftest import Programs


@pytest.fixture
def address(own_site: Flask) -> Iterator[str]:
    """The hub, served on loopback."""
    server = make_server("127.0.0.1", 0, own_site, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture
def made(own_site: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The package that openapi-python-client makes."""
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps(own_site.test_client().get("/api/v1/openapi.json").json), encoding="utf-8")
    settings = tmp_path / "settings.json"
    settings.write_text(json.dumps({"package_name_override": "made_client", "post_hooks": []}), encoding="utf-8")
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--path", str(document), "--meta", "none"]
    done = subprocess.run(
        [*command, "--output-path", str(tmp_path / "made_client"), "--config", str(settings), "--fail-on-warning"],
        capture_output=True, text=True, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    monkeypatch.syspath_prepend(str(tmp_path))
    return importlib.import_module("made_client")


def function(tag: str, name: str) -> Any:
    return importlib.import_module(f"made_client.api.{tag}.{name}").sync_detailed


@pytest.mark.slow
def test_a_made_client_reads_and_writes(made: ModuleType, address: str, program: Programs, stage: Stage) -> None:
    models = importlib.import_module("made_client.models")
    nobody = made.Client(base_url=f"{address}/api/v1")
    found = function("search", "search")(client=nobody, q="logistics", language=["en"], facets="topic", limit=5)
    assert found.status_code == 200 and found.parsed.total > 5 and found.parsed.items[0].title
    following = function("search", "search")(
        client=nobody, q="logistics", language=["en"], facets="topic", limit=5, cursor=found.parsed.next_
    )
    assert {one.id for one in following.parsed.items}.isdisjoint({one.id for one in found.parsed.items})
    one = function("resources", "get_resource")(found.parsed.items[0].id, client=nobody)
    assert one.parsed.origins[0].source
    assert function("bookmarks", "list_bookmarks")(client=nobody).status_code == 401
    mine = made.AuthenticatedClient(base_url=f"{address}/api/v1", token=program("student", "bookmarks", "shelves").token)
    kept = function("bookmarks", "put_bookmark")(one.parsed.id, client=mine, body=models.Revision(note="Mine."))
    assert kept.status_code == 201 and kept.parsed.note == "Mine."
    shelf = function("shelves", "create_shelf")(client=mine, body=models.ShelfWanted(title="Made"))
    assert shelf.status_code == 201
    item = function("shelves", "add_item")(shelf.parsed.id, client=mine, body=models.ItemWanted(resource=one.parsed.id))
    assert [line.resource for line in item.parsed.items] == [one.parsed.id]
