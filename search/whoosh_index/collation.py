"""The order of titles: English without case and accents, then Chinese by pronunciation.

The common 3,755 characters of GB 2312 (level 1) stand there in the order of their pinyin, so its codes sort them without a
dictionary; rarer characters follow by radical (level 2), all others by code point.
"""

from __future__ import annotations

import re

import numpy as np

from search.analysis import fold

SORT_KEY = np.dtype("S32")
OPENING = re.compile(r"^[\W_]+")


class _Codes(dict[int, str]):
    """Character -> its bytes as Latin-1 text, filled as characters are met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        try:
            made = character.encode("ascii" if code < 0x80 else "gb2312")
        except UnicodeEncodeError:
            made = b"\xfe" + code.to_bytes(3, "big")
        if code >= 0x80 and made[0] < 0xB0:  # other alphabets of GB 2312 (Greek, Cyrillic, kana) after its ideographs
            made = b"\xfd" + made
        self[code] = made.decode("latin-1")
        return self[code]


_CODES = _Codes()


def sort_key(title: str) -> bytes:
    """Bytes that sort as titles should; opening punctuation does not count."""
    folded = fold(title[:64])
    return (OPENING.sub("", folded) or folded).translate(_CODES).encode("latin-1")[: SORT_KEY.itemsize].rstrip(b"\0")
