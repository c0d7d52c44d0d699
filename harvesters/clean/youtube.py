"""YouTube's addresses -> the channel or playlist that they name."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

from harvesters.clean import query, url

CHANNEL = re.compile(r"UC[\w-]{22}")
PLAYLIST = re.compile(r"(?:PL|UU|FL|OL|LL|RD|EC)[\w-]{10,60}")
_HANDLE = re.compile(r"@[\w.·-]{1,60}")
HOSTS = ("youtube.com", "youtu.be", "youtube-nocookie.com")
_MARKS = (
    re.compile(rb"feeds/videos\.xml\?channel_id=(UC[\w-]{22})"),
    re.compile(rb'"(?:externalId|channelId)":\s?"(UC[\w-]{22})"'),
    re.compile(rb'itemprop="(?:channelId|identifier)" content="(UC[\w-]{22})"'),
)


class Place(NamedTuple):
    """What an address names; all empty when it names no list of videos."""

    channel: str = ""
    playlist: str = ""
    handle: str = ""  # with its @
    user: str = ""  # a name of before 2015


def place(address: str) -> Place:
    """`place("https://www.youtube.com/playlist?list=PL…")`; bare names work as well."""
    written = address.strip()
    if CHANNEL.fullmatch(written):
        return Place(channel=written)
    if PLAYLIST.fullmatch(written):
        return Place(playlist=written)
    if _HANDLE.fullmatch(written):
        return Place(handle=written)
    if not url.belongs(written, *HOSTS):
        return Place()
    parameters = query.parameters(written)
    for name in ("list", "playlist_id"):
        if PLAYLIST.fullmatch(parameters.get(name, "")):
            return Place(playlist=parameters[name])
    if CHANNEL.fullmatch(parameters.get("channel_id", "")):
        return Place(channel=parameters["channel_id"])
    return _of_path([part for part in unquote(urlsplit(written).path).split("/") if part], parameters.get("user", ""))


def _of_path(parts: list[str], user: str) -> Place:
    if len(parts) > 1 and parts[0] == "channel" and CHANNEL.fullmatch(parts[1]):
        return Place(channel=parts[1])
    if parts and _HANDLE.fullmatch(parts[0]):
        return Place(handle=parts[0])
    if len(parts) > 1 and parts[0] in ("user", "c"):
        return Place(user=quote(parts[1][:100]))
    return Place(user=quote(user[:100]))


def channel_in(body: bytes) -> str | None:
    """The channel that a page of YouTube is about."""
    for mark in _MARKS:
        found = mark.search(body)
        if found:
            return found[1].decode()
    return None


def watch(video: str) -> str | None:
    """Where a video is seen."""
    return f"https://www.youtube.com/watch?v={video}" if re.fullmatch(r"[\w-]{6,20}", video) else None
