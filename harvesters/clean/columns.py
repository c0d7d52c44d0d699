# ruff: noqa: E501  (tables of words and forms read better in long lines)
"""The usual names of columns in lists of courses, English and Chinese -> our fields."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_NAMES = {
    "identifier": "id|identifier|guid|uuid|course id|courseid|readable id|resource id|record id|课程id|课程编号|编号|标识|标识符|资源编号",
    "title": "title|name|course title|course name|course|coursename|coursetitle|resource title|课程名称|课程名|课程|名称|标题|课程标题|教材名称|资源名称|题名|titel|titulo|título|titre|kursname",
    "alternative_title": "alternative title|alternate title|subtitle|english title|title en|英文名称|英文名|副标题|课程英文名称",
    "url": "url|link|href|course url|courseurl|website|web address|address|course link|landing page|uri|链接|课程链接|连结|课程连结|网址|地址|课程地址|课程网址|资源链接|访问链接|播放地址",
    "summary": "summary|short description|subtitle text|headline|short intro|摘要|简述|一句话简介",
    "description": "description|desc|course description|abstract|overview|about|introduction|details|long description|full description|简介|课程简介|描述|介绍|课程介绍|内容简介|课程描述|详情|beschreibung|descripción|课程概述",
    "language": "language|languages|lang|course language|language of instruction|语言|授课语言|语种|教学语言|sprache|idioma|langue",
    "subtitle_language": "subtitles|subtitle language|subtitle languages|caption languages|captions|字幕|字幕语言",
    "instructor": "instructor|instructors|teacher|teachers|lecturer|lecturers|professor|faculty|course instructor|course instructors|taught by|instructor name|讲师|教师|主讲教师|授课教师|主讲人|任课教师|老师|课程负责人|负责人",
    "creator": "creator|creators|author|authors|作者|主编|编者|autor",
    "provider": "provider|platform|course provider name|course platform|offered by|course provider|site|source|平台|课程平台|所属平台|提供者|提供方|上线平台|开课平台|来源",
    "institution": "institution|university|course organization|course organisation|course institution|university / industry partner name|school|offered by university|organization|organisation|partner|college|org|institute|publisher|开课单位|学校|院校|高校|大学|机构|开课学校|主讲学校|学校名称|开课院校|所属学校|单位|出版社",
    "code": "code|course code|course number|number|课程代码|课程号|课程编码",
    "licence": "licence|license|rights|license cc|copyright|授权|许可|许可协议|版权|许可证|授权协议|lizenz",
    "free": "free|is free|isfree|is paid free|is paid|paid|是否收费|是否付费|是否免费|免费",
    "price": "price|cost|fee|course price|amount|价格|费用|学费|售价|课程价格|preis|precio",
    "currency": "currency|price currency|货币|币种",
    "certificate": "certificate|certification|has certificate|证书|是否有证书|结课证书",
    "duration": "duration|length|course duration|course length|content duration|duration weeks|duration in weeks|number of weeks|length in weeks|duration hours|duration in hours|hours|total hours|duration minutes|duration in minutes|weeks to complete|weeks|course time|课程时长|时长|周期|课程周期|学习周期|课程周数|周数|dauer",
    "workload": "workload|effort|course effort|weekly hours|hours pw|hours week|student effort|hours per week|weekly effort|time commitment|课程负载|每周学时|学习强度|每周时长|每周投入|学习负荷",
    "start": "start|start date|startdate|starts|begin|begins|opening date|开课时间|开始时间|开课日期|开始日期|起始时间",
    "end": "end|end date|enddate|ends|结束时间|结课时间|结束日期|结课日期|截止时间",
    "enrolment_end": "enrolment end|enrollment end|enrolment deadline|enrollment deadline|registration deadline|报名截止|报名截止时间|选课截止",
    "enrolment_start": "enrolment start|enrollment start|报名开始|报名开始时间|选课开始",
    "credits": "ects|ects credits|学分",
    "created": "created|date created|creation date|创建时间|创建日期",
    "level": "level|difficulty|course difficulty|course level|difficulty level|educational level|级别|难度|层次|课程级别|课程难度|难度级别|教学层次|适用层次|学历层次",
    "subject": "subject|subjects|category|categories|department|discipline|field|topic|topics|subject area|course category|学科|分类|课程分类|类别|专业|课程类别|学科分类|所属学科|专业大类|所属专业|课程类型分类",
    "keyword": "keyword|keywords|tags|tag|关键词|标签|关键字",
    "teaches": "skills|skill|learning outcomes|what you will learn|outcomes|skills covered|课程目标|学习目标|教学目标|所学技能",
    "prerequisite": "prerequisite|prerequisites|requirements|先修课程|预备知识|先修要求|前置课程",
    "audience": "audience|target audience|for whom|适用对象|面向对象|适合人群|适用人群|授课对象|目标人群",
    "type": "type|resource type|course type|course certificate type|offering type|content type|learning resource type|format type|类型|资源类型|课程类型|材料类型",
    "pace": "pace|pacing|pacing type|self paced|学习节奏",
    "mode": "mode|delivery|delivery mode|course mode|mode of study|study mode|format|授课方式|上课方式|教学方式|学习方式",
    "image": "image|image url|thumbnail|cover|course image url|picture|photo|photo url|logo|图片|封面|封面图|课程图片|课程封面",
    "isbn": "isbn|isbn13|isbn 13|isbn10",
    "doi": "doi",
    "published": "published date|published timestamp|publication date|publish date|date published|published at|year|date|release date|发布时间|发布日期|出版时间|出版日期|上线时间|年份",
    "modified": "modified|last modified|last update date|updated|last updated|update date|date modified|修改时间|更新时间|更新日期",
}  # fmt: skip
FIELDS = tuple(_NAMES)
_KNOWN = {name: (field, place) for field, names in _NAMES.items() for place, name in enumerate(names.split("|"))}
_NUMBERED = re.compile(r"^(.*?\D)\s*\d{1,2}$")
PAID = {"is paid", "paid", "是否收费", "是否付费"}  # columns that say the opposite of `free`
_HOURS, _MINUTES = re.compile(r"hour|content duration|小时|学时"), re.compile(r"minute|分钟")
# The traditional characters of the names above -> simplified ones.
_SIMPLIFIED = str.maketrans(
    "課稱號編標識標資題鏈連結網訪問簡語種講師負責學機構單證書權協議費貨幣時長週間開結報選難級層質專業類關鍵詞籤預備對適圖面發佈釋線費價數據輸費錄頻內簽",
    "课称号编标识标资题链连结网访问简语种讲师负责学机构单证书权协议费货币时长周间开结报选难级层质专业类关键词签预备对适图面发布释线费价数据输费录频内签",
)
_MANY = {"instructor", "subject", "keyword", "creator", "teaches"}


def normal(name: str) -> str:
    """ "Course_URL", "courseUrl" and "Course URL" are one name."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", unicodedata.normalize("NFKC", name))
    return " ".join(re.sub(r"[_\-./:*()]+", " ", name).lower().translate(_SIMPLIFIED).split())


def unit(column: str) -> str:
    """What a bare number in a column of durations counts."""
    name = normal(column)
    return "hours" if _HOURS.search(name) else "minutes" if _MINUTES.search(name) else "weeks"


def recognise(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Our field -> the column that most likely holds it; all of them for numbered ones ("Instructor 1", "Instructor 2") and for lists."""
    found: dict[str, list[tuple[int, str]]] = {}
    for name in names:
        key = normal(name)
        numbered = _NUMBERED.match(key)
        match = _KNOWN.get(key) or (_KNOWN.get(numbered[1].strip()) if numbered else None)
        if match:
            found.setdefault(match[0], []).append((match[1], name))
    return {field: tuple(name for _, name in hits) if field in _MANY else (min(hits)[1],) for field, hits in found.items()}
