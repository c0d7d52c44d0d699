import pytest

from harvesters.clean import url


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("https://www.example.org/x", True),
        ("https://a.b.example.org", True),
        ("https://notexample.org/", False),
        ("https://example.org.evil.net/", False),
        ("ftp://example.org/", False),
        ("http://[", False),
    ],
)
def test_whether_an_address_is_at_a_domain(address, inside):
    assert url.belongs(address, "other.net", "example.org") is inside
