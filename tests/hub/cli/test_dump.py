"""`hub dump`, and what the site gives of it."""

from __future__ import annotations

import gzip
import hashlib
import json
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from .conftest import runner


def test_a_dump_is_written_and_served(app: Flask, session: Session, make_source: Any, make_record: Any, receive: Any) -> None:
    receive(make_source(), [make_record(str(number), f"Work {number}") for number in range(5)])
    done = json.loads(runner(app)("dump", "--json").stdout)
    assert done["files"]["resources.jsonl.gz"]["records"] == 5
    assert done["files"]["topics.jsonl.gz"]["records"] > 50
    app.extensions["hub"].add_site()
    visitor = app.test_client()
    page = visitor.get("/dumps/").text
    assert f"/dumps/{done['dump']}/resources.jsonl.gz" in page
    latest = visitor.get("/dumps/latest/resources.jsonl.gz")
    assert latest.status_code == 302
    place = latest.headers["Location"]
    with visitor.get(place) as whole:
        assert hashlib.sha256(whole.data).hexdigest() == done["files"]["resources.jsonl.gz"]["sha256"]
        assert len(gzip.decompress(whole.data).splitlines()) == 5
    with visitor.get(place, headers={"Range": "bytes=0-9"}) as part:
        assert part.status_code == 206 and part.data == whole.data[:10]
    with visitor.get(place, headers={"If-None-Match": whole.headers["ETag"]}) as again:
        assert again.status_code == 304
    for path in ("latest/x", "latest/..%2F.lock", f"{done['dump']}/..%2F..%2Fsecret-key", ".unfinished/manifest.json", "x/manifest.json"):
        assert visitor.get(f"/dumps/{path}").status_code == 404, path
    with visitor.get(f"/dumps/{done['dump']}/SHA256SUMS") as sums:
        assert done["files"]["resources.csv.gz"]["sha256"] in sums.text


def test_without_a_dump_the_page_says_so(app: Flask) -> None:
    app.extensions["hub"].add_site()
    assert "No dump yet" in app.test_client().get("/dumps/").text
