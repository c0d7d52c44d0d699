from hypothesis import given
from hypothesis import strategies as st

from harvesters.clean import query


def test_parameters_are_set_replaced_and_taken_off():
    address = "https://e.org/a/b?x=1&utm_source=s&x=2#part"
    assert query.parameters(address) == {"x": "2", "utm_source": "s"}
    assert query.extended(address, {"x": "3", "y": "a b"}) == "https://e.org/a/b?x=3&utm_source=s&y=a%20b"
    assert query.without(address, "utm_") == "https://e.org/a/b?x=2#part"
    assert query.rooted(address, "/c") == "https://e.org/c"
    assert query.extended("https://e.org/?fields=*", {"ids": "1,2"}) == "https://e.org/?fields=*&ids=1,2"


@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8"), min_size=1, max_size=10), st.text(st.characters(codec="utf-8"), max_size=20), max_size=5
    )
)
def test_what_is_set_can_be_read(values):
    assert query.parameters(query.extended("https://e.org/a", values)) == values
