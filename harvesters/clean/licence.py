# ruff: noqa: E501, SIM905  (tables of words and forms read better in long lines)
"""A licence as sources write it -> its SPDX identifier, or a word of OTHER; unknown is None, and `rights` keeps the words."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

CC = ("CC-BY", "CC-BY-SA", "CC-BY-NC", "CC-BY-ND", "CC-BY-NC-SA", "CC-BY-NC-ND")
OTHER = (*CC, "public-domain", "all-rights-reserved")  # where the source gives no version, or there is no SPDX identifier
FAMILIES = ("public-domain", "cc-by", "cc-by-sa", "cc-by-nc", "cc-by-nd", "cc-by-nc-sa", "cc-by-nc-nd", "other-open", "all-rights-reserved")

# Ported versions that SPDX names; others are known by their version alone.
_PORTED = frozenset(
    "CC-BY-2.5-AU CC-BY-3.0-AT CC-BY-3.0-AU CC-BY-3.0-DE CC-BY-3.0-IGO CC-BY-3.0-NL CC-BY-3.0-US CC-BY-NC-3.0-DE CC-BY-NC-ND-3.0-DE CC-BY-NC-ND-3.0-IGO"
    " CC-BY-NC-SA-2.0-DE CC-BY-NC-SA-2.0-FR CC-BY-NC-SA-2.0-UK CC-BY-NC-SA-3.0-DE CC-BY-NC-SA-3.0-IGO CC-BY-ND-3.0-DE CC-BY-SA-2.0-UK CC-BY-SA-2.1-JP"
    " CC-BY-SA-3.0-AT CC-BY-SA-3.0-DE CC-BY-SA-3.0-IGO".split()
)
_OPEN = {  # SPDX identifier -> its address
    "MIT": "https://opensource.org/license/mit",
    "Apache-2.0": "https://www.apache.org/licenses/LICENSE-2.0",
    "BSD-3-Clause": "https://opensource.org/license/bsd-3-clause",
    "BSD-2-Clause": "https://opensource.org/license/bsd-2-clause",
    "GFDL-1.2-or-later": "https://www.gnu.org/licenses/old-licenses/fdl-1.2.html",
    "GFDL-1.3-or-later": "https://www.gnu.org/licenses/fdl-1.3.html",
    "GPL-2.0-or-later": "https://www.gnu.org/licenses/old-licenses/gpl-2.0.html",
    "GPL-3.0-or-later": "https://www.gnu.org/licenses/gpl-3.0.html",
    "LGPL-3.0-or-later": "https://www.gnu.org/licenses/lgpl-3.0.html",
    "AGPL-3.0-or-later": "https://www.gnu.org/licenses/agpl-3.0.html",
    "MPL-2.0": "https://www.mozilla.org/MPL/2.0/",
    "OGL-UK-3.0": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
    "ODbL-1.0": "https://opendatacommons.org/licenses/odbl/1-0/",
    "ODC-By-1.0": "https://opendatacommons.org/licenses/by/1-0/",
}
_PUBLIC = {
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC-PDM-1.0": "https://creativecommons.org/publicdomain/mark/1.0/",
    "PDDL-1.0": "https://opendatacommons.org/licenses/pddl/1-0/",
    "Unlicense": "https://unlicense.org/",
}
_NAMES = {name.lower(): name for name in (*_OPEN, *_PUBLIC, *OTHER)} | {
    "gfdl": "GFDL-1.3-or-later", "gnu fdl": "GFDL-1.3-or-later", "gnu free documentation license": "GFDL-1.3-or-later",
    "free documentation license (gnu)": "GFDL-1.3-or-later", "mit license": "MIT", "the mit license": "MIT", "apache license 2.0": "Apache-2.0", "apache 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0", "gpl-3.0": "GPL-3.0-or-later", "gpl-3.0-only": "GPL-3.0-or-later", "gplv3": "GPL-3.0-or-later", "gpl-2.0": "GPL-2.0-or-later",
    "gpl-2.0-only": "GPL-2.0-or-later", "gplv2": "GPL-2.0-or-later", "agpl-3.0": "AGPL-3.0-or-later", "agpl-3.0-only": "AGPL-3.0-or-later", "lgpl-3.0": "LGPL-3.0-or-later",
    "gfdl-1.3": "GFDL-1.3-or-later", "gfdl-1.3-only": "GFDL-1.3-or-later", "gfdl-1.2": "GFDL-1.2-or-later", "gfdl-1.2-only": "GFDL-1.2-or-later", "bsd": "BSD-3-Clause",
    "open government licence v3.0": "OGL-UK-3.0", "open government license v3.0": "OGL-UK-3.0", "odbl": "ODbL-1.0", "open database license": "ODbL-1.0",
    "cc0": "CC0-1.0", "cc-0": "CC0-1.0", "cc 0": "CC0-1.0", "cc zero": "CC0-1.0", "cc-zero": "CC0-1.0", "pdm": "CC-PDM-1.0", "pddl": "PDDL-1.0", "copyrighted": "all-rights-reserved",
    "public domain": "public-domain", "publicdomain": "public-domain", "cc_public_domain": "public-domain", "cc_gnu_gpl": "GPL-2.0-or-later", "proprietary": "all-rights-reserved",
    "proprietär": "all-rights-reserved", "no known copyright": "public-domain", "no copyright": "public-domain", "none (public domain)": "public-domain",
    "gemeinfrei": "public-domain", "domaine public": "public-domain", "dominio público": "public-domain", "公有领域": "public-domain", "公共领域": "public-domain",
    "公有領域": "public-domain", "公共領域": "public-domain", "公众领域": "public-domain", "copyright": "all-rights-reserved", "in copyright": "all-rights-reserved",
    "standard youtube license": "all-rights-reserved", "youtube": "all-rights-reserved", "alle rechte vorbehalten": "all-rights-reserved", "tous droits réservés": "all-rights-reserved",
    "todos los derechos reservados": "all-rights-reserved", "版权所有": "all-rights-reserved", "保留所有权利": "all-rights-reserved", "保留一切权利": "all-rights-reserved",
    "版權所有": "all-rights-reserved", "保留所有權利": "all-rights-reserved", "著作權所有": "all-rights-reserved", "版权所有,侵权必究": "all-rights-reserved",
}  # fmt: skip
_ADDRESS = re.compile(
    r"creativecommons\.org/(?:(?P<old>licences)|licenses|licence)/(?P<parts>(?:by|nc|nd|sa)(?:-(?:by|nc|nd|sa)){0,3})(?:/(?P<version>[1-4]\.[0-5]))?(?:/(?P<place>[a-z]{2,3})(?![a-z]))?"
)
_ZERO = re.compile(r"creativecommons\.org/(?:publicdomain/(?P<which>zero|mark)|licenses/(?P<old>publicdomain|zero))")
_SPDX = re.compile(r"(?:spdx\.org/licenses/|opensource\.org/licenses?/|choosealicense\.com/licenses/)([\w.+-]{2,40})")
_SITES = (
    (re.compile(r"gnu\.org/(?:licenses|copyleft)/(?:old-licenses/)?(a?l?gpl|fdl)(?:-([23]\.\d|1\.[23]))?"), None),
    (re.compile(r"apache\.org/licenses/license-2\.0"), "Apache-2.0"),
    (re.compile(r"nationalarchives\.gov\.uk/doc/open-government-licence"), "OGL-UK-3.0"),
    (re.compile(r"opendatacommons\.org/licenses/odbl"), "ODbL-1.0"),
    (re.compile(r"opendatacommons\.org/licenses/pddl"), "PDDL-1.0"),
    (re.compile(r"opendatacommons\.org/licenses/by"), "ODC-By-1.0"),
    (re.compile(r"rightsstatements\.org/(?:vocab|page)/inc(?:-[a-z-]+)?/"), "all-rights-reserved"),
    (re.compile(r"rightsstatements\.org/(?:vocab|page)/noc-(?:us|nc)/"), None),
)
# Wordings of the four elements. Negations first: "no derivatives" must not leave "derivatives" behind.
_WORDS = tuple((re.compile(pattern), code) for pattern, code in (
    (r"share[\s-]*alike|weitergabe\s+unter\s+gleichen\s+bedingungen|partage\s+(?:dans\s+les\s+mêmes\s+conditions|à\s+l.identique)|compartir\s*igual|compartilha\s*igual"
     r"|相同方式(?:共享|分享)|以相同方式共享", "sa"),
    (r"non[\s-]*commercial(?:\s+use)?(?:\s+only)?|nicht[\s-]*kommerziell|pas\s+d.utilisation\s+commerciale|no[\s-]*comercial|非商业性?(?:使用)?|非商業性?(?:使用)?", "nc"),
    (r"no[\s-]*deriv(?:ative|ate)?s?(?:\s+works?)?|keine\s+bearbeitungen?|pas\s+de\s+modifications?|sin\s*obra\s*derivadas?|禁止演绎|禁止改作|禁止演繹|不得演绎|無衍生|无衍生", "nd"),
    (r"attribution|namensnennung|reconocimiento|atribuci[oó]n|atribuição|paternité|署名|姓名标示|姓名標示|attribuzione", "by"),
))  # fmt: skip
_CONTEXT = re.compile(r"creative\s*commons|知识共享|知識共享|創用\s*cc|创用\s*cc|(?<![a-z])cc(?![a-z])")
_SHORT = re.compile(r"(?<![a-z])(?:cc[\s:_-]*)?by(?:[\s_+/-]*(?:nc|nd|sa)){0,3}(?![a-z])")
_VERSION = re.compile(r"(?<![\d.])[v]?([1-4]\.[05])(?![\d.])")
_EPRINTS = re.compile(r"cc_by(?:_(?:nc|nd|sa)){0,2}(?:_([34]))?")  # "cc_by_nc_4"
_NOISE = re.compile(
    r"creative\s*commons|知识共享|知識共享|創用|创用|(?<![a-z])cc(?![a-z])|许可协议|許可協議|授权条款|授權條款|许可证?|授权|授權|协议|国际|國際|台灣|台湾|中国大陆|中国|版(?:本)?|licen[cs]es?|lizenz|licence|licencia"
    r"|international(?:e[ns]?)?|internacional|unported|generic|public|reuse\s+allowed|not\s+ported|version|the|an?|this|under|is|work|v?[1-4]\.[05]|[\s\-–—/:,.;()+_&，。（）、]"
)
_EDX = re.compile(r"creative-commons:\s*(?:ver=(?P<version>[\d.]+)\s*)?(?P<parts>(?:by|nc|nd|sa)(?:\s+(?:by|nc|nd|sa)){0,3})")


class Permissions(NamedTuple):
    """What anyone may do without asking; None where the licence depends on its own words."""

    copy: bool | None
    adapt: bool | None
    commercial: bool | None
    share_alike: bool = False


def licence(value: object) -> str | None:
    """`licence("http://creativecommons.org/licenses/by-sa/4.0/deed.en") == "CC-BY-SA-4.0"`; two different licences in one text are None."""
    return _licence(value) if isinstance(value, str) and value.strip() else None


@lru_cache(maxsize=4096)
def _licence(value: str) -> str | None:
    text = " ".join(unicodedata.normalize("NFKC", value[:20_000]).lower().split())
    exact = _named(text.strip(" .。©®"))
    if exact:
        return exact
    eprints = _EPRINTS.fullmatch(text)
    if eprints:
        return _join(set(re.findall("by|nc|nd|sa", text)), f"{eprints[1]}.0" if eprints[1] else None)
    edx = _EDX.fullmatch(text)
    if edx:  # Open edX takes 4.0 where the author chose no version
        return _join(set(edx["parts"].split()), edx["version"] or "4.0")
    found = _addresses(text)
    if found:
        return found.pop() if len(found) == 1 else None
    return _worded(text)


def _named(text: str) -> str | None:
    if text in _NAMES:
        return _NAMES[text]
    short = re.fullmatch(r"(cc-by(?:-nc)?(?:-(?:sa|nd))?)-([1-4]\.[05])(?:-([a-z]{2,3}))?", text)
    return _join(set(short[1].split("-")[1:]), short[2], short[3]) if short else None


def _addresses(text: str) -> set[str]:
    found = set()
    for match in _ADDRESS.finditer(text):
        named = _join(set(match["parts"].split("-")), match["version"], match["place"])
        if named:
            found.add(named)
    for match in _ZERO.finditer(text):
        found.add("CC-PDM-1.0" if match["which"] == "mark" or match["old"] == "publicdomain" else "CC0-1.0")
    for match in _SPDX.finditer(text):
        named = _named(re.sub(r"\.(?:html|txt|json)?$", "", match[1]))
        if named:
            found.add(named)
    for pattern, name in _SITES:
        hit = pattern.search(text)
        if hit:
            named = name or (_gnu(hit) if hit.lastindex else None)
            if named:
                found.add(named)
    return found


def _gnu(hit: re.Match[str]) -> str | None:
    kind, version = hit[1], hit[2]
    return _NAMES.get(f"gfdl-{version or '1.3'}" if kind == "fdl" else f"{kind}-{version or '3.0'}")


def _worded(text: str) -> str | None:
    if len(text) > 2_000:
        return None
    if re.search(r"(?<!un)all rights (?:are )?reserved", text) and not _CONTEXT.search(text):
        return "all-rights-reserved"
    if re.search(r"(?<![a-z])cc[\s-]?0(?![.\d])|(?<![a-z])cc[\s-]?zero|cc0 1\.0|creative commons zero|public domain dedication", text):
        return "CC0-1.0"
    if re.search(r"public domain mark", text):
        return "CC-PDM-1.0"
    versions = set(_VERSION.findall(text))
    shorts = {
        re.sub(r"^cc[\s:_-]*", "", hit.group())
        for hit in _SHORT.finditer(text)
        if _CONTEXT.search(text) or re.fullmatch(r"by([\s_-]*(nc|nd|sa)){1,3}([\s-]*[1-4]\.[05])?", text)
    }
    names = {_join(set(re.findall(r"by|nc|nd|sa", short)), None) for short in shorts} - {None}
    if not names:
        names = _elements(text)
    if len(names) != 1 or len(versions) > 1:
        return None
    name = names.pop()
    return f"{name}-{versions.pop()}" if versions else name


def _elements(text: str) -> set[str | None]:
    """A licence written in words: only words of licences may stand there, unless it says that it is one of Creative Commons."""
    rest, parts = text, set()
    for pattern, code in _WORDS:
        rest, count = pattern.subn(" ", rest)
        if count:
            parts.add(code)
    rest = _NOISE.sub("", rest)
    rest = re.sub(r"(?<![a-z])(?:by|nc|nd|sa)+(?![a-z])", "", rest)
    if not parts or (rest and not _CONTEXT.search(text)):
        return set()
    if "by" not in parts and (rest or not _CONTEXT.search(text)):
        return set()
    return {_join(parts | {"by"}, None)} - {None}


def _join(parts: set[str], version: str | None, place: str | None = None) -> str | None:
    """The parts in the order of the licences' names; None for a combination that there is not."""
    if "by" not in parts or {"nd", "sa"} <= parts or not parts <= {"by", "nc", "nd", "sa"}:
        return None
    name = "-".join(["CC", *(part.upper() for part in ("by", "nc", "nd", "sa") if part in parts)])
    if version not in ("1.0", "2.0", "2.1", "2.5", "3.0", "4.0"):
        return name
    ported = f"{name}-{version}-{place.upper()}" if place else ""
    return ported if ported in _PORTED else f"{name}-{version}"


def family(spdx: str | None) -> str | None:
    """One of FAMILIES; None when the licence is unknown."""
    if spdx is None:
        return None
    if spdx in _PUBLIC or spdx == "public-domain":
        return "public-domain"
    if spdx == "all-rights-reserved":
        return spdx
    for name in sorted(CC, key=len, reverse=True):
        if spdx == name or (spdx.startswith(name + "-") and spdx[len(name) + 1 : len(name) + 2].isdigit()):
            return name.lower()
    return "other-open" if spdx in _OPEN else None


def permissions(spdx: str | None) -> Permissions:
    """What the licence lets anyone do; unknown stays None."""
    kind = family(spdx)
    if kind is None:
        return Permissions(None, None, None)
    if kind == "all-rights-reserved":
        return Permissions(copy=False, adapt=False, commercial=False)
    return Permissions(
        copy=True,
        adapt="-nd" not in kind,
        commercial="-nc" not in kind,
        share_alike="-sa" in kind or (spdx or "").startswith(("G", "LG", "AG", "ODbL")),
    )


def url(spdx: str | None) -> str | None:
    """Where the licence itself can be read."""
    if spdx is None:
        return None
    known = _OPEN.get(spdx) or _PUBLIC.get(spdx)
    cc = re.fullmatch(r"CC-(BY(?:-NC)?(?:-(?:SA|ND))?)-(\d\.\d)(?:-([A-Z]{2,3}))?", spdx)
    if known or not cc:
        return known
    return f"https://creativecommons.org/licenses/{cc[1].lower()}/{cc[2]}/" + (f"{cc[3].lower()}/" if cc[3] else "")
