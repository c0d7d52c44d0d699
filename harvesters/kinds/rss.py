"""Feeds: RSS 2.0 and its relatives, RSS 1.0 (RDF) and Atom (RFC 4287), with Dublin Core, content, iTunes and edX's course elements."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from lxml import etree

from harvesters.clean import dates, duration, feed, html, identifier, language, level, licence, money, text, url, workload, xml
from harvesters.clean.resource_type import resource_type
from harvesters.errors import SourceError
from harvesters.protocol import Harvester, Option, Page, Request, Response
from harvesters.record import Agent, Failure, Item, Offering, Raw, Record, Withdrawn
from harvesters.sightings import rss as sighting

MEDIA_TYPE = "application/xml"
_NAMESPACES = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in (
    ("dc", "http://purl.org/dc/elements/1.1/"), ("dcterms", "http://purl.org/dc/terms/"), ("content", "http://purl.org/rss/1.0/modules/content/"),
    ("atom", "http://www.w3.org/2005/Atom"), ("itunes", "http://www.itunes.com/dtds/podcast-1.0.dtd"), ("media", "http://search.yahoo.com/mrss/"),
    ("slash", "http://purl.org/rss/1.0/modules/slash/"), ("wfw", "http://wellformedweb.org/CommentAPI/"), ("sy", "http://purl.org/rss/1.0/modules/syndication/"),
    ("course", "https://www.edx.org/api/course/elements/1.0/"), ("staff", "https://www.edx.org/api/staff/elements/1.0/"),
    ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"), ("yt", "http://www.youtube.com/xml/schemas/2015"),
    ("cc", "http://cyber.law.harvard.edu/rss/creativeCommonsRssModule.html"), ("creativeCommons", "http://backend.userland.com/creativeCommonsRssModule"),
    ("georss", "http://www.georss.org/georss"), ("geo", "http://www.w3.org/2003/01/geo/wgs84_pos#"),
))  # fmt: skip
SHAPE = feed.shape(_NAMESPACES)
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
DC = "{http://purl.org/dc/elements/1.1/}"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_GONE = "deleted-entry"
_CHANNEL = "harvested-channel"  # attributes on a payload: what an item has from its channel
_SIGNATURE = re.compile(r"<p>The post <a\s[^<>]{0,600}>[^<>]{0,600}</a> appeared first on <a\s[^<>]{0,600}>[^<>]{0,300}</a>\.?</p>")
_COURSE = "course/elements"  # in edX's namespace


def start(address: str, options: Mapping[str, str], since: str | None) -> tuple[Request, ...]:
    accept = "application/rss+xml, application/atom+xml, application/rdf+xml;q=0.9, application/xml;q=0.8, */*;q=0.5"
    return (Request(url=address, step="page", headers={"Accept": accept}),)


def parse(request: Request, response: Response, options: Mapping[str, str]) -> Page:
    """One feed document, and the next one where the feed says so (atom:link rel=next, RFC 5005)."""
    document = xml.parse(response.body, response.media_type, response.charset, shape=SHAPE, url=response.url, expected="a feed")
    root = document.root
    name = xml.local(root)
    if name not in ("rss", "feed", "RDF", "channel"):
        raise SourceError(
            f"The answer from {response.url} is XML, but no feed: its root is <{name}>.",
            advice="Look for the feed's own address on the site.",
        )
    channel = next((child for child in root if xml.local(child) == "channel"), root)
    inherited = _inherited(channel)
    holders = (root,) if channel is root else (root, channel)  # RSS 1.0 has its items beside the channel
    pieces = (
        document.pieces
        if document.pieces is not None
        else [child for holder in holders for child in holder if xml.local(child) in ("item", "entry")]
    )
    items = tuple(_piece(piece, inherited, response.url, options) for piece in pieces)
    items += tuple(_gone(node, Raw(xml.source(node), MEDIA_TYPE, response.url)) for node in channel if xml.local(node) == _GONE)
    return Page(items=items, follow=tuple(_next(channel, request, response)))


def _inherited(channel: etree._Element) -> dict[str, str]:
    """What the channel says for all its items."""
    found: dict[str, str | None] = {
        "language": text.line(xml.content(feed.child_of(channel, "language")) or channel.get("{http://www.w3.org/XML/1998/namespace}lang")),
        "rights": text.line(xml.content(feed.child_of(channel, "copyright", "rights"))),
        "base": channel.get(feed.BASE),
    }
    return {key: value for key, value in found.items() if value}


def _next(channel: etree._Element, request: Request, response: Response) -> Iterator[Request]:
    for link in channel.iterchildren(f"{feed.ATOM}link"):
        if link.get("rel") == "next":
            address = url.absolute(link.get("href"), response.url)
            if address:
                address = url.same_scheme(address, response.url)
                if address not in (request.url, response.url):
                    yield Request(url=address, step="page", headers=request.headers)
                return


def _piece(piece: etree._Element | xml.Broken, inherited: Mapping[str, str], where: str, options: Mapping[str, str]) -> Item:
    if isinstance(piece, xml.Broken):
        return _broken(piece, Raw(piece.body, MEDIA_TYPE, where))
    for key, value in inherited.items():
        piece.set(f"{_CHANNEL}-{key}", value)
    return _item(piece, Raw(xml.source(piece), MEDIA_TYPE, where), options)


def _broken(piece: xml.Broken, raw: Raw) -> Failure:
    named = re.search(rb"<(?:guid|id|link)(?:\s[^<>]{0,200})?>([^<>]{1,1000})<", piece.body)
    return Failure(
        reason=f"The item is not well-formed XML: {piece.reason}.",
        raw=raw,
        identifier=text.identifier(named[1].decode("utf-8", "replace")) if named else None,
        advice="Ask the feed's owner to mend the item.",
    )


def read(raw: Raw, options: Mapping[str, str]) -> Item:
    """One stored <item> or <entry>."""
    try:
        return _item(xml.element(raw.body), raw, options)
    except ValueError:
        piece = xml.read_piece(raw.body, _NAMESPACES)
    return _broken(piece, raw) if isinstance(piece, xml.Broken) else _item(piece, raw, options)


def _gone(node: etree._Element, raw: Raw) -> Item:
    """An entry that was deleted (RFC 6721, section 3)."""
    name, when = text.identifier(node.get("ref")), dates.moment(node.get("when"))
    if name is None:
        return Failure(reason="The deleted entry has no ref.", raw=raw, datestamp=when)
    return Withdrawn(identifier=name, datestamp=when, raw=raw)


def _item(item: etree._Element, raw: Raw, options: Mapping[str, str]) -> Item:
    if xml.local(item) == _GONE:
        return _gone(item, raw)
    base = feed.base(raw.url, item.get(f"{_CHANNEL}-base"), item.get(feed.BASE))
    link = _link(item, base)
    guid = feed.said(item, "guid", "id")
    name = text.identifier(guid) or text.identifier(item.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about")) or link
    title = html.plain(feed.markup(feed.child_of(item, "title")), text.TITLE)
    changed = feed.date(item, "updated", "modified") or feed.date(item, "pubDate", "published", "date")
    if title is None:
        return Failure(reason="The item has no title.", raw=raw, identifier=name, datestamp=changed)
    if name is None:
        return Failure(reason="The item has no guid and no link.", raw=raw, datestamp=changed, advice="An item needs one of the two.")
    permanent = item.find("guid")
    if link is None and guid and (permanent is None or permanent.get("isPermaLink", "true") != "false"):
        link = url.absolute(guid)
    return _record(item, name, title, link, changed, raw, options)


def _record(
    item: etree._Element, name: str, title: str, link: str | None, changed: datetime | None, raw: Raw, options: Mapping[str, str]
) -> Record:
    course = {xml.local(child): child for child in item if isinstance(child.tag, str) and _COURSE in child.tag}
    whole, short = _bodies(item, course)
    rights = [
        *feed.every(item, "rights", "license", "copyright"),
        *(node.get("href") or "" for node in item.iterchildren(f"{feed.ATOM}link") if node.get("rel") == "license"),
        *(node.get(f"{RDF}resource") or "" for node in item if xml.local(node) == "license" and node.get(f"{RDF}resource")),
    ]
    inherited = item.get(f"{_CHANNEL}-rights")
    known = next((found for found in map(licence.licence, (*rights, inherited)) if found), None)
    load = workload.workload(_course(course, "effort"), weekly=True)
    return Record(
        identifier=name,
        title=title,
        raw=raw,
        datestamp=changed,
        url=link,
        resource_type="course" if course else resource_type([options.get("type"), *feed.every(item, "type")]) or feed.medium(item),
        summary=html.plain(short, text.SUMMARY),
        description=html.rich(whole),
        languages=language.tags(feed.every(item, "language") or [item.get(feed.LANG) or item.get(f"{_CHANNEL}-language")]),
        agents=tuple(_agents(item, course)),
        institution=text.line(_course(course, "school")),
        code=text.line(_course(course, "code")),
        identifiers=identifier.identifiers([*feed.every(item, "identifier", "doi"), name]),
        licence=known,
        licence_url=next((found for found in map(url.absolute, rights) if found), None) or licence.url(known),
        rights=text.line(" ".join(rights) or inherited, text.SUMMARY),
        offerings=_offerings(course, link) or _dated(item),
        duration=duration.duration(_course(course, "length") or _itunes(item, "duration"), "weeks" if course else "seconds"),
        workload_min=load.min,
        workload_max=load.max,
        levels=level.levels([_course(course, "level")]),
        subjects=text.lines(
            xml.content(child) for child in item if isinstance(child.tag, str) and _COURSE in child.tag and xml.local(child) == "subject"
        ),
        keywords=_keywords(item),
        prerequisites=text.lines([html.plain(_course(course, "prerequisites"))]),
        image=_image(item, course, feed.base(raw.url, item.get(f"{_CHANNEL}-base"), item.get(feed.BASE))),
        published=feed.date(item, "published", "pubDate", "date"),
        modified=feed.date(item, "updated", "modified"),
    )


def _bodies(item: etree._Element, course: Mapping[str, etree._Element]) -> tuple[str | None, str | None]:
    """The long text and the short one, as HTML."""
    subtitle = xml.content(course.get("subtitle"))
    long = _body(xml.content(item.find(CONTENT)) or feed.markup(feed.own(item, "content")))
    short = _body(feed.markup(feed.own(item, "description", "summary")) or feed.said(item, "description", "summary") or feed.of_media(item))
    return long or short, subtitle or (short if long else None)


def _body(written: str | None) -> str | None:
    """Without the line that WordPress puts under everything."""
    return _SIGNATURE.sub("", written) if written and "appeared first on" in written else written


def _course(course: Mapping[str, etree._Element], name: str) -> str | None:
    return (xml.content(course.get(name)) or "").strip() or None


def _itunes(item: etree._Element, name: str) -> str | None:
    return next((xml.content(child) for child in item if xml.local(child) == name and "itunes" in str(child.tag)), None)


def _link(item: etree._Element, base: str) -> str | None:
    """Atom's alternate link, RSS's link, the enclosure of an episode without a page."""
    for link in item.iterchildren(f"{feed.ATOM}link"):
        if link.get("rel", "alternate") == "alternate" and link.get("href"):
            return url.absolute(link.get("href"), base)
    for link in item:
        if xml.local(link) == "link" and (link.text or "").strip():
            return url.absolute(link.text, base)
    enclosure = item.find("enclosure")
    return url.absolute(enclosure.get("url"), base) if enclosure is not None else None


def _agents(item: etree._Element, course: Mapping[str, etree._Element]) -> Iterator[Agent]:
    seen: set[str] = set()
    people = [
        ("instructor", node) for node in (course["instructors"].iter() if "instructors" in course else ()) if xml.local(node) == "name"
    ]
    people += [("creator", child) for child in item if xml.local(child) in ("creator", "author")]
    people += [(role, child) for role in ("contributor", "publisher") for child in item if xml.local(child) == role]
    for role, node in people[: text.LIST]:
        inner = next((child for child in node if xml.local(child) == "name"), node)
        name = text.line(feed.person(xml.content(inner) or ""))
        if name and name not in seen:
            seen.add(name)
            yield Agent(name=name, role=role, organisation=False if role == "instructor" else None)


def _keywords(item: etree._Element) -> tuple[str, ...]:
    words = [child.get("label") or child.get("term") or xml.content(child) for child in item if xml.local(child) == "category"]
    listed = [part for child in item if xml.local(child) == "keywords" for part in text.split(xml.content(child), ",;，；、")]
    return text.lines(
        [*words, *feed.every(item, "subject")] if not any(_COURSE in str(child.tag) for child in item) else words
    ) or text.lines(listed)


def _offerings(course: Mapping[str, etree._Element], link: str | None) -> tuple[Offering, ...]:
    if not course:
        return ()
    paced = _course(course, "self_paced")
    price = money.money(_course(course, "price"))
    return (
        Offering(
            identifier=text.identifier(_course(course, "id")),
            url=link,
            start=dates.moment(_course(course, "start")),
            end=dates.moment(_course(course, "end")),
            pace="self" if paced in ("1", "true") else "instructor" if paced in ("0", "false") else None,
            mode="online",
            price=price.amount if price else None,
            currency=price.currency if price else None,
            certificate=True if _course(course, "verified") == "1" else None,
        ),
    )


def _dated(item: etree._Element) -> tuple[Offering, ...]:
    """Feeds of events and courses that add elements for their dates."""
    begin, end = feed.date(item, "courseDate", "startDate", "startdate"), feed.date(item, "courseEndDate", "endDate", "enddate")
    return (Offering(start=begin, end=end),) if begin or end else ()


def _image(item: etree._Element, course: Mapping[str, etree._Element], base: str) -> str | None:
    for name in ("image-banner", "image-thumbnail"):
        if _course(course, name):
            return url.absolute(_course(course, name), base)
    for node in item.iter(etree.Element):
        name = xml.local(node)
        if (
            name == "thumbnail"
            or (name == "image" and node.get("href"))
            or (name in ("content", "enclosure") and (node.get("type") or node.get("medium") or "").startswith("image"))
        ):
            found = url.absolute(node.get("url") or node.get("href"), base)
            if found:
                return found
    return None


HARVESTER = Harvester(
    kind="rss",
    aliases=("atom", "feed", "rss-atom"),
    title="RSS or Atom feed",
    start=start,
    parse=parse,
    read=read,
    recognise=sighting.recognise,
    lists_all=False,
    options=(Option(name="type", label="Type", help="What the items are where the feed does not say: course, video, podcast, article …"),),
)
