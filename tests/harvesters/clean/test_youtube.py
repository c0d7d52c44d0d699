import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.clean import youtube

CHANNEL = "UCabcdefghijklmnopqrstuv"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (CHANNEL, youtube.Place(channel=CHANNEL)),
        ("PLabcdefghijkl", youtube.Place(playlist="PLabcdefghijkl")),
        (f"https://m.youtube.com/channel/{CHANNEL}?view=0", youtube.Place(channel=CHANNEL)),
        ("https://www.youtube.com/@%E7%94%B5%E5%95%86/videos", youtube.Place(handle="@电商")),
        ("https://www.youtube.com/c/OpenShop", youtube.Place(user="OpenShop")),
        ("https://www.youtube.com/feeds/videos.xml?user=openshop", youtube.Place(user="openshop")),
        ("https://www.youtube.com/watch?v=aB3-_dEfGh1", youtube.Place()),
        (f"https://example.org/channel/{CHANNEL}", youtube.Place()),
    ],
)
def test_what_an_address_names(written, meant):
    assert youtube.place(written) == meant


@given(st.text(max_size=60))
def test_any_text_names_some_place_or_none(text):
    for written in (text, f"https://www.youtube.com/{text}", f"https://youtu.be/x?list={text}"):
        assert isinstance(youtube.place(written), youtube.Place)
    assert youtube.watch(text) is None or text in youtube.watch(text)
