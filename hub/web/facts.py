"""Sentences and tables about one resource or one run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask_babel import format_timedelta

from hub.services.reading import ResourcePage
from hub.services.watching import RunState
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l
from hub.web.permissions import licence_name
from hub.web.quantities import day, duration, listed, moment, number, workload
from hub.web.wording import cause_name, kind_name, language_name, level_name, run_task_name, yes_or_no

FIELDS = {  # fields of a resource whose source a visitor may want to know, in the order of the edit page
    "title": _l("Title"),
    "alternative_titles": _l("Other titles"),
    "summary": _l("Summary"),
    "description": _l("Description"),
    "url": _l("Address"),
    "resource_type": _l("Resource type"),
    "languages": _l("Language"),
    "subtitle_languages": _l("Languages of subtitles"),
    "agents": _l("People"),
    "provider": _l("Provider"),
    "institution": _l("Institution"),
    "code": _l("Course code"),
    "licence": _l("Licence"),
    "rights": _l("Rights"),
    "free": _l("Free of charge"),
    "certificate": _l("Certificate"),
    "credits": _l("Credits"),
    "duration": _l("Duration"),
    "workload_min": _l("Hours a week, at least"),
    "workload_max": _l("Hours a week, at most"),
    "levels": _l("Level"),
    "subjects": _l("Subjects"),
    "keywords": _l("Keywords"),
    "teaches": _l("What learners do"),
    "prerequisites": _l("What they need before"),
    "audience": _l("For whom"),
    "image": _l("Picture"),
    "content_created": _l("Content made"),
    "content_published": _l("Content published"),
    "content_modified": _l("Content changed"),
}


def field_name(field: str) -> str:
    return str(FIELDS.get(field, field))


def provenance(page: ResourcePage) -> list[tuple[str, str]]:
    """(field, where its value comes from) of every field that has one, in the order of FIELDS."""
    found: list[tuple[str, str]] = []
    for name, title in FIELDS.items():
        if name in page.corrected:
            found.append((str(title), _("corrected by a curator on %(day)s", day=day(page.corrected[name]))))
        elif name in page.inferred:
            found.append((str(title), _("inferred by rule")))
        elif name in page.fields:
            found.append((str(title), _("from %(source)s", source=page.fields[name])))
    return found


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
    what = run_task_name(run.task) if run.task != "harvest" else scope
    parts = (_("Run %(id)s", id=run.id), kind_name(run.kind), what, begun, cause_name(run.cause))
    return " · ".join(part for part in parts if part)


def citation(page: ResourcePage) -> str:
    """An attribution: authors (year). Title. Institution, provider. Licence."""
    r = page.summary
    names = [agent.name for agent in page.agents if agent.role in {"creator", "instructor"}][:6]
    year = next((moment.year for moment in (page.published, page.modified, page.created) if moment), None)
    by = [f"{', '.join(names)} ({year})" if names and year else ", ".join(names) or (str(year) if year else ""), r.title]
    by += [", ".join(dict.fromkeys(name for name in (r.institution, r.provider) if name)), licence_name(r.licence)]
    return ". ".join(part for part in by if part) + "."
