"""Codes of the catalogue in the visitor's words: types, levels, licences, languages, lengths, times. Every text is translated."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_skeleton
from babel.units import format_unit
from flask_babel import format_date, format_datetime, format_decimal, format_percent, format_timedelta, get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hub.services.reading import ResourcePage
from hub.services.watching import RunState

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
    "waiting": _l("Waiting for approval"),
    "succeeded": _l("Done"),
    "partial": _l("Done with errors"),
    "failed": _l("Failed"),
    "cancelled": _l("Cancelled"),
}
STATE_LOOKS = {  # state of a run -> colour and icon of its badge
    "queued": ("", "hourglass"),
    "running": ("info", "activity"),
    "waiting": ("warn", "hourglass"),
    "succeeded": ("ok", "circle-check"),
    "partial": ("warn", "triangle-alert"),
    "failed": ("bad", "circle-alert"),
    "cancelled": ("", "square"),
}
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


def stage_name(code: str) -> str:
    return str(STAGES.get(code, code))


def kind_name(code: str) -> str:
    return str(KINDS.get(code, code))


def _locale() -> Locale:
    return get_locale() or Locale.parse("en_GB")


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
    return known.get(tag) or _language_in(tag[:35], str(_locale()))


def listed(words: tuple[str, ...] | list[str]) -> str:
    """Words as a list in a sentence's own way: "a, b and c"."""
    return _locale().list_patterns["standard"]["end"].format(", ".join(words[:-1]), words[-1]) if len(words) > 1 else "".join(words)


# Lengths and times


DURATION = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:[\d.]+S)?)?", re.ASCII)
UNITS = ("year", "month", "week", "day", "hour", "minute")


def duration(iso: str | None) -> str:
    """`P12W` -> "12 weeks"; what cannot be read is left out."""
    match = DURATION.fullmatch((iso or "")[:40])
    parts = [(int(value), unit) for value, unit in zip(match.groups(), UNITS, strict=True) if value and int(value)] if match else []
    return " ".join(length(value, unit) for value, unit in parts[:2])


def length(value: int, unit: str) -> str:
    """A number of years, months, weeks, days, hours or minutes. (Babel has no long Chinese names of these units.)"""
    words = {
        "year": ngettext("%(num)s year", "%(num)s years", value),
        "month": ngettext("%(num)s month", "%(num)s months", value),
        "week": ngettext("%(num)s week", "%(num)s weeks", value),
        "day": ngettext("%(num)s day", "%(num)s days", value),
        "hour": ngettext("%(num)s hour", "%(num)s hours", value),
        "minute": ngettext("%(num)s minute", "%(num)s minutes", value),
    }
    return str(words[unit])


def workload(low: float | None, high: float | None) -> str:
    """Hours a week: "4 hours a week", "3 to 5 hours a week"."""
    low, high = (low if low is not None else high), (high if high is not None else low)
    if low is None or high is None:
        return ""
    if low == high:
        return ngettext("%(hours)s hour a week", "%(hours)s hours a week", 1 if low == 1 else 2, hours=format_decimal(low))
    return _("%(low)s to %(high)s hours a week", low=format_decimal(low), high=format_decimal(high))


def day(moment: datetime | date | None) -> str:
    """ "23 Nov 2026"."""
    return format_date(moment, "medium") if moment else ""


def month(moment: datetime | date | None) -> str:
    """ "Nov 2026"."""
    return format_skeleton("yMMM", moment, locale=_locale()) if moment else ""


def moment(at: datetime | None) -> str:
    """A moment in UTC: "23 Nov 2026, 11:58"."""
    return _("%(day)s, %(time)s", day=day(at), time=format_datetime(at, "HH:mm")) if at else ""


def ago(at: datetime | None) -> str:
    """ "2 hours ago"."""
    if at is None:
        return ""
    passed = at - datetime.now(UTC)
    return _("just now") if abs(passed.total_seconds()) < 45 else format_timedelta(passed, granularity="second", add_direction=True)


def took(begin: datetime | None, end: datetime | None) -> str:
    """How long something lasted: "48 seconds"."""
    return format_timedelta(end - begin, granularity="second") if begin and end and end >= begin else ""


def number(value: int | float | Decimal) -> str:
    return format_decimal(value)


def percent(value: float) -> str:
    """From 0 to 1 -> "92%"."""
    return format_percent(value)


def price(amount: Decimal | None, currency: str | None) -> str:
    """ "Free", "EUR 49"; empty when unknown."""
    if amount is None:
        return ""
    if amount == 0:
        return _("Free")
    return f"{currency or ''} {format_decimal(amount)}".strip()


# Licences

FAMILIES = {
    "public-domain": _l("Public domain"),
    "cc-by": "CC BY",
    "cc-by-sa": "CC BY-SA",
    "cc-by-nc": "CC BY-NC",
    "cc-by-nc-sa": "CC BY-NC-SA",
    "cc-by-nd": "CC BY-ND",
    "cc-by-nc-nd": "CC BY-NC-ND",
    "other-open": _l("Another open licence"),
    "all-rights-reserved": _l("All rights reserved"),
}
USES = {"copy": _l("Copy it as it is"), "adapt": _l("Adapt and translate it"), "sell": _l("Use it commercially")}
NAME_THEM = _l("Name the authors and the licence, and say what you changed.")
SAME_LICENCE = _l("Name the authors, say what you changed, and share your version under the same licence.")
NAME_ONLY = _l("Name the authors and the licence.")
LOOK_IT_UP = _l("The licence itself has the conditions.")
PERMISSIONS = {  # family -> colour of the notice, what one may do, on which condition
    "public-domain": ("ok", _l("You may copy, adapt and translate it for any purpose."), _l("Nobody holds rights in it: no conditions.")),
    "cc-by": ("ok", _l("You may copy, adapt and translate it, also commercially."), NAME_THEM),
    "cc-by-sa": ("ok", _l("You may copy, adapt and translate it, also commercially."), SAME_LICENCE),
    "cc-by-nc": ("ok", _l("You may copy, adapt and translate it, but not commercially."), NAME_THEM),
    "cc-by-nc-sa": ("ok", _l("You may copy, adapt and translate it, but not commercially."), SAME_LICENCE),
    "cc-by-nd": ("warn", _l("You may copy it as it is, also commercially, but not change it."), NAME_ONLY),
    "cc-by-nc-nd": ("warn", _l("You may copy it as it is, but neither change it nor use it commercially."), NAME_ONLY),
    "other-open": ("ok", _l("It has an open licence: you may copy and adapt it."), LOOK_IT_UP),
    "all-rights-reserved": ("warn", _l("All rights are reserved: link to it, do not copy it."), _l("For anything more, ask its owner.")),
}
SILENT = (
    "",
    _l("No source says which licence it has: link to it, do not copy it."),
    _l("Ask its provider before you use more than a link."),
)
CREATIVE_COMMONS = re.compile(r"CC-(BY(?:-(?:NC|SA|ND))*)(?:-(\d\.\d))?(?:-([A-Z]{2,3}))?")


@dataclass(frozen=True, slots=True)
class Permission:
    """A licence in words: what one may do, and on which conditions."""

    look: str  # ok | warn | "": colour of the notice
    headline: str
    conditions: str


def permission(family: str | None) -> Permission:
    """What a licence family allows."""
    look, headline, conditions = PERMISSIONS.get(family or "", SILENT)
    return Permission(look, str(headline), str(conditions))


def licence_name(spdx: str | None) -> str:
    """`CC-BY-SA-4.0` -> "CC BY-SA 4.0"."""
    if not spdx:
        return ""
    if match := CREATIVE_COMMONS.fullmatch(spdx):
        return " ".join(part for part in ("CC", *match.groups()) if part)
    return {"CC0-1.0": "CC0", "CC-PDM-1.0": _("Public domain")}.get(spdx) or str(FAMILIES.get(spdx, spdx))


# Facets

FACETS = {
    "topic": _l("Topic"),
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
}
SORTS = {"relevance": _l("Relevance"), "newest": _l("Newest"), "start": _l("Start date"), "title": _l("Title")}
ANSWERS = {  # yes-or-no facets
    ("free", "yes"): _l("Free"),
    ("free", "no"): _l("Paid"),
    ("certificate", "yes"): _l("With certificate"),
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


def family_name(family: str) -> str:
    """A licence family for a list of choices."""
    return str(FAMILIES.get(family, family))


def use_name(use: str) -> str:
    """A purpose that a licence must allow."""
    return str(USES.get(use, use))


# Sentences and lists that several pages share

FIELDS = {  # fields of a resource whose source a visitor may want to know
    "title": _l("Title"),
    "description": _l("Description"),
    "url": _l("Address"),
    "resource_type": _l("Resource type"),
    "languages": _l("Language"),
    "agents": _l("People"),
    "provider": _l("Provider"),
    "institution": _l("Institution"),
    "licence": _l("Licence"),
    "free": _l("Price"),
    "certificate": _l("Certificate"),
    "duration": _l("Duration"),
    "levels": _l("Level"),
    "keywords": _l("Keywords"),
}


def field_name(field: str) -> str:
    return str(FIELDS.get(field, field))


def joined(parts: tuple[str | None, ...]) -> str:
    """What there is of two facts, side by side: "MIT, edX"."""
    kept = list(dict.fromkeys(part for part in parts if part))
    return _("%(first)s, %(second)s", first=kept[0], second=kept[1]) if len(kept) > 1 else "".join(kept)


def languages(tags: tuple[str, ...], subtitles: tuple[str, ...] = ()) -> str:
    """ "Chinese", "Chinese, English subtitles"."""
    spoken = listed([language_name(tag) for tag in tags[:3]])
    others = [language_name(tag) for tag in subtitles[:2] if tag not in tags]
    return _("%(languages)s, %(subtitles)s subtitles", languages=spoken, subtitles=listed(others)) if others else spoken


def yes_or_no(value: bool | None) -> str:
    """Empty when unknown."""
    return "" if value is None else _("Yes") if value else _("No")


def way(pace: str | None, mode: str | None) -> str:
    """How a course is taken: "Online, self-paced"."""
    return joined((str(MODES.get(mode or "", "")), str(PACES.get(pace or "", ""))))


def volume(size: int) -> str:
    """Bytes as people read them: "1.2 MB"."""
    for unit, scale in (("gigabyte", 1_000_000_000), ("megabyte", 1_000_000), ("kilobyte", 1000)):
        if size >= scale:
            return str(format_unit(round(size / scale, 1), f"digital-{unit}", "short", locale=_locale()))
    return str(format_unit(size, "digital-byte", "short", locale=_locale()))


def facts(page: ResourcePage) -> list[tuple[str, str]]:
    """What a teacher wants to know at a glance; what nobody said is left out."""
    r = page.summary
    next_start = min((run.start for run in page.offerings if run.start and run.start > datetime.now(UTC)), default=None)
    anytime = any(run.pace == "self" for run in page.offerings)
    found = (
        (_("Level"), listed([level_name(level) for level in r.levels])),
        (_("Duration"), duration(r.duration)),
        (_("Effort"), workload(r.workload_min, r.workload_max)),
        (_("Starts"), day(next_start) if next_start else _("Any time") if anytime else ""),
        (_("Price"), _("Free") if r.free else _("Paid") if r.free is False else ""),
        (_("Certificate"), yes_or_no(r.certificate)),
        (_("Credits"), number(page.credits) if page.credits is not None else ""),
        (_("Language"), listed([language_name(tag) for tag in r.languages])),
        (_("Subtitles"), listed([language_name(tag) for tag in r.subtitle_languages])),
        (_("Licence"), licence_name(r.licence) or _("Not stated")),
        (_("Course code"), page.code or ""),
        (_("Published"), day(page.published)),
        (_("Content changed"), day(page.modified)),
    )
    return [(name, value) for name, value in found if value]


def progress(run: RunState) -> str:
    """ "1,840 of 2,910 · 14 per second · about 1 minute left"."""
    said = _("%(seen)s of %(total)s", seen=number(run.seen), total=number(run.total)) if run.total else number(run.seen)
    parts = [said]
    if run.rate:
        parts.append(_("%(rate)s a second", rate=number(round(run.rate, 1 if run.rate < 10 else None))))
    if run.seconds_left is not None:
        parts.append(_("about %(time)s left", time=format_timedelta(timedelta(seconds=run.seconds_left), granularity="second")))
    return " · ".join(parts)


def run_line(run: RunState) -> str:
    """What kind of run it is, and since when."""
    scope = _("everything") if run.full else _("changes since %(since)s", since=run.since or "?")
    begun = _("started %(moment)s UTC", moment=moment(run.started_at)) if run.started_at else _("not started")
    return " · ".join((_("Run %(id)s", id=run.id), kind_name(run.kind), scope, begun))


def citation(page: ResourcePage) -> str:
    """An attribution: authors (year). Title. Institution, provider. Licence."""
    r = page.summary
    names = [agent.name for agent in page.agents if agent.role in {"creator", "instructor"}][:6]
    year = next((moment.year for moment in (page.published, page.modified, page.created) if moment), None)
    by = [f"{', '.join(names)} ({year})" if names and year else ", ".join(names) or (str(year) if year else ""), r.title]
    by += [", ".join(dict.fromkeys(name for name in (r.institution, r.provider) if name)), licence_name(r.licence)]
    return ". ".join(part for part in by if part) + "."


SHORT = 260  # characters that a result's snippet has anyway


def weight(text: str) -> int:
    """Length as it looks: a Chinese character is as wide as two letters."""
    return len(text) + sum(character > "\u2e7f" for character in text[:1000])


def is_long(text: str) -> bool:
    """Has it more to say than a snippet shows?"""
    return weight(text) > SHORT


def beginning(text: str) -> str:
    """The first part of a long text, for a preview."""
    most = 420 if text[:200].isascii() or weight(text[:200]) < 300 else 210
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0].rstrip() + "…"
