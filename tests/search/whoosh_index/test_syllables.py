"""How characters sound, held to a dictionary that a reader of the index does not load."""

from __future__ import annotations

import subprocess
import sys

from pypinyin import Style, pinyin

from search.whoosh_index.pronouncing import spellings
from search.whoosh_index.syllables import SYLLABLES, homophones, sounding, syllables


def test_every_common_character_has_one_of_its_readings() -> None:
    seen = ""
    for syllable in SYLLABLES:
        characters = sounding(syllable)
        seen += characters
        for character in characters:
            readings = {reading.replace("ü", "v") for reading in pinyin(character, style=Style.NORMAL, heteronym=True)[0]}
            assert syllable in readings, (character, syllable)
    assert len(seen) == len(set(seen)) == 3_755


def test_characters_that_sound_the_same() -> None:
    assert {"境", "镜", "竞"} <= set(homophones("镜"))
    assert homophones("a") == homophones("驫") == homophones("あ") == ""
    assert all(character in homophones(character) for character in "跨境电商阿座")


def test_letters_as_syllables() -> None:
    assert syllables("kuajing")[0] == ("kua", "jing")
    assert syllables("xian") == [("xian",), ("xi", "an")]
    assert syllables("market") == syllables("ü") == []
    assert len(syllables("ganganganganganganganganx")) == 0


def test_pinyin_from_every_word() -> None:
    assert list(spellings("b2b跨境电商")) == [(3, "kuajingdianshang", "kjds"), (5, "dianshang", "ds")]
    assert list(spellings("重庆会计")) == [(0, "chongqingkuaiji", "cqkj"), (2, "kuaiji", "kj")]
    assert list(spellings("e-commerce")) == list(spellings("ひらがな")) == []
    assert all(len(letters) <= 20 and len(initials) <= 8 for _, letters, initials in spellings("电子商务" * 100))


def test_a_reader_loads_no_dictionary() -> None:
    program = (
        "import sys; from search.opening import open_index; from search.query import parse; index = open_index('memory:');"
        "index.complete('kuajing'); index.complete('跨境'); index.find(parse('kuajing'));"
        "assert not {'pypinyin', 'rjieba'} & set(sys.modules); index.find(parse('跨镜电商')); assert 'pypinyin' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
