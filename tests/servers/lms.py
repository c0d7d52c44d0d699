"""A learning platform on loopback (LTI 1.3) that can lie: keys, authorisation endpoint, where deep linking comes back, registration.

What it asks of a tool that registers is what these ask: Moodle `mod/lti/classes/local/ltiopenid/registration_helper.php`, Canvas
`lib/schemas/lti/ims/oidc_registration.rb` and `lti_tool_configuration.rb`.
"""

from __future__ import annotations

import base64
import hmac
import html
import json
import re
import threading
import time
import uuid
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
DEEP = "https://purl.imsglobal.org/spec/lti-dl/claim/"
TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"
LABEL = "[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
DOMAIN = re.compile(rf"({LABEL}\.)*{LABEL}(:[0-9]{{1,5}})?")
KINDS = {"LtiResourceLinkRequest", "LtiDeepLinkingRequest"}
PLACES = {"ContentArea", "RichTextEditor", "assignment_selection", "module_index_menu_modal", "course_navigation"}  # of Canvas'
ROLE = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"


def encoded(body: bytes) -> str:
    return base64.urlsafe_b64encode(body).rstrip(b"=").decode()


def part(value: dict[str, Any]) -> str:
    return encoded(json.dumps(value).encode())


class Platform:
    """`claims` go over those of an honest message (None takes one away); `sign` may sign it otherwise; `shown` are the published keys."""

    def __init__(self) -> None:
        self.first: Any = RSAKey.generate_key(2048, auto_kid=True)
        self.curve = ECKey.generate_key("P-256", auto_kid=True)
        self.client_id, self.deployment = "hub-client", "1"
        self.honest()

    def honest(self) -> None:
        """As on its first day."""
        self.key: Any = self.first
        self.shown: list[Any] = [self.first]
        self.claims: dict[str, Any] = {}
        self.sign: Callable[[dict[str, Any]], str] = self.honestly
        self.asked: list[str] = []
        self.returned: list[dict[str, str]] = []
        self.broken: tuple[int, bytes] | None = None  # what is answered instead of the keys
        self.configuration: dict[str, Any] = {}  # over an honest configuration
        self.registration: Any = {}  # over an honest answer to a registration; a pair of status and bytes instead of it
        self.registered: list[dict[str, Any]] = []

    def __enter__(self) -> Platform:
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
        alg = "ES256" if self.key.key_type == "EC" else "RS256"
        return jwt.encode({"alg": alg, "typ": "JWT", "kid": self.key.kid}, claims, self.key, algorithms=[alg])

    def without_kid(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256"}, claims, self.key)

    def by_another(self, claims: dict[str, Any]) -> str:
        """By a key that is not published, under the name of the one that is."""
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, RSAKey.generate_key(2048))

    def unsigned(self, claims: dict[str, Any]) -> str:
        return f"{part({'alg': 'none', 'kid': self.key.kid})}.{part(claims)}."

    def with_the_public_key(self, claims: dict[str, Any]) -> str:
        """HS256 whose secret is the public key that everybody knows, as PEM."""
        signed = f"{part({'alg': 'HS256', 'kid': self.key.kid})}.{part(claims)}"
        return f"{signed}.{encoded(hmac.digest(self.key.as_pem(private=False), signed.encode(), 'sha256'))}"

    def message(self, nonce: str, target: str, kind: str) -> dict[str, Any]:
        """The claims of an honest message."""
        now = int(time.time())
        told: dict[str, Any] = {
            "iss": self.issuer, "aud": self.client_id, "sub": "teacher-1", "exp": now + 300, "iat": now, "nonce": nonce,
            f"{CLAIM}message_type": kind, f"{CLAIM}version": "1.3.0", f"{CLAIM}deployment_id": self.deployment,
            f"{CLAIM}target_link_uri": target, f"{CLAIM}roles": [ROLE],
        }  # fmt: skip
        if kind == "LtiDeepLinkingRequest":
            told[f"{DEEP}deep_linking_settings"] = {
                "deep_link_return_url": f"{self.issuer}/return?course=7", "accept_types": ["link", "ltiResourceLink"],
                "accept_presentation_document_targets": ["iframe", "window"], "accept_multiple": True, "data": "course-7-é",
            }  # fmt: skip
        else:
            told[f"{CLAIM}resource_link"] = {"id": str(uuid.uuid4())}
        told.update(self.claims)
        return {name: value for name, value in told.items() if value is not None}

    def authorise(self, asked: dict[str, str]) -> bytes:
        """The page that posts the message back by itself (OAuth 2.0 Form Post Response Mode)."""
        kind, _, target = asked["lti_message_hint"].partition(" ")
        assert asked["scope"] == "openid" and asked["response_type"] == "id_token" and asked["response_mode"] == "form_post"
        assert asked["prompt"] == "none" and asked["client_id"] == self.client_id and asked["login_hint"] == "teacher-1"
        token = self.sign(self.message(asked["nonce"], target, kind))
        fields = {"id_token": token, "state": asked["state"]}
        inputs = "".join(f'<input type="hidden" name="{name}" value="{html.escape(value)}">' for name, value in fields.items())
        form = f'<form method="post" action="{html.escape(asked["redirect_uri"])}">{inputs}<button>Go on</button></form>'
        return f"<!doctype html><title>Going on</title>{form}<script>document.forms[0].submit()</script>".encode()

    def configured(self) -> dict[str, Any]:
        """The configuration of a Moodle, or of what a test makes of it."""
        told = {
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/auth", "jwks_uri": f"{self.issuer}/jwks",
            "registration_endpoint": f"{self.issuer}/register", "token_endpoint": f"{self.issuer}/token", "scopes_supported": ["openid"],
            "https://purl.imsglobal.org/spec/lti-platform-configuration": {
                "product_family_code": "moodle", "version": "5.0", "messages_supported": sorted(KINDS),
            },
        }  # fmt: skip
        return {name: value for name, value in {**told, **self.configuration}.items() if value is not None}

    def register(self, authority: str, told: dict[str, Any]) -> tuple[int, bytes]:
        """A tool registers: what Moodle and Canvas would not take is refused."""
        if authority != "Bearer reg-token":
            return 401, b"missing_registration_token"
        tool = told[TOOL]
        assert told["application_type"] == "web" and {"client_credentials", "implicit"} <= set(told["grant_types"])
        assert told["response_types"] == ["id_token"] and told["token_endpoint_auth_method"] == "private_key_jwt" and told["client_name"]
        assert told["redirect_uris"] and isinstance(told["scope"], str) and DOMAIN.fullmatch(tool["domain"]) and tool["target_link_uri"]
        assert all(urlsplit(told[name]).scheme in ("http", "https") for name in ("initiate_login_uri", "jwks_uri", "client_uri"))
        assert isinstance(tool["claims"], list) and {one["type"] for one in tool["messages"]} == KINDS
        assert all(set(one.get("placements", [])) <= PLACES for one in tool["messages"])
        self.registered.append(told)
        if isinstance(self.registration, tuple):
            return self.registration
        answer = {**told, "client_id": "registered-1", TOOL: {**tool, "deployment_id": "7"}, **self.registration}
        return 200, json.dumps(answer).encode()

    def course(self, question: str) -> bytes:
        """A course page that shows the hub in a frame: it begins with a login, whose parameters these are."""
        frame = f'<iframe title="Hub" width="800" height="900" src="{question}"></iframe>'
        script = 'addEventListener("message", (told) => { if (told.data.subject === "org.imsglobal.lti.close") document.title = "Told"; })'
        return f"<!doctype html><title>Course</title><script>{script}</script><h1>Course 7</h1>{frame}".encode()

    def answer(self, path: str) -> tuple[int, bytes]:
        self.asked.append(path)
        parts = urlsplit(path)
        if parts.path == "/jwks":
            return self.broken or (200, json.dumps({"keys": [key.as_dict(private=False) for key in self.shown]}).encode())
        if parts.path == "/auth":
            return 200, self.authorise({name: values[0] for name, values in parse_qs(parts.query).items()})
        if parts.path == "/openid-configuration":
            return 200, json.dumps(self.configured()).encode()
        if parts.path == "/course":
            return 200, self.course(html.escape(parse_qs(parts.query)["src"][0]))
        return 404, b""

    def received(self, key_set: dict[str, Any]) -> dict[str, Any]:
        """The claims of the last answer, checked as a platform has to (Deep Linking 2.0, section 5)."""
        token = jwt.decode(self.returned[-1]["JWT"], KeySet.import_key_set(key_set), algorithms=["RS256"])
        claims = token.claims
        assert claims["iss"] == self.client_id and claims["aud"] == [self.issuer] and claims["exp"] > time.time() >= claims["iat"]
        assert claims[f"{CLAIM}deployment_id"] == self.deployment and claims[f"{CLAIM}version"] == "1.3.0" and claims["nonce"]
        assert claims[f"{CLAIM}message_type"] == "LtiDeepLinkingResponse"
        return claims


def handler(platform: Platform) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.say(*platform.answer(self.path))

        def do_POST(self) -> None:
            written = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if self.path == "/register":
                self.say(*platform.register(self.headers.get("Authorization", ""), json.loads(written)))
                return
            platform.returned.append({name: values[0] for name, values in parse_qs(written).items()})
            self.say(200, b"<!doctype html><title>Course</title><h1>Course 7</h1>")

        def say(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json" if self.path.startswith("/jwks") else "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    return Handler
