"""OpenStax: the list of books in its CMS (Wagtail API v2), and each book's own page of data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from harvesters import listing
from harvesters.clean import dates, html, identifier, language, licence, people, query, text, url
from harvesters.clean.values import Object, first, many, obj, objects
from harvesters.protocol import Harvester, Option, Page, Request, Response, Sighting
from harvesters.record import Agent, Item, Raw, Record, Withdrawn

PATH = "/apps/cms/api/v2/pages/"
MOST = 1_000  # books of one page of the list
_GONE = ("retired", "unlisted")
_NOT_YET = "coming_soon"
_DETAILS = ("license_url", "license_name", "authors", "description", "digital_isbn_13")  # a list that has one of these has them all
_SUBJECTS = (("book_subjects", "subject_name"), ("k12book_subjects", "subject_name"))
_ISBN = ("digital_isbn_13", "print_isbn_13", "print_softcover_isbn_13", "ibook_isbn_13", "print_isbn_10", "digital_isbn_10")


def start(address: str, options: Mapping[str, str], since: str | None) -> tuple[Request, ...]:
    """The list of books. Any address of the site means its CMS."""
    given = address if "/api/v2/pages" in address else query.rooted(address, PATH)
    wanted = {"type": "books.Book", "fields": "title,id,book_state,cover_url,book_subjects", "limit": str(MOST), "offset": "0"}
    return (listing.ask(given, wanted | query.parameters(given), step="list"),)


def parse(request: Request, response: Response, options: Mapping[str, str]) -> Page:
    """The list, or one book."""
    value = obj(listing.value(response))
    books = value.get("items")
    if isinstance(books, list):
        return _list(books, obj(value.get("meta")), request, response, options)
    if request.step != "list" and "id" in value and "meta" in value:
        return Page(items=listing.items([value], response, read, options))
    advice = f"The list is usually at {PATH}?type=books.Book of the site."
    raise listing.refuse(response, f"list of OpenStax books{_words(value)}", advice)


def _words(value: Object) -> str:
    said = listing.said(value, "message", "detail")
    return f" but says: {said}" if said else ""


def _list(books: list[object], meta: Object, request: Request, response: Response, options: Mapping[str, str]) -> Page:
    parameters = query.parameters(request.url)
    offset = int(parameters["offset"]) if parameters.get("offset", "").isdigit() and len(parameters["offset"]) < 9 else 0
    total = listing.count(meta.get("total_count"))
    follow = []
    here: list[object] = []
    for book in books:
        state = book.get("book_state") if isinstance(book, dict) else None
        detail = _detail(book, request, response) if isinstance(book, dict) and options.get("details") != "no" else None
        if state == _NOT_YET:
            continue
        if state in _GONE or detail is None:
            here.append(book)
        else:
            follow.append(listing.ask(detail, step="book"))
    if books and total is not None and offset + len(books) < total:
        follow.append(listing.again(request, {"offset": str(offset + len(books))}))
    return Page(items=listing.items(here, response, read, options), follow=tuple(follow))


def _detail(book: Object, request: Request, response: Response) -> str | None:
    """Where the book's own data are, None when the list has them. The CMS may name itself by a host that the public does not reach."""
    if any(name in book for name in _DETAILS) or query.parameters(request.url).get("fields") == "*":
        return None
    said = url.absolute(obj(book.get("meta")).get("detail_url"), response.url)
    if said and urlsplit(said).hostname == urlsplit(response.url).hostname:
        return url.same_scheme(said, response.url)
    number = text.identifier(book.get("id"))
    path = urlsplit(response.url).path.rstrip("/")
    return url.absolute(f"{path}/{number}/", response.url) if number and number.isdigit() else None


def _entry(entry: Object, raw: Raw, options: Mapping[str, str]) -> Item:
    meta = obj(entry.get("meta"))
    changed = dates.moment(first(entry, "updated", "last_updated_pdf"))
    name, title = listing.named(entry.get("id"), text.line(entry.get("title")), changed)
    if entry.get("book_state") in _GONE:
        return Withdrawn(identifier=name, datestamp=changed, raw=raw)
    said = first(entry, "license_url", "license_name")
    known = next((found for found in map(licence.licence, (entry.get("license_url"), _version(entry))) if found), None)
    categories = [one.get("subject_name") or one.get("subject_category") for one in objects(entry.get("book_categories"))]
    published = dates.moment(first(entry, "publish_date", "created"))
    return Record(
        identifier=name,
        title=title,
        raw=raw,
        datestamp=changed,
        url=url.absolute(meta.get("html_url"), raw.url),
        resource_type="textbook",
        summary=html.plain(first(meta, "search_description") or first(entry, "short_description"), text.SUMMARY),
        description=html.rich(entry.get("description")) or html.rich(meta.get("search_description")),
        languages=language.tags([meta.get("locale") or entry.get("locale")]),
        agents=tuple(_authors(entry)),
        provider="OpenStax",
        institution="OpenStax",
        identifiers=identifier.identifiers(entry.get(field) for field in _ISBN),
        licence=known,
        licence_url=url.absolute(entry.get("license_url")) or licence.url(known),
        rights=text.line(entry.get("license_text") or entry.get("license_name") or said),
        free=True,
        levels=("school",) if next(objects(entry.get("k12book_subjects")), None) else (),
        subjects=text.lines(one.get(field) for holder, field in _SUBJECTS for one in objects(entry.get(holder))),
        keywords=text.lines(word for category in categories for word in many(category)),
        image=url.absolute(entry.get("cover_url"), raw.url),
        published=published or dates.moment(meta.get("first_published_at")),
        modified=changed,
    )


read = listing.reader(_entry)


def _version(entry: Object) -> str | None:
    return text.line(f"{entry.get('license_name') or ''} {entry.get('license_version') or ''}")


def _authors(entry: Object) -> Iterator[Agent]:
    return people.agents((obj(one.get("value")) or one).get("name") for one in objects(entry.get("authors")))


def probe(address: str) -> tuple[Request, ...]:
    return start(address, {}, None) if url.belongs(address, "openstax.org") else ()


def recognise(request: Request, response: Response) -> Sighting | None:
    """A Wagtail list whose items are books."""
    value = obj(listing.glance(response))
    meta = obj(obj(value.get("items")).get("meta"))
    if meta.get("type") != "books.Book":
        return None
    place = query.rooted(response.url, urlsplit(response.url).path)
    return Sighting(address=place, confidence=0.95, reason="The CMS of OpenStax answered with its list of books.", title="OpenStax")


HARVESTER = Harvester(
    kind="openstax",
    title="OpenStax books",
    start=start,
    parse=parse,
    read=read,
    probe=probe,
    recognise=recognise,
    options=(
        Option(
            name="details",
            label="Ask for each book's details",
            help="Licence, authors and ISBN stand there. Without them one request reads the whole list.",
            default="yes",
            form="yes-no",
        ),
    ),
)
