"""Where the cells of a list end, and where its header stands: spreadsheets write more than the table into a file."""

from __future__ import annotations

import re

from harvesters.clean import columns

_DELIMITERS = {"comma": ",", "tab": "\t", "semicolon": ";", "pipe": "|", "\\t": "\t"}
_LEADING = 15  # rows that may stand above the header


def told(words: str) -> tuple[str, str]:
    """Excel's own first line, "sep=;": the rest, and the delimiter. The line stays as an empty one, so that lines are counted."""
    found = re.match(r"\"?sep=([,;|\t])\"?[^\S\n]{0,10}\n", words.replace("\r\n", "\n", 1), re.IGNORECASE)
    return ("\n" + words.split("\n", 1)[1], found[1]) if found else (words, "")


def delimiter(words: str, said: str, told: str = "") -> str:
    """What somebody said, or the file itself; else the one that the header has most of.

    A first line that has none, and is not the name of a column, is a heading: the next lines tell.
    """
    if said and said != "auto":
        return _DELIMITERS.get(said, said)[:1]
    if told:
        return told
    for line in words.lstrip()[:100_000].splitlines()[:_LEADING]:
        head = re.sub(r'"[^"]{0,2000}"', "", line[:20_000])
        best = max(",\t;|", key=head.count)
        if head.count(best) or columns.recognise([line.strip(' "')]):
            return best
    return ","


def headed(rows: list[tuple[int, list[str]]], title: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header and the rows under it: spreadsheets have a heading, or empty rows, above the names of their columns."""
    filled = [place for place, (_, row) in enumerate(rows[:_LEADING]) if any(cell.strip() for cell in row)]
    first = next(
        (place for place in filled if (title and title in rows[place][1]) or _names_columns(rows[place][1])), filled[0] if filled else 0
    )
    return rows[first][1], rows[first + 1 :]


def _names_columns(row: list[str]) -> bool:
    known = columns.recognise(row)
    return "title" in known and (len(known) > 1 or len(row) == 1)
