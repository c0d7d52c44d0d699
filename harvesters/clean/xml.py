"""Strict XML: no document types, no entities, no network, bounded; and the salvage of the good records of a page with a bad one.

Nothing is parsed leniently. Three things are mended first, because their meaning is beyond doubt: white space before the declaration,
a bare `&`, and HTML's named characters (`&nbsp;`). What then still is not well-formed is cut into its records, and each is parsed
strictly by itself.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html.entities import html5

from lxml import etree

from harvesters.clean import charset
from harvesters.clean.json import refuse_html
from harvesters.errors import SourceError

LARGEST = 64 * 1024 * 1024  # bytes of one document
_PROLOG = re.compile(r"\s*<\?xml[^>]{0,300}\?>")
# A document type that only says where it can be read (RSS 0.91, XHTML) is passed over unread; one with declarations is refused.
_DOCTYPE = re.compile(
    r"""\A(\s{0,1000}(?:<!--(?:[^-]|-(?!->)){0,2000}-->\s{0,100}|<\?[^>]{0,500}\?>\s{0,100}){0,5})"""
    r"""<!DOCTYPE\s{1,20}[\w:.-]{1,100}(?:\s{1,20}(?:PUBLIC|SYSTEM)(?:\s{1,20}(?:"[^"<>\[]{0,300}"|'[^'<>\[]{0,300}')){1,2})?\s{0,20}>"""
)
_START = re.compile(r"<([A-Za-z_][\w.:-]{0,200})")
_AMPERSAND = re.compile(r"&(?!amp;|lt;|gt;|quot;|apos;|#[0-9]{1,7};|#[xX][0-9a-fA-F]{1,6};)([A-Za-z][A-Za-z0-9]{0,31};)?")
_CDATA, _CDATA_END = "<![CDATA[", "]]>"
_SPOILT = re.compile("[\ud800-\udfff]")
_MARK = "<?records-stood-here?>"


@dataclass(frozen=True, slots=True)
class Broken:
    """A record that is not well-formed, by itself."""

    body: bytes
    reason: str


@dataclass(frozen=True, slots=True)
class Document:
    """A document's root, and its records in order: those of `pieces` when it had to be cut, the root's own when not."""

    root: etree._Element
    pieces: tuple[etree._Element | Broken, ...] | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """Where the records of a kind of document begin and end: patterns over its text, and what may follow the last record."""

    start: re.Pattern[str]  # a record's start tag, without attributes
    end: re.Pattern[str]  # its end tag
    tail: re.Pattern[str]  # what can only stand after the last record
    namespaces: str = ""  # declarations that a record may lean on where its document's are lost


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, recover=False, remove_comments=True
    )


def element(body: bytes) -> etree._Element:
    """One element in UTF-8; ValueError says what is wrong and on which of its lines."""
    try:
        return etree.fromstring(body, _parser())
    except etree.XMLSyntaxError as error:
        raise ValueError(_reason(error)) from None


def parse(
    body: bytes, media_type: str = "", declared: str | None = None, *, shape: Shape | None = None, url: str = "", expected: str = "XML"
) -> Document:
    """The whole document. SourceError says what came instead, or at which line it breaks off or is not XML."""
    where = f" from {url}" if url else ""
    if len(body) > LARGEST:
        raise SourceError(f"The XML{where} is larger than {LARGEST // 1024 // 1024} MB.", advice="Ask for smaller pages.")
    name = charset.encoding(body, media_type, declared)
    whole = _decoded(body, name)
    text = whole.lstrip("\ufeff \t\r\n\x00")
    if not text:
        raise SourceError(f"An empty answer came{where}, not {expected}.", advice="Ask again later, or check the address.")
    refuse_html(text, expected, url)
    # White space may not stand before the declaration, but its lines are counted.
    text = _DOCTYPE.sub(r"\1", whole[: len(whole) - len(text)].count("\n") * "\n" + _PROLOG.sub("", text, count=1), count=1)
    _refuse_other(text, where, expected)
    if not _SPOILT.search(text):
        root = _strict(text)
        if root is not None:
            return Document(root)
        text = _mended(text)
        root = _strict(text)
        if root is not None:
            return Document(root)
    return _salvage(text, shape, where)


def _decoded(body: bytes, name: str) -> str:
    """Bytes that are no text stay recognisable, and come back as they were when encoded again."""
    try:
        return body.decode(name, "surrogateescape")
    except UnicodeDecodeError:
        return body.decode(name, "replace").replace("\ufffd", "\udcff")


def _refuse_other(text: str, where: str, expected: str) -> None:
    first = _START.search(text)
    head = text[: first.start()] if first else text[:2_000]
    if "<!DOCTYPE" in head or "<!ENTITY" in head:
        raise SourceError(
            f"The document{where} declares a document type (DTD), refused because it can make a reader open files.",
            advice="Ask the source's owner to leave the <!DOCTYPE> line out.",
        )
    if first is None or not text.lstrip().startswith("<"):
        raise SourceError(
            f"The answer{where} is not {expected}: it begins with {text.lstrip()[:60]!r}.",
            advice="Open the address in a browser and check that it is the service's own address.",
        )


def _strict(text: str) -> etree._Element | None:
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), _parser())
    except etree.XMLSyntaxError:
        return None


def _mended(text: str) -> str:
    """Bare ampersands and HTML's named characters, outside CDATA."""
    return "".join(part if kept else _AMPERSAND.sub(_replacement, part) for part, kept in _sections(text))


def _sections(text: str) -> Iterator[tuple[str, bool]]:
    """The text in order, as (part, is CDATA)."""
    here = 0
    while True:
        start = text.find(_CDATA, here)
        stop = text.find(_CDATA_END, start) if start >= 0 else -1
        if stop < 0:
            yield text[here:], False
            return
        yield text[here:start], False
        here = stop + len(_CDATA_END)
        yield text[start:here], True


def _replacement(found: re.Match[str]) -> str:
    characters = html5.get(found[1]) if found[1] else None
    return "".join(f"&#{ord(character)};" for character in characters) if characters else "&amp;" + (found[1] or "")


def _reason(error: etree.XMLSyntaxError) -> str:
    """lxml's words without its own position, and the line that they are about."""
    said = re.sub(r",? line \d+(?:, column \d+)?(?: \(.*\))?$", "", str(error.msg or "not well-formed")).strip()
    return f"{said} (line {error.lineno or 1})"


def _salvage(text: str, shape: Shape | None, where: str) -> Document:
    root = _START.search(text)
    name = root[1] if root else ""
    end = text.rfind(f"</{name}")
    if end < 0:
        raise SourceError(
            f"The XML{where} is cut in the middle at line {text.count(chr(10)) + 1}.",
            advice="The answer did not come whole; the next run asks again.",
        )
    stop = text.find(">", end)
    text = text[: stop + 1] if stop >= 0 else text[:end] + f"</{name}>"
    spans = list(_spans(text, shape)) if shape else []
    outside = _outside(text, spans)
    try:
        rest = etree.fromstring(outside.encode("utf-8", "replace"), _parser())
    except etree.XMLSyntaxError as error:
        raise SourceError(
            f"The XML{where} is not well-formed: {_reason(error)}.", advice="Ask the source's owner to mend it, or to escape its texts."
        ) from None
    return Document(rest, tuple(_pieces(text, spans, _namespaces(rest), shape.namespaces if shape else "")))


def _outside(text: str, spans: list[tuple[int, int]]) -> str:
    parts, here = [], 0
    for number, (start, stop) in enumerate(spans):
        parts.append(text[here:start] + (_MARK if number == 0 else ""))
        here = stop
    return "".join([*parts, text[here:]])


def _spans(text: str, shape: Shape) -> Iterator[tuple[int, int]]:
    """Each record's place. One without its end tag reaches to the next, the last one to what can only come after records."""
    hidden = _hidden(text)
    starts = [found.start() for found in shape.start.finditer(text) if not hidden(found.start())]
    for number, start in enumerate(starts):
        limit = starts[number + 1] if number + 1 < len(starts) else len(text)
        ends = [found.end() for found in shape.end.finditer(text, start, limit)]
        if ends:
            yield start, ends[-1]
            continue
        tail = shape.tail.search(text, start, limit)
        yield start, tail.start() if tail else limit


def _hidden(text: str) -> Callable[[int], bool]:
    """Whether a place stands inside CDATA."""
    ends, here = [], 0
    for part, kept in _sections(text):
        if kept:
            ends.append((here, here + len(part)))
        here += len(part)
    starts = [start for start, _ in ends]

    def inside(place: int) -> bool:
        at = bisect_right(starts, place) - 1
        return at >= 0 and place < ends[at][1]

    return inside


def _namespaces(rest: etree._Element) -> str:
    """The declarations in force where the records stood."""
    for mark in rest.iter(etree.ProcessingInstruction):
        parent = mark.getparent()
        if isinstance(mark, etree._ProcessingInstruction) and mark.target == "records-stood-here" and parent is not None:
            pairs = ((f"xmlns:{prefix}" if prefix else "xmlns", uri) for prefix, uri in parent.nsmap.items() if prefix != "xml")
            return "".join(f' {name}="{_attribute(uri)}"' for name, uri in pairs)
    return ""


def _attribute(value: str) -> str:
    return value.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def _pieces(text: str, spans: list[tuple[int, int]], namespaces: str, known: str) -> Iterator[etree._Element | Broken]:
    for start, stop in spans:
        piece = text[start:stop].rstrip().encode("utf-8", "surrogateescape")
        found = read_piece(piece, namespaces)
        yield read_piece(piece, known) if isinstance(found, Broken) else found


def read_piece(body: bytes, namespaces: str = "") -> etree._Element | Broken:
    """One record cut out of its document: an element, or what is wrong with it."""
    try:
        body.decode()
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        return Broken(body, f"bytes that are not text in the page's encoding (line {line} of the record)")
    try:
        found = list(etree.fromstring(b"<r" + namespaces.encode() + b">" + body + b"</r>", _parser()))
    except etree.XMLSyntaxError as error:
        return Broken(body, f"{_reason(error).removesuffix(')')} of the record)")
    return found[0] if found else Broken(body, "no element in it (line 1 of the record)")


def source(node: etree._Element) -> bytes:
    """The element as bytes, with the namespaces that it needs: what `element` reads again."""
    return etree.tostring(node, encoding="utf-8", with_tail=False)


def local(node: etree._Element) -> str:
    """The name without its namespace; "" for comments and instructions."""
    tag = node.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def content(node: etree._Element | None) -> str | None:
    """All the text in an element."""
    if node is None:
        return None
    return node.text if len(node) == 0 else "".join(str(part) for part in node.itertext())
