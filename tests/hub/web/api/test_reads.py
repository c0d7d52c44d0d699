"""What programs read without a token."""

from __future__ import annotations

from ..conftest import Look
from .conftest import Program


def test_a_search_is_the_sites_own(anybody: Program, look: Look) -> None:
    answer = anybody.get("/search?q=logistics&language=en&facets=topic,language&limit=5")
    assert answer.status_code == 200, answer.text
    found = answer.json
    page = look("/search?q=logistics&language=en")
    shown = [page.index(f"/resources/{one['id']}-") for one in found["items"]]
    assert len(shown) == 5 < found["total"] and shown == sorted(shown)
    assert set(found["facets"]) == {"topic", "language"}
    (english,) = [one for one in found["facets"]["language"] if one["value"] == "en"]
    assert english == {"value": "en", "label": None, "count": found["total"], "selected": True, "depth": 0}


def test_a_list_goes_on_where_it_stopped(anybody: Program) -> None:
    seen, path, steps = [], "/search?limit=7", 0
    while path:
        answer = anybody.get(path)
        assert answer.status_code == 200, answer.text
        seen += [one["id"] for one in answer.json["items"]]
        path = f"/search?limit=7&cursor={answer.json['next']}" if answer.json["next"] else ""
        steps += 1
    assert len(seen) == len(set(seen)) == answer.json["total"]
    assert steps == -(-len(seen) // 7)


def test_the_catalogue_is_read_from_end_to_end(anybody: Program) -> None:
    seen, cursor = {}, ""
    while True:
        answer = anybody.get(f"/resources?limit=9{cursor}")
        assert answer.status_code == 200, answer.text
        seen |= {one["id"]: one for one in answer.json["items"]}
        if answer.json["next"] is None:
            break
        cursor = f"&cursor={answer.json['next']}"
    living = [one for one in seen.values() if not one.get("deleted")]
    assert len(living) == anybody.get("/search").json["total"]
    assert any(one.get("deleted") for one in seen.values())


def test_an_altered_cursor_is_refused(anybody: Program) -> None:
    cursor = anybody.get("/search?limit=1").json["next"]
    for bad in (cursor[:-1] + ("A" if cursor[-1] != "A" else "B"), "nonsense", "x" * 990):
        answer = anybody.get(f"/search?limit=1&cursor={bad}")
        assert answer.status_code == 422
        assert answer.mimetype == "application/problem+json"
        assert answer.json["errors"][0]["parameter"] == "cursor"
    assert anybody.get(f"/search?q=other&cursor={cursor}").status_code == 422
    assert anybody.get(f"/resources?cursor={cursor}").status_code == 422


def test_one_resource_says_where_it_is_from(anybody: Program) -> None:
    first = anybody.get("/search?q=title:logistics&language=en&type=course&certificate=yes").json["items"][0]
    answer = anybody.get(f"/resources/{first['id']}")
    assert answer.status_code == 200
    one = answer.json
    assert one["origins"] and one["offerings"] and one["topics"]
    assert one["provenance"]["title"]["source"] == one["origins"][0]["source"]
    again = anybody.get(f"/resources/{first['id']}", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    packed = anybody.get(f"/resources/{first['id']}", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    again = anybody.get(f"/resources/{first['id']}", headers={"If-None-Match": packed.headers["ETag"], "Accept-Encoding": "gzip"})
    assert again.status_code == 304


def test_gone_ones_say_so(anybody: Program) -> None:
    listed = anybody.get("/resources?limit=100").json["items"]
    states = {anybody.get(f"/resources/{one['id']}").status_code for one in listed if one.get("deleted")}
    assert states <= {404, 410, 308} and 410 in states
    assert anybody.get("/resources/nothing").status_code == 404


def test_reads_are_open_to_other_sites_and_writes_are_not(anybody: Program) -> None:
    assert anybody.get("/search").headers["Access-Control-Allow-Origin"] == "*"
    asked = anybody.ask("OPTIONS", "/bookmarks/x", headers={"Origin": "https://other.example", "Access-Control-Request-Method": "PUT"})
    assert asked.status_code == 204
    assert "PUT" not in asked.headers["Access-Control-Allow-Methods"]
    assert "Access-Control-Allow-Credentials" not in asked.headers
