"""An OpenID Connect provider, asked by authorization code with PKCE, state and nonce (OpenID Connect Core 1.0, section 3.1; RFC 7636)."""

from __future__ import annotations

import base64
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.discovery import get_well_known_url

from hub.services import inquiring, vouching

FRESH = 3600.0  # seconds that what the provider says of itself is believed
ROOM = 4  # requests to the provider at the same moment: when it hangs, the site still has threads for everybody else
PAUSE = 5.0  # seconds after discovery has failed in which it is not tried again
LATEST = 600  # seconds from the way out to the way back
OAUTH_ERRORS = ("access_denied", "temporarily_unavailable", "server_error", "login_required", "interaction_required", "consent_required")


class Trouble(Exception):
    """Signing in at the provider did not work; `kind` is what the visitor is told, the message is for the log."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind  # denied | down | stale | wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Who we are to the provider, as the operator has set it."""

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)  # "": a public client
    scopes: str = "openid profile email"


@dataclass(frozen=True, slots=True)
class Begun:
    """What a browser has to bring back, and the secrets that go with it."""

    state: str
    nonce: str
    verifier: str
    at: int  # seconds since 1970


@dataclass(frozen=True, slots=True)
class Return:
    """How the browser came back: the parameters of its address."""

    state: str
    code: str
    error: str = ""
    issuer: str = ""  # RFC 9207


class Provider:
    """One provider. Safe between threads; what it says of itself and its keys are kept for an hour."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._lock, self._room = threading.Lock(), threading.BoundedSemaphore(ROOM)
        self._metadata: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, list[Any]] | None = None
        self._failed: tuple[float, Trouble] | None = None

    def begin(self, redirect_uri: str) -> tuple[str, Begun]:
        """The address to send the browser to, and what to keep until it comes back. Raises Trouble."""
        begun = Begun(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48), int(time.time()))
        address = prepare_grant_uri(
            self.metadata()["authorization_endpoint"],
            client_id=self.client.client_id,
            response_type="code",
            redirect_uri=redirect_uri,
            scope=self.client.scopes,
            state=begun.state,
            nonce=begun.nonce,
            code_challenge=create_s256_code_challenge(begun.verifier),
            code_challenge_method="S256",
        )
        return str(address), begun

    def finish(self, back: Return, begun: Begun | None, redirect_uri: str) -> vouching.Known:
        """Whom the provider vouches for. Raises Trouble."""
        check_return(back, begun, self.client.issuer)
        assert begun is not None
        answer = self.token(back.code, begun.verifier, redirect_uri)
        claims = self.checked(str(answer.get("id_token") or ""), begun.nonce, str(answer.get("access_token") or ""))
        if "email" not in claims and self.metadata().get("userinfo_endpoint"):
            claims = {**self.userinfo(str(answer.get("access_token") or ""), str(claims["sub"])), **claims}
        try:
            return vouching.known(claims)
        except vouching.BadToken as error:
            raise Trouble("wrong", str(error)) from error

    def checked(self, token: str, nonce: str, access_token: str) -> dict[str, Any]:
        """The claims of an ID token; when its key is unknown the keys are asked for once more. Raises Trouble."""
        for anew in (False, True):
            try:
                return vouching.claims(
                    token, self.keys(anew=anew), issuer=self.client.issuer, audience=self.client.client_id, nonce=nonce, access=access_token
                )
            except vouching.UnknownKey as error:
                if anew:
                    raise Trouble("wrong", str(error)) from error
            except vouching.BadToken as error:
                raise Trouble("wrong", str(error)) from error
        raise AssertionError("one of the two rounds has ended")

    def metadata(self) -> dict[str, Any]:
        """What the provider says of itself (OpenID Connect Discovery 1.0, section 4). Raises Trouble."""
        with self._lock:
            kept, failed = self._metadata, self._failed
        if kept and kept[0] > time.monotonic():
            return kept[1]
        if failed and failed[0] > time.monotonic():
            raise Trouble(failed[1].kind, f"Lately: {failed[1]}")
        try:
            found = self.discovered()
        except Trouble as error:
            with self._lock:
                self._failed = time.monotonic() + PAUSE, error
            raise
        with self._lock:
            self._metadata = time.monotonic() + FRESH, found
        return found

    def discovered(self) -> dict[str, Any]:
        """The same, asked now. Raises Trouble."""
        found = self.ask(get_well_known_url(self.client.issuer, external=True))
        if found.get("issuer") != self.client.issuer:
            raise Trouble("wrong", f"The provider calls itself {found.get('issuer')!r}, not {self.client.issuer!r}: see HUB_OIDC_ISSUER.")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            check_endpoint(name, found.get(name), self.client.issuer)
        return found

    def keys(self, *, anew: bool) -> list[Any]:
        """The provider's public keys. Raises Trouble."""
        with self._lock:
            kept = self._keys
        if kept and kept[0] > time.monotonic() and not anew:
            return kept[1]
        found = vouching.keys(self.ask(self.metadata()["jwks_uri"]))
        with self._lock:
            self._keys = time.monotonic() + FRESH, found
        return found

    def token(self, code: str, verifier: str, redirect_uri: str) -> dict[str, Any]:
        """The tokens for a code (RFC 6749, section 4.1.3). Raises Trouble."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "code_verifier": verifier}
        form, headers = self.authenticated(form)
        return self.ask(self.metadata()["token_endpoint"], headers=headers, form=urlencode(form).encode())

    def authenticated(self, form: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
        """The form and headers of a request that says who we are (RFC 6749, section 2.3.1)."""
        client = self.client
        ways = self.metadata().get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if not client.client_secret:
            return {**form, "client_id": client.client_id}, {}
        if "client_secret_basic" not in ways and "client_secret_post" in ways:
            return {**form, "client_id": client.client_id, "client_secret": client.client_secret}, {}
        pair = f"{quote_plus(client.client_id)}:{quote_plus(client.client_secret)}"
        return form, {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode('ascii')}"}

    def userinfo(self, access_token: str, subject: str) -> dict[str, Any]:
        """More about the same person (OpenID Connect Core 1.0, section 5.3); nothing when it is about another. Raises Trouble."""
        place = self.metadata()["userinfo_endpoint"]
        check_endpoint("userinfo_endpoint", place, self.client.issuer)
        if not access_token.isascii() or not access_token.isprintable():
            raise Trouble("wrong", "The access token holds characters that no header may hold.")
        found = self.ask(place, headers={"Authorization": f"Bearer {access_token}"})
        return found if found.get("sub") == subject else {}

    def ask(self, url: str, *, headers: dict[str, str] | None = None, form: bytes | None = None) -> dict[str, Any]:
        """`asked`, while there is room. Raises Trouble."""
        if not self._room.acquire(blocking=False):
            raise Trouble("down", f"{ROOM} requests to the provider hang already.")
        try:
            return asked(url, headers=headers, form=form)
        finally:
            self._room.release()

    def sign_out_address(self) -> str | None:
        """Where one also ends the session at the provider, when it is known by now and there is such a place. Asks nobody."""
        with self._lock:
            kept = self._metadata
        place = kept[1].get("end_session_endpoint") if kept else None
        return place if isinstance(place, str) and place.startswith(("https://", "http://")) else None


def asked(url: str, *, headers: dict[str, str] | None = None, form: bytes | None = None) -> dict[str, Any]:
    """A JSON object that came with success. Raises Trouble."""
    try:
        status, found = inquiring.ask(url, headers=headers or {}, form=form)
    except inquiring.Unreachable as error:
        raise Trouble("down", str(error)) from error
    if status != 200:
        kind = "down" if status >= 500 or status == 429 else "wrong"
        raise Trouble(kind, f"The provider answers {status}: {str(found.get('error', ''))[:80]!r}.")
    return found


def check_endpoint(name: str, place: object, issuer: str) -> None:
    """An address over TLS; plain HTTP only where the issuer itself has it (on the same machine). Raises Trouble."""
    schemes = ("https",) if issuer.startswith("https:") else ("https", "http")
    if not isinstance(place, str) or urlsplit(place).scheme not in schemes:
        raise Trouble("wrong", f"The provider's {name} is no address that can be used.")


def check_return(back: Return, begun: Begun | None, issuer: str) -> None:
    """The browser that comes back is the one that was sent, in time, and brings a code. Raises Trouble."""
    if begun is None or not secrets.compare_digest(begun.state.encode(), back.state.encode("utf-8", "replace")):
        raise Trouble("stale", "The state is not the one of this browser.")
    if begun.at + LATEST < time.time():
        raise Trouble("stale", "The browser was away for too long.")
    if back.issuer and back.issuer != issuer:
        raise Trouble("wrong", "The answer comes from another issuer.")
    if back.error:
        shown = back.error if back.error in OAUTH_ERRORS else "another error"
        kind = {"access_denied": "denied", "temporarily_unavailable": "down", "server_error": "down"}.get(back.error, "wrong")
        raise Trouble(kind, f"The provider says {shown}.")
    if not back.code:
        raise Trouble("wrong", "The answer has no code.")
