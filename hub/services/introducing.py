"""A learning platform that registers itself (LTI Dynamic Registration 1.0), with a link that an admin of the hub has given to its admin.

The link works once, for a while, as long as who has made it is an admin. What has registered itself waits for an admin's word.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from harvesters.addresses import parse_url
from harvesters.errors import HarvestError
from harvesters.protocol import Request
from hub.models.account import Person
from hub.models.lti import Platform
from hub.services import claiming, keying, launching, onboarding, sealing
from hub.services.auditing import Actor
from hub.services.claiming import Refused
from hub.services.unlocking import Open

PURPOSE = "lti registration"
SECONDS = 2 * 86_400  # that a link is good
ADDRESS_MOST = 2_000  # characters
TOKEN_MOST = 20_000  # characters of what the platform wants to have back
TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"
PLATFORM = "https://purl.imsglobal.org/spec/lti-platform-configuration"
CANVAS = "https://canvas.instructure.com/lti/"
ACCOUNT = f"{CANVAS}account_name"  # all schools in Canvas' cloud have one issuer
PICKED_FROM = ("ContentArea", "RichTextEditor")  # placements of the standard
PICKED_FROM_IN_CANVAS = (*PICKED_FROM, "assignment_selection", "module_index_menu_modal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What a platform brings (section 3.3): its configuration's address, and a token that it wants to see again, "" when it has none."""

    configuration: str
    site: str  # of its configuration: host and port
    token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """The hub as platforms take it: addresses of ours, and how it is called."""

    title: str
    description: str
    launch: str
    login: str
    keys: str
    home: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a platform's configuration says (section 3.4), as far as we need it."""

    issuer: str
    authorisation: str
    keys: str
    registration: str
    family: str  # "moodle", "canvas" ...
    title: str


def invite(secret: str, admin_id: int) -> str:
    """The secret part of a registration link."""
    return sealing.seal(secret, PURPOSE, {"by": admin_id, "r": secrets.token_urlsafe(12)}, seconds=SECONDS)


def host(session: Session, secret: str, link: str) -> Actor:
    """The admin who has given this link. Raises Refused when it is not good, or not any more."""
    try:
        kept = sealing.unseal(secret, PURPOSE, link)
    except sealing.TooOld as error:
        raise Refused("invalid_request", "The registration link is older than two days: ask the hub for a new one.") from error
    except sealing.NotOurs as error:
        raise Refused("invalid_request", "The registration link is not one that this hub has given.") from error
    if launching.is_used_up(session, link):
        raise Refused("invalid_request", "The registration link has been used already: ask the hub for a new one.")
    alive = (Person.id == kept["by"], Person.is_admin, Person.disabled_at.is_(None))
    person = session.execute(select(Person.id, Person.name).where(*alive)).first()
    if person is None:
        raise Refused("invalid_request", "The registration link is not good any more: ask the hub for a new one.")
    return Actor(person.id, person.name)


def visit(configuration: str, token: str) -> Visit:
    """What a platform brings, when it can be used. Raises Refused."""
    if not configuration:
        raise Refused("invalid_request", "Enter this address in the learning platform: it adds openid_configuration to it.")
    if len(configuration) > ADDRESS_MOST or len(token) > TOKEN_MOST or not (token.isascii() and token.isprintable()):
        raise Refused("invalid_request", "openid_configuration or registration_token is too long, or holds odd characters.")
    try:
        return Visit(configuration=configuration, site=parse_url(configuration).netloc, token=token)
    except HarvestError as error:
        raise Refused("invalid_request", "openid_configuration is not an address of the web.") from error


def register(session: Session, opening: Open, secret: str, link: str, visit: Visit, tool: Tool) -> Platform:
    """Look at the platform's configuration, register the hub there, keep what it answers. Commits. Raises Refused."""
    actor = host(session, secret, link)
    offer = offered(ask(opening, visit.configuration, visit), visit.configuration)
    keying.ensure(session, secret)  # the platform may look at our keys at once
    launching.use_up(session, link, seconds=SECONDS)
    session.commit()
    try:
        answer = ask(opening, offer.registration, visit, told=tool_registration(tool, canvas=offer.family == "canvas"))
        platform = onboarding.add(session, secret, actor, facts(offer, answer), accepted=False)
    except (Refused, onboarding.BadFact, onboarding.Known) as error:
        session.rollback()
        launching.give_back(session, link)
        session.commit()
        if isinstance(error, onboarding.Known):
            raise Refused("invalid_request", "A platform with this issuer and client is registered already.") from error
        if isinstance(error, onboarding.BadFact):
            raise Refused("invalid_request", f"The platform’s answer holds what cannot be used: {error}.") from error
        raise
    session.commit()
    return platform


def ask(opening: Open, url: str, visit: Visit, *, told: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A JSON object of the platform; `told` is sent to it. The token says to the platform for which registration. Raises Refused."""
    headers = {"Accept": "application/json", **({"Authorization": f"Bearer {visit.token}"} if visit.token else {})}
    asked = Request(url=url, headers=headers)
    if told is not None:
        body = json.dumps(told, ensure_ascii=False)
        asked = Request(url=url, method="POST", headers={**headers, "Content-Type": "application/json"}, body=body)
    try:
        with opening() as fetcher:
            found = json.loads(fetcher(asked).body)
    except HarvestError as error:
        raise Refused("temporarily_unavailable", "The platform does not answer as it should; the hub’s log says more.", 503) from error
    except (ValueError, RecursionError) as error:
        raise Refused("invalid_request", "The platform’s answer is not JSON.") from error
    if not isinstance(found, dict):
        raise Refused("invalid_request", "The platform’s answer is not a JSON object.")
    return found


def offered(found: Mapping[str, Any], configuration: str) -> Offer:
    """A platform's configuration, which must stand on the issuer's own site or one below it (section 3.5.1). Raises Refused."""
    names = ("issuer", "authorization_endpoint", "jwks_uri", "registration_endpoint")
    places = [claiming.text(dict(found), name, most=2_000) for name in names]
    try:
        for name, place in zip(("issuer", "login_url", "jwks_url", "jwks_url"), places, strict=True):
            onboarding.address(name, place)
        issuer, here = urlsplit(places[0]), urlsplit(configuration)
        own = here.hostname == issuer.hostname or (here.hostname or "").endswith(f".{issuer.hostname}")
        same = own and (here.scheme, here.port) == (issuer.scheme, issuer.port)
    except (onboarding.BadFact, ValueError) as error:
        raise Refused("invalid_request", "The platform’s configuration names an address that cannot be used.") from error
    if not same:
        raise Refused("invalid_request", "The platform’s configuration does not stand on the site of its issuer.")
    more = found.get(PLATFORM)
    family, account = (str(more.get(name) or "")[:100] if isinstance(more, dict) else "" for name in ("product_family_code", ACCOUNT))
    title = " ".join("".join(c if c.isprintable() else " " for c in account).split()) or (issuer.hostname or "")
    return Offer(
        issuer=places[0], authorisation=places[1], keys=places[2], registration=places[3], family=family.lower(), title=title[:200]
    )


def facts(offer: Offer, answer: Mapping[str, Any]) -> onboarding.Facts:
    """What is kept of the platform's answer (section 3.6). Raises Refused."""
    own = answer.get(TOOL)
    deployment = own.get("deployment_id") if isinstance(own, dict) else None
    return onboarding.Facts(
        title=offer.title,
        issuer=offer.issuer,
        client_id=claiming.text(dict(answer), "client_id", most=255),
        deployment_ids=(deployment,) if isinstance(deployment, str) and deployment else (),
        login_url=offer.authorisation,
        jwks_url=offer.keys,
    )


def tool_registration(tool: Tool, *, canvas: bool) -> dict[str, Any]:
    """The hub as a client of the platform (section 3.5.2). We ask for nobody's name and for no service."""
    parts = urlsplit(tool.launch)
    picked = {"type": claiming.DEEP_LINKING, "target_link_uri": tool.launch, "label": tool.title}
    shown: dict[str, Any] = {"type": claiming.RESOURCE_LINK, "target_link_uri": tool.launch, "label": tool.title}
    if canvas:  # a message without a placement would stand in the place of the picker
        shown |= {"placements": ["course_navigation"], f"{CANVAS}course_navigation/default_enabled": False}
    return {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "initiate_login_uri": tool.login,
        "redirect_uris": [tool.launch],
        "client_name": tool.title,
        "client_uri": tool.home,
        "jwks_uri": tool.keys,
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": "",
        TOOL: {
            "domain": parts.netloc,
            "description": tool.description,
            "target_link_uri": tool.launch,
            "claims": ["iss", "sub"],
            "messages": [{**picked, "placements": list(PICKED_FROM_IN_CANVAS if canvas else PICKED_FROM)}, shown],
            f"{CANVAS}privacy_level": "anonymous",
        },
    }
