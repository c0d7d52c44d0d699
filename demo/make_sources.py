"""Write demo/sources/ from demo/courses/*.toml: `python -m demo.make_sources`. The TOML is edited, the sources are made and committed.

An address on the demo site itself begins with `ORIGIN` in the files; the server puts its own address there.
"""

from __future__ import annotations

import csv
import io
import json
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import escape, quoteattr

from demo.pages import page_html

HERE = Path(__file__).parent
SOURCES = HERE / "sources"
ORIGIN = "http://127.0.0.1:8765"
REPOSITORY = "repository.qiantang.example"
QIANTANG = {"en": "Qiantang University of Commerce", "zh": "钱塘商学院"}
OAI_ROOT = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/ http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd">\n'
    "  <responseDate>2026-11-20T08:00:00Z</responseDate>\n"
)
DC_OPEN = (
    '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/oai_dc/ http://www.openarchives.org/OAI/2.0/oai_dc.xsd">'
)
COLUMNS = {
    "number": "课程编号",
    "title": "课程名称",
    "institution": "开课单位",
    "teachers": "主讲教师",
    "category": "课程分类",
    "level": "课程层次",
    "language": "授课语言",
    "start": "开课时间",
    "end": "结束时间",
    "hours": "每周学时",
    "price": "价格",
    "certificate": "证书",
    "licence": "许可协议",
    "url": "课程链接",
    "text": "课程简介",
}

Course = dict[str, Any]


def courses(name: str) -> list[Course]:
    found: list[Course] = tomllib.loads((HERE / "courses" / f"{name}.toml").read_text("utf-8"))["course"]
    return found


def licence_url(short: str) -> str | None:
    """`CC-BY-SA-4.0` -> the licence's address; None where there is no open licence."""
    if short == "CC0-1.0":
        return "https://creativecommons.org/publicdomain/zero/1.0/"
    if not short.startswith("CC-"):
        return None
    words, _, version = short.removeprefix("CC-").rpartition("-")
    return f"https://creativecommons.org/licenses/{words.lower()}/{version}/"


def moment(day: str, hour: int = 0) -> str:
    return f"{day}T{hour:02}:00:00Z"


# --- OAI-PMH ---------------------------------------------------------------------------------------------------------------------


def dublin_core(course: Course) -> Iterator[tuple[str, str]]:
    language = course["language"]
    yield "title", course["title"]
    yield from (("creator", name) for name in course["creators"])
    yield from (("subject", subject) for subject in course["subjects"])
    yield "description", course["text"]
    yield "publisher", QIANTANG[language]
    yield "date", course["date"]
    yield "type", course["type"]
    yield "identifier", course.get("url", f"https://{REPOSITORY}/items/{course['key']}")
    yield from (("identifier", value.replace("isbn:", "urn:isbn:")) for value in course.get("identifiers", []))
    yield "language", "zh-CN" if language == "zh" else "en"
    yield "rights", licence_url(course["licence"]) or course["licence"]


def oai_record(course: Course, hour: int) -> str:
    status = ' status="deleted"' if course.get("deleted") else ""
    header = (
        f"    <record>\n      <header{status}>\n        <identifier>oai:{REPOSITORY}:{course['key']}</identifier>\n"
        f"        <datestamp>{moment(course['date'], hour)}</datestamp>\n        <setSpec>{course['set']}</setSpec>\n      </header>\n"
    )
    if status:
        return header + "    </record>\n"
    fields = "".join(f"          <dc:{name}>{escape(value)}</dc:{name}>\n" for name, value in dublin_core(course))
    return f"{header}      <metadata>\n        {DC_OPEN}\n{fields}        </oai_dc:dc>\n      </metadata>\n    </record>\n"


def repository() -> Iterator[tuple[str, str]]:
    request = f'  <request verb="ListRecords" metadataPrefix="oai_dc">{ORIGIN}/repository/oai</request>\n'
    records = "".join(oai_record(course, number % 24) for number, course in enumerate(courses("repository")))
    yield "records.xml", f"{OAI_ROOT}{request}  <ListRecords>\n{records}  </ListRecords>\n</OAI-PMH>\n"


# --- Open edX --------------------------------------------------------------------------------------------------------------------

EDX_LICENCES = {"ARR": "all-rights-reserved", "": None}


def openedx_run(course: Course, run: dict[str, str]) -> dict[str, Any]:
    key = f"course-v1:{course['org']}+{course['number']}+{run['run']}"
    start = datetime.fromisoformat(moment(run["start"], 8))
    image = f"/asset-v1:{course['org']}+{course['number']}+{run['run']}+type@asset+block@cover.jpg"
    licence = course.get("licence", "")
    site = f"https://courses.{course['org'].lower()}.example"
    return {
        "blocks_url": f"{site}/api/courses/v2/blocks/?course_id={key.replace(':', '%3A').replace('+', '%2B')}",
        "effort": f"{course['hours']}-{course['hours'] + 1} hours per week" if course["hours"] > 3 else f"{course['hours']} hours per week",
        "end": moment(run["end"], 22) if "end" in run else None,
        "enrollment_start": (start - timedelta(days=60)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "enrollment_end": (start + timedelta(days=14)).strftime("%Y-%m-%dT%H:%M:%SZ") if run["pace"] == "instructor" else None,
        "id": key,
        "media": {"course_image": {"uri": image}, "course_video": {"uri": None}, "image": {"raw": f"{site}{image}"}},
        "name": course["title"],
        "number": course["number"],
        "org": course["org"],
        "short_description": course["text"],
        "start": moment(run["start"], 8),
        "start_display": run["start"],
        "start_type": "timestamp",
        "pacing": run["pace"],
        "mobile_available": True,
        "hidden": False,
        "invitation_only": False,
        "license": EDX_LICENCES[licence] if licence in EDX_LICENCES else f"creative-commons: ver=4.0 {licence[3:].replace('-', ' ')}",
        "course_id": key,
        "about_url": f"{site}/courses/{key}/about",
    }


def openedx() -> Iterator[tuple[str, str]]:
    results = [openedx_run(course, run) for course in courses("openedx") for run in course["runs"]]
    pagination = {"next": None, "previous": None, "count": len(results), "num_pages": 1}
    yield "courses.json", as_json({"results": results, "pagination": pagination})


def as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


# --- RSS -------------------------------------------------------------------------------------------------------------------------


def rss_item(course: Course) -> str:
    html = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in course["paragraphs"])
    published = format_datetime(datetime.fromisoformat(course["published"]).replace(tzinfo=UTC), usegmt=True)
    categories = "".join(f"      <category>{escape(category)}</category>\n" for category in course["categories"])
    return (
        f"    <item>\n      <title>{escape(course['title'])}</title>\n      <link>{escape(course['url'])}</link>\n"
        f'      <guid isPermaLink="false">silkport-{course["key"]}</guid>\n      <dc:creator>{escape(course["author"])}</dc:creator>\n'
        f"      <dc:language>{'zh-CN' if course['language'] == 'zh' else 'en'}</dc:language>\n"
        f"      <pubDate>{published}</pubDate>\n{categories}      <description>{escape(course['summary'])}</description>\n"
        f"      <content:encoded><![CDATA[{html}]]></content:encoded>\n    </item>\n"
    )


def feed() -> Iterator[tuple[str, str]]:
    items = "".join(map(rss_item, courses("feed")))
    yield (
        "feed.xml",
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom">\n  <channel>\n'
        "    <title>Silk Port Academy</title>\n    <link>https://silkport.example/</link>\n"
        f'    <atom:link href={quoteattr(ORIGIN + "/feed/courses.xml")} rel="self" type="application/rss+xml"/>\n'
        "    <description>Open courses on online trade, in English and Chinese.</description>\n"
        f"    <lastBuildDate>Wed, 18 Nov 2026 09:00:00 GMT</lastBuildDate>\n{items}  </channel>\n</rss>\n",
    )


# --- A site with pages -------------------------------------------------------------------------------------------------------------


def site() -> Iterator[tuple[str, str]]:
    pages = courses("site")
    yield "robots.txt", f"User-agent: *\nDisallow: /site/account/\n\nSitemap: {ORIGIN}/site/sitemap.xml\n"
    parts = {"sitemap-en.xml": "en", "sitemap-zh.xml": "zh"}
    listed = "".join(f"  <sitemap><loc>{ORIGIN}/site/{name}</loc><lastmod>2026-11-20</lastmod></sitemap>\n" for name in parts)
    yield "sitemap.xml", sitemap("sitemapindex", listed)
    for name, language in parts.items():
        chosen = (page["page"] for page in pages if page["language"] == language)
        entries = "".join(f"  <url><loc>{ORIGIN}/site/catalogue/{page}.html</loc><lastmod>2026-11-20</lastmod></url>\n" for page in chosen)
        yield name, sitemap("urlset", entries)
    for page in pages:
        yield f"catalogue/{page['page']}.html", page_html(page, licence_url(page.get("licence", "")))


def sitemap(root: str, entries: str) -> str:
    namespace = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{namespace}">\n{entries}</{root}>\n'


# --- MOOChub -----------------------------------------------------------------------------------------------------------------------


def moochub_course(course: Course) -> dict[str, Any]:
    licence = course["licence"]
    publisher = course.get("provider", "Baltic School of Digital Business")
    attributes: dict[str, Any] = {
        "name": course["title"],
        "courseCode": course["code"],
        "learningResourceType": {
            "identifier": "https://w3id.org/kim/hcrt/course",
            "type": "Concept",
            "inScheme": "https://w3id.org/kim/hcrt/scheme",
        },
        "courseMode": ["online", "asynchronous"],
        "description": f"<p>{escape(course['text'])}</p>",
        "url": course["url"],
        "inLanguage": ["zh-CN" if course["language"] == "zh" else course["language"]],
        "startDate": [moment(course["start"], 8)] if course.get("start") else [],
        "endDate": [moment(course["end"], 20)] if course.get("end") else [],
        "workload": {"timeValue": course["workload"], "timeUnit": course["unit"]},
        "publisher": {"name": publisher, "type": "Organization", "url": "https://baltic-dsb.example/"},
        "creator": [{"name": publisher, "type": "Organization", "url": "https://baltic-dsb.example/"}],
        "instructor": [{"name": course["instructor"], "type": "Person"}],
        "license": [{"identifier": licence if licence != "ARR" else "proprietary", "url": licence_url(licence)}],
        "access": ["paid" if course["price"] else "free"],
        "offer": {
            "type": "Offer",
            "price": course["price"],
            "priceCurrency": course["currency"],
            "category": "complete" if course["price"] else "course",
        },
        "educationalLevel": [{"name": [{"name": course["level"], "inLanguage": "en"}]}],
        "keywords": course["subjects"],
        "dateModified": "2026-11-20T08:00:00Z",
    }
    if "partner" in course:  # as version 2 says it, and platforms still do
        attributes["partnerInstitutes"] = [{"name": course["partner"]}]
    return {"id": str(uuid5(NAMESPACE_URL, course["url"])), "type": "Course", "attributes": attributes}


def moochub() -> Iterator[tuple[str, str]]:
    address = f"{ORIGIN}/moochub/bridges/moochub/courses"
    data = [moochub_course(course) for course in courses("moochub")]
    yield "courses.json", as_json({"links": {"self": address, "first": address, "last": address}, "data": data})


# --- A Chinese list ------------------------------------------------------------------------------------------------------------------


def list_cell(course: Course, name: str) -> str:
    if name == "language":
        return "简体中文"
    if name == "price":
        return f"{course['price']}元" if course["price"] else "免费"
    if name == "certificate":
        return "是" if course["certificate"] else "否"
    return str(course.get(name, ""))


def chinese_list() -> Iterator[tuple[str, str]]:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS.values())
    writer.writerows([list_cell(course, name) for name in COLUMNS] for course in courses("list"))
    yield "courses.csv", text.getvalue()


MAKERS = {"repository": repository, "openedx": openedx, "feed": feed, "site": site, "moochub": moochub, "list": chinese_list}


def files() -> dict[str, bytes]:
    """Every file under demo/sources/, by its path there, as it has to be."""
    made = {f"{name}/{path}": text for name, make in MAKERS.items() for path, text in make()}
    return {path: text.encode("gb18030" if path.endswith(".csv") else "utf-8") for path, text in made.items()}


def main() -> None:
    for path, body in files().items():
        target = SOURCES / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)


if __name__ == "__main__":
    main()
