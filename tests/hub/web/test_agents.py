"""The catalogue for agents, over HTTP, asked by the protocol's own client."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from mcp import Client
from werkzeug.serving import make_server

from hub.web import allowances


@pytest.fixture
def address(own_site: Flask) -> Iterator[str]:
    """The hub on a port of its own."""
    server = make_server("127.0.0.1", 0, own_site, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/mcp"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("mode", ["legacy", "auto", "2026-07-28"])
def test_the_protocols_own_client_searches_and_reads(address: str, mode: Any) -> None:
    async def talk() -> None:
        async with Client(address, mode=mode) as client:
            assert {tool.name for tool in (await client.list_tools()).tools} >= {"search_resources", "get_resource", "list_topics"}
            found = await client.call_tool("search_resources", {"query": "commerce"})
            assert not found.is_error and found.structured_content["total"] > 0
            id = found.structured_content["results"][0]["id"]
            read = await client.read_resource(f"hub://resources/{id}")
            assert found.structured_content["results"][0]["title"] in read.contents[0].text
            refused = await client.call_tool("search_resources", {"limit": 0})
            assert refused.is_error

    asyncio.run(talk())


def test_http_says_what_it_does_not_take(visitor: FlaskClient) -> None:
    assert visitor.get("/mcp").status_code == 405
    assert visitor.post("/mcp", data="{}", content_type="text/plain").status_code == 415
    assert visitor.post("/mcp", data="x" * 1_100_000, content_type="application/json").status_code == 413
    half = visitor.post("/mcp", data='{"jsonrpc":"2.0","id":"\\ud800","method":"ping"}', content_type="application/json")
    assert (half.status_code, half.get_json()["error"]["code"]) == (400, -32700)
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    assert visitor.post("/mcp", json=ping, headers={"Accept": "text/html"}).status_code == 406
    assert visitor.post("/mcp", json=ping, headers={"Mcp-Protocol-Version": "1999-01-01"}).status_code == 400
    answer = visitor.post("/mcp", json=ping)
    assert answer.get_json() == {"jsonrpc": "2.0", "id": 1, "result": {}}
    assert answer.headers["Access-Control-Allow-Origin"] == "*" and "Set-Cookie" not in answer.headers
    assert visitor.post("/mcp", json={"jsonrpc": "2.0", "method": "notifications/initialized"}).status_code == 202
    assert visitor.options("/mcp").status_code == 204


def test_a_body_of_untold_length_is_not_cut_but_refused(address: str) -> None:
    """Sent in chunks, as proxies do: what is cut could be read as something else."""
    ping = b'{"jsonrpc":"2.0","id":1,"method":"ping"}'
    for size, status in ((0, 200), (1_000_000, 413)):
        answer = requests.post(address, data=iter((ping, b" " * size, b" ")), headers={"Content-Type": "application/json"}, timeout=20)
        assert answer.status_code == status, answer.text


def test_agents_have_the_apis_allowance(own_site: Flask) -> None:
    own_site.config["HUB_API_RATE"] = "3/minute"
    allowances.register(own_site)
    client, ping = own_site.test_client(), {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    answers = [client.post("/mcp", json=ping) for _ in range(3)] + [client.get("/api/v1/topics"), client.post("/mcp", json=ping)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert int(answers[-1].headers["Retry-After"]) >= 1 and answers[-1].get_json()["error"]["code"] == -32029
    assert [answer.headers["RateLimit-Remaining"] for answer in answers[:3]] == ["2", "1", "0"]
