"""The vocabulary's concepts as admins arrange them: new ones, others moved under another, retired and brought back. The caller commits.

What people do here outlives `hub vocabulary load`. Index and harvesters hear of the resources that it concerns.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.topic import Concept
from hub.services import relabelling, stamping
from hub.services.auditing import Actor
from hub.services.relabelling import told

NOTATION = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
LONGEST = 80


class Refused(Exception):
    """This cannot be. `why`: notation | taken | name | under-itself | narrower | gone."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def create(session: Session, actor: Actor, scheme: str, notation: str, *, broader: str, names: Mapping[str, str]) -> str:
    """A new concept, last under `broader` (empty: at the top), with its name in one language or both; answers its notation.

    Raises Refused, and relabelling.Refused for a name that another concept has.
    """
    notation = notation.strip().lower()
    if not NOTATION.fullmatch(notation) or len(notation) > LONGEST:
        raise Refused("notation")
    if session.scalar(select(Concept.id).filter_by(scheme=scheme, notation=notation)) is not None:
        raise Refused("taken")
    if not any(name.strip() for name in names.values()):
        raise Refused("name")
    above = above_of(session, scheme, broader)
    last = session.scalar(select(func.max(Concept.position)).where(Concept.scheme == scheme)) or 0
    made = Concept(
        scheme=scheme, notation=notation, uri=f"urn:hub:{scheme}:{notation}", broader_id=above, position=last + 1, placed_by_person=True
    )
    session.add(made)
    session.flush()
    told(session, actor, "topic.created", made, after={"scheme": scheme, "under": broader or None})
    for language, name in names.items():
        if name.strip():
            relabelling.add(session, scheme, notation, language, name, preferred=True, actor=actor)
    return notation


def move(session: Session, actor: Actor, scheme: str, notation: str, broader: str) -> bool:
    """Put a concept, with all below it, under another one, or at the top; False when it stands there already. Raises Refused."""
    found = get(session, scheme, notation)
    above = above_of(session, scheme, broader)
    below = descendants(session, found.id)
    if above in below:
        raise Refused("under-itself")
    if found.broader_id == above:
        return False
    before = session.scalar(select(Concept.notation).where(Concept.id == found.broader_id))
    found.broader_id, found.placed_by_person = above, True
    told(session, actor, "topic.moved", found, before={"under": before}, after={"under": broader or None})
    stamping.touch(session, below)
    return True


def retire(session: Session, actor: Actor, scheme: str, notation: str) -> bool:
    """Use a concept no longer; False when it is retired already. Raises Refused while narrower ones are in use."""
    found = get(session, scheme, notation)
    if session.scalar(select(Concept.id).where(Concept.broader_id == found.id, Concept.retired_at.is_(None)).limit(1)) is not None:
        raise Refused("narrower")
    return turn(session, actor, found, retired=True)


def bring_back(session: Session, actor: Actor, scheme: str, notation: str) -> bool:
    """Use a retired concept again; what was said of it stands again. Raises Refused."""
    return turn(session, actor, get(session, scheme, notation), retired=False)


def turn(session: Session, actor: Actor, found: Concept, *, retired: bool) -> bool:
    """Retire a concept, or bring it back."""
    if (found.retired_at is not None) == retired:
        return False
    found.retired_at = now() if retired else None
    told(
        session, actor, "topic.retired" if retired else "topic.restored", found, before={"retired": not retired}, after={"retired": retired}
    )
    stamping.touch(session, {found.id})
    return True


def get(session: Session, scheme: str, notation: str) -> Concept:
    """The concept. Raises Refused when there is none."""
    found: Concept | None = session.scalar(select(Concept).filter_by(scheme=scheme, notation=notation))
    if found is None:
        raise Refused("gone")
    return found


def above_of(session: Session, scheme: str, broader: str) -> int | None:
    """The number of the concept of this notation, None for none. Raises Refused when there is no such one."""
    return get(session, scheme, broader).id if broader else None


def descendants(session: Session, concept_id: int) -> set[int]:
    """A concept and all below it."""
    found = asked = {concept_id}
    while asked:
        asked = set(session.scalars(select(Concept.id).where(Concept.broader_id.in_(asked)))) - found
        found = found | asked
    return found
