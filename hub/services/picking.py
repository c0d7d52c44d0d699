"""What a teacher picks for a course, and the signed answer that takes it to the platform (LTI Deep Linking 2.0)."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models.resource import Resource
from hub.services import acting, claiming, crediting, describing, displaying, keying, onboarding, sealing, shelving
from hub.services.claiming import CLAIM, DEEP
from hub.services.launching import Launch

PURPOSE = "lti picker"
SECONDS = 3_600  # to look around
GOOD = 300  # seconds that an answer is good
MOST = 100  # items of one answer
TYPES = ("ltiResourceLink", "link")  # what we can give, as the standard calls it
TEXT_MOST = 1_000  # characters of an item's text


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A deep linking request on its way through the picker."""

    platform_id: int
    deployment_id: str
    return_url: str
    types: tuple[str, ...]  # of TYPES: those that the platform takes
    multiple: bool
    data: str | None
    origins: tuple[str, ...]  # where the picker is shown


@dataclass(frozen=True, slots=True)
class Pick:
    """Something picked. `key`: `r-` a resource, `s-` a shelf, `i-` all that stands on one; then its public id."""

    key: str
    title: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where things are: `page` and `shelf` make the address of a page of ours from a public id."""

    page: Callable[[str], str]
    shelf: Callable[[str], str]


def errand(launch: Launch, origins: Sequence[str]) -> Errand:
    """What the platform wants."""
    settings = launch.told.settings
    assert settings is not None
    return Errand(
        platform_id=launch.platform.id,
        deployment_id=launch.told.deployment_id,
        return_url=settings.return_url,
        types=tuple(kind for kind in TYPES if kind in settings.types),
        multiple=settings.multiple,
        data=settings.data,
        origins=tuple(origins),
    )


def seal(secret: str, wanted: Errand) -> str:
    """The errand as the picker's form holds it: browsers may keep no cookie of ours in a frame."""
    return sealing.seal(secret, PURPOSE, asdict(wanted), seconds=SECONDS)


def unseal(secret: str, token: str) -> Errand:
    """The errand of a form. Raises sealing.NotOurs, sealing.TooOld."""
    kept = sealing.unseal(secret, PURPOSE, token)
    return Errand(**{**kept, "types": tuple(kept["types"]), "origins": tuple(kept["origins"])})


def picked(session: Session, keys: Sequence[str], *, multiple: bool) -> list[Pick]:
    """What these keys mean, in their order, each once: what anybody may see. The last one alone where a platform takes but one."""
    wanted = list(dict.fromkeys(key[:40] for key in keys[: MOST * 2]))
    found = [pick for pick in (meant(session, key) for key in wanted) if pick is not None]
    found = found if multiple else [pick for pick in found if not pick.key.startswith("i-")][-1:]
    return found[:MOST]


def meant(session: Session, key: str) -> Pick | None:
    """The thing of one key."""
    kind, _, public_id = key.partition("-")
    if kind == "r":
        row = session.execute(
            select(Resource.title, Resource.languages).where(
                Resource.public_id == public_id[:16], Resource.withdrawn_at.is_(None), Resource.hidden_at.is_(None),
                Resource.merged_into_id.is_(None),
            )
        ).first()  # fmt: skip
        return Pick(key, row.title, row.languages[0] if row.languages else None) if row else None
    if kind in ("s", "i"):
        shelf = shelving.get(session, acting.ANYBODY, public_id)
        return Pick(key, shelf.title) if shelf else None
    return None


def shelves(session: Session, words: str, *, page: int = 1) -> displaying.Page:
    """Public shelves to pick."""
    return displaying.public(session, acting.ANYBODY, displaying.Ask(words=words, sort="followed" if not words else "newest", page=page))


def items(session: Session, picks: Sequence[Pick], *, kind: str, place: Place) -> list[dict[str, Any]]:
    """Content items (Deep Linking 2.0, section 3) of what was picked. `kind` of TYPES: a launch back to us, or a plain link."""
    made: list[dict[str, Any]] = []
    for pick in picks:
        public_id = pick.key[2:]
        shelf = None if pick.key.startswith("r-") else shelving.get(session, acting.ANYBODY, public_id)
        if pick.key.startswith("s-") and shelf:
            made.append(item(kind, place.shelf(public_id), shelf.title, shelf.about))
        elif pick.key.startswith("i-") and shelf:
            made += works(session, [one.public_id for one in crediting.credits_of(session, shelf.id)[:MOST]], kind=kind, place=place)
        elif pick.key.startswith("r-"):
            made += works(session, [public_id], kind=kind, place=place)
    return list({one["url"]: one for one in made}.values())[:MOST]  # on two shelves, or ticked too: once


def works(session: Session, public_ids: Sequence[str], *, kind: str, place: Place) -> list[dict[str, Any]]:
    """The items of resources that can be found. A plain link goes to the work itself, where its source says where that is."""
    rows = session.execute(select(Resource.public_id, Resource.id).where(Resource.public_id.in_(public_ids)))
    ids = {public_id: id for public_id, id in rows}
    made = []
    for one in describing.in_order(session, [ids[public_id] for public_id in public_ids if public_id in ids]):
        there = one.url if kind == "link" and one.url and claiming.origins((one.url,)) else place.page(one.public_id)
        made.append(item(kind, there, one.title, one.summary or one.text))
    return made


def item(kind: str, address: str, title: str, text: str) -> dict[str, Any]:
    """One content item."""
    about = " ".join(text.split())[:TEXT_MOST]
    return {"type": kind, "url": address, "title": title[:255], **({"text": about} if about else {})}


def answer(session: Session, secret: str, wanted: Errand, content: Sequence[dict[str, Any]], *, trouble: str = "") -> str | None:
    """The signed response (Deep Linking 2.0, section 4.5); None when the platform is not registered any more. The caller commits."""
    platform = onboarding.get(session, wanted.platform_id)
    if platform is None:
        return None
    at = int(time.time())
    claims: dict[str, Any] = {
        "iss": platform.client_id,
        "aud": [platform.issuer],
        "iat": at,
        "exp": at + GOOD,
        "nonce": secrets.token_urlsafe(24),
        f"{CLAIM}message_type": "LtiDeepLinkingResponse",
        f"{CLAIM}version": "1.3.0",
        f"{CLAIM}deployment_id": wanted.deployment_id,
        f"{DEEP}content_items": list(content),
    }
    if wanted.data is not None:
        claims[f"{DEEP}data"] = wanted.data
    if trouble:
        claims[f"{DEEP}errormsg"] = trouble
    return keying.sign(session, secret, claims)
