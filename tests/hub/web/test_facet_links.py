"""Every facet link gives the count that it shows: on random documents, for random questions, widened and not."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from hub.db import db
from hub.services import finding, labelling, querying
from hub.services.asking import Ask
from hub.web import listing
from hub.web.listing import Listing
from search.document import Document
from search.index import Index
from search.opening import open_index

TODAY = date(2026, 11, 25)
TOPICS = ("cross-border", "cross-border.export", "logistics", "logistics.last-mile", "logistics.customs", "payments")
VALUES = {
    "type": ("course", "video", "case"),
    "language": ("en", "zh-Hans"),
    "level": ("introductory", "advanced"),
    "licence": ("cc-by", "cc-by-nd", "cc-by-nc", "public-domain", "all-rights-reserved"),
    "provider": ("edX", "中国大学MOOC", "A & B"),
    "free": ("yes",),
    "certificate": ("yes",),
    "platform": ("taobao", "amazon"),
    "start": ("anytime", "2026-12", "2027-01", "2026-01"),
}
TEXTS = (
    "cross-border e-commerce",
    "跨境电子商务",
    "跨境电商",
    "logistics",
    "物流",
    "payment gateways",
    "支付网关",
    "Amazon",
    "亚马逊",
    "course",
    "课程",
    "live commerce",
    "直播电商",
)
QUERIES = (
    *TEXTS,
    "",
    "跨境电商物流",
    "cross border ecommerce course",
    "logistics OR 支付网关",
    '"live commerce"',
    "course -logistics",
    "title:物流",
    "zzz",
    "物流*",
)
ASKED = {**VALUES, "topic": TOPICS, "use": ("copy", "adapt", "sell"), "institution": ("MIT",)}


def documents(number: int) -> Iterator[Document]:
    chance = random.Random(7)
    for id in range(1, number + 1):
        topics = chance.sample(TOPICS, chance.randint(0, 2))
        facets = {name: tuple(chance.sample(values, chance.randint(0, min(2, len(values))))) for name, values in VALUES.items()}
        facets["licence"] = facets["licence"][:1]  # a resource has one
        facets["topic"] = tuple(dict.fromkeys(one for topic in topics for one in (topic.partition(".")[0], topic)))
        yield Document(
            id=id,
            version=1,
            title=" ".join(chance.sample(TEXTS, 2)),
            description=" ".join(chance.sample(TEXTS, chance.randint(0, 3))),
            facets={name: values for name, values in facets.items() if values},
            numbers={"updated": int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) + id},
        )


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """Some hundred documents."""
    made = open_index(f"whoosh:{tmp_path_factory.mktemp('facets')}")
    made.apply(documents(150), ())
    yield made
    made.close()


asks = st.builds(
    Ask,
    words=st.sampled_from(QUERIES),
    filters=st.fixed_dictionaries(
        {},
        optional={
            name: st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True).map(tuple) for name, values in ASKED.items()
        },
    ).map(lambda filters: dict(list(filters.items())[:3])),
    fixed=st.sampled_from(({}, {}, {"provider": ("edX",)})),
    sort=st.sampled_from(("relevance", "title")),
    only=st.booleans(),
    less=st.sampled_from(((), (), ("cross-border",), ("logistics", "nonsense"))),
)


def test_every_facet_link_gives_the_count_it_shows(site: Flask, index: Index) -> None:
    with site.app_context():
        session = db.session()

        @given(ask=asks)
        @settings(max_examples=60, deadline=None)
        def check(ask: Ask) -> None:
            ask = replace(ask, filters={name: values for name, values in ask.filters.items() if name not in ask.fixed})
            page = finding.find(session, index, ask, language="en", today=TODAY)
            shown = Listing(ask, page, "/search")
            for group in page.groups:
                for choice in group.choices:
                    alone = replace(ask, filters={**ask.filters, group.name: (choice.value,)})
                    assert querying.total(session, index, alone) == choice.count, (group.name, choice)
                    if group.selected:
                        continue  # its link adds an alternative, or takes one away
                    followed = read(shown.toggled(group.name, choice.value), ask)
                    assert replace(followed, filters=dict(followed.filters)) == replace(alone, page=1)
            assert read(shown.address(ask), ask) == ask

        check()


def read(address: str, ask: Ask) -> Ask:
    """The question in an address, on the page that it belongs to."""
    return listing.read(MultiDict(parse_qsl(urlsplit(address).query)), ask.fixed)


@pytest.mark.parametrize("words", ["跨境电商", "logistics -course", ""])
@pytest.mark.parametrize("only", [False, True])
def test_all_values_of_a_facet_have_the_counts_of_the_results_page(site: Flask, index: Index, words: str, only: bool) -> None:
    with site.app_context():
        session = db.session()
        ask = Ask(words=words, filters={"use": ("adapt",), "type": ("course", "video")}, only=only)
        page = finding.find(session, index, ask, language="en", today=TODAY, show=100)
        for group in page.groups:
            every = finding.facet(session, index, ask, group.name, language="en", today=TODAY)
            assert every is not None
            counted = {choice.value: choice.count for choice in every.choices}
            assert counted.items() >= {choice.value: choice.count for choice in group.choices}.items()


def test_widening_finds_what_is_named_otherwise(site: Flask, index: Index) -> None:
    """What the engine is asked has the other names in it; with a page of them, and without."""
    with site.app_context():
        session: Session = db.session()
        assert labelling.count_concepts(session) > 100
        wide = finding.find(session, index, Ask(words="跨境电商"), language="en", today=TODAY)
        assert [one.notation for one in wide.added] == ["cross-border"]
        narrow = finding.find(session, index, Ask(words="跨境电商", only=True), language="en", today=TODAY)
        assert narrow.total <= wide.total and not narrow.added and narrow.left_out == wide.added
        less = finding.find(session, index, Ask(words="跨境电商", less=("cross-border",)), language="en", today=TODAY)
        assert less.total == narrow.total and less.left_out == wide.added
