"""One request on its way through redirects: what each hop sends, and what it must not take along. Pure."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import unquote, urljoin

from harvesters.addresses import Target, parse_url, show
from harvesters.errors import FetchError, RefusedAddress
from harvesters.known import CONDITIONS
from harvesters.protocol import Request

FORM = "application/x-www-form-urlencoded"
_OPTIONS = "Check the options of the source."
_TELL = "Tell the owner of the source: its web server is not set up rightly."
# Whatever else a request sends may be a key, under a name that its source has chosen.
HARMLESS = frozenset({"accept", "accept-charset", "accept-encoding", "accept-language", "content-type", "user-agent", *CONDITIONS})
_OURS = frozenset({"host", "connection", "content-length", "transfer-encoding", "accept-encoding", "user-agent", "te", "upgrade", "expect"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    target: Target
    method: str
    headers: Mapping[str, str]  # names in lower case
    body: bytes | None


def first_hop(request: Request, agent: str) -> Hop:
    target = parse_url(request.url)
    if request.method not in ("GET", "POST", "HEAD"):
        raise FetchError(f"{show(request.url)} is not asked: the method {request.method[:20]!r} is not one that a harvest needs.")
    headers = {name.lower(): value for name, value in request.headers.items() if name.lower() not in _OURS}
    if not all(text.isprintable() and text.isascii() for pair in headers.items() for text in pair):
        raise FetchError(
            f"{show(request.url)} is not asked: a header of the request holds characters that no header may hold.", advice=_OPTIONS
        )
    headers |= {"user-agent": agent, "accept-encoding": "gzip, deflate", **_login(target, headers)}
    headers.setdefault("accept", "*/*")
    body = None if request.body is None else request.body.encode()
    return Hop(target=target, method=request.method, headers=headers, body=body)


def _login(target: Target, headers: Mapping[str, str]) -> dict[str, str]:
    """The user and password of the address become a header (RFC 7617); the address itself never leaves with them."""
    if target.userinfo is None or "authorization" in headers:
        return {}
    return {"authorization": f"Basic {base64.b64encode(unquote(target.userinfo).encode()).decode('ascii')}"}


def next_hop(hop: Hop, status: int, location: str) -> Hop:
    """Where a redirect leads (RFC 9110, 15.4). A login, a cookie or a key goes to no other origin, and never from https to http."""
    target = _redirect_target(hop, status, location)
    # As every browser does: POST becomes GET after 301, 302 and 303.
    becomes_get = (status in (301, 302) and hop.method == "POST") or (status == 303 and hop.method != "HEAD")
    method = "GET" if becomes_get else hop.method
    body = None if becomes_get else hop.body
    secrets = hop.headers.keys() - HARMLESS
    if (hop.target.scheme, target.scheme) == ("https", "http") and (secrets or body):
        raise RefusedAddress(
            f"{show(hop.target.url)} redirects to {show(target.url)}, which is not encrypted, and this request holds something private.",
            advice="Give the source its https address.",
            status=status,
        )
    if body and hop.headers.get("content-type", "").startswith(FORM) and not _keeps_secrets(hop.target, target):
        raise RefusedAddress(
            f"{show(hop.target.url)} redirects to {show(target.url)}, another site, and the form that this request sends may hold a key.",
            advice="Give the source the address where it ends.",
            status=status,
        )
    headers = {name: value for name, value in hop.headers.items() if name not in secrets or _keeps_secrets(hop.target, target)}
    for name in (*CONDITIONS, *(["content-type"] if body is None else [])):  # the conditions are of the address that was asked
        headers.pop(name, None)
    return replace(hop, target=target, method=method, headers=headers | _login(target, headers), body=body)


def _redirect_target(hop: Hop, status: int, location: str) -> Target:
    # Servers write the header in UTF-8, which http.client reads as Latin-1.
    text = location.encode("latin-1", "replace").decode("utf-8", "replace") if not location.isascii() else location
    try:
        return parse_url(urljoin(hop.target.url, text.strip()))
    except ValueError as error:
        raise FetchError(f"{show(hop.target.url)} redirects to what is not an address ({error}).", advice=_TELL, status=status) from error
    except FetchError as error:
        kind = RefusedAddress if isinstance(error, RefusedAddress) else FetchError
        raise kind(f"{show(hop.target.url)} redirects to a bad address: {error}", advice=error.advice, status=status) from error


def _keeps_secrets(before: Target, after: Target) -> bool:
    """The same origin, or the same host's step from plain http to https on the usual ports."""
    steps_up = (before.scheme, before.port, after.scheme, after.port) == ("http", 80, "https", 443)
    return before.host == after.host and (before.origin == after.origin or steps_up)


def lead_on(request: Request, answered_by: str, follow: tuple[Request, ...]) -> tuple[Request, ...]:
    """What a page leads to, as it may be asked: an https source's http links to itself become https, a login stays at its origin."""
    if not follow:
        return ()
    try:
        asked, answered = parse_url(request.url), parse_url(answered_by)
    except FetchError:
        return follow
    return tuple(_led(asked, answered, other) for other in follow)


def _led(asked: Target, answered: Target, other: Request) -> Request:
    try:
        target = parse_url(other.url)
    except FetchError:
        return other  # `fetch` will say what is wrong with it
    url = other.url
    if (answered.scheme, answered.port, target.scheme, target.port, target.host) == ("https", 443, "http", 80, answered.host):
        target = replace(target, scheme="https", port=443)
        url = target.url if not target.userinfo else target.url.replace("://", f"://{target.userinfo}@", 1)
    headers = other.headers
    if not _keeps_secrets(asked, target):
        headers = {name: value for name, value in headers.items() if name.lower() in HARMLESS}
    elif asked.userinfo and not target.userinfo:
        url = url.strip().replace("://", f"://{asked.userinfo}@", 1)
    otherwise = tuple(_led(asked, answered, last) for last in other.otherwise)
    return replace(other, url=url, headers=headers, otherwise=otherwise)
