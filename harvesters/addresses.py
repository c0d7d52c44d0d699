"""An address (URL) taken apart once, so that what is checked is what is asked; and how it may be shown. Nothing is opened here."""

from __future__ import annotations

import socket
import unicodedata
from dataclasses import dataclass
from ipaddress import IPv6Address
from urllib.parse import quote, urlsplit

import idna

from harvesters.clean.secrets import is_secret
from harvesters.errors import FetchError, RefusedAddress

PORTS = {"http": 80, "https": 443}
LONGEST = 8_000  # characters; servers refuse longer ones
_SAFE = "!$%&'()*+,/:;=?@[]~"  # left as they come: a resumption token goes back exactly as it came
_HOST_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")
_COMPLETE = "Write the complete address, for example https://example.org/oai."


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes: `host` is ASCII, in lower case, without brackets or final dot; `path` holds the query."""

    scheme: str
    host: str
    port: int
    path: str
    userinfo: str | None = None

    @property
    def origin(self) -> tuple[str, str, int]:
        return (self.scheme, self.host, self.port)

    @property
    def netloc(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The address without user and password."""
        return f"{self.scheme}://{self.netloc}{self.path}"


def parse_url(url: str) -> Target:
    """Raises FetchError when this is no address at all, RefusedAddress when it is of a sort that we never ask."""
    text = url.strip()
    try:
        _refuse_odd_text(text)
        parts = urlsplit(text)
        userinfo, _, _ = parts.netloc.rpartition("@")
        port = parts.port
        host = parts.hostname or ""
    except ValueError as error:
        raise FetchError(f"{show(url)} is not an address: {error}.", advice=_COMPLETE) from error
    if parts.scheme not in PORTS:
        raise _wrong_scheme(url, parts.scheme, "://" in text)
    if port == 0 or not host:
        raise FetchError(f"{show(url)} is not an address: it names no {'port' if host else 'host'} to ask.", advice=_COMPLETE)
    path = quote(parts.path or "/", safe=_SAFE) + (f"?{quote(parts.query, safe=_SAFE)}" if parts.query else "")
    return Target(parts.scheme, read_host(host, url), port or PORTS[parts.scheme], path, userinfo or None)


def _refuse_odd_text(text: str) -> None:
    if not text:
        raise ValueError("it is empty")
    if len(text) > LONGEST:
        raise ValueError(f"it is longer than {LONGEST} characters")
    if "\\" in text or any(unicodedata.category(character) == "Cc" for character in text):
        raise ValueError("it holds a backslash or a control character")


def _wrong_scheme(url: str, scheme: str, has_host: bool) -> FetchError:
    if scheme and has_host:
        return RefusedAddress(f"{show(url)} is not asked: only http and https are, not {scheme}.", advice="Give an address on the web.")
    return FetchError(f"{show(url)} is not an address: it does not begin with http:// or https://.", advice=_COMPLETE)


def read_host(host: str, url: str) -> str:
    """A host name or canonical IP address in ASCII. Every other spelling of a number is refused (WHATWG URL, "ends in a number")."""
    plain = _ascii(host, url).removesuffix(".")
    if ":" in plain:
        if "%" in plain:
            raise RefusedAddress(f"{show(url)} is not asked: an address with a zone is inside one machine's network.")
        try:
            return str(IPv6Address(plain))
        except ValueError as error:
            raise FetchError(f"{show(url)} is not an address: {host[:100]!r} is not an IPv6 address.", advice=_COMPLETE) from error
    labels = plain.split(".")
    if len(plain) > 253 or not all(0 < len(label) <= 63 for label in labels) or not _HOST_CHARACTERS.issuperset(plain):
        raise FetchError(f"{show(url)} is not an address: {host[:100]!r} is not a host name.", advice=_COMPLETE)
    if _is_number(labels[-1]) and not _is_dotted(labels):
        raise RefusedAddress(
            f"{show(url)} is not asked: its host is a number in an unusual spelling{_meaning(plain)}.",
            advice="Write the host's name, or its address as four decimal numbers.",
        )
    return plain


def _ascii(host: str, url: str) -> str:
    """NFKC first: full-width digits and circled numbers are what they look like."""
    folded = unicodedata.normalize("NFKC", host).lower().replace("。", ".")
    if folded.isascii():
        return folded
    try:
        return idna.encode(folded, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise FetchError(f"{show(url)} is not an address: {host[:100]!r} is not a host name.", advice=_COMPLETE) from error


def _is_number(label: str) -> bool:
    return label.isdigit() or (label.startswith("0x") and all(c in "0123456789abcdef" for c in label[2:]))


def _is_dotted(labels: list[str]) -> bool:
    return len(labels) == 4 and all(
        len(label) < 4 and label.isdigit() and str(int(label)) == label and int(label) < 256 for label in labels
    )


def _meaning(host: str) -> str:
    try:
        return f" (it means {socket.inet_ntoa(socket.inet_aton(host))})"
    except OSError:
        return ""


def show(url: str) -> str:
    """The address as messages show it: no user, no password, no secrets of the query, not too long, one line."""
    text = "".join(character for character in url.strip() if character.isprintable())[:LONGEST]
    scheme, colon, rest = text.partition("://")
    if colon:
        authority, slash, path = _split(rest)
        text = f"{scheme}://{authority.rpartition('@')[2]}{slash}{path}"
    base, question, query = text.partition("?")
    if question:
        text = f"{base}?{'&'.join(_masked(pair) for pair in query.split('&'))}"
    return text if len(text) <= 300 else f"{text[:297]}..."


def _split(rest: str) -> tuple[str, str, str]:
    cut = min((place for place in (rest.find(mark) for mark in "/?#") if place >= 0), default=len(rest))
    return rest[:cut], rest[cut : cut + 1], rest[cut + 1 :]


def _masked(pair: str) -> str:
    name, equals, _ = pair.partition("=")
    return f"{name}=..." if equals and is_secret(name) else pair
