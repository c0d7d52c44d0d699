"""One page of the demo site: HTML for people, with schema.org markup in one of the forms that real sites use."""

from __future__ import annotations

import json
from html import escape
from typing import Any

PAGE = """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<title>{title} | {site}</title>
<link rel="canonical" href="{url}">
<meta name="description" content="{text}">
{head}</head>
<body>
<header><a href="/site/">{site}</a></header>
<main{scope}>
{body}
</main>
<footer>{site}</footer>
</body>
</html>
"""
SITES = {"en": "Silk Port Academy", "zh": "丝港商贸学堂"}


def page_html(page: dict[str, Any], licence: str | None) -> str:
    """The page, whole. `form` is jsonld (one object), graph (`@graph`), array (several objects in a list) or microdata."""
    lang = "zh-CN" if page["language"] == "zh" else "en"
    markup = page["form"] == "microdata"
    return PAGE.format(
        lang=lang,
        title=escape(page["title"]),
        site=SITES[page["language"]],
        url=page["url"],
        text=escape(page["text"]),
        head="" if markup else script(page, licence, lang),
        scope=' itemscope itemtype="https://schema.org/Course"' if markup else "",
        body=microdata(page, licence, lang) if markup else f"<h1>{escape(page['title'])}</h1>\n<p>{escape(page['text'])}</p>",
    )


def script(page: dict[str, Any], licence: str | None, lang: str) -> str:
    thing = described(page, licence, lang)
    site = SITES[page["language"]]
    trail = {"@type": "BreadcrumbList", "itemListElement": [{"@type": "ListItem", "position": 1, "name": site}]}
    context = "https://schema.org"
    shown: object
    if page["form"] == "graph":
        website = {"@type": "WebSite", "name": site, "url": "https://silkport.example/"}
        shown = {"@context": context, "@graph": [website, trail, thing]}
    elif page["form"] == "array":
        shown = [{"@context": context, **trail}, {"@context": context, **thing}]
    else:
        shown = {"@context": context, **thing}
    text = json.dumps(shown, ensure_ascii=False, indent=1).replace("</", "<\\/")
    return f'<script type="application/ld+json">\n{text}\n</script>\n'


def described(page: dict[str, Any], licence: str | None, lang: str) -> dict[str, Any]:
    provider = {"@type": "Organization", "name": page["provider"]}
    shared = {
        "@type": page["type"],
        "@id": page["url"],
        "url": page["url"],
        "name": page["title"],
        "description": page["text"],
        "inLanguage": lang,
        "license": licence,
        "keywords": ", ".join(page["keywords"]),
        "educationalLevel": page["level"],
        "isAccessibleForFree": page["price"] == 0,
        "dateModified": "2026-11-20",
    }
    own = book(page, provider) if page["type"] == "Book" else course(page, provider)
    return {name: value for name, value in {**shared, **own}.items() if value not in (None, "", [])}


def book(page: dict[str, Any], publisher: dict[str, str]) -> dict[str, Any]:
    doi = f"https://doi.org/{page['doi']}" if "doi" in page else None
    return {"isbn": page.get("isbn"), "sameAs": doi, "publisher": publisher}


def course(page: dict[str, Any], provider: dict[str, str]) -> dict[str, Any]:
    instance = {"@type": "CourseInstance", "courseMode": "online"}
    if "start" in page:
        instance |= {"startDate": page["start"], "endDate": page["end"]}
    return {
        "courseCode": page["code"],
        "provider": provider,
        "sourceOrganization": {"@type": "Organization", "name": page["partner"]} if "partner" in page else None,
        "educationalCredentialAwarded": ("课程证书" if page["language"] == "zh" else "Certificate") if page["certificate"] else None,
        "offers": {"@type": "Offer", "price": str(page["price"]), "priceCurrency": page["currency"], "category": "Course"},
        "hasCourseInstance": instance,
    }


def microdata(page: dict[str, Any], licence: str | None, lang: str) -> str:
    lines = [
        f'<h1 itemprop="name">{escape(page["title"])}</h1>',
        f'<p itemprop="description">{escape(page["text"])}</p>',
        f'<meta itemprop="courseCode" content="{page["code"]}"><meta itemprop="inLanguage" content="{lang}">',
        f'<meta itemprop="keywords" content="{escape(", ".join(page["keywords"]))}">',
        f'<link itemprop="url" href="{page["url"]}">',
        '<p itemprop="provider" itemscope itemtype="https://schema.org/Organization">'
        f'<span itemprop="name">{escape(page["provider"])}</span></p>',
        f'<p>Level: <span itemprop="educationalLevel">{page["level"]}</span></p>',
    ]
    if licence:
        lines.append(f'<p><a itemprop="license" href="{licence}" rel="license">{page["licence"]}</a></p>')
    lines.append(
        '<p itemprop="offers" itemscope itemtype="https://schema.org/Offer">'
        f'<span itemprop="price" content="{page["price"]}">{page["price"]}</span> '
        f'<span itemprop="priceCurrency">{page["currency"]}</span></p>'
    )
    if "start" in page:
        lines.append(
            '<p itemprop="hasCourseInstance" itemscope itemtype="https://schema.org/CourseInstance">'
            '<meta itemprop="courseMode" content="online">'
            f'<time itemprop="startDate" datetime="{page["start"]}">{page["start"]}</time> – '
            f'<time itemprop="endDate" datetime="{page["end"]}">{page["end"]}</time></p>'
        )
    return "\n".join(lines)
