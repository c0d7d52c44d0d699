# ruff: noqa: E501, SIM905  (an example a line)
"""Text, HTML, addresses, names of the whole world, encodings."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters.clean import charset, html, identifier, text, url

SAFE = set("a b blockquote br code dd dl dt em h3 h4 h5 h6 hr i li ol p pre strong sub sup table tbody td th thead tr ul".split())


@pytest.mark.parametrize(
    ("written", "expected"),
    [("  a \n b\t", "a b"), ("Marketing &amp; Sales", "Marketing & Sales"), ("<b>Bold</b> title", "Bold title"), ("a < b and c > d", "a < b and c > d"), ("x\x00\x08y", "xy"), ("e\u0301", "é"), ("", None), ("\u200b ", None),
     (None, None), (42, "42"), ("\ud800half", "half"), ("\u202eevil", "evil")],
)  # fmt: skip
def test_lines(written, expected):
    assert text.line(written) == expected


@given(st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_a_line_is_one_clean_line(value):
    found = text.line(value, 50)
    if found is not None:
        assert found == " ".join(found.split()) and len(found) <= 50
        assert unicodedata.is_normalized("NFC", found)
        found.encode()


def test_long_texts_are_cut_and_lists_bounded():
    assert len(text.line("word " * 1000)) <= text.TITLE
    assert len(text.lines(str(number) for number in range(1000))) == text.LIST
    assert text.lines(["a", "a", None, "", "b"]) == ("a", "b")


def test_rich_keeps_what_is_safe():
    assert html.rich("<p>Hi <script>alert(1)</script><b onclick=x()>you</b></p>") == "<p>Hi <b>you</b></p>"
    assert html.rich('<a href="javascript:alert(1)">x</a>') == '<a rel="noopener noreferrer nofollow">x</a>'
    assert html.rich('<a href="https://example.org/">x</a>') == '<a href="https://example.org/" rel="noopener noreferrer nofollow">x</a>'
    assert html.rich("a < b & c") == "a &lt; b &amp; c"
    assert html.rich("one\n\ntwo") == "<p>one</p><p>two</p>"
    assert html.rich("list:\n- a\n- b") == "<p>list:<br>- a<br>- b</p>"
    assert html.rich("<p> </p>") is None and html.rich("") is None and html.rich(None) is None
    assert html.rich("&lt;p&gt;twice escaped&lt;/p&gt;") == "<p>twice escaped</p>"
    assert html.rich("<h1>Big</h1>") == "<h3>Big</h3>"
    assert html.plain("<p>a</p><p>b&nbsp;&amp; c</p><style>x{}</style>") == "a b & c"


@given(st.text(alphabet="<>/abp\"'=& scripthref:jvon;&#x1\n", max_size=200) | st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_rich_is_safe_and_stays_itself(value):
    found = html.rich(value)
    if found is not None:
        tags = re.findall(r"<(/?)([a-z0-9]+)([^<>]*)>", found)
        assert len(tags) == found.count("<")
        assert {name for _, name, _ in tags} <= SAFE
        assert all(
            re.fullmatch(r'( href="(https?|mailto):[^"]*")?( rel="[a-z ]+")?( (col|row)span="[^"]*")*', attributes)
            for _, _, attributes in tags
        )
        assert html.rich(found) is not None


def test_hostile_html_is_bounded():
    assert len(html.rich("<b>" * 60_000 + "x")) <= text.DESCRIPTION
    assert html.plain("<" * 100_000 + "a") is not None
    assert html.rich("".join(f"<b a{number}>" for number in range(10_000)) + "end") == "end"  # minutes, if each tag were repaired


@pytest.mark.parametrize(
    ("written", "base", "expected"),
    [("https://Example.org:443/a b", None, "https://example.org/a%20b"), ("/x?y=1", "https://e.org/p", "https://e.org/x?y=1"), ("//e.org/x", None, "https://e.org/x"), ("javascript:alert(1)", None, None), ("mailto:a@b", None, None),
     ("http://user:pw@e.org/", None, None), ("x", None, None), ("http://[bad", None, None), ("http:///x", None, None), ("https://e.org/" + "a" * 3000, None, None), (None, None, None), ("https://e.org/商", None, "https://e.org/商"),
     ("http://e.org:99999/", None, None)],
)  # fmt: skip
def test_absolute_addresses(written, base, expected):
    assert url.absolute(written, base) == expected


def test_canonical_forms():
    same = (
        "http://www.example.org/a/",
        "https://example.org/a",
        "https://example.org/a#x",
        "https://example.org/a?utm_source=x&fbclid=1",
        "https://EXAMPLE.org:443/a/index.html",
    )
    assert {url.canonical(address) for address in same} == {"example.org/a"}
    assert url.canonical("https://e.org/?b=2&a=1") == url.canonical("http://e.org/?a=1&b=2")
    assert url.canonical("https://e.org/?id=1") != url.canonical("https://e.org/?id=2")
    assert url.canonical("nonsense") is None
    assert url.same_scheme("http://e.org/p?x=1", "https://e.org/") == "https://e.org/p?x=1"
    assert url.same_scheme("http://other.org/", "https://e.org/") == "http://other.org/"


@given(st.text(max_size=80))
@settings(max_examples=100, deadline=None)
def test_addresses_are_stable(value):
    found = url.absolute(value, "https://example.org/base/")
    if found is not None:
        assert found.startswith(("http://", "https://"))
        assert url.absolute(found) == found


def test_names_of_the_world():
    assert identifier.isbn("0-306-40615-2") == "9780306406157"
    assert identifier.isbn("978-0-306-40615-7") == "9780306406157"
    assert identifier.isbn("ISBN 080442957X") == "9780804429573"
    assert identifier.isbn("0-306-40615-3") is None and identifier.isbn("9780306406158") is None
    assert identifier.issn("ISSN 0378-5955") == "0378-5955" and identifier.issn("03785955") is None and identifier.issn("0378-5954") is None
    assert (
        identifier.doi("https://doi.org/10.1000/ABC.") == "10.1000/abc"
        and identifier.doi("doi:10.1000/x") == "10.1000/x"
        and identifier.doi("10/x") is None
    )
    assert identifier.handle("hdl:1765/9") == identifier.handle("http://hdl.handle.net/1765/9") == "1765/9"
    found = identifier.identifiers(["https://doi.org/10.1000/x", "10.1000/X", None, "hdl:1765/9", "https://example.org/"])
    assert [(name.scheme, name.value) for name in found] == [("doi", "10.1000/x"), ("handle", "1765/9")]


CHINESE = "课程名称,学校,简介\n电子商务概论,北京大学,本课程介绍电子商务的基本概念与商业模式以及如何运营网店\n"
TAIWAN = "課程名稱,學校,簡介\n電子商務概論,臺灣大學,本課程介紹電子商務的基本概念與商業模式以及如何經營網店\n"
GERMAN = "Überblick über den Onlinehandel für Anfänger: Geschäftsmodelle, Märkte und Größe"


@pytest.mark.parametrize(
    ("words", "really", "said"),
    [(CHINESE, "utf-8", None), (CHINESE, "utf-8", "iso-8859-1"), (CHINESE, "gb18030", "utf-8"), (CHINESE, "gb18030", None), (CHINESE, "gb18030", "gb2312"), (CHINESE, "gbk", "iso-8859-1"), (CHINESE, "utf-8", "gb2312"),
     (CHINESE, "utf-8-sig", "gbk"), (CHINESE, "utf-16", None), (CHINESE, "utf-16-le", None), (CHINESE, "utf-16-be", "utf-16"), (TAIWAN, "big5", None), (TAIWAN, "big5", "big5"), (TAIWAN, "big5", "utf-8"),
     (GERMAN, "latin-1", None), (GERMAN, "latin-1", "iso-8859-1"), (GERMAN, "utf-8", "latin1"), (GERMAN, "latin-1", "utf-8"), (GERMAN, "cp1252", "nonsense"), ("короткий курс электронной торговли", "koi8-r", "koi8-r"),
     ("オンライン販売の基礎を学ぶ講座", "shift_jis", "Shift_JIS")],
)  # fmt: skip
def test_the_encoding_is_found_whatever_the_label_says(words, really, said):
    assert charset.decode(words.encode(really), "text/csv", said) == words


def test_declarations_inside():
    assert "名称" in charset.decode('<?xml version="1.0" encoding="GB2312"?><a>名称</a>'.encode("gbk"), "text/xml")
    assert "é" in charset.decode(b'<html><meta charset="latin-1">caf\xe9', "text/html")


@given(st.binary(max_size=300), st.sampled_from([None, "utf-8", "gb2312", "utf-16", "big5", "hex", "rot13", "utf-7", "nonsense", "\x00"]))
@settings(max_examples=100, deadline=None)
def test_decoding_never_fails(body, said):
    assert isinstance(charset.decode(body, "text/html", said), str)
