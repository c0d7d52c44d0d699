"""An institution's picture: what it is by its bytes, how large, and where it is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.institution import Institution, Logo
from hub.services import auditing, permitting
from hub.services.acting import Viewer
from hub.services.governing import subject

MOST = 300_000  # bytes
SIDE = 2_000  # pixels
EXTENSIONS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # JPEG's markers of a frame, which has the size
ALONE = {0x01, *range(0xD0, 0xD9)}  # markers without a length


class BadPicture(ValueError):
    """It cannot be the institution's picture. `why`: empty | large | kind | damaged | pixels."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture is, by its bytes."""

    media_type: str
    width: int
    height: int


def read(body: bytes) -> Picture:
    """Which kind of picture this is, and its size in pixels. Raises BadPicture."""
    if not body:
        raise BadPicture("empty")
    if len(body) > MOST:
        raise BadPicture("large")
    for media_type, begins, size in (
        ("image/png", body.startswith(b"\x89PNG\r\n\x1a\n"), png_size),
        ("image/jpeg", body.startswith(b"\xff\xd8\xff"), jpeg_size),
        ("image/webp", body[:4] == b"RIFF" and body[8:12] == b"WEBP", webp_size),
    ):
        if begins:
            width, height = size(body) or (0, 0)
            if not width or not height:
                raise BadPicture("damaged")
            if max(width, height) > SIDE:
                raise BadPicture("pixels")
            return Picture(media_type, width, height)
    raise BadPicture("kind")


def png_size(body: bytes) -> tuple[int, int] | None:
    """Width and height from the header chunk, which comes first (PNG, section 11.2.2); it must come to its end."""
    if body[12:16] != b"IHDR" or len(body) < 45 or b"IEND" not in body[-12:]:
        return None
    return int.from_bytes(body[16:20], "big"), int.from_bytes(body[20:24], "big")


def jpeg_size(body: bytes) -> tuple[int, int] | None:
    """Width and height from the frame header (ITU-T T.81, B.2.2)."""
    for marker, start, length in segments(body):
        if marker in FRAMES:
            head = body[start + 3 : start + 7]
            return (int.from_bytes(head[2:4], "big"), int.from_bytes(head[0:2], "big")) if length >= 8 and len(head) == 4 else None
    return None


def segments(body: bytes) -> Iterator[tuple[int, int, int]]:
    """(marker, where its length stands, length) of each segment before the picture itself."""
    place = 2
    while place + 4 <= len(body) and body[place] == 0xFF:
        marker = body[place + 1]
        if marker == 0xFF:  # filling
            place += 1
        elif marker in ALONE:
            place += 2
        else:
            length = int.from_bytes(body[place + 2 : place + 4], "big")
            if length < 2 or marker in (0xD9, 0xDA):
                return
            yield marker, place + 2, length
            place += 2 + length


def webp_size(body: bytes) -> tuple[int, int] | None:
    """Width and height from the first chunk: extended, lossless or lossy (RFC 9649, section 2)."""
    chunk, head = body[12:16], body[20:30]
    if len(body) < 30 or int.from_bytes(body[4:8], "little") + 8 > len(body) + 1:
        return None
    if chunk == b"VP8X":
        return 1 + int.from_bytes(head[4:7], "little"), 1 + int.from_bytes(head[7:10], "little")
    if chunk == b"VP8L" and head[0] == 0x2F:
        bits = int.from_bytes(head[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if chunk == b"VP8 " and head[3:6] == b"\x9d\x01\x2a":
        return int.from_bytes(head[6:8], "little") & 0x3FFF, int.from_bytes(head[8:10], "little") & 0x3FFF
    return None


def put(session: Session, who: Viewer, institution: Institution, body: bytes) -> None:
    """This is the institution's picture from now on. The caller commits. Raises NotAllowed, BadPicture."""
    permitting.need_manager(who, institution)
    picture = read(body)
    digest = hashlib.sha256(body).hexdigest()
    kept = session.get(Logo, institution.id)
    before = kept.digest[:12] if kept else None
    session.merge(Logo(institution_id=institution.id, media_type=picture.media_type, body=body, digest=digest, updated_at=now()))
    auditing.record(session, who.actor, "institution.picture", subject(institution), before=before, after=digest[:12])


def drop(session: Session, who: Viewer, institution: Institution) -> bool:
    """The institution has no picture any more; False when it had none. The caller commits. Raises NotAllowed."""
    permitting.need_manager(who, institution)
    kept = session.get(Logo, institution.id)
    if kept is None:
        return False
    auditing.record(session, who.actor, "institution.picture", subject(institution), before=kept.digest[:12])
    session.delete(kept)
    return True


def of(session: Session, slug: str) -> Logo | None:
    """The picture of the institution with this address."""
    wanted = select(Logo).join(Institution, Institution.id == Logo.institution_id).where(Institution.slug == slug[:100])
    return session.scalar(wanted)
