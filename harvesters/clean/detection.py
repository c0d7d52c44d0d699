# ruff: noqa: E501  (tables of words and forms read better in long lines)
"""The language of a text: by script where the script tells, by py3langid elsewhere. None when unsure or too short."""

from __future__ import annotations

import re
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

LOOKED_AT = 400  # characters; more makes it slower, not better
_SHORTEST = 20  # letters
_SURE = 0.75
_SURE_SHORT = 0.9  # under 60 letters
_LANGUAGES = "ar bg bn ca cs da de el en es et fa fi fr gl he hi hr hu id is it ka kk lt lv mk ms mt nl no nn pl pt ro ru sk sl sq sr sv sw ta te tr uk ur vi eu cy ga af hy az be mn ne si km lo my tl th"
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa\u31f0-\u31ff]")
_HANGUL = re.compile("[\uac00-\ud7a3\u1100-\u11ff\u3131-\u318e]")
_LETTER = re.compile(r"[^\W\d_]")
_NOISE = re.compile(r"https?://\S{1,500}|\S{1,100}@\S{1,100}|<[^<>]{0,500}>")
# The characters that differ between the two scripts, by frequency on course pages (made with OpenCC); order is the same in both.
_SIMPLIFIED = frozenset(
    "课学数据计习实开与础语为机术业网编时讲统个门进师对设内项视战识过从库会题应现图员级论问经构频结码动关们点这软体务验块来专节线单资简国将处让请间络载绍链试类区备购训创种录买联导标运电环么组维写费领细变帮户阶页选戏决详询无带达还优读号报际测云虫强传适态记样转调场践义参装欢长职该难观养够笔价异画认证续当书讨产绘总层轻风规质连随评择须辑针较热给营团议两说断广换众检丰队输显独储听见综属离译条览华币赖医杂归权毕则乐订荣约访万继话积键兴货仅册范车临账终极势头况满护觉谢险脑错济释盘邮状销艺飞织争监边递坚虚灵确马远围赛驱静双钟纸称办东启红紧赏补谈汇阅档张声拥树签响儿财"
)
_TRADITIONAL = frozenset(
    "課學數據計習實開與礎語為機術業網編時講統個門進師對設內項視戰識過從庫會題應現圖員級論問經構頻結碼動關們點這軟體務驗塊來專節線單資簡國將處讓請間絡載紹鏈試類區備購訓創種錄買聯導標運電環麼組維寫費領細變幫戶階頁選戲決詳詢無帶達還優讀號報際測雲蟲強傳適態記樣轉調場踐義參裝歡長職該難觀養夠筆價異畫認證續當書討產繪總層輕風規質連隨評擇須輯針較熱給營團議兩說斷廣換眾檢豐隊輸顯獨儲聽見綜屬離譯條覽華幣賴醫雜歸權畢則樂訂榮約訪萬繼話積鍵興貨僅冊範車臨賬終極勢頭況滿護覺謝險腦錯濟釋盤郵狀銷藝飛織爭監邊遞堅虛靈確馬遠圍賽驅靜雙鐘紙稱辦東啟紅緊賞補談匯閱檔張聲擁樹簽響兒財於爲"
)
_ONLY_SIMPLIFIED, _ONLY_TRADITIONAL = _SIMPLIFIED - _TRADITIONAL, _TRADITIONAL - _SIMPLIFIED


@cache
def _identifier() -> LanguageIdentifier:
    found = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    found.set_languages(_LANGUAGES.split())
    return found


def detect(text: str) -> str | None:
    """BCP 47 of plain text; looks at the first LOOKED_AT characters."""
    text = text[: LOOKED_AT * 2]
    if "<" in text or "@" in text or "://" in text:
        text = _NOISE.sub(" ", text)
    text = text[:LOOKED_AT]
    if not text.isascii():
        han, kana, hangul = len(_HAN.findall(text)), len(_KANA.findall(text)), len(_HANGUL.findall(text))
        letters = len(_LETTER.findall(text))
        if 3 * (han + kana + hangul) > letters:
            return _east_asian(text, han, kana, hangul)
    return _by_model(text)


def _east_asian(text: str, han: int, kana: int, hangul: int) -> str | None:
    if hangul >= 3 and hangul >= han and hangul > kana:
        return "ko"
    if kana >= 2 and 12 * kana >= han:
        return "ja"
    simplified = sum(1 for character in text if character in _ONLY_SIMPLIFIED)
    traditional = sum(1 for character in text if character in _ONLY_TRADITIONAL)
    if han < 4 or (han < 8 and not simplified):  # a few Chinese characters may be Japanese
        return None
    if simplified == traditional:
        return "zh" if han >= 12 else None
    return "zh-Hans" if simplified > traditional else "zh-Hant"


def _by_model(text: str) -> str | None:
    letters = len(_LETTER.findall(text))
    if letters < _SHORTEST:
        return None
    name, sure = _identifier().classify(text)
    return str(name) if sure >= (_SURE if letters >= 60 else _SURE_SHORT) else None
