"""A resource's page: one address, what it says, what machines read in it, and what stays when it is gone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select

from hub.db import db
from hub.models import Resource
from hub.services import naming

Look = Callable[..., str]


def address_of(site: Flask, words: str) -> str:
    """The address of the resource whose title begins like this."""
    with site.app_context():
        row = db.session.execute(select(Resource.public_id, Resource.title).where(Resource.title.startswith(words))).first()
        assert row is not None
        return f"/resources/{row.public_id}-{naming.slug(row.title)}"


def test_the_page_says_all_that_is_known(site: Flask, look: Look) -> None:
    text = html.document_fromstring(look(address_of(site, "Cross-border e-commerce logistics"))).xpath("string(//main)")
    for fact in (
        "By Li Wenjing and Chen Hao",
        "Example University of Commerce",
        "Weeks 5 to 8 cover cross-border logistics",
        "Calculate landed cost for three routes",
        "Basics of trade",
        "EUR 49",
        "Self-paced",
        "3 to 5 hours a week",
        "CC BY-SA 4.0: You may copy, adapt and translate it, also commercially.",
        "share your version under the same licence",
        "From Example repository, harvested",
        "EC301",
    ):
        assert fact in text, fact


def test_links_out_are_marked_and_safe(site: Flask, look: Look) -> None:
    page = html.document_fromstring(look(address_of(site, "Cross-border e-commerce logistics")))
    out = [link for link in page.xpath("//main//a") if link.get("href").startswith("http")]
    assert out
    assert all("noopener" in link.get("rel") and "nofollow" in link.get("rel") for link in out)


def test_schema_org_data_is_sound_and_cannot_end_its_element(site: Flask, look: Look) -> None:
    scripts = html.document_fromstring(look(address_of(site, "Cross-border e-commerce logistics"))).xpath(
        "//script[@type='application/ld+json']"
    )
    course = json.loads(scripts[0].text)
    assert course["@type"] == "Course"
    assert course["@id"].startswith("https://hub.example/resources/")
    assert course["license"] == "https://creativecommons.org/licenses/by-sa/4.0/"
    assert course["hasCourseInstance"][0]["@type"] == "CourseInstance"
    hostile = look(address_of(site, "Hostile"))
    inside = re.search(r'<script type="application/ld\+json">(.*?)</script>', hostile, re.DOTALL)
    assert inside is not None
    assert not set("<>&") & set(inside[1])
    assert "<script>" in json.loads(inside[1])["name"]


def test_old_addresses_lead_to_the_one_address(site: Flask, visitor: FlaskClient) -> None:
    right = address_of(site, "Cross-border e-commerce logistics")
    public_id = right.split("/")[2].partition("-")[0]
    for path in (f"/resources/{public_id}", f"/resources/{public_id}-old-title"):
        answer = visitor.get(path)
        assert answer.status_code == 301
        assert answer.headers["Location"] == right
    assert visitor.get("/resources/0000000000").status_code == 404


def test_chinese_slugs_need_no_second_redirect(site: Flask, visitor: FlaskClient) -> None:
    path = address_of(site, "跨境电子商务物流管理")
    assert visitor.get(path).status_code == 200


def test_a_withdrawn_resource_says_so_and_offers_others(site: Flask, visitor: FlaskClient) -> None:
    answer = visitor.get(address_of(site, "Introduction to mobile payment"))
    assert answer.status_code == 410
    page = html.document_fromstring(answer.get_data(as_text=True))
    assert "was withdrawn on" in page.text_content()
    assert page.xpath("//li[@class='mini']")


def test_a_merged_resource_leads_to_the_other_for_ever(site: Flask, visitor: FlaskClient) -> None:
    with site.app_context():
        row = db.session.scalar(select(Resource).where(Resource.merged_into_id.is_not(None)))
        assert row is not None
        target = db.session.get(Resource, row.merged_into_id)
        assert target is not None
        wanted = f"/resources/{target.public_id}-{naming.slug(target.title)}"
        public_id = row.public_id
    answer = visitor.get(f"/resources/{public_id}-whatever")
    assert answer.status_code == 301
    assert answer.headers["Location"].startswith(f"/resources/{wanted.split('/')[2].partition('-')[0]}")
    assert visitor.get(answer.headers["Location"]).status_code == 200


def test_a_resource_with_nothing_but_a_title_has_a_page(site: Flask, look: Look) -> None:
    text = look(address_of(site, "A record with a title only"))
    assert "The source gives no address for it." in text
    assert "No source says which licence it has" in text
