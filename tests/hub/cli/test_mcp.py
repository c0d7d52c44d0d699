"""`hub mcp`: a process of its own, asked over its standard input by the protocol's own client."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

from flask import Flask
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

ROOT = Path(__file__).parents[3]
COMMAND = ["-m", "hub.cli.main", "mcp"]


def test_the_protocols_own_client_talks_to_the_command(app: Flask, environment: dict[str, str]) -> None:
    server = StdioServerParameters(command=sys.executable, args=COMMAND, env={**os.environ, **environment}, cwd=ROOT)

    async def talk() -> None:
        async with Client(stdio_client(server)) as client:
            assert (await client.list_tools()).tools
            found = await client.call_tool("search_resources", {"query": "commerce"})
            assert not found.is_error and found.structured_content["total"] == 0

    asyncio.run(talk())


def test_rubbish_between_messages_is_answered_and_the_conversation_goes_on(app: Flask, environment: dict[str, str]) -> None:
    ping = b'{"jsonrpc":"2.0","id":2,"method":"ping"}\n'
    half = b'{"jsonrpc":"2.0","id":"\\ud800","method":"ping"}\n'
    told = b"nonsense\n\n" + b"x" * 1_200_000 + b"\n" + half + b'{"jsonrpc":"2.0","method":"notifications/initialized"}\n' + ping * 2
    done = subprocess.run(
        [sys.executable, *COMMAND], input=told, capture_output=True, cwd=ROOT, timeout=60,
        env={**os.environ, **environment, "HUB_API_RATE": "5/day"},
    )  # fmt: skip
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer.get("error", {}).get("code") for answer in answers] == [-32700, -32700, -32700, None, -32029]
    assert answers[3] == {"jsonrpc": "2.0", "id": 2, "result": {}} and done.returncode == 0
    assert answers[4]["id"] == 2 and answers[4]["error"]["data"]["retryAfter"] > 0
