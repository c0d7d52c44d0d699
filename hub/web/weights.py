"""The numbers by which results are ordered, in words: what each does, what it did, how good the order is."""

from __future__ import annotations

from flask_babel import format_decimal, format_percent

from hub.services.explaining import Because, Why
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l
from hub.web.messages import ngettext
from hub.web.quantities import number

WEIGHT_GROUPS = (  # heading, what it is about, the numbers
    (
        _l("Where a word stands"),
        _l("How much one occurrence of a searched word counts."),
        ("title", "alternative", "keywords", "people", "description"),
    ),
    (_l("How occurrences add up"), _l("The shape of the formula; change one at a time."), ("k1", "b", "exact", "words", "phrase")),
    (_l("Beyond the words typed"), _l("0 switches it off."), ("widened", "meaning")),
    (
        _l("Signals beside text"),
        _l("A score is multiplied by 1 − w to 1 + w, by how much of the signal a resource has. 0 switches a signal off."),
        ("completeness", "freshness", "available", "open_licence", "reviews", "adoptions", "links"),
    ),
)
WEIGHTS = {  # name of a number -> label, explanation
    "title": (_l("Title"), _l("In the title.")),
    "alternative": (_l("Alternative titles"), _l("In a title in another language, or an earlier one.")),
    "keywords": (_l("Keywords and topics"), _l("In keywords, subjects and the names of topics.")),
    "people": (_l("People and providers"), _l("In the names of people, provider and institution.")),
    "description": (_l("Description"), _l("In the summary or the description.")),
    "k1": (_l("Saturation (k1)"), _l("The higher, the more further occurrences of a word still count.")),
    "b": (_l("Length (b)"), _l("0: long texts are not held back; 1: fully, by their length.")),
    "exact": (
        _l("Exact form"),
        _l("An occurrence of exactly the word typed counts so much more than one of another form (“market”, “marketing”)."),
    ),
    "words": (_l("Whole Chinese words"), _l("How much a whole word of the dictionary counts beside its pairs of characters.")),
    "phrase": (_l("Side by side"), _l("How much the words typed count again where a title has them one after the other.")),
    "widened": (_l("Synonyms"), _l("How much a result counts that only a synonym or a translation finds.")),
    "meaning": (_l("Meaning"), _l("The order by meaning against the order by words; has no effect where no meanings are made.")),
    "completeness": (_l("Completeness"), _l("How many of the facts that teachers need are known.")),
    "freshness": (_l("Freshness"), _l("How lately the content changed.")),
    "available": (_l("Can be taken"), _l("Can it be taken now or soon?")),
    "open_licence": (_l("Open licence"), _l("May it be copied and adapted?")),
    "reviews": (_l("Reviews"), _l("What reviewers said.")),
    "adoptions": (_l("Adoptions"), _l("How many courses use it.")),
    "links": (_l("Working links"), _l("Did its address answer when it was last asked?")),
}
GRADES = {0: _l("No answer"), 1: _l("A little"), 2: _l("Well"), 3: _l("Exactly")}
USUAL = {"common": _l("common"), "usual": _l("neither common nor rare"), "rare": _l("rare")}


def weight_name(name: str) -> str:
    """`open_licence` -> "Open licence"."""
    return str(WEIGHTS[name][0]) if name in WEIGHTS else name


def weight_hint(name: str, default: float, most: float) -> str:
    """What the number does, its bounds, and what it is unless somebody changes it."""
    return _("%(what)s From 0 to %(most)s, at first %(default)s.", what=WEIGHTS[name][1], most=short(most), default=short(default))


def short(value: float) -> str:
    """A number with as many decimals as it needs, three at most."""
    return str(format_decimal(value, format="0.###"))


def measure(value: float | None) -> str:
    """From 0 to 1 with three decimals; a dash where there is nothing to measure."""
    return "–" if value is None else str(format_decimal(value, format="0.000"))


def difference(before: float | None, after: float | None) -> str:
    """ "+0.031", "−0.004", "±0"; a dash where there is nothing to compare."""
    if before is None or after is None:
        return "–"
    change = round(after - before, 3)
    return "±0" if not change else str(format_decimal(change, format="+0.000;−0.000"))


def effect(factor: float) -> str:
    """What a score is multiplied by -> "+2.5%", "−1%", "±0%"."""
    change = round(factor - 1, 4)
    return "±0%" if not change else str(format_percent(change, format="+0.#%;−0.#%"))


def usual_name(usual: str) -> str:
    return str(USUAL.get(usual, usual))


def occurrences(word: str, place: str, count: int, exact: int) -> str:
    """ "Title: 2 times, 1 of them in exactly this form". Chinese words have no other forms."""
    times = ngettext("%(place)s: %(num)s time", "%(place)s: %(num)s times", count, place=weight_name(place))
    if exact >= count or not word.isascii():
        return times
    return (
        _("%(times)s, in other forms", times=times)
        if not exact
        else _("%(times)s, %(exact)s of them in exactly this form", times=times, exact=exact)
    )


def rarity(one: Because, documents: int) -> str:
    """ "rare: in 12 of 4,100 resources"."""
    having, of = number(one.reason.documents), number(documents)
    return _("%(usual)s: in %(having)s of %(all)s resources", usual=usual_name(one.usual), having=having, all=of)


def order_reason(why: Why) -> str:
    """What decided where a resource stands, in a sentence or two."""
    if why.order == "sort":
        return _("The list was put into another order by hand; the score below did not decide.")
    if why.order == "both":
        return _("It has the words, and it is near in meaning to what was searched. Both places count together, the first places most.")
    if why.order == "words":
        return _("It has the words. Results are ordered by this score, the highest first; equal ones by when they came into the catalogue.")
    if why.order == "meaning":
        return _("It does not have the words; it was found by its meaning alone, and is not counted among the results.")
    return _("It does not have the words that were searched.")
