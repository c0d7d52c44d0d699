# ruff: noqa: E501  (an example a line)
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters.clean import detection, language

NAMED = {
    "en": ("en", "eng", "en_US", "en-GB", "English", "english", "英语", "en_US.UTF-8", "http://lexvo.org/id/iso639-3/eng", "English (United States)"),
    "zh": ("zh", "chi", "zho", "cmn", "Chinese", "中文", "汉语", "Mandarin", "普通话"),
    "zh-Hans": ("chi-simp", "zh_CN", "zh-CN", "zh-Hans", "zh-Hans-CN", "zh-cmn-Hans", "Chinese (Simplified)", "Simplified Chinese", "简体中文", "中文（简体）", "Chinese - China"),
    "zh-Hant": ("chi-trad", "zh-TW", "zh_HK", "zh-Hant-TW", "Chinese (Traditional)", "繁體中文", "中文（繁體）", "Traditional Chinese"),
    "de": ("de", "ger", "deu", "de-AT", "Deutsch", "German", "德语"),
    "fr": ("fre", "fra", "Français", "fr_CA"),
    "es": ("es", "spa", "Español", "Spanish; Castilian", "es-419"),
    "pt-BR": ("pt_BR", "Portuguese (Brazil)", "Brazilian Portuguese"),
}  # fmt: skip


@pytest.mark.parametrize(("expected", "written"), [(tag, name) for tag, names in NAMED.items() for name in names])
def test_names_and_codes_become_bcp_47(expected, written):
    assert language.tag(written) == expected


@pytest.mark.parametrize(
    "written", ["", "x", "xx", "qqq", "foo", "mul", "und", None, 7, "Klingon and Elvish", "not a language at all", "e" * 500]
)
def test_unknown_languages_are_none(written):
    assert language.tag(written) is None


def test_several_languages_in_one_text_and_double_ones():
    assert language.tags(["en", "en_US", "zh", "zh-CN"]) == ("en", "zh-Hans")
    assert language.tags(["English, Chinese (Simplified)"]) == ("en", "zh-Hans")
    assert language.tags(["zh-CN, en"]) == ("zh-Hans", "en") and language.tags(["English, Chinese"]) == ("en", "zh")
    assert language.tags(["English/French"]) == ("en", "fr") and language.tag("chinese_simplified") == "zh-Hans"
    assert language.tags([None, "", {"name": "English"}, "de;fr"]) == ("de", "fr")


@given(st.text(max_size=60))
@settings(max_examples=100, deadline=None)
def test_a_tag_is_well_formed_and_stays_itself(text):
    tag = language.tag(text)
    if tag is not None:
        assert re.fullmatch(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?", tag)
        assert language.tag(tag) == tag


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("本课程介绍电子商务的基本概念、商业模式与运营方法，适合初学者学习。", "zh-Hans"),
        ("本課程介紹電子商務的基本概念、商業模式與營運方法，適合初學者學習。", "zh-Hant"),
        ("Python数据分析与电商运营实战课程", "zh-Hans"),
        ("このコースでは電子商取引の基礎とオンラインマーケティングを学びます。", "ja"),
        ("이 과정은 전자상거래의 기본 개념과 온라인 마케팅을 소개합니다.", "ko"),
        ("Learn how to build an online shop and how to market products to customers across borders.", "en"),
        ("In diesem Kurs lernen Sie, wie man einen Onlineshop aufbaut und Produkte erfolgreich vermarktet.", "de"),
        ("Dans ce cours, vous apprendrez comment créer une boutique en ligne et vendre vos produits à l'étranger.", "fr"),
        ("В этом курсе вы узнаете, как создать интернет-магазин и продвигать товары за рубежом.", "ru"),
        ("", None),
        ("SEO", None),
        ("商品", None),
        ("123 456 789 !!!", None),
        ("https://example.org/a/very/long/address/that/says/nothing", None),
    ],
)
def test_detection(text, expected):
    assert detection.detect(text) == expected


@given(st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_detection_never_fails(text):
    found = detection.detect(text)
    assert found is None or language.tag(found) == found
