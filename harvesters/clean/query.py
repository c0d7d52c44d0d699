"""The parameters of an address."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit


def parameters(address: str) -> dict[str, str]:
    """Name -> the last value that it has."""
    return dict(parse_qsl(urlsplit(address).query, keep_blank_values=True))


def extended(address: str, values: Mapping[str, str]) -> str:
    """The address with these parameters; one that it has already gets the new value. Its fragment is dropped."""
    parts = urlsplit(address)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, encoded({**parameters(address), **values}), ""))


def without(address: str, prefix: str) -> str:
    """The address without the parameters whose name begins so."""
    parts = urlsplit(address)
    kept = {name: value for name, value in parameters(address).items() if not name.startswith(prefix)}
    return urlunsplit((parts.scheme, parts.netloc, parts.path, encoded(kept), parts.fragment))


def rooted(address: str, path: str) -> str:
    """This path on the address's host, without parameters."""
    parts = urlsplit(address)
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def encoded(values: Mapping[str, str]) -> str:
    """As forms and queries send them."""
    return urlencode(values, quote_via=quote, safe="*,:", errors="replace")
