"""Paths into JSON: what they find, what they refuse, and that nothing makes them fail or grow."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.clean import paths

COURSE = {
    "id": 7,
    "name": "电子商务",
    "school": {"code": "PKU", "names": ["北大", ""]},
    "people": [{"first": "Ann", "last": "Lee"}, {"first": "Bo"}, 3],
    "price": 5.0,
    "rate": 4.25,
    "open": True,
    "none": None,
    "a.b": {"c d": "dotted"},
    "by": {"x": {"t": 1}, "y": {"t": 2}},
}


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("name", ["电子商务"]),
        ("$.school.code", ["PKU"]),
        ("school.names", ["北大"]),
        ("people[0].first", ["Ann"]),
        ("people[-2].first", ["Bo"]),
        ("people[*].first", ["Ann", "Bo"]),
        ("people.first", ["Ann", "Bo"]),
        ("people[9].first", []),
        ('["a.b"]["c d"]', ["dotted"]),
        ("by[*].t", ["1", "2"]),
        ("price + rate", ["5", "4.25"]),
        ("open", ["true"]),
        ("none|missing|id", ["7"]),
        ("none|=CC-BY-4.0", ["CC-BY-4.0"]),
        ("https://e.org/{school.code}-{id}", ["https://e.org/PKU-7"]),
        ("https://e.org/{school.nothing}-{id}|https://e.org/{id}", ["https://e.org/7"]),
        ("people[*] > {first} {last}", ["Ann Lee"]),
        ("people > first", ["Ann", "Bo"]),
        ("school", []),
    ],
)
def test_what_a_path_finds(written, found):
    assert paths.texts(COURSE, paths.compiled(written)) == found


@pytest.mark.parametrize(
    "written", ["a[", "a]b", "a[x]", "a..b", "{a", "a}", "a[*", "a" + ".b" * 40, "x" * 2_000, 'a["b"]c', "a b.'c'", "{none|id}"]
)
def test_what_cannot_be_read_is_told(written):
    with pytest.raises(ValueError, match=r"cannot be read|no partner|more than 30 steps|longer than"):
        paths.compiled(written)


def test_items():
    assert paths.items([1, 2], paths.compiled("")) == [1, 2]
    assert paths.items({"a": {"b": [1]}, "c": [2]}, paths.compiled("a.b + c")) == [1, 2]
    assert paths.items({"a": None}, paths.compiled("a")) == []
    assert paths.items({"a": {"x": 1}}, paths.compiled("a")) == [{"x": 1}]
    assert paths.items({"a": 1}, paths.compiled("b")) is None
    assert paths.items({"a": {"1": {"x": 1}, "2": {"x": 2}}}, paths.compiled("a[*]")) == [{"x": 1}, {"x": 2}]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from("abc"), inner),
)


@given(value=JSON, written=st.text(alphabet='abc.[]*0-1{}|+=> "$', max_size=20))
def test_any_path_over_any_value(value, written):
    try:
        expression = paths.compiled(written)
    except ValueError:
        return
    assert all(isinstance(text, str) and text for text in paths.texts(value, expression))
    paths.items(value, expression)


def test_lists_of_lists_stay_bounded():
    wide = {"a": [{"b": [{"c": list(range(300))}] * 300}] * 300}
    assert len(paths.texts(wide, paths.compiled("a[*].b[*].c[*]"))) == paths.MOST_VALUES
