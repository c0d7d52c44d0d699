"""Topics while somebody types: by any word of any of their labels in both languages, Chinese ones by their pinyin too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy.orm import Session

from hub.services import glossing, labelling
from hub.services.glossing import Gloss, Glosses
from hub.services.romanising import syllables
from search import analysis

MOST = 2  # of a list of eight
LEAST_SOUND = {"zh": 2, "en": 4}  # letters: who reads English seldom types pinyin
TYPED_MOST = 80


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic, and the other name of it that begins as typed ("" when that is its label)."""

    notation: str
    label: str
    note: str


@dataclass(frozen=True, slots=True)
class _Line:
    gloss: Gloss
    words: str  # each with a blank before it
    sounds: tuple[str, ...]  # whole pinyin and initials, from each of its syllables on


def topics(session: Session, typed: str, *, language: str) -> tuple[Topic, ...]:
    """The best topics of which a label has a word that begins so; the label is in the reader's language."""
    names = labelling.vocabulary(session, language).topics
    found: dict[str, Gloss] = {}
    for gloss in matching(lines(glossing.read(session)), typed[:TYPED_MOST], language):
        found.setdefault(gloss.notation, gloss)
    best = ((gloss, names.label(notation)) for notation, gloss in list(found.items())[:MOST])
    return tuple(Topic(gloss.notation, label, gloss.text if gloss.text != label else "") for gloss, label in best)


def matching(known: tuple[_Line, ...], typed: str, language: str) -> list[Gloss]:
    """Labels that have it, best first: by letters before by sound, from their beginning, all of it, preferred ones, short ones."""
    wanted = " ".join(word for word in analysis.positions(typed) if word)
    letters = "".join(typed.lower().split())
    by_sound = letters.isascii() and letters.isalpha() and len(letters) >= LEAST_SOUND.get(language[:2], 4)
    if not wanted or (len(wanted) < 2 and wanted.isascii()):
        return []
    found = [
        (0, not line.words.startswith(f" {wanted}"), line.words != f" {wanted}", line.gloss) for line in known if f" {wanted}" in line.words
    ]
    for line in known if by_sound else ():
        places = [place for place, sound in enumerate(line.sounds) if sound.startswith(letters)]
        if places:
            found.append((1, places[0] > 1, letters not in line.sounds[:2], line.gloss))
    found.sort(key=lambda one: (*one[:3], not one[3].preferred, len(one[3].text)))
    return [gloss for _, _, _, gloss in found]


@lru_cache(2)
def lines(glosses: Glosses) -> tuple[_Line, ...]:
    """The labels of topics, ready to be searched; made again when one has changed."""
    return tuple(
        _Line(gloss, "".join(f" {word}" for word in analysis.positions(gloss.text)), tuple(sounds(gloss.text)))
        for (scheme, _), labels in glosses.by_concept.items()
        if scheme == "topic"
        for gloss in labels
    )


def sounds(text: str) -> Iterator[str]:
    """What one may type for a Chinese label: `kuajingdianshang`, `kjds`, and the same from each later character on."""
    if text.isascii():
        return
    said = list(syllables(analysis.fold(text)))
    for at in range(len(said)):
        yield "".join(said[at:])
        yield "".join(one[0] for one in said[at:])
