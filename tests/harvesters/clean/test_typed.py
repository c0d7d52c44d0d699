"""What a person types into a field: understood, or refused with the reason; shown again as it was typed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.clean import typed


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("title", "  Live <b>commerce</b> ", "Live commerce"),
        ("alternative_titles", "One\r\n\r\nTwo\nOne", ["One", "Two"]),
        ("summary", "Two\nlines", "Two lines"),
        ("description", "<p>Kept</p><script>alert(1)</script>", "<p>Kept</p>"),
        ("description", "First.\n\nSecond & last.", "<p>First.</p><p>Second &amp; last.</p>"),
        ("url", "https://x.example/a", "https://x.example/a"),
        ("resource_type", "case", "case"),
        ("languages", "English\nzh-CN", ["en", "zh-Hans"]),
        ("agents", "Li Wenjing\nChen Hao | Instructor | https://x.example/", [
            {"name": "Li Wenjing", "role": "creator"},
            {"name": "Chen Hao", "role": "instructor", "url": "https://x.example/"},
        ]),
        ("licence", "https://creativecommons.org/licenses/by-sa/4.0/", "CC-BY-SA-4.0"),
        ("free", "yes", True),
        ("free", "no", False),
        ("free", "", None),
        ("credits", "2.50", "2.5"),
        ("duration", "12 weeks", "P12W"),
        ("workload_min", "3,5", 3.5),
        ("levels", "advanced\nundergraduate", ["undergraduate", "advanced"]),
        ("content_published", "2026-11-23", "2026-11-23T00:00:00+00:00"),
        ("keywords", "", []),
        ("code", " ", None),
    ],
)  # fmt: skip
def test_what_is_understood(field, text, value):
    assert typed.parse(field, text) == value
    assert typed.parse(field, typed.show(field, value)) == value, "what is shown can be typed again"


@pytest.mark.parametrize(
    ("field", "text", "why"),
    [
        ("title", " ", "empty"),
        ("url", "javascript:alert(1)", "address"),
        ("url", "x.example/a", "address"),
        ("image", "data:image/png;base64,AAAA", "address"),
        ("resource_type", "novel", "choice"),
        ("levels", "undergraduate clever", "choice"),
        ("languages", "en\nKlingonian", "language"),
        ("licence", "free as in beer", "licence"),
        ("agents", "Ada | queen", "role"),
        ("agents", " | creator", "empty"),
        ("agents", "Ada | creator | javascript:alert(1)", "address"),
        ("free", "perhaps", "truth"),
        ("credits", "NaN", "number"),
        ("credits", "-1", "number"),
        ("workload_max", "169", "number"),
        ("duration", "a while", "duration"),
        ("content_modified", "2026-02-30", "date"),
        ("summary", "x" * 200_001, "long"),
    ],
)
def test_what_is_refused(field, text, why):
    with pytest.raises(typed.BadValue) as refused:
        typed.parse(field, text)
    assert refused.value.why == why and str(refused.value).endswith(".")


@given(
    field=st.sampled_from(sorted(typed.FIELDS)),
    text=st.text(max_size=80) | st.sampled_from(["a | b | c", "1e400", "\ud800", "P1D\n", "<b>", "\0"]),
)
def test_any_text_is_a_value_or_refused(field, text):
    try:
        value = typed.parse(field, text)
    except typed.BadValue as refused:
        assert refused.why in typed.REASONS
        return
    json.dumps(value).encode()
    assert typed.parse(field, typed.show(field, value)) == value
