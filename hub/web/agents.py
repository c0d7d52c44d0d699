"""The catalogue for programs with a language model, over HTTP (Model Context Protocol, Streamable HTTP without sessions)."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from hub.agents import messages, tools
from hub.web import allowances, context

bp = Blueprint("agents", __name__)
LONGEST = 1_000_000  # bytes of one message
OPEN = {
    "Access-Control-Allow-Origin": "*",  # what everybody may read, without a cookie
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Authorization, Content-Type, Mcp-Method, Mcp-Name, Mcp-Protocol-Version",
    "Access-Control-Expose-Headers": "RateLimit, RateLimit-Limit, RateLimit-Policy, RateLimit-Remaining, RateLimit-Reset, Retry-After",
    "Access-Control-Max-Age": "86400",
}


@bp.route("/mcp", methods=["POST", "OPTIONS"])
def converse() -> Response:
    """One message and its answer. There is no stream to listen to, and no session to end: GET and DELETE are answered with 405."""
    if request.method == "OPTIONS":
        return Response(status=204, headers=OPEN)
    left = allowances.allowance().take(f"network {allowances.network(request.remote_addr or '')}")
    response = heard() if left.allowed else refused(429, str(left))
    response.headers.update(left.headers())
    return response


def heard() -> Response:
    """The answer to one message."""
    if request.mimetype != "application/json":
        return refused(415, "The message must be application/json.")
    if not (request.accept_mimetypes.accept_json or not request.accept_mimetypes):
        return refused(406, "The answer is application/json.")
    request.max_content_length = LONGEST + 1  # a body of untold length is cut there, without a word
    try:
        sent = request.get_data(cache=False)
    except RequestEntityTooLarge:
        sent = b" " * (LONGEST + 1)
    if len(sent) > LONGEST:
        return refused(413, f"A message has at most {LONGEST:,} bytes.")
    hub = tools.Hub(context.session(), context.index(), site(), str(context.setting("SITE_NAME") or "Open Commerce Hub"))
    headers = {name.lower(): value for name, value in request.headers.items()}
    version = headers.get("mcp-protocol-version", messages.HANDSHAKE[-1])
    if version not in (*messages.HANDSHAKE, *messages.STATELESS):
        fault = messages.Fault(
            messages.UNSUPPORTED_VERSION, "Unsupported protocol version", {"supported": list(messages.STATELESS), "requested": version[:80]}
        )
        return answered(messages.failed(None, fault))
    return answered(messages.answer(hub, sent, headers))


def answered(given: messages.Answer) -> Response:
    """As HTTP carries it."""
    body = None if given.message is None else messages.written(given.message)
    return Response(body, status=given.status, mimetype="application/json", headers=OPEN)


def refused(status: int, message: str) -> Response:
    """What HTTP itself has to say."""
    code = messages.TOO_MANY if status == 429 else messages.INVALID_REQUEST
    return answered(messages.Answer(messages.failed(None, messages.Fault(code, message)).message, status))


def site() -> str:
    """The address of this hub, without a final slash."""
    return context.site_address() or request.host_url.rstrip("/")
