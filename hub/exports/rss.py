"""RSS 2.0 (https://www.rssboard.org/rss-specification): the same feed as `atom` writes, for readers that know no other."""

from __future__ import annotations

from email.utils import format_datetime

from lxml import etree

from hub.exports.atom import NAMESPACE, NOT_XML, Entry, Feed
from hub.exports.phrases import moment

MEDIA_TYPE = "application/rss+xml"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"


def write(feed: Feed) -> bytes:
    """The document, in UTF-8. Characters that XML cannot have are left out."""
    root = etree.Element("rss", version="2.0", nsmap={"atom": NAMESPACE, "dc": DUBLIN_CORE})
    channel = etree.SubElement(root, "channel")
    _text(channel, "title", feed.title)
    _text(channel, "link", feed.link)
    _text(channel, "description", feed.title)  # demanded; a feed has no other words of its own
    if feed.language:
        _text(channel, "language", feed.language)
    _text(channel, "lastBuildDate", format_datetime(feed.updated))
    etree.SubElement(channel, f"{{{NAMESPACE}}}link", rel="self", href=NOT_XML.sub("", feed.own_link), type=MEDIA_TYPE)
    for entry in feed.entries:
        _item(channel, entry)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _item(channel: etree._Element, entry: Entry) -> None:
    made = etree.SubElement(channel, "item")
    _text(made, "title", entry.title)
    _text(made, "link", entry.link)
    etree.SubElement(made, "guid", isPermaLink="false").text = NOT_XML.sub("", entry.id)
    _text(made, "pubDate", format_datetime(entry.published or entry.updated))
    if entry.published:  # RSS has no word for a change: Atom's is known to readers
        _text(made, f"{{{NAMESPACE}}}updated", moment(entry.updated.replace(microsecond=0)) or "")
    if entry.author:
        _text(made, f"{{{DUBLIN_CORE}}}creator", entry.author)  # RSS's own `author` is a mail address
    if entry.language:
        _text(made, f"{{{DUBLIN_CORE}}}language", entry.language)
    if entry.summary:
        _text(made, "description", escape(entry.summary))


def escape(text: str) -> str:
    """Plain text as HTML: RSS readers take a description for HTML (Advisory Board's profile, "item description")."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _text(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, name).text = NOT_XML.sub("", text)
