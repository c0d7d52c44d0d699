"""Somebody as a vCard 3.0 (RFC 2426), as learning metadata names people."""

from __future__ import annotations

import re

_SPECIAL = re.compile(r"[\\,;]")


def write(name: str, *, organisation: bool | None, company: str | None = None, url: str | None = None) -> str:
    """The card. Of a person, what stands before the last blank of the name is the given name; a name of one word is given."""
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"FN:{value(name)}", f"N:{parts(name, organisation=organisation)}"]
    if organisation or company:
        lines.append(f"ORG:{value(name if organisation else company or '')}")
    if url:
        lines.append(f"URL:{value(url)}")
    return "\n".join([*lines, "END:VCARD"])


def parts(name: str, *, organisation: bool | None) -> str:
    """Family name and given name, as far as anybody knows which is which; an organisation has neither."""
    if organisation:
        return ";;;;"
    if organisation is None:
        return f"{value(name)};;;;"
    given, _, family = name.rpartition(" ") if " " in name else (name, "", "")
    return f"{value(family)};{value(given)};;;"


def value(text: str) -> str:
    """A value, with what would end it escaped."""
    return _SPECIAL.sub(lambda found: "\\" + found[0], " ".join(text.split()))
