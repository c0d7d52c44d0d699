"""Words in raw payloads that no rule could read; any bytes give some or none."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.services import deciphering


@pytest.mark.parametrize(
    ("field", "body", "values"),
    [
        ("languages", b'<r xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:language>klingon</dc:language></r>', ("klingon",)),
        ("resource_type", b"<r><type>Sonderform</type><type> Sonderform </type></r>", ("Sonderform",)),
        ("languages", b'{"attributes": {"inLanguage": ["xx1", "xx2"], "name": "A"}}', ("xx1", "xx2")),
        ("resource_type", b'[{"@type": "Thing"}]', ("Thing",)),
        ("languages", b"title,language\nA,xx", ()),
        ("languages", b"<r><language>broken", ()),
    ],
)
def test_what_stands_there(field, body, values):
    assert deciphering.values(field, zlib.compress(body)) == values


def test_a_very_large_payload_is_left_alone():
    assert deciphering.values("languages", zlib.compress(b'{"language": "' + b"x" * 300_000 + b'"}')) == ()


@given(st.binary(max_size=300) | st.text(max_size=100).map(lambda text: f"<r><language>{text}</language></r>".encode("utf-8", "replace")))
def test_any_bytes_do_no_harm(body):
    for field in deciphering.NAMES:
        deciphering.values(field, zlib.compress(body))
