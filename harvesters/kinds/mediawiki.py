"""Wikis on MediaWiki (Wikiversity): the pages of categories, or all pages, through the action API, with the wiki's own licence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from urllib.parse import unquote, urlsplit

from harvesters import listing
from harvesters.clean import dates, html, language, licence, query, text, url
from harvesters.clean.values import Object, first, obj, objects
from harvesters.errors import ProtocolError
from harvesters.protocol import Harvester, Option, Page, Request, Response, Sighting
from harvesters.record import Item, Raw, Record

PATH = "/w/api.php"
BATCH = "20"  # pages an answer: extracts come for no more, so that each answer tells all of its pages
DEEPEST = 10
REMEMBERS = timedelta(days=29)  # how long wikis keep the list of recent changes, less a day
CATEGORY_SPACE = 14
_SPACES = (0, 4, 100, 102, None)  # pages, and what some wikis put beside them: no talk, files, templates
_NOTES = "harvested"  # in a payload: what a page has from its wiki
_PROPERTIES = {
    "prop": "info|extracts|pageimages|revisions|description",
    "inprop": "url",
    "exintro": "1",
    "explaintext": "1",
    "exlimit": BATCH,
    "piprop": "thumbnail",
    "pithumbsize": "640",
    "pilimit": BATCH,
    "rvprop": "timestamp",
}


def start(address: str, options: Mapping[str, str], since: str | None) -> tuple[Request, ...]:
    """What the wiki is, then the pages of its categories: those of the option, or of the address; without any, all pages."""
    path = urlsplit(address).path
    api = query.rooted(address, path if path.endswith("/api.php") else PATH)
    titles = [line.strip() for line in options.get("category", "").splitlines() if line.strip()] or _titles(address)
    named = [title if ":" in title else f"Category:{title}" for title in dict.fromkeys(titles)]
    context = {"categories": "\n".join(named), "depth": str(_depth(options)), "since": since or ""}
    site = {"action": "query", "meta": "siteinfo", "siprop": "general|rightsinfo", "curtimestamp": "1"}
    return (_ask(api, site, "site", {name: value for name, value in context.items() if value}),)


def _titles(address: str) -> list[str]:
    """A page of the wiki with a colon in its title is a category, whatever the wiki calls them."""
    title = urlsplit(address).path.partition("/wiki/")[2]
    title = unquote(title or query.parameters(address).get("title", "")).replace("_", " ")
    return [title] if ":" in title and not title.startswith("Special:") else []


def _depth(options: Mapping[str, str]) -> int:
    written = options.get("depth", "").strip()
    return min(int(written), DEEPEST) if written.isascii() and written.isdigit() and len(written) < 4 else 1


def _ask(api: str, parameters: Mapping[str, str], step: str, context: Mapping[str, str]) -> Request:
    return listing.ask(api, {"format": "json", "formatversion": "2", "maxlag": "10", **parameters}, step=step, context=context)


def parse(request: Request, response: Response, options: Mapping[str, str]) -> Page:
    """The wiki's own page about itself, or a batch of its pages."""
    value = obj(listing.value(response))
    if "error" in value:
        words = listing.said(value, "error") or "an error without words"
        raise ProtocolError(f"The wiki at {response.url} answered: {words}", advice="Check the address and the categories.")
    found = value.get("query")
    if request.step == "site":
        if not isinstance(found, dict):
            raise listing.refuse(response, "answer of a wiki", f"The interface is usually at {PATH} of the wiki.")
        return _site(value, found, request)
    if not isinstance(found, dict) and "batchcomplete" not in value and "continue" not in value:
        raise listing.refuse(response, "list of a wiki's pages", f"The interface is usually at {PATH} of the wiki.")
    return _pages(value, obj(found), request, response, options)


def _site(value: Object, found: Object, request: Request) -> Page:
    """The wiki's name, language and licence go with each of its pages. Its clock tells where the next run of all pages begins."""
    general, rights = obj(found.get("general")), obj(found.get("rightsinfo"))
    notes = {
        "site": text.line(general.get("sitename")),
        "lang": text.line(general.get("lang")),
        "rights": text.line(rights.get("text")),
        "rights_url": url.absolute(rights.get("url"), request.url),
    }
    now = text.line(value.get("curtimestamp"))
    context = {name: note for name, note in notes.items() if note}
    titles = request.context.get("categories", "").splitlines()
    since = request.context.get("since", "")
    depth = request.context.get("depth", "0")
    lists = [{**context, "title": title, "depth": depth} for title in titles] or [context]
    if not titles and _recent(since, now):
        lists = [{**context, "since": since}]
    follow = tuple(_list(request.url, one, listing.NONE) for one in lists)
    return Page(follow=follow, stamp=None if titles else now)  # a category tells what is in it, not what has changed


def _recent(since: str, now: str | None) -> bool:
    before, present = dates.moment(since), dates.moment(now)
    return before is not None and present is not None and present - before < REMEMBERS


def _list(api: str, context: Mapping[str, str], goes_on: Mapping[str, str]) -> Request:
    """One batch of a category, of what has changed, or of all pages; `goes_on` is what the batch before said to send back."""
    if "title" in context:
        chosen = {"generator": "categorymembers", "gcmtitle": context["title"], "gcmlimit": BATCH, "gcmtype": "page|subcat"}
    elif "since" in context:
        chosen = {"generator": "recentchanges", "grcend": context["since"], "grclimit": BATCH, "grcnamespace": "0", "grctype": "edit|new"}
        chosen["grctoponly"] = "1"
    else:
        chosen = {"generator": "allpages", "gaplimit": BATCH, "gapnamespace": "0", "gapfilterredir": "nonredirects"}
    return _ask(query.rooted(api, urlsplit(api).path), {"action": "query", **chosen, **_PROPERTIES, **goes_on}, "pages", context)


def _pages(value: Object, found: Object, request: Request, response: Response, options: Mapping[str, str]) -> Page:
    holder = found.get("pages")
    pages = list(objects(list(holder.values()) if isinstance(holder, dict) else holder))
    context = request.context
    notes = {name: context[name] for name in ("site", "lang", "rights", "rights_url") if name in context}
    shown = [{**page, _NOTES: notes} for page in _whole(pages, value, request) if not _passed_over(page)]
    follow = [_list(request.url, {**context, "title": title, "depth": depth}, listing.NONE) for title, depth in _inner(pages, context)]
    back = {str(name): text.identifier(one) or "" for name, one in obj(value.get("continue")).items()}
    if back:
        follow.append(_list(request.url, context, back))
    return Page(items=listing.items(shown, response, read, options), follow=tuple(follow))


def _whole(pages: list[Object], value: Object, request: Request) -> list[Object]:
    """Where the wiki cuts a batch in parts, each part has the extracts of some of its pages: each page is taken where it has its own."""
    goes_on = any(name in query.parameters(request.url) for name in ("excontinue", "picontinue", "rvcontinue"))
    told = [page for page in pages if "extract" in page]
    whole = "batchcomplete" in value and not goes_on
    return pages if whole or not (told or goes_on) else told  # without any extract: the wiki has none


def _passed_over(page: Object) -> bool:
    """What is no page: missing ones, redirects, and talk, files and categories among the members of a category."""
    return any(page.get(name) not in (None, False) for name in ("missing", "invalid", "redirect")) or page.get("ns") not in _SPACES


def _inner(pages: list[Object], context: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The categories in this one, as deep as the option says."""
    depth = int(context.get("depth", "0"))
    for page in pages if depth > 0 else ():
        title = text.identifier(page.get("title"))
        if page.get("ns") == CATEGORY_SPACE and title:
            yield title, str(depth - 1)


def _entry(entry: Object, raw: Raw, options: Mapping[str, str]) -> Item:
    notes = obj(entry.get(_NOTES))
    changed = dates.moment(obj(entry.get("revisions")).get("timestamp")) or dates.moment(entry.get("touched"))
    identifier, title = listing.named(entry.get("pageid"), text.line(entry.get("title")), changed)
    extract = entry.get("extract")
    known = licence.licence(notes.get("rights_url")) or licence.licence(notes.get("rights"))
    site = text.line(notes.get("site"))
    return Record(
        identifier=identifier,
        title=title,
        raw=raw,
        datestamp=changed,
        url=url.absolute(first(entry, "canonicalurl", "fullurl"), raw.url) or url.absolute(f"/?curid={identifier}", raw.url),
        resource_type="material",
        summary=html.plain(entry.get("description"), text.SUMMARY),
        description=html.rich(extract),
        languages=language.tags([first(entry, "pagelanguage") or notes.get("lang")]),
        provider=site,
        institution=site,
        licence=known,
        licence_url=url.absolute(notes.get("rights_url")) or licence.url(known),
        rights=text.line(notes.get("rights")),
        free=True,
        image=url.absolute(obj(entry.get("thumbnail")).get("source"), raw.url),
        modified=changed,
    )


read = listing.reader(_entry)


def probe(address: str) -> tuple[Request, ...]:
    """The interface beside a page of a wiki."""
    path = urlsplit(url.absolute(address) or "").path
    known = "/wiki/" in path or path.startswith("/w/") or url.belongs(address, "wikiversity.org", "wikibooks.org")
    return start(address, listing.NONE, None) if known else ()


def recognise(request: Request, response: Response) -> Sighting | None:
    """A wiki's answer about itself."""
    found = obj(obj(listing.glance(response)).get("query"))
    general = obj(found.get("general"))
    if not str(general.get("generator") or "").startswith("MediaWiki"):
        return None
    title = text.line(general.get("sitename")) or ""
    place = query.rooted(response.url, urlsplit(response.url).path)
    named = request.context.get("categories", "")
    return Sighting(
        address=place,
        confidence=1.0,
        reason="The wiki's own interface answered.",
        title=title,
        options={"category": named} if named else {},
    )


HARVESTER = Harvester(
    kind="mediawiki",
    aliases=("wikiversity", "wiki"),
    title="MediaWiki (Wikiversity)",
    start=start,
    parse=parse,
    read=read,
    probe=probe,
    recognise=recognise,
    options=(
        Option(name="category", label="Categories", help="One a line. Empty: all pages of the wiki.", form="lines"),
        Option(
            name="depth", label="Depth", help="How many levels of categories in them are read too, 0 to 10.", default="1", form="number"
        ),
    ),
)
