"""What the tools answer, and how they say no."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from hub.agents import tools
from hub.agents.tools import Hub
from hub.db import now
from hub.models import Resource


def call(hub: Hub, name: str, **arguments: Any) -> dict[str, Any]:
    answer = tools.BY_NAME[name].run(hub, arguments)
    json.dumps(answer)
    return answer


def test_a_search_narrows_and_pages(hub: Hub) -> None:
    found = call(hub, "search_resources", query="live commerce")
    assert found["total"] == 2
    assert {one["title"] for one in found["results"]} == {"Live commerce for beginners", "Live commerce in practice"}
    assert found["results"][0]["page"].startswith("https://hub.example/resources/")
    assert [one["title"] for one in call(hub, "search_resources", query="live", free=True)["results"]] == ["Live commerce for beginners"]
    assert [one["title"] for one in call(hub, "search_resources", query="live", use=["sell"])["results"]] == ["Live commerce in practice"]
    assert [one["title"] for one in call(hub, "search_resources", language=["zh-Hans"])["results"]] == ["跨境电商支付"]
    first, second = (call(hub, "search_resources", query="live", limit=1, page=page) for page in (1, 2))
    assert first["pages"] == 2 and first["results"] != second["results"]


def test_a_resource_is_read_whole_and_one_that_is_gone_is_not(hub: Hub) -> None:
    id = call(hub, "search_resources", query="beginners")["results"][0]["id"]
    one = call(hub, "get_resource", id=id)
    assert (one["id"], one["title"], one["free"], one["url"]) == (id, "Live commerce for beginners", True, "https://courses.example/1")
    assert one["sources"][0]["source"] == "one" and one["topics"]
    resource = hub.session.scalars(select(Resource).where(Resource.public_id == id)).one()
    other = hub.session.scalars(select(Resource).where(Resource.public_id != id, Resource.title.startswith("Live"))).one()
    resource.merged_into_id = other.id
    hub.session.commit()
    assert call(hub, "get_resource", id=id)["id"] == other.public_id
    other.hidden_at = now()
    hub.session.commit()
    with pytest.raises(tools.Refused, match="no longer"):
        call(hub, "get_resource", id=other.public_id)
    with pytest.raises(tools.Refused, match="There is no resource"):
        call(hub, "get_resource", id="nobody")


def test_topics_come_as_a_tree_in_the_language_asked_for(hub: Hub) -> None:
    english, chinese = (call(hub, "list_topics", language=language)["topics"] for language in ("en", "zh-Hans"))
    assert [one["notation"] for one in english] == [one["notation"] for one in chinese]
    assert english[0]["label"] != chinese[0]["label"]
    assert any(one["narrower"] for one in english if "narrower" in one)


def test_similar_ones_never_hold_the_one_itself(hub: Hub) -> None:
    id = call(hub, "search_resources", query="beginners")["results"][0]["id"]
    assert id not in [one["id"] for one in call(hub, "similar_resources", id=id)["results"]]


@pytest.mark.parametrize(
    ("name", "arguments", "where"),
    [
        ("search_resources", {"limit": 1_000_000}, "limit"),
        ("search_resources", {"query": "x" * 10_000}, "query"),
        ("search_resources", {"nonsense": 1}, "nonsense"),
        ("search_resources", {"use": ["steal"]}, "use"),
        ("search_resources", [], "arguments"),
        ("get_resource", {}, "id"),
        ("get_resource", {"id": ["a"]}, "id"),
        ("list_topics", {"language": "xx"}, "language"),
    ],
)
def test_wrong_arguments_are_named(hub: Hub, name: str, arguments: Any, where: str) -> None:
    with pytest.raises(tools.Refused, match=where):
        tools.BY_NAME[name].run(hub, arguments)
