"""Is an address a feed, or a page that names one?"""

from __future__ import annotations

from harvesters.clean import charset, feed, json, selectors, text, url, xml
from harvesters.errors import SourceError
from harvesters.protocol import Request, Response, Sighting

_ROOTS = {"rss": "RSS", "feed": "Atom", "RDF": "RSS 1.0"}
_LINK = "link[rel~=alternate][type='application/rss+xml'], link[rel~=alternate][type='application/atom+xml']"


def recognise(request: Request, response: Response) -> Sighting | None:
    """The feed itself; of a page the first feed that it names."""
    words = charset.decode(response.body[:200_000], response.media_type, response.charset)
    if json.looks_like_html(words) is not None:
        return _named(words, response)
    if not any(f"<{root}" in words[:5_000] or f":{root}" in words[:5_000] for root in _ROOTS):
        return None
    try:
        root = xml.parse(response.body, response.media_type, response.charset, shape=feed.shape(), expected="a feed").root
    except SourceError:
        return None
    kind = _ROOTS.get(xml.local(root))
    if kind is None or (kind == "RSS 1.0" and not any(xml.local(child) in ("channel", "item") for child in root)):
        return None
    channel = next((child for child in root if xml.local(child) == "channel"), root)
    title = next((xml.content(child) for child in channel if xml.local(child) == "title"), None)
    return Sighting(address=request.url, confidence=0.95, reason=f"The answer is a feed ({kind}).", title=text.line(title, 200) or "")


def _named(words: str, response: Response) -> Sighting | None:
    root = selectors.tree(words)
    (place,) = selectors.compiled(_LINK, placed=False)
    for node in selectors.find(root, place.chains, 5):
        address = url.absolute(str(node.get("href") or ""), response.url)
        if address:
            title = text.line(str(node.get("title") or ""), 200) or ""
            return Sighting(
                address=address, confidence=0.5, reason="The page names a feed, which holds the latest entries only.", title=title
            )
    return None
