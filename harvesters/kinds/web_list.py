"""A page for people that lists courses, described by an administrator with CSS selectors; and, if wished, each course's own page."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping

from bs4 import Tag

from harvesters.clean import charset, fields, json, paging, secrets, selectors, text, url
from harvesters.errors import BadOptions, SourceError
from harvesters.protocol import Harvester, Option, Page, Request, Response
from harvesters.record import Failure, Item, Raw
from harvesters.sightings import web_list as sighting

MEDIA_TYPE, WITH_PAGE = "text/html", "application/json"
MOST_MARKUP = 4_000_000  # characters of one page: what comes after is not read
MOST_ITEM = 200_000  # characters of one item
MOST_ITEMS = 2_000  # of one page
_NESTED = 8  # pages that the items of one page may come to: items may stand in one another
_LISTED = 8_000  # characters of an item that are kept until its own page comes
_HTML = {"Accept": "text/html, application/xhtml+xml, */*;q=0.5"}
_RICH = {"description", "summary", "teaches", "prerequisite"}
_DEFAULTS = {"url": "a@href"}


def check(options: Mapping[str, str]) -> None:
    """Every selector can be read; `first` is a number."""
    for name in ("item", "next"):
        if options.get(name, "").strip():
            _compiled(name, options[name], placed=False)
    for name in fields.NAMES:
        if options.get(name, "").strip():
            _compiled(name, options[name], placed=True)
    _detail(options)
    first = options.get("first", "").strip()
    if first and not (first.isascii() and first.isdigit() and len(first) < 10):
        raise BadOptions("first", f'"{first[:50]}" is not a number.')


def _compiled(name: str, written: str, *, placed: bool) -> tuple[selectors.Place, ...]:
    try:
        return selectors.compiled(written.strip(), placed=placed)
    except ValueError as error:
        raise BadOptions(name, f'The selector "{written.strip()[:100]}" cannot be used: {error}.') from None


def _detail(options: Mapping[str, str]) -> dict[str, str]:
    """Field -> selector on the item's own page."""
    found = {}
    for line in options.get("detail", "").splitlines():
        name, colon, written = line.partition(":")
        if not line.strip():
            continue
        if not colon or name.strip() not in fields.NAMES:
            raise BadOptions(
                "detail", f'"{line.strip()[:100]}" is not of the form: field: selector. Fields are: {", ".join(fields.NAMES)}.'
            )
        _compiled("detail", written, placed=False)
        found[name.strip()] = written.strip()
    return found


def start(address: str, options: Mapping[str, str], since: str | None) -> tuple[Request, ...]:
    check(options)
    return (_request(address, {"page": options.get("first", "").strip() or "1"}),)


def _request(template: str, place: Mapping[str, str]) -> Request:
    return Request(url=paging.address(template, place), step="list", headers=_HTML, robots=True, context={"template": template, **place})


def parse(request: Request, response: Response, options: Mapping[str, str]) -> Page:
    """One page of the list, or one item's own page. An element without title and link is no item (a header, an advertisement)."""
    check(options)
    where = secrets.without(response.url)
    markup = charset.decode(response.body, response.media_type, response.charset)[:MOST_MARKUP]
    if not markup.strip():
        raise SourceError(f"An empty answer came from {where}, not a page.", advice="Check the address.")
    if request.step == "detail":
        kept = {"item": request.context.get("item", ""), "page": markup}
        item = _item(kept["item"], markup, Raw(json.dump(kept), WITH_PAGE, request.context.get("base", where)), options)
        return Page(items=(item,) if item else ())
    root = selectors.tree(markup)
    places = _compiled("item", options.get("item", "") or "article", placed=False)
    base = url.absolute(next(iter(selectors.values(root, selectors.compiled("base@href", placed=False))), None), where) or where
    there = (node for place in places if place.chains for node in selectors.find(root, place.chains, MOST_ITEMS))
    nodes = list(_written(there, most=_NESTED * len(markup)))
    found = [(node, item) for node in nodes if (item := _item(node, "", Raw(node.encode("utf-8", "replace"), MEDIA_TYPE, base), options))]
    if not found and "last" not in request.context:
        raise _nothing(len(nodes), options, where)
    following = _next(request, response, selectors.values(root, _follow(options)), nodes, options)
    if _detail(options):
        asked = [(_own_page(node, base, options), item) for node, item in found]
        rest = tuple(item for request_, item in asked if request_ is None)
        return Page(items=rest, follow=(*(request_ for request_, _ in asked if request_ is not None), *following))
    return Page(items=tuple(item for _, item in found), follow=following)


def _written(there: Iterable[Tag], *, most: int) -> Iterator[str]:
    """The items' markup, in all about so many characters: where each holds the next one, it would be theirs times theirs."""
    for node in there:
        if most < 0:
            return
        markup = str(node)
        most -= len(markup)
        yield markup[:MOST_ITEM]


def _nothing(count: int, options: Mapping[str, str], where: str) -> SourceError:
    what = "there is nothing" if not count else f"none of {count} elements has a title or a link"
    return SourceError(
        f'On the page {where}, {what} for the selector "{options.get("item", "")[:100]}".',
        advice="Look at the page's source: the list may be made by a script from a JSON address, which the kind json reads.",
    )


def _follow(options: Mapping[str, str]) -> tuple[selectors.Place, ...]:
    said = options.get("next", "").strip()
    if not said:
        return ()
    return tuple(selectors.Place(place.chains, place.attribute or "href", place.words) for place in _compiled("next", said, placed=False))


def _next(request: Request, response: Response, said: list[str], nodes: list[str], options: Mapping[str, str]) -> tuple[Request, ...]:
    """By the page's own link; else by number, until a page holds nothing, or the same again."""
    mark = hashlib.sha256("".join(nodes).encode("utf-8", "replace")).hexdigest()[:16]
    template = request.context.get("template", "")
    if options.get("next", "").strip():
        address = next((found for found in (url.absolute(one, response.url) for one in said) if found), None)
        if address is None or address in (request.url, response.url):
            return ()
        here = url.same_scheme(address, response.url)
        return (Request(url=here, step="list", headers=_HTML, robots=True, context={"template": template, "last": mark}),)
    if "page" not in paging.names(template) or not nodes or mark == request.context.get("last"):
        return ()
    page = request.context.get("page", "1")
    number = int(page) + 1 if page.isdigit() and len(page) < 10 else 1
    return (_request(template, {"page": str(number), "last": mark}),)


def _own_page(node: str, base: str, options: Mapping[str, str]) -> Request | None:
    """What to ask for the rest of an item; None where it has no address, or is too long to be kept until then."""
    said = _values(node, {"url": options.get("url", "").strip() or _DEFAULTS["url"]}, placed=True)["url"]
    address = url.absolute(said[0], base) if said else None
    if address is None or len(node) > _LISTED:
        return None
    return Request(url=address, step="detail", headers=_HTML, crawl=True, context={"item": node, "base": base})


def read(raw: Raw, options: Mapping[str, str]) -> Item:
    """One stored item, with its own page where that was asked for; the options say where its fields are."""
    try:
        item, page = raw.body.decode("utf-8", "replace"), ""
        if raw.media_type == WITH_PAGE:
            kept = json.load(item)
            item, page = (str(kept[name]) for name in ("item", "page"))  # type: ignore[index]
        found = _item(item, page, raw, options)
    except (ValueError, KeyError, TypeError) as error:
        return Failure(reason=f"The stored item cannot be read: {error}.", raw=raw)
    except SourceError as error:
        return Failure(reason=str(error), raw=raw, advice=error.advice)
    return found or Failure(reason="The item has neither a title nor a link.", raw=raw)


def _item(item: str, page: str, raw: Raw, options: Mapping[str, str]) -> Item | None:
    said = {name: options.get(name, "").strip() or _DEFAULTS.get(name, "") for name in fields.NAMES}
    values = _values(item, said, placed=True)
    if page:
        values |= {name: found for name, found in _values(page, _detail(options), placed=False).items() if found}
    found = fields.Fields(values)
    title, link = text.line(found.one("title")), found.one("url")
    address = url.absolute(link, raw.url) if link else None
    if title is None and address is None:
        return None
    name = text.identifier(found.one("identifier")) or address or fields.name(found, title, address)
    if title is None:
        return Failure(
            reason=f'The item has no title at "{options.get("title", "")[:100]}".',
            raw=raw,
            identifier=name,
            advice="Change the option title where all items lack it.",
        )
    return fields.record(found, name or title, title, address, raw)


def _values(markup: str, said: Mapping[str, str], *, placed: bool) -> dict[str, list[str]]:
    root = selectors.tree(markup)
    return {
        name: selectors.values(root, _compiled(name, written, placed=placed), markup=name in _RICH)
        for name, written in said.items()
        if written
    }


HARVESTER = Harvester(
    kind="html",
    aliases=("web", "web-page", "css", "html-list"),
    title="Web page list",
    start=start,
    parse=parse,
    read=read,
    recognise=sighting.recognise,
    check=check,
    options=(
        Option(name="item", label="Item", help="The CSS selector of one course in the list, for example: ul.courses > li", required=True),
        Option(name="title", label="Title", help="Within an item, for example: h3", required=True),
        Option(name="url", label="Link", help="Within an item: selector@attribute.", default="a@href"),
        Option(name="next", label="Next page", help="The link to the next page, for example: a.next. Or write {page} into the address."),
        Option(name="first", label="First page", help="What {page} begins with; else 1.", form="number"),
        Option(
            name="detail", label="Course page", help="field: selector, one a line. Each course's own page is asked for these.", form="lines"
        ),
        *(
            Option(name=name, label=f"Selector: {name}", help="A selector within an item; or =words.")
            for name in fields.NAMES
            if name not in ("title", "url")
        ),
    ),
)
