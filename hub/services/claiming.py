"""What a platform's message says (LTI 1.3 Core, section 5; Deep Linking 2.0, section 4.4), once its signature and claims are checked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError

from harvesters.addresses import parse_url
from harvesters.errors import HarvestError
from hub.services import vouching

ALGORITHMS = ("RS256", "ES256")  # LTI Security 1.0, section 5.1.3; of ours, none that shares a secret
LONGEST = 100_000  # characters of a token
LEEWAY = 60  # seconds by which the two clocks may differ
OLDEST = 3_600  # seconds since a token was issued
CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
DEEP = "https://purl.imsglobal.org/spec/lti-dl/claim/"
RESOURCE_LINK, DEEP_LINKING = "LtiResourceLinkRequest", "LtiDeepLinkingRequest"
DATA_MOST = 20_000  # characters of what a platform wants to have back


class Refused(Exception):
    """A login or launch that we do not take: the standard's name of the error, words for whoever looks into it, the status."""

    def __init__(self, error: str, why: str, status: int = 400) -> None:
        super().__init__(f"{error}: {why}")
        self.error, self.why, self.status = error, why, status


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a platform takes from the picker."""

    return_url: str
    types: tuple[str, ...]
    multiple: bool
    data: str | None  # wants to have it back
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A message. `places`: addresses of the platform in it. Whoever is at the other end we do not need to know, and do not keep."""

    message: str  # RESOURCE_LINK | DEEP_LINKING
    deployment_id: str
    target: str  # target_link_uri; "" where a deep linking request has none
    language: str
    places: tuple[str, ...]
    settings: Settings | None = None


def verified(token: str, client_id: str, keys: Callable[[bool], Sequence[Any]]) -> dict[str, Any]:
    """The claims of a token that the platform has signed; when its key is unknown, the keys are asked for once more. Raises Refused."""
    if len(token) > LONGEST:
        raise Refused("invalid_request", "The id_token is too long.")
    try:
        header = jws.extract_compact(token.encode("ascii"), registry=vouching.REGISTRY).protected
    except (JoseError, ValueError, TypeError) as error:
        raise Refused("invalid_request", "The id_token is not a signed token.") from error
    if header.get("alg") not in ALGORITHMS:
        raise Refused("invalid_token", "The id_token is signed by an algorithm that is not taken: RS256 and ES256 are.", 401)
    if not header.get("kid"):
        raise Refused("invalid_token", "The id_token does not say by which key it is signed (kid).", 401)
    for anew in (False, True):
        fitting = [key for key in keys(anew) if key.kid == header["kid"]]
        if fitting:
            break
    else:
        raise Refused("invalid_token", "The platform does not publish the key by which the id_token is signed.", 401)
    try:
        return dict(vouching.verified(token, fitting).claims)
    except vouching.BadToken as error:
        raise Refused("invalid_token", "The signature of the id_token is wrong.", 401) from error


def check(claims: dict[str, Any], *, issuer: str, client_id: str, nonce: str) -> None:
    """The token is of this platform, for us, of now, and of this login (LTI Security 1.0, section 5.1.3). Raises Refused."""
    audience = claims.get("aud")
    meant = audience if isinstance(audience, list) else [audience]
    if claims.get("iss") != issuer:
        raise Refused("invalid_token", "The id_token is of another issuer (iss).", 401)
    if client_id not in meant:
        raise Refused("invalid_token", "The id_token is for somebody else (aud).", 401)
    if (len(meant) > 1 or "azp" in claims) and claims.get("azp") != client_id:
        raise Refused("invalid_token", "The id_token was made for somebody else (azp).", 401)
    at = time.time()
    if moment(claims, "exp") + LEEWAY < at:
        raise Refused("invalid_token", "The id_token has expired (exp).", 401)
    if not at - OLDEST - LEEWAY <= moment(claims, "iat") <= at + LEEWAY:
        raise Refused("invalid_token", "The id_token is not of now (iat).", 401)
    if claims.get("nonce") != nonce:
        raise Refused("invalid_token", "The id_token is of another login (nonce).", 401)


def moment(claims: dict[str, Any], name: str) -> float:
    """A time in seconds. Raises Refused."""
    found = claims.get(name)
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found < 1e11:
        raise Refused("invalid_token", f"The id_token does not say when it is good ({name}).", 401)
    return float(found)


def told(claims: dict[str, Any]) -> Told:
    """What the message says. Raises Refused when it lacks what its kind must have (LTI 1.3 Core, section 5.3; Deep Linking, 4.4)."""
    message = claims.get(f"{CLAIM}message_type")
    if message not in (RESOURCE_LINK, DEEP_LINKING):
        raise Refused("invalid_request", "The message is of a kind that this tool does not know (message_type).")
    if claims.get(f"{CLAIM}version") != "1.3.0":
        raise Refused("invalid_request", "The message is not of LTI 1.3.0 (version).")
    deployment = text(claims, f"{CLAIM}deployment_id", most=255)
    if not isinstance(claims.get(f"{CLAIM}roles", []), list):
        raise Refused("invalid_request", "The roles are no list (roles).")
    if message == RESOURCE_LINK:
        link = claims.get(f"{CLAIM}resource_link")
        text(link if isinstance(link, dict) else {}, "id", most=255)
    settings = settings_of(claims.get(f"{DEEP}deep_linking_settings")) if message == DEEP_LINKING else None
    target = text(claims, f"{CLAIM}target_link_uri", most=4_000, needed=message == RESOURCE_LINK)
    shown, own = (group(claims, name) for name in ("launch_presentation", "tool_platform"))
    places = [text(shown, "return_url", most=4_000, needed=False), text(own, "url", most=4_000, needed=False)]
    places += [settings.return_url] if settings else []
    language = text(shown, "locale", most=50, needed=False)
    return Told(message=message, deployment_id=deployment, target=target, language=language, places=tuple(places), settings=settings)


def group(claims: dict[str, Any], name: str) -> dict[str, Any]:
    """An object of the message that need not be there."""
    found = claims.get(f"{CLAIM}{name}")
    return found if isinstance(found, dict) else {}


def text(holder: dict[str, Any], name: str, *, most: int, needed: bool = True) -> str:
    """A text of the message. Raises Refused when it is missing, too long, or no text."""
    found = holder.get(name)
    if found is None and not needed:
        return ""
    if not isinstance(found, str) or len(found) > most or (needed and not found):
        raise Refused("invalid_request", f"A claim is missing, too long or no text: {name}.")
    return found


def settings_of(found: Any) -> Settings:
    """What the platform takes (LTI Deep Linking 2.0, section 4.4.1). Raises Refused."""
    if not isinstance(found, dict):
        raise Refused("invalid_request", "A claim is missing: deep_linking_settings.")
    types = found.get("accept_types")
    if not isinstance(types, list) or not all(isinstance(one, str) for one in types):
        raise Refused("invalid_request", "A claim is missing: accept_types.")
    if not isinstance(found.get("accept_presentation_document_targets"), list):
        raise Refused("invalid_request", "A claim is missing: accept_presentation_document_targets.")
    return_url = text(found, "deep_link_return_url", most=4_000)
    if not origins((return_url,)):
        raise Refused("invalid_request", "deep_link_return_url is not an address of the web.")
    data = text(found, "data", most=DATA_MOST, needed=False) if "data" in found else None
    return Settings(
        return_url=return_url,
        types=tuple(types[:50]),
        multiple=found.get("accept_multiple", True) is not False,
        data=data,
        title=text(found, "title", most=2_000, needed=False)[:200],
    )


def origins(addresses: Iterable[str]) -> Sequence[str]:
    """Scheme, host and port of addresses of the web, each once, as a policy of contents names them; the others are left out."""
    found: dict[str, None] = {}
    for address in addresses:
        try:
            target = parse_url(address)
        except HarvestError:
            continue
        found[f"{target.scheme}://{target.netloc}"] = None
    return list(found)
