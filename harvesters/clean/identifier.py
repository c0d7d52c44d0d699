"""Names that the whole world shares, out of what sources write: DOI, ISBN, ISSN, Handle. Check digits are checked."""

from __future__ import annotations

import re
from collections.abc import Iterable

from harvesters.record import Identifier

_DOI = re.compile(r"(?:(?:https?://)?(?:dx\.)?doi\.org/|doi:\s*|info:doi/|^)(10\.\d{4,9}/[^\s\"<>]{1,300})", re.IGNORECASE)
_HANDLE = re.compile(r"(?:(?:https?://)?hdl\.handle\.net/|hdl:\s*|info:hdl/)(\d[\w.]{0,60}/[^\s\"<>?#]{1,300})", re.IGNORECASE)
_ISBN = re.compile(r"(?:(?:urn:)?isbn(?:-1[03])?[:\s]*)?((?:97[89][\s-]?)?\d(?:[\s-]?\d){8}[\s-]?[\dxX])", re.IGNORECASE)
_ISSN = re.compile(r"(?P<label>(?:urn:)?e?issn[:\s]*)?(\d{4}-?\d{3}[\dxX])", re.IGNORECASE)
_MOST = 20


def doi(value: str) -> str | None:
    """In lower case, without resolver (DOI Handbook 2.4: names differ by more than case)."""
    found = _DOI.search(value.strip()[:2_000])
    return found[1].lower().rstrip(".,;)]}'") if found else None


def handle(value: str) -> str | None:
    """prefix/suffix, without resolver."""
    found = _HANDLE.match(value.strip()[:2_000])
    return found[1].rstrip(".,;)]") if found else None


def isbn(value: str) -> str | None:
    """13 digits. Ten digits alone are an ISBN only when the check digit is right."""
    found = _ISBN.fullmatch(value.strip()[:60])
    if not found:
        return None
    digits = re.sub(r"[\s-]", "", found[1]).upper()
    if len(digits) == 10:
        total = sum((10 - place) * (10 if digit == "X" else int(digit)) for place, digit in enumerate(digits))
        if total % 11:
            return None
        digits = "978" + digits[:9]
        return digits + _check(digits)
    return digits if len(digits) == 13 and digits.startswith(("978", "979")) and digits[12] == _check(digits[:12]) else None


def _check(twelve: str) -> str:
    return str(-sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(twelve)) % 10)


def issn(value: str) -> str | None:
    """NNNN-NNNX; only with its label or its hyphen, since any eight digits look like one."""
    found = _ISSN.fullmatch(value.strip()[:40])
    if not found or not (found["label"] or "-" in found[2]):
        return None
    digits = found[2].replace("-", "").upper()
    total = sum((8 - place) * (10 if digit == "X" else int(digit)) for place, digit in enumerate(digits))
    return f"{digits[:4]}-{digits[4:]}" if total % 11 == 0 else None


def identifiers(values: Iterable[object]) -> tuple[Identifier, ...]:
    """Those that any of `values` is, once each, in order."""
    found: dict[Identifier, None] = {}
    for value in values:
        if not isinstance(value, str) or len(found) >= _MOST:
            continue
        for scheme, read in (("doi", doi), ("handle", handle), ("isbn", isbn), ("issn", issn)):
            name = read(value)
            if name:
                found.setdefault(Identifier(scheme=scheme, value=name))
                break
    return tuple(found)
