"""The formats in which a resource, or a list of them, can be taken along: by the ending of the address."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from hub.exports import bibtex, csl, jsonl, jsonld, ris, spreadsheet
from hub.exports.site import Site
from hub.services.describing import Description


@dataclass(frozen=True, slots=True)
class Format:
    """How a list of resources is written; `write` is given the time for formats that tell what comes next."""

    suffix: str
    media_type: str
    name: str
    write: Callable[[Description, Site, datetime], str]
    begin: str = ""
    between: str = ""
    end: str = ""
    remark: str = ""  # how a remark is written behind the list, with %s; empty: not at all

    def document(self, ones: Iterable[Description], site: Site, now: datetime, *, remark: str = "") -> Iterator[str]:
        """The whole, a resource at a time."""
        yield self.begin
        for number, one in enumerate(ones):
            yield (self.between if number else "") + self.write(one, site, now)
        yield self.end + (self.remark % remark if remark and self.remark else "")


JSONLD = Format("jsonld", jsonld.MEDIA_TYPE, "JSON-LD", lambda one, site, _: jsonld.write(one, site).decode())
RIS = Format("ris", ris.MEDIA_TYPE, "RIS", lambda one, site, _: ris.write(one, site))
BIBTEX = Format("bib", bibtex.MEDIA_TYPE, "BibTeX", lambda one, site, _: bibtex.write(one, site), remark="@comment{%s}\n")
CSL = Format("csl.json", csl.MEDIA_TYPE, "CSL-JSON", lambda one, site, _: csl.write(one, site), "[", ",\n", "]\n")
CSV = Format("csv", spreadsheet.MEDIA_TYPE, "CSV", spreadsheet.write, spreadsheet.header())
JSON_LINES = Format("jsonl", jsonl.MEDIA_TYPE, "JSON Lines", lambda one, site, _: jsonl.write(one, site) + "\n")

OF_ONE = {each.suffix: each for each in (JSONLD, RIS, BIBTEX, CSL)}  # what a resource can be asked for in
OF_MANY = {each.suffix: each for each in (CSV, JSON_LINES, RIS, BIBTEX, CSL)}
