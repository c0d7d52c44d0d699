"""What was reported, and what became of it."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("moderations", __name__)
