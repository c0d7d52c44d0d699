"""The repository that benchmarks and kill tests harvest: run as they run it, as a process of its own."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

import pytest

SCRIPT = Path(__file__).with_name("oai_source.py")


@pytest.fixture
def address() -> Iterator[str]:
    """Of a repository of 250 records, each 50th deleted, in pages of 100."""
    spec = importlib.util.spec_from_file_location("tests_servers_oai_source", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    server = module.make_server(module.Repository(250, 100, deleted_every=50))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/oai"
    server.shutdown()
    server.server_close()


def get(address: str, query: str = "") -> str:
    with urlopen(f"{address}?{query}") as answer:
        return answer.read().decode()


def harvest(address: str, query: str = "") -> list[str]:
    """Identifiers of all pages."""
    found, page = [], get(address, f"verb=ListRecords&metadataPrefix=oai_dc{query}")
    while True:
        found += re.findall(r"<header[^>]*><identifier>([^<]*)", page)
        token = re.search(r"<resumptionToken[^>]*>([^<]+)<", page)
        if not token:
            return found
        page = get(address, f"verb=ListRecords&resumptionToken={quote(token[1], safe='')}")


def test_a_pass_brings_every_record_once(address):
    found = harvest(address)
    assert len(found) == len(set(found)) == 250
    rows = [line.split("\t") for line in get(address.replace("/oai", "/records.tsv")).splitlines()]
    assert [row[0] for row in rows] == found
    assert sum(row[2] == "deleted" for row in rows) == 5


def test_changes_between_passes(address):
    control = address.replace("/oai", "/control")
    get(control, "touch=3-4&add=2")
    get(control, "delete=7")
    assert [name[-3:] for name in harvest(address, "&from=2026-01-01")] == ["003", "004", "007", "250", "251"]
    assert len(harvest(address)) == 252
    assert "edition 2" in get(address, "verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:courses.example.org:0000003")
    until = harvest(address, "&from=2024-01-01T00:00:01Z&until=2024-01-01T00:00:08Z")
    assert [int(name[-3:]) for name in until] == [1, 2, 5, 6, 8]


def test_tokens_expire_on_request_and_errors_have_codes(address):
    get(address.replace("/oai", "/control"), "expire=1")
    assert "badResumptionToken" in get(address, "verb=ListRecords&resumptionToken=100%7C%7C%7C250")
    assert "badVerb" in get(address, "verb=Foo")
    assert "noRecordsMatch" in get(address, "verb=ListRecords&metadataPrefix=oai_dc&from=2999-01-01")


def test_it_runs_as_a_process_of_its_own():
    with subprocess.Popen([sys.executable, str(SCRIPT), "--records", "5"], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert len(harvest(process.stdout.readline().strip())) == 5
        finally:
            process.kill()
