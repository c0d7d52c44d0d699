from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters.clean.compression import BadCompression, decode, gunzip, inflate
from harvesters.errors import SourceError


@given(st.binary(max_size=5000), st.sampled_from(["gzip", "zlib", "raw"]))
@settings(max_examples=60, deadline=None)
def test_what_was_packed_comes_back(body, form):
    packer = zlib.compressobj(wbits={"gzip": 31, "zlib": 15, "raw": -15}[form])
    packed = packer.compress(body) + packer.flush()
    if form != "raw" or not (
        packed[0] & 15 == 8 and (packed[0] * 256 + packed[1]) % 31 == 0
    ):  # raw bytes that look like zlib's cannot be told
        assert inflate(packed) == body


@given(st.binary(max_size=300))
@settings(max_examples=100, deadline=None)
def test_any_bytes_give_bytes_or_an_error(body):
    for function, error in ((gunzip, SourceError), (inflate, BadCompression), (lambda b: gunzip(b"\x1f\x8b" + b), SourceError)):
        try:
            assert isinstance(function(body), bytes)
        except error as problem:
            assert str(problem)


@given(st.binary(min_size=1, max_size=2000), st.integers(1, 10_000))
@settings(max_examples=60, deadline=None)
def test_a_cut_file_is_never_taken_as_whole(body, cut):
    packed = gzip.compress(body)
    with pytest.raises(SourceError, match=r"cut|damaged"):
        gunzip(packed[: 2 + cut % (len(packed) - 2)])


def test_members_and_padding():
    assert gunzip(gzip.compress(b"one ") + gzip.compress(b"two") + bytes(512)) == b"one two"


def test_what_is_no_gzip_comes_back_as_it_is():
    assert gunzip(b"<urlset/>") == b"<urlset/>"


def test_bombs_and_large_files_are_refused():
    with pytest.raises(SourceError, match="bomb"):
        gunzip(gzip.compress(bytes(30_000_000), 9))
    with pytest.raises(SourceError, match="more than 1 MB when decompressed"):
        gunzip(gzip.compress(b"abcdefghij" * 200_000, 1), limit=2**20)
    doubled = gzip.compress(gzip.compress(bytes(30_000_000), 9), 9)
    with pytest.raises(BadCompression):
        decode(doubled, "gzip, gzip")


@pytest.mark.parametrize(
    ("coding", "body", "plain"),
    [
        ("", b"x", b"x"),
        ("identity", b"x", b"x"),
        ("gzip", gzip.compress(b"x", mtime=0), b"x"),
        ("X-GZIP", gzip.compress(b"x", mtime=0), b"x"),
        ("gzip", b"x", b"x"),
        ("deflate", zlib.compress(b"x"), b"x"),
        ("deflate, gzip", gzip.compress(zlib.compress(b"x"), mtime=0), b"x"),
        ("utf-8", b"x", b"x"),
        ("gzip", b"", b""),
    ],
)
def test_content_encodings(coding, body, plain):
    assert decode(body, coding) == plain


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip,gzip,gzip,gzip"])
def test_content_encodings_that_we_cannot_read(coding):
    with pytest.raises(BadCompression):
        decode(b"x", coding)
