"""The search page: what it finds, its facets as plain links, its empty pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html

Look = Callable[..., str]


def total(text: str) -> int:
    """The number that the page announces."""
    said = html.document_fromstring(text).xpath("string(//p[@role='status'])")
    found = re.search(r"[\d,]+", said)
    assert found is not None, said
    return int(found[0].replace(",", ""))


def choices(text: str, facet: str) -> dict[str, tuple[int, str]]:
    """word -> (count, address) of a facet's links."""
    links = html.document_fromstring(text).xpath(f"//details[@id='facet-{facet}']//a[contains(@class, 'check')]")
    return {
        link.xpath("string(span[2])"): (int(link.xpath("string(span[@class='count'])").replace(",", "")), link.get("href"))
        for link in links
    }


def test_a_search_shows_matches_with_marks_and_facts(look: Look) -> None:
    text = look("/search?q=cross-border+logistics")
    page = html.document_fromstring(text)
    first = page.xpath("//article")[0]
    assert "Cross-border e-commerce logistics" in first.text_content()
    assert first.xpath(".//mark")
    for fact in ("Course", "English", "CC BY-SA 4.0", "Free", "12 weeks", "3 to 5 hours a week", "Undergraduate", "Updated Jun 2026"):
        assert fact in first.text_content()


def test_chinese_words_find_chinese_and_titles_carry_their_language(look: Look) -> None:
    page = html.document_fromstring(look("/search?q=跨境物流"))
    assert "跨境电子商务物流管理" in page.xpath("string(//ol)")
    assert page.xpath("//h3[@lang='zh-Hans']")


@pytest.mark.parametrize("facet", ["topic", "type", "language", "use", "level", "provider", "institution", "licence", "free", "start"])
def test_every_choice_leads_to_the_number_that_it_shows(look: Look, facet: str) -> None:
    offered = choices(look("/search?q=course"), facet) or choices(look("/search"), facet)
    assert offered
    for word, (count, address) in offered.items():
        assert total(look(address)) == count, word


def test_two_choices_of_one_facet_are_either(look: Look) -> None:
    offered = choices(look("/search"), "type")
    counts = [total(look(f"/search?type={kind}")) for kind in ("course", "video")]
    assert total(look("/search?type=course&type=video")) == sum(counts)
    assert offered["Course"][0] == counts[0]


def test_a_narrower_topic_takes_the_place_of_the_broader(look: Look) -> None:
    offered = choices(look("/search?topic=logistics"), "topic")
    query = parse_qs(urlsplit(offered["Last-mile delivery"][1]).query)
    assert query["topic"] == ["logistics.last-mile"]


def test_a_topic_page_narrows_and_keeps_to_itself(look: Look) -> None:
    text = look("/topics/logistics")
    offered = choices(text, "topic")
    assert set(offered) == {"Last-mile delivery"}
    count, address = offered["Last-mile delivery"]
    assert address.startswith("/topics/logistics?")
    assert total(look(address)) == count
    assert total(look("/topics/logistics?topic=payments")) == total(text)


def test_a_provider_page_cannot_be_widened(look: Look) -> None:
    assert total(look("/providers/open-course-platform?provider=Business+School+Online")) == total(look("/providers/open-course-platform"))


def test_chips_take_filters_away_one_by_one(look: Look) -> None:
    page = html.document_fromstring(look("/search?q=course&type=video&free=yes"))
    chips = {
        link.text_content().split(" remove")[0].strip(): link.get("href") for link in page.xpath("//ul[@aria-label='Active filters']//a")
    }
    assert chips == {"Video": "/search?q=course&free=yes", "Free": "/search?q=course&type=video", "Clear all": "/search?q=course"}


def test_purpose_and_licence_are_asked_together(look: Look) -> None:
    both = look("/search?use=adapt&licence=cc-by")
    assert total(both) == total(look("/search?licence=cc-by"))
    assert total(look("/search?use=adapt&licence=cc-by-nc-nd")) == 0
    assert choices(both, "use")["Use it commercially"][0] == total(look("/search?use=sell&licence=cc-by"))


def test_pages_follow_each_other_without_doubles(look: Look) -> None:
    seen: list[str] = []
    address: str | None = "/search"
    while address:
        page = html.document_fromstring(look(address))
        seen += page.xpath("//article//h3/a/@href")
        address = next(iter(page.xpath("//a[@rel='next']/@href")), None)
    assert len(seen) == len(set(seen)) == total(look("/search"))


def test_nothing_found_says_what_to_do(look: Look) -> None:
    narrow = look("/search?q=logistics&type=article&language=zh-Hans")
    assert "Nothing found" in narrow
    assert re.search(r"without “Article”: [1-9]", narrow)
    relaxed = look("/search?q=payment+qqqqqqq")
    page = html.document_fromstring(relaxed)
    assert "Nothing has all of these words. Results without “qqqqqqq”:" in page.xpath("string(//main)")
    (link,) = page.xpath("//h2/following-sibling::p/a[contains(@href,'q=')]")
    assert total(look(link.get("href"))) == int(link.text_content().split()[0])
    assert page.xpath("//article")


def test_loosened_searches_say_what_was_done(look: Look) -> None:
    for words, said in (
        ('"logistics practical"', "Results with the words anywhere"),
        ("支付钱包", "Results with the words in any place"),
        ("practical zzzz yyyy", "Results without “zzzz” and “yyyy”"),
    ):
        page = html.document_fromstring(look("/search?" + urlencode({"q": words})))
        assert said in page.xpath("string(//main)"), words
        assert page.xpath("//article"), words


def also(text: str) -> list[tuple[str, str]]:
    """What was searched too, and the links that take it away."""
    return [
        (link.xpath("string(span[1])"), link.get("href"))
        for link in html.document_fromstring(text).xpath("//ul[@aria-labelledby='also']//a")
    ]


def test_other_names_are_shown_and_can_be_taken_away(look: Look) -> None:
    text = look("/search?q=跨境电商 logistics&type=course")
    shown = also(text)
    assert len(shown) == 2 and "Cross-border e-commerce" in shown[0][0]
    less = look(shown[0][1])
    assert "type=course" in shown[0][1] and "less=cross-border" in shown[0][1]
    assert len(also(less)) == 1
    assert "Search other names of “跨境电商” again" in less
    only = html.document_fromstring(text).xpath("string(//a[@id='also-off']/@href)")
    typed = look(only)
    assert "Searched only for what you typed." in typed and not also(typed)
    again = html.document_fromstring(typed).xpath("string(//a[@id='also-on']/@href)")
    assert also(look(again)) == shown
    assert not also(look("/search?q=zzzz")) and "Searched only" not in look("/search?q=zzzz&only=1")


def test_every_link_of_the_page_keeps_what_was_taken_away(look: Look) -> None:
    text = look("/search?q=course+logistics&only=1&less=logistics")
    page = html.document_fromstring(text)
    places = ("//nav[@id='facets']//a", "//nav[@aria-label='Pages']//a", "//details[@class='dropdown']//ul//a[contains(@href,'q=')]")
    links = [link for place in places for link in page.xpath(f"{place}/@href")]
    assert links
    for link in links:
        query = parse_qs(urlsplit(link).query)
        assert (query["only"], query["less"]) == (["1"], ["logistics"]), link
    fields = {field.get("name"): field.get("value") for field in page.xpath("//form[@role='search']//input[@type='hidden']")}
    assert fields == {"only": "1"}, "new words keep the way of searching, not what was taken from the old ones"
    inside = html.document_fromstring(look("/search/facets/type?q=logistics&less=logistics"))
    assert inside.xpath("//form//input[@name='less']/@value") == ["logistics"]


def test_what_was_taken_away_does_not_swell_the_page(look: Look) -> None:
    taken = "&".join(f"less={'商' * 78}{number:02}" for number in range(40))
    assert len(look(f"/search?q=course&{taken}")) < 20 * len(look("/search?q=course"))


def test_the_help_s_examples_work(look: Look) -> None:
    page = html.document_fromstring(look("/search/help"))
    examples = page.xpath("//td/..//a/@href")
    assert len(examples) > 20
    for address in examples:
        assert "We read this as" not in look(address), address
    assert page.xpath("//kbd[text()='/']")
    assert html.document_fromstring(look("/search?q=a")).xpath("//main//a[@href='/search/help']")


def test_topics_come_first_in_suggestions(visitor: FlaskClient) -> None:
    found = visitor.get("/suggest?q=logist").json
    assert found is not None and found[0] == {"text": "Logistics and supply chain", "kind": "topic", "url": "/topics/logistics"}
    assert len(found) <= 8 and [one["kind"] for one in found].count("topic") <= 2
    chinese = visitor.get("/suggest?q=kjds", headers={"Accept-Language": "zh-CN", "HX-Request": "true"}).get_data(as_text=True)
    assert 'data-href="/topics/cross-border"' in chinese and "主题" in chinese


def test_bad_syntax_is_searched_and_told(look: Look) -> None:
    assert "We read this as" in look("/search?q=%22logistics+(")


def test_all_values_of_a_facet_with_its_own_search(look: Look) -> None:
    page = html.document_fromstring(look("/search/facets/provider?find=open&order=name"))
    assert page.xpath("//main//a[contains(@class,'check')]//span[2]/text()") == ["Open Course Platform"]
    assert html.document_fromstring(look("/search/facets/topic")).xpath("//a[contains(@class,'sub')]")


def test_suggestions_lead_to_pages(visitor: FlaskClient) -> None:
    answer = visitor.get("/suggest?q=cross-b", headers={"HX-Request": "true"})
    assert "HX-Request" in answer.headers["Vary"]
    options = html.fragments_fromstring(answer.get_data(as_text=True).strip())
    titles = [option for option in options if getattr(option, "get", lambda _: None)("data-href")]
    assert titles
    assert visitor.get(titles[0].get("data-href")).status_code == 200
    found = visitor.get("/suggest?q=cross-b").json
    assert found is not None
    assert {"text", "kind", "url"} == set(found[0])


@given(
    words=st.text(max_size=60),
    pairs=st.lists(
        st.tuples(st.sampled_from(["topic", "type", "use", "start", "page", "sort", "licence", "only", "less", "x"]), st.text(max_size=12)),
        max_size=5,
    ),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_address_breaks_the_search(site: Flask, words: str, pairs: list[tuple[str, str]]) -> None:
    answer = site.test_client().get("/search", query_string=[("q", words), *pairs])
    assert answer.status_code == 200


def test_a_broken_index_leaves_the_rest_standing(own_site: Flask, tmp_path: Path) -> None:
    """Searching says that it is being prepared; pages that need no search work."""
    for path in (tmp_path / "hub" / "index").rglob("*.*"):
        path.write_bytes(b"garbage")
    visitor = own_site.test_client()
    address = re.search(r"<loc>https://hub\.example(/resources/[^<]+)</loc>", visitor.get("/sitemaps/resources-1.xml").text)
    assert address is not None
    for path_of_search in ("/search?q=a", "/topics/logistics", "/providers"):
        answer = visitor.get(path_of_search)
        assert answer.status_code == 503
        assert "Search is being prepared" in answer.get_data(as_text=True)
        assert answer.headers["Retry-After"]
    for page in (address[1], "/", "/topics", "/sources", "/about"):
        assert visitor.get(page).status_code == 200, page
    assert visitor.get("/readyz").status_code == 503
    assert visitor.get("/suggest?q=a").json == []
    assert [one["kind"] for one in visitor.get("/suggest?q=logist").json or ()] == ["topic", "topic"]


def test_the_chosen_values_of_a_page_are_bounded(visitor: FlaskClient) -> None:
    many = "&".join(f"{name}={'电' * 150}{number}" for name in ("topic", "type", "level", "provider") for number in range(64))
    answer = visitor.get(f"/search?q=market&{many}")
    assert answer.status_code == 200
    assert len(answer.data) < 2_500_000  # not the thirty million of a page whose links carry them all
