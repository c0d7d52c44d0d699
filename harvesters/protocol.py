"""What a kind of source provides: two pure functions, and a reader of one stored payload.

`start` says what to ask first; `parse` turns one answer into items and what to ask next; `read` reads one stored payload again
(when a mapping rule has changed, or a failed record is retried), so that `parse` is `read` over the parts of a page. No kind sees
the network.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from harvesters.record import Item, Raw


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One thing to ask of a source. Plain values only: a run's checkpoint stores it as JSON."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    step: str = ""  # what the kind wants to know when the answer comes: "identify", "list", "page" ...
    context: Mapping[str, str] = field(default_factory=dict)  # what else it wants to know then
    crawl: bool = False  # a page made for people: robots.txt is obeyed, and one that fails costs only itself
    version: str = ""  # of the page, as the list that names it says (a sitemap's lastmod): one that we have is not asked
    robots: bool = False  # a list that belongs to such pages: robots.txt is obeyed, but a list that fails is more than a page
    optional: bool = False  # when the source answers this with an error, `otherwise` is asked and the run goes on
    otherwise: tuple[Request, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One answer, whole, decompressed."""

    url: str  # after redirects
    body: bytes
    status: int = 200
    media_type: str = ""  # lower case, without parameters
    charset: str | None = None  # as the header says, which may be wrong
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    moved_to: str = ""  # where permanent redirects alone (301, 308) lead from the address that was asked; "": it has not moved for good


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What one answer held."""

    items: tuple[Item, ...] = ()
    follow: tuple[Request, ...] = ()  # what to ask next, in order
    stamp: str | None = None  # what `start` wants as `since` in the next incremental run, in the source's own time and form
    total: int | None = None  # how many records the source says the whole list has
    tracks_deletions: bool | None = None  # the source announces deletions persistently; None: this page does not say


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One thing an administrator may set for a source of this kind."""

    name: str
    label: str
    help: str = ""
    default: str = ""
    required: bool = False
    form: str = "text"  # text | lines | number | yes-no | choice | secret: how it is asked, and that a secret is never shown again
    choices: Sequence[str] = ()  # of a choice; "" among them: none


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """An answer looks like a source of this kind: what to set for it."""

    address: str  # the source's address as this kind wants it
    confidence: float  # 0 .. 1; 1: the protocol itself answered
    reason: str  # one sentence for an administrator: what was seen
    title: str = ""  # the source's own name for itself, plain text
    options: Mapping[str, str] = field(default_factory=dict)  # proposed values


Start = Callable[[str, Mapping[str, str], str | None], tuple[Request, ...]]
Parse = Callable[[Request, Response, Mapping[str, str]], Page]
Read = Callable[[Raw, Mapping[str, str]], Item]
Probe = Callable[[str], tuple[Request, ...]]
Recognise = Callable[[Request, Response], Sighting | None]
Check = Callable[[Mapping[str, str]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvester:
    """A kind of source.

    `start(address, options, since)` -> the first requests; `since` is an earlier run's `Page.stamp`, None for a full pass.
    `parse(request, response, options)` -> Page; raises SourceError when the answer is not of this kind, ProtocolError when it says no.
    `read(raw, options)` -> the same item that `parse` made of this payload.
    `probe(address)` -> what to ask to see whether a source of this kind is at, or near, an address that somebody pasted; few requests.
    `recognise(request, response)` -> Sighting or None for the pasted address's own answer (`request.step` is empty) and for each probe's;
    raises nothing, whatever the bytes.
    `check(options)` -> nothing; raises BadOptions for a value that cannot be (a path, a selector, a body), before anything is asked.
    """

    kind: str  # "oai-pmh"
    title: str  # "OAI-PMH 2.0 repository"
    start: Start
    parse: Parse
    read: Read
    options: tuple[Option, ...] = ()
    probe: Probe | None = None
    recognise: Recognise | None = None
    check: Check | None = None
    answers_errors: bool = False  # its protocol's errors may come with an error status: `parse` is given such answers too
    aliases: tuple[str, ...] = ()  # other names that people give it
    internal: bool = False  # fed by the hub itself: never harvested, and no choice for a new source
    lists_all: bool = True  # a full pass shows every record that there is: one that is missing has gone (a feed shows only the latest)
