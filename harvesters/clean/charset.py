"""Bytes -> text, whatever the label says: byte order marks, headers, declarations inside the document, and wrong ones of all three."""

from __future__ import annotations

import codecs
import re

_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""", re.IGNORECASE)
_META = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_HEAD = 4_096  # where a declaration may stand
_SAMPLE = 65_536  # what we look at to tell encodings apart
_FEW = 24  # bytes above ASCII that may be valid UTF-8 by chance

# The WHATWG Encoding Standard, section 4.2: what browsers take these labels for. The rest is Python's own table.
_LABELS = {
    **dict.fromkeys(
        (
            "gb2312",
            "gb_2312-80",
            "gb_2312",
            "gbk",
            "x-gbk",
            "csgb2312",
            "chinese",
            "iso-ir-58",
            "csiso58gb231280",
            "cp936",
            "ms936",
            "euc-cn",
        ),
        "gb18030",
    ),
    **dict.fromkeys(("big5", "big5-hkscs", "cn-big5", "csbig5", "x-x-big5", "cp950"), "big5hkscs"),
    **dict.fromkeys(
        (
            "latin1",
            "latin-1",
            "iso-8859-1",
            "iso8859-1",
            "iso_8859-1",
            "l1",
            "ascii",
            "us-ascii",
            "x-cp1252",
            "windows-1252",
            "ansi_x3.4-1968",
        ),
        "cp1252",
    ),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis", "ms_kanji", "windows-31j", "csshiftjis"), "cp932"),
    **dict.fromkeys(("euc-kr", "korean", "ks_c_5601-1987", "ksc5601", "windows-949", "cseuckr"), "cp949"),
    **dict.fromkeys(("iso-8859-9", "latin5"), "cp1254"),
    **dict.fromkeys(("iso-8859-11", "tis-620"), "cp874"),
    **dict.fromkeys(("utf-16", "utf16", "unicode", "ucs-2", "iso-10646-ucs-2", "utf-16le"), "utf-16-le"),
    **dict.fromkeys(("utf8", "utf-8", "unicode-1-1-utf-8", "x-unicode20utf8", "utf8mb4"), "utf-8"),
}
_NOT_TEXT = {"utf-7", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}

# The most frequent characters of Chinese course pages: text in the right encoding is full of them, text in the wrong one is not.
_COMMON = frozenset(
    "的程课学数据用分一本基计大习实是理析和发开解与以础系技有语为在算能工入可机中法术业目方不作教件了网到编时讲言统个要门进师等行对知及设生下新人信通内项面视识你全过从使更高化后库会如多加第上题容应现提前合员代论成我"
    "課學數據計習實發開與礎語為術業網編時講統個門進師對設內項視識過從後庫會題應現員論國際電商務營銷這們來說"
)


def label(name: str | None) -> str | None:
    """Python's name for an encoding as the web labels it, None when unknown."""
    if not name:
        return None
    name = name.strip().strip("\"'").lower()
    if name in _LABELS:
        return _LABELS[name]
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError, UnicodeError):
        return None
    # Not every codec of Python's is an encoding of text: "hex", "zlib" and the like would decode to bytes.
    return found.name if getattr(found, "_is_text_encoding", True) and found.name not in _NOT_TEXT else None


def encoding(body: bytes, media_type: str = "", declared: str | None = None) -> str:
    """The encoding that `body` is really in, as Python names it. Never fails; a bad guess decodes with replacement characters."""
    marked = _mark(body)
    if marked:
        return marked
    sample = body[:_SAMPLE]
    said = label(declared) or _inside(body[:_HEAD], media_type)
    if sample.isascii() and body.isascii():
        return "utf-8" if said is None or not said.startswith(("utf-16", "utf-32", "iso2022", "hz")) else said
    return _tell(body, sample, said)


def _mark(body: bytes) -> str | None:
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if body.startswith(mark):
            return name
    head = body[:400]
    zeros_even, zeros_odd, half = head[0::2].count(0), head[1::2].count(0), len(head) // 2
    if half >= 2 and zeros_odd >= max(2, half // 12) and zeros_odd > 4 * zeros_even:
        return "utf-16-le"
    if half >= 2 and zeros_even >= max(2, half // 12) and zeros_even > 4 * zeros_odd:
        return "utf-16-be"
    return None


def _inside(head: bytes, media_type: str) -> str | None:
    found = _DECLARED.search(head) or (_META.search(head) if "xml" not in media_type or "html" in media_type else None)
    name = label(found.group(1).decode("ascii")) if found else None
    # A declaration that we could read as ASCII cannot be in UTF-16 (HTML standard, 13.2.3.2).
    return "utf-8" if name is not None and name.startswith(("utf-16", "utf-32")) else name


def _tell(body: bytes, sample: bytes, said: str | None) -> str:
    high = len(sample) - len(sample.translate(None, bytes(range(0x80, 0x100))))
    if _is_utf8(body) and (said in (None, "utf-8", "cp1252") or high >= _FEW or not _decodes(body, said)):
        return "utf-8"
    if said not in (None, "utf-8", "cp1252", "gb18030", "big5hkscs") and _decodes(body, said):
        return str(said)
    if said in (None, "utf-8") and _mostly_utf8(sample):
        return "utf-8"
    scores = {name: _chinese(sample, name) for name in ("gb18030", "big5hkscs")}
    best = max(scores, key=lambda name: scores[name])
    if said in scores and scores[best] < 3 * scores[said] + 0.05:
        return str(said)
    if scores[best] >= 0.08:
        return best
    return said if said is not None and (said != "utf-8" or _mostly_utf8(sample)) else "cp1252"


def _decodes(body: bytes, name: str | None) -> bool:
    try:
        body.decode(name or "utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_utf8(body: bytes) -> bool:
    return _decodes(body, "utf-8")


def _mostly_utf8(sample: bytes) -> bool:
    """UTF-8 with a few spoilt places: a record is lost by them, not the encoding."""
    text = sample.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    return sum(1 for character in text if character > "\x7f") > 4 * bad or (bad <= 2 and len(sample) > 500)


def _chinese(sample: bytes, name: str) -> float:
    """The share of frequent characters among all Chinese ones when read so."""
    han = [character for character in sample.decode(name, "replace") if "\u3400" <= character <= "\u9fff" or character == "\ufffd"]
    return sum(1 for character in han if character in _COMMON) / len(han) if len(han) > 1 else 0.0


def decode(body: bytes, media_type: str = "", declared: str | None = None) -> str:
    """`body` as text; what cannot be read becomes U+FFFD. Never fails."""
    text = body.decode(encoding(body, media_type, declared), "replace")
    return text.removeprefix("\ufeff")
