"""Templates as a whole."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from hub.web import templating

ROOT = Path(__file__).parents[3]


def test_all_templates_are_compiled_and_kept(own_site: Flask) -> None:
    templating.warm(own_site)
    assert own_site.jinja_env.cache is not None
    kept = {name for _loader, name in own_site.jinja_env.cache}
    assert {str(path.relative_to(ROOT / "templates")) for path in (ROOT / "templates").rglob("*.html")} <= kept
