"""Is an address a file of learning object metadata?"""

from __future__ import annotations

from harvesters.clean import lom, text, xml
from harvesters.errors import SourceError
from harvesters.protocol import Request, Response, Sighting


def recognise(request: Request, response: Response) -> Sighting | None:
    """A manifest or a lom whose categories are there."""
    if b"manifest" not in response.body[:4_000] and b"lom" not in response.body[:4_000]:
        return None
    try:
        root = xml.parse(response.body, response.media_type, response.charset, expected="LOM").root
    except SourceError:
        return None
    found = lom.holder(root) if xml.local(root) in ("manifest", "lom") else None
    if found is None:
        return None
    titles = [xml.content(node) for node in found.iter() if xml.local(node) == "title"]
    title = text.line(titles[0] if titles else None, 200) or ""
    return Sighting(address=request.url, confidence=0.95, reason="The answer is learning object metadata.", title=title)
