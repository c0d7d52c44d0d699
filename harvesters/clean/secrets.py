"""Which parameters of an address are keys: they are not shown, and not kept with what a source sends."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

_WORDS = (
    "password", "passwd", "secret", "apikey", "api_key", "api-key", "access_token", "auth", "signature", "jwt", "credential", "licensekey",
    "licencekey", "license_key", "licence_key", "appkey", "app_key", "apitoken", "api_token", "wstoken", "subscription-key",
)  # fmt: skip
_NAMES = frozenset({"key", "token", "sig", "pwd", "pass", "session", "sessionid", "sid"})


def is_secret(name: str) -> bool:
    """The parameter's name, in any case, says that its value is a key."""
    lower = name.lower()
    return lower in _NAMES or any(word in lower for word in _WORDS)


def without(url: str) -> str:
    """The address without its keys, and without user and password."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    kept = "&".join(pair for pair in parts.query.split("&") if not is_secret(pair.partition("=")[0]))
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, kept, parts.fragment))
