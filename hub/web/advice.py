"""What a provider can do about its metadata, in words: how each missing field is filled, and where."""

from __future__ import annotations

from hub.web.facts import field_name
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l

MISSING = {  # field -> what its lack means, short
    "text": _l("Description"),
    "url": _l("Address of the course"),
    "licence": _l("Licence"),
    "languages": _l("Language"),
    "resource_type": _l("Resource type"),
    "agents": _l("People"),
    "levels": _l("Level"),
    "keywords": _l("Subjects or keywords"),
    "free": _l("Price"),
    "duration": _l("Duration"),
}
HOW = {
    "text": _l("Write two or three sentences about what is learned and for whom."),
    "url": _l("Give the address of the page where a learner begins, with https:// in front."),
    "licence": _l("Give the address of the licence, such as https://creativecommons.org/licenses/by/4.0/, or its SPDX name (CC-BY-4.0)."),
    "languages": _l("Give the language of the course as a code: en, de, zh-Hans."),
    "resource_type": _l("Say what it is in one word: course, video, textbook, case, exercise, dataset."),
    "agents": _l("Name the authors or teachers, each in an element of its own."),
    "levels": _l("Say for whom it is: undergraduate, postgraduate, vocational, professional; or introductory, intermediate, advanced."),
    "keywords": _l("Add a few subjects or keywords, each in an element of its own."),
    "free": _l("Say whether it is free, or give the price with its currency."),
    "duration": _l("Give the length as ISO 8601 has it: P12W for twelve weeks, PT6H for six hours."),
}
WHY = {
    "text": _l("Without it a search finds the course by its title alone."),
    "url": _l("Without it nobody can get there."),
    "licence": _l("Without it a teacher may not adapt or pass it on, and those who filter by licence never see it."),
    "languages": _l("Without it we guess from the text, and the filter by language may miss it."),
    "resource_type": _l("Without it the filter by type misses it."),
    "agents": _l("Without it nobody can be cited."),
    "levels": _l("Without it the filter by level misses it."),
    "keywords": _l("Without it the course has fewer topics, and fewer searches find it."),
    "free": _l("Without it the filter “free” misses it."),
    "duration": _l("Without it a teacher cannot plan with it."),
}


READ = {  # further fields of a source's record, as admins look into them
    "summary": _l("Summary"),
    "alternative_titles": _l("Other titles"),
    "subtitle_languages": _l("Subtitles"),
    "code": _l("Course code"),
    "group": _l("Runs of one course"),
    "identifiers": _l("Identifiers"),
    "same_as": _l("The same elsewhere"),
    "licence_url": _l("Address of the licence"),
    "rights": _l("Rights, in the source’s words"),
    "credits": _l("Credits"),
    "offerings": _l("Dates and prices"),
    "workload_min": _l("Hours a week, at least"),
    "workload_max": _l("Hours a week, at most"),
    "subjects": _l("Subjects"),
    "teaches": _l("What learners do"),
    "prerequisites": _l("What they need before"),
    "audience": _l("For whom"),
    "image": _l("Picture"),
    "created": _l("Created"),
    "published": _l("Published"),
    "modified": _l("Content changed"),
}


def read_name(field: str) -> str:
    """A field of a record in words."""
    return str(READ.get(field) or field_name(field))


def missing_name(field: str) -> str:
    return str(MISSING.get(field, field))


def missing_names(fields: tuple[str, ...]) -> list[str]:
    return [missing_name(field) for field in fields]


def mend(field: str, element: str | None) -> str:
    """What to write, and into which element."""
    how = str(HOW.get(field, ""))
    return _("%(how)s It goes into %(element)s.", how=how, element=element) if element else how


def harm(field: str) -> str:
    """What its lack costs."""
    return str(WHY.get(field, ""))


def tenth(place: int) -> str:
    """The place of a bar in a histogram: "from 40 to 49%"."""
    return _("%(low)s to %(high)s%%", low=place * 10, high=100 if place == 9 else place * 10 + 9)
