"""vCards as repositories write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.clean.vcard import Card, card


@pytest.mark.parametrize(
    ("written", "who"),
    [
        ("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Jong, G. de\r\nEND:VCARD", Card("Jong, G. de")),
        ("BEGIN:VCARD\nFN:Ada Lovelace\nN:Lovelace;Ada;;;\nORG:Example University;CS\nURL:https\\://e.org/ada\nEND:VCARD",
         Card("Ada Lovelace", "Example University", "https://e.org/ada", False)),
        ("BEGIN:VCARD\n\t\t\tN:Li;Si\n\t\t\tVERSION:3.0\n\t\tEND:VCARD", Card("Si Li", organisation=False)),
        ("BEGIN:VCARD\nFN:A very long na\n me that is folded\nEND:VCARD", Card("A very long name that is folded")),
        ("BEGIN:VCARD\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=BCrgen M=\n=C3=BCller\nEND:VCARD", Card("Jürgen Müller")),
        ("BEGIN:VCARD\nFN;QUOTED-PRINTABLE;CHARSET=iso-8859-1:Andr=E9\nEND:VCARD", Card("André")),
        ("BEGIN:VCARD\\nVERSION:3.0\\nFN:Zhang San\\nEND:VCARD", Card("Zhang San")),
        ("BEGIN:VCARD VERSION:3.0 FN:Run Together ORG:Some\\, Inc. END:VCARD", Card("Run Together", "Some, Inc.")),
        ("BEGIN:VCARD\nORG:示例大学\nEND:VCARD", Card("示例大学", "示例大学", None, True)),
        ("BEGIN:VCARD\nFN:Uni\nORG:Uni\nitem1.URL:javascript:alert(1)\nEND:VCARD", Card("Uni", "Uni", None, True)),
        ("Meyer, Albert R.", Card("Meyer, Albert R.")),
        ("BEGIN:VCARD\nEND:VCARD", None),
        (" ", None),
    ],
)  # fmt: skip
def test_who_a_card_names(written, who):
    assert card(written) == who


PIECES = ["BEGIN:VCARD", "\n", " ", "FN:", "N:", ";", "=C3=", "\\n", "ORG;ENCODING=QUOTED-PRINTABLE;CHARSET=x:"]


@given(st.text(max_size=200) | st.lists(st.sampled_from(PIECES)).map("".join))
def test_any_card(written):
    found = card("BEGIN:VCARD\n" + written)
    assert found is None or found.name
