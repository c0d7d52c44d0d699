"""One hop on the wire: send, read the answer whole and within bounds, unpack it."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from dataclasses import dataclass

import urllib3.exceptions as wire
from urllib3.response import BaseHTTPResponse

from harvesters.addresses import show
from harvesters.clean.compression import BadCompression, decode
from harvesters.connections import Connection
from harvesters.errors import FetchError
from harvesters.hops import Hop
from harvesters.troubles import connection_trouble

_CHUNK = 65536
_WORDS = 2**18  # bytes of an answer with an error status that may hold an error of the source's protocol
_ASK_FOR_LESS = "Ask the owner of the source for a smaller list, or one in parts."


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes  # decompressed; empty with a redirect, and when the words of an error did not come whole


def converse(hop: Hop, connection: Connection, size: int) -> Answer:
    """Raises FetchError. The connection is closed unless the answer was read to its end."""
    shown, response, whole = show(hop.target.url), None, False
    try:
        connection.request(hop.method, hop.target.path, body=hop.body, headers=hop.headers, preload_content=False, decode_content=False)
        response = connection.getresponse()
        headers = {name.lower(): value for name, value in response.headers.items()}
        if 200 <= response.status < 300:
            body = _unpack(_read(response, shown, size), headers, shown, response.status, size)
            whole = not connection.given_up
        else:
            body = _words(response, headers, shown) if response.status >= 400 else b""
    except (OSError, http.client.HTTPException, wire.HTTPError, ValueError) as error:
        raise connection_trouble(shown, hop.target.host, error, response.status if response else None) from error
    finally:
        if not whole:
            _end(connection, response)
    return Answer(status=response.status, headers=headers, body=body)


def _words(response: BaseHTTPResponse, headers: Mapping[str, str], shown: str) -> bytes:
    """What an error status comes with. The status is what counts: words that are long, cut or badly packed are none."""
    try:
        return _unpack(_read(response, shown, _WORDS), headers, shown, response.status, _WORDS)
    except (FetchError, OSError, http.client.HTTPException, wire.HTTPError, ValueError):
        return b""


def _end(connection: Connection, response: BaseHTTPResponse | None) -> None:
    """Both: an answer without a length has taken the socket over from its connection."""
    if response is not None:
        response.close()
    connection.close()


def _read(response: BaseHTTPResponse, shown: str, size: int) -> bytes:
    """The body as it comes. A body shorter than announced raises urllib3's ProtocolError (`enforce_content_length`)."""
    announced = response.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced[:18]) > size:
        raise _too_large(shown, f"it is {int(announced[:18]) / 2**20:.0f} MB", response.status, size)
    body = bytearray()
    for chunk in response.stream(_CHUNK, decode_content=False):
        body += chunk
        if len(body) > size:
            raise _too_large(shown, "it does not end", response.status, size)
    return bytes(body)


def _too_large(shown: str, amount: str, status: int, size: int) -> FetchError:
    return FetchError(f"{shown} is too large: {amount}, and we take at most {size / 2**20:.0f} MB.", advice=_ASK_FOR_LESS, status=status)


def _unpack(body: bytes, headers: Mapping[str, str], shown: str, status: int, size: int) -> bytes:
    try:
        return decode(body, headers.get("content-encoding", ""), limit=size)
    except BadCompression as error:
        advice = "Tell the owner of the source: its web server compresses this wrongly."
        raise FetchError(f"The body of {shown} is {error}.", advice=advice, status=status) from error


def content_type(header: str) -> tuple[str, str | None]:
    """(media type in lower case, charset as written) of a Content-Type (RFC 9110, 8.3); hostile text gives ("", None)."""
    first, *parameters = header[:1000].split(";")
    media_type = first.partition(",")[0].strip().lower()
    for parameter in parameters:
        name, equals, value = parameter.partition("=")
        charset = value.strip().strip("\"'").strip()
        if equals and name.strip().lower() == "charset" and charset.isascii() and charset.isprintable() and charset:
            return media_type if "/" in media_type else "", charset
    return media_type if "/" in media_type else "", None
