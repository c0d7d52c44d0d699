"""The queue of topic suggestions: filtered, decided one by one and many at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from lxml import html

Csrf = Callable[[FlaskClient], str]
HERE = "/admin/topics"


def keys(client: FlaskClient, path: str = HERE) -> list[str]:
    page = html.document_fromstring(client.get(path).get_data(as_text=True))
    return page.xpath("//input[@name='chosen']/@value")


def test_one_and_many(admin: FlaskClient, csrf: Csrf) -> None:
    waiting = keys(admin)
    assert len(waiting) > 5
    admin.post(HERE, data={"csrf_token": csrf(admin), "do": f"accept:{waiting[0]}"})
    assert "1 topic was accepted." in admin.get(HERE).get_data(as_text=True)
    admin.post(HERE, data={"csrf_token": csrf(admin), "do": "reject", "chosen": waiting[1:4]})
    assert "3 topics were rejected." in admin.get(HERE).get_data(as_text=True)
    assert keys(admin) == waiting[4:]


def test_filters_and_evidence(admin: FlaskClient) -> None:
    page = html.document_fromstring(admin.get(HERE).get_data(as_text=True))
    assert "跨境电商" in page.xpath("string(//table)")
    topics = [value for value in page.xpath("//select[@id='topic']/option/@value") if value]
    for topic in topics:
        assert 0 < len(keys(admin, f"{HERE}?topic={topic}")) < len(keys(admin))
    assert keys(admin, f"{HERE}?topic=nothing") == [] and keys(admin, f"{HERE}?least=0.5") == []
    assert keys(admin, f"{HERE}?least=9&page=zz") == keys(admin)


@pytest.mark.parametrize("chosen", ["", "x", "1", "1-2-3", "9" * 20 + "-1", "999999-999999"])
def test_what_is_no_suggestion_changes_nothing(admin: FlaskClient, csrf: Csrf, chosen: str) -> None:
    assert admin.post(HERE, data={"csrf_token": csrf(admin), "do": "accept", "chosen": chosen}).status_code == 303
    assert "0 topics were accepted." in admin.get(HERE).get_data(as_text=True)
    assert admin.post(HERE, data={"csrf_token": csrf(admin), "do": "eat", "chosen": chosen}).status_code == 400
