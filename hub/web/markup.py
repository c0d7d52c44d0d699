"""Descriptions as they were harvested, made fit for our pages.

They were cleaned when they came in; they are cleaned again here, because a page must be safe whatever the database holds.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import nh3
from markupsafe import Markup

TAGS = {
    "a", "abbr", "b", "blockquote", "br", "code", "dd", "dl", "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "li", "ol", "p",
    "pre", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan", "scope"}}
SCHEMES = {"http", "https", "mailto"}
HEADING = re.compile(r"<h[1-6]>")
HEADING_END = re.compile(r"</h[1-6]>")
WEB = re.compile(r"https?://[^\s/]", re.IGNORECASE)


def description(html: str | None) -> Markup:
    """Safe HTML. Headings become strong paragraphs (the page has its own outline); pictures from elsewhere are left out."""
    clean = nh3.clean(
        html or "", tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener nofollow ugc", strip_comments=True
    )
    clean = HEADING_END.sub("</p>", HEADING.sub('<p class="strong">', clean))
    return Markup(clean)  # noqa: S704 - cleaned two lines above


def web_address(url: str | None) -> str | None:
    """The address when it is one of the web (http, https); anything else is not to be linked."""
    return url if url and WEB.match(url) and not any(c in url for c in "\r\n\t ") else None


def host(url: str) -> str:
    """The host of an address, as a visitor reads it."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


# Pieces of HTML for the placeholders of translated sentences: the text itself is always escaped.


def link(text: str, address: str) -> Markup:
    return Markup('<a href="{}">{}</a>').format(address, text)


def strong(text: str) -> Markup:
    return Markup('<strong class="num">{}</strong>').format(text)


def code(text: str) -> Markup:
    return Markup("<code>{}</code>").format(text)


def key(text: str) -> Markup:
    return Markup("<kbd>{}</kbd>").format(text)


def contact_link(contact: str) -> Markup:
    """An e-mail address or a web page to write to."""
    if web_address(contact):
        return link(contact, contact)
    return link(contact, f"mailto:{contact}") if "@" in contact else Markup.escape(contact)
