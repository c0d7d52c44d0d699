"""Is an answer JSON with a list of courses? Where its items are, and its fields, by the names of their members."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from harvesters.clean import columns, json, paging, paths
from harvesters.errors import SourceError
from harvesters.protocol import Request, Response, Sighting

_LOOKED_AT = 30  # items
_DEPTH = 6  # of lists within the answer
_MOST_LISTS = 200
_OTHER_TITLES = ("product name", "productname", "display name", "fullname", "full name", "headline", "label")
_PAGES = (
    "self html",
    "html url",
    "homepage",
    "home page",
    "permalink",
    "canonical url",
    "web url",
    "detail url",
    "page url",
    "landing page url",
)
_NOT_PAGES = re.compile(r"im(?:g|age)|photo|thumb|logo|icon|avatar|video|api|self$|cover|brochure|banner|file|pic", re.IGNORECASE)
_IMAGES = re.compile(r"im(?:g|age)|photo|thumb|cover|pic(?:ture)?$", re.IGNORECASE)
_NEXT = (
    "next",
    "links.next",
    "_links.next.href",
    "pagination.next",
    "paging.next",
    "meta.next",
    "next_page_url",
    "nextPageUrl",
    "next_url",
)
_TOTAL = ("total", "count", "hits.total", "pagination.total", "meta.total", "totalCount", "pagination.totalCount")
_TELLING = {"url", "description", "summary", "start", "price", "duration"}  # a list with none of these is of people, subjects, pictures …
_PAGE = re.compile(r"(?<=[?&])(page|p|pageIndex|pageNum|pageNo|page_no|pageno)=\d{1,6}(?=&|$)")
# Platforms whose lists hold no addresses: the page of a course is known.
_KNOWN = {
    "www.icourse163.org": "https://www.icourse163.org/course/{schoolPanel.shortName}-{id}",
    "study.163.com": "https://study.163.com/course/introduction/{productId}.htm",
}


def recognise(request: Request, response: Response) -> Sighting | None:
    """The largest list whose entries have titles; without addresses in it, less sure."""
    try:
        value = json.parse(response.body, response.media_type, response.charset)
    except SourceError:
        return None
    known = _KNOWN.get(urlsplit(request.url).hostname or "")
    found = [
        (entries, where) for where, entries in _lists(value) if "title" in (said := _said(entries)) and (known or _TELLING & said.keys())
    ]
    if not found:
        return None
    entries, where = max(found, key=lambda pair: (min(len(pair[0]), 5), "url" in _said(pair[0]), -pair[1].count("."), len(pair[0])))
    options = _said(entries) | ({"items": where} if where else {})
    if known and paths.texts(entries[0], paths.compiled(known)):
        options["url"] = known
    address, turning = _turning(value, where, request.url)
    what = "" if "url" in options else " No address of a course is in it: give a template in the option url."
    return Sighting(
        address=address,
        confidence=0.6 if "url" in options else 0.35,
        reason=f'The answer is JSON with {len(entries)} entries at "{where}"; fields are proposed by the names of their members.{what}',
        options=options | turning,
    )


def _lists(value: object) -> Iterator[tuple[str, list[dict[str, object]]]]:
    """(path, objects) of every list of objects that can be named."""
    queue: list[tuple[str, object, int]] = [("", value, 0)]
    for path, node, depth in queue:
        if isinstance(node, list):
            entries = [entry for entry in node if isinstance(entry, dict)]
            if entries and 2 * len(entries) >= len(node):
                yield path, entries
        elif isinstance(node, dict) and depth < _DEPTH and len(queue) < _MOST_LISTS:
            plain = [(name, inner) for name, inner in node.items() if re.fullmatch(r"[A-Za-z_][\w-]{0,60}", name)]
            queue += [(f"{path}.{name}" if path else name, inner, depth + 1) for name, inner in plain if isinstance(inner, (dict, list))]


def _said(entries: Sequence[dict[str, object]]) -> dict[str, str]:
    """Field -> path, by the members that at least half of the first entries fill."""
    sample = entries[:_LOOKED_AT]
    filled = {path: texts for path in _members(sample) if 2 * len(texts := _texts(sample, path)) >= len(sample)}
    found: dict[str, str] = {}
    for path in sorted(filled, key=lambda path: (path.count("."), len(path))):
        name, values = _name(path), filled[path]
        for field, columns_ in columns.recognise([name]).items():
            if columns_ and field not in found and _fits(field, path, values):
                found[field] = path
    return _address(filled, _titled(filled, found))


def _members(sample: Sequence[dict[str, object]]) -> list[str]:
    """Paths to scalars, to lists of them, and one step into objects and lists of objects."""
    found: dict[str, None] = {}
    for entry in sample:
        for name, value in list(entry.items())[:100]:
            if not re.fullmatch(r"[A-Za-z_][\w-]{0,60}", name):
                continue
            inner = value[0] if isinstance(value, list) and value else value
            if isinstance(inner, dict):
                each = "[*]" if isinstance(value, list) else ""
                found |= dict.fromkeys(f"{name}{each}.{key}" for key in list(inner)[:60] if re.fullmatch(r"[A-Za-z_][\w-]{0,60}", key))
            else:
                found.setdefault(name)
    return list(found)


def _texts(sample: Sequence[dict[str, object]], path: str) -> list[str]:
    expression = paths.compiled(path)
    return [texts[0] for texts in (paths.texts(entry, expression) for entry in sample) if texts]


def _name(path: str) -> str:
    """The member's name; of one inside of another that only names it ("instructors[*].name"), the other's."""
    outer, _, inner = path.rpartition(".")
    if outer.endswith("[*]") or inner in ("id", "name", "title", "value", "label", "code"):
        return outer.removesuffix("[*]").rpartition(".")[2] if inner in ("name", "title", "id", "value", "label") and outer else inner
    return inner


def _fits(field: str, path: str, values: Sequence[str]) -> bool:
    """The values are what the field wants: an identifier names one, a title is words, an address is one."""
    if "[*]" in path and field in ("identifier", "title", "url", "price", "start", "end"):
        return False
    if field == "identifier":
        return len(set(values)) == len(values)
    if field == "title":
        return not path.count(".") and _is_title(values)
    if field in ("url", "image"):
        return all(_is_address(value) for value in values)
    return True


def _is_title(values: Sequence[str]) -> bool:
    return len(set(values)) * 2 > len(values) and not all(re.fullmatch(r"[\d.:/-]*", value) for value in values)


def _is_address(value: str) -> bool:
    return value.startswith(("http://", "https://", "/")) and not re.search(r"\s", value) and len(value) > 1


def _titled(filled: Mapping[str, list[str]], found: dict[str, str]) -> dict[str, str]:
    if "title" not in found:
        others = [path for path in filled if columns.normal(_last(path)) in (*_OTHER_TITLES, "title", "name") and "[*]" not in path]
        usable = sorted((path for path in others if _is_title(filled[path])), key=lambda path: (path.count("."), len(path)))
        if usable:
            found["title"] = usable[0]
    return found


def _last(path: str) -> str:
    return path.rpartition(".")[2]


def _address(filled: Mapping[str, list[str]], found: dict[str, str]) -> dict[str, str]:
    """The course's page, by usual names first; and an image."""
    addresses = [
        path
        for path, values in filled.items()
        if "[*]" not in path and all(map(_is_address, values)) and len(set(values)) > len(values) // 2
    ]
    if "url" not in found or _NOT_PAGES.search(_last(found["url"])):
        pages = [path for path in addresses if not _NOT_PAGES.search(_last(path))]
        pages.sort(key=lambda path: (columns.normal(_last(path)) not in _PAGES, path.count("."), len(path)))
        found.pop("url", None)
        if pages:
            found["url"] = pages[0]
    images = [path for path in addresses if _IMAGES.search(_last(path))]
    if images:
        found.setdefault("image", min(images, key=lambda path: (path.count("."), len(path))))
    return found


def _turning(value: object, where: str, address: str) -> tuple[str, dict[str, str]]:
    """How the list goes on: by a link in the answer or beside its items, else by the number of the page in the address."""
    around = _around(where)
    for path in (f"{outer}{path}" for outer in around for path in _NEXT):
        said = paths.texts(value, paths.compiled(path)) if isinstance(value, dict) else []
        if said and said[0].startswith(("http://", "https://", "/", "?")):
            return address, {"next": path}
    paged = _PAGE.sub(lambda hit: f"{hit[1]}={{page}}", address, count=1)
    if not paging.names(paged):
        return address, {}
    first = _PAGE.search(address)
    totals = (f"{outer}{path}" for outer in around for path in _TOTAL)
    total = next((path for path in totals if isinstance(value, dict) and paths.texts(value, paths.compiled(path))[:1] != []), "")
    begin = {"first": "0"} if first and first[0].endswith("=0") else {}
    return paged, begin | ({"total": total} if total else {})


def _around(where: str) -> list[str]:
    """Beginnings of paths: the whole answer, then each object around the items: "result.list" -> "", "result."."""
    names = where.split(".")
    return [f"{'.'.join(names[:depth])}." if depth else "" for depth in range(len(names))]
