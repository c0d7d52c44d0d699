"""The kinds that read lists of open textbooks: OpenStax, Open Textbook Library, LibreTexts, Thoth."""

import json
from collections import Counter
from datetime import UTC, datetime

import pytest

from harvesters.errors import ProtocolError, SourceError
from harvesters.kinds import libretexts, open_textbook_library, openstax, thoth
from harvesters.protocol import Request, Response
from harvesters.record import Failure, Identifier, Withdrawn

CMS = "https://openstax.org/apps/cms/api/v2/pages/"
LIST = f"{CMS}?type=books.Book"
BOOK = {"id": 1, "title": "T", "book_state": "live", "meta": {"type": "books.Book", "detail_url": f"{CMS}1/"}}


def listed(*books, total=None):
    return json.dumps({"meta": {"total_count": len(books) if total is None else total}, "items": books})


def test_openstax_asks_for_the_list_of_books():
    (first,) = openstax.start("https://openstax.org/subjects", {}, None)
    assert first.url == f"{CMS}?type=books.Book&fields=title,id,book_state,cover_url,book_subjects&limit=1000&offset=0"
    (given,) = openstax.start(f"{CMS}?type=books.Book&fields=*&limit=5", {}, None)
    assert given.url == f"{CMS}?type=books.Book&fields=*&limit=5&offset=0"


def test_openstax_asks_each_book_for_its_details(ask):
    inside = BOOK | {"id": 2, "meta": {"detail_url": "http://cms.internal.example/api/v2/pages/2/"}}
    page = ask("openstax", listed(BOOK, inside, BOOK | {"id": 3, "license_url": "https://creativecommons.org/licenses/by/4.0/"}), url=LIST)
    assert [request.url for request in page.follow] == [f"{CMS}1/", f"{CMS}2/"]  # never at a host that is not the public's
    assert [(item.identifier, item.licence) for item in page.items] == [("3", "CC-BY-4.0")]


def test_openstax_lists_go_on_by_offset(ask):
    books = [BOOK | {"id": n} for n in range(3)]
    page = ask("openstax", listed(*books, total=7), url=f"{LIST}&offset=3", options={"details": "no"})
    assert page.follow[0].url == f"{LIST}&offset=6"
    assert ask("openstax", listed(*books, total=6), url=f"{LIST}&offset=3", options={"details": "no"}).follow == ()
    assert ask("openstax", listed(total=6), url=LIST).follow == ()


def test_openstax_books_that_are_gone_or_not_there_yet(ask):
    states = [BOOK | {"id": n, "book_state": state} for n, state in enumerate(("retired", "unlisted", "coming_soon"))]
    assert [type(item) for item in ask("openstax", listed(*states), url=LIST).items] == [Withdrawn, Withdrawn]


def test_an_openstax_book(ask, own_samples):
    (book,) = ask("openstax", (own_samples / "openstax" / "book.json").read_bytes(), url=f"{CMS}365/", step="book").items
    assert (book.identifier, book.title, book.licence) == ("365", "Entrepreneurship", "CC-BY-4.0")
    assert (book.url, book.languages) == ("https://openstax.org/details/books/entrepreneurship", ("en",))
    assert book.identifiers == (Identifier(scheme="isbn", value="9781947172708"),)
    assert [agent.name for agent in book.agents] == ["Michael Laverty", "Chris Littel"]
    assert (book.subjects, book.keywords) == (("Business",), ("Management",))
    assert (book.summary, book.published) == ("How to begin a business.", datetime(2020, 1, 16, tzinfo=UTC))


def test_the_real_openstax_lists(ask, samples):
    page = ask("openstax", (samples / "openstax" / "books_page_offset0.json").read_bytes(), url=f"{LIST}&limit=90&offset=0", step="list")
    assert Counter(map(type, page.items)) == {Withdrawn: 29}
    assert len(page.follow) == 45
    assert page.follow[-1].url == f"{LIST}&limit=90&offset=90"
    assert all(request.url.startswith(CMS) for request in page.follow)
    body = (samples / "openstax" / "books_page_offset0.json").read_bytes()
    books = [item for item in ask("openstax", body, url=LIST, options={"details": "no"}).items if not isinstance(item, Withdrawn)]
    assert len(books) == 44
    assert all(book.languages == ("en",) and book.image for book in books)
    assert [book.identifier for book in books if not book.subjects] == ["40", "365", "392"]
    whole = ask("openstax", (samples / "openstax" / "books_fields_all.json").read_bytes(), url=f"{LIST}&fields=*&limit=25")
    assert len(whole.items) == 25
    assert (whole.items[0].title, whole.items[0].url) == ("Prealgebra", "http://openstax.org/subjects/prealgebra/")
    assert [request.url for request in whole.follow] == [f"{LIST}&fields=*&limit=25&offset=25"]


def test_the_open_textbook_library_goes_on_until_a_page_is_empty(ask, own_samples):
    (first,) = open_textbook_library.start("https://open.umn.edu", {}, None)
    assert first.url == "https://open.umn.edu/opentextbooks/textbooks.json?page=1"
    (search,) = open_textbook_library.start("https://open.umn.edu/opentextbooks/textbooks?term=trade", {}, None)
    assert search.url == "https://open.umn.edu/opentextbooks/textbooks.json?term=trade&page=1"
    page = ask("open-textbook-library", (own_samples / "open_textbook_library" / "page1.json").read_bytes(), url=first.url)
    assert [request.url for request in page.follow] == ["https://open.umn.edu/opentextbooks/textbooks.json?page=2"]
    assert ask("open-textbook-library", '{"data": []}', url=first.url).follow == ()
    book, free = page.items
    assert (book.title, book.languages, book.licence) == ("电子商务导论", ("zh-Hans",), "CC-BY-SA")
    assert [(agent.name, agent.role) for agent in book.agents] == [
        ("Wei Li", "creator"), ("Open Press Group", "contributor"), ("Open Press", "publisher"),
    ]  # fmt: skip
    assert book.identifiers == (Identifier(scheme="isbn", value="9780306406157"),)
    assert (free.licence, free.url) == ("CC0-1.0", "https://open.umn.edu/opentextbooks/textbooks/26")
    with pytest.raises(SourceError, match="no `data`"):
        ask("open-textbook-library", "{}")


def test_the_textbook_of_the_stub(ask, samples):
    body = (samples / "open_textbook_library" / "textbook_stub.json").read_bytes()
    (book,) = ask("open-textbook-library", body, url="https://open.umn.edu/opentextbooks/textbooks/10.json").items
    assert (book.title, book.licence, book.languages) == ("Calculus", "CC-BY-NC-SA", ("en",))
    assert [(agent.name, agent.role) for agent in book.agents] == [("Gilbert Strang", "creator"), ("Ed Itor", "contributor")]
    assert (book.url, book.subjects) == ("https://open.umn.edu/opentextbooks/textbooks/calculus", ("Mathematics",))
    assert book.published == datetime(2016, 1, 1, tzinfo=UTC)


def test_libretexts(ask, own_samples):
    (first,) = libretexts.start("https://commons.libretexts.org", {}, None)
    assert first.url == "https://commons.libretexts.org/api/v1/commons/kbexport"
    retail, trade, nameless = ask("libretexts", (own_samples / "libretexts" / "kbexport.json").read_bytes()).items
    assert (retail.identifier, retail.licence, retail.subjects) == ("biz-123", "CC-BY-NC-SA", ("Business",))
    assert (retail.published, retail.modified) == (datetime(2021, 8, 13, tzinfo=UTC), datetime(2024, 2, 3, tzinfo=UTC))
    assert (retail.languages, trade.languages, trade.licence) == (("en",), ("es",), "public-domain")
    assert [agent.name for agent in retail.agents] == ["Ann Ng", "Raj Rao", "LibreTexts"]
    assert isinstance(nameless, Failure)
    assert nameless.identifier == "https://biz.libretexts.org/Nothing"


def test_thoth(ask, own_samples):
    (first,) = thoth.start("https://thoth.pub", {"page_size": "2"}, None)
    assert (first.url, first.method) == ("https://api.thoth.pub/graphql", "POST")
    assert "limit: 2, offset: 0, workTypes: [TEXTBOOK]" in json.loads(first.body)["query"]
    assert "workTypes" not in json.loads(thoth.start("https://thoth.pub", {"type": ""}, None)[0].body)["query"]
    body = (own_samples / "thoth" / "works.json").read_bytes()
    page = ask("thoth", body, options={"page_size": "2"})
    assert "offset: 2" in page.follow[0].body
    assert ask("thoth", body).follow == ()
    primer, gone = page.items
    assert (primer.title, primer.licence, primer.languages) == ("Commerce: A Primer", "CC-BY-4.0", ("en", "zh"))
    assert {one.scheme: one.value for one in primer.identifiers} == {"doi": "10.11647/obp.0999", "isbn": "9780306406157"}
    assert [agent.role for agent in primer.agents] == ["creator", "contributor", "publisher"]
    assert primer.keywords == ("trade",)
    assert isinstance(gone, Withdrawn)
    with pytest.raises(ProtocolError, match="Unknown field"):
        ask("thoth", '{"data": null, "errors": [{"message": "Unknown field \\"titles\\""}]}')


@pytest.mark.parametrize(
    ("kind", "file"),
    [
        (openstax, "openstax/list"),
        (open_textbook_library, "open_textbook_library/page1.json"),
        (libretexts, "libretexts/kbexport.json"),
        (thoth, "thoth/works.json"),
    ],
)
def test_they_are_recognised(kind, file, own_samples):
    body = listed(BOOK).encode() if file == "openstax/list" else (own_samples / file).read_bytes()
    where = "https://h.example.org/opentextbooks/textbooks?page=1"
    seen = kind.recognise(Request(url=where), Response(url=where, body=body))
    assert seen is not None
    assert seen.confidence > 0.8
    assert kind.recognise(Request(url=where), Response(url=where, body=b'{"data": {"works": 3}, "items": [], "titles": {}}')) is None
    assert kind.probe("https://example.org/") == ()
