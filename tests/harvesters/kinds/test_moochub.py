# ruff: noqa: E501  (an example a line)
import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from harvesters.errors import SourceError
from harvesters.kinds import moochub
from harvesters.record import Failure


def course(number, **attributes):
    return {"id": number, "type": "Course", "attributes": {"name": f"Course {number}", "url": f"https://e.org/{number}", **attributes}}


def test_the_request_names_the_versions():
    (first,) = moochub.start("https://e.org/moochub", {}, None)
    assert "application/vnd.api+json; moochub-version=3" in first.headers["Accept"]


def test_both_forms_of_data_and_the_next_page(ask):
    page = ask("moochub", json.dumps({"data": course("1"), "links": {"next": "/moochub?page=2"}}))
    assert [item.identifier for item in page.items] == ["1"] and page.follow[0].url == "https://site.example.org/moochub?page=2"
    for end in ("", None, "https://site.example.org/place/list"):
        assert ask("moochub", json.dumps({"data": [course("1")], "links": {"next": end}})).follow == ()
    linked = ask("moochub", json.dumps({"data": [], "links": {"next": {"href": "https://e.org/2"}}}))
    assert linked.follow[0].url == "https://e.org/2"


def test_one_id_for_several_courses_loses_none(ask):
    one, two = course("same", url="https://e.org/a"), course("same", url="https://e.org/b")
    forward = ask("moochub", json.dumps({"data": [one, two]})).items
    backward = ask("moochub", json.dumps({"data": [two, one]})).items
    assert len({item.identifier for item in forward}) == 2
    assert {item.identifier for item in forward} == {item.identifier for item in backward}
    twice = ask("moochub", json.dumps({"data": [one, one]})).items
    assert [item.identifier for item in twice] == ["same", "same"]


def test_mixed_versions_and_misspelt_names(ask):
    entry = course("1", abtract="Short", inLanguage=["de"], languages=["en"], courseLicenses=[{"id": "CC-BY-4.0", "url": None}], startDate="2026-02-30", endDate=["2026-05-01"], courseMode="MOOC",
                   instructors=[{"name": "Ada"}], partnerInstitute=[{"name": "Uni"}], workload={"timeValue": 3, "timeUnit": "h/week"}, offer=[{"price": "9.90", "priceCurrency": "EUR"}], access=["paid"])  # fmt: skip
    (item,) = ask("moochub", json.dumps({"data": [entry]})).items
    assert (item.summary, item.languages, item.licence, item.workload_min, item.free) == ("Short", ("de",), "CC-BY-4.0", 3, False)
    assert (
        item.offerings[0].start is None and item.offerings[0].end == datetime(2026, 5, 1, tzinfo=UTC) and item.offerings[0].mode == "online"
    )
    assert item.offerings[0].price == Decimal("9.90") and item.institution == "Uni"


def test_failures_and_refusals(ask):
    items = ask("moochub", json.dumps({"data": [course("1", name=None), 7, {"attributes": {}}]})).items
    assert all(isinstance(item, Failure) for item in items) and items[0].identifier == "1" and "no title" in items[0].reason
    with pytest.raises(SourceError, match="no MOOChub list"):
        ask("moochub", "{}")
    with pytest.raises(SourceError, match="Not allowed"):
        ask("moochub", '{"errors":[{"detail":"Not allowed"}]}')


def test_the_standards_own_example(ask, samples):
    page = ask("moochub", (samples / "moochub" / "moochub_v3_example.json").read_bytes())
    first, second = page.items
    assert first.identifier != second.identifier
    assert (first.title, first.licence, first.duration, first.provider) == (
        "Confidential Communication in the Internet",
        "CC0-1.0",
        "P2W",
        "openHPI",
    )
    assert first.offerings[0].start == datetime(2021, 1, 13, 8, tzinfo=UTC) and first.free is True and first.levels == ("intermediate",)
    assert second.workload_min == 3 and second.offerings[0].enrolment_start is not None
    assert page.follow[0].url == "https://open.hpi.de/bridges/moochub/courses?page=3"


def test_a_real_list_of_version_1(ask, samples):
    page = ask("moochub", (samples / "moochub" / "mooin_oncampus_v1.json").read_bytes())
    first, second = page.items
    assert (first.licence, first.languages, first.duration, first.workload_min) == ("CC-BY-3.0-DE", ("de", "ar"), "P6W", None)
    assert second.title == "Windenergie und Umwelt" and second.url is None and second.free is True and not page.follow


def test_fields_of_other_versions(ask):
    entry = course(
        "1",
        courseCode=["A1"],
        datePublished="2021-01-01",
        access=["paid"],
        license=[{"identifier": "proprietary"}],
        contributor=[{"name": "North University", "type": "Organization"}],
        offer=[
            {"price": 49, "priceCurrency": "EUR", "category": "certificate"},
            {"price": 10, "priceCurrency": "EUR", "category": "course"},
        ],
    )
    (record,) = ask("moochub", json.dumps({"data": [entry]})).items
    assert (record.code, record.published, record.institution) == ("A1", datetime(2021, 1, 1, tzinfo=UTC), "North University")
    assert (record.licence, record.free, record.offerings[0].price) == ("all-rights-reserved", False, Decimal(10))
    early = course("2", isAccessibleForFree="false", learningobjectives=["Selling"])
    (record,) = ask("moochub", json.dumps({"data": [early]})).items
    assert (record.free, record.teaches) == (False, ("Selling",))
