"""The words of an alert's mail, in the person's language, or in both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

KINDS = {
    "en": {"resource": "New", "shelf": "Shelf", "item": "Added", "adoption": "Used", "review": "Reviewed", "decision": "Decided"},
    "zh": {"resource": "新增", "shelf": "书架", "item": "加入", "adoption": "采用", "review": "评价", "decision": "决定"},
}
SUBJECTS = {
    "en": {"search": "Search", "topic": "Topic", "provider": "Provider", "institution": "Institution", "shelf": "Shelf"},
    "zh": {"search": "搜索", "topic": "主题", "provider": "提供方", "institution": "机构", "shelf": "书架"},
}


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of news."""

    kind: str
    title: str
    address: str  # path
    note: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What is new of one search or subject."""

    subject: str  # search | topic | provider | institution | shelf
    name: str
    name_zh: str
    address: str  # path
    items: tuple[Item, ...]
    count: int
    more: bool  # there is more than is counted


def mail(parts: Sequence[Part], language: str | None, site: str, stop: str) -> tuple[str, str]:
    """Subject and text."""
    count = sum(part.count for part in parts)
    tongues = ("en", "zh") if language is None else ("zh",) if language.lower().startswith("zh") else ("en",)
    subjects = {"en": f"News for you: {count}", "zh": f"为您更新：{count} 条"}
    return " · ".join(subjects[tongue] for tongue in tongues), "\n\n".join(text(parts, tongue, site, stop) for tongue in tongues)


def text(parts: Sequence[Part], tongue: str, site: str, stop: str) -> str:
    """All of it in one language."""
    head = "What is new of what you search for and follow:" if tongue == "en" else "您保存的搜索和关注的内容有以下更新："
    manage = ("Change what you hear of", "Stop all alerts") if tongue == "en" else ("管理提醒", "停止所有提醒")
    foot = f"{manage[0]}: {site}/me/searches {site}/me/follows\n{manage[1]}: {stop}"
    return "\n\n".join([head, *(section(part, tongue, site) for part in parts), foot])


def section(part: Part, tongue: str, site: str) -> str:
    """One search or subject."""
    name = one_line(part.name_zh if tongue == "zh" else part.name)
    count = f"{part.count}+" if part.more else str(part.count)
    lines = [f"{SUBJECTS[tongue][part.subject]}: {name} ({count})", f"{site}{part.address}"]
    for item in part.items:
        note = f" ({one_line(item.note)})" if item.note else ""
        lines.append(f"- {KINDS[tongue][item.kind]}: {one_line(item.title)}{note}\n  {site}{item.address}")
    return "\n".join(lines)


def one_line(given: str) -> str:
    """A title, in one line of bounded length."""
    return " ".join(given.split())[:200]
