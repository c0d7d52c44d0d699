"""What changed, word by word: nothing is lost, nothing is made up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub.services.differing import Part, differences, marked


@given(st.text(max_size=60), st.text(max_size=60))
def test_both_texts_can_be_read_in_the_marks(before, after):
    parts = list(marked(before, after))
    assert "".join(part.text for part in parts if part.kind != "new") == before
    assert "".join(part.text for part in parts if part.kind != "gone") == after


def test_words_are_marked_not_letters():
    parts = [Part("same", "Basics of "), Part("gone", "export"), Part("new", "import")]
    assert list(marked("Basics of export", "Basics of import")) == parts
    assert Part("gone", "进") in marked("进口实务", "出口实务")


def test_long_texts_are_compared_as_a_whole():
    parts = list(marked("a " * 20_000, "b " * 20_000))
    assert [part.kind for part in parts] == ["gone", "new"]


def test_only_what_differs_is_told():
    before = {"title": "A", "languages": ["en"], "free": True, "gone": "x"}
    after = {"title": "A", "languages": ["en", "de"], "free": False, "new": {"name": "Li"}}
    found = {one.field: (one.before, one.after) for one in differences(before, after)}
    assert found == {
        "languages": ("en", "en\nde"), "free": ("true", "false"), "gone": ("x", None), "new": (None, '{"name": "Li"}'),
    }  # fmt: skip
