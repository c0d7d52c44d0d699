"""docs/examples/hub-kind-example is installed as anybody would, and harvests from a real server."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "hub-kind-example"
PAGES = {
    "/catalogue": {"courses": [{"code": "A1", "name": "Live commerce", "page": "/c/a1"}, {"code": "A2"}], "more": "/catalogue?page=2"},
    "/catalogue?page=2": {"courses": [{"code": "B1", "name": "电子商务"}]},
}
HARVEST = """
import sys
from harvesters import registry, walk
from harvesters.fetch import Fetcher
harvester = registry.kind("example-catalogue")
address, place = sys.argv[1:]
with Fetcher(allow=[place], agent="TestHub/1.0") as fetch:
    for step in walk.walk(harvester, harvester.start(address, {"provider": "P"}, None), {"provider": "P"}, fetch):
        for item in step.page.items:
            print(type(item).__name__, item.identifier, getattr(item, "title", ""), getattr(item, "url", ""), getattr(item, "provider", ""))
"""


class Platform(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps(PAGES[self.path]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        """Nothing on the standard error."""


@pytest.fixture
def platform() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Platform)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.slow
def test_the_example_is_installed_and_harvests(tmp_path, platform):
    source, target = tmp_path / "source", tmp_path / "installed"
    shutil.copytree(EXAMPLE, source)
    options = ["--no-index", "--no-build-isolation", "--no-deps", "--quiet", "--disable-pip-version-check", "--target", str(target)]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, str(source)], check=True, timeout=120)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(target), str(ROOT)]), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-c", HARVEST, f"http://{platform}/catalogue", platform]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        f"Record A1 Live commerce http://{platform}/c/a1 P",
        "Failure A2   ",
        "Record B1 电子商务 None P",
    ]
