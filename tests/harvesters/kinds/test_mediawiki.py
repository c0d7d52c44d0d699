from datetime import UTC, datetime

import pytest

from harvesters.clean import query
from harvesters.errors import ProtocolError, SourceError
from harvesters.kinds import mediawiki
from harvesters.protocol import Request, Response

WIKI = "https://en.wikiversity.org"
API = f"{WIKI}/w/api.php"
NOTES = {"site": "Wikiversity", "lang": "en", "rights_url": "https://creativecommons.org/licenses/by-sa/4.0/", "rights": "CC BY-SA 4.0"}


def asked(request):
    return query.parameters(request.url)


@pytest.mark.parametrize(
    ("address", "options", "categories"),
    [
        (WIKI, {}, None),
        (f"{WIKI}/wiki/Wikiversity:Main_Page", {"category": "E-commerce\n\nCategory:Marketing"}, "Category:E-commerce\nCategory:Marketing"),
        ("https://de.wikiversity.org/wiki/Kategorie:Online_Handel", {}, "Kategorie:Online Handel"),
        (f"{WIKI}/wiki/Special:Categories", {}, None),
        (f"{WIKI}/w/index.php?title=Category:Trade", {}, "Category:Trade"),
    ],
)
def test_what_is_asked_first(address, options, categories):
    (first,) = mediawiki.start(address, options, None)
    assert first.url.endswith("/w/api.php" + first.url.partition("/w/api.php")[2])
    assert asked(first)["siprop"] == "general|rightsinfo"
    assert first.context.get("categories") == categories


def test_another_place_of_the_interface_is_kept():
    (first,) = mediawiki.start("https://wiki.example.org/api.php", {}, None)
    assert first.url.startswith("https://wiki.example.org/api.php?")


def test_the_wiki_tells_its_licence_and_its_clock(ask, own_samples):
    body = (own_samples / "mediawiki" / "siteinfo.json").read_bytes()
    page = ask("mediawiki", body, url=API, step="site", context={"categories": "Category:A\nCategory:B", "depth": "2"})
    assert page.stamp is None
    assert [asked(request)["gcmtitle"] for request in page.follow] == ["Category:A", "Category:B"]
    assert page.follow[0].context["rights_url"] == "https://creativecommons.org/licenses/by-sa/4.0/"
    page = ask("mediawiki", body, url=API, step="site")
    assert (asked(page.follow[0])["generator"], page.stamp) == ("allpages", "2026-03-01T10:00:00Z")


@pytest.mark.parametrize(("since", "generator"), [("2026-02-20T00:00:00Z", "recentchanges"), ("2025-12-01T00:00:00Z", "allpages")])
def test_what_has_changed_as_long_as_the_wiki_remembers_it(ask, own_samples, since, generator):
    body = (own_samples / "mediawiki" / "siteinfo.json").read_bytes()
    (request,) = ask("mediawiki", body, url=API, step="site", context={"since": since}).follow
    assert asked(request)["generator"] == generator
    assert asked(request).get("grcend") == (since if generator == "recentchanges" else None)


def test_a_batch_of_a_category(ask, own_samples):
    context = {**NOTES, "title": "Category:A", "depth": "1"}
    page = ask("mediawiki", (own_samples / "mediawiki" / "members.json").read_bytes(), url=API, context=context)
    (course,) = page.items
    assert (course.identifier, course.title, course.url) == ("11", "E-commerce", f"{WIKI}/wiki/E-commerce")
    assert (course.licence, course.languages, course.provider) == ("CC-BY-SA-4.0", ("en",), "Wikiversity")
    assert (course.summary, course.modified) == ("buying and selling online", datetime(2025, 11, 12, 13, 14, 15, tzinfo=UTC))
    assert course.description == "<p>Selling over a network.</p><p>A course in five parts.</p>"
    assert course.image == "https://upload.example.org/640px-Cart.png"
    inner, rest = page.follow
    assert (asked(inner)["gcmtitle"], inner.context["depth"]) == ("Category:Online marketing", "0")
    assert asked(rest)["gcmcontinue"] == "page|45434f4d|1234"
    assert asked(rest)["continue"] == "gcmcontinue||"
    assert asked(rest)["gcmtitle"] == "Category:A"


def test_categories_are_followed_as_deep_as_the_option_says(ask, own_samples):
    body = (own_samples / "mediawiki" / "members.json").read_bytes()
    page = ask("mediawiki", body, url=API, context={"title": "Category:A", "depth": "0"})
    assert [asked(request)["gcmtitle"] for request in page.follow] == ["Category:A"]
    depths = [mediawiki.start(WIKI, {"depth": said}, None)[0].context["depth"] for said in ("", "0", "7", "99", "x", "-1")]
    assert depths == ["1", "0", "7", "10", "1", "1"]


def test_the_older_form_of_the_answer(ask, own_samples):
    (page,) = ask("mediawiki", (own_samples / "mediawiki" / "members_form1.json").read_bytes(), url=API).items
    assert (page.identifier, page.title, page.licence) == ("21", "Auctions", None)
    assert page.modified == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_a_batch_in_parts_gives_each_page_once(ask):
    one, two = '{"pageid": 1, "ns": 0, "title": "A", "extract": "a"}', '{"pageid": 2, "ns": 0, "title": "B"}'
    first = ask("mediawiki", f'{{"continue": {{"excontinue": 1, "continue": "||info"}}, "query": {{"pages": [{one}, {two}]}}}}', url=API)
    assert [item.identifier for item in first.items] == ["1"]
    (rest,) = first.follow
    assert asked(rest)["excontinue"] == "1"
    one, two = one.replace(', "extract": "a"', ""), two.replace("}", ', "extract": "b"}')
    second = ask("mediawiki", f'{{"batchcomplete": true, "query": {{"pages": [{one}, {two}]}}}}', url=rest.url)
    assert [item.identifier for item in second.items] == ["2"]
    assert second.follow == ()


def test_a_wiki_without_extracts(ask):
    body = '{"continue": {"picontinue": 5, "continue": "||"}, "query": {"pages": [{"pageid": 1, "ns": 0, "title": "A"}]}}'
    assert [item.title for item in ask("mediawiki", body, url=API).items] == ["A"]
    assert ask("mediawiki", body, url=f"{API}?picontinue=5").items == ()


def test_an_empty_category_and_refusals(ask):
    assert ask("mediawiki", '{"batchcomplete": true}', url=API).items == ()
    with pytest.raises(ProtocolError, match="Invalid title"):
        ask("mediawiki", '{"error": {"code": "invalidcategory", "info": "Invalid title."}}', url=API)
    for step in ("site", "page"):
        with pytest.raises(SourceError, match="JSON from"):
            ask("mediawiki", '{"a": 1}', url=API, step=step)


def test_it_is_recognised(own_samples):
    (probe,) = mediawiki.probe(f"{WIKI}/wiki/Category:Trade")
    seen = mediawiki.recognise(probe, Response(url=probe.url, body=(own_samples / "mediawiki" / "siteinfo.json").read_bytes()))
    assert seen is not None
    assert (seen.address, seen.title, seen.options) == (API, "Wikiversity", {"category": "Category:Trade"})
    assert mediawiki.recognise(Request(url=WIKI), Response(url=WIKI, body=b"<html>")) is None
    assert mediawiki.probe("https://example.org/courses") == ()
