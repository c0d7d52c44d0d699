"""Moodle's web services (REST, JSON): the courses that a token may see, by search page after page, or all in one answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import NoReturn
from urllib.parse import urlsplit

from harvesters import listing
from harvesters.clean import dates, html, language, licence, people, query, text, url
from harvesters.clean.values import Object, first, many, obj, objects
from harvesters.errors import ProtocolError
from harvesters.protocol import Harvester, Option, Page, Request, Response, Sighting
from harvesters.record import Item, Offering, Raw, Record, Withdrawn

PATH = "/webservice/rest/server.php"
SEARCH, LIST = "core_course_search_courses", "core_course_get_courses_by_field"
_FORM = "application/x-www-form-urlencoded"
_LICENCE = re.compile(r"licen[cs]|lizenz|rights", re.IGNORECASE)  # a course field that a site made itself
_SITE = 1  # the id of the front page, which Moodle keeps as a course
_FRONT = "site"
_BAD_TOKEN = ("invalidtoken", "accessexception", "invalidparameter")


def start(address: str, options: Mapping[str, str], since: str | None) -> tuple[Request, ...]:
    """The first page of the search, or the list. The token goes in the body, so that no address ever holds it."""
    site = urlsplit(address).path.partition("/webservice/")[0].partition("/login/")[0].partition("/course/")[0]
    place = query.rooted(address, site.removesuffix("/index.php").rstrip("/") + PATH)
    everything = replace(_ask(place, LIST, {}, options), step="list")
    if options.get("function") == LIST:
        return (everything,)
    return (replace(_search(place, 0, options), optional=True, otherwise=(everything,)),)


def _search(place: str, page: int, options: Mapping[str, str]) -> Request:
    wanted = {"criterianame": "search", "criteriavalue": options.get("search", ""), "page": str(page)}
    asked = _ask(place, SEARCH, wanted | {"perpage": str(listing.size(options, 100, 1_000))}, options)
    return replace(asked, context={"page": str(page)})


def _ask(place: str, function: str, arguments: Mapping[str, str], options: Mapping[str, str]) -> Request:
    body = {"wstoken": options.get("token", ""), "wsfunction": function, "moodlewsrestformat": "json", **arguments}
    headers = {"Accept": listing.MEDIA_TYPE, "Content-Type": _FORM}
    return Request(url=place, method="POST", headers=headers, body=query.encoded(body), step="page")


def parse(request: Request, response: Response, options: Mapping[str, str]) -> Page:
    """One page. Moodle says no with status 200 and an `exception`."""
    value = obj(listing.value(response))
    if "exception" in value or "errorcode" in value:
        _say_no(value, response, options)
    courses = value.get("courses")
    if not isinstance(courses, list):
        raise listing.refuse(response, "list of Moodle courses: it has no `courses`", f"The address is the site's, or ends in {PATH}.")
    shown = [course for course in courses if not _is_front_page(course)]
    page = int(request.context.get("page", "0"))
    total = listing.count(value.get("total")) if request.step == "page" else None
    reached = page * listing.size(options, 100, 1_000) + len(courses)
    goes_on = bool(courses) and request.step == "page" and total is not None and reached < total
    follow = (_search(request.url, page + 1, options),) if goes_on else ()
    return Page(items=listing.items(shown, response, read, options), follow=follow)


def _say_no(value: Object, response: Response, options: Mapping[str, str]) -> NoReturn:
    words = listing.said(value, "message", "error", "exception") or "an error without words"
    token = options.get("token", "")
    words = words.replace(token, "...") if token else words
    wrong = str(value.get("errorcode")) in _BAD_TOKEN
    raise ProtocolError(
        f"The site at {response.url} answered: {words}",
        advice=f"Ask the site's administrator for a token of a service that may use {SEARCH} or {LIST}."
        if wrong
        else "Ask the site's administrator.",
    )


def _is_front_page(course: object) -> bool:
    return isinstance(course, dict) and (course.get("id") == _SITE or course.get("format") == _FRONT)


def _entry(entry: Object, raw: Raw, options: Mapping[str, str]) -> Item:
    changed = dates.moment(entry.get("timemodified"))
    title = text.line(entry.get("fullname")) or text.line(entry.get("displayname"))
    identifier, title = listing.named(entry.get("id"), title, changed)
    if entry.get("visible") in (0, False):
        return Withdrawn(identifier=identifier, datestamp=changed, raw=raw)
    site = urlsplit(raw.url).path.removesuffix(PATH)
    address = url.absolute(f"{site}/course/view.php?id={identifier}", raw.url)
    fields = {str(one.get("shortname")): text.line(html.plain(_value(one))) for one in objects(entry.get("customfields"))}
    rights = next((words for name, words in fields.items() if words and _LICENCE.search(name)), None)
    known = licence.licence(rights)
    begin, end = dates.moment(entry.get("startdate")), dates.moment(entry.get("enddate"))
    return Record(
        identifier=identifier,
        title=title,
        raw=raw,
        datestamp=changed,
        url=address,
        resource_type="course",
        description=html.rich(entry.get("summary")),
        languages=language.tags(many(entry.get("lang"))),
        agents=tuple(people.agents((one.get("fullname") for one in objects(entry.get("contacts"))), "instructor")),
        code=text.line(entry.get("shortname")),
        licence=known,
        licence_url=licence.url(known),
        rights=rights,
        offerings=(Offering(url=address, start=begin, end=end, mode="online"),) if begin or end else (),
        subjects=text.lines([html.plain(entry.get("categoryname"))]),
        keywords=text.lines(_value(one) for one in objects(entry.get("tags"))),
        image=_image(entry),
        created=dates.moment(entry.get("timecreated")),
        modified=changed,
    )


read = listing.reader(_entry)


def _value(one: Object) -> object:
    return first(one, "value", "rawname", "name") if "value" not in one else one["value"]


def _image(entry: Object) -> str | None:
    """A picture of the course. The service names files by an address that wants the token; the same without it is public."""
    for file in objects(first(entry, "overviewfiles", "summaryfiles")):
        if str(file.get("mimetype") or "image/").startswith("image/"):
            address = url.absolute(file.get("fileurl"))
            if address:
                return query.without(address.replace("/webservice/pluginfile.php/", "/pluginfile.php/", 1), "token")
    return url.absolute(entry.get("courseimage"))


def probe(address: str) -> tuple[Request, ...]:
    """The service without a token: a Moodle that has it says that the token is wrong."""
    known = re.search(r"moodle|/course/|/webservice/|/login/", url.absolute(address) or "")
    return start(address, {"function": LIST}, None) if known else ()


def recognise(request: Request, response: Response) -> Sighting | None:
    """Moodle's own way to say no, or a list of its courses."""
    value = obj(listing.glance(response))
    refused = "moodle" in str(value.get("exception")) or (value.get("errorcode") == "invalidtoken")
    if PATH not in response.url or not (refused or isinstance(value.get("courses"), list)):
        return None
    place = query.rooted(response.url, urlsplit(response.url).path.removesuffix(PATH) or "/")
    return Sighting(address=place, confidence=0.9, reason="The web service of a Moodle answered; it wants a token.")


HARVESTER = Harvester(
    kind="moodle",
    title="Moodle (web service)",
    start=start,
    parse=parse,
    read=read,
    probe=probe,
    recognise=recognise,
    options=(
        Option(name="token", label="Token", help="The site's administrator makes it.", required=True, form="secret"),
        Option(name="search", label="Words", help="Only courses with these words; empty: all."),
        Option(
            name="function",
            label="Function",
            help="What the token's service allows.",
            default=SEARCH,
            form="choice",
            choices=(SEARCH, LIST),
        ),
        Option(name="page_size", label="Courses a page", default="100", form="number"),
    ),
)
