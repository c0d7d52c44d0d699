"""Licences in words: what one may do, and on which condition."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l

FAMILIES = {
    "public-domain": _l("Public domain"),
    "cc-by": "CC BY",
    "cc-by-sa": "CC BY-SA",
    "cc-by-nc": "CC BY-NC",
    "cc-by-nc-sa": "CC BY-NC-SA",
    "cc-by-nd": "CC BY-ND",
    "cc-by-nc-nd": "CC BY-NC-ND",
    "other-open": _l("Another open licence"),
    "all-rights-reserved": _l("All rights reserved"),
}
USES = {"copy": _l("Copy it as it is"), "adapt": _l("Adapt and translate it"), "sell": _l("Use it commercially")}
NAME_THEM = _l("Name the authors and the licence, and say what you changed.")
SAME_LICENCE = _l("Name the authors, say what you changed, and share your version under the same licence.")
NAME_ONLY = _l("Name the authors and the licence.")
LOOK_IT_UP = _l("The licence itself has the conditions.")
PERMISSIONS = {  # family -> colour of the notice, what one may do, on which condition
    "public-domain": ("ok", _l("You may copy, adapt and translate it for any purpose."), _l("Nobody holds rights in it: no conditions.")),
    "cc-by": ("ok", _l("You may copy, adapt and translate it, also commercially."), NAME_THEM),
    "cc-by-sa": ("ok", _l("You may copy, adapt and translate it, also commercially."), SAME_LICENCE),
    "cc-by-nc": ("ok", _l("You may copy, adapt and translate it, but not commercially."), NAME_THEM),
    "cc-by-nc-sa": ("ok", _l("You may copy, adapt and translate it, but not commercially."), SAME_LICENCE),
    "cc-by-nd": ("warn", _l("You may copy it as it is, also commercially, but not change it."), NAME_ONLY),
    "cc-by-nc-nd": ("warn", _l("You may copy it as it is, but neither change it nor use it commercially."), NAME_ONLY),
    "other-open": ("ok", _l("It has an open licence: you may copy and adapt it."), LOOK_IT_UP),
    "all-rights-reserved": ("warn", _l("All rights are reserved: link to it, do not copy it."), _l("For anything more, ask its owner.")),
}
SILENT = (
    "",
    _l("No source says which licence it has: link to it, do not copy it."),
    _l("Ask its provider before you use more than a link."),
)
CREATIVE_COMMONS = re.compile(r"CC-(BY(?:-(?:NC|SA|ND))*)(?:-(\d\.\d))?(?:-([A-Z]{2,3}))?")


@dataclass(frozen=True, slots=True)
class Permission:
    """A licence in words: what one may do, and on which conditions."""

    look: str  # ok | warn | "": colour of the notice
    headline: str
    conditions: str


def permission(family: str | None) -> Permission:
    """What a licence family allows."""
    look, headline, conditions = PERMISSIONS.get(family or "", SILENT)
    return Permission(look, str(headline), str(conditions))


def licence_name(spdx: str | None) -> str:
    """`CC-BY-SA-4.0` -> "CC BY-SA 4.0"."""
    if not spdx:
        return ""
    if match := CREATIVE_COMMONS.fullmatch(spdx):
        return " ".join(part for part in ("CC", *match.groups()) if part)
    return {"CC0-1.0": "CC0", "CC-PDM-1.0": _("Public domain")}.get(spdx) or str(FAMILIES.get(spdx, spdx))


def family_name(family: str) -> str:
    """A licence family for a list of choices."""
    return str(FAMILIES.get(family, family))


def use_name(use: str) -> str:
    """A purpose that a licence must allow."""
    return str(USES.get(use, use))
