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
    told = b"nonsense\n\n" + b"x" * 1_200_000 + b"\n" + b'{"jsonrpc":"2.0","method":"notifications/initialized"}\n' + ping
    done = subprocess.run(
        [sys.executable, *COMMAND], input=told, capture_output=True, cwd=ROOT, env={**os.environ, **environment}, timeout=60
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer.get("error", {}).get("code") for answer in answers] == [-32700, -32700, None]
    assert answers[-1] == {"jsonrpc": "2.0", "id": 2, "result": {}} and done.returncode == 0
