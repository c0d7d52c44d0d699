"""Learning paths: followed step by step."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("paths", __name__)
