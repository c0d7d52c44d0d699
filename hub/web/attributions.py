"""The attribution of works in words: title, author, source, licence (TASL, as Creative Commons recommends)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup, escape

from hub.web.markup import web_address
from hub.web.messages import gettext as _
from hub.web.permissions import licence_name
from hub.web.quantities import listed

MARKS = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_{}[]()#+!|<>~"})


def author(credit: Any) -> str:
    """Who made it: its people, else its publisher, else that nobody says."""
    return listed(list(credit.authors)) if credit.authors else credit.publisher or _("author not named")


def licence(credit: Any) -> str:
    """Its licence in words."""
    return licence_name(credit.licence) if credit.licence else _("licence not known: ask before you copy")


def attribution(credits: Sequence[Any]) -> str:
    """As the page of a shelf shows it."""
    return plain(credits).rstrip()


def plain(credits: Sequence[Any]) -> str:
    """One line a work, without markup."""
    return "\n".join(sentence(one, title=f"“{one.title}”", place=address(one), terms=with_address(one)) for one in credits) + "\n"


def markdown(credits: Sequence[Any]) -> str:
    """A list in Markdown; what is of the source stays text."""
    lines = []
    for one in credits:
        title = one.title.translate(MARKS)
        terms = licence(one).translate(MARKS)
        titled = f"[{title}](<{address(one)}>)" if address(one) else title
        licensed = f"[{terms}](<{place}>)" if (place := web_address(one.licence_url)) else terms
        lines.append("- " + sentence(one, title=titled, place="", terms=licensed, of=lambda text: text.translate(MARKS)))
    return "\n".join(lines) + "\n"


def marked_up(credits: Sequence[Any]) -> Markup:
    """A list in HTML."""
    lines = []
    for one in credits:
        place, terms = address(one), web_address(one.licence_url)
        title = (
            Markup('<cite><a href="{}">{}</a></cite>').format(place, one.title) if place else Markup("<cite>{}</cite>").format(one.title)
        )
        licensed = Markup('<a href="{}" rel="license">{}</a>').format(terms, licence(one)) if terms else escape(licence(one))
        lines.append(Markup("<li>{}</li>").format(markup_sentence(one, title, licensed)))
    return Markup("<ul>\n{}\n</ul>\n").format(Markup("\n").join(lines))


def markup_sentence(credit: Any, title: Markup, terms: Markup) -> Markup:
    """The sentence, of parts that are markup; what is of the source is escaped."""
    words = Markup(escape(_("%(title)s by %(author)s. Licence: %(licence)s.", title="{0}", author="{1}", licence="{2}")))  # noqa: S704 - escaped
    return words.format(title, author(credit), terms)


def address(credit: Any) -> str:
    """Where it is, when that is an address of the web."""
    return web_address(credit.url) or ""


def with_address(credit: Any) -> str:
    """Its licence, with the address of its text."""
    place = web_address(credit.licence_url)
    return f"{licence(credit)} ({place})" if place else licence(credit)


def sentence(credit: Any, *, title: str, place: str, terms: str, of: Any = str) -> str:
    """Title, author, source and licence."""
    said = _("%(title)s by %(author)s. Licence: %(licence)s.", title=title, author=of(author(credit)), licence=terms)
    return f"{said} {place}".rstrip()
