# ruff: noqa: E501  (an example a line)
"""Kinds that ask for a key: it is sent, and stands in nothing that is kept or shown."""

import pytest

from harvesters import registry
from harvesters.addresses import show
from harvesters.errors import SourceError
from harvesters.protocol import Request, Response

MERLOT = b"<merlot><results><material><materialid>7</materialid><title>E-Commerce basics</title><URL>https://e.org/x</URL><description>&lt;p&gt;About&lt;/p&gt;</description><authorName>Li Si</authorName><materialType>Tutorial</materialType><creationDate>1262304000</creationDate><languages><language>English</language></languages></material><material><materialid>8</materialid></material></results></merlot>"
COMMONS = b'<results total-items="51"><result id="https://www.oercommons.org/courses/a"><title>Retail</title><url>https://e.org/r</url><abstract>About</abstract><modification_date>2025-03-01</modification_date><oersummary><item title="Education Level" value="College / Upper Division"/><item title="Languages" value="English"/><item title="Subject Area" value="Business"/></oersummary></result></results>'
KINDS = [
    ("merlot", "key", "https://www.merlot.org", MERLOT),
    ("oer-commons", "token", "https://www.oercommons.org/api/search?token=old", COMMONS),
]


@pytest.mark.parametrize(("kind", "option", "address", "body"), KINDS)
def test_the_key_is_sent_and_never_shown(kind, option, address, body):
    harvester = registry.kind(kind)
    (first,) = harvester.start(address, {option: "S3CRET"}, None)
    assert "S3CRET" in first.url and "S3CRET" not in show(first.url) and "old" not in first.url
    page = harvester.parse(first, Response(url=first.url, body=body), {option: "S3CRET"})
    assert page.items and "S3CRET" not in repr(page.items)
    assert all("S3CRET" in asked.url and "S3CRET" not in repr(asked.context) for asked in page.follow)
    for bad in (b"", b"<html>S", b"{}", b"<a", b"<error>Invalid</error>"):
        with pytest.raises(SourceError) as caught:
            harvester.parse(first, Response(url=first.url, body=bad), {option: "S3CRET"})
        assert "S3CRET" not in str(caught.value)
    (required,) = [one for one in harvester.options if one.name == option]
    assert required.required and required.form == "secret"


def test_materials_of_merlot(ask):
    one, two = ask("merlot", MERLOT, options={"key": "k"}).items
    assert (one.identifier, one.title, one.url, one.description, one.resource_type) == (
        "7",
        "E-Commerce basics",
        "https://e.org/x",
        "<p>About</p>",
        "material",
    )
    assert one.created.year == 2010 and one.languages == ("en",) and one.agents[0].name == "Li Si"
    assert two.reason == "The material has no title." and two.identifier == "8"


def test_pages_of_merlot_end_with_the_same_again():
    harvester = registry.kind("merlot")
    (first,) = harvester.start("https://www.merlot.org/merlot/materials.rest", {"key": "k", "keywords": "e-commerce"}, None)
    assert first.url == "https://www.merlot.org/merlot/materials.rest?keywords=e-commerce&licenseKey=k"
    (second,) = harvester.parse(first, Response(url=first.url, body=MERLOT), {"key": "k"}).follow
    assert second.url.endswith("page=2") and harvester.parse(second, Response(url=second.url, body=MERLOT), {"key": "k"}).follow == ()


def test_results_of_oer_commons():
    harvester = registry.kind("oer-commons")
    request = Request(url="https://www.oercommons.org/api/search", context={"begin": "0", "base": "https://www.oercommons.org/api/search"})
    page = harvester.parse(request, Response(url=request.url, body=COMMONS), {"token": "t", "licence": "cc-by"})
    (item,) = page.items
    assert (item.title, item.url, item.levels, item.subjects, item.languages) == (
        "Retail",
        "https://e.org/r",
        ("undergraduate",),
        ("Business",),
        ("en",),
    )
    assert page.total == 51 and "batch_start=1" in page.follow[0].url and "f.license=cc-by" in page.follow[0].url
    assert harvester.read(item.raw, {}) == item
