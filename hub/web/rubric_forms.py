"""A rubric as it is typed: criteria that can be moved, added and taken away before anything is saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from hub.services import standardising
from hub.services.scoring import Measure, Standard
from hub.services.standardising import LANGUAGES, MOST, BadRubric
from hub.web.messages import gettext as _

LONGEST = 2_000  # characters that are read of a field


@dataclass(frozen=True, slots=True)
class Row:
    """A criterion as it is typed."""

    key: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    weight: str = "10"
    meanings: Mapping[str, str] = field(default_factory=dict)  # five lines


@dataclass(frozen=True, slots=True)
class Typed:
    """A rubric as it is typed."""

    names: Mapping[str, str]
    source: str
    rows: tuple[Row, ...]


def of(measure: Measure) -> Typed:
    """A rubric that is there, to begin with."""
    rows = tuple(
        Row(one.key, one.name, str(one.weight), {language: "\n".join(texts) for language, texts in one.meaning.items()})
        for one in measure.criteria
    )
    return Typed(measure.name, measure.source, rows)


def read(form: Mapping[str, str]) -> Typed:
    """What came; what is missing is empty."""

    def text(name: str) -> str:
        return form.get(name, "")[:LONGEST]

    def words(name: str) -> dict[str, str]:
        return {language: text(f"{name}-{language}") for language in LANGUAGES}

    count = text("count")
    rows = tuple(
        Row(text(f"c-{place}-key"), words(f"c-{place}-name"), text(f"c-{place}-weight"), words(f"c-{place}-meaning"))
        for place in range(min(int(count), MOST) if count.isascii() and count.isdigit() and len(count) < 4 else 0)
    )
    return Typed(words("name"), text("source"), rows)


def arranged(typed: Typed, verb: str) -> Typed | None:
    """After "add", "up-2", "down-0" or "remove-1"; None when it is none of these."""
    rows, (what, _dash, number) = list(typed.rows), verb.partition("-")
    if what == "add" and not number:
        return replace(typed, rows=(*rows, Row())) if len(rows) < MOST else typed
    if what not in ("up", "down", "remove") or not (number.isascii() and number.isdigit() and int(number[:4]) < len(rows)):
        return None
    place = int(number[:4])
    if what == "remove":
        del rows[place]
    else:
        other = min(max(place + (1 if what == "down" else -1), 0), len(rows) - 1)
        rows[place], rows[other] = rows[other], rows[place]
    return replace(typed, rows=tuple(rows))


def criteria(typed: Typed) -> tuple[Standard, ...]:
    """The criteria, as far as they can be read; raises BadRubric for what cannot be."""
    found = tuple(
        Standard(row.key, dict(row.names), {name: lines(text) for name, text in row.meanings.items()}, weight(row.weight))
        for row in typed.rows
    )
    standardising.refuse(dict(typed.names), typed.source, found)
    return found


def lines(text: str) -> list[str]:
    """The lines of a text that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def weight(text: str) -> int:
    """A whole number; 0 for what is none."""
    bare = text.strip()
    return int(bare) if bare.isascii() and bare.isdigit() and len(bare) < 6 else 0


def fault(error: BadRubric) -> tuple[str, str]:
    """The field that is wrong, and what is wrong with it."""
    most, number = {"name": standardising.NAME_MOST, "meaning": standardising.MEANING_MOST}, (error.place or 0) + 1
    said = {
        "name": ("name-en", _("Give the rubric a name of at most %(max)s characters, in one language or both.", max=most["name"])),
        "source": ("source", _("That is too long: at most %(max)d characters.", max=standardising.SOURCE_MOST)),
        "criteria": ("add", _("A rubric has 1 to %(max)s criteria.", max=MOST)),
        "unnamed": ("name-en", _("Criterion %(n)s: give it a name of at most %(max)s characters.", n=number, max=most["name"])),
        "weight": ("weight", _("Criterion %(n)s: the weight is a whole number from 1 to %(max)s.", n=number, max=standardising.HEAVIEST)),
        "meaning": (
            "meaning-en",
            _(
                "Criterion %(n)s: five lines say what 1 to 5 mean, in each language of its name, each of at most %(max)s characters.",
                n=number,
                max=most["meaning"],
            ),
        ),
    }
    name, text = said[error.reason]
    return (name if error.place is None else f"c-{error.place}-{name}"), text
