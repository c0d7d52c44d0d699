"""Names in addresses."""

from hypothesis import given
from hypothesis import strategies as st

from hub.services import naming


@given(st.text(), st.text(), st.integers(0, 3))
def test_a_public_id_is_short_and_always_the_same(source, identifier, attempt):
    found = naming.public_id(source, identifier, attempt)
    assert len(found) == naming.LENGTH and set(found) <= set(naming.ALPHABET)
    assert found == naming.public_id(source, identifier, attempt)
    assert found != naming.public_id(source, identifier, attempt + 1)


@given(st.text())
def test_a_slug_needs_no_escaping_but_for_letters_of_other_scripts(text):
    found = naming.slug(text)
    assert len(found) <= 80 and all(c.isalnum() or c == "-" for c in found) and not found.startswith("-") and not found.endswith("-")


def test_slugs_read_well():
    assert naming.slug("Café: E-Commerce & Law") == "cafe-e-commerce-law"
    assert naming.slug("跨境电商（上）") == "跨境电商-上"
