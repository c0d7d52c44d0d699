"""Languages as sources name them -> BCP 47, and the language of a text whose source is silent.

A region is dropped where it changes spelling only ("en-GB" is "en"), becomes a script for Chinese ("zh-CN" is "zh-Hans"),
and is kept for Brazil's Portuguese.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from harvesters.clean.language_names import NAMES, THREE, TWO

_TAG = re.compile(r"([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|\d{3}))?(?:[-_.@][a-z0-9_.@-]{0,40})?", re.IGNORECASE)
_TRADITIONAL = {"tw", "hk", "mo"}
_SIMPLIFIED = {"cn", "sg", "my"}
_IN_WORDS = re.compile(r"([^()（）\[\],，;；/\-–]+?)\s*[(（\[,，/\-–]\s*([^()（）\[\],，;；]*?)\s*[)）\]]?")
_MARKS = (
    ("hant", "traditional", "繁體", "繁体", "正體", "trad", "taiwan", "hong kong", "台灣", "香港"),
    ("hans", "simplified", "简体", "簡體", "simp", "mainland", "china", "中国"),
)


def tag(value: object) -> str | None:
    """`tag("chi-simp") == tag("zh_CN") == tag("Chinese (Simplified)") == "zh-Hans"`; None when it names no language."""
    return _tag(value) if isinstance(value, str) and 1 < len(value) <= 100 else None


@lru_cache(maxsize=4096)
def _tag(value: str) -> str | None:
    text = " ".join(unicodedata.normalize("NFKC", value).strip().split()).lower().rstrip(".")
    if text.startswith(("http://", "https://")):  # lexvo, id.loc.gov and the EU's tables end in the code
        text = text.rstrip("/").rpartition("/")[2]
    if text in NAMES:
        return NAMES[text]
    text = text.replace("zh-cmn-", "zh-", 1) if text.startswith("zh-cmn-") else text
    if text.startswith(("chi-", "zho-", "chi_", "zho_")):
        return _chinese("zh", text)
    found = _TAG.fullmatch(text)
    if found and (found[1] in TWO or found[1] in THREE):
        return _subtags(TWO.get(found[1]) or THREE[found[1]], (found[2] or "").title(), found[3] or "")
    return _words(text)


def _subtags(language: str, script: str, region: str) -> str:
    if language == "zh":
        if script in ("Hans", "Hant"):
            return f"zh-{script}"
        return "zh-Hant" if region in _TRADITIONAL else "zh-Hans" if region in _SIMPLIFIED else "zh"
    if language == "pt" and region == "br":
        return "pt-BR"
    return f"{language}-{script}" if language in ("sr", "uz", "az", "mn") and script in ("Latn", "Cyrl") else language


def _words(text: str) -> str | None:
    """ "Chinese (Simplified)", "English - United States", "Spanish; Castilian"."""
    found = _IN_WORDS.fullmatch(text)
    if found and (found[2] in NAMES or found[2] in TWO) and text[found.end(1) :].lstrip()[:1] in ",，/":
        return None  # two languages, not one with a remark
    if found:
        name = NAMES.get(found[1].strip()) or TWO.get(found[1].strip())
        if name == "zh" or name in ("zh-Hans", "zh-Hant"):
            return _chinese(name, found[2])
        if name == "pt":
            return "pt-BR" if found[2] in ("brazil", "brasil", "brazilian", "br", "巴西") else "pt"
        return name
    first, _, rest = text.replace("_", " ").partition(" ")
    if first in ("chinese", "中文") and rest:
        found_script = _chinese("zh", rest)
        return found_script if found_script != "zh" else None
    if rest in ("chinese", "中文"):
        return _chinese("zh", first)
    if rest in ("language", "english", "portuguese", "spanish"):
        return "pt-BR" if text == "brazilian portuguese" else NAMES.get(first if rest == "language" else rest)
    return None


def _chinese(name: str, detail: str) -> str:
    for mark, script in zip(_MARKS, ("zh-Hant", "zh-Hans"), strict=True):
        if any(word in detail for word in mark):
            return script
    return "zh-Hant" if detail in _TRADITIONAL else "zh-Hans" if detail in _SIMPLIFIED else name


def tags(values: Iterable[object]) -> tuple[str, ...]:
    """Those that are languages, once each; "zh" goes where a script is known. One text may name several: "en, zh"."""
    found: dict[str, None] = {}
    for value in values:
        one = tag(value)
        several = (
            [one] if one or not isinstance(value, str) else [tag(part.strip()) for part in re.split(r"[,;/|、，；]| and | & ", value[:300])]
        )
        for name in several:
            if name:
                found.setdefault(name)
    if any(name.startswith("zh-") for name in found):
        found.pop("zh", None)
    return tuple(found)
