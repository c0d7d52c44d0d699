"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/): the same feed as `atom` writes."""

from __future__ import annotations

import json
from typing import Any

from hub.exports.atom import Entry, Feed
from hub.exports.phrases import moment

MEDIA_TYPE = "application/feed+json"
VERSION = "https://jsonfeed.org/version/1.1"


def write(feed: Feed) -> bytes:
    """The document, in UTF-8."""
    found: dict[str, Any] = {
        "version": VERSION,
        "title": feed.title,
        "home_page_url": feed.link,
        "feed_url": feed.own_link,
        "authors": [{"name": feed.author}],
        "items": [item(entry) for entry in feed.entries],
    }
    if feed.language:
        found["language"] = feed.language
    return (json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode()


def item(entry: Entry) -> dict[str, Any]:
    """One item. The text is plain; an item must have one, so the title stands in for it."""
    found: dict[str, Any] = {
        "id": entry.id,
        "url": entry.link,
        "title": entry.title,
        "content_text": entry.summary or entry.title,
        "date_published": moment(entry.published or entry.updated),
    }
    if entry.published:
        found["date_modified"] = moment(entry.updated)
    if entry.author:
        found["authors"] = [{"name": entry.author}]
    if entry.language:
        found["language"] = entry.language
    return found
