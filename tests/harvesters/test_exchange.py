from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters.exchange import content_type
from harvesters.troubles import retry_after


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("text/html", ("text/html", None)),
        ("Text/HTML; Charset=UTF-8", ("text/html", "UTF-8")),
        ('application/xml ; foo=bar; charset="gb18030" ', ("application/xml", "gb18030")),
        ("text/html;charset='big5'", ("text/html", "big5")),
        ("text/html; charset=", ("text/html", None)),
        ("text/html, text/html; charset=utf-8", ("text/html", "utf-8")),
        ("nonsense", ("", None)),
        ("", ("", None)),
    ],
)
def test_content_types(header, expected):
    assert content_type(header) == expected


@given(st.text(max_size=2000))
@settings(max_examples=100, deadline=None)
def test_any_header_can_be_read(text):
    media_type, charset = content_type(text)
    assert media_type == media_type.lower()
    assert charset is None or charset.isascii()
    wait = retry_after({"retry-after": text, "date": text})
    assert wait is None or wait >= 0
