"""The JSON-LD and microdata of a web page -> nodes: plain objects, and what they refer to."""

from __future__ import annotations

import json as standard
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import urldefrag

from bs4 import BeautifulSoup, Tag, XMLParsedAsHTMLWarning

from harvesters.clean import json, url
from harvesters.clean.values import Object, many

MOST_NODES = 5_000  # of one page
MOST_MARKUP = 4_000_000  # characters of one page: what comes after is not read
warnings.filterwarnings("ignore", category=XMLParsedAsHTMLWarning)  # XHTML is read as HTML on purpose, as browsers do
_PROSE = {"description", "abstract", "text"}  # properties whose markup is kept
_TITLES = {"name", "headline", "title"}
_FILLED = 1_000_000  # bytes that references of one page may add
_PREFIX = re.compile(r"^(?:https?://schema\.org/|schema:)")
_ALIASES = {"id": "@id", "type": "@type"}  # as many contexts call them (JSON-LD 1.1, section 4.1.6)
_HOLDERS = ("@graph", "dataFeedElement", "itemListElement", "item", "mainEntity", "mainEntityOfPage", "about", "hasPart")
_WRAPPERS = {
    "DataFeed",
    "DataFeedItem",
    "ItemList",
    "ListItem",
    "WebPage",
    "ItemPage",
    "CollectionPage",
    "AboutPage",
    "FAQPage",
    "WebSite",
    "SearchResultsPage",
    "CollegeOrUniversity",
    "DataCatalog",
}


@dataclass(frozen=True, slots=True)
class BadBlock:
    """A block that is not JSON."""

    body: bytes
    number: int  # of the blocks of its page, from 1


@dataclass(frozen=True, slots=True)
class Found:
    """What a page holds."""

    nodes: tuple[Object, ...] = ()
    bad: tuple[BadBlock, ...] = ()
    canonical: str | None = None
    known: dict[str, Object] = field(default_factory=dict)  # what may be referred to


def types(node: Object) -> tuple[str, ...]:
    """The names of a node's types, without schema.org in front of them."""
    return tuple(_PREFIX.sub("", kind) for kind in many(node.get("@type", node.get("type"))) if isinstance(kind, str))


def block(text: str) -> object:
    """One block's value; ValueError says where it is not JSON. Comments and CDATA marks around it do not count.

    Line breaks inside texts are let through.
    """
    text = re.sub(r"^(?:\s|<!--|/\*\s?<!\[CDATA\[\s?\*/|//\s?<!\[CDATA\[|<!\[CDATA\[)+", "", text, count=1)
    text = text.rstrip()
    for mark in ("-->", "/*]]>*/", "/* ]]> */", "//]]>", "// ]]>", "]]>", "//", ";", "-->"):
        text = text.removesuffix(mark).rstrip()
    if not text:
        return None
    try:
        value: object = standard.loads(text, strict=False, parse_constant=lambda _: None)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not json.shallow(value):
        raise ValueError("nested too deeply")
    return value


def page(markup: str, address: str) -> Found:
    """Everything that an HTML page says in JSON-LD, and then in microdata."""
    root = _tree(markup)
    if root is None:
        return Found()
    values, bad = [], []
    scripts = (node for node in root.find_all("script") if "ld+json" in _attribute(node, "type").lower())
    for number, node in enumerate(scripts, 1):
        words = node.get_text()
        try:
            values.append(block(words))
        except ValueError:
            bad.append(BadBlock(words.strip().encode("utf-8", "replace"), number))
    nodes = _nodes([*map(plain, values), *microdata(root, address)])
    base = next(
        (_attribute(link, "href") for link in root.find_all("link") if "canonical" in _attribute(link, "rel").lower().split()), None
    )
    return Found(tuple(nodes[:MOST_NODES]), tuple(bad), url.absolute(base, address), index(nodes))


def document(value: object) -> Found:
    """A JSON-LD document by itself."""
    nodes = _nodes([plain(value)])
    return Found(tuple(nodes), known=index(nodes))


def _tree(markup: str) -> BeautifulSoup | None:
    markup = re.sub(r"^\s*<\?xml[^>]{0,200}\?>", "", markup[:MOST_MARKUP].replace("\x00", ""), count=1)
    return BeautifulSoup(markup, "lxml") if "<" in markup else None


def _attribute(node: Tag, name: str) -> str:
    """An attribute's text, empty when it is not there; BeautifulSoup gives those that are lists as lists."""
    value = node.get(name)
    return " ".join(value) if isinstance(value, list) else value or ""


def plain(value: object) -> object:
    """The same with schema.org's own names for everything: no prefixes, no aliases of @id and @type, lists without a wrapper."""
    if isinstance(value, list):
        return [plain(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    for wrapper in ("@list", "@set"):
        if wrapper in value:
            return plain(value[wrapper])
    node = {_PREFIX.sub("", str(key)): plain(content) for key, content in value.items()}
    aliased = "@type" not in node and ("type" in node or str(node.get("id", "")).startswith("http"))
    if aliased:
        node = {_ALIASES.get(key, key) if "@" + key not in node else key: content for key, content in node.items()}
    return node


def _nodes(values: list[object]) -> list[Object]:
    """Objects that stand on their own, in order: roots, members of graphs, of feeds and of lists, and what a page is about."""
    found: list[Object] = []
    waiting: list[tuple[object, int]] = [(value, 0) for value in reversed(values)]
    while waiting and len(found) < MOST_NODES:
        value, depth = waiting.pop()
        if isinstance(value, list):
            waiting.extend((entry, depth) for entry in reversed(value[:MOST_NODES]))
        elif isinstance(value, dict):
            node = value
            kinds = set(types(node))
            if kinds:
                found.append(node)
            if depth < 8 and (not kinds or kinds & _WRAPPERS or "@graph" in node):
                waiting.extend((node[name], depth + 1) for name in reversed(_HOLDERS) if isinstance(node.get(name), (dict, list)))
    return found


def listed(nodes: tuple[Object, ...], address: str) -> list[str]:
    """The pages that the page's lists name without saying more of them: Google's "summary page" of a list of courses."""
    found: dict[str, None] = {}
    for node in nodes:
        if "ItemList" in types(node):
            for entry in many(node.get("itemListElement"))[:MOST_NODES]:
                named = entry.get("item", entry.get("url")) if isinstance(entry, dict) else entry
                page = url.absolute(named, address)
                if page and url.host(page) == url.host(address):
                    found.setdefault(page)
    return list(found)


def index(nodes: list[Object]) -> dict[str, Object]:
    """@id -> the fullest node of that name."""
    found: dict[str, Object] = {}
    for node in nodes:
        name = node.get("@id")
        if isinstance(name, str) and len(node) > len(found.get(name, {})):
            found[name] = node
    return found


def filler(known: dict[str, Object]) -> Callable[[Object], Object]:
    """Puts into a node what the page says of each {"@id": …} in it, three levels deep; all nodes of a page share one budget."""
    budget = [_FILLED]
    sizes: dict[str, int] = {}

    def affordable(name: str) -> bool:
        if name not in sizes:
            sizes[name] = len(json.dump(known[name]))
        budget[0] -= sizes[name]
        return budget[0] >= 0

    def fill(value: object, depth: int, above: tuple[str, ...]) -> object:
        if isinstance(value, list):
            return [fill(entry, depth, above) for entry in value]
        if not isinstance(value, dict):
            return value
        name = value.get("@id")
        if isinstance(name, str) and name in known and name not in above and len(value) <= 2 and depth < 3 and affordable(name):
            value, above = dict(known[name]), (*above, name)
        return {key: fill(content, depth + 1, above) if isinstance(content, (dict, list)) else content for key, content in value.items()}

    def filled(node: Object) -> Object:
        own = node.get("@id")
        above = (own,) if isinstance(own, str) else ()
        return {key: fill(content, 0, above) if isinstance(content, (dict, list)) else content for key, content in node.items()}

    return filled if known else lambda node: node


def microdata(root: BeautifulSoup, address: str) -> Iterator[Object]:
    """HTML's microdata (HTML standard, section 5) as the objects that JSON-LD would have."""
    open_items: dict[int, dict[str, object]] = {}  # by identity: BeautifulSoup compares tags by what they hold
    roots: list[dict[str, object]] = []
    for node in root.find_all(lambda tag: tag.has_attr("itemscope") or tag.has_attr("itemprop")):
        holder = next((open_items[id(parent)] for parent in islice(node.parents, 100) if id(parent) in open_items), None)
        value: object
        if node.has_attr("itemscope"):
            item: dict[str, object] = {"@type": _attribute(node, "itemtype").split()}
            if name := _attribute(node, "itemid"):
                item["@id"] = name
            open_items[id(node)] = item
            value = item
            if holder is None and any("schema.org" in str(kind) for kind in many(item["@type"])):
                roots.append(item)
        else:
            value = _property(node, set(_attribute(node, "itemprop").split()), address)
            if holder is not None and node.name == "a" and _TITLES & set(_attribute(node, "itemprop").split()):
                holder.setdefault("url", _value(node, address))
        if holder is not None:
            for name in _attribute(node, "itemprop").split():
                earlier = holder.get(name)
                holder[name] = value if earlier is None else [*earlier, value] if isinstance(earlier, list) else [earlier, value]
        if len(open_items) > MOST_NODES:
            break
    yield from roots


def _property(node: Tag, names: set[str], address: str) -> str:
    """As the standard says, but for what people mean: a link's text as a name, a picture inside as the image, markup of prose."""
    if not node.has_attr("content"):
        inner = node.find("img") if "image" in names else None
        if isinstance(inner, Tag):
            return _value(inner, address)
        if _TITLES & names and node.name == "a":
            return " ".join(node.get_text().split())
        if _PROSE & names and node.find(True) is not None:
            return node.decode_contents()
    return _value(node, address)


def _value(node: Tag, address: str) -> str:
    for name in ("content", "datetime"):
        if node.has_attr(name):
            return _attribute(node, name)
    if node.name in ("a", "link", "area"):
        return url.absolute(_attribute(node, "href"), address) or ""
    if node.name in ("img", "audio", "video", "source", "iframe", "embed"):
        return url.absolute(_attribute(node, "src"), address) or ""
    return " ".join(node.get_text().split())


def own_address(name: object, address: str) -> str | None:
    """An @id that names its node in the whole world; a fragment counts on its page, a blank node does not."""
    if not isinstance(name, str) or not name or name.startswith("_:"):
        return None
    if name.startswith(("urn:", "doi:", "tag:")):
        return name
    return url.absolute(name, urldefrag(address).url)
