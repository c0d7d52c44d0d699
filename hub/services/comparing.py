"""How likely it is that two resources are one work: a score from 0 to 1 with its reasons.

Pure: facts in, comparison out. What speaks for one work adds up; some differences are decisive, however alike the rest is, and hold the
score below what is joined by rule (docs/matching.md). The order of the two does not matter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from hub.services import affiliating, titling
from hub.services.titling import Title

HIGH = 0.85  # joined by rule
LOW = 0.55  # shown to a curator
DOUBT = 0.7  # the most that a pair with a doubtful difference gets
APART = 0.5  # the most that a pair with a decisive difference gets

TITLE = 0.55
INSTITUTION, OTHER_INSTITUTION = 0.3, -0.4
KEYS = {"doi": 0.6, "isbn": 0.6, "handle": 0.6, "url": 0.6, "code": 0.4}  # beside the title
PROVIDER, PEOPLE, TEXT, LONG_TITLE = 0.05, 0.15, 0.25, 0.05
SAME_SOURCE = -0.2  # a source that lists two means two
ALIKE = 0.5  # titles less alike than this are of two works, also when they share an address
TEXT_WORDS = 12  # shorter texts are not compared
TEXT_MOST = 1_500  # characters
CLUSTERS = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is compared of a resource or of a record (see `facts`)."""

    titles: tuple[Title, ...]  # the title, its halves when it is in two languages, other titles
    keys: frozenset[str] = frozenset()  # as matching.keys_of gives them
    institution: str | None = None
    provider: str | None = None
    resource_type: str | None = None
    languages: frozenset[str] = frozenset()  # main tags: zh, en
    people: frozenset[str] = frozenset()  # folded names
    text: str = ""
    sources: frozenset[str] = frozenset()  # that list it


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that was compared, what stood there, and how much it moved the score (for a decisive difference: down to what)."""

    name: str
    detail: str
    weight: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """How alike two are, and why."""

    score: float
    reasons: tuple[Reason, ...]


def facts(
    title: str,
    *,
    other_titles: Iterable[str] = (),
    keys: Iterable[str] = (),
    institution: str | None = None,
    provider: str | None = None,
    resource_type: str | None = None,
    languages: Iterable[str] = (),
    people: Iterable[str] = (),
    text: str = "",
    sources: Iterable[str] = (),
) -> Facts:
    """Facts from values as the catalogue has them."""
    halves = titling.in_both_languages(title)
    written = dict.fromkeys([title, *halves, *list(other_titles)[:5]])
    return Facts(
        titles=tuple(titling.take_apart(one) for one in written),
        keys=frozenset(keys),
        institution=institution or None,
        provider=provider or None,
        resource_type=resource_type,
        languages=frozenset(tag.partition("-")[0].lower() for tag in languages),
        people=frozenset(folded for name in people if (folded := fold_person(name))),
        text=text[:TEXT_MOST],
        sources=frozenset(sources),
    )


def fold_person(name: str) -> str:
    """A name without titles, order and accents: "Lin, Meihua" is "Meihua Lin"."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    words = re.findall(r"[^\W\d_]+", "".join(c for c in plain if not unicodedata.combining(c)))
    return " ".join(sorted(word for word in words if word not in ("dr", "prof", "professor", "phd", "mr", "ms", "mrs")))


def compare(one: Facts, other: Facts) -> Comparison:
    """Score and reasons."""
    share = alike(one, other)
    found = [*of_keys(one, other), *of_titles(one, other, share), *of_institutions(one, other), *of_people(one, other)]
    found += of_texts(one, other) if share >= ALIKE else []
    if twice := one.sources & other.sources:
        found.append(Reason("same source", ", ".join(sorted(twice))[:300], SAME_SOURCE))
    limits = list(differences(one, other, share, known=found[0].name in KEYS))
    score = min([sum(reason.weight for reason in found), *(limit.weight for limit in limits)])
    return Comparison(round(min(1.0, max(0.0, score)), 3), (*found, *limits))


def alike(one: Facts, other: Facts) -> float:
    """How alike the titles are that are most alike."""
    return max(titling.likeness(left, right) for left in one.titles for right in other.titles)


def of_keys(one: Facts, other: Facts) -> list[Reason]:
    """The strongest name that both have."""
    shared = sorted(one.keys & other.keys, key=lambda key: (-KEYS.get(key.partition(":")[0], 0), key))
    for key in shared[:1]:
        scheme, _, value = key.partition(":")
        if scheme in KEYS:
            return [Reason(scheme, value[:300], KEYS[scheme])]
    return []


def of_titles(one: Facts, other: Facts, share: float) -> list[Reason]:
    """Likeness of the titles: nothing below a half, everything when they are the same; long ones are no coincidence."""
    found = [Reason("title", f"{share:.0%}", round(TITLE * max(0.0, 2 * share - 1), 3))]
    length = min(titling.total(one.titles[0].words), titling.total(other.titles[0].words))
    if share >= 0.95 and length >= 4:
        found.append(Reason("long title", str(round(length)), LONG_TITLE))
    return found


def of_institutions(one: Facts, other: Facts) -> list[Reason]:
    """Who made it. The same platform says a little when nobody says who made it."""
    if (same := affiliating.agree(one.institution, other.institution)) is not None:
        detail = " / ".join(sorted((one.institution or "", other.institution or "")))[:300]
        return [Reason("institution" if same else "other institution", detail, INSTITUTION if same else OTHER_INSTITUTION)]
    if one.provider and affiliating.agree(one.provider, other.provider):
        return [Reason("provider", one.provider if one.provider <= (other.provider or "") else other.provider or "", PROVIDER)]
    return []


def of_people(one: Facts, other: Facts) -> list[Reason]:
    """Who teaches or wrote it, when both say."""
    if not one.people or not other.people:
        return []
    shared = sorted(one.people & other.people)
    return [Reason("people", ", ".join(shared)[:300], PEOPLE)] if shared else [Reason("other people", "", -PEOPLE / 2)]


def of_texts(one: Facts, other: Facts) -> list[Reason]:
    """How much of the shorter description stands in the other."""
    left, right = (set(CLUSTERS.findall(facts.text.casefold())) for facts in (one, other))
    if min(len(left), len(right)) < TEXT_WORDS:
        return []
    share = len(left & right) / min(len(left), len(right))
    return [Reason("text", f"{share:.0%}", round(TEXT * max(0.0, 2 * share - 1), 3))] if share > 0.5 else []


def differences(one: Facts, other: Facts, share: float, *, known: bool) -> Iterable[Reason]:
    """What holds the score down, each with the most that it allows. `share`: how alike the titles are; `known`: they have a strong key in
    common."""
    here, there = one.titles[0], other.titles[0]
    top = DOUBT if known else APART
    if one.sources & other.sources:
        yield Reason("listed twice", "", DOUBT)
    for name, left, right in (("number", here.numbers, there.numbers), ("telling words", here.telling, there.telling)):
        if left != right:
            yield Reason(name, " / ".join(sorted((", ".join(sorted(left - right)), ", ".join(sorted(right - left))))), top)
    if here.years != there.years:
        yield Reason("year", " / ".join(sorted((", ".join(sorted(here.years)), ", ".join(sorted(there.years))))), DOUBT)
    if one.languages and other.languages and not one.languages & other.languages:
        yield Reason("language", " / ".join(sorted((", ".join(sorted(one.languages)), ", ".join(sorted(other.languages))))), DOUBT)
    if one.resource_type and other.resource_type and one.resource_type != other.resource_type:
        yield Reason("type", " / ".join(sorted((one.resource_type, other.resource_type))), DOUBT)
    if share < ALIKE:
        yield Reason("other title", f"{share:.0%}", APART)
    isbns = [{key for key in facts.keys if key.startswith("isbn:")} for facts in (one, other)]
    if all(isbns) and not isbns[0] & isbns[1]:
        yield Reason("other isbn", "", DOUBT)
