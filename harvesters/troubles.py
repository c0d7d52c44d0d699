"""What went wrong on the way, as a sentence for an administrator; and whether asking again may help."""

from __future__ import annotations

import email.utils
import http.client
import socket
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime

import urllib3.exceptions as wire

from harvesters.connections import NotConnected
from harvesters.errors import FetchError

_LATER = "Try again later; if it goes on, tell the owner of the source."
_CHECK = "Check the address of the source; its owner may have moved it."
_ACCESS = "The source wants credentials, or does not want us: ask its owner for access."
_ADVICE = {400: _CHECK, 401: _ACCESS, 403: _ACCESS, 404: _CHECK, 405: _CHECK, 406: _CHECK, 407: _ACCESS, 410: _CHECK, 451: _ACCESS}
_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
_ASKS_FOR_TIME = frozenset({429, 503})


class Setback(FetchError):
    """Asking again may help. `wait`: the seconds that the source asks us to stay away."""

    def __init__(self, message: str, *, advice: str = "", status: int | None = None, wait: float | None = None) -> None:
        super().__init__(message, advice=advice, status=status)
        self.wait = wait


def status_trouble(shown: str, status: int, headers: Mapping[str, str]) -> FetchError:
    """For every status but 2xx (and 304 when we asked for it)."""
    words = http.client.responses.get(status, "an unknown status")
    message = f"{shown} answered {status} ({words})."
    if status in _TRANSIENT:
        wait = retry_after(headers) if status in _ASKS_FOR_TIME else None
        return Setback(message, advice=_LATER, status=status, wait=wait)
    if 300 <= status < 400:
        return FetchError(f"{message} It does not say where to go.", advice=_CHECK, status=status)
    return FetchError(message, advice=_ADVICE.get(status, _LATER if status >= 500 else _CHECK), status=status)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Retry-After (RFC 9110, 10.2.3) in seconds, from either form, by the server's own clock; None when absent or unreadable."""
    text = headers.get("retry-after", "").strip()[:64]
    if text.isascii() and text.isdigit():
        return float(text)
    until = _moment(text)
    if until is None:
        return None
    now = _moment(headers.get("date", "")[:64]) or datetime.now(UTC)
    return max(0.0, (until - now).total_seconds())


def _moment(text: str) -> datetime | None:
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def connection_trouble(shown: str, host: str, error: Exception, status: int | None = None) -> FetchError:
    """What a failed exchange means. `status` is that of the answer when it had begun."""
    if isinstance(error, socket.gaierror):
        return _name_trouble(shown, host, error)
    if isinstance(error, (ssl.SSLError, wire.SSLError)):
        return _tls_trouble(shown, host, error)
    if isinstance(error, NotConnected):
        return _unreachable(shown, host, error.cause)
    if isinstance(error, (TimeoutError, wire.ReadTimeoutError)):
        return Setback(f"{shown} did not go on answering: nothing came for too long.", advice=_LATER, status=status)
    if status is not None:
        return Setback(f"{shown} sent an answer that was cut in the middle: it is incomplete.", advice=_LATER, status=status)
    if isinstance(error, (ConnectionError, http.client.RemoteDisconnected, http.client.IncompleteRead)):
        return Setback(f"{shown} closed the connection without an answer.", advice=_LATER)
    if isinstance(error, (http.client.HTTPException, wire.HTTPError, ValueError)):
        return FetchError(f"{shown} did not answer in HTTP: {str(error)[:200] or type(error).__name__}.", advice=_CHECK)
    return Setback(f"{shown} could not be asked: {str(error)[:200] or type(error).__name__}.", advice=_LATER)


def _name_trouble(shown: str, host: str, error: socket.gaierror) -> FetchError:
    if error.errno == socket.EAI_AGAIN:
        return Setback(
            f"{shown} was not reached: the name server does not answer for {host}.", advice="Check this machine's network and DNS."
        )
    return FetchError(f"{shown} was not reached: there is no host with the name {host}.", advice=_CHECK)


def _tls_trouble(shown: str, host: str, error: Exception) -> FetchError:
    if isinstance(error, ssl.SSLCertVerificationError):
        why = error.verify_message or str(error)
        return FetchError(
            f"{shown} is not trusted: the certificate of {host} is not valid ({why[:200]}).",
            advice="Tell the owner of the source; if it signs its own certificates, add its authority to this machine's.",
        )
    if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return Setback(f"{shown} broke off the encrypted connection.", advice=_LATER)
    reason = getattr(error, "reason", None) or error
    return FetchError(f"{shown} could not be asked over TLS ({str(reason)[:200]}).", advice="Check whether the source speaks https there.")


def _unreachable(shown: str, host: str, cause: OSError | None) -> FetchError:
    if isinstance(cause, ConnectionRefusedError):
        why = "it refuses the connection (nothing listens at this port)"
    elif isinstance(cause, TimeoutError):
        why = "it does not answer"
    else:
        why = (cause.strerror if cause and cause.strerror else "no connection was possible").lower()
    return Setback(f"{host} was not reached for {shown}: {why}.", advice="Check the address, and whether the source is up.")
