# ruff: noqa: E501  (an example a line)
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters.clean import licence

KNOWN = {
    "CC-BY-SA-4.0": (
        "http://creativecommons.org/licenses/by-sa/4.0/", "https://creativecommons.org/licenses/by-sa/4.0", "https://www.creativecommons.org/licenses/by-sa/4.0/deed.zh",
        "creativecommons.org/licenses/by-sa/4.0/legalcode", "CC BY-SA 4.0", "cc-by-sa-4.0", "CC-BY-SA-4.0", "CC BY-SA 4.0 DEED", "https://spdx.org/licenses/CC-BY-SA-4.0.html",
        "Creative Commons Attribution-ShareAlike 4.0 International", "Licensed under <a href='http://creativecommons.org/licenses/by-sa/4.0/'>CC</a>", "署名-相同方式共享 4.0 国际 (CC BY-SA 4.0)",
    ),
    "CC-BY-NC-SA-4.0": (
        "CC BY-NC-SA 4.0", "知识共享 署名-非商业性使用-相同方式共享 4.0 国际许可协议", "creative-commons: ver=4.0 BY NC SA", "Attribution-NonCommercial-ShareAlike 4.0",
        "This work is licensed under a Creative Commons Attribution-NonCommercial-ShareAlike 4.0 International License.",
    ),
    "CC-BY-NC-4.0": ("creative-commons: BY NC", "Creative Commons Attribution Non-Commercial 4.0"),
    "CC-BY-3.0-DE": ("https://creativecommons.org/licenses/by/3.0/de/", "CC-BY-3.0-DE"),
    "CC-BY-3.0": ("http://creativecommons.org/licenses/by/3.0/", "https://creativecommons.org/licenses/by/3.0/cl/", "Creative Commons Attribution 3.0 Unported"),
    "CC-BY-SA": ("cc-by-sa", "CC BY-SA", "http://creativecommons.org/licenses/by-sa/"),
    "CC-BY-NC-ND": ("by-nc-nd", "署名-非商业性使用-禁止演绎", "Attribution-NonCommercial-NoDerivs"),
    "CC-BY": ("CC BY", "Attribution", "Creative Commons Attribution license (reuse allowed)"),
    "CC0-1.0": ("CC0", "CC0 1.0 Universal", "Creative Commons Zero v1.0 Universal", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "CC-PDM-1.0": ("https://creativecommons.org/publicdomain/mark/1.0/", "Public Domain Mark 1.0"),
    "public-domain": ("Public Domain", "公有领域"),
    "all-rights-reserved": ("All Rights Reserved", "all-rights-reserved", "© 2020 MIT. All rights reserved.", "版权所有", "http://rightsstatements.org/vocab/InC/1.0/"),
    "MIT": ("MIT", "https://opensource.org/licenses/MIT"),
    "GFDL-1.3-or-later": ("Free Documentation License (GNU)", "http://www.gnu.org/licenses/fdl-1.3.html"),
}  # fmt: skip


@pytest.mark.parametrize(("expected", "written"), [(name, words) for name, forms in KNOWN.items() for words in forms])
def test_known_licences(expected, written):
    assert licence.licence(written) == expected


@pytest.mark.parametrize(
    "written",
    ["", None, 4, "YES", "by", "stand by", "Copyright 2001, G. de Jong", "Some rights reserved", "info:eu-repo/semantics/openAccess", "The Attribution Problem in Marketing",
     "CC-BY-4.0 or CC-BY-SA-4.0", "https://example.org/licence", "http://creativecommons.org/licenses/nc-sa/1.0/", "Non-commercial use only", "by-nd-sa"],
)  # fmt: skip
def test_unknown_licences_are_none(written):
    assert licence.licence(written) is None


def test_families_permissions_addresses():
    assert licence.family("CC-BY-NC-SA-4.0") == "cc-by-nc-sa"
    assert licence.family("CC-BY-3.0-DE") == "cc-by"
    assert licence.family("CC0-1.0") == licence.family("public-domain") == "public-domain"
    assert licence.family("Apache-2.0") == "other-open"
    assert licence.family(None) is None and licence.family("whatever") is None
    assert licence.permissions("CC-BY-NC-ND-4.0") == (True, False, False, False)
    assert licence.permissions("CC-BY-SA-4.0") == (True, True, True, True)
    assert licence.permissions("all-rights-reserved") == (False, False, False, False)
    assert licence.permissions(None) == (None, None, None, False)
    assert licence.url("CC-BY-NC-SA-4.0") == "https://creativecommons.org/licenses/by-nc-sa/4.0/"
    assert licence.url("CC-BY-3.0-DE") == "https://creativecommons.org/licenses/by/3.0/de/"
    assert licence.url("CC-BY") is None and licence.url(None) is None


PARTS = ("by", "by-sa", "by-nc", "by-nd", "by-nc-sa", "by-nc-nd")


@pytest.mark.parametrize(("parts", "version"), list(itertools.product(PARTS, ("1.0", "2.0", "2.5", "3.0", "4.0"))))
def test_every_creative_commons_licence_in_every_form(parts, version):
    expected = f"CC-{parts.upper()}-{version}"
    ends = ("", "/", "/deed.en", "/legalcode", "/legalcode.zh-hans")
    forms = [
        f"{scheme}://{www}creativecommons.org/licenses/{parts}/{version}{end}"
        for scheme in ("http", "https")
        for www in ("", "www.")
        for end in ends
    ]
    for form in (*forms, expected, expected.lower(), f"CC {parts.upper()} {version}", f"cc_{parts}_{version}", licence.url(expected)):
        assert licence.licence(form) == expected, form
    assert licence.family(expected) == f"cc-{parts}"


@given(
    st.text(max_size=200)
    | st.lists(
        st.sampled_from(["CC", "BY", "-", "NC", "4.0", "Attribution", "非商业", " ", "creativecommons.org/licenses/", "/"]), max_size=12
    ).map("".join)
)
@settings(max_examples=100, deadline=None)
def test_any_text_gives_a_licence_with_a_family_or_none(text):
    found = licence.licence(text)
    if found is not None:
        assert licence.family(found) in licence.FAMILIES
        assert licence.licence(found) == found
