"""What the tests of all kinds share: one way to give a kind an answer, and the promise that every item can be read again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from harvesters import registry
from harvesters.protocol import Page, Request, Response

OWN = Path(__file__).parents[2] / "samples"


@pytest.fixture(scope="session")
def own_samples() -> Path:
    return OWN


@pytest.fixture(scope="session")
def ask() -> Callable[..., Page]:
    """kind, body -> Page; checks on the way that each payload gives the same item again."""

    def parse(
        kind: str,
        body: bytes | str,
        *,
        url: str = "https://site.example.org/place/list",
        step: str = "",
        media_type: str = "",
        charset: str | None = None,
        options: Mapping[str, str] | None = None,
        context: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        otherwise: tuple[Request, ...] = (),
    ) -> Page:
        harvester = registry.kind(kind)
        body = body.encode() if isinstance(body, str) else body
        request = Request(url=url, step=step or {"jsonld": "start"}.get(kind, "page"), context=context or {}, otherwise=otherwise)
        response = Response(url=url, body=body, media_type=media_type, charset=charset, headers=headers or {})
        page = harvester.parse(request, response, options or {})
        for item in page.items:
            assert harvester.read(item.raw, options or {}) == item
        return page

    return parse
