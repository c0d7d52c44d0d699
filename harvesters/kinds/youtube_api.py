"""YouTube with a key (Data API v3): every video of a channel or a playlist, with its length, language and licence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from harvesters import listing
from harvesters.clean import dates, duration, html, language, licence, query, text, url, youtube
from harvesters.clean.values import Object, first, many, obj, objects
from harvesters.errors import ProtocolError, SourceError
from harvesters.protocol import Harvester, Option, Page, Request, Response
from harvesters.record import Agent, Item, Raw, Record, Withdrawn

API = "https://www.googleapis.com/youtube/v3"
KEY = "X-Goog-Api-Key"  # a header: an address with the key in it would be kept with every record
_LICENCES = {"creativecommon": "CC-BY", "youtube": "all-rights-reserved"}
_PICTURES = ("maxres", "standard", "high", "medium", "default")
_ADVICE = "Look at the key and its quota in the Google Cloud console."


def start(address: str, options: Mapping[str, str], since: str | None) -> tuple[Request, ...]:
    """The playlist's first page, or the channel, whose uploads are a playlist. Another host than YouTube's has the interface itself."""
    api = API if url.belongs(address, *youtube.HOSTS) or not url.host(address) else query.rooted(address, urlsplit(API).path)
    named = youtube.place(options.get("playlist_id") or options.get("channel_id") or address)
    if named.playlist:
        return (_playlist(api, named.playlist, options),)
    chosen = {"id": named.channel, "forHandle": named.handle, "forUsername": named.user}
    known = {name: value for name, value in chosen.items() if value}
    return (_ask(f"{api}/channels", {"part": "contentDetails", **(known or {"id": "none"})}, "channel", options),)


def _ask(place: str, parameters: Mapping[str, str], step: str, options: Mapping[str, str]) -> Request:
    asked = listing.ask(place, parameters, step=step)
    return replace(asked, headers={**asked.headers, KEY: options.get("key", "")})


def _playlist(api: str, name: str, options: Mapping[str, str], token: str = "") -> Request:
    wanted = {"part": "contentDetails", "maxResults": "50", "playlistId": name, **({"pageToken": token} if token else {})}
    return replace(_ask(f"{api}/playlistItems", wanted, "list", options), context={"playlist": name})


def parse(request: Request, response: Response, options: Mapping[str, str]) -> Page:
    """A channel, a page of a playlist's items, or the details of its videos."""
    value = obj(listing.value(response))
    if "error" in value:
        raise _refusal(value, options)
    found = value.get("items")
    if not isinstance(found, list) and request.step != "channel":
        raise listing.refuse(response, "list of videos", _ADVICE)
    if request.step == "channel":
        return _channel(value, request, options)
    if request.step == "list":
        return _list(value, request, options)
    return Page(items=listing.items(many(found), response, read, options))


def _refusal(value: Object, options: Mapping[str, str]) -> ProtocolError:
    words = listing.said(value, "error", "error_description") or "an error without words"
    key = options.get("key")
    return ProtocolError(f"YouTube answered: {words.replace(key, '...') if key else words}", advice=_ADVICE)


def _api(request: Request) -> str:
    return request.url.partition("/youtube/v3")[0] + "/youtube/v3"


def _channel(value: Object, request: Request, options: Mapping[str, str]) -> Page:
    details = obj(obj(value.get("items")).get("contentDetails"))
    uploads = text.identifier(obj(details.get("relatedPlaylists")).get("uploads"))
    if uploads is None:
        raise SourceError(
            "YouTube knows no such channel.",
            advice="Give the address of a channel or playlist, or its number in the option channel_id or playlist_id.",
        )
    return Page(follow=(_playlist(_api(request), uploads, options),))


def _list(value: Object, request: Request, options: Mapping[str, str]) -> Page:
    """The items of a playlist name their videos; what a video is has to be asked, fifty at a time."""
    api = _api(request)
    names = text.lines(obj(one.get("contentDetails")).get("videoId") for one in objects(value.get("items")))
    follow = [_ask(f"{api}/videos", {"part": "snippet,contentDetails,status", "id": ",".join(names)}, "videos", options)] if names else []
    token = text.identifier(value.get("nextPageToken"))
    if token:
        follow.append(_playlist(api, request.context.get("playlist", ""), options, token))
    return Page(follow=tuple(follow))


def _entry(entry: Object, raw: Raw, options: Mapping[str, str]) -> Item:
    about, status = obj(entry.get("snippet")), obj(entry.get("status"))
    published = dates.moment(about.get("publishedAt"))
    identifier, title = listing.named(entry.get("id"), text.line(about.get("title")), published)
    if status.get("privacyStatus") == "private":
        return Withdrawn(identifier=identifier, datestamp=published, raw=raw)
    channel = text.line(about.get("channelTitle"))
    home = url.absolute(f"https://www.youtube.com/channel/{about.get('channelId')}") if about.get("channelId") else None
    known = _LICENCES.get(str(status.get("license") or "").lower())
    return Record(
        identifier=identifier,
        title=title,
        raw=raw,
        datestamp=published,
        url=youtube.watch(identifier),
        resource_type="video",
        description=html.rich(about.get("description")),
        languages=language.tags([first(about, "defaultAudioLanguage", "defaultLanguage")]),
        agents=(Agent(name=channel, url=home),) if channel else (),
        provider="YouTube",
        institution=channel,
        licence=known,
        licence_url=licence.url(known),
        rights=text.line(status.get("license")),
        free=True,
        duration=duration.duration(obj(entry.get("contentDetails")).get("duration")),
        keywords=text.lines(many(about.get("tags"))),
        image=_picture(obj(about.get("thumbnails"))),
        published=published,
    )


read = listing.reader(_entry)


def _picture(pictures: Object) -> str | None:
    found = (url.absolute(obj(pictures.get(name)).get("url")) for name in _PICTURES)
    return next((address for address in found if address), None)


HARVESTER = Harvester(
    kind="youtube-api",
    title="YouTube: all videos (with a key)",
    start=start,
    parse=parse,
    read=read,
    answers_errors=True,
    options=(
        Option(name="key", label="API key", help="Of the YouTube Data API v3.", required=True, form="secret"),
        Option(name="channel_id", label="Channel", help="Where the address does not name it: UC and 22 more characters."),
        Option(name="playlist_id", label="Playlist", help="Only this playlist: PL and more characters."),
    ),
)
