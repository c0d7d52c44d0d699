"""An institution makes its own rubric: each saving is a new edition, so that reviews keep the one by which they were written."""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from harvesters.clean.text import scrub
from hub.db import now
from hub.models.institution import Institution
from hub.models.review import Rubric
from hub.services import auditing, scoring
from hub.services.acting import Viewer
from hub.services.scoring import Measure, Standard, Words

LANGUAGES = ("en", "zh-Hans")
MOST = 12  # criteria
NAME_MOST, MEANING_MOST, SOURCE_MOST = 80, 200, 1_000
HEAVIEST = 1_000


class NotAllowed(Exception):
    """Curators of the institution alone define its rubric."""


class Stale(Exception):
    """A colleague has saved another edition since the form was opened."""


class BadRubric(Exception):
    """What cannot be; `reason` is name | criteria | unnamed | weight | weights | meaning | source, `place` the criterion's, from 0."""

    def __init__(self, reason: str, place: int | None = None) -> None:
        super().__init__(reason)
        self.reason, self.place = reason, place


def newest(session: Session, institution_id: int) -> int:
    """The number of the institution's newest edition, in force or not; 0 when it has had none."""
    return session.scalar(select(func.max(Rubric.edition)).where(Rubric.institution_id == institution_id)) or 0


def save(session: Session, who: Viewer, institution_id: int, name: Words, source: str, criteria: tuple[Standard, ...], seen: int) -> int:
    """A new edition, in force from now on; answers its number. `seen`: the newest edition when the form was opened. Raises NotAllowed,
    BadRubric, Stale. The caller commits.
    """
    refuse(name, source, criteria)
    before = _own(session, who, institution_id, seen)
    _retire(session, institution_id)
    row = Rubric(institution_id=institution_id, name=tidy(name), edition=seen + 1, source=scrub(source).strip(), created_at=now())
    session.add(row)
    session.flush()
    scoring.add_criteria(session, row.id, keyed(criteria))
    after = {"edition": row.edition, "criteria": [{"name": one.name, "weight": one.weight} for one in keyed(criteria)]}
    auditing.record(session, who.actor, "rubric.saved", subject(row.id, name), before=_told(before), after=after)
    return row.edition


def give_up(session: Session, who: Viewer, institution_id: int, seen: int) -> None:
    """Back to the hub's rubric. Raises NotAllowed, Stale. The caller commits."""
    before = _own(session, who, institution_id, seen)
    if before.institution_id is not None:
        _retire(session, institution_id)
        auditing.record(session, who.actor, "rubric.retired", subject(before.id, before.name), before=_told(before))


def refuse(name: Words, source: str, criteria: tuple[Standard, ...]) -> None:
    """Raises BadRubric."""
    if not any(text.strip() for text in name.values()) or any(len(text) > NAME_MOST for text in name.values()):
        raise BadRubric("name")
    if len(source) > SOURCE_MOST:
        raise BadRubric("source")
    if not 1 <= len(criteria) <= MOST:
        raise BadRubric("criteria")
    for place, one in enumerate(criteria):
        if not tidy(one.name) or any(len(text) > NAME_MOST for text in one.name.values()):
            raise BadRubric("unnamed", place)
        if not 0 < one.weight <= HEAVIEST:
            raise BadRubric("weight", place)
        for language in tidy(one.name):
            texts = one.meaning.get(language, [])
            if len(texts) != 5 or any(not text.strip() or len(text) > MEANING_MOST for text in texts):
                raise BadRubric("meaning", place)


def tidy(texts: Words) -> Words:
    """The languages in which something is said, in the order that we keep."""
    found = {language: " ".join(scrub(texts.get(language, "")).split()) for language in LANGUAGES}
    return {language: text for language, text in found.items() if text}


def keyed(criteria: tuple[Standard, ...]) -> tuple[Standard, ...]:
    """Tidy, each with a key of its own: the one it had, else from its name."""
    taken, made = set[str](), list[Standard]()
    for one in criteria:
        name = tidy(one.name)
        plain = unicodedata.normalize("NFKD", name.get("en", "")).encode("ascii", "ignore").decode().lower()
        key = one.key if re.fullmatch("[a-z0-9-]{1,36}", one.key) else re.sub("[^a-z0-9]+", "-", plain).strip("-")[:36] or "criterion"
        number = 2
        while key in taken:
            key, number = f"{key.rpartition('--')[0] or key}--{number}", number + 1
        taken.add(key)
        meaning = {language: [" ".join(scrub(text).split()) for text in one.meaning[language]] for language in name}
        made.append(Standard(key, name, meaning, one.weight))
    return tuple(made)


def subject(rubric_id: int | None, name: Words) -> auditing.Subject:
    """A rubric as the audit log names it."""
    return auditing.Subject("rubric", rubric_id, next((text for text in name.values() if text), ""))


def _own(session: Session, who: Viewer, institution_id: int, seen: int) -> Measure:
    """What is in force; one curator at a time, so that what is looked at still holds when it is written."""
    if not who.may(institution_id, "curator"):
        raise NotAllowed
    session.execute(update(Institution).where(Institution.id == institution_id).values(version=Institution.version))
    if newest(session, institution_id) != seen:
        raise Stale
    return scoring.in_force(session, institution_id)


def _retire(session: Session, institution_id: int) -> None:
    those = (Rubric.institution_id == institution_id, Rubric.retired_at.is_(None))
    session.execute(update(Rubric).where(*those).values(retired_at=now()), execution_options={"synchronize_session": False})
    session.expire_all()


def _told(one: Measure) -> dict[str, object] | None:
    if one.institution_id is None:
        return None
    return {"edition": one.edition, "criteria": [{"name": each.name, "weight": each.weight} for each in one.criteria]}
