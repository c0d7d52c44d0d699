"""YouTube without a key: the Atom feed of a channel or a playlist, which holds the fifteen latest videos."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from harvesters.clean import feed, html, text, url, xml, youtube
from harvesters.errors import SourceError
from harvesters.protocol import Harvester, Option, Page, Request, Response, Sighting
from harvesters.record import Agent, Failure, Item, Raw, Record

MEDIA_TYPE = "application/xml"
FEED = "https://www.youtube.com/feeds/videos.xml"
YT = "{http://www.youtube.com/xml/schemas/2015}"
MEDIA = "{http://search.yahoo.com/mrss/}"
_ADVICE = (
    "Give the address of a channel (https://www.youtube.com/channel/UC…) or of a playlist (https://www.youtube.com/playlist?list=PL…)."
)


def start(address: str, options: Mapping[str, str], since: str | None) -> tuple[Request, ...]:
    """The feed of what the options, or else the address, name; a page that tells no number is asked for it first."""
    named = youtube.place(options.get("playlist_id") or options.get("channel_id") or address)
    if named.playlist:
        return (_feed(f"{FEED}?playlist_id={named.playlist}"),)
    if named.channel:
        return (_feed(f"{FEED}?channel_id={named.channel}"),)
    if not (named.handle or named.user):
        return (_feed(address),)
    return (Request(url=address, step="page", crawl=True, headers={"Accept": "text/html"}),)


def _feed(address: str) -> Request:
    return Request(url=address, step="feed", headers={"Accept": "application/atom+xml, application/xml;q=0.9, */*;q=0.5"})


def parse(request: Request, response: Response, options: Mapping[str, str]) -> Page:
    """The feed; or the page of a channel, which leads to it."""
    if request.step == "page" and b"<feed" not in response.body[:2_000]:
        channel = youtube.channel_in(response.body)
        if channel is None:
            raise SourceError(f"The page at {response.url} does not tell which channel it is.", advice=_ADVICE)
        return Page(follow=(_feed(f"{FEED}?channel_id={channel}"),))
    document = xml.parse(response.body, response.media_type, response.charset, url=response.url, expected="a feed of videos")
    if xml.local(document.root) != "feed":
        raise SourceError(f"The answer from {response.url} is XML, but no feed of YouTube.", advice=_ADVICE)
    entries = document.root.iterchildren(f"{feed.ATOM}entry")
    return Page(items=tuple(read(Raw(xml.source(entry), MEDIA_TYPE, response.url), options) for entry in entries))


def read(raw: Raw, options: Mapping[str, str]) -> Item:
    """One stored <entry>."""
    try:
        entry = xml.element(raw.body)
    except ValueError as error:
        return Failure(reason=f"The entry is not well-formed XML: {error}.", raw=raw)
    name = text.identifier(xml.content(entry.find(f"{YT}videoId")))
    changed = feed.date(entry, "updated") or feed.date(entry, "published")
    title = text.line(xml.content(entry.find(f"{feed.ATOM}title")))
    if name is None:
        return Failure(reason="The entry has no yt:videoId.", raw=raw, datestamp=changed)
    if title is None:
        return Failure(reason="The video has no title.", raw=raw, identifier=name, datestamp=changed)
    return _record(entry, name, title, raw)


def _record(entry: etree._Element, name: str, title: str, raw: Raw) -> Record:
    author = entry.find(f"{feed.ATOM}author")
    channel = text.line(xml.content(author.find(f"{feed.ATOM}name"))) if author is not None else None
    home = url.absolute(xml.content(author.find(f"{feed.ATOM}uri"))) if author is not None else None
    links = (link.get("href") for link in entry.iterchildren(f"{feed.ATOM}link") if link.get("rel", "alternate") == "alternate")
    picture = next(entry.iter(f"{MEDIA}thumbnail"), None)
    return Record(
        identifier=name,
        title=title,
        raw=raw,
        datestamp=feed.date(entry, "updated") or feed.date(entry, "published"),
        url=next((found for found in map(url.absolute, links) if found), None) or youtube.watch(name),
        resource_type="video",
        description=html.rich(feed.of_media(entry)),
        agents=(Agent(name=channel, url=home),) if channel else (),
        provider="YouTube",
        institution=channel,
        free=True,
        image=url.absolute(picture.get("url")) if picture is not None else None,
        published=feed.date(entry, "published"),
        modified=feed.date(entry, "updated"),
    )


def probe(address: str) -> tuple[Request, ...]:
    named = youtube.place(address)
    return start(address, {}, None) if named.channel or named.playlist else ()


def recognise(request: Request, response: Response) -> Sighting | None:
    """A feed of videos, or the page of a channel."""
    head = response.body[:4_000]
    if b"http://www.youtube.com/xml/schemas/2015" in head and b"<feed" in head:
        try:
            document = xml.parse(response.body, response.media_type, response.charset)
        except SourceError:
            return None
        title = text.line(xml.content(document.root.find(f"{feed.ATOM}title"))) or ""
        return Sighting(address=response.url, confidence=0.95, reason="It is YouTube's feed of a channel or playlist.", title=title)
    channel = youtube.channel_in(response.body[:2_000_000]) if url.belongs(response.url, "youtube.com") else None
    if channel is None:
        return None
    return Sighting(address=f"{FEED}?channel_id={channel}", confidence=0.8, reason="The page belongs to a channel of YouTube.")


HARVESTER = Harvester(
    kind="youtube",
    title="YouTube: latest videos",
    start=start,
    parse=parse,
    read=read,
    probe=probe,
    recognise=recognise,
    lists_all=False,
    options=(
        Option(name="channel_id", label="Channel", help="Where the address does not name it: UC and 22 more characters."),
        Option(name="playlist_id", label="Playlist", help="Only this playlist: PL and more characters."),
    ),
)
