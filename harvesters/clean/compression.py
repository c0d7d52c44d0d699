"""Compressed bytes -> plain bytes, within bounds: a small body that unfolds without end is refused. Pure."""

from __future__ import annotations

import zlib

from harvesters.errors import SourceError

MAGIC = b"\x1f\x8b"
LIMIT = 64 * 2**20  # bytes, plain
RATIO = 250  # plain bytes for one compressed byte; texts stay below 100, zlib's most is about 1030
_FREE = 2**20  # the ratio is not asked of bodies smaller than this
_STEP = 2**18


class BadCompression(ValueError):
    """The message is the end of a sentence: "the body is ..."."""


def gunzip(body: bytes, *, limit: int = LIMIT) -> bytes:
    """The text of a `.gz` file; a body that is no gzip comes back as it is, since servers often unpack such files themselves.

    Raises SourceError when it is cut, broken or unfolds to more than `limit` bytes.
    """
    if not body.startswith(MAGIC):
        return body
    try:
        return inflate(body, limit=limit)
    except BadCompression as error:
        raise SourceError(f"The compressed file is {error}.", advice="Ask the owner of the source to publish it again.") from error


def decode(body: bytes, coding: str, *, limit: int = LIMIT) -> bytes:
    """Undo a Content-Encoding (RFC 9110, 8.4). Labels that are wrong are common: what does not look compressed is taken as it is."""
    names = [name.strip().lower() for name in coding.split(",")] if coding else []
    if len(names) > 3:
        raise BadCompression("compressed many times over")
    for name in reversed(names):
        if name in ("br", "zstd", "compress", "x-compress", "dcb", "dcz"):
            raise BadCompression(f"compressed with {name}, which we did not ask for and cannot read")
        looks = body.startswith(MAGIC) if name in ("gzip", "x-gzip") else name == "deflate"
        body = inflate(body, limit=limit) if looks and body else body
    return body


def inflate(body: bytes, *, limit: int = LIMIT) -> bytes:
    """gzip (all its members, RFC 1952), zlib (RFC 1950) or raw deflate (RFC 1951), told apart by their first bytes."""
    plain, rest = bytearray(), body
    while rest:
        decoder = zlib.decompressobj(_window(rest))
        rest = _inflate_one(decoder, rest, plain, len(body), limit)
        if not rest.startswith(MAGIC):
            break  # padding after the last member, as tar and some servers leave it
    return bytes(plain)


def _window(body: bytes) -> int:
    if body.startswith(MAGIC):
        return zlib.MAX_WBITS | 16
    zlib_header = len(body) > 1 and body[0] & 0x0F == 8 and (body[0] * 256 + body[1]) % 31 == 0
    return zlib.MAX_WBITS if zlib_header else -zlib.MAX_WBITS


def _inflate_one(decoder: zlib._Decompress, body: bytes, plain: bytearray, size: int, limit: int) -> bytes:
    """One member into `plain`; returns what follows it."""
    try:
        while not decoder.eof:
            before = len(plain)
            plain += decoder.decompress(body, _STEP)
            body = decoder.unconsumed_tail
            _refuse_bomb(len(plain), size, limit)
            if not body and len(plain) == before and not decoder.eof:
                raise BadCompression("cut: its compressed end is missing")
    except zlib.error as error:
        raise BadCompression("damaged: it cannot be decompressed") from error
    return decoder.unused_data


def _refuse_bomb(plain: int, size: int, limit: int) -> None:
    if plain > limit:
        raise BadCompression(f"too large: more than {limit // 2**20} MB when decompressed")
    if plain > _FREE and plain > RATIO * size:
        raise BadCompression(f"a decompression bomb: {size} bytes unfold to more than {RATIO} times as many")
