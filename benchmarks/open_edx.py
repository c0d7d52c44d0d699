"""Open edX's own LTI 1.3 platform against a running hub: registration, a launch, deep linking, a launch of all that was picked.

It needs a Python of its own, for what it brings is large: `python -m venv edx && edx/bin/pip install lti-consumer-xblock requests
cryptography`, then `edx/bin/python benchmarks/open_edx.py LINK`. LINK is a registration link of `/admin/platforms`; the hub must be one on
this machine with `HUB_HARVEST_ALLOW=127.0.0.1`. It waits until somebody accepts the registration there. Exit status 0: all of it worked.
"""

from __future__ import annotations

import html
import json
import re
import sys
import threading
import time
from http.cookiejar import DefaultCookiePolicy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import django
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings

settings.configure(PLATFORM_NAME="Open edX here", SECRET_KEY="x", USE_TZ=True, DATABASES={})
django.setup()
from lti_consumer.data import Lti1p3LaunchData  # noqa: E402
from lti_consumer.lti_1p3.consumer import LtiAdvantageConsumer  # noqa: E402

TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"
LINK, PICK = "LtiResourceLinkRequest", "LtiDeepLinkingRequest"
CLIENT, DEPLOYMENT = f"open-edx-{int(time.time())}", "1"
HEADING = re.compile("<h1[^>]*>(.*?)</h1>", re.S)


class Platform:
    """A consumer as Open edX makes it of what the tool has registered, and the addresses that it has to answer."""

    def __init__(self) -> None:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler(self))
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        self.consumer: Any = None
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def register(self, told: dict[str, Any]) -> dict[str, Any]:
        """The tool says where it is."""
        private = rsa.generate_private_key(65537, 2048).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
        launch = told[TOOL]["target_link_uri"]
        self.consumer = LtiAdvantageConsumer(
            iss=self.issuer, lti_oidc_url=told["initiate_login_uri"], lti_launch_url=launch, client_id=CLIENT, deployment_id=DEPLOYMENT,
            rsa_key=private.decode(), rsa_key_id="edx-1", redirect_uris=told["redirect_uris"], tool_keyset_url=told["jwks_uri"],
        )  # fmt: skip
        self.consumer.enable_deep_linking(launch, f"{self.issuer}/return")
        return {**told, "client_id": CLIENT, TOOL: {**told[TOOL], "deployment_id": DEPLOYMENT}}

    def answer(self, path: str) -> Any:
        """Configuration, keys, or the message that goes back through the browser."""
        parts = urlsplit(path)
        if parts.path == "/configuration":
            names = {"authorization_endpoint": "auth", "jwks_uri": "keys", "registration_endpoint": "register"}
            return {"issuer": self.issuer, **{name: f"{self.issuer}/{place}" for name, place in names.items()}}
        if parts.path == "/keys":
            return self.consumer.get_public_keyset()
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        return {**self.consumer.generate_launch_request(asked), "to": asked["redirect_uri"]}

    def launch(self, kind: str, target: str = "") -> requests.Response:
        """As a browser that keeps no cookie."""
        if target:
            self.consumer.set_dl_content_launch_parameters(url=target)
        self.consumer.set_user_data("teacher-1", "staff")
        self.consumer.set_resource_link_claim("link-1")
        self.consumer.set_launch_presentation_claim("iframe", f"{self.issuer}/course")
        wanted = Lti1p3LaunchData(user_id="teacher-1", user_role="staff", config_id="1", resource_link_id="link-1", message_type=kind)
        browser = requests.Session()
        browser.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        begun = browser.get(self.consumer.prepare_preflight_url(wanted), allow_redirects=False, timeout=20)
        if begun.status_code != 302:
            return begun
        brought = browser.get(begun.headers["Location"], timeout=20).json()
        return browser.post(brought.pop("to"), data=brought, timeout=20)


def handler(platform: Platform) -> type[BaseHTTPRequestHandler]:
    """What answers over HTTP."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.say(platform.answer(self.path))

        def do_POST(self) -> None:
            self.say(platform.register(json.loads(self.rfile.read(int(self.headers["Content-Length"])))))

        def say(self, told: Any) -> None:
            body = json.dumps(told).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    return Handler


def main(link: str) -> int:
    """The whole round."""
    platform, hub = Platform(), "{0.scheme}://{0.netloc}".format(urlsplit(link))
    done = requests.post(link, data={"openid_configuration": f"{platform.issuer}/configuration"}, timeout=60)
    print("registered" if done.ok else HEADING.findall(done.text), "- accept it at", f"{hub}/admin/platforms")
    while (first := platform.launch(LINK)).status_code == 401 and "accept" in first.text:
        time.sleep(1)
    print("launch:", first.status_code, HEADING.findall(first.text))
    picker = platform.launch(PICK)
    errand = re.search('name="errand" value="([^"]+)"', picker.text)
    assert errand is not None, picker.text
    picks, fine = re.findall('name="pick" value="([^"]+)"', picker.text), first.ok
    for kind in ("link", "ltiResourceLink"):
        sent = {"errand": errand[1], "pick": picks, "kind": kind, "do": "send"}
        token = re.search('name="JWT" value="([^"]+)"', requests.post(f"{hub}/lti/pick", data=sent, timeout=20).text)
        assert token is not None
        items = platform.consumer.check_and_decode_deep_linking_token(html.unescape(token[1]))
        print(f"deep linking, {kind}:", len(items), "items")
        fine = fine and bool(items)
    opened = [platform.launch(LINK, item["url"]) for item in items]
    print("opened in the course:", sum(one.ok for one in opened), "of", len(opened))
    return 0 if fine and all(one.ok for one in opened) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
