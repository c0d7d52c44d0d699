"""Codes in words, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harvesters.clean.licence import FAMILIES
from harvesters.record import LEVELS, RESOURCE_TYPES
from hub.models.run import STATES, TASKS
from hub.models.webhook import EVENTS
from hub.services import sourcing
from hub.services.asking import SHOWN, USES
from hub.web import advice, charts, context, deeds, facts, health, permissions, quantities, upkeep, weights, wording

NAMES_OF_THEIR_OWN = {"edu-sharing"}
ROOT = Path(__file__).parents[3]
DEEDS = {  # every deed that the code writes into the audit log
    found
    for path in (ROOT / "hub" / "services").glob("*.py")
    for found in re.findall(r'"((?:source|run|resources?|topic|link)\.[a-z_-]+)"', path.read_text(encoding="utf-8"))
} - set(EVENTS)


@contextmanager
def speaking(site: Flask, language: str) -> Iterator[None]:
    with site.test_request_context():
        context.remember_language(language)
        yield


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_every_code_has_a_word(site: Flask, language: str) -> None:
    """All codes that the harvesters, the models and the facets know."""
    with speaking(site, language):
        for word, codes in (
            (wording.type_name, RESOURCE_TYPES),
            (wording.level_name, LEVELS),
            (wording.state_name, STATES),
            (wording.run_task_name, (*TASKS, "retire")),
            (permissions.family_name, FAMILIES),
            (permissions.use_name, tuple(USES)),
            (wording.facet_name, SHOWN),
            (wording.kind_name, tuple(sourcing.kinds())),
            (deeds.action_name, tuple(DEEDS)),
        ):
            for code in codes:
                assert word(code) != code or code in NAMES_OF_THEIR_OWN, code
        for family in FAMILIES:
            assert permissions.permission(family).headline != permissions.permission(None).headline, family
        assert set(RESOURCE_TYPES) == set(wording.TYPE_ICONS)


@pytest.mark.parametrize(
    ("iso", "english", "chinese"),
    [
        ("P12W", "12 weeks", "12 周"),
        ("PT1H30M", "1 hour 30 minutes", "1 小时 30 分钟"),
        ("P1Y2M", "1 year 2 months", "1 年 2 个月"),
        ("P0D", "", ""),
        ("twelve weeks", "", ""),
        (None, "", ""),
    ],
)
def test_durations(site: Flask, iso: str | None, english: str, chinese: str) -> None:
    for language, expected in (("en", english), ("zh-Hans", chinese)):
        with speaking(site, language):
            assert quantities.duration(iso) == expected


def test_workloads_and_prices(site: Flask) -> None:
    with speaking(site, "en"):
        assert quantities.workload(1, 1) == "1 hour a week"
        assert quantities.workload(2.5, None) == "2.5 hours a week"
        assert quantities.workload(3, 5) == "3 to 5 hours a week"
        assert quantities.workload(None, None) == ""
        assert quantities.price(Decimal(0), "EUR") == "Free"
        assert quantities.price(Decimal("1249.50"), "CNY") == "CNY 1,249.5"
        assert quantities.price(None, None) == ""


@pytest.mark.parametrize(
    ("spdx", "name"),
    [
        ("CC-BY-SA-4.0", "CC BY-SA 4.0"),
        ("CC-BY-NC-ND-3.0-DE", "CC BY-NC-ND 3.0 DE"),
        ("CC-BY", "CC BY"),
        ("CC0-1.0", "CC0"),
        ("MIT", "MIT"),
        ("all-rights-reserved", "All rights reserved"),
        (None, ""),
    ],
)
def test_licence_names(site: Flask, spdx: str | None, name: str) -> None:
    with speaking(site, "en"):
        assert permissions.licence_name(spdx) == name


def test_languages_and_lists(site: Flask) -> None:
    with speaking(site, "en"):
        assert wording.languages(("zh-Hans", "en")) == "Chinese (simplified) and English"
        assert wording.languages(("de",), ("en",)) == "German, English subtitles"
        assert wording.language_name("x-unknown") == "x-unknown"
    with speaking(site, "zh-Hans"):
        assert wording.languages(("en",)) == "英语"


def test_months(site: Flask) -> None:
    with speaking(site, "en"):
        assert wording.start_month("2027-02") == "Feb 2027"
        assert wording.start_month("anytime") == "Any time"
        assert wording.start_month("0000-01") == "0000-01"
        assert wording.start_month("soon") == "soon"


def test_how_long_ago(site: Flask) -> None:
    now = datetime.now(UTC)
    with speaking(site, "en"):
        assert quantities.ago(now - timedelta(seconds=3)) == "just now"
        assert quantities.ago(now - timedelta(hours=2, minutes=5)) == "2 hours ago"
    with speaking(site, "zh-Hans"):
        assert quantities.ago(now - timedelta(days=3)) == "3天前"


@given(text=st.text(max_size=60))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_value_of_a_facet_breaks_its_word(site: Flask, text: str) -> None:
    with speaking(site, "en"):
        for facet in SHOWN:
            assert isinstance(wording.value_name(facet, text), str)
        assert isinstance(quantities.duration(text), str)
        assert isinstance(permissions.licence_name(text), str)


def test_no_two_modules_give_templates_the_same_name() -> None:
    """`words` has the names of several modules: the later one would win."""
    modules = (quantities, permissions, wording, weights, facts, upkeep, deeds, charts, advice, health)
    named: dict[str, object] = {}
    for module in modules:
        for name, value in vars(module).items():
            if not name.startswith("_"):
                assert named.setdefault(name, value) is value, f"{name} of {module.__name__} stands in two modules"
