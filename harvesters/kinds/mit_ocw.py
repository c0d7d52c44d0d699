"""MIT OpenCourseWare: the data.json beside each course page and each resource, as the present site and the one before it write it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from urllib.parse import urlsplit

from harvesters import listing
from harvesters.clean import dates, html, language, level, licence, people, query, sitemap, text, url, xml
from harvesters.clean.resource_type import resource_type
from harvesters.clean.values import Object, first, many, obj, objects
from harvesters.errors import SourceError
from harvesters.protocol import Harvester, Option, Page, Request, Response, Sighting
from harvesters.record import Agent, Item, Offering, Raw, Record

LICENCE = "CC-BY-NC-SA-4.0"  # of the site's terms; a resource that has another one says so
PLATFORM = "MIT OpenCourseWare"
DATA = "data.json"
_COURSE = re.compile(r"/courses/(?P<slug>[^/?#]{1,200})/(?:resources/(?P<resource>[^/?#]{1,200})/)?")
_DEPTH = 3  # sitemaps in one another


def start(address: str, options: Mapping[str, str], since: str | None) -> tuple[Request, ...]:
    """The courses that the option names; else the one course of the address; else the site's sitemap."""
    named = [line.strip().removeprefix(query.rooted(address, "")).strip("/") for line in options.get("courses", "").splitlines()]
    named = [line for line in named if line]
    if named:
        paths = [path if path.startswith("courses/") else f"courses/{path}" for path in named]
        return tuple(_data(query.rooted(address, f"/{path}/")) for path in dict.fromkeys(paths))
    if _COURSE.search(f"{urlsplit(address).path.removesuffix(DATA).rstrip('/')}/") and not address.endswith(".xml"):
        return (_data(address.removesuffix(DATA)),)
    place = address if urlsplit(address).path.endswith((".xml", ".xml.gz")) else query.rooted(address, "/sitemap.xml")
    return (Request(url=place, step="sitemap", robots=True, context={"depth": "0"}),)


def _data(page: str, version: str = "") -> Request:
    parts = urlsplit(page)
    place = query.rooted(page, f"{parts.path.rstrip('/')}/{DATA}")
    return Request(url=place, step="data", headers={"Accept": listing.MEDIA_TYPE}, crawl=True, version=version)


def parse(request: Request, response: Response, options: Mapping[str, str]) -> Page:
    """A sitemap, or one data.json."""
    if request.step == "sitemap":
        return _sitemap(request, response, options)
    value = listing.value(response)
    if not isinstance(value, dict):
        raise listing.refuse(response, "data.json of a course", "Give the site's address, or that of a course.")
    return Page(items=listing.items([value], response, read, options))


def _sitemap(request: Request, response: Response, options: Mapping[str, str]) -> Page:
    """A damaged one is refused whole: a course whose entry is lost would look as if it had gone."""
    body = sitemap.unpacked(response.body)
    document = xml.parse(body, response.media_type, response.charset, url=response.url, expected="a sitemap")
    found = [entry for entry in sitemap.entries(document, response.url) if isinstance(entry, sitemap.Entry)]
    return Page(follow=tuple(_follow(found, request, resources=options.get("resources") == "yes")))


def _follow(entries: list[sitemap.Entry], request: Request, *, resources: bool) -> Iterator[Request]:
    """Each course has a sitemap of its own, whose address tells the course's: it is asked only for the resources in it."""
    depth = int(request.context.get("depth", "0")) + 1
    seen: set[str] = set()
    for entry in entries:
        known = _COURSE.search(urlsplit(entry.url).path)
        if known is None or (entry.sitemap and resources):
            if entry.sitemap and depth <= _DEPTH:
                yield Request(url=entry.url, step="sitemap", robots=True, context={"depth": str(depth)})
            continue
        page = query.rooted(entry.url, f"/courses/{known['slug']}/")
        exact = entry.sitemap or urlsplit(entry.url).path.rstrip("/") == urlsplit(page).path.rstrip("/")
        if page not in seen:
            seen.add(page)
            yield _data(page, (entry.lastmod or "") if exact else "")
        if resources and known["resource"]:
            yield _data(query.rooted(entry.url, known[0]), entry.lastmod or "")


def _entry(entry: Object, raw: Raw, options: Mapping[str, str]) -> Item:
    if "course_title" in entry:
        return _course(entry, raw, options)
    if "from_semester" in entry or entry.get("_classname") == "Course":
        return _older_course(entry, raw, options)
    if "resourcetype" in entry or entry.get("content_type") == "resource":
        return _resource(entry, raw, options)
    raise listing.Unreadable("The data.json tells of no course and of no resource.", identifier=_page(raw))


read = listing.reader(_entry)


def _page(raw: Raw) -> str | None:
    """Where people read what this data.json is about."""
    path = urlsplit(raw.url).path
    return url.absolute(query.rooted(raw.url, path.removesuffix(DATA))) if path.endswith(DATA) else None


def _free(address: str | None) -> tuple[Offering, ...]:
    """A course of OCW is material that is there at any time, for nothing."""
    return (Offering(url=address, pace="self", mode="online", price=Decimal(0)),)


def _licence(said: object, options: Mapping[str, str]) -> tuple[str | None, str | None]:
    known = licence.licence(said) or (None if said else licence.licence(options.get("licence") or LICENCE))
    return known, url.absolute(said) or licence.url(known)


def _course(entry: Object, raw: Raw, options: Mapping[str, str]) -> Record:
    address = _page(raw)
    identifier, title = listing.named(first(entry, "legacy_uid", "site_uid") or address, text.line(entry.get("course_title")))
    topics = [name for path in many(first(entry, "mit_learn_topics", "topics")) for name in many(path)]
    known, where = _licence(first(entry, "license", "course_license"), options)
    return Record(
        identifier=identifier,
        title=title,
        raw=raw,
        datestamp=dates.moment(entry.get("last_modified")),
        url=address,
        resource_type="course",
        description=html.rich(first(entry, "course_description_html", "course_description")),
        languages=language.tags(many(entry.get("language"))),
        agents=tuple(_people(entry)),
        provider=PLATFORM,
        institution="Massachusetts Institute of Technology",
        code=text.line(entry.get("primary_course_number")),
        licence=known,
        licence_url=where,
        free=True,
        offerings=_free(address),
        levels=level.levels(many(entry.get("level"))),
        subjects=text.lines(topics),
        keywords=text.lines(many(entry.get("learning_resource_types"))),
        image=url.absolute(entry.get("image_src"), raw.url),
        published=dates.moment(_year(entry.get("year"))),
        modified=dates.moment(entry.get("last_modified")),
    )


def _older_course(entry: Object, raw: Raw, options: Mapping[str, str]) -> Record:
    """The export of the site that ran on Plone until 2022."""
    changed = dates.moment(first(entry, "modification_date", "last_published_to_production"))
    address = next((found for found in map(url.absolute, (entry.get("unique_identifier"), entry.get("technical_location"))) if found), None)
    identifier, title = listing.named(first(entry, "_uid", "unique_id") or address, text.line(entry.get("title")), changed)
    known, where = _licence(entry.get("license"), options)
    features = [one.get(field) for one in objects(entry.get("category_features")) for field in ("ocw_feature", "ocw_subfeature")]
    return Record(
        identifier=identifier,
        title=title,
        raw=raw,
        datestamp=changed,
        url=address,
        resource_type="course",
        description=html.rich(entry.get("description")),
        languages=language.tags(many(entry.get("language"))),
        agents=tuple(_people(entry)),
        provider=PLATFORM,
        institution="Massachusetts Institute of Technology",
        code=text.line(entry.get("master_course_number")),
        licence=known,
        licence_url=where,
        rights=text.line(html.plain(entry.get("rights")), text.SUMMARY),
        free=True,
        offerings=_free(address),
        levels=level.levels(many(entry.get("course_level"))),
        subjects=text.lines(features),
        keywords=text.lines(many(entry.get("subject"))),
        created=dates.moment(entry.get("creation_date")),
        published=dates.moment(_year(entry.get("from_year"))),
        modified=changed,
    )


def _resource(entry: Object, raw: Raw, options: Mapping[str, str]) -> Record:
    address = _page(raw)
    identifier, title = listing.named(first(entry, "uid") or address, text.line(entry.get("title")))
    known, where = _licence(entry.get("license"), options)
    said = [entry.get("resourcetype"), *many(entry.get("learning_resource_types"))]
    return Record(
        identifier=identifier,
        title=title,
        raw=raw,
        url=address,
        resource_type="video" if entry.get("resourcetype") == "Video" else resource_type(said) or "material",
        description=html.rich(first(entry, "description", "content", "body")),
        agents=(),
        provider=PLATFORM,
        institution="Massachusetts Institute of Technology",
        licence=known,
        licence_url=where,
        free=True,
        levels=level.levels(many(entry.get("level"))),
        keywords=text.lines(many(entry.get("learning_resource_types"))),
        audience=text.lines(many(entry.get("audience"))),
        same_as=_film(entry),
    )


def _film(entry: Object) -> tuple[str, ...]:
    name = text.identifier(obj(entry.get("video_metadata")).get("youtube_id"))
    return (f"https://www.youtube.com/watch?v={name}",) if name and re.fullmatch(r"[\w-]{6,20}", name) else ()


def _year(value: object) -> str | None:
    said = text.line(value)
    return said if said and re.fullmatch(r"(?:19|20)\d\d", said) else None


def _people(entry: Object) -> Iterator[Agent]:
    listed = objects(entry.get("instructors"))
    names = (people.whole(one, "first_name", "middle_initial", "last_name") or one.get("title") for one in listed)
    return people.agents(names, "instructor")


def probe(address: str) -> tuple[Request, ...]:
    """A course's own data where the address is one."""
    if not url.belongs(address, "ocw.mit.edu"):
        return ()
    known = _COURSE.search(f"{urlsplit(address).path}/")
    return (_data(query.rooted(address, f"/courses/{known['slug']}/")),) if known else (_root(address),)


def _root(address: str) -> Request:
    return Request(url=query.rooted(address, "/sitemap.xml"), step="sitemap", robots=True)


def recognise(request: Request, response: Response) -> Sighting | None:
    """A course's data.json, or a sitemap at the site."""
    value = obj(listing.glance(response))
    here = "course_title" in value and "primary_course_number" in value
    if not here and not (url.belongs(response.url, "ocw.mit.edu") and _lists_courses(response)):
        return None
    reason = "The page's data.json is that of an OpenCourseWare course." if here else "The site's sitemap lists OpenCourseWare courses."
    return Sighting(address=query.rooted(response.url, "/sitemap.xml"), confidence=0.9, reason=reason, title=PLATFORM)


def _lists_courses(response: Response) -> bool:
    try:
        head = sitemap.unpacked(response.body)[:200_000]
    except SourceError:
        return False
    return b"<loc>" in head and b"/courses/" in head


HARVESTER = Harvester(
    kind="mit-ocw",
    aliases=("ocw",),
    title="MIT OpenCourseWare",
    start=start,
    parse=parse,
    read=read,
    probe=probe,
    recognise=recognise,
    options=(
        Option(
            name="courses",
            label="Courses",
            help="Only these, one a line, as the end of their address: 15-390-new-enterprises-spring-2013",
            form="lines",
        ),
        Option(
            name="resources",
            label="Resources of the courses too",
            help="Videos, problem sets, readings: one request each.",
            default="no",
            form="yes-no",
        ),
        Option(name="licence", label="Licence where a course names none", help="As the site's terms say.", default=LICENCE),
    ),
)
