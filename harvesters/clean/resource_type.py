# ruff: noqa: E501  (tables of words and forms read better in long lines)
"""What a source calls the type of a resource -> one of `record.RESOURCE_TYPES`. A word that nobody knows gives None."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_WORDS = {
    "course": "course|courses|courseinstance|mooc|full course|online course|lecture series|课程|慕课|在线课程|公开课|課程|kurs|cours|curso|video course|coursework|short course|open course|unit of study|精品课|微课程",
    "programme": "programme|program|educationaloccupationalprogram|specialization|specialisation|professional certificate|xseries|micromasters|learning path|degree|nanodegree|series|专项课程|项目|微专业",
    "textbook": "textbook|book|ebook|e-book|open textbook|books|textbooks|bookpart|chapter|教材|教科书|图书|电子书|monograph|thesis book|lehrbuch",
    "video": "video|videoobject|videos|lecture video|lecture|moving image|movingimage|video lecture|film|animation|webcast|screencast|视频|微课|录像|recorded lecture|clip",
    "article": "article|journal article|journalarticle|paper|working paper|workingpaper|scholarlyarticle|blogposting|newsarticle|techarticle|preprint|report|conference paper|conferenceobject"
    "|conferencepaper|review|bachelorthesis|masterthesis|doctoralthesis|thesis|论文|文章|期刊论文|technical report|dissertation|reading",
    "dataset": "dataset|data set|data|datacatalog|数据集|datadownload",
    "tool": "tool|software|softwareapplication|webapplication|software application|application|app|simulation|interactive simulation|工具|软件|仿真|虚拟仿真|virtual lab|softwaresourcecode|calculator",
    "case": "case|case study|case studies|casestudy|teaching case|案例|教学案例|案例分析|fallstudie",
    "exercise": "exercise|exercises|quiz|assessment|exam|test|problem set|assignment|homework|drill and practice|drill_and_practice|assignment/exam|习题|练习|试题|作业|测验|worksheet|activity/lab|lab|homework/assignment|activity|实验|实训",
    "podcast": "podcast|podcastepisode|podcastseries|audio|audioobject|audio recording|sound|播客|音频|radio|lecture audio|sound recording",
    "material": "material|learningresource|learning resource|learning object|learningobject|lesson|lesson plan|lesson_plan|lecture notes|slides|slide|presentation|presentationdigitaldocument|syllabus|handout|tutorial"
    "|teaching material|training material|trainingmaterial|interactiveresource|interactive resource|interactive|hands-on tutorial|课件|讲义|教案|素材|资料|学习资料|教学资源|unterrichtsplanung|module|unit|howto"
    "|game|image|stillimage|still image|map|web page|website|webpage|e-learning|elearning|教学大纲|ppt|lecturenotes|demonstration|diagram|drawing|teacher_education|text_and_image|teaching module|other",
}  # fmt: skip
_TYPES = {word: kind for kind, words in _WORDS.items() for word in words.split("|")}
# The COAR vocabulary of resource types, by the codes that repositories give: https://vocabularies.coar-repositories.org/resource_types/
_TYPES |= {"c_e059": "material", "c_2f33": "textbook", "c_3248": "textbook", "c_12ce": "video", "c_8a7e": "video", "c_18cc": "podcast", "c_ddb1": "dataset", "c_5ce6": "tool",
           "c_6501": "article", "c_2df8fbb1": "article", "c_8042": "article", "c_816b": "article", "c_93fc": "article", "c_18ws": "article", "c_18gh": "article", "c_5794": "article",
           "c_dcae04bc": "article", "c_46ec": "article", "c_7a1f": "article", "c_bdcc": "article", "c_db06": "article", "c_ecc8": "material", "c_c513": "material", "c_8544": "material"}  # fmt: skip
_ORDER = ("course", "programme", "textbook", "podcast", "video", "dataset", "tool", "case", "exercise", "article", "material")
_TAIL = re.compile(r"[/#:]([^/#:]{1,60})/?$")


def resource_type(values: Iterable[object]) -> str | None:
    """The most telling of the types that `values` name: a course that is also called a learning resource is a course."""
    found = {_read(value) for value in values if isinstance(value, str)}
    return next((kind for kind in _ORDER if kind in found), None)


@lru_cache(maxsize=4096)
def _read(value: str) -> str | None:
    text = " ".join(unicodedata.normalize("NFKC", value[:200]).lower().split()).strip(" .")
    if text in _TYPES:
        return _TYPES[text]
    tail = _TAIL.search(text)
    return _TYPES.get(tail[1].replace("_", " ")) or _TYPES.get(tail[1]) if tail else None
