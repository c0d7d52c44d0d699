"""The kinds of source that there are: ours, and those of installed packages (entry points of the group `open_commerce_hub.kinds`)."""

from __future__ import annotations

import logging
from functools import cache
from importlib.metadata import entry_points

from harvesters.errors import HarvestError
from harvesters.kinds import (
    by_hand,
    coursera,
    csv,
    edu_sharing,
    futurelearn,
    json_api,
    jsonld,
    kolibri,
    libretexts,
    lom_file,
    mediawiki,
    merlot,
    mit_learn,
    mit_ocw,
    moochub,
    moodle,
    oai_pmh,
    oer_commons,
    open_textbook_library,
    openedx,
    openstax,
    pushed,
    rss,
    thoth,
    web_list,
    youtube,
    youtube_api,
)
from harvesters.protocol import Harvester

log = logging.getLogger(__name__)
GROUP = "open_commerce_hub.kinds"

OURS = (
    oai_pmh.HARVESTER,
    openedx.HARVESTER,
    rss.HARVESTER,
    jsonld.HARVESTER,
    moochub.HARVESTER,
    csv.HARVESTER,
    mit_ocw.HARVESTER,
    mit_learn.HARVESTER,
    coursera.HARVESTER,
    futurelearn.HARVESTER,
    openstax.HARVESTER,
    open_textbook_library.HARVESTER,
    libretexts.HARVESTER,
    thoth.HARVESTER,
    mediawiki.HARVESTER,
    youtube.HARVESTER,
    youtube_api.HARVESTER,
    edu_sharing.HARVESTER,
    moodle.HARVESTER,
    kolibri.HARVESTER,
    json_api.HARVESTER,
    web_list.HARVESTER,
    lom_file.HARVESTER,
    merlot.HARVESTER,
    oer_commons.HARVESTER,
    by_hand.HARVESTER,
    pushed.HARVESTER,
)


class UnknownKind(HarvestError):
    """There is no kind of source of this name."""


@cache
def _all() -> tuple[dict[str, Harvester], tuple[str, ...]]:
    found = {harvester.kind: harvester for harvester in OURS}
    problems = []
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        try:
            harvester = point.load()
        except Exception as error:  # an installed package may fail in any way, and must not take our own kinds with it
            problems.append(f"The kind {point.name} ({point.value}) cannot be loaded: {error!r}")
            continue
        if not isinstance(harvester, Harvester):
            problems.append(f"The kind {point.name} ({point.value}) is no Harvester.")
        elif harvester.kind in found:
            problems.append(f"The kind {harvester.kind} of {point.value} exists already.")
        else:
            found[harvester.kind] = harvester
    for problem in problems:
        log.error("%s", problem)
    return found, tuple(problems)


def kinds() -> dict[str, Harvester]:
    """Name -> harvester, ours first."""
    return dict(_all()[0])


def problems() -> tuple[str, ...]:
    """Installed kinds that could not be used, one sentence each."""
    return _all()[1]


def kind(name: str) -> Harvester:
    """The harvester of this name or alias, however its case and its joints are written; UnknownKind lists those that there are."""
    wanted = name.strip().lower().replace("_", "-")
    found = kinds().get(wanted) or next((harvester for harvester in kinds().values() if wanted in harvester.aliases), None)
    if found is None:
        raise UnknownKind(f'There is no kind of source called "{name}". There are: {", ".join(kinds())}.')
    return found
