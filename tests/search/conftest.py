"""Every engine that the contract suite runs against, and the documents it is asked about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from search.document import Document, Origin
from search.index import Index
from search.opening import open_index

ENGINES = ("whoosh", "memory")


@pytest.fixture(params=ENGINES)
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Index]:
    """An empty index of each engine in turn."""
    made = open_index("memory:" if request.param == "memory" else f"whoosh:{tmp_path / 'index'}")
    yield made
    made.close()


@pytest.fixture(scope="session")
def documents() -> tuple[Document, ...]:
    """A small catalogue, English and Chinese."""
    return CATALOGUE


@pytest.fixture(scope="session")
def put() -> Callable[[int, str], Document]:
    """The smallest document."""
    return lambda id, title: Document(id=id, version=1, title=title)


CATALOGUE = (
    Document(
        id=1,
        version=1,
        title="E-commerce marketing basics",
        description="How online shops win customers: SEO, live commerce and email.",
        keywords=("digital marketing", "SEO"),
        people=("Ana Silva", "Open University"),
        language="en",
        facets={
            "language": ("en",), "topic": ("marketing", "marketing/seo"), "provider": ("FutureLearn",), "institution": ("Open University",),
            "type": ("course",), "free": ("yes",), "level": ("introductory",), "source": ("futurelearn",),
        },
        numbers={"updated": 100, "starts": 5_000},
        origins=(Origin(source="futurelearn", identifier="oai:fl:1", title="E-commerce marketing basics"),),
    ),
    Document(
        id=2,
        version=3,
        title="跨境电商直播运营",
        description="本课程讲解跨境电子商务平台的直播运营、选品与物流。",
        keywords=("电子商务", "直播"),
        people=("清华大学",),
        language="zh-Hans",
        facets={
            "language": ("zh-Hans",), "topic": ("live", "cross-border"), "provider": ("XuetangX",), "institution": ("清华大学",),
            "type": ("course",), "free": ("yes",), "platform": ("taobao", "aliexpress"),
        },
        numbers={"updated": 300, "starts": 1_000},
        origins=(
            Origin(source="xuetangx", identifier="课程/2", title="跨境电商直播运营"),
            Origin(source="mirror", identifier="2", title="Cross-border live commerce"),
        ),
    ),
    Document(
        id=3,
        version=1,
        title="Market research methods",
        alternative_titles=("Researching markets",),
        description="Surveys, interviews and the statistics of consumer markets. The basics of C++ are not needed.",
        keywords=("statistics",),
        people=("MIT OpenCourseWare",),
        language="en",
        facets={
            "language": ("en",), "topic": ("research",), "provider": ("MIT OpenCourseWare",), "institution": ("MIT",),
            "type": ("course",), "free": ("yes",), "level": ("advanced",), "licence": ("CC-BY-NC-SA-4.0",),
        },
        numbers={"updated": 200},
    ),
    Document(
        id=4,
        version=1,
        title="Supply chain analytics with C++",
        description="Logistics for ecommerce warehouses. B2B2C and O2O models, live data.",
        keywords=("logistics", "supply chain"),
        people=("MITx",),
        language="en",
        facets={
            "language": ("en", "es"), "topic": ("logistics",), "provider": ("edX",), "institution": ("MIT",), "type": ("programme",),
            "free": ("no",), "certificate": ("yes",),
        },
        numbers={"updated": 400, "starts": 9_000},
        signals={"completeness": 0.9},
    ),
    Document(
        id=5,
        version=1,
        title="網路行銷與電子商務",
        description="傳統中文課程：社群媒體、搜尋引擎優化（ＳＥＯ）。",
        language="zh-Hant",
        facets={"language": ("zh-Hant",), "topic": ("marketing",), "provider": ("ewant",), "type": ("course",)},
    ),
    Document(
        id=6,
        version=1,
        title="Café management: naïve pricing",
        description="Электронная коммерция и торговля. Plan B for retailers; shops of the world.",
        language="fr",
        facets={"language": ("fr",), "type": ("video",)},
        numbers={"starts": 0},
    ),
)  # fmt: skip
