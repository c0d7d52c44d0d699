"""Good examples that an institution shows."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("exemplars", __name__)
