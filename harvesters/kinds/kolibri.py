"""Kolibri Studio: the public list of channels (collections of teaching material), API version 1."""

from __future__ import annotations

from collections.abc import Mapping

from harvesters import listing
from harvesters.clean import dates, html, language, query, text, url
from harvesters.clean.values import Object, many, obj
from harvesters.protocol import Harvester, Option, Page, Request, Response, Sighting
from harvesters.record import Item, Raw, Record, Withdrawn

PATH = "/api/public/v1/channels"


def start(address: str, options: Mapping[str, str], since: str | None) -> tuple[Request, ...]:
    """The whole list."""
    given = address if "/api/public/" in address else query.rooted(address, PATH)
    return (listing.ask(given, {name: options[name] for name in ("keyword", "language") if options.get(name)}),)


def parse(request: Request, response: Response, options: Mapping[str, str]) -> Page:
    """All channels."""
    value = listing.value(response)
    if not isinstance(value, list):
        raise listing.refuse(response, "list of Kolibri channels", f"The list is usually at {PATH} of the site.")
    return Page(items=listing.items(value, response, read, options))


def _entry(entry: Object, raw: Raw, options: Mapping[str, str]) -> Item:
    changed = dates.moment(entry.get("last_published"))
    name, title = listing.named(entry.get("id"), text.line(entry.get("name")), changed)
    if entry.get("public") is False:
        return Withdrawn(identifier=name, datestamp=changed, raw=raw)
    return Record(
        identifier=name,
        title=title,
        raw=raw,
        datestamp=changed,
        url=url.absolute(f"/channels/{name}", raw.url),
        resource_type="material",
        summary=html.plain(entry.get("tagline"), text.SUMMARY),
        description=html.rich(entry.get("description")),
        languages=language.tags([entry.get("language"), *many(entry.get("included_languages"))]),
        provider="Kolibri",
        free=True,
        image=url.absolute(entry.get("thumbnail_url") or entry.get("icon_encoding"), raw.url),
        published=changed,
        modified=changed,
    )


read = listing.reader(_entry)


def probe(address: str) -> tuple[Request, ...]:
    return start(address, {}, None) if url.belongs(address, "learningequality.org") else ()


def recognise(request: Request, response: Response) -> Sighting | None:
    """An array of channels."""
    channel = obj(listing.glance(response))
    if not {"id", "name", "included_languages", "last_published"} <= channel.keys():
        return None
    return Sighting(address=response.url, confidence=0.9, reason="It is a list of public Kolibri channels.", title="Kolibri")


HARVESTER = Harvester(
    kind="kolibri",
    aliases=("kolibri-studio",),
    title="Kolibri Studio channels",
    start=start,
    parse=parse,
    read=read,
    probe=probe,
    recognise=recognise,
    options=(
        Option(name="keyword", label="Keyword", help="Only channels that have this word, for example: business"),
        Option(name="language", label="Language", help="Only channels in this language, for example: en"),
    ),
)
