"""What a visitor asks: words, chosen values, an order, a page. The same question for every list of resources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

USE = "use"  # a licence asked for as a purpose: a name for a set of licence families
USES = {
    "copy": ("public-domain", "cc-by", "cc-by-sa", "cc-by-nc", "cc-by-nc-sa", "cc-by-nd", "cc-by-nc-nd", "other-open"),
    "adapt": ("public-domain", "cc-by", "cc-by-sa", "cc-by-nc", "cc-by-nc-sa", "other-open"),
    "sell": ("public-domain", "cc-by", "cc-by-sa", "cc-by-nd", "other-open"),
}
NOTHING = "-"  # a licence family that nothing has
SHOWN = (
    *("topic", "tag", "type", "language", USE, "level", "score", "adopted"),
    *("platform", "free", "certificate", "start", "provider", "institution", "licence"),
)
ASKED = tuple(name for name in SHOWN if name != USE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a visitor asked. `fixed` filters belong to the page (a topic's, a provider's) and are not offered for removal.

    A chosen value stands for the fixed one of its facet: it is a narrower topic. Words are searched under their other names too, but for
    those of the concepts in `less` (notations); with `only` nothing but what was typed.
    Of tags, those of one's own institution are offered.
    """

    words: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fixed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = "relevance"
    page: int = 1
    only: bool = False
    less: tuple[str, ...] = ()
    house: int | None = None  # the institution whose tags are offered

    @property
    def narrowed(self) -> dict[str, tuple[str, ...]]:
        """All filters together."""
        names = {*self.filters, *self.fixed} - {USE, "licence"}
        narrowed = {name: self.filters.get(name) or self.fixed[name] for name in names}
        licences = self.licences
        return narrowed if licences is None else {**narrowed, "licence": licences or (NOTHING,)}

    @property
    def licences(self) -> tuple[str, ...] | None:
        """The licence families that fit both the purposes and the licences chosen; None when neither is."""
        uses, chosen = self.filters.get(USE, ()), self.filters.get("licence", ())
        if not uses:
            return chosen or None
        fit = dict.fromkeys(family for use in uses for family in USES.get(use, ()))
        return tuple(family for family in fit if not chosen or family in chosen)

    def without(self, name: str, value: str) -> Ask:
        """The same question with one filter fewer."""
        left = {**self.filters, name: tuple(v for v in self.filters.get(name, ()) if v != value)}
        return replace(self, filters={n: v for n, v in left.items() if v}, page=1)

    def asking(self, words: str) -> Ask:
        """The same filters with other words."""
        return replace(self, words=words, page=1)
