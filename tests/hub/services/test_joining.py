"""Passwords as they are kept."""

from __future__ import annotations

from argon2 import Type, extract_parameters

from tests import speed


def test_a_password_is_hashed_as_the_hub_hashes_it() -> None:
    """The tests hash cheaply; the hub uses Argon2id with at least what OWASP's password storage cheat sheet asks: 19 MiB, two passes."""
    found = extract_parameters(speed.HASHER.hash("correct horse battery"))
    assert found.type is Type.ID
    assert found.memory_cost >= 19 * 1024 and found.time_cost >= 2
