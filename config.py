"""Environment -> settings. The only module that reads the environment.

`docs/settings.md` describes every name, and a test holds the two together.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

DATABASES = ("sqlite", "postgres", "postgresql", "postgresql+psycopg")
LOCAL = r"http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?(/[^@\s]*)?"  # an address on this machine
DUMPS = 7  # nightly ones that are kept
KNOWN_SECRETS = frozenset({"", "secret", "changeme", "change-me", "dev", "development", "test"})


class SettingsError(Exception):
    """The environment cannot be used as it is; the message says which variable and what to do."""


def from_env(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Settings for `hub.app.create_app`.

    The secret key is `SECRET_KEY`, or else what `hub init` wrote to `HUB_DATA/secret-key`; with neither, SECRET_KEY is None and the
    site refuses to start (commands that need no secret still work).
    Raises SettingsError on a value that cannot be meant.
    """
    folder = Path(environ.get("HUB_DATA") or "var").expanduser().resolve()
    return {
        "HUB_DATA": folder,
        "SECRET_KEY": secret_key(environ, folder),
        "SQLALCHEMY_DATABASE_URI": database_url(environ.get("DATABASE_URL", ""), folder),
        "SEARCH_URL": environ.get("SEARCH_URL") or f"whoosh:{folder / 'index'}",
        "HUB_MEANING": choice(environ, "HUB_MEANING", ("auto", "on", "off")),
        "QUEUE_URL": environ.get("QUEUE_URL") or f"sqlite:{folder / 'queue.db'}",
        "SITE_NAME": environ.get("SITE_NAME") or "Open Commerce Hub",
        "SITE_NAME_ZH": environ.get("SITE_NAME_ZH") or environ.get("SITE_NAME") or "开放商课",
        "HUB_BASE_URL": base_url(environ.get("HUB_BASE_URL", "")),
        "HUB_REGISTRATION": choice(environ, "HUB_REGISTRATION", ("open", "invited")),
        "HUB_CONTACT": environ.get("HUB_CONTACT", ""),
        "HUB_HARVEST_ALLOW": words(environ.get("HUB_HARVEST_ALLOW", "")),
        "HUB_HARVEST_PAUSE": number(environ, "HUB_HARVEST_PAUSE", 0.5, 0, 60),
        "HUB_LINK_CHECKS": choice(environ, "HUB_LINK_CHECKS", ("on", "off")),
        "HUB_LINK_DAYS": number(environ, "HUB_LINK_DAYS", 14, 1, 365),
        "HUB_DUMPS": dumps(environ.get("HUB_DUMPS", "")),
        "HUB_SMTP_URL": environ.get("HUB_SMTP_URL", ""),
        "HUB_MAIL_FROM": environ.get("HUB_MAIL_FROM", ""),
        "HUB_ALLOWED_HOSTS": words(environ.get("HUB_ALLOWED_HOSTS", "")),
        "HUB_TRUSTED_PROXIES": int(number(environ, "HUB_TRUSTED_PROXIES", 0, 0, 9)),
        "HUB_SECURE": flag(environ, "HUB_SECURE"),
        "HUB_TWO_FACTOR": choice(environ, "HUB_TWO_FACTOR", ("optional", "curators")),
        **provider(environ),
    }


def secret_key(environ: Mapping[str, str], folder: Path) -> str | None:
    """The session secret, or None when there is none yet. A default that everybody knows is refused."""
    key = environ.get("SECRET_KEY")
    if key is not None:
        if key.strip().lower() in KNOWN_SECRETS:
            raise SettingsError("SECRET_KEY is empty or a well-known word: set it to a long random text, or unset it and run `hub init`.")
        return key
    try:
        return (folder / "secret-key").read_text(encoding="ascii").strip() or None
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SettingsError(f"{folder / 'secret-key'} cannot be read: {error.strerror}. Check who owns HUB_DATA.") from error


def database_url(url: str, folder: Path) -> str:
    """An SQLAlchemy address; plain `postgres://` and `postgresql://` get the driver that we ship."""
    if not url:
        return f"sqlite:///{folder / 'hub.db'}"
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in DATABASES:
        raise SettingsError("DATABASE_URL cannot be used: write postgresql://user:password@host/name or sqlite:////folder/hub.db.")
    return f"postgresql+psycopg://{rest}" if scheme in {"postgres", "postgresql"} else url


def base_url(url: str) -> str:
    """The public address of the site without a final slash; empty means: as the request says."""
    if url and not url.startswith(("http://", "https://")):
        raise SettingsError(f"HUB_BASE_URL must begin with http:// or https://, not {url!r}.")
    return url.rstrip("/")


def provider(environ: Mapping[str, str]) -> dict[str, Any]:
    """The OpenID Connect provider; without an issuer there is none. Plain HTTP is for this machine alone: a secret goes there."""
    issuer, client = environ.get("HUB_OIDC_ISSUER", ""), environ.get("HUB_OIDC_CLIENT_ID", "")
    if issuer and not (issuer.startswith("https://") or re.fullmatch(LOCAL, issuer)):
        raise SettingsError(f"HUB_OIDC_ISSUER must begin with https:// (http:// on this machine alone), not {issuer!r}.")
    if len(issuer) > 300:
        raise SettingsError("HUB_OIDC_ISSUER is longer than 300 characters.")
    if issuer and not client:
        raise SettingsError("HUB_OIDC_ISSUER needs HUB_OIDC_CLIENT_ID: the provider gives it when you register the hub there.")
    scopes = words(environ.get("HUB_OIDC_SCOPES", "")) or ("openid", "profile", "email")
    name = environ.get("HUB_OIDC_NAME") or "Single sign-on"
    return {
        "HUB_OIDC_ISSUER": issuer,
        "HUB_OIDC_CLIENT_ID": client,
        "HUB_OIDC_CLIENT_SECRET": environ.get("HUB_OIDC_CLIENT_SECRET", ""),
        "HUB_OIDC_NAME": name,
        "HUB_OIDC_NAME_ZH": environ.get("HUB_OIDC_NAME_ZH") or environ.get("HUB_OIDC_NAME") or "单点登录",
        "HUB_OIDC_SCOPES": " ".join(dict.fromkeys(("openid", *scopes))),
        "HUB_OIDC_TRUST_EMAIL": flag(environ, "HUB_OIDC_TRUST_EMAIL"),
    }


def dumps(written: str) -> int:
    """How many nightly dumps are kept; 0: none is made."""
    said = written.strip().lower() or "on"
    if said in ("on", "off"):
        return DUMPS if said == "on" else 0
    if not (said.isascii() and said.isdigit() and 1 <= int(said[:4]) <= 365):
        raise SettingsError(f"HUB_DUMPS must be on, off, or how many are kept (1 to 365), not {written!r}.")
    return int(said)


def words(text: str) -> tuple[str, ...]:
    """A list written with commas or blanks."""
    return tuple(text.replace(",", " ").split())


def choice(environ: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    """One of some words from the environment; the first when nothing is written."""
    written = environ.get(name, "").strip().lower() or choices[0]
    if written not in choices:
        raise SettingsError(f"{name} must be {', '.join(choices[:-1])} or {choices[-1]}, not {written!r}.")
    return written


def number(environ: Mapping[str, str], name: str, default: float, low: float, high: float) -> float:
    """A number from the environment, within its bounds."""
    written = environ.get(name, "")
    try:
        value = float(written) if written else default
    except ValueError as error:
        raise SettingsError(f"{name} must be a number from {low:g} to {high:g}, not {written!r}.") from error
    if not low <= value <= high:
        raise SettingsError(f"{name} must be from {low:g} to {high:g}, not {written}.")
    return value


def flag(environ: Mapping[str, str], name: str) -> bool:
    """A yes or no from the environment."""
    written = environ.get(name, "").strip().lower()
    if written in {"", "0", "no", "false", "off"}:
        return False
    if written in {"1", "yes", "true", "on"}:
        return True
    raise SettingsError(f"{name} must be yes or no, not {written!r}.")
