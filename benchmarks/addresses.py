"""Which addresses the benchmarks of pages ask for."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlencode

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from benchmarks.hub_process import Hub
from hub.models.resource import Resource
from hub.models.topic import Concept, ConceptLabel
from hub.services import naming

TYPED = ("", "data", "live commerce", "payment systems", '"supply chain"', "shop -marketing")
MIXED = "search, as people ask"
DIFFERENT = 400  # addresses of the mixture
FILTERS: tuple[Mapping[str, tuple[str, ...]], ...] = (
    {"language": ("en",), "free": ("yes",)},
    {"level": ("undergraduate", "graduate"), "type": ("course",)},
    {"language": ("zh-Hans",), "certificate": ("yes",), "use": ("adapt",)},
    {"provider": ("Platform 7",), "start": ("anytime",)},
)
Question = tuple[str, Mapping[str, tuple[str, ...]]]  # words, filters


def labels(session: Session, language: str) -> Sequence[str]:
    """The vocabulary's labels in one language."""
    return session.scalars(select(ConceptLabel.text).where(ConceptLabel.language == language).order_by(ConceptLabel.id)).all()


def pages(hub: Hub) -> dict[str, list[str]]:
    """Kind of page -> addresses of it."""
    rng = random.Random(3)
    with Session(create_engine(f"sqlite:///{hub.folder / 'hub.db'}")) as session:
        resources = session.execute(select(Resource.public_id, Resource.title).order_by(Resource.id).limit(5_000)).all()
        topics = session.scalars(select(Concept.notation).where(Concept.scheme == "topic")).all()
        words = {language: labels(session, language) for language in ("en", "zh-Hans")}
    return {
        "home": ["/"],
        "search": [search_path((typed, {})) for typed in TYPED],
        "search, narrowed": [search_path(question) for question in narrowed(rng, words["en"])],
        MIXED: mixed(rng, words),
        "search, Chinese": [search_path((word, {})) for word in rng.sample(list(words["zh-Hans"]), 30)],
        "resource": [
            quote(f"/resources/{public_id}-{naming.slug(title)}".rstrip("-")) for public_id, title in rng.sample(list(resources), 40)
        ],
        "topic": [f"/topics/{quote(notation)}" for notation in rng.sample(list(topics), 30)],
        "suggestions": [f"/suggest?{urlencode({'q': word[: rng.randint(1, 6)]})}" for word in rng.sample(list(words["en"]), 40)],
    }


def narrowed(rng: random.Random, words: Sequence[str]) -> list[Question]:
    """Words with filters in two or three facets."""
    return [(word, chosen) for word in rng.sample(list(words), 8) for chosen in FILTERS]


def mixed(rng: random.Random, words: Mapping[str, Sequence[str]]) -> list[str]:
    """Different questions: two of three in English, one of three narrowed, one of eight for a later page, some parts of words."""
    return [_as_people_ask(rng, words) for _ in range(DIFFERENT)]


def _as_people_ask(rng: random.Random, words: Mapping[str, Sequence[str]]) -> str:
    language = rng.choice(("en", "en", "zh-Hans"))
    asked = rng.choice(words[language])
    if language == "en" and rng.random() < 0.5:
        asked = rng.choice(asked.split()).lower()
    elif language == "zh-Hans" and rng.random() < 0.5:
        asked = asked[: rng.randint(2, 4)]
    path = search_path((asked, rng.choice(FILTERS) if rng.random() < 1 / 3 else {}))
    return f"{path}&page={rng.randint(2, 5)}" if rng.random() < 1 / 8 else path


def search_path(question: Question) -> str:
    """The address of a search page."""
    words, filters = question
    return "/search?" + urlencode([("q", words), *((name, value) for name, values in filters.items() for value in values)])
