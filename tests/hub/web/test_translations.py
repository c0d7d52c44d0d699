"""Both catalogues say everything: nothing untranslated, fuzzy, obsolete, or compiled from something older."""

from __future__ import annotations

import importlib.util
import io
import re
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def translations() -> ModuleType:
    spec = importlib.util.spec_from_file_location("scripts_translations", ROOT / "scripts" / "translations.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_catalogues_are_complete_and_compiled(translations: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert translations.main(True) == 0, capsys.readouterr().out


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
def test_nothing_is_obsolete_or_fuzzy(translations: ModuleType, language: str) -> None:
    catalogue = read_po(io.BytesIO(translations.catalogue_path(language).read_bytes()), locale=language)
    assert not catalogue.obsolete
    assert not [message.id for message in catalogue if message.id and message.fuzzy]


def test_chinese_is_chinese(translations: ModuleType) -> None:
    """Every sentence has Chinese characters; only patterns of placeholders and signs may do without."""
    catalogue = read_po(io.BytesIO(translations.catalogue_path("zh_Hans").read_bytes()), locale="zh_Hans")
    for message in catalogue:
        text = message.string if isinstance(message.string, str) else message.string[0]
        bare = re.sub(r"%\(\w+\)s", "", text)
        if message.id and re.search(r"[A-Za-z]{2}", bare):
            assert re.search(r"[\u4e00-\u9fff]", bare), message.id
