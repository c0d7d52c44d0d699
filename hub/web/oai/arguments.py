"""Arguments of an OAI-PMH request, checked as the protocol says (sections 2.7, 3.3 and 4)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hub.services.grouping import SPEC

Pairs = Sequence[tuple[str, str]]
LONGEST = 2_500  # characters of an argument: `grouping.LONGEST` characters of a set's name, each of four bytes written as ~XX
LIST = ({"metadataPrefix"}, {"from", "until", "set"}, True)
VERBS: Mapping[str, tuple[set[str], set[str], bool]] = {  # verb -> required, optional, goes on by a token
    "Identify": (set(), set(), False),
    "ListMetadataFormats": (set(), {"identifier"}, False),
    "ListSets": (set(), set(), True),
    "GetRecord": ({"identifier", "metadataPrefix"}, set(), False),
    "ListIdentifiers": LIST,
    "ListRecords": LIST,
}
PREFIX = re.compile(r"[A-Za-z0-9\-_.!~*'()]+")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
SECOND = re.compile(DAY.pattern + r"T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
# An identifier that the schema takes, whoever reads it (xs:anyURI): RFC 3986 with a scheme, without authority and fragment.
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:(?!//)(?:[A-Za-z0-9\-._~:/?@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+")


class Refused(Exception):
    """An error of the protocol (section 3.6). `said`: the arguments that may be repeated in the answer."""

    def __init__(self, code: str, message: str, said: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.said = dict(said or {})


@dataclass(frozen=True, slots=True)
class Span:
    """From and until as moments; `before` is the first one that is too late."""

    since: datetime | None
    before: datetime | None


def check(pairs: Pairs | None) -> dict[str, str]:
    """The arguments by name. Raises Refused with badVerb or badArgument."""
    if pairs is None:
        raise Refused("badArgument", "The body has to be application/x-www-form-urlencoded, and not too large.")
    verbs = [value for name, value in pairs if name == "verb"]
    if len(verbs) != 1 or verbs[0] not in VERBS:
        what = "There is no verb." if not verbs else "There is more than one verb." if len(verbs) > 1 else "There is no such verb."
        raise Refused("badVerb", f"{what} Verbs: {', '.join(VERBS)}.")
    required, optional, goes_on = VERBS[verbs[0]]
    known = {"verb"} | required | optional | ({"resumptionToken"} if goes_on else set())
    found = dict(pairs)
    for name, times in Counter(name for name, _ in pairs).items():
        if name not in known:
            raise Refused("badArgument", f"{verbs[0]} has no argument {name[:40]!r}.")
        if times > 1:
            raise Refused("badArgument", f"{name} is given more than once.")
        if len(found[name]) > LONGEST and name != "resumptionToken":
            raise Refused("badArgument", f"{name} is longer than {LONGEST} characters.")
    if "resumptionToken" in found:
        if len(found) > 2:
            raise Refused("badArgument", "resumptionToken excludes all other arguments.")
        return found
    for name in sorted(required - set(found)):
        raise Refused("badArgument", f"{verbs[0]} needs the argument {name}.")
    form(found)
    return found


def form(found: Mapping[str, str]) -> None:
    """Are the values written as the protocol wants? Raises Refused."""
    if "metadataPrefix" in found and not PREFIX.fullmatch(found["metadataPrefix"]):
        raise Refused("badArgument", "metadataPrefix has characters that no prefix has.")
    if "set" in found and not SPEC.fullmatch(found["set"]):
        raise Refused("badArgument", "set has characters that no setSpec has.")
    span(found.get("from"), found.get("until"))


def span(since: str | None, until: str | None) -> Span:
    """Both bounds are included, in the one granularity that both are written in (section 2.7.1). Raises Refused."""
    if since is not None and until is not None and len(since) != len(until):
        raise Refused("badArgument", "from and until have different granularities.")
    first, last = (None if written is None else moment(name, written) for name, written in (("from", since), ("until", until)))
    if first is not None and last is not None and first > last:
        raise Refused("badArgument", "from is later than until.")
    return Span(first, None if last is None else after(last, days=DAY.fullmatch(until or "") is not None))


def moment(name: str, written: str) -> datetime:
    """A UTCdatetime (section 3.3). Raises Refused."""
    for shape, pattern in ((DAY, "%Y-%m-%d"), (SECOND, "%Y-%m-%dT%H:%M:%SZ")):
        if shape.fullmatch(written):
            try:
                return datetime.strptime(written, pattern).replace(tzinfo=UTC)
            except ValueError:
                break
    raise Refused("badArgument", f"{name} has to be written YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ, and to be a date that there is.")


def after(last: datetime, *, days: bool) -> datetime | None:
    """The first moment after the day or second that begins at `last`; None after the end of the calendar."""
    try:
        return last + (timedelta(days=1) if days else timedelta(seconds=1))
    except OverflowError:
        return None


def repeated(found: Mapping[str, str]) -> dict[str, str]:
    """The arguments as the answer repeats them: without an identifier that no schema would take."""
    return {name: value for name, value in found.items() if name != "identifier" or URI.fullmatch(value)}
