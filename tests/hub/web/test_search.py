"""The search page: what it finds, its facets as plain links, its empty pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

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
    assert "Results for “payment” instead" in relaxed
    assert html.document_fromstring(relaxed).xpath("//article")


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
        st.tuples(st.sampled_from(["topic", "type", "use", "start", "page", "sort", "licence", "x"]), st.text(max_size=12)), max_size=5
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
    address = re.search(r"<loc>https://hub\.example(/resources/[^<]+)</loc>", visitor.get("/sitemap.xml").get_data(as_text=True))
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


def test_the_chosen_values_of_a_page_are_bounded(visitor: FlaskClient) -> None:
    many = "&".join(f"{name}={'电' * 150}{number}" for name in ("topic", "type", "level", "provider") for number in range(64))
    answer = visitor.get(f"/search?q=market&{many}")
    assert answer.status_code == 200
    assert len(answer.data) < 2_500_000  # not the thirty million of a page whose links carry them all
