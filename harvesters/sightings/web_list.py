"""Does a page list things that look like courses: many elements of one form, each with a link of its own?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from bs4 import BeautifulSoup, Tag

from harvesters.clean import charset, json, selectors, text, url
from harvesters.protocol import Request, Response, Sighting

_LEAST = 4  # elements that make a list
_MOST = 3_000  # elements that are looked at
_AROUND = {"nav", "header", "footer", "aside", "form"}
_NAMED = re.compile(r"nav|menu|footer|header|breadcrumb|pager|pagination|pages|sidebar|social|crumb|lang", re.IGNORECASE)
_CLASS = re.compile(r"-?[A-Za-z_\u0080-\uffff][\w\u0080-\uffff-]{0,60}")
_TITLES = ("h2", "h3", "h4", "h5", ".title", ".name", "a")
_LINK = "a@href|@href"
_MOST_FORMS, _TRIED = 10, 24  # forms; elements of each
_LARGE, _LONG = 400, 20_000  # parts of one, characters of one


def recognise(request: Request, response: Response) -> Sighting | None:
    """The largest such list outside of navigation, with the selectors that were tried on it. Never sure."""
    if request.step:
        return None
    words = charset.decode(response.body, response.media_type, response.charset)[:1_000_000]
    title = json.looks_like_html(words)
    if title is None:
        return None
    root = selectors.tree(words)
    best: tuple[int, dict[str, str]] = (0, {})
    for form in _forms(root):
        for title_at, count in _titles(root, form, response.url):
            if count > best[0]:
                best = count, {"item": form, "title": title_at, "url": _LINK}
    if best[0] < _LEAST:
        return None
    reason = f"The page has at least {best[0]} elements of one form with links; whether they are courses is for you to see."
    return Sighting(address=request.url, confidence=0.3, reason=reason, title=text.line(title, 200) or "", options=best[1])


def _forms(root: BeautifulSoup) -> list[str]:
    """Selectors of elements that several of one page share, the most frequent first."""
    counts: dict[str, int] = {}
    (every,) = selectors.compiled("*", placed=False)
    for node in selectors.find(root, every.chains, _MOST):
        if node.name in ("li", "div", "article", "tr", "section", "dl") and not _is_around(node):
            form = _form(node)
            if form == node.name and node.parent is not None:
                form = f"{_form(node.parent)} > {form}"
            if "." in form or "#" in form or node.name in ("article", "tr"):
                counts[form] = counts.get(form, 0) + 1
    likely = (form for form, count in counts.items() if count >= _LEAST)
    return sorted(likely, key=lambda form: -counts[form])[:_MOST_FORMS]


def _form(node: Tag) -> str:
    """Its name with its first class, or its id."""
    classes = [name for name in node.get_attribute_list("class") if isinstance(name, str) and _CLASS.fullmatch(name)]
    own = str(node.get("id") or "")
    return f"{node.name}.{classes[0]}" if classes else f"{node.name}#{own}" if _CLASS.fullmatch(own) else node.name


def _is_around(node: Tag) -> bool:
    for number, above in enumerate([node, *node.parents]):
        if number > 12 or above.name in (None, "body"):
            return False
        marks = " ".join(str(mark) for mark in (*above.get_attribute_list("class"), above.get("id") or "") if mark)
        if above.name in _AROUND or _NAMED.search(marks):
            return True
    return False


def _titles(root: BeautifulSoup, form: str, where: str) -> Iterator[tuple[str, int]]:
    """(selector of a title, in how many of the elements it finds one of their own); where each has a link of its own."""
    (place,) = selectors.compiled(form, placed=False)
    nodes = selectors.find(root, place.chains, _TRIED)
    if any(next(islice(node.descendants, _LARGE, None), None) is not None for node in nodes):
        return  # a part of the page's frame, not an item
    items = [selectors.tree(str(node)[:_LONG]) for node in nodes]
    links = [url.absolute(next(iter(selectors.values(item, selectors.compiled(_LINK, placed=True))), None), where) for item in items]
    if len(set(filter(None, links))) < _LEAST:
        return
    for title in _TITLES:
        said = [text.line(next(iter(selectors.values(item, selectors.compiled(title, placed=True))), None)) for item in items]
        yield title, len({words for words, link in zip(said, links, strict=True) if link and words and len(words) >= 4})
