"""Where a value stands on a web page, as an administrator writes it: CSS, `@attribute`, alternatives. Linear in the page.

    h3.title                  the text of each such element
    a.more@href               an attribute of it;  @href: of the item itself
    img@data-src|img@src      the second where the first says nothing
    =CC-BY-4.0                these words, always

A usual matcher climbs from each element to its ancestors, again and again: a page can be made for which that never ends. Here the page
is walked once, and each element knows which beginnings of the selector its ancestors and elder siblings have matched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import soupsieve
from bs4 import BeautifulSoup, Tag

from harvesters.clean import html

LONGEST = 500  # characters of an expression
MOST_DEPTH = 150  # of elements in one another; those below are not looked at
MOST_TAGS = 30_000  # of one page; those after are not looked at
MOST_FOUND = 200  # of one field
_MOST_COMPOUNDS = 12
_SIMPLE = re.compile(r"(\*|[A-Za-z][\w-]{0,100})?((?:[.#]-?[A-Za-z_\u0080-\uffff][\w\u0080-\uffff-]{0,100})*)")
_PSEUDO = re.compile(r":+([\w-]+)(\()?")
_EASY = {"not", "is", "where", "empty"}
_PLACED = {"first-child", "last-child", "only-child", "first-of-type", "last-of-type", "only-of-type", "nth-child", "nth-last-child",
           "nth-of-type", "nth-last-of-type"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Compound:
    """What one element has to be. `sieve` where names alone do not say it."""

    tag: str
    classes: frozenset[str]
    id: str
    sieve: soupsieve.SoupSieve | None

    def matches(self, node: Tag) -> bool:
        if self.tag not in ("", "*") and node.name != self.tag:
            return False
        if self.sieve is not None:  # costs the depth of the element
            return self.sieve.match(node)
        if self.id and node.get("id") != self.id:
            return False
        return not self.classes or self.classes <= set(node.get_attribute_list("class"))


Chain = tuple[tuple[str, Compound], ...]  # (how it stands to the one before, compound)


@dataclass(frozen=True, slots=True)
class Place:
    """One alternative: elements (none: the item itself) and the attribute that is meant; or words."""

    chains: tuple[Chain, ...] = ()
    attribute: str = ""
    words: str | None = None


@lru_cache(maxsize=1_000)
def compiled(written: str, *, placed: bool) -> tuple[Place, ...]:
    """Alternatives in order. ValueError says what is wrong with the selector. `placed`: it may ask for the first or the nth of siblings,
    which is for items, not for whole pages."""
    if len(written) > LONGEST:
        raise ValueError(f"it is longer than {LONGEST} characters")
    return tuple(_place(part.strip(), placed=placed) for part in _split(written, "|"))


def _place(written: str, *, placed: bool) -> Place:
    if written.startswith("="):
        return Place(words=written[1:].strip())
    css, *rest = _split(written, "@")
    if len(rest) > 1 or (rest and not re.fullmatch(r"[A-Za-z_][\w:.-]{0,60}", rest[0].strip())):
        raise ValueError(f'"{written[:100]}" does not end in one @attribute')
    if not css.strip() and not rest:
        raise ValueError("it is empty")
    chains = tuple(_chain(group.strip(), placed=placed) for group in _split(css, ",")) if css.strip() else ()
    return Place(chains, rest[0].strip().lower() if rest else "")


def _split(written: str, mark: str) -> list[str]:
    """At the mark, outside of brackets and quotes."""
    return ["".join(part) for part in _cut(written, mark)]


def _cut(written: str, marks: str) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    depth, quote, escaped = 0, "", False
    for character in written:
        if escaped or quote:
            quote, escaped = ("" if character == quote and not escaped else quote), character == "\\" and not escaped
        elif character in "\"'":
            quote = character
        elif character == "\\":
            escaped = True
        elif character in "[(":
            depth += 1
        elif character in "])":
            depth -= 1
        elif depth == 0 and character in marks:
            parts.append([])
            continue
        parts[-1].append(character)
    return parts


def _chain(css: str, *, placed: bool) -> Chain:
    found: list[tuple[str, Compound]] = []
    relation = ""
    spaced = re.sub(r"\s+", " ", css)
    for piece in _pieces(spaced):
        if piece in (">", "+", "~"):
            if relation in (">", "+", "~") or not found:
                raise ValueError(f'"{css[:100]}" has nothing before its {piece}')
            relation = piece
        else:
            found.append((relation or " ", _compound(piece, css, placed=placed)))
            relation = ""
    if relation or not found:
        raise ValueError(f'"{css[:100]}" ends without an element')
    if len(found) > _MOST_COMPOUNDS:
        raise ValueError(f'"{css[:100]}" has more than {_MOST_COMPOUNDS} steps')
    return tuple(found)


def _pieces(css: str) -> Iterator[str]:
    """Compounds and the marks between them."""
    for word in _split(css, " "):
        rest = word
        for mark in (">", "+", "~"):
            rest = f" {mark} ".join(_split(rest, mark)) if mark in rest else rest
        yield from (part for part in _split(rest, " ") if part)


def _compound(piece: str, css: str, *, placed: bool) -> Compound:
    simple = _SIMPLE.fullmatch(piece)
    if simple:
        marks = re.findall(r"[.#][^.#]+", simple[2])
        ids = [mark[1:] for mark in marks if mark[0] == "#"]
        classes = frozenset(mark[1:] for mark in marks if mark[0] == ".")
        return Compound((simple[1] or "").lower(), classes, ids[0] if ids else "", None)
    _refuse_costly(piece, placed=placed)
    try:
        return Compound(
            named[0].lower() if (named := re.match(r"[A-Za-z][\w-]*", piece)) else "", frozenset(), "", soupsieve.compile(piece)
        )
    except (soupsieve.SelectorSyntaxError, ValueError, TypeError, NotImplementedError) as error:
        raise ValueError(f'"{css[:100]}" is no CSS selector: {str(error).splitlines()[0][:100]}') from None


def _refuse_costly(piece: str, *, placed: bool) -> None:
    outside = re.sub(r"""\[[^\]]*\]|"[^"]*"|'[^']*'""", "", piece)
    for name, opened in _PSEUDO.findall(outside):
        if name not in _EASY and not (placed and name in _PLACED):
            hint = "" if placed or name not in _PLACED else " for the whole page, where it could take for ever: use a class"
            raise ValueError(f":{name} cannot be used{hint}")
        if opened and name in _EASY and re.search(r"[\s>+~]", re.sub(r":nth-[\w-]+\([^()]*\)", "", outside)):
            raise ValueError(f":{name}() may hold one element's properties, no > + ~ and no space")


def tree(markup: str) -> BeautifulSoup:
    """The page or the fragment, without what stands too deep to be looked at: to write it out again would take minutes."""
    markup = re.sub(r"^\s*<\?xml[^>]{0,200}\?>", "", markup.replace("\x00", ""), count=1)
    root = BeautifulSoup(markup if "<" in markup else f"<p>{markup}</p>", "lxml")
    _flatten(root)
    return root


def _flatten(root: BeautifulSoup) -> None:
    node, depth = _first(root), 1
    above: list[Tag] = []
    while node is not None:
        child = _first(node)
        if child is not None and depth < MOST_DEPTH:
            above.append(node)
            node, depth = child, depth + 1
            continue
        if child is not None:
            node.clear()
        following = _next(node)
        while following is None and above:
            node, depth = above.pop(), depth - 1
            following = _next(node)
        node = following


@dataclass(slots=True)
class _Level:
    """Siblings on the way through the page; and one mask a chain of what parent, ancestors, elder siblings and the last of these match."""

    node: Tag | None
    parent: list[int]
    above: list[int]
    elder: list[int]
    before: list[int]


def find(root: BeautifulSoup, chains: tuple[Chain, ...], most: int = MOST_FOUND) -> list[Tag]:
    """The elements that any of the chains names, in the page's order."""
    found: list[Tag] = []
    none = [0] * len(chains)
    stack, seen = [_Level(_first(root), none, none, none, none)], 0
    while stack and seen < MOST_TAGS and len(found) < most:
        level = stack[-1]
        node = level.node
        if node is None:
            stack.pop()
            continue
        seen += 1
        own = [
            _matched(node, chain, {" ": level.above[n], ">": level.parent[n], "+": level.before[n], "~": level.elder[n]})
            for n, chain in enumerate(chains)
        ]
        if any(mask >> (len(chain) - 1) & 1 for mask, chain in zip(own, chains, strict=True)):
            found.append(node)
        level.node, level.before, level.elder = _next(node), own, _both(level.elder, own)
        if len(stack) < MOST_DEPTH:
            stack.append(_Level(_first(node), own, _both(level.above, own), none, none))
    return found


def _both(one: list[int], other: list[int]) -> list[int]:
    return [left | right for left, right in zip(one, other, strict=True)]


def _first(node: Tag) -> Tag | None:
    return next((child for child in node.children if isinstance(child, Tag)), None)


def _next(node: Tag) -> Tag | None:
    return next((other for other in node.next_siblings if isinstance(other, Tag)), None)


def _matched(node: Tag, chain: Chain, reached: Mapping[str, int]) -> int:
    """A bit for each beginning of the chain that ends at this element."""
    mask = 0
    for place, (relation, compound) in enumerate(chain):
        if (place == 0 or reached[relation] >> (place - 1) & 1) and compound.matches(node):
            mask |= 1 << place
    return mask


def values(root: BeautifulSoup, places: tuple[Place, ...], *, markup: bool = False) -> list[str]:
    """What the first alternative that says anything says: texts, or the markup inside the elements."""
    for place in places:
        found = [place.words] if place.words is not None else [_said(node, place.attribute, markup) for node in _nodes(root, place)]
        said = [text for text in found if text.strip()]
        if said:
            return said
    return []


def _nodes(root: BeautifulSoup, place: Place) -> list[Tag]:
    if place.chains:
        return find(root, place.chains)
    body = root.body
    first = _first(body) if body is not None else _first(root)
    return [first] if first is not None else []


def _said(node: Tag, attribute: str, markup: bool) -> str:
    if attribute:
        return " ".join(str(part) for part in node.get_attribute_list(attribute) if part is not None)
    return node.decode_contents() if markup else html.plain(str(node)) or ""
