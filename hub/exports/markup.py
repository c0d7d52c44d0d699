"""XML 1.0 as text, written without a tree: whatever stands in a value, the document stays well-formed and says nothing else."""

from __future__ import annotations

import re

# What has to be escaped, and what no document can hold (XML 1.0, section 2.2). A carriage return would come back as a line end.
ODD = re.compile("[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
QUOTED = {'"': "&quot;", "\t": "&#9;", "\n": "&#10;"}  # in an attribute the last two would be read as blanks (section 3.3.3)


def text(value: str) -> str:
    """The content of an element. Characters that XML cannot have are left out."""
    return value if ODD.search(value) is None else ODD.sub(escape, value)


def escape(found: re.Match[str]) -> str:
    """What stands for an odd character; nothing for one that cannot be."""
    return ESCAPES.get(found[0], "")


def attribute(value: str) -> str:
    """The value of an attribute, between double quotes."""
    value = text(value)
    for character, reference in QUOTED.items():
        value = value.replace(character, reference)
    return value


def element(name: str, value: str | None, language: str | None = None) -> str:
    """An element with nothing but text in it, in this language (BCP 47); empty when there is no text."""
    if not value:
        return ""
    tagged = f' xml:lang="{attribute(language)}"' if language else ""
    return f"<{name}{tagged}>{text(value)}</{name}>"
