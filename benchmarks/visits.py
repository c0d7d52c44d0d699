"""Every page of the site with what its address needs: from the URL map, so that none is forgotten."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from benchmarks.community.rows import Made
from benchmarks.hub_process import Hub
from hub.models import (
    Adoption,
    Complaint,
    Concept,
    Cycle,
    Institution,
    Person,
    Resource,
    Review,
    Run,
    SavedSearch,
    Shelf,
    ShelfItem,
    SourceRecord,
    Tag,
)  # fmt: skip
from hub.services import naming

NOT_PAGES = {"static", "health.live"}
QUERIES: Mapping[str, Sequence[str]] = {  # rule -> what is asked of it, beside the bare address
    "/search": ("?q=data", "?q=logistics&sort=newest", "?q=live+commerce&language=en", "?page=3"),
    "/suggest": ("?q=pay", "?q=lo"),
}
SAMPLE = 40


def everybody(made: Made, admin: str) -> dict[str, str | None]:
    """Role -> mail address to sign in with."""
    return {"visitor": None, **made.people, "hub admin": admin}


def values(session: Session, made: Made) -> dict[str, list[str]]:
    """Argument of an address -> values that name what there is."""
    rng = random.Random(11)

    def some(wanted: Any) -> list[Any]:
        rows = list(session.execute(wanted.limit(4_000)).all())
        return rng.sample(rows, min(SAMPLE, len(rows)))

    resources = [f"{id}-{naming.slug(title)}".rstrip("-") for id, title in some(select(Resource.public_id, Resource.title))]
    house = session.scalar(select(Institution.id).where(Institution.slug == made.slug))
    shelves = [id for (id,) in some(select(Shelf.public_id).where(Shelf.visibility == "public"))]
    shelves += [id for (id,) in session.execute(select(Shelf.public_id).order_by(Shelf.id).limit(8))]
    return {
        "name": resources, "public_id": [name.partition("-")[0] for name in resources], "shelf_id": shelves,
        "slug": [made.slug, *(slug for (slug,) in some(select(Institution.slug)))],
        "tag_id": [str(id) for (id,) in some(select(Tag.id).where(Tag.institution_id == house))],
        "review_id": [str(id) for (id,) in some(select(Review.id))], "adoption_id": [str(id) for (id,) in some(select(Adoption.id))],
        "person_id": [str(id) for (id,) in some(select(Person.id))], "cycle_id": [str(id) for (id,) in some(select(Cycle.id))],
        "item_id": [str(id) for (id,) in some(select(ShelfItem.id))], "complaint_id": [str(id) for (id,) in some(select(Complaint.id))],
        "notation": [n for (n,) in some(select(Concept.notation).where(Concept.scheme == "topic"))], "scheme": ["topic"], "kind": ["csv"],
        "token": [token for (token,) in some(select(SavedSearch.token))], "run_id": [str(id) for (id,) in some(select(Run.id))],
        "record_id": [str(id) for (id,) in some(select(SourceRecord.id))], "filename": ["app.css"],
    }  # fmt: skip


OWN: Mapping[str, Mapping[str, Sequence[str]]] = {  # rules whose argument means something else than its name says elsewhere
    "/search/facets/<name>": {"name": ("topic", "provider", "institution")},
    "/providers/<slug>": {"slug": tuple(f"platform-{n}" for n in range(40))},
    "/sources/": {"name": ("made",)},
    "/admin/sources/": {"name": ("made",)},
    "/shelves/": {"public_id": ()},
    "/paths/": {"public_id": ()},
}


def application(hub: Hub) -> Flask:
    """The application, for its URL map."""
    from config import from_env
    from hub.app import create_app

    return create_app({**from_env(hub.environment), "HUB_MEANING": "off"})


def addresses(rules: Iterable[Rule], session: Session, made: Made) -> dict[str, list[str]]:
    """Rule -> addresses of it; every rule that answers GET and whose arguments are known."""
    known, found = values(session, made), dict[str, list[str]]()
    for rule in rules:
        if "GET" not in (rule.methods or ()) or rule.endpoint in NOT_PAGES:
            continue
        own = next((special for begin, special in OWN.items() if rule.rule.startswith(begin)), {})
        lists = {name: own.get(name) or known.get("shelf_id" if name in own else name, []) for name in rule.arguments}
        if all(lists.values()):
            found[rule.rule] = [path + query for path in filled(rule.rule, lists) for query in ("", *QUERIES.get(rule.rule, ()))]
    return found


def filled(rule: str, lists: Mapping[str, Sequence[str]]) -> list[str]:
    """The rule with each argument's values in turn."""
    made = []
    turns = {name: itertools.cycle(some) for name, some in lists.items()}
    for _ in range(max((len(some) for some in lists.values()), default=1)):
        made.append(re.sub(r"<(?:\w+:)?(\w+)>", lambda found: quote(next(turns[found[1]])), rule))
    return made
