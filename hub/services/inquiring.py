"""Asks an OpenID Connect provider: one request, one JSON object, within bounded time and size, no redirect followed.

The provider's address is the operator's choice, so it may lie in a private network, unlike what is harvested.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from harvesters.addresses import parse_url
from harvesters.connections import Connections, hang_up, interruptible
from harvesters.errors import HarvestError
from harvesters.exchange import Answer, converse
from harvesters.hops import Hop
from harvesters.networks import parse_allowed

SECONDS = 10.0  # for one request from end to end
SIZE = 500_000  # bytes of an answer
ANYWHERE = parse_allowed(("0.0.0.0/0", "[::/0]"))


class Unreachable(Exception):
    """The provider cannot be asked, or answers what is not JSON; the message says which, for the log."""


def ask(url: str, *, headers: Mapping[str, str] = {}, form: bytes | None = None) -> tuple[int, dict[str, Any]]:
    """The status and the JSON object of an answer; `form` makes it a POST. Raises Unreachable."""
    sent = {"Accept": "application/json", "User-Agent": "OpenCommerceHub", **headers}
    if form is not None:
        sent["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        answer = exchange(url, sent, form)
    except HarvestError as error:
        raise Unreachable(str(error)) from error
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise Unreachable(f"The answer (status {answer.status}) is not JSON.") from error
    if not isinstance(found, dict):
        raise Unreachable(f"The answer (status {answer.status}) is not a JSON object.")
    return answer.status, found


def exchange(url: str, headers: Mapping[str, str], form: bytes | None) -> Answer:
    """One request on a connection of its own. Raises HarvestError."""
    target = parse_url(url)
    connections = Connections(ANYWHERE, connect_timeout=SECONDS / 2, read_timeout=SECONDS)
    connection = connections.fresh(target)
    hop = Hop(target=target, method="POST" if form is not None else "GET", headers=headers, body=form)
    try:
        return interruptible(
            lambda: converse(hop, connection, SIZE), seconds=SECONDS, stopped=lambda: False, abandon=lambda: hang_up(connection)
        )
    finally:
        connections.close()
        connection.close()
