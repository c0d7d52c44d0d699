"""Open edX: the LMS courses API, and the course lists of its relatives (discovery, MITx Online, xPRO) that nest runs inside courses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from harvesters.clean import dates, duration, html, json, language, level, licence, text, url, workload
from harvesters.clean.openedx_run import offering
from harvesters.clean.values import Object, many, obj, objects
from harvesters.errors import SourceError
from harvesters.protocol import Harvester, Option, Page, Request, Response
from harvesters.record import Agent, Failure, Item, Raw, Record, Withdrawn
from harvesters.sightings import openedx as sighting

MEDIA_TYPE = "application/json"
PATH = "/api/courses/v1/courses/"
MOST_RUNS = 100  # of one course
# A run's key: course-v1:ORG+NUM+RUN, or ORG/NUM/RUN as it was before 2014.
_KEY = re.compile(r"(?:course-v1:)?([^+/\s]{1,200})[+/]([^+/\s]{1,200})(?:[+/]([^+/\s]{1,200}))?")
_DELETED = re.compile(
    r"\W{0,3}(?:to be )?(?:delete|deleted|delete me|do not use)(?:\W|$)|.{0,300}[\[(]\s?(?:to be )?deleted?\s?[\])]", re.IGNORECASE
)


def start(address: str, options: Mapping[str, str], since: str | None) -> tuple[Request, ...]:
    """The first page of the list. A site's address alone means its courses API; one with a path is asked as it is."""
    parts = urlsplit(address)
    path = PATH if parts.path in ("", "/") else parts.path
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    if path.endswith(PATH):
        query.setdefault("page_size", options.get("page_size") or "100")
        if options.get("org"):
            query["org"] = options["org"]
    return (
        Request(
            url=urlunsplit((parts.scheme, parts.netloc, path, urlencode(query), "")), step="page", headers={"Accept": "application/json"}
        ),
    )


def parse(request: Request, response: Response, options: Mapping[str, str]) -> Page:
    """One page of the list, in any of the forms."""
    value = json.parse(response.body, response.media_type, response.charset, url=response.url)
    listed, paging = _envelope(value, response.url)
    items = tuple(read(Raw(json.dump(entry), MEDIA_TYPE, response.url), options) for entry in listed)
    following = url.absolute(paging.get("next"), response.url)
    follow: tuple[Request, ...] = ()
    if following is not None:
        following = url.same_scheme(following, response.url)
        if following != request.url:
            follow = (Request(url=following, step="page", headers=request.headers),)
    count = paging.get("count")
    return Page(items=items, follow=follow, total=count if isinstance(count, int) and not isinstance(count, bool) and count >= 0 else None)


def _envelope(value: object, where: str) -> tuple[list[object], Object]:
    if isinstance(value, list):
        return value, {}
    if isinstance(value, dict):
        for name in ("results", "courses", "elements"):
            if isinstance(value.get(name), list):
                paging = value.get("pagination")
                return value[name], {**value, **paging} if isinstance(paging, dict) else value
        said = value.get("detail") or value.get("developer_message") or value.get("error")
        if isinstance(said, str):
            raise SourceError(
                f"The site at {where} answered: {said[:300]}", advice="Its course list may need a sign-in, or be at another address."
            )
    raise SourceError(
        f"The JSON from {where} is no list of Open edX courses: it has no `results`.", advice=f"The list is usually at {PATH} of the site."
    )


def read(raw: Raw, options: Mapping[str, str]) -> Item:
    """One stored entry of the list."""
    try:
        entry = json.load(raw.body.decode())
    except ValueError as error:
        return Failure(reason=f"The record is not JSON: {error}.", raw=raw)
    if not isinstance(entry, dict):
        return Failure(reason="The record is no JSON object.", raw=raw, advice="Each entry of the list has to be a course.")
    runs = entry.get("course_runs", entry.get("courseruns"))
    return _course(entry, runs, raw) if isinstance(runs, list) else _run(entry, raw)


def _run(entry: Object, raw: Raw) -> Item:
    """The LMS form: one entry is one run."""
    identifier = text.identifier(entry.get("id") or entry.get("course_id") or entry.get("key"))
    title = text.line(entry.get("name") or entry.get("title") or entry.get("display_name"))
    if identifier is None:
        return Failure(reason="The record has no id.", raw=raw)
    modified = dates.moment(entry.get("modified"))
    if title is None:
        return Failure(
            reason="The record has no title.",
            raw=raw,
            identifier=identifier,
            datestamp=modified,
            advice="Give the course a name in Studio.",
        )
    if entry.get("hidden") is True or _DELETED.match(title):
        return Withdrawn(identifier=identifier, datestamp=modified, raw=raw)
    organisation, number = _names(entry, identifier)
    known = licence.licence(entry.get("license"))
    load = _load(entry, entry, entry)
    institution = text.line(entry.get("org_display_name")) or organisation
    address = url.absolute(entry.get("marketing_url") or entry.get("about_url"), raw.url) or url.absolute(
        f"/courses/{identifier}/about", raw.url
    )
    description = html.rich(entry.get("overview") or entry.get("full_description")) or html.rich(entry.get("short_description"))
    return Record(
        identifier=identifier,
        title=title,
        raw=raw,
        datestamp=modified,
        url=address,
        resource_type="course",
        summary=html.plain(entry.get("short_description"), text.SUMMARY),
        description=description,
        languages=language.tags([entry.get("language"), entry.get("content_language")]),
        subtitle_languages=language.tags(many(entry.get("transcript_languages"))),
        agents=_staff(entry),
        institution=institution,
        code=number,
        group=f"{organisation}+{number}" if organisation and number else None,
        licence=known,
        licence_url=licence.url(known),
        rights=text.line(entry.get("license")),
        offerings=(offering(entry, identifier, address),),
        duration=_length(entry),
        workload_min=load.min,
        workload_max=load.max,
        levels=level.levels([entry.get("level_type")]),
        subjects=_labels(entry.get("subjects")),
        prerequisites=text.lines(many(entry.get("pre_requisite_courses"))),
        image=_image(entry, raw.url),
        modified=modified,
    )


def _names(entry: Object, identifier: str) -> tuple[str | None, str | None]:
    found = _KEY.match(identifier)
    return (text.line(entry.get("org")) or (found[1] if found else None), text.line(entry.get("number")) or (found[2] if found else None))


def _course(entry: Object, runs: list[object], raw: Raw) -> Item:
    """The discovery form: one entry is a course with its runs."""
    identifier = text.identifier(entry.get("key") or entry.get("readable_id") or entry.get("uuid") or entry.get("id"))
    if identifier is None:
        return Failure(reason="The record has no key.", raw=raw)
    page = obj(entry.get("page"))
    modified = dates.moment(entry.get("modified"))
    title = text.line(entry.get("title") or entry.get("name"))
    if title is None:
        return Failure(reason="The record has no title.", raw=raw, identifier=identifier, datestamp=modified)
    shown = [
        run
        for run in runs[:MOST_RUNS]
        if isinstance(run, dict)
        and run.get("hidden") is not True
        and run.get("live") is not False
        and run.get("status") not in ("unpublished", "reviewed")
    ]
    if _DELETED.match(title) or page.get("live") is False or (runs and not shown):
        return Withdrawn(identifier=identifier, datestamp=modified, raw=raw)
    first = obj(shown[0]) if shown else {}
    address = url.absolute(
        entry.get("marketing_url") or entry.get("external_marketing_url") or entry.get("url") or page.get("page_url"), raw.url
    )
    owners = text.lines(owner.get("name") or owner.get("key") for owner in objects(entry.get("owners")))
    found = _KEY.match(identifier)
    load = _load(entry, page, first)
    offerings = tuple(offering(run, text.identifier(run.get("key") or run.get("courseware_id")), address) for run in shown)
    return Record(
        identifier=identifier,
        title=title,
        raw=raw,
        datestamp=modified,
        url=address or (url.absolute(f"/courses/{identifier}/", raw.url)),
        resource_type="course",
        summary=html.plain(entry.get("short_description"), text.SUMMARY),
        description=html.rich(entry.get("full_description") or entry.get("description") or page.get("description"))
        or html.rich(entry.get("short_description")),
        languages=language.tags([entry.get("content_language"), *(run.get("content_language") for run in shown)]),
        subtitle_languages=language.tags(name for run in shown for name in many(run.get("transcript_languages"))),
        agents=_staff(entry, page, *shown),
        provider=text.line(entry.get("platform")),
        institution=owners[0] if owners else (found[1] if found else None),
        code=found[2] if found else None,
        group=f"{found[1]}+{found[2]}" if found else identifier,
        licence=licence.licence(first.get("license")),
        licence_url=licence.url(licence.licence(first.get("license"))),
        rights=text.line(first.get("license")),
        certificate=True if text.line(entry.get("certificate_type")) else None,
        offerings=offerings,
        duration=duration.duration(entry.get("duration") or page.get("length")) or _length(first),
        workload_min=load.min,
        workload_max=load.max,
        levels=level.levels([entry.get("level_type"), first.get("level_type")]),
        subjects=(*_labels(entry.get("subjects")), *_labels(entry.get("departments"))),
        keywords=_labels(entry.get("topics")),
        teaches=text.lines((*many(entry.get("skill_names")), *_labels(entry.get("skills")))),
        prerequisites=text.lines([html.plain(entry.get("prerequisites_raw"))]),
        image=_image(entry, raw.url) or url.absolute(page.get("feature_image_src"), raw.url),
        modified=modified,
    )


def _load(entry: Object, page: Object, run: Object) -> workload.Workload:
    said = workload.workload(entry.get("time_commitment") or page.get("effort"), weekly=True)
    return said if said != workload.NONE else workload.both(run.get("min_effort"), run.get("max_effort"))


def _length(entry: Object) -> str | None:
    return duration.duration(entry.get("weeks_to_complete"), "weeks")


def _staff(*holders: Object) -> tuple[Agent, ...]:
    found: dict[Agent, None] = {}
    for holder in holders:
        for name in ("staff", "instructors"):
            for person in objects(holder.get(name)):
                whole = text.line(person.get("name")) or text.line(
                    " ".join(str(person.get(part) or "") for part in ("given_name", "family_name"))
                )
                if whole:
                    found.setdefault(Agent(name=whole, role="instructor", organisation=False))
    return tuple(found)[: text.LIST]


def _image(entry: Object, base: str) -> str | None:
    media = obj(entry.get("media"))
    image, older = obj(media.get("image")), obj(media.get("course_image"))
    shown = obj(entry.get("image"))
    for place in (
        image.get("large"),
        image.get("raw"),
        image.get("small"),
        older.get("uri"),
        older.get("uri_absolute"),
        shown.get("src"),
        entry.get("thumbnail_url"),
        entry.get("image_url"),
        entry.get("card_image_url"),
    ):
        address = url.absolute(place, base)
        if address:
            return address
    return None


def _labels(value: object) -> tuple[str, ...]:
    return text.lines(entry.get("name") if isinstance(entry, dict) else entry for entry in many(value))


HARVESTER = Harvester(
    kind="openedx",
    aliases=("open-edx", "edx"),
    title="Open edX site",
    start=start,
    parse=parse,
    read=read,
    probe=sighting.probe,
    recognise=sighting.recognise,
    options=(
        Option(name="org", label="Organisation", help="Only the courses of this organisation, for example: MITx"),
        Option(name="page_size", label="Courses a page", default="100"),
    ),
)
