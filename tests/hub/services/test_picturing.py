"""Pictures: what they are by their bytes."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from hub.models import Logo
from hub.services import permitting, picturing
from hub.services.picturing import BadPicture

from .houses import house, person


def png(width: int = 2, height: int = 3) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def jpeg(width: int = 2, height: int = 3) -> bytes:
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8\xff\xe0\x00\x04ab\xff\xff\xc0" + struct.pack(">H", len(frame) + 2) + frame + b"\xff\xda\x00\x02\xff\xd9"


def webp(chunk: bytes, head: bytes) -> bytes:
    body = b"WEBP" + chunk + struct.pack("<I", len(head)) + head.ljust(30, b"\0")
    return b"RIFF" + struct.pack("<I", len(body)) + body


def extended(width: int, height: int) -> bytes:
    return webp(b"VP8X", b"\0\0\0\0" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little"))


def lossy(width: int, height: int) -> bytes:
    return webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", width, height))


def lossless(width: int, height: int) -> bytes:
    return webp(b"VP8L", b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14))


@pytest.mark.parametrize(
    ("make", "kind"),
    [(png, "image/png"), (jpeg, "image/jpeg"), (extended, "image/webp"), (lossy, "image/webp"), (lossless, "image/webp")],
)
def test_each_kind_with_its_size(make: object, kind: str) -> None:
    found = picturing.read(make(20, 301))  # type: ignore[operator]
    assert (found.media_type, found.width, found.height) == (kind, 20, 301)
    with pytest.raises(BadPicture) as bad:
        picturing.read(make(2_001, 5))  # type: ignore[operator]
    assert bad.value.why == "pixels"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "kind"),
        (b"GIF89a" + b"\0" * 40, "kind"),
        (b"<html>\x89PNG\r\n\x1a\n", "kind"),
        (png()[:40], "damaged"),
        (png(0, 4), "damaged"),
        (b"\xff\xd8\xff\xd9", "damaged"),
        (b"RIFF\0\0\0\0WEBPVP8X", "damaged"),
        (png() + b"\0" * 300_000, "large"),
    ],
)
def test_what_is_none(body: bytes, why: str) -> None:
    with pytest.raises(BadPicture) as bad:
        picturing.read(body)
    assert bad.value.why == why


@given(st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\x20\0\0\0WEBPVP8 "]), st.binary(max_size=200))
def test_any_bytes_are_a_picture_or_refused(begin: bytes, rest: bytes) -> None:
    try:
        found = picturing.read(begin + rest)
    except BadPicture:
        return
    assert 0 < found.width <= picturing.SIDE and 0 < found.height <= picturing.SIDE


def test_it_is_kept_for_the_institution_by_who_looks_after_it(session: Session) -> None:
    school = house(session)
    ann = person(session, "ann", school)
    picturing.put(session, ann, school, png())
    picturing.put(session, ann, school, jpeg())
    session.commit()
    assert [(kept.media_type, kept.body) for kept in session.query(Logo)] == [("image/jpeg", jpeg())]
    with pytest.raises(permitting.NotAllowed):
        picturing.put(session, person(session, "tom", school, "teacher"), school, png())
    assert picturing.drop(session, ann, school)
    session.commit()
    assert picturing.of(session, school.slug) is None and not picturing.drop(session, ann, school)
