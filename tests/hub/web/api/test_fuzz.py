"""Made-up requests of every operation end in an answer that the document names."""

from __future__ import annotations

import time

import pytest
from flask import Flask

from benchmarks import api_fuzz

from ..cast import Stage


@pytest.mark.slow
def test_no_request_ends_badly(own_site: Flask, stage: Stage) -> None:
    own_site.config["HUB_API_RATE"] = "1000000/second"
    found = api_fuzz.attack(own_site, api_fuzz.token_of(own_site), until=time.monotonic() + 60, each=2, rounds=1)
    assert not found.faults, "\n\n".join(found.faults)
    assert found.states.total() > 10  # as many as a busy machine comes to
    assert not any(status >= 500 for status in found.states)
