"""What costs every test the same, and proves nothing there: templates and addresses are compiled once a process, passwords hashed cheaply.

Real processes, which tests start beside themselves, know nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

from hub.services import joining

HASHER = joining.hasher  # the hub's own


class Templates(BytecodeCache):
    """The code of templates by name and checksum of their source."""

    def __init__(self) -> None:
        self.code: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.code[bucket.key, bucket.checksum] = bucket.code


def compile_once() -> None:
    """From here on, in this process. A builder is a plain function that Werkzeug binds to its rule, so rules alike can share one."""
    Flask.jinja_options = {"bytecode_cache": Templates()}
    built: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}
    compile_builder = Rule._compile_builder

    def remembered(self: Rule, append_unknown: bool = True) -> Any:
        key = (self.rule, self.subdomain, self.host, repr(self.defaults), self.merge_slashes, append_unknown)
        if key not in built:
            built[key] = compile_builder(self, append_unknown)
        return built[key]

    Rule._compile_builder = remembered  # type: ignore[method-assign]


def hash_cheaply() -> None:
    """A hash says how it was made, so that a real process can check it; what the hub itself hashes with is held by a test of its own."""
    joining.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
