import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from harvesters.errors import SourceError
from harvesters.kinds import openedx
from harvesters.record import Failure, Record, Withdrawn

RUN = {
    "id": "course-v1:Org+C1+R1",
    "name": "Selling online",
    "org": "Org",
    "number": "C1",
    "start": None,
    "license": "creative-commons: BY NC",
    "effort": "4-6 hours",
    "media": {"course_image": {"uri": "/i.jpg"}},
}


def page_of(*entries, **paging):
    return json.dumps({"results": list(entries), "pagination": {"next": None, "count": len(entries), **paging}})


def test_the_address_of_a_site_is_enough():
    (first,) = openedx.start("https://lms.example.org", {"org": "Org"}, None)
    assert first.url == "https://lms.example.org/api/courses/v1/courses/?page_size=100&org=Org"
    (given,) = openedx.start("https://x.example.org/api/v2/courses/?a=1", {}, None)
    assert given.url == "https://x.example.org/api/v2/courses/?a=1"


def test_a_run(ask):
    page = ask("openedx", page_of(RUN, next="http://site.example.org/api/courses/v1/courses/?page=2"))
    (item,) = page.items
    assert (item.group, item.code, item.institution, item.url) == (
        "Org+C1",
        "C1",
        "Org",
        "https://site.example.org/courses/course-v1:Org+C1+R1/about",
    )
    assert (item.licence, item.image, item.workload_min, item.workload_max) == ("CC-BY-NC-4.0", "https://site.example.org/i.jpg", 4, 6)
    assert item.offerings[0].start is None and page.total == 1
    assert page.follow[0].url == "https://site.example.org/api/courses/v1/courses/?page=2"


def test_the_end_of_the_list(ask):
    for end in (None, "", "https://site.example.org/place/list"):
        assert ask("openedx", page_of(RUN, next=end)).follow == ()


def test_hidden_deleted_and_broken_entries(ask):
    entries = (
        {**RUN, "hidden": True},
        {**RUN, "name": "DELETE - old"},
        {**RUN, "name": "How to delete data"},
        {**RUN, "name": " "},
        {"name": "x"},
        "text",
        {**RUN, "start": "2026-02-30", "end": "soon"},
    )
    items = ask("openedx", page_of(*entries)).items
    assert [type(item) for item in items] == [Withdrawn, Withdrawn, Record, Failure, Failure, Failure, Record]
    assert items[3].reason == "The record has no title." and items[3].identifier == RUN["id"]
    assert items[6].offerings[0].start is None


def test_what_is_no_course_list(ask):
    with pytest.raises(SourceError, match="no list of Open edX courses"):
        ask("openedx", '{"a": 1}')
    with pytest.raises(SourceError, match="Authentication credentials were not provided"):
        ask("openedx", '{"detail": "Authentication credentials were not provided."}')
    with pytest.raises(SourceError, match='HTML page called "Sign in"'):
        ask("openedx", "<html><head><title>Sign in</title>")
    with pytest.raises(SourceError, match="cut in the middle"):
        ask("openedx", page_of(RUN)[:-3])
    with pytest.raises(SourceError, match="nested"):
        ask("openedx", "[" * 100_000 + "]" * 100_000)


def test_real_lms_page(ask, samples):
    items = ask(
        "openedx", (samples / "open_edx" / "courses_api_v1_page.json").read_bytes(), url="https://lms.example.org/api/courses/v1/courses/"
    ).items
    assert [type(item) for item in items] == [Record, Record, Withdrawn]
    assert items[0].offerings[0].enrolment_end == datetime(2015, 6, 29, 13, tzinfo=UTC) and items[0].offerings[0].pace == "self"
    assert items[1].offerings[0].pace == "instructor" and items[1].licence == "all-rights-reserved"
    assert items[1].group == "KyotoUx+000x" and items[1].image.startswith("https://lms.example.org/asset-v1:KyotoUx")


def test_real_relatives(ask, samples):
    folder = samples / "open_edx"
    edx = ask("openedx", (folder / "discovery_catalog_courses_page.json").read_bytes())
    assert [type(item) for item in edx.items] == [Record, Withdrawn] and not edx.follow
    course = edx.items[0]
    assert (course.title, course.institution, course.duration) == ("The Analytics Edge", "Massachusetts Institute of Technology", "P13W")
    assert (course.workload_min, course.workload_max, course.levels) == (10, 15, ("intermediate",))
    assert course.offerings[0].price == Decimal(0) and course.offerings[0].certificate is True and len(course.agents) == 2
    mit = ask("openedx", (folder / "mitxonline_courses_v2.json").read_bytes(), url="https://mitxonline.mit.edu/api/v2/courses/").items
    assert [item.title for item in mit][:2] == ["Introduction to Differential Equations", "Differential Equations: 2x2 Systems"]
    assert (
        mit[0].url == "https://mitxonline.mit.edu/courses/course-v1:MITxT+18.03.1x/"
        and len(mit[0].offerings) == 2
        and mit[0].group == "MITxT+18.03.1x"
    )
    xpro = ask("openedx", (folder / "xpro_courses.json").read_bytes()).items
    assert xpro[0].offerings[0].price == Decimal(999) and xpro[0].workload_max == 5 and xpro[0].provider == "xPRO"


def test_a_start_that_nobody_has_set_and_the_fields_of_search(ask):
    entry = {
        "id": "course-v1:O+N+R", "name": "Trade", "start": "2030-01-01T00:00:00Z", "start_type": "empty", "min_effort": 2, "max_effort": 4,
        "transcript_languages": ["English", "zh-cn"], "image_url": "/i.jpg",
    }  # fmt: skip
    (record,) = ask("openedx", json.dumps({"results": [entry]})).items
    assert record.offerings[0].start is None and (record.workload_min, record.workload_max) == (2.0, 4.0)
    assert record.subtitle_languages == ("en", "zh-Hans") and record.image == "https://site.example.org/i.jpg"
    (dated,) = ask("openedx", json.dumps({"results": [entry | {"start_type": "timestamp"}]})).items
    assert dated.offerings[0].start is not None
