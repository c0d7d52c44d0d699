"""Is there an OAI-PMH repository at, or near, an address?"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from harvesters.clean import text, url, xml
from harvesters.errors import SourceError
from harvesters.protocol import Request, Response, Sighting

_ARGUMENTS = {"verb", "metadataprefix", "set", "from", "until", "resumptiontoken", "identifier"}
_PLACES = ("/oai/request", "/oai", "/oai2d", "/oai2", "/oai-pmh", "/cgi/oai2")
_IDENTIFY = "verb=Identify"
_ROOT = re.compile(rb"<(?:[\w.-]{1,40}:)?OAI-PMH[\s>]")


def probe(address: str) -> tuple[Request, ...]:
    """Identify at the address itself, then where repositories usually have it."""
    if url.place(address, "/") is None:
        return ()
    places = [_base(address), *(place for path in _PLACES if (place := url.place(address, path)))]
    return tuple(
        Request(url=f"{place}{'&' if '?' in place else '?'}{_IDENTIFY}", step="probe", optional=True) for place in dict.fromkeys(places)
    )


def _base(address: str) -> str:
    parts = urlsplit(address)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name.lower() not in _ARGUMENTS]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(kept), ""))


def recognise(request: Request, response: Response) -> Sighting | None:
    """Identify names the repository; a list, or an error in the protocol's words, is one too. A pasted list keeps set and prefix."""
    if not _ROOT.search(response.body[:4_000]):
        return None
    try:
        root = xml.parse(response.body, response.media_type, response.charset, expected="OAI-PMH").root
    except SourceError:  # a list with a broken record in it, which the kind knows how to mend
        return _sighting(request, "", 0.9)
    if xml.local(root) != "OAI-PMH":
        return None
    said = {xml.local(node): xml.content(node) for answer in root if xml.local(answer) == "Identify" for node in answer}
    name = text.line(said.get("repositoryName"), 200) or ""
    return _sighting(request, name, 1.0 if said else 0.95)


def _sighting(request: Request, name: str, confidence: float) -> Sighting:
    asked = {key.lower(): value for key, value in parse_qsl(urlsplit(request.url).query)}
    options = {option: asked[key] for key, option in (("set", "set"), ("metadataprefix", "prefix")) if asked.get(key)}
    reason = f'The repository "{name}" answered Identify.' if name else "The address answered in the words of OAI-PMH."
    return Sighting(address=_base(request.url), confidence=confidence, reason=reason, title=name, options=options)
