"""The second factor: set up, asked for, taken away."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("second_factors", __name__)
