"""Addresses: absolute, http(s) only; and one form for all the spellings of an address, to find the same page twice."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

LIMIT = 2_000  # characters
_CONTROL = re.compile(r"[\x00-\x20\x7f-\xa0\ufffe\uffff\ud800-\udfff]")
_UNSAFE = re.compile(r"[\s\"<>\\^`{|}]")
_TRACKING = re.compile(
    r"(?:utm_|mtm_|pk_|mc_)\w*|fbclid|gclid|msclkid|yclid|spm|from|source|ref|referrer|_ga|trk|share_source|aff|affiliate\w*", re.IGNORECASE
)
_PORTS = {"http": 80, "https": 443}


def absolute(value: object, base: str | None = None) -> str | None:
    """An http or https address, joined to `base` when it is relative; None when it is not one. No user names, no fragments' loss."""
    if not isinstance(value, str):
        return None
    value = value.strip().strip("\u200b\ufeff")
    if not value or len(value) > LIMIT:
        return None
    return _absolute(value, base)


@lru_cache(maxsize=4096)
def _absolute(value: str, base: str | None) -> str | None:
    try:
        joined = urljoin(base, value) if base else ("https:" + value if value.startswith("//") else value)
        parts = urlsplit(joined)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in _PORTS or not host or parts.username is not None or _CONTROL.search(host) or _UNSAFE.search(host):
        return None
    shown = f"[{host}]" if ":" in host else host
    netloc = shown if port is None or port == _PORTS[parts.scheme] else f"{shown}:{port}"
    clean = urlunsplit((parts.scheme.lower(), netloc, parts.path, parts.query, parts.fragment))
    clean = _CONTROL.sub(lambda found: quote(found.group().encode("utf-8", "ignore")), clean)
    clean = _UNSAFE.sub(lambda found: quote(found.group()), clean)
    return clean if len(clean) <= LIMIT else None


@lru_cache(maxsize=4096)
def canonical(value: str) -> str | None:
    """What two spellings of an address have in common: scheme, www, default port, tracking, order, trailing slash, fragment do not count.

    For comparing only; the result may not be asked.
    """
    found = absolute(value)
    if found is None:
        return None
    parts = urlsplit(found)
    host = (parts.hostname or "").removeprefix("www.").rstrip(".")
    port = parts.port
    netloc = host if port is None or port in (80, 443) else f"{host}:{port}"
    query = sorted((name, content) for name, content in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.fullmatch(name))
    path = parts.path.rstrip("/")
    for index in ("/index.html", "/index.htm", "/index.php"):
        path = path.removesuffix(index)
    return f"{netloc}{path}" + (f"?{urlencode(query)}" if query else "")


def place(value: str, path: str, query: str = "") -> str | None:
    """Another place on the same site; None when `value` is no address."""
    try:
        parts = urlsplit(value)
        return urlunsplit((parts.scheme, parts.netloc, path, query, "")) if parts.hostname else None
    except ValueError:
        return None


def host(value: str) -> str | None:
    """The host's name without www, None when `value` is no address."""
    found = absolute(value)
    return (urlsplit(found).hostname or "").removeprefix("www.") or None if found else None


def same_scheme(value: str, asked: str) -> str:
    """`value` with https when it names the host that was asked by https: sites behind a proxy write http into their own links."""
    there, here = urlsplit(value), urlsplit(asked)
    if there.scheme == "http" and here.scheme == "https" and there.hostname == here.hostname and there.port in (None, 80, here.port):
        return urlunsplit(("https", here.netloc, there.path, there.query, there.fragment))
    return value


def belongs(value: str, *domains: str) -> bool:
    """Whether the address is at one of these domains, or at a name under it."""
    name = host(value) or ""
    return any(name == domain or name.endswith(f".{domain}") for domain in domains)
