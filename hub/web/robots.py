"""Which visitors are programs: their searches say nothing of people."""

from __future__ import annotations

import re

from werkzeug.wrappers import Request

NAMES = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|archiver|facebookexternalhit|preview|monitor|uptime|pingdom|lighthouse|scrap"
    r"|^(?:curl|wget|python|httpx|aiohttp|go-http|java|okhttp|libwww|php|ruby|node|axios|apache-httpclient)",
    re.IGNORECASE,
)
LOOKED_AT = 400  # characters


def is_robot(request: Request) -> bool:
    """A program by its own name, one without any, or a browser that fetches a page which nobody has asked for yet."""
    name = (request.headers.get("User-Agent") or "")[:LOOKED_AT]
    ahead = "prefetch" in (request.headers.get("Sec-Purpose") or request.headers.get("Purpose") or "")
    return not name or ahead or NAMES.search(name) is not None
