"""Requests that are made to depend on what is there (RFC 9110, section 13)."""

from __future__ import annotations

from .conftest import Program, Programs


def test_a_write_goes_through_only_where_its_condition_holds(program: Programs) -> None:
    mine = program("student", "bookmarks")
    here, there = (f"/bookmarks/{one['id']}" for one in mine.get("/search?limit=2").json["items"])
    assert mine.ask("PUT", here, json={}, headers={"If-Match": "*"}).status_code == 412  # there is none yet
    assert mine.ask("PUT", here, json={}, headers={"If-Match": '"1-x"'}).status_code == 412
    assert mine.ask("PUT", here, json={"note": "0"}, headers={"If-None-Match": "*"}).status_code == 201
    assert mine.ask("PUT", here, json={"note": "twice"}, headers={"If-None-Match": "*"}).status_code == 412
    for number, (form, status) in enumerate(
        {
            "{}": 200,
            '"nothing", {}': 200,
            '{}, W/"1-x"': 200,
            "*": 200,
            "": 200,
            "W/{}": 412,  # a weak tag is the same as none
            '"nothing"': 412,
            '"999999999-x"': 412,
            '"99999999999999-x"': 412,
            "no tag": 412,
            ",": 412,
            'W/"': 412,
        }.items()
    ):
        before = mine.get(here)
        answer = mine.ask("PUT", here, json={"note": f"{number}!"}, headers={"If-Match": form.format(before.headers["ETag"])})
        assert answer.status_code == status, form
        assert (mine.get(here).json["note"] != before.json["note"]) == (status == 200), form
        assert status == 200 or answer.mimetype == "application/problem+json"
    old = before.headers["ETag"]
    assert mine.ask("DELETE", here, headers={"If-Match": f"W/{old}"}).status_code == 412
    assert mine.ask("DELETE", there, headers={"If-Match": "*"}).status_code == 404
    assert mine.ask("DELETE", here, headers={"If-Match": old}).status_code == 204


def test_a_read_is_sent_again_only_when_it_is_another_one(anybody: Program) -> None:
    path = f"/resources/{anybody.get('/search?limit=1').json['items'][0]['id']}"
    for encoding in ("identity", "gzip"):
        sent = anybody.get(path, headers={"Accept-Encoding": encoding})
        etag = sent.headers["ETag"]
        for form, status in {
            etag: 304, f"W/{etag}": 304, "*": 304, f'"a", {etag}': 304, f'"a",W/{etag}': 304, '"a"': 200, "a": 200, "": 200,
        }.items():  # fmt: skip
            answer = anybody.get(path, headers={"Accept-Encoding": encoding, "If-None-Match": form})
            assert answer.status_code == status, (encoding, form)
            if status == 304:
                assert answer.data == b"" and answer.headers["ETag"] == (etag if form != "*" else answer.headers["ETag"])
                assert set(answer.headers["Vary"].split(", ")) == set(sent.headers["Vary"].split(", "))
        for form, status in {etag: 200, "*": 200, f"W/{etag}": 412, '"a"': 412}.items():
            assert anybody.get(path, headers={"Accept-Encoding": encoding, "If-Match": form}).status_code == status, form
