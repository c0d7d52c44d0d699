"""Which kind of source is at an address that somebody pasted? Pure: what to ask, and what the answers say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import zip_longest
from urllib.parse import urlsplit

from harvesters import registry
from harvesters.protocol import Request, Response, Sighting

MOST_PROBES = 16
SURE = 0.9  # an answer that no probe can better
_KIND = "kind"  # in the context of a probe: whose it is
_ACCEPT = "text/html, application/xhtml+xml, application/xml;q=0.9, application/json;q=0.9, text/csv;q=0.8, */*;q=0.7"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """A kind that may read the address, and how."""

    kind: str
    sighting: Sighting


def first(address: str) -> Request:
    """The address itself, as a page made for people: robots.txt is obeyed. An error is no answer."""
    return Request(url=address, headers={"Accept": _ACCEPT}, crawl=True)


def probes(address: str) -> tuple[Request, ...]:
    """What else to ask, one at a time, until `settled`: the likeliest place of each kind before the second of any."""
    if not _is_address(address):
        return ()
    by_kind = [
        [replace(request, context={**request.context, _KIND: kind}) for request in harvester.probe(address)]
        for kind, harvester in registry.kinds().items()
        if harvester.probe
    ]
    ordered = [request for turn in zip_longest(*by_kind) for request in turn if request is not None]
    return tuple(ordered[:MOST_PROBES])


def recognised(answers: Iterable[tuple[Request, Response]]) -> tuple[Recognised, ...]:
    """What the answers look like, the best first, one of a kind and an address. A probe's answer is for its own kind."""
    found: dict[tuple[str, str], Recognised] = {}
    for request, response in answers:
        if not (_is_address(request.url) and _is_address(response.url)):
            continue
        for kind, harvester in registry.kinds().items():
            if harvester.recognise is None or (request.step and request.context.get(_KIND, kind) != kind):
                continue
            sighting = harvester.recognise(request, response)
            if sighting is None:
                continue
            known = found.get((kind, sighting.address))
            if known is None or known.sighting.confidence < sighting.confidence:
                found[kind, sighting.address] = Recognised(kind=kind, sighting=sighting)
    return tuple(sorted(found.values(), key=lambda one: -one.sighting.confidence))


def settled(found: tuple[Recognised, ...]) -> bool:
    """Nothing better can come."""
    return bool(found) and found[0].sighting.confidence >= SURE


def _is_address(written: str) -> bool:
    """One that can be taken apart: an answer from any other place came from nowhere."""
    try:
        return bool(urlsplit(written).hostname)
    except ValueError:
        return False
