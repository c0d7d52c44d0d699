"""YouTube's feeds, and its Data API."""

from datetime import UTC, datetime

import pytest

from harvesters.clean import query
from harvesters.errors import ProtocolError, SourceError
from harvesters.hops import HARMLESS
from harvesters.kinds import youtube, youtube_api
from harvesters.protocol import Request, Response
from harvesters.record import Failure, Withdrawn

CHANNEL, UPLOADS = "UCabcdefghijklmnopqrstuv", "UUabcdefghijklmnopqrstuv"
PLAYLIST = "PLabcdefghijklmnop"
SITE = "https://www.youtube.com"
FEED = f"{SITE}/feeds/videos.xml"
KEY = "AIza-very-secret"


@pytest.mark.parametrize(
    ("address", "options", "asked"),
    [
        (f"{SITE}/channel/{CHANNEL}/videos", {}, f"{FEED}?channel_id={CHANNEL}"),
        (f"{SITE}/playlist?list={PLAYLIST}&si=x", {}, f"{FEED}?playlist_id={PLAYLIST}"),
        (f"https://youtu.be/aB3-_dEfGh1?list={PLAYLIST}", {}, f"{FEED}?playlist_id={PLAYLIST}"),
        (f"{FEED}?channel_id={CHANNEL}", {}, f"{FEED}?channel_id={CHANNEL}"),
        (SITE, {"playlist_id": PLAYLIST, "channel_id": CHANNEL}, f"{FEED}?playlist_id={PLAYLIST}"),
        (SITE, {"channel_id": CHANNEL}, f"{FEED}?channel_id={CHANNEL}"),
        (f"{SITE}/@OpenShop", {}, f"{SITE}/@OpenShop"),
        ("https://mirror.example.org/feed.xml", {}, "https://mirror.example.org/feed.xml"),
    ],
)
def test_what_a_pasted_address_means(address, options, asked):
    (first,) = youtube.start(address, options, None)
    assert first.url == asked
    assert first.crawl is ("@" in asked)


def test_a_page_of_a_channel_leads_to_its_feed(ask):
    body = f'<html><link rel="alternate" type="application/rss+xml" href="{FEED}?channel_id={CHANNEL}"></html>'
    page = ask("youtube", body, url=f"{SITE}/@OpenShop", step="page")
    assert [(request.url, request.step) for request in page.follow] == [(f"{FEED}?channel_id={CHANNEL}", "feed")]
    with pytest.raises(SourceError, match="does not tell which channel"):
        ask("youtube", "<html>Before you continue</html>", step="page")


def test_a_feed(ask, own_samples):
    video, untitled, nameless = ask("youtube", (own_samples / "youtube" / "feed.xml").read_bytes(), url=FEED, step="feed").items
    assert (video.identifier, video.title, video.url) == ("aB3-_dEfGh1", "Prices & carts", f"{SITE}/watch?v=aB3-_dEfGh1")
    assert (video.published, video.modified) == (datetime(2026, 1, 10, 12, tzinfo=UTC), datetime(2026, 1, 11, 8, 30, tzinfo=UTC))
    assert video.image == "https://i1.ytimg.com/vi/aB3-_dEfGh1/hqdefault.jpg"
    assert video.description.startswith("<p>How a price is shown.")
    assert (video.institution, video.agents[0].url) == ("Open Shop School", f"{SITE}/channel/{CHANNEL}")
    assert isinstance(untitled, Failure)
    assert untitled.identifier == "zzzzzzzzzzz"
    assert isinstance(nameless, Failure)
    with pytest.raises(SourceError, match="no feed of YouTube"):
        ask("youtube", "<rss/>", step="feed")


def test_a_feed_shows_the_latest_and_the_api_all():
    assert (youtube.HARVESTER.lists_all, youtube_api.HARVESTER.lists_all) == (False, True)


def test_it_is_recognised(own_samples):
    feed = Response(url=f"{FEED}?channel_id={CHANNEL}", body=(own_samples / "youtube" / "feed.xml").read_bytes())
    seen = youtube.recognise(Request(url=feed.url), feed)
    assert seen is not None
    assert (seen.title, seen.address) == ("Open Shop School", feed.url)
    page = Response(url=f"{SITE}/@OpenShop", body=f'{{"externalId":"{CHANNEL}"}}'.encode())
    seen = youtube.recognise(Request(url=page.url), page)
    assert seen is not None
    assert seen.address == f"{FEED}?channel_id={CHANNEL}"
    assert youtube.recognise(Request(url=SITE), Response(url="https://e.org/", body=page.body)) is None
    assert youtube.probe(f"{SITE}/@OpenShop") == ()


@pytest.mark.parametrize(
    ("address", "options", "path", "named"),
    [
        (f"{SITE}/channel/{CHANNEL}", {}, "channels", ("id", CHANNEL)),
        (f"{SITE}/@OpenShop", {}, "channels", ("forHandle", "@OpenShop")),
        (f"{SITE}/user/openshop", {}, "channels", ("forUsername", "openshop")),
        (f"{SITE}/playlist?list={PLAYLIST}", {}, "playlistItems", ("playlistId", PLAYLIST)),
        (SITE, {"channel_id": CHANNEL}, "channels", ("id", CHANNEL)),
    ],
)
def test_the_api_is_asked_with_the_key_in_a_header(address, options, path, named):
    (first,) = youtube_api.start(address, {"key": KEY, **options}, None)
    assert first.url.partition("?")[0] == f"https://www.googleapis.com/youtube/v3/{path}"
    assert query.parameters(first.url)[named[0]] == named[1]
    assert KEY not in first.url
    secrets = {name.lower() for name, value in first.headers.items() if value == KEY}
    assert secrets
    assert not secrets & HARMLESS


def test_a_channel_leads_to_its_uploads_and_these_to_their_videos(ask, own_samples):
    api = "https://www.googleapis.com/youtube/v3"
    folder, options = own_samples / "youtube_api", {"key": KEY}
    (items,) = ask("youtube-api", (folder / "channel.json").read_bytes(), url=f"{api}/channels", step="channel", options=options).follow
    assert query.parameters(items.url) == {"part": "contentDetails", "maxResults": "50", "playlistId": UPLOADS}
    body = (folder / "playlist.json").read_bytes()
    videos, more = ask("youtube-api", body, url=items.url, step="list", context=items.context, options=options).follow
    assert query.parameters(videos.url)["id"] == "aB3-_dEfGh1,bB3-_dEfGh2"
    assert (query.parameters(more.url)["pageToken"], query.parameters(more.url)["playlistId"]) == ("EAAaBlBUOkNBVQ", UPLOADS)
    assert KEY in more.headers.values()
    video, hidden = ask("youtube-api", (folder / "videos.json").read_bytes(), url=videos.url, step="videos", options=options).items
    assert (video.duration, video.languages, video.licence, video.keywords) == ("PT1H2M3S", ("en",), "CC-BY", ("price", "cart"))
    assert (video.url, video.image) == (f"{SITE}/watch?v=aB3-_dEfGh1", "https://i.ytimg.com/vi/aB3-_dEfGh1/hqdefault.jpg")
    assert isinstance(hidden, Withdrawn)
    assert KEY.encode() not in video.raw.body
    assert KEY not in video.raw.url


def test_what_the_api_says_no_with(ask):
    body = f'{{"error": {{"code": 400, "message": "API key {KEY} not valid.", "errors": [{{"reason": "badRequest"}}]}}}}'
    with pytest.raises(ProtocolError, match=r"API key \.\.\. not valid") as caught:
        ask("youtube-api", body, step="list", options={"key": KEY})
    assert KEY not in str(caught.value)
    with pytest.raises(SourceError, match="no such channel"):
        ask("youtube-api", '{"items": []}', step="channel")
    with pytest.raises(SourceError, match="no list of videos"):
        ask("youtube-api", "{}", step="videos")
