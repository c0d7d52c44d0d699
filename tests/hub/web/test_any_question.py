"""Whatever stands in an address: the answer is 200 or a friendly page, never a fault of ours."""

from __future__ import annotations

from urllib.parse import quote, quote_from_bytes

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

PATHS = ("/search", "/search/facets/topic", "/search/facets/use", "/search/facets/nothing", "/suggest", "/topics/marketing", "/providers/x")
NAMES = (
    "q", "sort", "page", "topic", "type", "language", "use", "level", "platform", "free", "certificate", "start", "provider", "institution",
    "licence", "find", "order", "lang", "source",
)  # fmt: skip
SIGNS = st.sampled_from(
    ['"', "(", ")", "*", "-", "+", "|", ":", "OR ", " AND ", "NOT ", "title:", "topic:", "provider:", "a", "market", "电商", "直播", " ",
     "\0", "\x1b", "😀", "\u202e", "\u200b", "شراء", "' OR 1=1; --", "<script>", "{{7*7}}", "%", "\\", "/", "..", "﷽", "İ", "ß", "ﬁ"]
)  # fmt: skip
TYPED = st.one_of(
    st.text(max_size=60),
    st.lists(SIGNS, max_size=60).map("".join),
    st.integers().map(str),
    st.lists(SIGNS, max_size=4).map(lambda s: "".join(s) * 300),
)
PAIRS = st.lists(st.tuples(st.sampled_from(NAMES), TYPED), max_size=8)
FRIENDLY = (200, 302, 303, 308, 400, 404, 414)  # 308: two slashes are one


def asked(pairs: list[tuple[str, str]]) -> str:
    """A query string; surrogates go through as the bytes that they stand for."""
    return "&".join(f"{name}={quote_from_bytes(text[:10_000].encode('utf-8', 'surrogatepass'))}" for name, text in pairs)


def check(visitor: FlaskClient, address: str) -> None:
    answer = visitor.get(address)
    assert answer.status_code in FRIENDLY, (address, answer.status_code)


@given(path=st.sampled_from(PATHS), pairs=PAIRS)
@example(path="/search", pairs=[("q", "*" * 500)])
@example(path="/search", pairs=[("q", "a* " * 500)])
@example(path="/search", pairs=[("q", '"' * 9_999)])
@example(path="/search", pairs=[("q", "(" * 10_000)])
@example(path="/search", pairs=[("q", 'OR AND NOT - + | : * ( ) "')])
@example(path="/search", pairs=[("q", "\ud800\udfff\ud83d")])
@example(path="/search", pairs=[("q", "(a+)+$" * 400)])
@example(path="/search", pairs=[("q", "電" * 10_000), ("page", "9" * 400)])
@example(path="/search", pairs=[("q", "market"), ("page", "-1"), ("sort", "'; DROP TABLE resource; --")])
@example(path="/search", pairs=[("q", "market"), ("page", "٣")])
@example(path="/suggest", pairs=[("q", "\0" * 100)])
@example(path="/search/facets/topic", pairs=[("find", "\ud800"), ("order", "name")])
@example(path="/search", pairs=[(name, "\0") for name in NAMES])
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_answered(visitor: FlaskClient, path: str, pairs: list[tuple[str, str]]) -> None:
    check(visitor, f"{path}?{asked(pairs)}")


@given(path=st.sampled_from(PATHS), name=st.sampled_from(NAMES), raw=st.binary(max_size=300))
@example(path="/search", name="q", raw=b"\xff\xfe\x00\xc0\x80")
@example(path="/search", name="lang", raw=b"\xed\xa0\x80")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_answered(visitor: FlaskClient, path: str, name: str, raw: bytes) -> None:
    check(visitor, f"{path}?{name}={quote_from_bytes(raw)}")
    check(visitor, f"{path}?{quote_from_bytes(raw, safe='&=;%+')}=1")


@given(slug=st.text(max_size=40), section=st.sampled_from(["topics", "providers", "search/facets", "resources"]))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_name_in_the_path_is_answered(visitor: FlaskClient, slug: str, section: str) -> None:
    check(visitor, f"/{section}/{quote(slug, safe='', errors='surrogatepass')}")


def test_sixty_values_of_every_facet(visitor: FlaskClient) -> None:
    check(visitor, "/search?" + "&".join(f"{name}=value{number}" for name in NAMES[3:15] for number in range(64)))


@pytest.mark.parametrize("path", PATHS)
def test_hostile_requests_for_a_part_of_a_page(visitor: FlaskClient, path: str) -> None:
    answer = visitor.get(
        f"{path}?q=%00%ff", headers={"HX-Request": "true", "Accept-Language": "\xff;q=x,,;=", "Cookie": "language=%ff; theme=\x7f"}
    )
    assert answer.status_code in FRIENDLY
