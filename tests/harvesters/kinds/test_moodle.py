from datetime import UTC, datetime
from urllib.parse import parse_qs

import pytest

from harvesters.errors import ProtocolError, SourceError
from harvesters.kinds import moodle
from harvesters.protocol import Request, Response
from harvesters.record import Failure, Withdrawn

SITE = "https://moodle.example.org/lms"
SERVICE = f"{SITE}/webservice/rest/server.php"
TOKEN = "0123456789abcdef"


def form(request):
    return {name: values[0] for name, values in parse_qs(request.body, keep_blank_values=True).items()}


@pytest.mark.parametrize("address", [SITE, f"{SITE}/", f"{SITE}/course/index.php?categoryid=2", f"{SITE}/login/index.php", SERVICE])
def test_the_token_goes_in_the_body_alone(address):
    (first,) = moodle.start(address, {"token": TOKEN, "page_size": "1"}, None)
    assert (first.url, first.method) == (SERVICE, "POST")
    assert form(first) == {
        "wstoken": TOKEN, "wsfunction": "core_course_search_courses", "moodlewsrestformat": "json",
        "criterianame": "search", "criteriavalue": "", "page": "0", "perpage": "1",
    }  # fmt: skip
    (everything,) = first.otherwise
    assert form(everything)["wsfunction"] == "core_course_get_courses_by_field"
    assert TOKEN not in "".join((first.url, *first.headers.values(), *first.context.values()))
    (chosen,) = moodle.start(address, {"token": TOKEN, "function": "core_course_get_courses_by_field"}, None)
    assert chosen == everything


def test_a_page_of_the_search(ask, own_samples):
    options = {"token": TOKEN, "page_size": "2"}
    page = ask("moodle", (own_samples / "moodle" / "search.json").read_bytes(), url=SERVICE, options=options)
    (more,) = page.follow
    assert (more.url, form(more)["page"], form(more)["wstoken"]) == (SERVICE, "1", TOKEN)
    shop, nameless = page.items
    assert (shop.identifier, shop.title, shop.code) == ("7", "Online Shops bauen", "SHOP-1")
    assert (shop.url, shop.licence) == (f"{SITE}/course/view.php?id=7", "CC-BY-4.0")
    assert (shop.description, shop.subjects) == ("<p>Vom <b>Produkt</b> zum Paket.</p>", ("Wirtschaft & Recht",))
    assert shop.image == f"{SITE}/pluginfile.php/33/course/overviewfiles/shop.jpg"
    assert [agent.name for agent in shop.agents] == ["Eva Muster"]
    assert isinstance(nameless, Failure)
    assert TOKEN.encode() not in shop.raw.body
    last = ask("moodle", (own_samples / "moodle" / "search.json").read_bytes(), url=SERVICE, options=options, context={"page": "1"})
    assert last.follow == ()


def test_the_whole_list(ask, own_samples):
    page = ask("moodle", (own_samples / "moodle" / "by_field.json").read_bytes(), url=SERVICE, step="list")
    payment, draft = page.items  # without the front page, which Moodle keeps as a course
    assert (payment.title, payment.languages) == ("Zahlungsverkehr", ("de",))
    assert (payment.offerings[0].start, payment.offerings[0].end) == (datetime(2026, 1, 1, tzinfo=UTC), None)
    assert isinstance(draft, Withdrawn)
    assert page.follow == ()


def test_moodle_says_no_with_status_200(ask):
    body = f'{{"exception": "moodle_exception", "errorcode": "invalidtoken", "message": "Invalid token {TOKEN} - token not found"}}'
    with pytest.raises(ProtocolError, match=r"Invalid token \.\.\. - token not found") as caught:
        ask("moodle", body, url=SERVICE, options={"token": TOKEN})
    assert TOKEN not in str(caught.value) + caught.value.advice
    assert "core_course_search_courses" in caught.value.advice
    with pytest.raises(SourceError, match="no `courses`"):
        ask("moodle", "{}")
    assert next(option for option in moodle.HARVESTER.options if option.name == "token").form == "secret"


def test_it_is_recognised():
    (probe,) = moodle.probe(f"{SITE}/course/view.php?id=7")
    body = b'{"exception": "core\\\\exception\\\\moodle_exception", "errorcode": "invalidtoken", "message": "Invalid token"}'
    seen = moodle.recognise(probe, Response(url=probe.url, body=body))
    assert seen is not None
    assert seen.address == SITE
    assert moodle.recognise(Request(url=SITE), Response(url=SITE, body=body)) is None
    assert moodle.probe("https://example.org/") == ()
