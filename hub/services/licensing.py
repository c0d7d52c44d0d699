"""What may be done with several works together, from the licence of each: copied side by side, adapted into one work, sold.

A pure rule over licences. Sources: the licences' own texts; Creative Commons, "Can I combine material under different Creative Commons
licenses in my work?" (FAQ, the chart of adaptations) and "Compatible Licenses" (CC BY-SA 4.0 may go into GPLv3 works, not the other way);
the GNU project, "Various Licenses and Comments about Them" and the matrix of its FAQ (what may be used together under GPLv3).
Not legal advice: it says where to look twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

COPYLEFT = frozenset(  # open licences that ask for themselves
    ("GPL-2.0-or-later", "GPL-3.0-or-later", "LGPL-3.0-or-later", "AGPL-3.0-or-later", "GFDL-1.2-or-later", "GFDL-1.3-or-later", "ODbL-1.0")
)
GPL, AGPL = "GPL-3.0-or-later", "AGPL-3.0-or-later"
INTO_GPL = frozenset(("GPL-2.0-or-later", GPL, "LGPL-3.0-or-later"))  # all of these may be used as GPLv3
GFDL = frozenset(("GFDL-1.2-or-later", "GFDL-1.3-or-later"))
NEEDS_THREE = ("Apache-2.0", "CC-BY-SA-4.0")  # go into GPLv3, not into GPLv2
VERSION = re.compile(r"-(\d)\.\d")
Licence = tuple[str | None, str | None]  # SPDX identifier, family; None: nobody says


@dataclass(frozen=True, slots=True)
class Use:
    """One thing to do with all of them together: allowed when none is against it. Places of those that are, in the order given."""

    against: tuple[int, ...]  # their licence forbids it
    unknown: tuple[int, ...]  # no licence is known: ask

    @property
    def allowed(self) -> bool:
        """May it be done with all of them?"""
        return not self.against and not self.unknown


@dataclass(frozen=True, slots=True)
class Overview:
    """The answer for some works. `clashes`: pairs of licences that cannot meet in one adapted work; `whole`: the licence that such a work
    has to carry (SPDX identifier; "" any), None when there can be none."""

    copy: Use
    adapt: Use
    sell: Use
    clashes: tuple[tuple[str, str], ...]
    whole: str | None
    credit: tuple[int, ...]  # whose authors must be named
    alike: tuple[int, ...]  # that ask for the same licence again

    @property
    def one_work(self) -> bool:
        """May they be adapted into one work?"""
        return self.adapt.allowed and not self.clashes


def overview(licences: Sequence[Licence]) -> Overview:
    """What may be done with works under these licences."""
    families = [family for _, family in licences]
    adapt, clashes = use(families, adaptable), clashing(licences)
    fits = adapt.allowed and not clashes
    return Overview(
        copy=use(families, copyable),
        adapt=adapt,
        sell=use(families, saleable),
        clashes=clashes,
        whole=whole(licences) if fits else None,
        credit=tuple(n for n, family in enumerate(families) if family and (family.startswith("cc-") or family == "other-open")),
        alike=tuple(n for n, licence in enumerate(licences) if asks_alike(licence)),
    )


def use(families: Sequence[str | None], allowed: Callable[[str], bool]) -> Use:
    """Who stands against one use."""
    unknown = tuple(n for n, family in enumerate(families) if family is None or family == "unknown")
    return Use(tuple(n for n, family in enumerate(families) if n not in set(unknown) and not allowed(family or "")), unknown)


def copyable(family: str) -> bool:
    """Every open licence lets one pass a work on unchanged."""
    return family != "all-rights-reserved"


def adaptable(family: str) -> bool:
    """All but "no derivatives"."""
    return copyable(family) and "-nd" not in family


def saleable(family: str) -> bool:
    """All but "non-commercial"."""
    return copyable(family) and "-nc" not in family


def asks_alike(licence: Licence) -> bool:
    """Must what is made of it have the same licence?"""
    name, family = licence
    return bool(family and family.endswith("-sa")) or name in COPYLEFT


def clashing(licences: Sequence[Licence]) -> tuple[tuple[str, str], ...]:
    """Pairs of licences, each once, that cannot both be kept by one adapted work."""
    kinds = sorted({(name or family or "", family) for name, family in licences if family and adaptable(family)}, key=str)
    return tuple((one[0], other[0]) for one, other in combinations(kinds, 2) if not meet(one, other))


def meet(one: Licence, other: Licence) -> bool:
    """May works under these two be adapted into one?"""
    alike = [licence for licence in (one, other) if asks_alike(licence)]
    if len(alike) == 2:
        return same_terms(one, other)
    if len(alike) == 1:
        free = other if alike[0] == one else one
        return not adds_terms(alike[0], free)
    return True


def same_terms(one: Licence, other: Licence) -> bool:
    """Can one licence be used for both of two that ask for themselves? Version 1.0 of Creative Commons names no later one; BY-SA 4.0 may
    go into GPLv3; GPLv3 and AGPLv3 let each other in (section 13 of both)."""
    if one[0] == other[0]:
        return True
    if one[1] == other[1] and (one[1] or "").startswith("cc-"):
        return "1.0" not in (version(one), version(other))
    names = {one[0], other[0]}
    return names <= GFDL or names <= INTO_GPL | {AGPL} or ("CC-BY-SA-4.0" in names and bool(names & INTO_GPL))


def adds_terms(alike: Licence, free: Licence) -> bool:
    """Does the free one ask for something that the share-alike one does not allow to ask? Only "non-commercial" does, where that one
    has none."""
    return "-nc" in (free[1] or "") and "-nc" not in (alike[1] or "")


def version(licence: Licence) -> str:
    """Of a Creative Commons licence; the present one where none is named."""
    found = VERSION.search(licence[0] or "")
    return found[0][1:] if found else "4.0"


def whole(licences: Sequence[Licence]) -> str:
    """The licence of a work made of all of them, which do not clash: the strictest."""
    names, families = {name for name, _ in licences}, {family for _, family in licences}
    if copyleft := [name for name in names if name in COPYLEFT]:
        return strictest(copyleft, three=any(name in names for name in NEEDS_THREE))
    for family in ("cc-by-nc-sa", "cc-by-sa", "cc-by-nc", "cc-by"):
        if family in families:
            first = family.endswith("-sa") and f"{family.upper()}-1.0" in names  # it allows no later version
            return f"{family.upper()}-{'1.0' if first else '4.0'}"
    return ""


def strictest(copyleft: Sequence[str], *, three: bool) -> str:
    """The one of these that all the others let in; `three`: something else needs version 3 of the GPL."""
    if AGPL in copyleft:
        return AGPL
    if set(copyleft) <= INTO_GPL:
        return copyleft[0] if len(copyleft) == 1 and not (three and copyleft[0] != "LGPL-3.0-or-later") else GPL
    return max(copyleft)
