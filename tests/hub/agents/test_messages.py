"""Both generations of the protocol, and what is none: always the standard's own answer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.agents import messages
from hub.agents.tools import Hub

META = {messages.VERSION: "2026-07-28", messages.ABILITIES: {}}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(), max_size=20),  # half characters too
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=8), below, max_size=3),
)


def ask(hub: Hub, method: str, params: Any = None, headers: dict[str, str] | None = None, id: Any = 1) -> messages.Answer:
    message = {"jsonrpc": "2.0", "id": id, "method": method, **({} if params is None else {"params": params})}
    return messages.answer(hub, json.dumps(message), headers)


def result(hub: Hub, method: str, params: Any = None, headers: dict[str, str] | None = None) -> dict[str, Any]:
    given = ask(hub, method, params, headers)
    assert given.message is not None and "error" not in given.message, given
    found: dict[str, Any] = given.message["result"]
    return found


def code(given: messages.Answer) -> int:
    assert given.message is not None
    number: int = given.message["error"]["code"]
    return number


@pytest.mark.parametrize("version", messages.HANDSHAKE)
def test_a_handshake_keeps_the_version_that_is_asked_for(hub: Hub, version: str) -> None:
    found = result(hub, "initialize", {"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}})
    assert found["protocolVersion"] == version
    assert found["serverInfo"]["name"] == "open-commerce-hub"
    assert result(hub, "ping") == {}


def test_a_version_of_the_future_gets_our_newest(hub: Hub) -> None:
    assert result(hub, "initialize", {"protocolVersion": "2099-01-01"})["protocolVersion"] == messages.HANDSHAKE[-1]


def test_the_stateless_version_says_what_it_is_in_each_request(hub: Hub) -> None:
    found = result(hub, "server/discover", {"_meta": META})
    assert found["supportedVersions"] == ["2026-07-28"] and found["resultType"] == "complete"
    assert found["_meta"][messages.SERVER]["name"] == "open-commerce-hub"
    listed = result(hub, "tools/list", {"_meta": META})
    assert listed["cacheScope"] == "public" and {tool["name"] for tool in listed["tools"]} >= {"search_resources", "get_resource"}
    assert code(ask(hub, "server/discover", {})) == messages.INVALID_PARAMS
    assert code(ask(hub, "initialize", {"_meta": META})) == messages.METHOD_NOT_FOUND
    refused = ask(hub, "tools/list", {"_meta": {**META, messages.VERSION: "2099-01-01"}})
    assert refused.message is not None and refused.status == 400
    assert refused.message["error"]["data"] == {"supported": ["2026-07-28"], "requested": "2099-01-01"}


def test_headers_repeat_the_message(hub: Hub) -> None:
    right = {"mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": "list_topics"}
    params = {"_meta": META, "name": "list_topics"}
    assert not result(hub, "tools/call", params, right)["isError"]
    assert not result(hub, "tools/call", params, {**right, "mcp-name": "=?base64?bGlzdF90b3BpY3M=?="})["isError"]
    for wrong in (
        {"mcp-name": "get_resource"},
        {"mcp-method": "tools/list"},
        {"mcp-protocol-version": "2025-11-25"},
        {"mcp-name": "=?base64?!?="},
    ):
        assert code(ask(hub, "tools/call", params, {**right, **wrong})) == messages.HEADER_MISMATCH


def test_a_tools_refusal_is_a_result_that_the_model_can_read(hub: Hub) -> None:
    found = result(hub, "tools/call", {"name": "get_resource", "arguments": {"id": "nobody"}})
    assert found["isError"] and "search_resources" in found["content"][0]["text"]
    assert code(ask(hub, "tools/call", {"name": "rm"})) == messages.INVALID_PARAMS


def test_structured_content_and_text_are_the_same(hub: Hub) -> None:
    found = result(hub, "tools/call", {"name": "search_resources", "arguments": {"query": "支付"}})
    assert json.loads(found["content"][0]["text"]) == found["structuredContent"]
    assert found["structuredContent"]["results"][0]["title"] == "跨境电商支付"


def test_resources_are_read_by_their_names(hub: Hub) -> None:
    id = result(hub, "tools/call", {"name": "search_resources", "arguments": {"query": "beginners"}})["structuredContent"]["results"][0][
        "id"
    ]
    (one,) = result(hub, "resources/read", {"uri": f"hub://resources/{id}"})["contents"]
    assert json.loads(one["text"])["title"] == "Live commerce for beginners"
    (listed,) = result(hub, "resources/list")["resources"]
    assert json.loads(result(hub, "resources/read", {"uri": listed["uri"]})["contents"][0]["text"])["topics"]
    assert result(hub, "resources/templates/list")["resourceTemplates"][0]["uriTemplate"] == "hub://resources/{id}"
    for method in ("tools/list", "resources/list", "resources/templates/list"):
        assert code(ask(hub, method, {"cursor": "foreign"})) == messages.INVALID_PARAMS
    for uri in ("hub://resources/nobody", "file:///etc/passwd", None, 7):
        assert code(ask(hub, "resources/read", {"uri": uri})) == messages.INVALID_PARAMS


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b'{"jsonrpc":"1.0","id":1,"method":"ping"}',
        b"\xff",
        b'{"id":1}',
        b"[" * 100_000,
        b'{"jsonrpc":"2.0","id":NaN}',
        b'{"jsonrpc":"2.0","id":"\\ud800","method":"ping"}',
        b'{"jsonrpc":"2.0","id":%s,"method":"ping"}' % (b"9" * 5_000),
    ],
)
def test_what_is_no_message_is_refused(hub: Hub, body: bytes) -> None:
    given = messages.answer(hub, body)
    assert code(given) in (messages.PARSE_ERROR, messages.INVALID_REQUEST) and given.status == 400


def test_what_is_only_told_gets_no_answer(hub: Hub) -> None:
    for message in ({"method": "notifications/initialized"}, {"id": 1, "result": {}}, {"method": "notifications/cancelled", "params": {}}):
        assert messages.answer(hub, json.dumps({"jsonrpc": "2.0", **message})) == messages.Answer(None, 202)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(method=st.sampled_from(sorted(messages.METHODS)) | st.text(max_size=20), params=JSON, id=JSON)
def test_any_message_gets_an_answer(hub: Hub, method: str, params: Any, id: Any) -> None:
    given = ask(hub, method, params, id=id)
    assert given.message is None or ("result" in given.message) != ("error" in given.message)
    messages.written(given.message).encode()
    if given.message and "error" in given.message:
        assert given.message["error"]["code"] != messages.INTERNAL_ERROR
