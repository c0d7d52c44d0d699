"""Records for benchmarks, any number of them: e-commerce courses in English and Chinese, made of the vocabulary's own labels."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from harvesters.record import Agent, Offering, Raw, Record

FORMS = {
    "en": ("Introduction to {0}", "{0} in practice", "{0} for {1}", "Advanced {0}", "{0} and {1}: a case study", "Workshop: {0}"),
    "zh-Hans": ("{0}入门", "{0}实务", "{0}与{1}", "{0}案例分析", "面向{1}的{0}", "{0}实训"),
}
SENTENCES = {
    "en": (
        "You learn how {0} works and what it costs. ",
        "Students compare {0} with {1} in a shop of their own. ",
        "Every week a guest from industry speaks about {0}. ",
        "Assessment: a report on {1} and a short exam. ",
        "The second half is about {0}, {1} and their limits. ",
    ),
    "zh-Hans": (
        "本课程系统讲解{0}的原理与方法。",
        "学生分组完成{0}与{1}的综合实训。",
        "结合企业真实案例分析{1}。",
        "考核方式包括{0}报告和期末考试。",
        "适合希望从事{1}工作的同学。",
    ),
}
TYPES = ("course", "course", "course", "video", "textbook", "case", "article")
LEVELS = ("introductory", "undergraduate", "professional", "graduate")
LICENCES = ("CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC0-1.0", "all-rights-reserved", None)
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
Labels = dict[str, Sequence[str]]  # language -> labels


def courses(number: int, labels: Labels, *, seed: int = 1) -> Iterator[Record]:
    """So many records, always the same for one seed; two of three in English."""
    rng = random.Random(seed)
    for n in range(number):
        language = "zh-Hans" if n % 3 == 2 else "en"
        yield course(rng, n, language, labels[language])


def course(rng: random.Random, n: int, language: str, labels: Sequence[str]) -> Record:
    """One of them."""
    about = rng.sample(labels, 6)
    title = f"{rng.choice(FORMS[language]).format(*about)} {n}"
    text = "".join(rng.choice(SENTENCES[language]).format(*rng.sample(about, 2)) for _ in range(rng.randint(4, 14)))
    paragraphs = f"<p>{text}</p><p>{title}</p>"
    return Record(
        identifier=f"course-{n}",
        title=title,
        raw=Raw(paragraphs.encode(), "text/html", "https://made.example/list"),
        description=paragraphs,
        url=f"https://made.example/{n}",
        resource_type=rng.choice(TYPES),
        languages=(language,),
        agents=(Agent(name=f"Teacher {rng.randrange(n // 4 + 1)}"),),
        provider=f"Platform {rng.randrange(40)}",
        institution=f"University {min(rng.randrange(600), rng.randrange(600))}",
        licence=rng.choice(LICENCES),
        free=rng.choice((True, None, False)),
        certificate=rng.choice((True, None)),
        levels=(rng.choice(LEVELS),),
        keywords=tuple(about[:3]),
        duration=f"P{rng.randint(1, 16)}W",
        modified=BEGIN + timedelta(minutes=n),
        offerings=(offering(rng),),
    )


def offering(rng: random.Random) -> Offering:
    """One run of it, or an offer for any time."""
    if rng.random() < 0.4:
        return Offering(pace="self", price=Decimal(0))
    start = BEGIN + timedelta(days=rng.randrange(720))
    return Offering(pace="instructor", start=start, end=start + timedelta(weeks=8), price=Decimal(rng.randrange(200)), currency="EUR")
