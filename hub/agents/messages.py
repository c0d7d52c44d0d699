"""Messages of the Model Context Protocol (JSON-RPC 2.0): one comes in, its answer goes out, and nothing is remembered between two.

Two generations are spoken at once. Up to 2025-11-25 a client says `initialize` first; since 2026-07-28 every request carries its version
and what the client can do in `params._meta`, and `server/discover` tells what we are. Nothing here depends on who asked before, so both
may be answered by any process.
"""

from __future__ import annotations

import base64
import binascii
import json
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from hub.agents import tools
from hub.agents.tools import Hub
from hub.services.rationing import Left

log = logging.getLogger(__name__)

HANDSHAKE = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
STATELESS = ("2026-07-28",)
VERSION, ABILITIES, SERVER = (f"io.modelcontextprotocol/{name}" for name in ("protocolVersion", "clientCapabilities", "serverInfo"))
PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS, INTERNAL_ERROR = -32700, -32600, -32601, -32602, -32603
HEADER_MISMATCH, UNSUPPORTED_VERSION, TOO_MANY = -32020, -32022, -32029
STATUS = {
    PARSE_ERROR: 400,
    INVALID_REQUEST: 400,
    INVALID_PARAMS: 400,
    HEADER_MISMATCH: 400,
    UNSUPPORTED_VERSION: 400,
    METHOD_NOT_FOUND: 404,
}
NAMED = {"tools/call": "name", "resources/read": "uri"}  # what the header Mcp-Name repeats
CACHED = frozenset(("server/discover", "tools/list", "resources/list", "resources/templates/list", "resources/read"))
FRESH = 300_000  # milliseconds that a client may keep such an answer
ENCODED = re.compile(r"=\?base64\?(.*)\?=")
RESOURCE = "hub://resources/"
TOPICS = "hub://topics"
INSTRUCTIONS = (
    "A catalogue of open courses and other teaching resources on e-commerce, in English and Chinese. Search with search_resources, read one"
    " with get_resource; list_topics names the subjects by which a search can be narrowed. Cite a resource by its `page`."
)
Params = Mapping[str, Any]
Headers = Mapping[str, str]


class Fault(Exception):
    """The standard's own error."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code, self.message, self.data = code, message, data


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back; `message` None: nothing, for what was only told. `status` is for HTTP."""

    message: dict[str, Any] | None
    status: int = 200


def answer(hub: Hub, body: bytes | str, headers: Headers | None = None, *, left: Left | None = None) -> Answer:
    """The answer to one message. `headers` (names in lower case) are those of HTTP; None on a standard input, where `left` is what is left
    of its allowance.

    A batch is refused: no version that we speak but 2025-03-26 has them, and its clients send none.
    """
    try:
        message = from_json(body, allow_inf_nan=False)  # unlike `json`, it refuses half characters, which no answer could repeat
    except ValueError:
        return failed(None, Fault(PARSE_ERROR, "This is no JSON."))
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0" or not isinstance(message.get("method", ""), str):
        return failed(None, Fault(INVALID_REQUEST, "A JSON-RPC 2.0 request is wanted: one object, no batch."))
    if "method" not in message or "id" not in message:  # an answer to nothing that we asked, or a notification
        return Answer(None, 202)
    id = message["id"]
    if isinstance(id, bool) or not isinstance(id, int | str):
        return failed(None, Fault(INVALID_REQUEST, "`id` must be text or a whole number."))
    if left is not None and not left.allowed:
        return failed(id, Fault(TOO_MANY, str(left), {"retryAfter": left.reset}))
    try:
        return Answer({"jsonrpc": "2.0", "id": id, "result": result(hub, message, headers)})
    except Fault as fault:
        return failed(id, fault, modern=is_stateless(message, headers))
    except Exception:  # the outer edge of a conversation: it goes on
        log.exception("an agent's %s failed", message["method"][:40])
        return failed(id, Fault(INTERNAL_ERROR, "The hub could not answer this; its log says why."))


def failed(id: int | str | None, fault: Fault, *, modern: bool = True) -> Answer:
    """The answer that something is wrong. (Before 2026-07-28 an error about a request comes with HTTP status 200.)"""
    error = {"code": fault.code, "message": fault.message, **({"data": fault.data} if fault.data is not None else {})}
    return Answer({"jsonrpc": "2.0", "id": id, "error": error}, STATUS.get(fault.code, 200) if modern else 200)


def is_stateless(message: Params, headers: Headers | None) -> bool:
    """Does this request speak 2026-07-28 or later?"""
    told = (headers or {}).get("mcp-protocol-version")
    return VERSION in meta(message) or message["method"] == "server/discover" or (told is not None and told not in HANDSHAKE)


def meta(message: Params) -> Params:
    """`params._meta`, when it is an object."""
    params = message.get("params")
    found = params.get("_meta") if isinstance(params, dict) else None
    return found if isinstance(found, dict) else {}


def result(hub: Hub, message: Params, headers: Headers | None) -> dict[str, Any]:
    """What the method gives. Raises Fault."""
    method, params = message["method"], message.get("params", {})
    if not isinstance(params, dict):
        raise Fault(INVALID_PARAMS, "`params` must be an object.")
    stateless = is_stateless(message, headers)
    if stateless:
        check(message, headers)
    found = METHODS.get(method)
    if found is None or (stateless and method in ("initialize", "ping")):
        raise Fault(METHOD_NOT_FOUND, f"There is no method {method[:80]!r}.")
    given = found(hub, params)
    if method == "ping":
        return given
    told = {"resultType": "complete", **given}
    if method in CACHED:
        told |= {"ttlMs": FRESH, "cacheScope": "public"}
    return told | {"_meta": {SERVER: who(hub)}} if stateless else told


def check(message: Params, headers: Headers | None) -> None:
    """What 2026-07-28 asks of every request. Raises Fault."""
    told = meta(message)
    if missing := [name for name in (VERSION, ABILITIES) if name not in told]:
        raise Fault(INVALID_PARAMS, f"params._meta must have {' and '.join(missing)}.")
    version = told[VERSION]
    if not isinstance(version, str):
        raise Fault(INVALID_PARAMS, f"{VERSION} must be text.")
    if headers is not None:
        same(headers, "mcp-protocol-version", version)
        same(headers, "mcp-method", message["method"])
        named = message.get("params", {}).get(NAMED.get(message["method"], ""))
        if named is not None:
            same(headers, "mcp-name", named)
    if version not in STATELESS:
        raise Fault(UNSUPPORTED_VERSION, "Unsupported protocol version", {"supported": list(STATELESS), "requested": version[:80]})


def same(headers: Headers, name: str, value: Any) -> None:
    """A header repeats what the message says, so that what stands between need not read that. Raises Fault."""
    if decoded(headers.get(name)) != value:
        raise Fault(HEADER_MISMATCH, f"The header {name} does not say the same as the message.")


def decoded(header: str | None) -> str | None:
    """A header's text, which may be base64 of UTF-8; None for what is neither."""
    found = ENCODED.fullmatch(header or "")
    if not found:
        return header
    try:
        return base64.b64decode(found[1], validate=True).decode()
    except (binascii.Error, ValueError):
        return None


def who(hub: Hub) -> dict[str, str]:
    """Our own name."""
    return {"name": "open-commerce-hub", "title": hub.name, "version": "1.0", **({"websiteUrl": hub.site} if hub.site else {})}


def initialize(hub: Hub, params: Params) -> dict[str, Any]:
    """The handshake: the version asked for when we speak it, else our newest of that kind."""
    wanted = params.get("protocolVersion")
    version = wanted if wanted in HANDSHAKE else HANDSHAKE[-1]
    return {"protocolVersion": version, "capabilities": capabilities(), "serverInfo": who(hub), "instructions": INSTRUCTIONS}


def discover(_hub: Hub, _params: Params) -> dict[str, Any]:
    """What we are, without a handshake."""
    return {"supportedVersions": list(STATELESS), "capabilities": capabilities(), "instructions": INSTRUCTIONS}


def capabilities() -> dict[str, Any]:
    """Tools and resources; neither list ever changes while somebody listens."""
    return {"tools": {"listChanged": False}, "resources": {"listChanged": False, "subscribe": False}}


def whole(params: Params) -> None:
    """Lists come whole, so that there is no cursor that we gave. Raises Fault."""
    if params.get("cursor") is not None:
        raise Fault(INVALID_PARAMS, "There is no such cursor: the list comes whole.")


def list_tools(_hub: Hub, params: Params) -> dict[str, Any]:
    """All tools at once."""
    whole(params)
    return {"tools": [tool.described() for tool in tools.TOOLS]}


def call_tool(hub: Hub, params: Params) -> dict[str, Any]:
    """A tool's answer, as JSON and as its text. What the model can mend comes back as a result that says so."""
    tool = tools.BY_NAME.get(str(params.get("name")))
    if tool is None:
        raise Fault(INVALID_PARAMS, f"There is no tool {str(params.get('name'))[:80]!r}; tools/list names them.")
    try:
        given = tool.run(hub, params.get("arguments") or {})
    except tools.Refused as refused:
        return {"content": [{"type": "text", "text": str(refused)}], "isError": True}
    return {"content": [{"type": "text", "text": written(given)}], "structuredContent": given, "isError": False}


def list_resources(_hub: Hub, params: Params) -> dict[str, Any]:
    """What can be read without a question; the catalogue itself is found by its template."""
    whole(params)
    topics = {"uri": TOPICS, "name": "topics", "title": "Topics of e-commerce", "mimeType": "application/json"}
    return {"resources": [topics]}


def list_templates(_hub: Hub, params: Params) -> dict[str, Any]:
    """How a resource of the catalogue is named."""
    whole(params)
    one = {"uriTemplate": RESOURCE + "{id}", "name": "resource", "title": "A teaching resource", "mimeType": "application/json"}
    return {"resourceTemplates": [one]}


def read_resource(hub: Hub, params: Params) -> dict[str, Any]:
    """One resource, or the topics, as JSON."""
    uri = params.get("uri")
    try:
        if uri == TOPICS:
            given = tools.BY_NAME["list_topics"].run(hub, {})
        elif isinstance(uri, str) and uri.startswith(RESOURCE):
            given = tools.BY_NAME["get_resource"].run(hub, {"id": uri.removeprefix(RESOURCE)})
        else:
            raise tools.Refused("There is no such resource; resources/templates/list says how they are named.")
    except tools.Refused as refused:
        raise Fault(INVALID_PARAMS, str(refused), {"uri": str(uri)[:200]}) from refused
    return {"contents": [{"uri": uri, "mimeType": "application/json", "text": written(given)}]}


def written(value: Any) -> str:
    """JSON, in letters."""
    return json.dumps(value, ensure_ascii=False)


METHODS: Mapping[str, Callable[[Hub, Params], dict[str, Any]]] = {
    "initialize": initialize,
    "ping": lambda _hub, _params: {},
    "server/discover": discover,
    "tools/list": list_tools,
    "tools/call": call_tool,
    "resources/list": list_resources,
    "resources/templates/list": list_templates,
    "resources/read": read_resource,
}
