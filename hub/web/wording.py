"""Codes of the catalogue in the visitor's words: types, levels, states, languages, facets. Every text is translated."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from babel import Locale
from babel.core import UnknownLocaleError

from hub.services import sourcing
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l
from hub.web.permissions import family_name, use_name
from hub.web.quantities import joined, listed, locale, month

TYPES = {
    "course": _l("Course"),
    "programme": _l("Programme"),
    "textbook": _l("Open textbook"),
    "video": _l("Video"),
    "article": _l("Article"),
    "dataset": _l("Data set"),
    "tool": _l("Tool"),
    "case": _l("Case study"),
    "exercise": _l("Exercise"),
    "podcast": _l("Podcast"),
    "material": _l("Teaching material"),
}
TYPE_ICONS = {
    "course": "graduation-cap",
    "programme": "route",
    "textbook": "library",
    "video": "video",
    "article": "file-text",
    "dataset": "chart-column",
    "tool": "wrench",
    "case": "briefcase",
    "exercise": "list-checks",
    "podcast": "headphones",
    "material": "presentation",
}
LEVELS = {
    "school": _l("School"),
    "vocational": _l("Vocational"),
    "undergraduate": _l("Undergraduate"),
    "postgraduate": _l("Postgraduate"),
    "professional": _l("Professional"),
    "introductory": _l("Introductory"),
    "intermediate": _l("Intermediate"),
    "advanced": _l("Advanced"),
}
STATES = {
    "queued": _l("Queued"),
    "running": _l("Running"),
    "interrupted": _l("Interrupted"),
    "waiting": _l("Waiting for approval"),
    "succeeded": _l("Done"),
    "partial": _l("Done with errors"),
    "failed": _l("Failed"),
    "cancelled": _l("Cancelled"),
}
STATE_LOOKS = {  # state of a run -> colour and icon of its badge
    "queued": ("", "hourglass"),
    "running": ("info", "activity"),
    "interrupted": ("bad", "triangle-alert"),
    "waiting": ("warn", "hourglass"),
    "succeeded": ("ok", "circle-check"),
    "partial": ("warn", "triangle-alert"),
    "failed": ("bad", "circle-alert"),
    "cancelled": ("", "square"),
}
LINK_STATES = {
    "broken": _l("Broken"),
    "doubtful": _l("In doubt"),
    "refused": _l("Refused"),
    "ok": _l("Works"),
    "unchecked": _l("Not asked yet"),
}
LINK_LOOKS = {  # state of a link -> colour and icon of its badge
    "broken": ("bad", "circle-alert"),
    "doubtful": ("warn", "triangle-alert"),
    "refused": ("", "info"),
    "ok": ("ok", "circle-check"),
    "unchecked": ("", "hourglass"),
}
RECORD_STATES = {"active": _l("Live"), "failed": _l("Failed"), "withdrawn": _l("Withdrawn")}
RECORD_LOOKS = {"active": ("ok", "circle-check"), "failed": ("bad", "circle-alert"), "withdrawn": ("", "x")}
RUN_TASKS = {
    "harvest": _l("Harvest"),
    "retry": _l("Retry of what failed"),
    "replay": _l("Replay of stored records"),
    "preview": _l("Preview"),
    "retire": _l("Retirement"),
}
FAILURE_STATES = {"open": _l("Open"), "mended": _l("Mended"), "again": _l("Failed again later")}
MAIL_STATES = {"waiting": _l("Waiting"), "sent": _l("Sent"), "kept": _l("Kept, not sent"), "failed": _l("Not sent")}
WEEKDAYS = (_l("Sunday"), _l("Monday"), _l("Tuesday"), _l("Wednesday"), _l("Thursday"), _l("Friday"), _l("Saturday"))
STAGES = {"fetch": _l("Fetch"), "read": _l("Read"), "store": _l("Store")}
PACES = {"self": _l("Self-paced"), "instructor": _l("With an instructor")}
MODES = {"online": _l("Online"), "onsite": _l("On site"), "blended": _l("Blended")}
KINDS = {
    "oai-pmh": "OAI-PMH",
    "openedx": "Open edX",
    "rss": "RSS, Atom",
    "jsonld": _l("Web pages (JSON-LD)"),
    "moochub": "MOOChub",
    "csv": _l("Table (CSV)"),
    "mit-ocw": "MIT OpenCourseWare",
    "mit-learn": "MIT Learn",
    "coursera": "Coursera",
    "futurelearn": "FutureLearn",
    "openstax": "OpenStax",
    "open-textbook-library": "Open Textbook Library",
    "libretexts": "LibreTexts",
    "thoth": "Thoth",
    "mediawiki": "MediaWiki",
    "youtube": _l("YouTube (latest videos)"),
    "youtube-api": _l("YouTube (all videos)"),
    "edu-sharing": "edu-sharing",
    "moodle": "Moodle",
    "kolibri": "Kolibri",
    "json": _l("JSON API"),
    "html": _l("Web page list"),
    "lom": _l("LOM file or content package"),
    "merlot": "MERLOT",
    "oer-commons": "OER Commons",
    "by-hand": _l("Added by hand"),
}


def type_name(code: str | None) -> str:
    """`textbook` -> "Open textbook"."""
    return str(TYPES.get(code or "", "")) or _("Resource")


def type_icon(code: str | None) -> str:
    return TYPE_ICONS.get(code or "", "file-text")


def level_name(code: str) -> str:
    return str(LEVELS.get(code, code))


def state_name(code: str) -> str:
    return str(STATES.get(code, code))


def link_state_name(code: str) -> str:
    return str(LINK_STATES.get(code, code))


def record_state_name(code: str) -> str:
    return str(RECORD_STATES.get(code, code))


def stage_name(code: str) -> str:
    return str(STAGES.get(code, code))


def run_task_name(code: str) -> str:
    return str(RUN_TASKS.get(code, code))


def failure_state_name(code: str) -> str:
    return str(FAILURE_STATES.get(code, code))


def mail_state_name(code: str) -> str:
    return str(MAIL_STATES.get(code, code))


def cause_name(cause: str) -> str:
    """Who wanted a run; a person's name stays as it is."""
    known = {"schedule": _("by schedule"), "command line": _("from the command line"), "": ""}
    return known[cause] if cause in known else _("by %(name)s", name=cause)


def schedule(expression: str) -> str:
    """A cron expression in words where it is a common one: "every day at 03:00"; else as it is written."""
    fields = expression.split()
    if len(fields) != 5 or not all(field == "*" or field.isdecimal() for field in fields) or fields[3] != "*":
        return expression
    minute, hour, day, _month, weekday = fields
    at = f"{int(hour):02}:{int(minute):02}" if hour.isdecimal() and minute.isdecimal() else ""
    if at and day == weekday == "*":
        return _("every day at %(time)s", time=at)
    if at and day == "*":
        return _("every %(weekday)s at %(time)s", weekday=WEEKDAYS[int(weekday) % 7], time=at)
    if at and weekday == "*":
        return _("on day %(day)s of every month at %(time)s", day=day, time=at)
    if minute.isdecimal() and hour == day == weekday == "*":
        return _("every hour at minute %(minute)s", minute=minute)
    return expression


def kind_name(code: str) -> str:
    """`oai-pmh` -> "OAI-PMH"; a kind of an installed package has the title that it gives itself."""
    harvester = None if code in KINDS else sourcing.kinds().get(code)
    return harvester.title if harvester else str(KINDS.get(code, code))


@lru_cache(maxsize=1000)
def _language_in(tag: str, locale: str) -> str:
    try:
        name = Locale.parse(tag.replace("-", "_")).get_display_name(locale)
    except (ValueError, UnknownLocaleError):
        name = Locale.parse(locale).languages.get(tag.split("-")[0].lower())
    return name or tag


def language_name(tag: str) -> str:
    """`de` -> "German"; a tag that nobody knows stays as it is."""
    known = {"zh": _("Chinese"), "zh-Hans": _("Chinese (simplified)"), "zh-Hant": _("Chinese (traditional)")}
    return known.get(tag) or _language_in(tag[:35], str(locale()))


FACETS = {
    "topic": _l("Topic"),
    "tag": _l("Tags of your institution"),
    "platform": _l("Platform"),
    "type": _l("Resource type"),
    "language": _l("Language"),
    "level": _l("Level"),
    "licence": _l("Licence by name"),
    "use": _l("Licence: I want to"),
    "provider": _l("Provider"),
    "institution": _l("Institution"),
    "free": _l("Price"),
    "certificate": _l("Certificate"),
    "start": _l("Start"),
    "score": _l("Reviews"),
    "adopted": _l("Use in courses"),
}
SORTS = {
    "relevance": _l("Relevance"),
    "newest": _l("Newest"),
    "rating": _l("Best reviewed"),
    "adopted": _l("Most used"),
    "start": _l("Start date"),
    "title": _l("Title"),
}
ANSWERS = {  # yes-or-no facets
    ("free", "yes"): _l("Free"),
    ("free", "no"): _l("Paid"),
    ("certificate", "yes"): _l("With certificate"),
    ("score", "4"): _l("4 stars and more"),
    ("score", "3"): _l("3 stars and more"),
    ("adopted", "yes"): _l("Used by an institution"),
    ("certificate", "no"): _l("Without certificate"),
}


def facet_name(name: str) -> str:
    return str(FACETS.get(name, name))


def sort_name(name: str) -> str:
    return str(SORTS.get(name, name))


def start_month(value: str) -> str:
    """`anytime` or `2027-02` -> "Any time", "Feb 2027"."""
    if value == "anytime":
        return _("Any time")
    match = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", value, re.ASCII)
    return month(date(int(match[1]), int(match[2]), 1)) if match and int(match[1]) else value


def value_name(facet: str, value: str, label: str | None = None) -> str:
    """One value of a facet in words. The catalogue's own labels (topics, providers) come with it."""
    if label is not None:
        return label
    names = {
        "type": type_name,
        "language": language_name,
        "level": level_name,
        "licence": family_name,
        "use": use_name,
        "start": start_month,
    }
    if facet in names:
        return names[facet](value)
    return str(ANSWERS.get((facet, value), value))


def languages(tags: tuple[str, ...], subtitles: tuple[str, ...] = ()) -> str:
    """ "Chinese", "Chinese, English subtitles"."""
    spoken = listed([language_name(tag) for tag in tags[:3]])
    others = [language_name(tag) for tag in subtitles[:2] if tag not in tags]
    return _("%(languages)s, %(subtitles)s subtitles", languages=spoken, subtitles=listed(others)) if others else spoken


def quoted(texts: Sequence[str]) -> str:
    """ "“a” and “b”"."""
    return listed([_("“%(text)s”", text=text) for text in texts])


def is_chinese(text: str) -> bool:
    """Has it Chinese characters?"""
    return any("\u3400" <= character <= "\u9fff" for character in text)


def yes_or_no(value: bool | None) -> str:
    """Empty when unknown."""
    return "" if value is None else _("Yes") if value else _("No")


def way(pace: str | None, mode: str | None) -> str:
    """How a course is taken: "Online, self-paced"."""
    return joined((str(MODES.get(mode or "", "")), str(PACES.get(pace or "", ""))))
