"""Does a page that came with status 200 say that there is nothing here? Judged by its title and first heading, never by its text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from bs4 import BeautifulSoup

from harvesters.clean import charset, text

READ = 300_000  # bytes that are looked at
TEXT = 5_000  # characters of the text by which pages are compared
LEAST = 40  # characters of text without which a page is a shell that a script fills: nothing can be said of it
_PARTS = re.compile(r"\s*(?:[|·•»«–—:：_]|\s-\s|-{2,})\s*")
_THING = "(?:page|course|resource|item|file|document|lesson|video|content)"
_DING = "(?:页面|课程|网页|资源|内容|视频|文件|頁面|課程|網頁|資源)"
_PHRASES = (
    r"(?:(?:http )?(?:error|fehler|erreur|错误) ?)?404(?: ?(?:error|page|页面|错误|(?:page |file |course )?not found))?",
    rf"(?:the |this |that |your )?(?:requested )?{_THING}?(?: you(?: a|')?re looking for| you were looking for| you requested)? ?"
    r"(?:(?:was|is|could|can) )?not (?:be )?found",
    rf"(?:the |this |that )?{_THING} (?:cannot|can not|could not|can't|couldn't) be found",
    rf"(?:the |this |that )?{_THING} (?:does not|doesn't|no longer) exists?",
    rf"(?:the |this |that )?{_THING} (?:is|has been|was) (?:no longer available|removed|deleted|unavailable|taken down)",
    "seite nicht gefunden|page introuvable|página no encontrada|pagina non trovata",
    "(?:抱歉|对不起|很抱歉|您访问的|你访问的|您查看的|您要找的|您请求的|该|此|[,，!！])*"
    rf"{_DING}(?:不存在(?:或已(?:被)?删除)?|未找到|找不到(?:了)?|没有找到|已下架|已被删除|已删除|已失效|已关闭)",
    rf"找不到(?:该|此|您要的|你要的)?{_DING}",
)
_WORDS = re.compile(rf"(?:(?:oops|sorry|whoops)\W{{0,3}})?(?:{'|'.join(_PHRASES)})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Look:
    """What of a page tells whether it is there."""

    title: str
    heading: str
    text: str  # in lower case, without blanks and digits

    @property
    def shell(self) -> bool:
        """Has it no words of its own?"""
        return len(self.text) < LEAST


def look(body: bytes, media_type: str, declared: str | None = None) -> Look:
    """A page of HTML, whatever its bytes."""
    page = BeautifulSoup(body[:READ].decode(charset.encoding(body[:READ], media_type, declared), "replace"), "lxml")
    for part in page(["script", "style", "noscript", "template"]):
        part.decompose()
    title = text.line(page.title.get_text(" ")) if page.title else None
    heading = page.find("h1")
    words = re.sub(r"[\s\d]+", "", (page.body or page).get_text(" ").lower())
    return Look(title or "", (text.line(heading.get_text(" ")) if heading else None) or "", words[:TEXT])


def says_missing(page: Look) -> str | None:
    """The words by which a page says that there is nothing; None when it does not. Each part of the title must say so as a whole."""
    for said in (page.heading, *_PARTS.split(page.title)):
        plain = " ".join(unicodedata.normalize("NFKC", said).replace("’", "'").split()).strip(" .!?。！…")
        if plain and len(plain) <= 100 and _WORDS.fullmatch(plain):
            return said.strip()
    return None
