"""An OpenID Connect provider on loopback that can lie: discovery, keys, tokens, each as a test wants it."""

from __future__ import annotations

import base64
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from joserfc import jwt
from joserfc.jwk import RSAKey


def encoded(body: bytes) -> str:
    return base64.urlsafe_b64encode(body).rstrip(b"=").decode()


def part(value: dict[str, Any]) -> str:
    return encoded(json.dumps(value).encode())


class Provider:
    """`claims` go over those of an honest token; `sign` may sign it otherwise; `answers` take the place of a whole answer."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, auto_kid=True)
        self.shown = [self.key]
        self.claims: dict[str, Any] = {}
        self.sign = self.honestly
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.metadata: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.asked: list[str] = []
        self.forms: list[dict[str, str]] = []
        self.nonce = ""
        self.wait: threading.Event | None = None  # answers come after it

    def __enter__(self) -> Provider:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler(self))
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def honestly(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)

    def unsigned(self, claims: dict[str, Any]) -> str:
        return f"{part({'alg': 'none'})}.{part(claims)}."

    def with_the_public_key(self, claims: dict[str, Any]) -> str:
        """HS256 whose secret is the public key that everybody knows, as PEM."""
        signed = f"{part({'alg': 'HS256', 'kid': self.key.kid})}.{part(claims)}"
        return f"{signed}.{encoded(hmac.digest(self.key.as_pem(private=False), signed.encode(), 'sha256'))}"

    def token(self) -> str:
        now = int(time.time())
        honest = {"iss": self.issuer, "sub": "s-1", "aud": "hub", "exp": now + 300, "iat": now, "nonce": self.nonce}
        claims = {**honest, "email": "ada@example.org", "email_verified": True, "name": "Ada", **self.claims}
        return self.sign({name: value for name, value in claims.items() if value is not None})

    def answer(self, path: str) -> tuple[int, bytes]:
        self.asked.append(path)
        if self.wait is not None:
            self.wait.wait(10)
        if path in self.answers:
            return self.answers[path]
        return 200, json.dumps(self.told(path)).encode()

    def told(self, path: str) -> dict[str, Any]:
        if path == "/.well-known/openid-configuration":
            places = ("authorization", "token", "userinfo")
            return {
                "issuer": self.issuer,
                "jwks_uri": f"{self.issuer}/jwks",
                **{f"{name}_endpoint": f"{self.issuer}/{name}" for name in places},
                **self.metadata,
            }
        if path == "/jwks":
            return {"keys": [key.as_dict(private=False) for key in self.shown]}
        if path == "/token":
            return {"access_token": "a-1", "token_type": "Bearer", "id_token": self.token()}
        return self.userinfo


def handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = provider.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            written = self.rfile.read(int(self.headers["Content-Length"])).decode()
            provider.forms.append({name: values[0] for name, values in parse_qs(written).items()})
            self.do_GET()

        def log_message(self, *_: object) -> None:
            return

    return Handler
